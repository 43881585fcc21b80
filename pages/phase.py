"""Phase map: for which weight scale and length does the gradient vanish, hold or explode?"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import flow as component
from pages.figures.flow import bench
from pages.ui import page_layout, results, runs, session
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
    "Weight scale and length decide together how much gradient is left. Every cell has its own "
    "map, and the starting weights redraw it."
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
    """The map, once it is asked for."""
    yield "picture"
    e, wanted = session.experiment(), session.view().phase == "on"
    label = "Hide the phase map" if wanted else "Compute the phase map"
    st.button(label, on_click=_toggle, args=(not wanted,))
    if wanted:
        _draw(e)


def _toggle(wanted: bool) -> None:
    """Show the map, whatever it takes, or hide it; for callbacks."""
    session.look(phase="on" if wanted else "off")
    results.ask(_map.key(bench.mapped(session.experiment()), (), None))


def _draw(e: Experiment) -> None:
    lengths, found = _found(e)
    payload = bench.map_payload(e, lengths, found, NOTATIONS[session.view().notation])
    component.phase_map(payload, key="phase", on_pick=lambda s, T: session.change(scale=s, steps=T))


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every place of the maps, once they have been asked for."""
    lengths, found = _found(e) if view.phase == "on" else ((), {})
    return pd.DataFrame(bench.map_rows(lengths, found, NOTATIONS[view.notation]))


page_layout.page(
    "Weight scale and length decide together how much gradient is left",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
