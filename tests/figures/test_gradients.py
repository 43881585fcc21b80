"""The gradient's pictures and words: true numbers, stated edges, no more than they say."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import gradients
from pages.figures.gradients import Curve, clipping_rows, curves_of, gradient_rows
from pages.figures.norm_axis import HIGH, LOW
from pages.figures.verdict import PROVISO, Bound, growth, verdict
from rnn_core.engine.clip import clip
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run

LAST = "the last step"


def gradient_norms(curves, **settings):
    """The figure as Plotly reads it: a property it does not know raises."""
    return go.Figure(gradients.gradient_norms(curves, **settings))


def clipping_bars(clipped):
    return go.Figure(gradients.clipping_bars(clipped))


def falling(factor: float, steps: int = 10, cell: str = "rnn", state: str = "h") -> Curve:
    return Curve(cell, state, factor ** np.arange(steps, -1.0, -1.0))


def runs(**settings):
    return {c: run(Experiment(cell=c, steps=8, hidden=4, **settings)) for c in ("rnn", "lstm")}


def test_curves_are_the_engines_total_gradients():
    done = runs()
    curves = curves_of(done)
    assert [(c.cell, c.state) for c in curves] == [("rnn", "h"), ("lstm", "h"), ("lstm", "c")]
    states = done["lstm"].stages[0].gradient.layers[-1].states
    np.testing.assert_allclose(curves[2].norms, np.linalg.norm(states["c"][0], axis=1))


def test_encoder_and_decoder_are_one_line():
    done = runs(wiring="encoder-decoder")["rnn"]
    encoder, decoder = (s.gradient.top.norms("h") for s in done.stages)
    assert encoder[-1] == pytest.approx(decoder[0])  # the state handed over is one state
    (curve,) = curves_of({"rnn": done})
    assert len(curve.norms) == len(encoder) + len(decoder) - 1


def test_every_line_shows_its_numbers_on_one_log_axis():
    curves = [falling(0.5), falling(0.9, cell="lstm", state="c")]
    figure = gradient_norms(curves, loss=LAST)
    for curve, line in zip(curves, figure.data, strict=True):
        np.testing.assert_array_equal(line.y, curve.norms)
        np.testing.assert_array_equal(line.x, np.arange(11))
    assert figure.layout.yaxis.type == "log"
    assert [line.line.dash for line in figure.data] == ["solid", "dash"]
    assert "loss at the last step" in figure.layout.yaxis.title.text
    assert "total" in figure.layout.yaxis.title.text


def test_below_the_axis_the_line_ends_on_the_border_and_the_hover_tells_the_truth():
    figure = gradient_norms([falling(1e-5)], loss=LAST)
    line, marks = figure.data
    assert list(line.y[8:]) == [LOW, 1e-5, 1] and np.isnan(line.y[:8]).all()
    assert set(marks.y) == {LOW} and set(marks.marker.symbol) == {"triangle-down"}
    assert marks.customdata[0] == "t = 0: 10⁻⁵⁰, beyond the axis"
    assert [x for x, seen in zip(marks.x, marks.marker.opacity, strict=True) if seen] == [0, 8]
    assert "↓ 10⁻⁵⁰" in label_of(figure, "RNN").text


def test_overflow_is_drawn_on_the_border_and_marked():
    norms = np.array([np.nan, np.inf, 1e200, 1.0])
    figure = gradient_norms([Curve("rnn", "h", norms)], loss=LAST)
    line, marks = figure.data
    assert np.isnan(line.y[:2]).all() and line.y[2] == HIGH
    assert list(marks.x) == [0, 1, 2] and set(marks.y) == {HIGH}
    assert list(marks.marker.symbol) == ["x", "triangle-up", "triangle-up"]
    assert list(marks.customdata[:2]) == ["overflow: nan", "overflow: inf"]
    assert "10²⁰⁰" in marks.customdata[2]
    assert "overflow" in label_of(figure, "RNN").text


def label_of(figure, name):
    """The annotation at the left end of a line."""
    (found,) = [a for a in figure.layout.annotations if f"<b>{name}</b>" in a.text]
    return found


def test_the_axis_is_the_same_whatever_is_drawn():
    wild = (falling(0.8), falling(1e-30), falling(1e30), Curve("gru", "h", np.zeros(11)))
    spans = {gradient_norms([curve], loss=LAST).layout.yaxis.range for curve in wild}
    assert len(spans) == 1


def test_time_runs_to_the_right_and_a_line_is_named_where_the_way_back_ends():
    figure = gradient_norms([falling(0.5), falling(0.5, cell="gru")], loss=LAST)
    low, high = figure.layout.xaxis.range
    assert low < 0 < high and list(figure.data[0].x) == sorted(figure.data[0].x)
    assert min(figure.layout.xaxis.tickvals) == 0
    one, other = (label_of(figure, name) for name in ("RNN", "GRU"))
    assert one.x == other.x == 0 and one.y == other.y == pytest.approx(np.log10(0.5**10))
    assert abs(one.ay - other.ay) > 0.9  # the same end, and the labels do not cover each other


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (0.1, "RNN vanishes: the first state feels 10⁻¹⁰ times"),
        (0.5, "RNN shrinks"),
        (1.0, "RNN holds: the first state feels 1 times"),
        (1.5, "RNN grows"),
        (4.0, "RNN explodes: the first state feels 1\u202f050\u202f000 times"),
    ],
)
def test_the_title_says_what_became_of_the_gradient(factor, said):
    title = gradient_norms([falling(factor), falling(1.0, cell="gru")], loss=LAST).layout.title.text
    if factor == 1.0:
        assert said in title
    else:
        assert title.startswith(said) and "GRU 1 times" in title


def test_the_title_never_calls_a_loss_at_every_step_vanishing():
    title = gradient_norms([falling(0.1)], loss="every step").layout.title.text
    assert "vanish" not in title and "each adds its own" in title


@pytest.mark.parametrize("norms", [np.zeros(4), np.array([np.inf, 1, 1]), np.array([0, 0, 1.0])])
def test_odd_curves_have_a_title(norms):
    assert "nan" not in gradient_norms([Curve("rnn", "h", norms)], loss=LAST).layout.title.text


EXPLODING = {"cell": "rnn", "hidden": 32, "steps": 50, "init": "gaussian", "gain": 3.0}


def exploding(clip_mode):
    done = run(Experiment(**EXPLODING, clip=clip_mode))
    curves = curves_of({"rnn": done})
    return gradient_norms(curves, loss=LAST, clipped=done.clipped, cell="rnn")


def test_clipping_moves_the_bar_by_a_third_of_the_axis_and_no_line():
    off, on = exploding("off"), exploding("norm")
    assert off.layout.title.text.endswith("Clipping is off: the step is 666\u202f000 long")
    assert "666\u202f000 times shorter; its direction stays; the curves" in on.layout.title.text
    for before, after in zip(off.data[:-1], on.data[:-1], strict=True):
        np.testing.assert_array_equal(before.y, after.y)
    bar, clipped = off.data[-1], on.data[-1]
    assert bar.name == clipped.name == "after clipping" and bar.meta == {"glide": "y"}
    ends = np.log10([bar.base[0] + bar.y[0], clipped.base[0] + clipped.y[0]])
    low, high = on.layout.yaxis.range
    assert on.layout.yaxis.range == off.layout.yaxis.range
    assert (ends[0] - ends[1]) / (high - low) > 1 / 3
    assert off.layout.meta["glide"] != on.layout.meta["glide"]  # so it glides


def test_no_figure_fixes_a_colour():
    clipped = clip({"a": np.ones(3)}, "norm", 1.0)
    curve = gradients.gradient_norms([falling(0.5)], loss=LAST)
    for figure in (curve, gradients.clipping_bars(clipped)):
        text = str(figure)
        assert "rgb" not in text and "#" not in text


def test_gradient_rows_are_long_form():
    rows = gradient_rows([falling(0.5, 3), falling(0.9, 2, "lstm", "c")])
    assert rows["cell"].tolist() == ["rnn"] * 4 + ["lstm"] * 3
    assert rows["step"].tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert rows["norm"][3] == 1.0


GRADIENT = {"W": np.array([3.0, 0.1]), "b": np.array([0.0, 4.0])}


def test_clipping_by_norm_shows_before_and_after():
    clipped = clip(GRADIENT, "norm", 1.0)
    rows = clipping_rows(clipped)
    assert rows["parameter"].tolist() == ["all together", "W", "b"]
    assert rows["norm before"][0] == pytest.approx(clipped.norm_before)
    assert rows["norm after"][0] == pytest.approx(1.0, rel=1e-5)
    before, after = (t for t in clipping_bars(clipped).data if t.mode == "markers")
    np.testing.assert_allclose(before.x, rows["norm before"])
    np.testing.assert_allclose(after.x, rows["norm after"])


def test_clipping_by_value_shows_what_the_threshold_bounds():
    figure = clipping_bars(clip(GRADIENT, "value", 1.0))
    after = figure.data[-1]
    assert list(after.x) == [1.0, 1.0, 1.0]
    assert "entry" in figure.layout.xaxis.title.text
    assert figure.layout.shapes[0].x0 == 1.0


@pytest.mark.parametrize("mode", ["off", "norm", "value"])
@pytest.mark.parametrize("odd", [0.0, np.inf, np.nan])
def test_clipping_of_odd_gradients_is_drawn(mode, odd):
    figure = clipping_bars(clip({"W": np.full(2, odd), "b": np.zeros(1)}, mode, 1.0))
    assert np.isfinite(figure.layout.xaxis.range).all()


def test_growth_is_the_geometric_mean_per_step_back():
    assert growth(falling(0.7).norms) == pytest.approx(0.7)
    assert growth(falling(1.3).norms) == pytest.approx(1.3)
    assert np.isnan(growth(np.zeros(4)))


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (falling(0.1), ("vanished", "7 steps back, at t = 3", "factor of 0.1")),
        (falling(3.0), ("exploded", "7 steps back, at t = 3")),
        (falling(0.9), ("0.349 at t = 0, 0.349 times as much",)),
        (Curve("rnn", "h", np.zeros(4)), ("exactly 0 at every t",)),
        (Curve("rnn", "h", np.array([0, 0, 0.5, 1.0])), ("exactly 0 at t = 1",)),
        (Curve("rnn", "h", np.array([np.nan, np.inf, 1e300, 1.0])), ("overflowed", "t = 1")),
    ],
)
def test_the_verdict_says_what_the_numbers_say(curve, words):
    said = verdict([curve], loss=LAST)
    assert all(word in said[0] for word in words), said[0]
    assert said[-1] == PROVISO


def test_states_after_the_last_loss_do_not_count_as_vanishing():
    norms = np.append(falling(0.9).norms, [0.0, 0.0])
    assert "at t = 10" in verdict([Curve("rnn", "h", norms)], loss="chosen steps")[0]


def test_the_bound_is_never_if_and_only_if():
    def said(sigma):
        return verdict([falling(0.9)], loss=LAST, bounds={"rnn": Bound(sigma, 1.0)})[1]

    assert "sufficient" in said(0.9)
    assert "not enough" in said(1.5) and "shrank all the same" in said(1.5)
    assert "explodes" not in said(1.5)


def test_a_loss_on_the_way_is_pointed_out():
    assert any("every step" in s for s in verdict([falling(0.9)], loss="every step"))
    assert not any("enters on the way" in s for s in verdict([falling(0.9)], loss=LAST))
    assert verdict([], loss=LAST) == ()
