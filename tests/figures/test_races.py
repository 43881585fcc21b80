"""Figures of recorded races, read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import races as drawn
from rnn_core.training.races import Race, load, names

FOLDER = Path(__file__).parents[2] / "assets" / "training"
EVERY = [load(FOLDER, name) for name in names(FOLDER)]
every_race = pytest.mark.parametrize("race", EVERY, ids=lambda race: race.name)


@every_race
def test_every_run_is_a_line_of_its_recorded_numbers(race: Race):
    figure = drawn.race_figure(race)
    go.Figure({k: figure[k] for k in ("data", "layout")})
    lines = [t for t in figure["data"] if t["mode"] == "lines"]
    assert len(lines) == len(race.lanes) == len(race.words) * len(race.seeds)
    for words in race.words:
        mine = [t for t in lines if t["name"] == words]
        for line, lane in zip(mine, race.of(words), strict=True):
            np.testing.assert_array_equal(line["y"], lane.losses)
            np.testing.assert_array_equal(line["x"], lane.updates)
        assert [t["showlegend"] for t in mine] == [True, False, False]
    looks = {(t["line"]["color"], t["line"]["dash"]) for t in lines}
    assert len(looks) == len(race.words), "colour and dash tell the runs apart"


@every_race
def test_the_dotted_line_is_the_baseline_and_the_axis_begins_at_nought(race: Race):
    layout = drawn.race_figure(race)["layout"]
    (level,) = layout["shapes"]
    assert level["y0"] == level["y1"] == race.task.baseline.loss
    low, high = layout["yaxis"]["range"]
    assert low <= 0 < race.task.baseline.loss < high


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order", "GRU and LSTM solved it on all three seeds; RNN on none"),
        ("adding", "GRU and LSTM solved it on all three seeds; RNN on none"),
        (
            "starts",
            "Keras's start solved it on all three seeds; PyTorch's start and orthogonal start "
            "on none",
        ),
    ],
)
def test_the_title_says_who_solved_it(name, words):
    race = load(FOLDER, name)
    assert drawn.title(race) == words
    assert drawn.spelled(race).startswith(words)


def test_a_title_follows_the_numbers():
    race = load(FOLDER, "order")

    def lost(*seeds: int) -> Race:
        lanes = tuple(
            replace(r, score=0.25) if r.words != "RNN" and r.seed in seeds else r
            for r in race.lanes
        )
        return replace(race, lanes=lanes)

    assert drawn.title(lost(1)) == "GRU on 2 of 3 and LSTM on 2 of 3 seeds; RNN on none"
    assert drawn.title(lost(0, 1, 2)) == "Nobody solved it on any of 3 seeds"


def test_the_table_has_a_row_for_every_validation():
    race = load(FOLDER, "order")
    table = drawn.rows(race)
    assert {len(column) for column in table.values()} == {sum(len(r.updates) for r in race.lanes)}
    assert set(table["run"]) == {"RNN", "GRU", "LSTM"}
