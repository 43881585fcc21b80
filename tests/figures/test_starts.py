"""Starts compared, drawn: medians and bands, one axis, wide and narrow."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import starts
from pages.figures.norm_axis import LOW, plain
from pages.figures.starts import Compared, bands, starts_rows, starts_table, starts_words
from pages.figures.theme import PAPER
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.starts import distances, norms
from rnn_core.studies.starts import starts as starts_of

K = distances(12)


def compared(vary="init", **settings) -> Compared:
    e = Experiment(**({"cell": "rnn", "steps": 12, "hidden": 4} | settings))
    found = {name: norms(wish, range(10)) for name, wish in starts_of(e, vary).items()}
    return Compared(e.cell, K, found, "PyTorch default")


def made(**starts_) -> Compared:
    return Compared("rnn", K, {n: np.asarray(v, float) for n, v in starts_.items()}, "")


def powers(*factors) -> np.ndarray:
    return np.array(factors)[:, None] ** K


def figure(done) -> go.Figure:
    return go.Figure(starts.starts_figure(done))


def distances_of(trace, n: int) -> np.ndarray:
    """Distances k of a line in chart n, whose place on the axis of its row is its own."""
    T = int(K[-1])
    pitch = starts._pitch(made(a=powers(0.5)))
    return np.array([np.nan if x is None else n * pitch + T - x for x in trace.x], float)


def called(drawn: go.Figure, name: str) -> list:
    return [trace for trace in drawn.data if trace.name == name]


def test_medians_and_bands_are_the_engines():
    done = compared()
    drawn = figure(done)
    for n, (name, norms_) in enumerate(done.norms.items()):
        (line,), band = called(drawn, name), called(drawn, "band")[n]
        values = np.maximum(norms_, LOW)  # a dead ReLU's 0 is drawn on the edge
        ordered = np.sort(values, axis=0)
        np.testing.assert_allclose(line.y, np.sqrt(ordered[4] * ordered[5]), rtol=1e-12)
        np.testing.assert_array_equal(distances_of(line, n), K)
        np.testing.assert_array_equal(distances_of(band, n), [*K, *K[::-1]])
        np.testing.assert_allclose(band.y[: len(K)], ordered[8], rtol=1e-3)
        np.testing.assert_allclose(band.y[len(K) :][::-1], ordered[1], rtol=1e-3)


def test_behind_each_chart_are_the_others():
    done = made(a=powers(0.5, 0.5), b=powers(0.9, 0.9), c=powers(1.1, 1.1))
    others = called(figure(done), "others")
    for n, behind in enumerate(((0.9, 1.1), (0.5, 1.1), (0.5, 0.9))):
        y, k = (np.array(v, float) for v in (others[n].y, distances_of(others[n], n)))
        expected = [v for factor in behind for v in (*factor**K, np.nan)]
        np.testing.assert_allclose(y, expected, rtol=1e-3)
        np.testing.assert_array_equal(k, [*K, np.nan] * 2)
    assert called(figure(made(a=powers(0.5, 0.6))), "others")[0].y == ()


@pytest.mark.parametrize("columns", [4, 2])
@pytest.mark.parametrize("count", [1, 3, 4, 5, 8])
def test_all_charts_have_one_axis_and_their_own_place(count, columns):
    """Wide and on a phone: every line stands in its row, no two charts overlap, all are alike."""
    layout, data = laid_out(starts.starts_figure(many(count)), columns)
    ranges = {tuple(v["range"]) for name, v in layout.items() if name.startswith("yaxis")}
    assert len(ranges) == 1
    places = [place(trace, layout) for trace in data if trace["name"].startswith("s")]
    rows = [n // columns for n in range(count)]
    assert [row for row, *_ in places] == rows
    heights = [layout[f"yaxis{'' if row == 0 else row + 1}"]["domain"] for row in set(rows)]
    assert all(above[0] > below[1] for above, below in pairwise(heights))
    for row in set(rows):
        ends = [end for own, *chart in places if own == row for end in chart]
        assert ends == sorted(ends) and 0 <= ends[0] < ends[-1] <= 1
    assert np.ptp([right - left for _, left, right in places]) < 1e-9


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_on_a_phone_the_charts_are_taller_together(count):
    spec = starts.starts_figure(many(count))
    assert go.Figure(spec).layout.height < spec["layout"]["meta"]["narrow"]["height"]


def many(count: int) -> Compared:
    return made(**{f"s{n}": powers(0.5, 0.6) for n in range(count)})


def laid_out(spec, columns: int) -> tuple[dict, list[dict]]:
    """Layout and traces with so many charts in a row: four, or a phone's two."""
    if columns == 4:
        return spec["layout"], spec["data"]
    data = [{**trace, **trace["meta"]["narrow"]} for trace in spec["data"]]
    return spec["layout"]["meta"]["narrow"], data


def place(trace, layout) -> tuple[int, float, float]:
    """A line's row, and where it begins and ends as shares of the figure's width."""
    number = trace["xaxis"].removeprefix("x")
    assert trace["yaxis"] == f"y{number}"
    across = layout[f"xaxis{number}"]
    low, high = across["range"]
    left, right = (
        (x - low) / (high - low) * across["domain"][1] for x in (min(trace["x"]), max(trace["x"]))
    )
    return int(number or 1) - 1, left, right


def test_numbers_stand_at_their_distances_and_gaps_between_the_charts():
    spec = starts.starts_figure(many(6))
    drawn, lower = {t["name"]: t for t in spec["data"]}, spec["layout"]["xaxis2"]
    for trace in (drawn["s4"], drawn["s5"]):
        at = dict(zip(trace["x"], K, strict=True))
        own = [(x, k) for x, k in zip(lower["tickvals"], lower["ticktext"], strict=True) if x in at]
        assert [str(at[x]) for x, _ in own] == [k for _, k in own] == ["0", "5", "10"]
    # Two charts of the first row have none below them: only these say their distances.
    upper = spec["layout"]["xaxis"]["tickvals"]
    assert len(upper) == 6 and min(upper) > max(drawn["s1"]["x"])
    gaps = [s for s in spec["layout"]["shapes"] if s.get("fillcolor") == PAPER]
    assert len(gaps) == 3 + 1
    for shape in gaps:
        for trace in spec["data"]:
            if trace["xaxis"] == shape["xref"]:
                assert not [
                    x for x in trace["x"] if x is not None and shape["x0"] <= x <= shape["x1"]
                ]


def test_the_readers_own_start_is_marked():
    titles = [note.text for note in figure(compared()).layout.annotations]
    assert titles[0] == "<b>PyTorch default</b>, yours" and "yours" not in " ".join(titles[1:])


def test_a_halls_titles_have_no_room_for_more_than_a_name():
    hall = starts.starts_figure(compared())["layout"]["meta"]["hall"]["annotations"]
    wide = figure(compared()).layout.annotations
    assert hall[0]["text"] == "<b>PyTorch default</b>" and len(hall) == len(wide)
    assert [note["text"] for note in hall[1:]] == [note.text for note in wide[1:]]


@pytest.mark.parametrize(
    ("cell", "depth", "words"),
    [("rnn", False, "∂h_T/∂hₜ"), ("lstm", False, "(h_T, c_T)"), ("lstm", True, "bottom layer")],
)
def test_the_axis_names_the_quantity(cell, depth, words):
    done = Compared(cell, K, {"a": powers(0.5, 0.6)}, "", depth)
    assert words in figure(done).layout.annotations[-1].text


def test_the_title_says_how_far_apart_the_starts_are_and_time_runs_to_the_right():
    drawn = figure(made(low=powers(0.5, 0.5), high=powers(1.5, 1.5)))
    T = int(K[-1])
    said = f"{T} steps back: {plain(0.5**T)} is left from low, {plain(1.5**T)} from high"
    assert drawn.layout.title.text.startswith(said)
    assert "2 seeds" in drawn.layout.title.text
    assert list(drawn.layout.xaxis.ticktext[:3]) == ["0", "5", "10"]
    assert drawn.layout.xaxis.tickvals[0] > drawn.layout.xaxis.tickvals[1]


def test_words_count_what_the_draws_agree_on():
    text = " ".join(
        starts_words(
            made(
                shrinks=powers(0.5, 0.6),
                grows=powers(1.5, 1.6),
                holds=powers(1, 1),
                both=powers(0.9, 1.1),
            )
        )
    )
    assert "below 1 for shrinks" in text and "above 1 for grows" in text and "1 for holds" in text
    assert "disagree about 1 for both" in text and "not a proof" in text
    assert "(shrinks)" in text and "(grows)" in text


def test_overflow_and_zero_stay_on_the_axis():
    wild = np.array([[*[1.0] * (len(K) - 1), np.inf]] * 3)
    dead = np.array([[1.0, *[0.0] * (len(K) - 1)]] * 3)
    done = made(wild=wild, dead=dead)
    drawn = figure(done)
    low, high = (10.0**v for v in drawn.layout.yaxis.range)
    for y in (np.asarray(line.y, float) for line in drawn.data):
        assert ((y >= low) & (y <= high) | np.isnan(y)).all()
    assert "overflow" in starts_words(done)[0]
    assert "drawn between" in drawn.layout.title.text


def test_table_and_rows():
    done = made(a=powers(0.5, 0.5), b=powers(0.25, 0.25))
    table = starts_table(done).splitlines()
    assert len(table) == 4 and "k = 6" in table[0] and "k = 12" in table[0]
    assert "0.0156" in table[2] and "0.000244" in table[2]
    rows = starts_rows(done)
    assert {len(column) for column in rows.values()} == {2 * 2 * len(K)}
    one = (rows["start"] == "b") & (rows["draw"] == 2)
    np.testing.assert_allclose(rows["norm"][one], 0.25**K)
    np.testing.assert_allclose(bands(done.norms["a"])[0], 0.5**K)


def test_no_figure_fixes_a_colour():
    text = str(starts.starts_figure(made(a=powers(0.5, 0.6))))
    assert "#" not in text and "rgb" not in text
