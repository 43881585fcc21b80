"""Gradient flow: turn one knob and watch how far back the loss is felt."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import flow as component
from pages.figures import flow
from pages.ui import controls, furniture, lab, runs
from rnn_core.experiment import SETTINGS, Experiment
from rnn_core.sweep import Slice

EXPLAINED = """
Read a curve from right to left, the way the gradient travels. The line is the **median of ten
seeds**, the band reaches from the second lowest to the second highest of them, the thin line is
your own seed. **Ten seeds are not a proof.** The axis is logarithmic and the same for all cells and
for every position of the slider; what lies beyond it is drawn on its edge, the numbers stay true.

* **Last step's loss**: dL_T/dhₜ, how much of the last loss is felt at step t. This one vanishes.
* **Loss at every step, total**: each step adds its own, so nothing *seems* to vanish.
* **Jacobian**: ∂h_T/∂hₜ, the product of Jacobians itself; its spectral norm is the most that any
  change of hₜ can still change h_T. For c it is total: through h of the same step as well.
  **Of h and c together** it is the LSTM's whole state: there a large forget bias makes it *grow*.
* **Share of dL/dW_hh**: what step t adds to the gradient that trains the recurrent weights.

The dotted line is the bound of Pascanu, Mikolov and Bengio (2013) for the RNN: no product of k
steps can stretch by more than (σ_max γ)ᵏ, with γ the largest slope of the activation. σ_max γ < 1
is *sufficient* for vanishing; σ_max γ > 1 is *necessary* for exploding, and not enough for it.

The **phase map** shows log₁₀ of ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖, the median of five seeds, for every
weight scale and sequence length. Click it to go there.
"""

CLAIM = (
    "Drag the slider: the gradient **vanishes**, holds or **explodes** while you watch. Where it "
    "tips over depends on the weights it starts from, far more than on the name of the cell."
)


@st.cache_resource(max_entries=48, show_spinner="Sweeping…", hash_funcs={Experiment: repr})
def _bench(e: Experiment, knob: str, quantity: str, values: tuple[float, ...]) -> flow.Bench:
    return flow.bench(e, knob, quantity, values, _series(e), lock=runs.LOCK)


@st.cache_resource(max_entries=48, show_spinner=False, hash_funcs={Experiment: repr})
def _map(e: Experiment) -> dict[str, flow.Floats]:
    """A map's cells as they are found; empty at first, the same for all readers."""
    return {}


def _series(e: Experiment) -> dict[str, float] | None:
    return runs._stock_prices() if e.source == "stocks" else None


def bench_of(e: Experiment, view: lab.View) -> flow.Bench:
    """The sweep on screen, made once for all readers."""
    knob = flow.usable(e, view.knob)
    values = flow.grid(e, knob, view.flow, _series(e))
    return _bench(flow.swept(e, knob, view.flow), knob, view.flow, values)


def chosen(knob: str, quantity: str, value: float) -> None:
    """The slider was let go, or another knob or gradient was picked."""
    view, e = lab.view(), lab.experiment()
    if knob == flow.usable(e, view.knob) and value != getattr(e, knob):
        setting = SETTINGS[knob]
        lab.change(**{knob: setting.tidy(int(value) if setting.kind == "integer" else value)})
    if knob in flow.KNOB_WORDS and quantity in flow.QUANTITY_WORDS:
        lab.look(knob=knob, flow=quantity)


def phase_map() -> None:
    """The map, once it is asked for; made slice by slice, so that a bar can tell how far it is."""
    e, wanted = lab.experiment(), lab.view().phase == "on"
    label = "Hide the phase map" if wanted else "Compute the phase map"
    st.button(label, on_click=lab.look, kwargs={"phase": "off" if wanted else "on"})
    if not wanted:
        return
    series = _series(e)
    found, lengths = _map(flow.mapped(e)), flow.lengths_of(e, series)
    if len(found) < len(flow.CELLS):
        _fill(found, flow.map_slices(e, lengths, series))
    payload = flow.map_payload(e, lengths, found)
    component.phase_map(payload, key="phase", on_pick=lambda s, T: lab.change(scale=s, steps=T))
    st.download_button(
        "Phase map as CSV",
        lambda: pd.DataFrame(flow.map_rows(lengths, found)).to_csv(index=False).encode(),
        file_name="phase-map.csv", mime="text/csv", on_click="ignore", type="tertiary",
        icon=":material/download:",
    )  # fmt: skip


def _fill(found: dict[str, flow.Floats], slices: Iterator[Slice]) -> None:
    bar, parts = st.progress(0.0, "Phase map"), defaultdict[str, list[flow.Floats]](list)
    for k in range(1, flow.SLICES + 1):
        with runs.LOCK:
            part = next(slices)
        parts[part.cell].append(part.ratios)
        bar.progress(k / flow.SLICES, f"Phase map: {part.cell.upper()}, {k} of {flow.SLICES}")
    found |= {cell: np.concatenate(rows) for cell, rows in parts.items()}
    bar.empty()


def picture() -> None:
    """The bench, the settings it rests on, the map."""
    e, done = lab.experiment(), bench_of(lab.experiment(), lab.view())
    component.bench(flow.payload(done, e), key="flow", on_choice=chosen)
    controls.bench()
    st.subheader("Phase map", anchor=False)
    phase_map()


def numbers(e: Experiment, view: lab.View) -> pd.DataFrame:
    """Every curve for every value of the knob."""
    return pd.DataFrame(flow.bench_rows(bench_of(e, view)))


furniture.page("Gradient flow", CLAIM, picture, EXPLAINED, numbers)
