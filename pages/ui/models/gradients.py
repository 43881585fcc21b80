"""Runs of all cells at every value of the weight scale, for the picture that follows its slider."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from pages.ui import results, runs, session
from pages.ui.results import stored
from rnn_core.engine.cells import CELLS
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_pass
from rnn_core.experiment.experiment import SETTINGS, Experiment, normalise
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run, make_cell, run

SETTING: Final = "scale"
ASKED: Final = "leaves_of_gradients"  # what the session keeps: the name of the leaves asked for
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


def turned(e: Experiment, series: Series | None) -> Iterator[tuple[float, dict[str, Run]]]:
    """Every value, and each cell's run there; drawn weights, as the slider asks for them."""
    for value in values():
        at = replace(e, weights="", **{SETTING: value})  # type: ignore[arg-type]
        found = {}
        for cell in CELLS:
            breathe()
            found[cell] = run(normalise(replace(at, cell=cell)), series=series)
        yield value, found


def unturned(e: Experiment) -> Experiment:
    """What the leaves depend on: everything but the setting itself."""
    return replace(e, weights="", **{SETTING: SETTINGS[SETTING].default})  # type: ignore[arg-type]


def name(e: Experiment, notation: str) -> str:
    """A name for the leaves of an experiment, new whenever others are wanted."""
    return sha256(repr((unturned(e), notation)).encode()).hexdigest()[:12]


def asked(wanted: str) -> bool:
    """Whether the reader's hand is near the slider; once."""
    found = session.kept(ASKED) == wanted
    if found:
        session.keep(ASKED, None)
    return found


def ask(wanted: str) -> None:
    """The leaves are wanted, if they can be had soon; for callbacks."""
    if seconds(session.experiment()) <= results.WAITS:
        session.keep(ASKED, wanted)


@stored()
def drawn(e: Experiment, notation: str, loss: str, _draw: Callable[[], Any]) -> Any:
    """The picture at every value of the weight scale, made once for all readers."""
    return _draw()
