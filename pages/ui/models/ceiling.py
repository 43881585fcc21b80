"""The four training runs of the page "A ceiling, never a floor", made once for all readers."""

from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.studies import ceiling
from rnn_core.studies.ceiling import STARTS, Ceiling, Course


@stored()
def checked(wish: Ceiling) -> Check:
    """The gradient check of these runs' start."""
    return ceiling.check(wish)


def pairs(wish: Ceiling) -> list[list[Course]]:
    """The runs of the exploding and of the vanishing start."""
    return [[c for c in made(wish) if c.start == start] for start in STARTS]


@stored(ceiling.seconds, "Training four networks")
def made(wish: Ceiling) -> tuple[Course, ...]:
    """The four runs."""
    return tuple(ceiling.courses(wish))
