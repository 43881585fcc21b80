"""One weight drawn: rule, product and slopes, and words for every kind of unit."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import scalar
from pages.figures.scalar import unit_rows, unit_words
from rnn_core.studies.scalar import Scalar, unroll_unit


def drawn(wish: Scalar) -> tuple[go.Figure, dict]:
    done = unroll_unit(wish)
    figure, below = (go.Figure(f(done)) for f in (scalar.unit_figure, scalar.states_figure))
    lines = (*figure.data, *below.data)
    return figure, {line.name: np.asarray(line.y, float) for line in lines}


def test_rule_product_slopes_states_are_the_engines():
    wish = Scalar(w=1.2, n=9, x=0.3)
    done = unroll_unit(wish)
    figure, lines = drawn(wish)
    rule, product, slopes, state, slope = lines.values()
    np.testing.assert_allclose(rule, 1.2 ** np.arange(10))
    np.testing.assert_array_equal(product, done.product)
    np.testing.assert_array_equal(slopes, done.slopes)
    np.testing.assert_array_equal(state, done.states[::-1])
    np.testing.assert_allclose(slope, 1 - np.square(done.states[1:][::-1]))
    assert figure.layout.yaxis.type == "log"
    below = scalar.states_figure(done)["layout"]
    assert below["xaxis"]["range"] == list(figure.layout.xaxis.range)
    step = done.each[-1] * 1.2
    assert below["title"]["text"].endswith(f"{step:.3g}")
    assert figure.layout.xaxis.range[0] > 0 > figure.layout.xaxis.range[1]  # time runs to the right


@pytest.mark.parametrize(
    "wish",
    [
        Scalar(w=0.9, n=100, phi="linear"),
        Scalar(w=1.1, n=100, phi="linear"),
        Scalar(w=1.5),
        Scalar(w=1.5, n=10, h0=0.01),
        Scalar(w=3.5, phi="sigmoid"),
        Scalar(w=6.0, phi="sigmoid", x=-3.0, n=25),
    ],
    ids=str,
)
def test_every_kind_of_unit_is_drawn_and_told(wish):
    figure, lines = drawn(wish)
    low, high = (10.0**v for v in figure.layout.yaxis.range)
    for y in list(lines.values())[:3]:
        assert ((y >= low) & (y <= high)).all()
    assert len(unit_words(unroll_unit(wish))) == 3


@pytest.mark.parametrize(
    ("wish", "said", "unsaid"),
    [
        (Scalar(w=1.5), ("explodes", "vanishes", "turn growth", "not sufficient"), "exact"),
        (Scalar(w=0.9, n=200), ("sufficient", "vanishes"), "necessary"),
        (Scalar(w=1.0), ("no step can stretch",), "sufficient"),
        (Scalar(w=3.0, phi="sigmoid"), ("0.25", "below 4"), "necessary"),
        (Scalar(w=4.0, phi="sigmoid"), ("no step can stretch",), "necessary"),
        (Scalar(w=6.0, phi="sigmoid"), ("above 4 is necessary",), "exact"),
        (Scalar(w=1.1, n=100, phi="linear"), ("exact", "explodes"), "necessary"),
        (Scalar(w=1.0, phi="linear"), ("stays 1",), "vanishes at"),
        (Scalar(w=0.0), ("is **0**",), "smaller than a number"),
        (Scalar(w=8.0, n=200), ("smaller than a number",), "exactly 0 at"),
    ],
    ids=str,
)
def test_words_never_say_more_than_is_so(wish, said, unsaid):
    text = " ".join(unit_words(unroll_unit(wish)))
    assert all(words in text for words in said), text
    assert unsaid not in text


def test_rows_and_colours():
    done = unroll_unit(Scalar(n=7))
    rows = unit_rows(done)
    assert {len(column) for column in rows.values()} == {8}
    np.testing.assert_array_equal(rows["product"], done.product)
    assert "#" not in str(scalar.unit_figure(done)) and "rgb" not in str(scalar.unit_figure(done))


def test_one_step():
    figure, lines = drawn(Scalar(n=1))
    assert [len(y) for y in lines.values()] == [2, 2, 2, 2, 1]
    assert "w = 1.5, 1 step: the rule says 1.5" in figure.layout.title.text
