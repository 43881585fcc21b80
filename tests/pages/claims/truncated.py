"""Truncated BPTT: what lies before the last cut hears nothing."""

from rnn_core.experiment.run import Run
from tests.pages.claims.measured import every_seed


def cut_to_zero(found: Run) -> bool:
    norms, window = found.stages[0].gradient.top.norms(), found.experiment.window
    return not norms[:-window].any() and bool(norms[-window:].all())


CLAIMS = {"window-10": lambda w: all(map(cut_to_zero, every_seed(w)))}
