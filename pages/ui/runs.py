"""Runs and their checks, made once for all readers of this process."""

from dataclasses import dataclass, replace
from functools import cache

from pages.ui import registry
from pages.ui.results import stored
from pages.ui.stocks import stocks
from rnn_core.analysis.edits import Edit, apply_edits, parse_edits
from rnn_core.analysis.gradient_check import Check, gradient_check
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.analysis.held_gate import seconds as held_seconds
from rnn_core.analysis.jacobians import Bound, pascanu
from rnn_core.applications.probe import Probe, fits, run_of
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import Experiment, normalise
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run, Stage, run


def compute(e: Experiment) -> Run:
    """A run, made once for all readers.

    A trained network that is not here may come: its place is taken by a drawn one that goes by a
    name of its own, so that nothing made of it is taken for the trained one's.
    """
    e, found = normalise(e), registry.get(e.weights)
    if found is not None and fits(found, e):
        return _trained(e, found)
    if not e.weights:
        return _drawn(e)
    done = _drawn(replace(e, weights=""))
    return replace(done, notes=(*done.notes, _why_drawn(found)))


def check(done: Run) -> Check:
    """The gradient check of this very run, made once for all readers."""
    return _check(done.experiment, done.changed, done)


def edited(done: Run, text: str) -> tuple[Run, tuple[Edit, ...]]:
    """The run with single numbers changed, and the changes that have no place in it."""
    return _edited(done.experiment, text, done) if text else (done, ())


@stored()
def _edited(e: Experiment, text: str, _done: Run) -> tuple[Run, tuple[Edit, ...]]:
    return apply_edits(_done, parse_edits(text))


def held(done: Run, hold: Hold) -> Run:
    """The run's twin with a gate held, made once for all readers."""
    return _held(done.experiment, hold, done)


def _seconds(e: Experiment, hold: Hold, done: Run) -> float:
    return held_seconds(done)


@stored(_seconds, "With the gate held")
def _held(e: Experiment, hold: Hold, _done: Run) -> Run:
    return hold_gate(_done, hold)


@stored()
def _trained(e: Experiment, _found: Probe) -> Run:
    return run_of(_found, e)


def _drawn(e: Experiment) -> Run:
    return _run(e, series(e))


@stored()
def _run(e: Experiment, _series: Series | None) -> Run:
    return replace(run(e, series=_series), experiment=e)


def _why_drawn(found: Probe | None) -> str:
    """Why these weights are not the trained ones that were asked for."""
    if found is None:
        return "The trained weights of this link are no longer here: these are freshly drawn."
    return "Weights freshly drawn: the trained ones belong to another cell or shape."


@stored()
def _check(e: Experiment, changed: str, _done: Run) -> Check:
    return gradient_check(_done)


def series(e: Experiment) -> Series | None:
    """The real series that an experiment reads, if it reads one."""
    return _stock_prices() if e.source == "stocks" else None


@cache
def _stock_prices() -> dict[str, float]:
    """Weekly closing prices that ship inside Plotly: date -> price."""
    return dict(zip(stocks()["date"], map(float, stocks()["GOOG"]), strict=True))


@dataclass(frozen=True)
class Layer:
    """One direction of one layer of one stage, and what a reader calls it."""

    name: str
    labels: tuple[str, ...]
    trace: LayerTrace


def layers(done: Run, only: Stage | None = None) -> tuple[Layer, ...]:
    """Every layer of a run (or of one of its stages), in reading order."""
    found, first = [], 0
    for stage in done.stages:
        labels = _labels(done, stage, first)
        first += _steps(stage)
        if only is None or stage is only:
            found += [Layer(_name(done, stage, t), labels, t) for t in stage.trace.layers]
    return tuple(found)


def _name(done: Run, stage: Stage, trace: LayerTrace) -> str:
    where = f"{stage.name}, " if len(done.stages) > 1 else ""
    both = len({t.reverse for t in stage.trace.layers}) > 1
    way = (" backward" if trace.reverse else " forward") if both else ""
    return f"{where}layer {trace.layer + 1}{way}"


def _labels(done: Run, stage: Stage, first: int) -> tuple[str, ...]:
    """The input's symbols; a dot where something else is read (nothing, or a fed-back output)."""
    read, end = stage.trace.layers[0].x[0], first + _steps(stage)
    labels, x = done.sequence.labels[first:end], done.sequence.x[0, first:end]
    if x.shape != read.shape:  # encoder and decoder of different inputs: the labels alone hold both
        return labels
    given = (read == x).all(axis=1)
    return tuple(label if same else "·" for label, same in zip(labels, given, strict=True))


def _steps(stage: Stage) -> int:
    return int(stage.trace.features.shape[1])


def total_steps(done: Run) -> int:
    """Steps of all stages together."""
    return sum(map(_steps, done.stages))


def stage_of(done: Run, step: int) -> Stage:
    """The stage that a step (from 0, through all stages) belongs to."""
    for stage in done.stages:
        if step < _steps(stage):
            return stage
        step -= _steps(stage)
    return done.stages[-1]


def bounds(done: Run) -> dict[str, Bound]:
    """Bound on a plain RNN's gradient; nothing where layers offer the gradient other ways."""
    (stage, *more) = done.stages
    found = None if more or len(stage.trace.layers) > 1 else pascanu(stage.trace.layers[0])
    return {"rnn": found} if found else {}


def loss_words(done: Run) -> str:
    """Steps that have a loss, in words: "the last step", "every step", or a list."""
    return done.loss_at
