"""What the training page draws, read back."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import training
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks import TASKS
from rnn_core.training.comparison import Comparison, Plan, course, entries

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
    figure = training.curves(courses, task, None)
    go.Figure({k: figure[k] for k in ("data", "layout")})
    for done in courses:
        np.testing.assert_array_equal(by_name(figure, "y")[done.words]["y"], done.losses)
        np.testing.assert_array_equal(by_name(figure, "y2")[done.words]["y"], done.norms)
        np.testing.assert_array_equal(by_name(figure, "y3")[done.words]["y"], done.radii[:, 1])


def test_everything_drawn_lies_within_its_axis(three):
    _, courses, task = three
    layout = training.curves(courses, task, 0.5)["layout"]
    for axis, values in (("yaxis", "losses"), ("yaxis2", "norms")):
        low, high = layout[axis]["range"]
        drawn = np.log10(np.concatenate([getattr(c, values) for c in courses]))
        assert low < drawn.min() and drawn.max() < high
    assert layout["yaxis"]["range"][0] < np.log10(task.baseline.loss) < layout["yaxis"]["range"][1]
    assert layout["yaxis2"]["range"][0] < np.log10(0.5) < layout["yaxis2"]["range"][1]


def test_the_baseline_is_the_tasks(three):
    _, courses, task = three
    shapes = training.curves(courses, task, 0.25)["layout"]["shapes"]
    assert [s["y0"] for s in shapes] == [task.baseline.loss, 0.25, 1.0]
    assert [s["y0"] for s in training.curves(courses, task, None)["layout"]["shapes"]] == [
        task.baseline.loss,
        1.0,
    ]


def test_clipped_updates_are_marked_where_they_are():
    _, courses, task = trained(e=replace(E, clip="norm", threshold=0.2))
    figure = training.curves(courses, task, 0.2)
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
    go.Figure(dict(training.curves(courses, task, None)))
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
