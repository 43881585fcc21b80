"""Starts compared, drawn: medians and bands, one axis, wide and narrow."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import starts
from pages.figures.norm_axis import LOW, plain
from pages.figures.starts import Compared, bands, starts_rows, starts_table, starts_words
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


def shapes(drawn: go.Figure, name: str) -> list[list[np.ndarray]]:
    """The pieces of each shape of that name, chart by chart: (K, 2) points."""
    return [
        [
            np.array([point.split() for point in piece.strip("Z").split("L")], float)
            for piece in shape.path.split("M")[1:]
        ]
        for shape in drawn.layout.shapes
        if shape.name == name
    ]


def test_medians_and_bands_are_the_engines():
    done = compared()
    drawn, floor = {line.name: line for line in figure(done).data}, LOW
    for (name, norms_), [band] in zip(
        done.norms.items(), shapes(figure(done), "band"), strict=True
    ):
        values = np.maximum(norms_, floor)  # a dead ReLU's 0 is drawn on the edge
        ordered = np.sort(values, axis=0)
        middle = np.sqrt(ordered[4] * ordered[5])
        np.testing.assert_allclose(drawn[name].y, middle, rtol=1e-12)
        np.testing.assert_allclose(band[:, 0], [*K, *K[::-1]])
        np.testing.assert_allclose(band[: len(K), 1], ordered[8], rtol=1e-3)
        np.testing.assert_allclose(band[len(K) :, 1][::-1], ordered[1], rtol=1e-3)


def test_behind_each_chart_are_the_others():
    done = made(a=powers(0.5, 0.5), b=powers(0.9, 0.9), c=powers(1.1, 1.1))
    others = shapes(figure(done), "others")
    assert [len(pieces) for pieces in others] == [2, 2, 2]
    np.testing.assert_allclose([piece[:, 1] for piece in others[0]], [0.9**K, 1.1**K], rtol=1e-3)
    assert not shapes(figure(made(a=powers(0.5, 0.6))), "others")


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8])
def test_all_charts_have_one_axis_and_their_own_place(count):
    done = made(**{f"s{n}": powers(0.5, 0.6) for n in range(count)})
    spec = starts.starts_figure(done)
    for layout, columns in ((spec["layout"], 4), (spec["layout"]["meta"]["narrow"], 2)):
        ranges = {tuple(v["range"]) for name, v in layout.items() if name.startswith("yaxis")}
        assert len(ranges) == 1
        xs = [layout[f"xaxis{'' if n == 0 else n + 1}"]["domain"] for n in range(count)]
        ys = [layout[f"yaxis{'' if n == 0 else n + 1}"]["domain"] for n in range(count)]
        assert len({(*x, *y) for x, y in zip(xs, ys, strict=True)}) == count
        assert all(0 <= a < b <= 1 for a, b in (*xs, *ys))
        assert len({tuple(y) for y in ys}) == -(-count // min(columns, count))
    assert go.Figure(spec).layout.height < spec["layout"]["meta"]["narrow"]["height"] or count <= 2


def test_the_readers_own_start_is_marked():
    titles = [note.text for note in figure(compared()).layout.annotations]
    assert titles[0] == "<b>PyTorch default</b>, yours" and "yours" not in " ".join(titles[1:])


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
    assert drawn.layout.xaxis.range[0] > drawn.layout.xaxis.range[1]


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
    lines = [np.asarray(line.y, float) for line in drawn.data]
    lines += [p[:, 1] for name in ("others", "band") for s in shapes(drawn, name) for p in s]
    for y in lines:
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
