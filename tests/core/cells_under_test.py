"""Every cell in every variant, small random weights for it, and a run that overflows."""

import numpy as np

from rnn_core.engine.cells import GRU, LSTM, RNN, Cell
from rnn_core.engine.scan import Weights

VARIANTS: list[Cell] = [
    *(RNN(activation) for activation in ("tanh", "sigmoid", "relu")),
    *(GRU(reset, update) for reset in ("after", "before") for update in ("keeps", "takes")),
    *(LSTM(kind) for kind in ("forget", "no-forget", "peephole")),
]
# Settings of an experiment whose states, and the gradients with them, overflow.
OVERFLOWING = {
    "cell": "rnn",
    "activation": "relu",
    "init": "identity",
    "gain": 3.0,
    "scale": 4.0,
    "steps": 200,
    "source": "sine",
    "readout": "linear",
}


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
