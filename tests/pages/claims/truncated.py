"""Truncated BPTT: what lies before the last cut hears nothing."""

import numpy as np

from rnn_core.experiment.run import Run
from rnn_core.studies.truncated import compare, uncut
from tests.pages.claims.measured import again, every_seed


def heard(found: Run) -> np.ndarray:
    """(T+1,) norm of the truncated gradient at every state."""
    return found.stages[0].gradient.top.norms()


def cut_to_zero(found: Run) -> bool:
    norms, window = heard(found), found.experiment.window
    return not norms[:-window].any() and bool(norms[-window:].all())


def one_step_is_left(found: Run) -> bool:
    return np.count_nonzero(heard(found)) == 1 and (
        np.count_nonzero(heard(again(found, window=25))) == 25
    )


def hardly_turned(found: Run) -> bool:
    e = found.experiment
    full = again(found, **vars(uncut(e)))
    return bool(compare(full, "all", [e.window]).angles[0] < 10)


def only_its_block(found: Run) -> bool:
    """Every state hears something, and what the last loss alone says is cut as ever."""
    last = again(found, placement="last")
    return bool(heard(found)[1:].all()) and cut_to_zero(last)


CLAIMS = {
    "window-10": lambda w: all(map(cut_to_zero, every_seed(w))),
    "teeth": lambda w: all(map(one_step_is_left, every_seed(w))),
    "vanishing": lambda w: all(map(hardly_turned, every_seed(w))),
    "every-step": lambda w: all(map(only_its_block, every_seed(w))),
}
