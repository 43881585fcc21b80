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


def test_the_picture_draws_what_every_update_used_and_no_more_than_the_threshold():
    lines = drawn(ceiling.steps(*runs(), 0.5))
    for course in every():
        name = f"{course.start}, {ceiling.WORDS[course.mode]}"
        np.testing.assert_array_equal(lines[name].y, [u.norm_after for u in course.updates])
        assert (lines[name].y <= 0.5 + 1e-9).all() or course.mode == "off"


def test_every_clipped_update_is_marked_before_and_counted_in_the_title():
    (off, on), vanishing = runs()
    figure = ceiling.steps((off, on), vanishing, 0.5)
    marks = {t["name"]: t for t in figure["data"]}
    shown = marks["exploding, before clipping"]
    expected = [u for u in on.updates if u.norm_after < u.norm_before]
    assert shown["x"].tolist() == [u.update for u in expected] and expected
    np.testing.assert_array_equal(shown["y"], [u.norm_before for u in expected])
    assert not marks["vanishing, before clipping"]["x"].size
    title = figure["layout"]["title"]["text"]
    assert (
        f"(dotted, 0.5) cut {len(expected)} of 200 gradients of the exploding start, 0 of 200"
        in title
    )
    assert f"{plain(off.final_loss, 2)} without and {plain(on.final_loss, 2)} with" in title


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
