"""Measures of the first page's story: the answers to its questions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rnn_core.engine.trace import Trace
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.measures.measure import Own
from rnn_core.measures.own_settings import row
from rnn_core.measures.shipped import shipped_model
from rnn_core.studies.story import FRESH, HELD, Story, cut, highway, travelled
from rnn_core.tasks.task import one_hot

SHORT, LONG = 5, 50  # letters


def more_weights(e: Experiment, own: Own) -> float:
    """Weights that a trained character network uses for 50 letters, less those for 5 letters."""
    return float(_used(LONG) - _used(SHORT))


@lru_cache(maxsize=2)
def _used(letters: int) -> int:
    """Different weights that were multiplied with anything while so many letters were read."""
    network = shipped_model("characters-gru").network
    codes = np.arange(letters) % network.input_size
    return sum(a.size for a in _arrays(network.forward(one_hot(codes, network.input_size)[None])))


def _arrays(trace: Trace) -> tuple[np.ndarray, ...]:
    """The weights that a trace was made with, each array once."""
    every = (w for layer in trace.layers for w in layer.weights if w is not None)
    return tuple({id(w): w for w in every}.values())


def travels_back(e: Experiment, own: Own) -> float:
    """log10 of the gradient at the first state over that at the last, in act three's network."""
    return float(travelled(row(Story, own).strength)[0])


def update_changed(e: Experiment, own: Own) -> float:
    """Length of act four's update as the optimiser makes it, less what BPTT computed."""
    found = cut(row(Story, own))
    return found.norm_after - found.norm_before


def left_on_highway(e: Experiment, own: Own) -> float:
    """log10 of the gradient at act five's first cell state over that at the last."""
    wish = row(Story, own)
    return float(highway(run(FRESH), wish.kept if wish.grip == HELD else None).left[0])
