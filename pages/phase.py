"""Phase map: for which weight scale and length does the gradient vanish, hold or explode?"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import flow as component
from pages.figures.flow import bench
from pages.ui import page_layout, runs, session
from pages.ui.results import stored
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each cell of a map is **log₁₀ of ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖**: how much of the last step's gradient
is left at the initial state, the median of five seeds. Weight scale goes one way, sequence length
the other; the present setting is marked. Click a place, or move there by the arrow keys and press
Enter, and the experiment takes its weight scale and length.

Where it stays near 0 the gradient neither vanishes nor explodes. A median of five draws on one
input is a picture, **not a proof**.
"""

CLAIM = (
    "Blue: the gradient **vanishes**; orange: it **explodes**. Every cell has its own map, and the "
    "starting weights redraw it. Click a place to go there."
)


@stored(bench.map_seconds, "Phase map")
def _map(
    e: Experiment, _lengths: tuple[int, ...], _series: Series | None
) -> dict[str, bench.Floats]:
    """cell -> (scales, lengths) log10 of the gradient ratio."""
    rows = defaultdict[str, list[bench.Floats]](list)
    for part in bench.map_slices(e, _lengths, _series):
        rows[part.cell].append(part.ratios)
    return {cell: np.concatenate(parts) for cell, parts in rows.items()}


def _found(e: Experiment) -> tuple[tuple[int, ...], dict[str, bench.Floats]]:
    series = runs.series(e)
    lengths = bench.lengths_of(e, series)
    return lengths, _map(bench.mapped(e), lengths, series)


def picture() -> Iterator[str]:
    """Every cell's map, and how much of it vanishes and explodes."""
    yield "picture"
    e = session.experiment()
    lengths, found = _found(e)
    st.markdown(f"**{bench.map_words(found)}**")
    payload = bench.map_payload(e, lengths, found, NOTATIONS[session.view().notation])
    component.phase_map(payload, key="phase", on_pick=lambda s, T: session.change(scale=s, steps=T))


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every place of the maps."""
    lengths, found = _found(e)
    return pd.DataFrame(bench.map_rows(lengths, found, NOTATIONS[view.notation]))


page_layout.page(
    "Weight scale and length decide together how much gradient is left",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
