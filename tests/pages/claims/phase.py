"""Phase map: how much of it vanishes and explodes, for each cell."""

from dataclasses import replace
from functools import cache

import numpy as np

from pages.figures.norm_axis import EXPLODED, VANISHED
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies import phase
from tests.pages.claims.measured import SEEDS, left

CELLS = ("rnn", "gru", "lstm")
LENGTHS = (50, 100, 200)


@cache
def maps(e: Experiment) -> dict[str, np.ndarray]:
    """cell -> (scales, lengths) what is left, the median of five seeds."""
    return {cell: 10.0 ** phase.ratios(phase.mapped(e, cell), LENGTHS, None) for cell in CELLS}


def only_the_rnn_explodes(e: Experiment) -> bool:
    """Blue in every map; orange over a third of the RNN's and hardly elsewhere."""
    found = maps(e)
    assert all((m < VANISHED).mean() > 0.1 for m in found.values())
    assert (found["rnn"] > EXPLODED).mean() > 1 / 3
    return all((found[cell] > EXPLODED).mean() < 0.05 for cell in ("gru", "lstm"))


def all_blue(e: Experiment) -> bool:
    """Whether the gradient of every cell vanishes on every seed, not by the median alone."""
    return all(left(run(replace(e, cell=c, seed=s))) < VANISHED for c in CELLS for s in SEEDS)


def clears_the_lstm(e: Experiment) -> bool:
    with_bias, without = maps(e), maps(replace(e, forget_bias=0.0))
    assert (without["lstm"] < VANISHED).mean() > 0.2
    assert not (with_bias["lstm"][1:] < VANISHED).any()
    return all(np.array_equal(with_bias[c], without[c]) for c in ("rnn", "gru"))


CLAIMS = {
    "orthogonal": lambda w: all(
        only_the_rnn_explodes(replace(w.experiment, seed=seed)) for seed in (0, 5)
    ),
    "default": lambda w: all_blue(w.experiment),
    "forget-bias": lambda w: clears_the_lstm(w.experiment),
}
