"""The sweep over one knob, made once for all readers."""

from pages.ui import runs
from pages.ui.results import stored
from pages.ui.view import View
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.studies.flow import Bench, bench, joined, parts, seconds, swept, usable


@stored(seconds, "Sweeping")
def _bench(
    e: Experiment, knob: str, quantity: str, values: tuple[float, ...], _series: Series | None
) -> Bench:
    return bench(e, knob, quantity, values, _series)


def bench_of(e: Experiment, view: View) -> Bench:
    """The sweep that is on screen."""
    knob, quantity, series = usable(e, view.knob), view.flow, runs.series(e)
    asked = swept(e, knob, quantity)
    apart = parts(e, knob, quantity, series)
    return joined([_bench(asked, knob, quantity, values, series) for values in apart])
