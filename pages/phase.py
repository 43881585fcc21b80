"""Phase map: for which weight scale and length does the gradient vanish, hold or explode?"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import flow as component
from pages.figures import flow
from pages.ui import controls, furniture, lab, runs
from rnn_core.experiment import Experiment
from rnn_core.notation import NOTATIONS
from rnn_core.sweep import Slice

EXPLAINED = """
Each cell of a map is **log₁₀ of ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖**: how much of the last step's gradient
is left at the initial state, the median of five seeds. Weight scale goes one way, sequence length
the other; the present setting is marked. Click a place, or move there by the arrow keys and press
Enter, and the experiment takes its weight scale and length.

Where it stays near 0 the gradient neither vanishes nor explodes. A median of five draws on one
input is a picture, **not a proof**.
"""

CLAIM = (
    "Weight scale and length decide together how much gradient is left. Every cell has its own "
    "map, and the starting weights redraw it."
)


@st.cache_resource(max_entries=48, show_spinner=False, hash_funcs={Experiment: repr})
def _map(e: Experiment) -> dict[str, flow.Floats]:
    """A map's cells as they are found; empty at first, the same for all readers."""
    return {}


def picture() -> None:
    """The map, once it is asked for; made slice by slice, so that a bar can tell how far it is."""
    e, wanted = lab.experiment(), lab.view().phase == "on"
    label = "Hide the phase map" if wanted else "Compute the phase map"
    st.button(label, on_click=lab.look, kwargs={"phase": "off" if wanted else "on"})
    if wanted:
        _draw(e)
    controls.bench()


def _draw(e: Experiment) -> None:
    series = runs.series(e)
    found, lengths = _map(flow.mapped(e)), flow.lengths_of(e, series)
    if len(found) < len(flow.CELLS):
        _fill(found, flow.map_slices(e, lengths, series))
    payload = flow.map_payload(e, lengths, found, NOTATIONS[lab.view().notation])
    component.phase_map(payload, key="phase", on_pick=lambda s, T: lab.change(scale=s, steps=T))


def _fill(found: dict[str, flow.Floats], slices: Iterator[Slice]) -> None:
    bar, parts = st.progress(0.0, "Phase map"), defaultdict[str, list[flow.Floats]](list)
    for k in range(1, flow.SLICES + 1):
        with runs.LOCK:
            part = next(slices)
        parts[part.cell].append(part.ratios)
        bar.progress(k / flow.SLICES, f"Phase map: {part.cell.upper()}, {k} of {flow.SLICES}")
    found |= {cell: np.concatenate(rows) for cell, rows in parts.items()}
    bar.empty()


def numbers(e: Experiment, view: lab.View) -> pd.DataFrame:
    """Every place of the maps that have been computed."""
    found, lengths = _map(flow.mapped(e)), flow.lengths_of(e, runs.series(e))
    return pd.DataFrame(flow.map_rows(lengths, found, NOTATIONS[view.notation]))


furniture.page("Phase map", CLAIM, picture, EXPLAINED, numbers)
