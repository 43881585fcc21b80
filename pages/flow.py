"""Gradient flow: turn one knob and watch how far back the loss is felt."""

from collections.abc import Iterator

from pages.components import flow as component
from pages.figures.flow import bench
from pages.figures.flow.letters import QUANTITY_WORDS
from pages.ui import page_layout, session
from pages.ui.models.flow import bench_of
from pages.ui.table import Table
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies.flow import KNOB_WORDS, usable

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
steps can stretch by more than (σₘₐₓ γ)ᵏ, with γ the largest slope of the activation. σₘₐₓ γ < 1
is *sufficient* for vanishing; σₘₐₓ γ > 1 is *necessary* for exploding, and not enough for it.
"""

CLAIM = (
    "Drag the slider: the gradient **vanishes**, holds or **explodes**. Where it tips over depends "
    "on the starting weights, far more than on the name of the cell."
)


def chosen(knob: str, quantity: str, value: float) -> None:
    """The slider was let go, or another knob or gradient was picked."""
    view, e = session.view(), session.experiment()
    if knob == usable(e, view.knob) and value != getattr(e, knob):
        setting = SETTINGS[knob]
        session.change(**{knob: setting.tidy(int(value) if setting.kind == "integer" else value)})
    if knob in KNOB_WORDS and quantity in QUANTITY_WORDS:
        session.look(knob=knob, flow=quantity)


def picture() -> Iterator[str]:
    """The bench, and the settings it rests on."""
    yield "picture"
    e, done = session.experiment(), bench_of(session.experiment(), session.view())
    payload = bench.payload(done, e, NOTATIONS[session.view().notation])
    component.bench(payload, key="flow", on_choice=chosen)


def numbers(e: Experiment, view: session.View) -> Table:
    """Every curve for every value of the knob."""
    return Table(bench.bench_rows(bench_of(e, view), NOTATIONS[view.notation]))


page_layout.page(
    "One knob decides how far back the gradient reaches", CLAIM, picture, EXPLAINED, numbers
)
