"""The credit matrix as drawn: every pair's number, what the window cuts, and its two profiles."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import credit as figures
from pages.figures.norm_axis import HIGH, LOW, plain
from rnn_core.analysis.loss_state_matrix import loss_state_matrix, reach
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from tests.core.cells_under_test import OVERFLOWING

WISH = {"steps": 12, "hidden": 4, "seed": 3, "scale": 1.5}


def made(of="h", which=0, notation="house", **more):
    done = run(Experiment(**(WISH | more)))
    if of == "jacobian":
        return done, figures.jacobian_matrix(done, reach(done, which), which, NOTATIONS[notation])
    return done, figures.loss_matrix(done, loss_state_matrix(done), which, of, NOTATIONS[notation])


def drawn(figure):
    """The figure as Plotly reads it: a property it does not know raises."""
    return go.Figure(figure)


def part(figure, name):
    return next(t for t in figure.data if t.name == name)


@pytest.mark.parametrize("of", ["h", "c", "x"])
def test_the_map_draws_the_logarithm_of_every_pair(of):
    done, matrix = made(of)
    figure = drawn(figures.heatmap(matrix, -1, -1))
    cells = figure.data[0]
    (layer,) = loss_state_matrix(done)
    expected = layer.inputs if of == "x" else layer.norms[of]
    np.testing.assert_array_equal(cells.customdata, expected)
    np.testing.assert_allclose(10.0 ** np.asarray(cells.z), np.clip(expected, *matrix.span))
    assert list(cells.y) == list(range(1, 13))
    assert list(cells.x) == list(range(of == "x", 13))
    assert np.isnan(np.asarray(cells.z)).sum() == 66
    assert (cells.zmin, cells.zmax) == tuple(np.log10(matrix.span))
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # time runs down


def test_the_scale_rests_and_states_its_ends():
    spans = {made(scale=s)[1].span for s in (0.1, 1.5, 4)}
    assert spans == {(LOW, HIGH)}
    _, matrix = made(steps=100, scale=0.1)
    bar = drawn(figures.heatmap(matrix, -1, -1)).data[0].colorbar
    assert bar.ticktext[0] == "10⁻⁸" and "dLₜ/dhₖ" in bar.title.text


def test_what_the_window_cuts_is_hatched():
    _, matrix = made(window=5)
    hatched = part(drawn(figures.heatmap(matrix, -1, -1)), "cut by window 5")
    assert hatched.fillpattern.shape == "/"
    x, y = np.array(hatched.x, float), np.array(hatched.y, float)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(x)), [5, 11])  # two rectangles
    assert (x[:5].min(), x[:5].max(), y[:5].min(), y[:5].max()) == (-0.5, 5.5, 5.5, 10.5)
    assert (x[6:11].max(), y[6:11].min(), y[6:11].max()) == (10.5, 10.5, 12.5)
    assert "cuts 52 of 90 pairs" in figures.lost(matrix)


def test_the_cut_of_a_reverse_layer_and_of_inputs_lies_where_the_engine_cuts():
    for of in ("h", "x"):
        done, matrix = made(of, direction="reverse", window=5, placement="chosen", chosen="2")
        gradient = done.stages[0].gradient.layers[0]
        norms = np.linalg.norm(gradient.x[0], axis=1) if of == "x" else gradient.norms("h")
        row = matrix.row(2)
        assert not norms[matrix.cut[row]].any()
        left = ~matrix.cut[row] & ~np.isnan(matrix.values[row])
        np.testing.assert_allclose(norms[left], matrix.values[row, left], rtol=1e-10)
        assert matrix.cut[row].any() and left.any()


def test_between_two_directions_no_window_is_drawn_and_that_is_said():
    _, matrix = made(direction="bidirectional", layers=2, window=3)
    assert not matrix.cut.any() and "not drawn" in figures.lost(matrix)
    drawn(figures.heatmap(matrix, -1, -1))


def test_the_profiles_are_a_row_and_a_column():
    _, matrix = made(window=5)
    row = drawn(figures.row_profile(matrix, 9, 7))
    shown = part(row, "each").y
    np.testing.assert_allclose(shown[6:10], matrix.values[8, 6:10])
    assert np.isnan(np.array(shown, float)[:6]).all()  # cut: drawn as crosses
    np.testing.assert_allclose(part(row, "cut by window 5").y[:6], matrix.values[8, :6])
    assert (part(row, "picked").x[0], part(row, "picked").y[0]) == (7, matrix.values[8, 7])
    assert "loss of step 9" in row.layout.title.text
    column = drawn(figures.column_profile(matrix, 9, 7))
    np.testing.assert_allclose(part(column, "each").y[6:10], matrix.values[6:10, 7])
    np.testing.assert_allclose(part(column, "cut by window 5").y[10:], matrix.values[10:, 7])
    assert "state 7" in column.layout.title.text


def test_the_column_shows_its_total_which_is_backwards():
    done, matrix = made(placement="every")
    expected = done.stages[0].gradient.top.norms("h")
    np.testing.assert_allclose(matrix.total, expected, rtol=1e-10)
    line = drawn(figures.column_profile(matrix, -1, 4)).data[-1]
    np.testing.assert_allclose(line.y, expected[4])
    assert "all losses together" in line.name


def test_the_jacobian_has_the_root_of_h_on_its_diagonal_and_no_total():
    _, matrix = made("jacobian", window=4)
    np.testing.assert_allclose(np.diag(matrix.values), 2)
    assert matrix.total is None and matrix.quantity == "∂hₜ/∂hₖ"
    assert "Frobenius" in drawn(figures.heatmap(matrix, -1, -1)).layout.title.text
    column = drawn(figures.column_profile(matrix, -1, 3))
    assert "depend" in column.layout.title.text
    assert matrix.cut[12, 8] and not matrix.cut[12, 9]


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("of", ["h", "x"])
def test_the_title_concludes_from_the_last_loss(direction, of):
    _, matrix = made(of, direction=direction, steps=20)
    row = matrix.values[matrix.row(-1)]
    near = row[~np.isnan(row)][0 if direction == "reverse" else -1]
    title, far = figures.heatmap(matrix, -1, -1)["layout"]["title"]["text"], row[matrix.column(-1)]
    assert f": {plain(near)} at its own step, {plain(far)} 19 steps back" in title


def test_fewer_pairs_are_said():
    _, matrix = made("jacobian", steps=200, hidden=64)
    assert matrix.every > 1
    assert (
        f"every {matrix.every} steps" in figures.heatmap(matrix, 50, 7)["layout"]["title"]["text"]
    )
    assert abs(matrix.rows[matrix.row(50)] - 50) <= matrix.every


def test_the_first_pick_is_the_longest_way_that_is_read():
    for direction, t, k in (("forward", 12, 1), ("reverse", 1, 11)):
        _, matrix = made(direction=direction)
        assert (matrix.rows[matrix.row(-1)], matrix.columns[matrix.column(-1)]) == (t, k)
        said = figures.sentence(matrix, -1, -1)
        assert f"loss of step {t} back to hidden state {k}" in said
    _, matrix = made("x", direction="reverse")
    assert matrix.columns[matrix.column(-1)] == 12


def test_words_say_what_is_picked():
    _, matrix = made(window=5)
    assert "**cut** by the window of 5" in figures.sentence(matrix, 12, 1)
    assert "**cut**" not in figures.sentence(matrix, 12, 11)
    assert "No way" in figures.sentence(matrix, 3, 9)
    assert "No window" in figures.lost(made()[1])
    assert "cuts none" in figures.lost(made(window=50)[1])


def test_letters_follow_the_notation():
    assert made(cell="rnn", notation="001")[1].quantity == "dLₜ/dsₖ"
    assert made("jacobian", cell="rnn", notation="001")[1].quantity == "∂sₜ/∂sₖ"


def test_steps_on_stay_inside():
    _, matrix = made()
    assert figures.moves(matrix, 12, 0) == {
        "t − 1": {"loss": 11},
        "t + 1": {"loss": 12},
        "k − 1": {"state": 0},
        "k + 1": {"state": 1},
    }


@pytest.mark.parametrize("of", ["h", "c", "x", "jacobian"])
@pytest.mark.parametrize(
    "odd",
    [
        {"wiring": "one-to-one"},
        {"hidden": 1, "init": "zero"},
        {"wiring": "encoder-decoder"},
        OVERFLOWING | {"hidden": 8},
    ],
)
def test_odd_networks_make_a_picture_and_words(of, odd):
    _, matrix = made(of, **odd)
    figure = drawn(figures.heatmap(matrix, 199, 0))
    shown = np.asarray(figure.data[0].z)
    assert np.isfinite(shown[~np.isnan(matrix.values)]).all()
    assert matrix.span[1] == HIGH
    drawn(figures.row_profile(matrix, 199, 0))
    drawn(figures.column_profile(matrix, 199, 0))
    assert figures.sentence(matrix, 199, 0)


def test_an_overflow_is_said():
    _, matrix = made(**OVERFLOWING)
    assert np.isinf(matrix.values).any()
    assert "overflow" in figures.sentence(matrix, 200, 1)


def test_rows_are_long_form_without_pairs_that_nothing_joins():
    _, matrix = made(window=5)
    rows = figures.matrix_rows(matrix)
    assert len(rows["t"]) == 90 and rows["cut_by_window"].sum() == 52
    where = (rows["t"] == 9) & (rows["k"] == 7)
    assert rows["norm"][where] == matrix.values[8, 7]


def test_no_figure_fixes_a_colour():
    _, matrix = made(window=5)
    for figure in (figures.heatmap(matrix, 3, 1), figures.column_profile(matrix, 3, 1)):
        assert "#" not in str(figure)
