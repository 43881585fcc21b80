"""Every cell in every variant, and small random weights for it."""

import numpy as np

from rnn_core.engine.cells import GRU, LSTM, RNN, Cell
from rnn_core.engine.scan import Weights

VARIANTS: list[Cell] = [
    *(RNN(activation) for activation in ("tanh", "sigmoid", "relu")),
    *(GRU(reset, update) for reset in ("after", "before") for update in ("keeps", "takes")),
    *(LSTM(kind) for kind in ("forget", "no-forget", "peephole")),
]


def random_weights(cell: Cell, D: int, H: int, rng: np.random.Generator) -> Weights:
    rows = len(cell.gates) * H
    peepholes = len(cell.peepholes)
    return Weights(
        rng.normal(size=(rows, D)),
        rng.normal(size=(rows, H)) / np.sqrt(H),
        rng.normal(size=rows),
        rng.normal(size=rows),
        rng.normal(size=(peepholes, H)) if peepholes else None,
    )
