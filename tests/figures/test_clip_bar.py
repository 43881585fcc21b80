"""The step before and after clipping: bars that end at the norms, on an axis that never moves."""

from math import inf, nan

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import clip_bar
from pages.figures.norm_axis import HIGH, LOW
from rnn_core.engine.clip import clip

LONG = {"W": np.array([3e5, 4e5])}  # norm 500 000
SHORT = {"W": np.array([3e-9, 4e-9])}


def drawn(gradient, mode, threshold=1.0) -> go.Figure:
    """The figure as Plotly reads it: a property it does not know raises."""
    return go.Figure(clip_bar.clip_bar(clip(gradient, mode, threshold)))


def ends(figure) -> dict[str, float]:
    """End of each bar, read back from the figure."""
    return {bar.name.split()[0]: bar.base[0] + bar.x[0] for bar in figure.data}


@pytest.mark.parametrize("mode", ["off", "norm", "value"])
def test_the_bars_end_at_the_norms(mode):
    done = clip(LONG, mode, 1.0)
    found = ends(drawn(LONG, mode))
    assert found["before"] == pytest.approx(done.norm_before)
    assert found["after"] == pytest.approx(done.norm_after)


def test_both_bars_have_one_place_and_the_axis_rests():
    figures = [drawn(g, m) for g in (LONG, SHORT) for m in ("off", "norm", "value")]
    assert len({f.layout.xaxis.range for f in figures}) == 1
    assert {tuple(bar.y) for f in figures for bar in f.data} == {(0.0,)}
    assert len({f.layout.height for f in figures}) == 1
    before, after = figures[1].data
    assert before.width[0] > after.width[0]  # what was there stays seen behind what is left


def test_switching_glides_and_a_slider_does_not():
    modes = [drawn(LONG, mode).layout.meta["glide"] for mode in ("off", "norm", "value")]
    assert len(set(modes)) == 3
    assert drawn(SHORT, "norm").layout.meta["glide"] == modes[1]
    assert all(bar.meta == {"glide": "x"} for bar in drawn(LONG, "norm").data)


def test_the_numbers_are_written_large():
    texts = {a.text: a.font.size for a in drawn(LONG, "norm").layout.annotations}
    assert texts["<b>500\u202f000 → 1</b>"] == clip_bar.HUGE
    assert "<b>500\u202f000</b>" in {a.text for a in drawn(LONG, "off").layout.annotations}


def test_the_threshold_is_a_line_only_where_it_bounds_the_norm():
    def lines(mode):
        shapes = drawn(LONG, mode, 5.0).layout.shapes
        return [s.x0 for s in shapes if s.type == "line" and s.x0 != 1]

    assert lines("norm") == [5.0] and lines("value") == []
    assert any("every entry" in a.text for a in drawn(LONG, "value", 5.0).layout.annotations)


@pytest.mark.parametrize(
    ("gradient", "mode", "threshold", "said"),
    [
        (LONG, "off", 1, "Clipping is off: the step is 500\u202f000 long"),
        (
            LONG,
            "norm",
            1,
            "Clipping makes the step 500\u202f000 times shorter; its direction stays",
        ),
        (LONG, "value", 1, "times shorter and turns it by 8°"),
        (
            SHORT,
            "norm",
            1,
            "Nothing to clip: the norm 5·10⁻⁹ is below the threshold 1; clipping is a",
        ),
        (SHORT, "value", 1, "every entry is below the threshold"),
        (LONG, "norm", 0, "nothing is learned"),
        ({"W": np.zeros(2)}, "norm", 1, "exactly zero"),
        ({"W": np.array([inf, 1])}, "norm", 1, "clipping cannot mend that"),
        ({"W": np.array([inf, 1])}, "value", 1, "a step of 1.41 is left"),
        ({"W": np.array([nan, 1])}, "off", 1, "overflowed"),
    ],
)
def test_the_title_is_the_conclusion(gradient, mode, threshold, said):
    assert said in drawn(gradient, mode, threshold).layout.title.text


def test_what_leaves_the_axis_ends_on_its_border():
    assert ends(drawn({"W": np.array([1e30])}, "off"))["before"] == pytest.approx(HIGH)
    assert ends(drawn({"W": np.array([1e-30])}, "off"))["after"] == pytest.approx(LOW)
    assert "beyond the axis" in drawn({"W": np.array([1e30])}, "off").data[0].hovertemplate


@pytest.mark.parametrize(
    ("gradient", "mode", "words"),
    [
        (LONG, "off", ("is **off**", "stay exactly")),
        (LONG, "norm", ("moved one thing", "**500\u202f000** to **1**", "stay exactly")),
        (LONG, "value", ("turned by 8°",)),
        (SHORT, "norm", ("Nothing moved", "not above the threshold 1", "never a floor")),
    ],
)
def test_one_sentence_says_what_moved_and_what_did_not(gradient, mode, words):
    said = clip_bar.changed_words(clip(gradient, mode, 1.0))
    assert all(word in said for word in words), said


def test_the_strip_says_both_numbers_and_only_what_changed():
    texts = [a["text"] for a in clip_bar.strip_words(clip(LONG, "norm", 1.0))]
    assert texts == ["<b>500\u202f000</b>", "<b>→ 1</b>"]
    assert len(clip_bar.strip_words(clip(SHORT, "norm", 1.0))) == 1
    (line,) = clip_bar.strip_threshold(clip(LONG, "norm", 5.0))
    assert line["y0"] == line["y1"] == 5.0
