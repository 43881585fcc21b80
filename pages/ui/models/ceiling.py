"""The four training runs of the page "A ceiling, never a floor", each made once for all readers."""

from dataclasses import replace

from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.studies import ceiling
from rnn_core.studies.ceiling import STARTS, Ceiling, Course, training
from rnn_core.training.trainer import Training


def checked(wish: Ceiling) -> Check:
    """The gradient check of these runs' start."""
    return _checked(training(wish, STARTS[0], "off"))


@stored()
def _checked(settings: Training) -> Check:
    return ceiling.check(settings)


def pairs(wish: Ceiling) -> list[tuple[Course, Course]]:
    """The exploding start without and with clipping, and the vanishing one.

    Another threshold makes only those runs anew that it cuts."""
    off = _course.each((training(wish, start, "off"), start) for start in STARTS)
    cut = [course.start for course in off if not ceiling.untouched(course, wish.limit)]
    made = _course.each((training(wish, start, wish.mode), start) for start in cut)
    clipped = dict(zip(cut, made, strict=True))
    return [(run, clipped.get(run.start, replace(run, mode=wish.mode))) for run in off]


def _seconds(settings: Training, _: str) -> float:
    """A run that is not clipped has a twin that is: they are waited for together."""
    return ceiling.seconds(settings) * (2 if settings.clip == "off" else 1)


@stored(_seconds, "Training four networks")
def _course(settings: Training, start: str) -> Course:
    return ceiling.course(settings, start)
