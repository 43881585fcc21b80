"""The cliff's pictures show the engine's numbers, and the words say no more than they do."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import cliff
from rnn_core.studies.cliff import Cliff, Path, descend, edge, slope, surface

LAND = surface()
WISH = Cliff()
PATHS = (descend(WISH, "off"), descend(WISH, "norm"))


def drawn(figure) -> dict[str, object]:
    """Traces by name or type, as Plotly reads them: a property it does not know raises."""
    return {trace.name or trace.type: trace for trace in go.Figure(figure).data}


def test_contours_and_surface_are_the_error():
    ground = drawn(cliff.contours(LAND, PATHS))["contour"]
    relief = drawn(cliff.relief(LAND, PATHS))["surface"]
    for trace in (ground, relief):
        np.testing.assert_array_equal(trace.z, LAND.slope.error)
        k, j = 20, 33
        assert trace.z[k][j] == pytest.approx(float(slope(trace.x[j], trace.y[k]).error))


def test_the_paths_are_the_descents():
    traces = drawn(cliff.contours(LAND, PATHS))
    for path in PATHS:
        trace = traces[cliff.words(path)]
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), path.points)
    assert traces["start"].x[0] == WISH.w0 and traces["start"].y[0] == WISH.b0


def test_both_balls_roll_along_their_descents():
    rolling = [t for t in go.Figure(cliff.contours(LAND, PATHS)).data if t.meta == {"roll": True}]
    assert [t.name for t in rolling] == ["without clipping", "clipped by norm"]
    for trace, path in zip(rolling, PATHS, strict=True):
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), path.points)


def test_the_title_says_what_became_of_both():
    title = go.Figure(cliff.contours(LAND, PATHS)).layout.title.text
    (k,) = PATHS[0].throws
    assert title.startswith(f"Without clipping update {k} throws it")
    assert "; clipped by norm it rolls on to error" in title
    assert f"{PATHS[0].errors[-1]:.2g}" in title and f"{PATHS[1].errors[-1]:.2g}" in title
    calm = (descend(Cliff(rate=0.01), "off"), descend(Cliff(rate=0.01), "norm"))
    assert "throws" not in cliff.conclusion(calm)


def test_the_throw_is_marked_where_it_begins():
    figure = go.Figure(cliff.contours(LAND, PATHS))
    (k,) = PATHS[0].throws
    mark = drawn(cliff.contours(LAND, PATHS))["thrown without clipping"]
    assert [mark.x[0], mark.y[0]] == PATHS[0].points[k - 1].tolist()
    assert any(f"update {k}:" in note.text for note in figure.layout.annotations)
    assert "thrown clipped by norm" not in drawn(cliff.contours(LAND, PATHS))


def test_the_edge_is_the_engines():
    trace = drawn(cliff.contours(LAND, PATHS))["x stays at 0.5"]
    np.testing.assert_allclose(trace.y, edge(trace.x))
    assert trace.customdata[0] == pytest.approx(1.0)


def test_what_leaves_the_window_is_not_on_the_surface():
    far = descend(Cliff(w0=4.5, b0=-2.2, rate=0.2, updates=60), "off")
    assert far.points.max() > 8
    trace = cliff.relief(LAND, [far])["data"][1]
    shown = ~np.isnan(trace["x"])
    assert 0 < shown.sum() < len(far.points)
    assert np.nanmax(trace["x"]) <= 8 and np.nanmax(trace["y"]) <= -1


def test_error_and_lengths_are_drawn_update_by_update():
    lines = drawn(cliff.errors(PATHS))
    moves = drawn(cliff.lengths(PATHS))
    for path in PATHS:
        np.testing.assert_array_equal(lines[cliff.words(path)].y, path.errors)
        np.testing.assert_array_equal(moves[cliff.words(path)].y, path.lengths)
        assert list(moves[cliff.words(path)].x) == list(range(1, 61))
    assert go.Figure(cliff.lengths(PATHS)).layout.shapes[0].y0 == 1


def test_the_words_have_the_numbers():
    off, on = (cliff.told(path, WISH) for path in PATHS)
    assert f"Update {PATHS[0].throws[0]} throws it" in off
    assert f"{PATHS[1].clipped.sum()} of 60 gradients were clipped" in on and "throws" not in on
    said = cliff.slopes_told(LAND)
    for value in (np.median(LAND.slope.norm), LAND.slope.norm.max(), slope(5, edge(5)).norm):
        assert cliff.number(float(value)) in said


def test_a_run_that_overflows_ends_and_says_so():
    short = Path("off", np.array([[4.0, -2.0]]), np.array([0.1]), np.zeros(0), np.zeros(0, bool))
    assert "overflowed" in cliff.told(short, WISH) and "after 0 updates" in cliff.told(short, WISH)
    for figure in (cliff.contours(LAND, [short]), cliff.lengths([short]), cliff.errors([short])):
        go.Figure(figure)


@pytest.mark.parametrize("rate", [0.01, 1.0])
@pytest.mark.parametrize("limit", [0.0, 100.0])
def test_extremes_are_drawn(rate, limit):
    wish = Cliff(rate=rate, limit=limit, updates=300)
    paths = descend(wish, "off"), descend(wish, "value")
    figures = [cliff.contours(LAND, paths), cliff.relief(LAND, paths), cliff.lengths(paths)]
    assert all(go.Figure(f).data for f in figures)
    assert np.isfinite(go.Figure(figures[2]).layout.yaxis.range).all()


def test_rows_are_long_form():
    rows = cliff.rows(PATHS)
    assert {len(column) for column in rows.values()} == {122}
    assert rows["update"].tolist()[:2] == [0, 1] and np.isnan(
        rows["gradient norm before the update"][0]
    )
    np.testing.assert_array_equal(rows["error"][61:], PATHS[1].errors)


def test_no_figure_fixes_a_colour():
    for figure in (cliff.contours(LAND, PATHS), cliff.relief(LAND, PATHS), cliff.errors(PATHS)):
        assert "rgb" not in str(figure) and "#" not in str(figure)
