"""The ceiling's pictures show the training that was run, and the words its numbers."""

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import ceiling
from pages.figures.norm_axis import plain
from rnn_core.studies.ceiling import UPDATES, Ceiling, Course, courses


@cache
def runs() -> tuple[tuple[Course, Course], tuple[Course, Course]]:
    done = {(c.start, c.mode): c for c in courses(Ceiling())}
    first, second, third, fourth = done.values()
    return (first, second), (third, fourth)


def every() -> list[Course]:
    return [course for pair in runs() for course in pair]


def drawn(figure) -> dict[str, go.Scatter]:
    """Traces by name, as Plotly reads them: a property it does not know raises."""
    return {trace.name: trace for trace in go.Figure(figure).data}


@pytest.mark.parametrize("which", [0, 1])
def test_losses_are_the_trainings(which):
    pair = runs()[which]
    losses = drawn(ceiling.losses(pair, every()))
    for course in pair:
        name = ceiling.WORDS[course.mode]
        np.testing.assert_array_equal(losses[name].y, [u.loss for u in course.updates])
        assert list(losses[name].x) == list(range(1, UPDATES + 1))


def panel(figure, start: str) -> dict[str, dict]:
    """The traces of one start's panel, by name."""
    axis = "x" if start == "exploding" else "x2"
    return {t["name"]: t for t in figure["data"] if t["xaxis"] == axis}


def test_the_picture_draws_what_every_update_used_and_no_more_than_the_threshold():
    figure = ceiling.steps(*runs(), 0.5)
    go.Figure(figure)  # a property that Plotly does not know raises
    for course in every():
        line = panel(figure, course.start)[ceiling.WORDS[course.mode]]
        np.testing.assert_array_equal(line["y"], [u.norm_after for u in course.updates])
        assert (line["y"] <= 0.5 + 1e-9).all() or course.mode == "off"
    names = [t["name"] for t in figure["data"] if t["showlegend"]]
    assert len(names) == len(set(names)) == 3


def test_every_clipped_update_is_marked_before_and_counted_in_the_title():
    (off, on), vanishing = runs()
    figure = ceiling.steps((off, on), vanishing, 0.5)
    shown, untouched = (panel(figure, s)[ceiling.CUT] for s in ("exploding", "vanishing"))
    expected = [u for u in on.updates if u.norm_after < u.norm_before]
    assert shown["x"].tolist() == [u.update for u in expected] and expected
    np.testing.assert_array_equal(shown["y"], [u.norm_before for u in expected])
    assert not untouched["x"].size
    title = figure["layout"]["title"]["text"]
    assert (
        f"(dotted, 0.5) cut {len(expected)} of 200 gradients of the exploding start, 0 of 200"
        in title
    )
    heads = " ".join(part["text"] for part in figure["layout"]["annotations"])
    assert f"at {plain(on.final_loss, 2)}, without clipping at {plain(off.final_loss, 2)}" in heads


def test_both_panels_have_the_same_fixed_axis():
    layout = go.Figure(ceiling.steps(*runs(), 0.5)).layout
    assert layout.yaxis.range == layout.yaxis2.range and layout.xaxis.range == layout.xaxis2.range


def test_both_starts_share_the_axis_of_losses():
    first, second = (go.Figure(ceiling.losses(pair, every())).layout.yaxis.range for pair in runs())
    assert first == second


def test_the_words_have_the_numbers():
    exploding, vanishing = runs()
    fired = int(exploding[1].clipped.sum())
    assert f"**{fired} of 200**" in ceiling.headline(exploding, vanishing)
    assert "**0 of 200**" in ceiling.headline(exploding, vanishing)
    said = ceiling.told(exploding)
    assert f"by norm at **{ceiling.number(exploding[1].final_loss)}**, better than guessing" in said
    assert said.count("no better than guessing") == 1
    assert ceiling.told(vanishing).count("no better than guessing") == 2
    assert "same to the last digit" in ceiling.told(vanishing)
    assert "same to the last digit" not in said
    assert ceiling.number(vanishing[0].share(-1)) in ceiling.reached(exploding, vanishing)


def test_a_run_that_stopped_says_why():
    exploding, _ = runs()
    stopped = replace(
        exploding[0], stopped="Diverged: a reason.", updates=exploding[0].updates[:30]
    )
    assert "Diverged: a reason." in ceiling.told((stopped, exploding[1]))
    last = replace(stopped.updates[-1], loss=np.inf, norm_before=np.nan)
    stopped = replace(stopped, updates=(*stopped.updates[:-1], last))
    assert "overflowed" in ceiling.told((stopped, exploding[1]))
    for figure in (
        ceiling.losses((stopped, exploding[1]), [stopped]),
        ceiling.steps((stopped, exploding[1]), exploding, 0.0),
    ):
        assert np.isfinite(go.Figure(figure).layout.yaxis.range).all()


def test_rows_are_long_form():
    rows = ceiling.rows(every())
    assert {len(column) for column in rows.values()} == {4 * UPDATES}
    assert rows["norm after"].max() >= 0 and not len(ceiling.rows([])["loss"])
