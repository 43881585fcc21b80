"""Clipping's pictures: exact lengths and angles, every entry counted, a word for odd gradients."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pages.figures import clipping
from pages.figures.gradients import clipping_bars
from rnn_core.engine.clip import clip
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
PAIR = {"w": np.array([3.0, 0.1])}
MIXED = {"W": np.array([[30.0, -0.2], [0.0, 5.0]]), "b": np.array([0.01, -400.0])}


def drawn(figure) -> dict[str, go.Scatter]:
    """Traces by name, as Plotly reads them: a property it does not know raises."""
    return {trace.name: trace for trace in go.Figure(figure).data}


@given(
    gradient=arrays(np.float64, 6, elements=FINITE),
    mode=st.sampled_from(["off", "norm", "value"]),
    threshold=st.sampled_from([0.01, 1.0, 100.0]),
)
def test_the_plane_keeps_both_lengths_and_the_angle(gradient, mode, threshold):
    done = clip({"g": gradient}, mode, threshold)
    plane = clipping.plane(done)
    if not gradient.any():
        assert plane.before is None and plane.after is None
        return
    before, after = np.array(plane.before), np.array(plane.after)
    kept = done.after["g"]
    assert np.linalg.norm(before) == pytest.approx(np.linalg.norm(gradient))
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(kept))
    assert before @ after == pytest.approx(gradient @ kept, rel=1e-6)


def test_the_arrows_end_where_the_plane_says():
    done = clip(MIXED, "value", 1.0)
    traces, plane = drawn(clipping.arrows(done)), clipping.plane(done)
    for name, end in (("before clipping", plane.before), ("after clipping", plane.after)):
        assert (traces[name].x[1], traces[name].y[1]) == pytest.approx(end)
        assert (traces[name].x[0], traces[name].y[0]) == (0, 0)
    (arc,) = [t for n, t in traces.items() if n.startswith("angle")]
    turned = np.degrees(np.arctan2(arc.y[-1], arc.x[-1]))
    assert turned == pytest.approx(done.angle_degrees)


def test_the_axes_have_one_scale_and_the_ceiling_is_a_circle():
    layout = go.Figure(clipping.arrows(clip(PAIR, "norm", 2.0))).layout
    assert layout.yaxis.scaleanchor == "x"
    (circle,) = layout.shapes
    assert (circle.type, circle.x1, circle.y1) == ("circle", 2.0, 2.0)
    assert not go.Figure(clipping.arrows(clip(PAIR, "value", 2.0))).layout.shapes


def test_an_arrow_that_leaves_the_picture_says_how_far_it_goes():
    done = clip({"g": np.array([3e5, 4e5])}, "norm", 1.0)
    figure = go.Figure(clipping.arrows(done))
    assert figure.layout.xaxis.range[1] < 10
    assert figure.data[0].x[1] == pytest.approx(5e5)
    assert "5·10⁵" in figure.layout.annotations[0].text
    short = go.Figure(clipping.arrows(clip({"g": np.array([3.0, 4.0])}, "norm", 1.0)))
    assert short.layout.xaxis.range[1] > 5 and not short.layout.annotations


def test_the_textbook_turns_by_3_8_degrees():
    traces = drawn(clipping.textbook())
    np.testing.assert_allclose([traces["before"].x[1], traces["before"].y[1]], [3, 0.1])
    np.testing.assert_allclose([traces["by value"].x[1], traces["by value"].y[1]], [1, 0.1])
    by_norm = np.array([traces["by norm"].x[1], traces["by norm"].y[1]])
    np.testing.assert_allclose(by_norm / np.linalg.norm(by_norm), PAIR["w"] / np.hypot(3, 0.1))
    words = clipping.textbook_words()
    for part in ("(3, 0.1) becomes (1, 0.1)", "3.8°", "from 1.9° to 5.7°", "by 0.0°"):
        assert part in words


@pytest.mark.parametrize("mode", ["off", "norm", "value"])
def test_the_histogram_counts_every_entry(mode):
    done = clip(MIXED, mode, 1.0)
    traces = drawn(clipping.entries(done))
    for when in ("before", "after"):
        assert sum(traces[f"{when} clipping"].y) == 5  # of six one is zero, and said to be
    layout = go.Figure(clipping.entries(done)).layout
    assert "before 1 zero;" in layout.xaxis.title.text
    assert bool(layout.shapes) == (mode != "off")


def test_by_value_piles_up_at_the_threshold():
    trace = drawn(clipping.entries(clip(MIXED, "value", 1.0)))["after clipping"]
    highest = int(np.argmax(trace.y))
    assert trace.y[highest] == 3
    assert trace.x[highest] == pytest.approx(1.0)
    assert not any(trace.y[highest + 1 :])


def test_by_norm_moves_every_entry_by_the_same_distance():
    done = clip({"g": np.logspace(-2, 2, 17)}, "norm", 1.0)
    before, after = done.before["g"], done.after["g"]
    np.testing.assert_allclose(np.diff(np.log10(before / after)), 0, atol=1e-12)


@pytest.mark.parametrize("threshold", [0.0, 1.0, np.inf])
@pytest.mark.parametrize("mode", ["off", "norm", "value"])
@pytest.mark.parametrize("odd", [0.0, np.inf, np.nan, 1e200, 1e-200])
def test_odd_gradients_have_a_picture_and_a_word(mode, odd, threshold):
    done = clip({"W": np.array([odd, -odd]), "b": np.zeros(1)}, mode, threshold)
    for figure in (clipping.arrows(done), clipping.entries(done)):
        layout = go.Figure(figure).layout
        assert np.isfinite(layout.xaxis.range).all()
    words = clipping.sentence(done)
    if odd == 0:
        assert "exactly zero" in words
    elif not np.isfinite(odd):
        assert "overflowed" in words
    elif threshold == 0 and mode != "off":
        assert "nothing" in words and "no learning" in words


@pytest.mark.parametrize(
    ("mode", "threshold", "words"),
    [
        ("off", 1.0, ("is **off**", "infinite")),
        ("norm", 5.0, ("nothing is clipped", "never a floor")),
        ("value", 5.0, ("nothing is clipped", "largest entry")),
        ("norm", 1.0, ("direction is kept",)),
        ("value", 1.0, ("1 of 2 entries", "**3.8°**")),
    ],
)
def test_the_sentence_says_what_happened(mode, threshold, words):
    said = clipping.sentence(clip(PAIR, mode, threshold))
    assert all(word in said for word in words), said


def test_the_arrows_of_a_run_are_its_weights_gradient():
    done = run(Experiment(cell="rnn", init="gaussian", gain=3.0, hidden=32, steps=20, clip="value"))
    flat = np.concatenate([g.ravel() for g in done.weights_gradient.values()])
    kept = np.clip(flat, -1, 1)
    traces = drawn(clipping.arrows(done.clipped))
    assert traces["before clipping"].x[1] == pytest.approx(np.linalg.norm(flat))
    end = [traces["after clipping"].x[1], traces["after clipping"].y[1]]
    assert np.linalg.norm(end) == pytest.approx(np.linalg.norm(kept))
    assert end[0] == pytest.approx(flat @ kept / np.linalg.norm(flat))


def test_bars_of_norms_by_value_have_no_threshold():
    done = clip(MIXED, "value", 1.0)
    figure = go.Figure(clipping_bars(done, "norm"))
    before, after = (t for t in figure.data if t.mode == "markers")
    assert before.x[0] == pytest.approx(done.norm_before)
    assert after.x[0] == pytest.approx(done.norm_after)
    assert not figure.layout.shapes and "norm" in figure.layout.xaxis.title.text


def test_no_figure_fixes_a_colour():
    done = clip(MIXED, "norm", 1.0)
    for figure in (clipping.arrows(done), clipping.entries(done), clipping.textbook()):
        assert "rgb" not in str(figure) and "#" not in str(figure)
