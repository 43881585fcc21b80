"""Gradient flow: turn one knob and watch how far back the loss is felt."""

from collections.abc import Iterator

import pandas as pd

from pages.components import flow as component
from pages.figures.flow import bench
from pages.figures.flow.letters import QUANTITY_WORDS
from pages.ui import page_layout, runs, session
from pages.ui.results import stored
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Read a curve from right to left, the way the gradient travels. The line is the **median of ten
seeds**, the band reaches from the second lowest to the second highest of them, the thin line is
your own seed. **Ten seeds are not a proof.** The axis is logarithmic and the same for all cells and
for every position of the slider; what lies beyond it is drawn on its edge, the numbers stay true.

* **Last step's loss**: dL_T/dhₜ, how much of the last loss is felt at step t. This one vanishes.
* **Loss at every step, total**: each step adds its own, so nothing *seems* to vanish.
* **Jacobian**: ∂h_T/∂hₜ, the product of Jacobians itself; its spectral norm is the most that any
  change of hₜ can still change h_T. For cₜ it is total: through hₜ of the same step as well.
  **Of h and c together** it is the LSTM's whole state: there a large forget bias makes it *grow*.
* **Share of dL/dW_hh**: what step t adds to the gradient that trains the recurrent weights.

The dotted line is the bound of Pascanu, Mikolov and Bengio (2013) for the RNN: no product of k
steps can stretch by more than (σ_max γ)ᵏ, with γ the largest slope of the activation. σ_max γ < 1
is *sufficient* for vanishing; σ_max γ > 1 is *necessary* for exploding, and not enough for it.
"""

CLAIM = (
    "Drag the slider: the gradient **vanishes**, holds or **explodes**. Where it tips over depends "
    "on the starting weights, far more than on the name of the cell."
)


@stored(bench.seconds, "Sweeping")
def _bench(
    e: Experiment, knob: str, quantity: str, values: tuple[float, ...], _series: Series | None
) -> bench.Bench:
    return bench.bench(e, knob, quantity, values, _series)


def bench_of(e: Experiment, view: session.View) -> bench.Bench:
    """The sweep on screen, made once for all readers."""
    knob, quantity, series = bench.usable(e, view.knob), view.flow, runs.series(e)
    swept = bench.swept(e, knob, quantity)
    parts = bench.parts(e, knob, quantity, series)
    return bench.joined([_bench(swept, knob, quantity, values, series) for values in parts])


def chosen(knob: str, quantity: str, value: float) -> None:
    """The slider was let go, or another knob or gradient was picked."""
    view, e = session.view(), session.experiment()
    if knob == bench.usable(e, view.knob) and value != getattr(e, knob):
        setting = SETTINGS[knob]
        session.change(**{knob: setting.tidy(int(value) if setting.kind == "integer" else value)})
    if knob in bench.KNOB_WORDS and quantity in QUANTITY_WORDS:
        session.look(knob=knob, flow=quantity)


def picture() -> Iterator[str]:
    """The bench, and the settings it rests on."""
    yield "picture"
    e, done = session.experiment(), bench_of(session.experiment(), session.view())
    payload = bench.payload(done, e, NOTATIONS[session.view().notation])
    component.bench(payload, key="flow", on_choice=chosen)


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every curve for every value of the knob."""
    return pd.DataFrame(bench.bench_rows(bench_of(e, view), NOTATIONS[view.notation]))


page_layout.page(
    "One knob decides how far back the gradient reaches", CLAIM, picture, EXPLAINED, numbers
)
