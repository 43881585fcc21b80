"""Small untrained character networks, with a card as the shipped ones have."""

import numpy as np

from rnn_core.engine.cells import CELLS
from rnn_core.engine.network import Network
from rnn_core.training.models import Card, Model

LETTERS = ("\n", " ", "a", "b", "c")


def small_model(cell: str, hidden: int = 6, seed: int = 1) -> Model:
    """A network over five characters, with counts of pairs beside it."""
    size = len(LETTERS)
    drawn = Network.create(CELLS[cell](), size, hidden, size, seed=seed)
    network = drawn.load_state_dict({name: 3 * w for name, w in drawn.weights.items()})
    pairs = np.random.default_rng(seed).integers(0, 9, (size, size)).astype(float)
    card = Card(
        f"small-{cell}",
        "characters",
        f"Small {cell}",
        "no data",
        cell,
        hidden,
        1,
        0,
        1,
        0.1,
        seed,
        1.0,
        "none",
        LETTERS,
        LETTERS,
        {"held-out tenth": 1.5},
        {"counted pairs, held-out tenth": 2.5},
    )
    return Model(card, (network,), {"pairs": pairs})
