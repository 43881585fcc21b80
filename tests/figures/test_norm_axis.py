"""One axis of gradient norms: its zones, what leaves it, numbers as they are said."""

import json
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.figures import norm_axis
from pages.figures.norm_axis import EXPLODED, HIGH, LOW, SHADE, VANISHED, apart, plain
from pages.figures.theme import PALETTE
from tests.figures.test_theme import CONFIG, MODES, contrast


def figure(axis: str) -> go.Figure:
    """The axis in a figure, as Plotly reads it: a property it does not know raises."""
    layout = {
        f"{axis}axis": norm_axis.norm_axis(),
        "shapes": norm_axis.zones(axis),
        "annotations": norm_axis.zone_words(axis),
    }
    return go.Figure({"data": [], "layout": layout})


@pytest.mark.parametrize("axis", ["x", "y"])
def test_cool_lies_below_a_millionth_and_warm_above_a_thousand(axis):
    cool, warm, one = figure(axis).layout.shapes
    assert (cool[f"{axis}1"], warm[f"{axis}0"]) == (VANISHED, EXPLODED) == (1e-6, 1e3)
    assert cool[f"{axis}0"] < LOW and warm[f"{axis}1"] > HIGH
    assert cool.fillcolor != warm.fillcolor
    assert {shape.layer for shape in (cool, warm, one)} == {"below"}
    words = {a.text: a[axis] for a in figure(axis).layout.annotations}
    assert words["<b>vanishing</b>"] == np.log10(LOW)
    assert words["<b>exploding</b>"] == np.log10(HIGH)


def test_clipping_an_explosion_moves_more_than_a_third_of_the_axis():
    moved = norm_axis.share(666_491) - norm_axis.share(1)
    assert moved > 1 / 3


def test_what_leaves_the_axis_is_known():
    values = np.array([0, 1e-30, LOW, 1, HIGH, 1e30, np.inf, np.nan])
    outside = [True, True, False, False, False, True, True, True]
    assert norm_axis.beyond(values).tolist() == outside
    assert norm_axis.held(values)[:7].tolist() == [LOW, LOW, LOW, 1, HIGH, HIGH, HIGH]
    assert norm_axis.edges(np.array([1.0, np.nan])) == ""
    assert "10⁻⁹" in norm_axis.edges(values)


@given(
    places=st.lists(st.floats(0, 1), max_size=8),
    gap=st.floats(0.01, 0.1),
)
def test_labels_keep_apart_and_in_order(places, gap):
    found = apart(places, gap)
    assert len(found) == len(places)
    ordered = sorted(zip(places, found, strict=True))
    heights = [at for _, at in ordered]
    assert all(
        b - a >= gap - 1e-9 for a, b in zip(sorted(heights), sorted(heights)[1:], strict=False)
    )
    assert all(-1e-9 <= at <= 1 + 1e-9 for at in found)


def test_labels_with_room_stay_where_they_belong():
    assert apart([0.9, 0.1, 0.5], 0.1) == [0.9, 0.1, 0.5]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (666491.27, "666\u202f000"),
        (1.0, "1"),
        (0.31234, "0.312"),
        (2.9e-9, "2.9·10⁻⁹"),
        (3.2e12, "3.2·10¹²"),
        (999.9, "1\u202f000"),
        (np.inf, "overflow"),
        (np.nan, "overflow"),
    ],
)
def test_numbers_as_they_are_said(value, said):
    assert plain(value) == said


def blended(over: str, under: str, share: float) -> str:
    mixed = [
        round(int(o, 16) * share + int(u, 16) * (1 - share))
        for o, u in ((over[i : i + 2], under[i : i + 2]) for i in (1, 3, 5))
    ]
    return "#" + "".join(f"{v:02x}" for v in mixed)


@pytest.mark.parametrize("mode", MODES)
def test_lines_and_words_stand_out_from_both_zones(mode):
    look = CONFIG["theme"][mode]
    arms = look["chartDivergingColors"]
    for pale, deep in ((arms[4], arms[1]), (arms[5], arms[8])):
        zone = blended(pale, look["backgroundColor"], SHADE)
        assert contrast(deep, zone) >= 4.5
        assert contrast(look["textColor"], zone) >= 4.5
        for cell in ("rnn", "gru", "lstm"):
            assert contrast(PALETTE[cell][MODES.index(mode)], zone) >= 2.9, cell


def test_the_zones_are_tokens_of_the_diverging_colours():
    text = json.dumps([norm_axis.zones(), norm_axis.zone_words()])
    assert "#" not in text and "rgb" not in text
    config = tomllib.loads(Path(".streamlit/config.toml").read_text("utf-8"))
    assert len(config["theme"]["light"]["chartDivergingColors"]) == 10
    for slot in (1, 4, 5, 8):
        assert f"var(--heat-{slot})" in text
