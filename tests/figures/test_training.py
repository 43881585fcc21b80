"""Figures of the training page, read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import training
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks import TASKS
from rnn_core.training.comparison import Comparison, Plan, course, entries
from rnn_core.training.races import load

PLAN = Plan(task="echo", length=8, batch=4, updates=30, validate=10, watch=5)
E = Experiment(hidden=5)


def trained(plan=PLAN, e=E):
    comparison = Comparison(entries(e, plan))
    comparison.advance(60_000)
    task = next(iter(comparison.trainers.values())).task
    return comparison, [course(comparison, words) for words in comparison.settings], task


@pytest.fixture(scope="module")
def three():
    return trained(replace(PLAN, versus="cell"))


def by_name(figure, axis):
    return {t["name"]: t for t in figure["data"] if t["yaxis"] == axis and t["mode"] == "lines"}


def test_the_curves_are_the_records(three):
    _, courses, task = three
    figure, below = training.losses(courses, task, 30), training.curves(courses, None)
    for drawn in (figure, below):
        go.Figure({k: drawn[k] for k in ("data", "layout")})
    for done in courses:
        np.testing.assert_array_equal(by_name(figure, "y")[done.words]["y"], done.losses)
        np.testing.assert_array_equal(by_name(below, "y")[done.words]["y"], done.norms)
        np.testing.assert_array_equal(by_name(below, "y2")[done.words]["y"], done.radii[:, 1])


def test_every_norm_lies_within_its_axis(three):
    _, courses, _ = three
    low, high = training.curves(courses, 0.5)["layout"]["yaxis"]["range"]
    drawn = np.log10(np.concatenate([c.norms for c in courses]))
    assert low < drawn.min() and drawn.max() < high and low < np.log10(0.5) < high


def test_the_loss_axes_stay_put_while_it_trains(three):
    _, courses, task = three
    begun = [replace(c, losses=c.losses[:1]) for c in courses]
    layouts = [training.losses(c, task, 30)["layout"] for c in (begun, courses)]
    assert layouts[0]["xaxis"] == layouts[1]["xaxis"] and layouts[0]["yaxis"] == layouts[1]["yaxis"]
    low, high = layouts[0]["yaxis"]["range"]
    assert low == 0 and task.baseline.loss < high < 2 * task.baseline.loss


def test_the_dotted_lines_are_the_baseline_the_threshold_and_one(three):
    _, courses, task = three
    (level,) = training.losses(courses, task, 30)["layout"]["shapes"]
    assert level["y0"] == task.baseline.loss
    shapes = training.curves(courses, 0.25)["layout"]["shapes"]
    assert [s["y0"] for s in shapes] == [0.25, 1.0]
    assert [s["y0"] for s in training.curves(courses, None)["layout"]["shapes"]] == [1.0]


def test_the_title_says_who_is_below_the_baseline(three):
    _, courses, task = three
    base, loss = task.baseline.loss, (0.5, 0.99, 0.2)
    ended = [
        replace(c, validated=np.array([[30, x * base, 0.5]]))
        for c, x in zip(courses, loss, strict=True)
    ]
    title = training.losses(ended, task, 30)["layout"]["title"]["text"]
    assert title == "RNN and LSTM: well below what can be had without memory; GRU not"
    assert "GRU: not well below" in training.title(ended[1:2], task)


def test_a_recorded_race_lies_pale_behind_its_live_run(three):
    _, courses, _ = three
    race = load(Path(__file__).parents[2] / "assets" / "training", "order")
    figure = training.losses(courses, race.task, 400, race)
    pale = [t for t in figure["data"] if t["name"].endswith(", recorded")]
    assert len(pale) == len(race.lanes) and {t["opacity"] for t in pale} == {0.3}
    assert not any(t["showlegend"] for t in pale)


def test_clipped_updates_are_marked_where_they_are():
    _, courses, _ = trained(e=replace(E, clip="norm", threshold=0.2))
    figure = training.curves(courses, 0.2)
    (marks,) = [t for t in figure["data"] if t["name"].endswith(", clipped")]
    (done,) = courses
    assert marks["x"].tolist() == (np.flatnonzero(done.clipped) + 1).tolist()
    np.testing.assert_array_equal(marks["y"], done.norms[done.clipped])
    assert (done.norms[done.clipped] > 0.2).all()


def test_the_maps_are_decades_of_the_recorded_norms(three):
    _, courses, _ = three
    figure = training.evolution(courses)
    for drawn, done in zip(figure["data"], courses, strict=True):
        assert drawn["x"].tolist() == done.watched.tolist()
        np.testing.assert_allclose(
            drawn["z"], np.clip(np.log10(done.steps.T), training.LOWEST, training.HIGHEST)
        )


def test_words_say_where_every_run_stands(three):
    _, courses, task = three
    words = training.verdict(courses, task)
    for done in courses:
        assert f"**{done.words}**: 30 updates" in words
    assert task.baseline.formula in words


@pytest.mark.parametrize("name", TASKS)
def test_before_the_first_update_there_is_a_picture_too(name):
    comparison = Comparison(entries(E, replace(PLAN, task=name)))
    task = next(iter(comparison.trainers.values())).task
    courses = [course(comparison, words) for words in comparison.settings]
    go.Figure(dict(training.losses(courses, task, 30)))
    go.Figure(dict(training.curves(courses, None)))
    training.evolution(courses)
    assert "not started" in training.verdict(courses, task)
    assert training.answers(comparison).startswith("| right |")


def test_long_runs_are_thinned():
    _, courses, _ = trained()
    (done,) = courses
    longer = replace(done, losses=np.ones(1500), norms=np.ones(1500), clipped=np.zeros(1500, bool))
    assert training.stride([longer]) == 3


def test_strangers_characters_stay_in_their_cells():
    assert training._code("a|b`c\nd") == "`a¦bˋc⏎d`"
    assert training._code("  ") == "·"
