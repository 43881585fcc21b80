"""The look: contrast, colour-blind-safe families, one entry for everything that has a name."""

import json
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import theme
from rnn_core.engine.cells import CELLS, GRU, LSTM, RNN

CONFIG = tomllib.loads(
    (Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text("utf-8")
)
MODES = ("light", "dark")
CELL_VARIANTS = [RNN(a) for a in ("tanh", "sigmoid", "relu")] + [GRU(), LSTM(), LSTM("no-forget")]

# Machado, Oliveira & Fernandes (2009), full protanopia, deuteranopia, tritanopia, linear RGB.
SIGHTS = {
    "usual": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    a, b = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (b + 0.05) / (a + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(np.maximum(rgb @ to_lms.T, 0)) @ to_lab.T


def colours(mode: str) -> dict[str, str]:
    found = {name: pair[MODES.index(mode)] for name, pair in theme.PALETTE.items()}
    return found | {"h": CONFIG["theme"][mode]["textColor"]}


@pytest.mark.parametrize("mode", MODES)
def test_the_configuration_carries_the_palette(mode):
    """Ten entries: with fewer Streamlit hands plotly.js undefined colours."""
    listed = CONFIG["theme"][mode]["chartCategoricalColors"]
    assert listed == [pair[MODES.index(mode)] for pair in theme.PALETTE.values()]
    for scale in ("Categorical", "Sequential", "Diverging"):
        assert len(CONFIG["theme"][mode][f"chart{scale}Colors"]) == 10


@pytest.mark.parametrize("mode", MODES)
def test_text_and_accent_can_be_read_on_every_background(mode):
    look = CONFIG["theme"][mode]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        for text in ("textColor", "primaryColor", "linkColor", "codeTextColor"):
            assert contrast(look[text], look[background]) >= 4.5, (text, background)


@pytest.mark.parametrize("mode", MODES)
def test_lines_stand_out_from_every_background(mode):
    look = CONFIG["theme"][mode]
    for name, colour in colours(mode).items():
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(colour, look[background]) >= 3, (name, background)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_drawn_together_differ_for_every_eye(mode, sight):
    found = colours(mode)
    families = [tuple(theme.CELLS)] + [(*c.gates, *c.states) for c in (GRU(), LSTM())]
    seen = {name: oklab(np.clip(SIGHTS[sight] @ linear(c), 0, 1)) for name, c in found.items()}
    for family in families:
        for one, other in combinations(family, 2):
            assert np.linalg.norm(seen[one] - seen[other]) > 0.07, (one, other)


@pytest.mark.parametrize("mode", MODES)
def test_colour_scales_are_ordered_by_lightness(mode):
    """A sequential scale goes one way, a diverging one both ways from its middle."""
    light = {
        name: np.array([oklab(linear(c))[0] for c in CONFIG["theme"][mode][f"chart{name}Colors"]])
        for name in ("Sequential", "Diverging")
    }
    away = 1 if mode == "dark" else -1
    assert (away * np.diff(light["Sequential"]) > 0).all()
    assert (away * np.diff(light["Diverging"][5:]) > 0).all()
    assert (away * np.diff(light["Diverging"][4::-1]) > 0).all()


@pytest.mark.parametrize("cell", CELL_VARIANTS, ids=repr)
def test_every_gate_and_state_of_every_cell_has_a_look(cell):
    assert theme.cell_look(cell.name).label
    for quantity in (*cell.gates, *cell.states):
        assert theme.quantity_look(quantity).label
        span = theme.range_of(cell, quantity)
        assert (span.kind == "unit") == (span.low == 0)


def test_every_cell_of_the_engine_is_in_the_table():
    assert set(theme.CELLS) == set(CELLS)
    for what in ("colour", "dash", "marker"):
        assert len({getattr(look, what) for look in theme.CELLS.values()}) == len(theme.CELLS)


def test_ranges_follow_the_activation():
    assert theme.range_of(LSTM(), "forget") == theme.UNIT
    assert theme.range_of(LSTM(), "c", 5.0) == theme.Range("wide", -5, 5)
    assert theme.range_of(LSTM(), "h") == theme.SIGNED
    assert theme.range_of(RNN("sigmoid"), "h") == theme.UNIT
    assert theme.range_of(RNN("relu"), "h").kind == "wide"


def test_what_is_unknown_says_where_to_add_it():
    with pytest.raises(KeyError, match=r"pages/figures/theme\.py"):
        theme.cell_look("mgu")
    with pytest.raises(ValueError, match="expected one of"):
        theme.wide(3.0)


def test_numbers_in_sentences():
    assert theme.number(0.5) == "0.5"
    assert theme.number(-0.25) == "−0.25"
    assert theme.number(1.834e-5) == "1.83·10⁻⁵"
    assert theme.number(1e-16) == "10⁻¹⁶"
    assert theme.number(0) == "0"
    assert theme.number(float("inf")) == "inf"


def test_house_names_everything_and_fixes_no_colour():
    figure = theme.base_figure([{"type": "scatter", "y": [1, 2]}], "Title", "x label", "y label")
    assert go.Figure(figure)  # Plotly finds nothing it does not know
    text = json.dumps(figure)
    assert all(word in text for word in ("Title", "x label", "y label"))
    assert "#" not in text and "rgb" not in text
