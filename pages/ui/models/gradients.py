"""Runs of all cells at every value of the weight scale, for the picture that follows its slider."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from pages.components.leaves import PARTS
from pages.ui import results, runs, session
from pages.ui.results import stored
from rnn_core.engine.cells import CELLS
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_pass
from rnn_core.experiment.experiment import SETTINGS, Experiment, normalise
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run, make_cell, run

SETTING: Final = "scale"
ASKED: Final = "leaves_of_gradients"  # what the session keeps: name and part that are asked for
WIDTH: Final = 16  # inputs and outputs of a step, about
BESIDES: Final = 1.2e-3  # seconds of a run besides its passes


def of_cells(e: Experiment) -> dict[str, Run]:
    """Every cell's run."""
    return {cell: runs.compute(replace(e, cell=cell)) for cell in CELLS}


def values() -> tuple[float, ...]:
    """Every stop of the slider."""
    setting = SETTINGS[SETTING]
    count = round((setting.high - setting.low) / setting.step) + 1
    return tuple(float(setting.snap(setting.low + k * setting.step)) for k in range(count))


def seconds(e: Experiment) -> float:
    """About how long all runs take, on one core."""
    sides = 2 if e.direction == "both" else 1
    size = {"T": e.steps, "B": 1, "D": WIDTH, "H": e.hidden, "outputs": WIDTH}
    cells = [make_cell(replace(e, cell=cell)) for cell in CELLS]
    once = [network_pass(c, **size, layers=e.layers, sides=sides).seconds + BESIDES for c in cells]
    return len(values()) * sum(once)


def turned(
    e: Experiment, part: int, series: Series | None
) -> Iterator[tuple[float, dict[str, Run]]]:
    """Runs of all cells at every PARTS-th value of the setting, with weights drawn at random."""
    for value in values()[part::PARTS]:
        at = replace(e, weights="", **{SETTING: value})  # type: ignore[arg-type]
        found = {}
        for cell in CELLS:
            breathe()
            found[cell] = run(normalise(replace(at, cell=cell)), series=series)
        yield value, found


def unturned(e: Experiment) -> Experiment:
    """The experiment without the setting that the leaves are made for, which is at its default."""
    return replace(e, weights="", **{SETTING: SETTINGS[SETTING].default})  # type: ignore[arg-type]


def name(e: Experiment, notation: str) -> str:
    """Name of an experiment's leaves, new whenever other leaves are wanted."""
    return sha256(repr((unturned(e), notation)).encode()).hexdigest()[:12]


def asked(wanted: str) -> int | None:
    """Part of these leaves that is wanted now, told once; it is prepared without a progress bar."""
    found = session.kept(ASKED)
    session.keep(ASKED, None)
    if not (isinstance(found, tuple) and found[0] == wanted):
        return None
    results.no_place_for_progress()
    return int(found[1])


def ask(wanted: str, part: int) -> None:
    """A part of the leaves is wanted, if all can be had soon; for callbacks."""
    if seconds(session.experiment()) <= results.WAITS:
        session.keep(ASKED, (wanted, part))


@stored()
def drawn(e: Experiment, notation: str, loss: str, part: int, _draw: Callable[..., Any]) -> Any:
    """The picture at every so many-th value of the weight scale, made once for all readers."""
    return _draw(turned(e, part, runs.series(e)))
