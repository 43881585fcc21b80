"""The product of Jacobians drawn: true numbers, stated edges, words that say no more."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures.jacobians import eigenvalues, products
from pages.figures.jacobians.products import product_rows
from pages.figures.jacobians.words import FED, words
from pages.figures.norm_axis import LOW, held
from pages.figures.theme import number
from pages.figures.verdict import PROVISO
from rnn_core.analysis.jacobians import jacobians as steps_of
from rnn_core.analysis.jacobians import pascanu
from rnn_core.engine.cells import RNN
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies.jacobians import Measured, largest, measure
from tests.core.cells_under_test import OVERFLOWING

CELLS = ("rnn", "gru", "lstm")
ODD = {
    "wild": OVERFLOWING,
    "zero": {"cell": "rnn", "init": "zero"},
    "zero lstm": {"init": "zero"},
    "underflow": {"cell": "rnn", "activation": "sigmoid", "scale": 0.1, "steps": 200},
    "T = 1": {"wiring": "one-to-one", "cell": "gru"},
    "H = 1": {"hidden": 1, "cell": "rnn"},
    "H = 1 lstm": {"hidden": 1},
    "no forget gate": {"lstm": "no-forget", "scale": 4.0, "steps": 200},
}


def traced(**settings):
    return run(Experiment(**({"steps": 12, "hidden": 5} | settings))).stages[0].trace.top


def measured(**settings) -> Measured:
    return measure(traced(**settings))


def singular(done, **more) -> go.Figure:
    """The figure as Plotly reads it: a property it does not know raises."""
    return go.Figure(products.singular_figure(done, **more))


def apart(done, **more) -> go.Figure:
    return go.Figure(products.apart_figure(done, **more))


def lines(figure: go.Figure) -> dict[str, np.ndarray]:
    return {line.name: np.asarray(line.y, float) for line in figure.data}


def product(trace) -> list[np.ndarray]:
    """d s_T / d s_{T-k} for k = 0..T, multiplied out by hand."""
    found = [np.eye(len(steps_of(trace)[0]))]
    for step in steps_of(trace)[::-1]:
        found.append(found[-1] @ step)
    return found


@pytest.mark.parametrize("cell", CELLS)
def test_every_singular_value_is_drawn_and_the_largest_thick(cell):
    trace = traced(cell=cell)
    done = measure(trace)
    figure, true = singular(done), [np.linalg.svd(p)[1] for p in product(trace)]
    every, norm, *_ = figure.data
    assert np.isnan(np.asarray(every.y, float)).sum() >= done.values.shape[1]
    S, K = done.values.shape[1], len(true)
    drawn = np.asarray(every.y, float).reshape(S, K + 1)[:, :-1].T
    seen = np.isfinite(drawn)
    shown = held(np.array(true))
    np.testing.assert_allclose(drawn[seen], shown[seen], rtol=1e-3)
    assert seen[:, 0].all()
    np.testing.assert_allclose(norm.y, [v[0] for v in true], rtol=1e-10)
    np.testing.assert_array_equal(norm.x, np.arange(K))
    assert figure.layout.yaxis.type == "log" and norm.line.width > 3
    assert "T − t" in figure.layout.xaxis.title.text
    start, end = figure.layout.xaxis.range
    assert start > K - 1 > 0 > end  # time runs to the right: the last step stands there
    assert figure.layout.title.text.startswith(f"Over {K - 1} steps the product")


def test_bound_and_reference_slope_belong_to_the_plain_rnn():
    trace = traced(cell="rnn", scale=1.4)
    found, bound = lines(singular(measure(trace))), pascanu(trace)
    (envelope,) = (y for name, y in found.items() if name.startswith("bound"))
    (slope,) = (y for name, y in found.items() if name.startswith("reference"))
    k = np.arange(13.0)
    np.testing.assert_allclose(envelope, bound.factor**k, rtol=1e-12)
    np.testing.assert_allclose(slope, bound.radius**k, rtol=1e-12)
    for cell in ("gru", "lstm"):
        assert not any("bound" in name for name in lines(singular(measured(cell=cell))))


def test_the_factors_of_a_plain_rnn_stand_apart():
    trace = traced(cell="rnn", scale=1.4)
    full, weights, slopes, mean, *_ = lines(apart(measure(trace))).values()
    W = trace.weights.weight_hh
    phi = 1 - np.square(trace.after("h")[0])
    for k in range(13):
        power = np.linalg.matrix_power(W, k)
        own = phi[12 - k :].prod(axis=0)
        assert weights[k] == pytest.approx(np.linalg.norm(power, 2), rel=1e-9)
        assert slopes[k] == pytest.approx(np.linalg.norm(np.diag(own), 2), rel=1e-9)
        assert mean[k] == pytest.approx(np.prod(own) ** (1 / 5), rel=1e-9)
        assert full[k] == pytest.approx(np.linalg.norm(product(trace)[k], 2), rel=1e-9)


def test_the_lstms_direct_path_stands_beside_its_blocks():
    trace = traced(cell="lstm", forget_bias=3.0)
    full, c, h, direct, mean = lines(apart(measure(trace))).values()
    f = trace.gates["forget"][0]
    for k in range(13):
        whole, path = product(trace)[k], f[12 - k :].prod(axis=0)
        assert full[k] == pytest.approx(np.linalg.norm(whole, 2), rel=1e-9)
        assert h[k] == pytest.approx(np.linalg.norm(whole[:5, :5], 2), rel=1e-9)
        assert c[k] == pytest.approx(np.linalg.norm(whole[5:, 5:], 2), rel=1e-9)
        assert direct[k] == pytest.approx(path.max(), rel=1e-12)
        assert mean[k] == pytest.approx(path.prod() ** (1 / 5), rel=1e-9)


@pytest.mark.parametrize("update", ["keeps", "takes"])
def test_the_grus_direct_path_is_what_z_keeps(update):
    trace = traced(cell="gru", update=update)
    _, direct, _, claim = lines(apart(measure(trace))).values()
    z = trace.gates["update"][0]
    kept = z if update == "keeps" else 1 - z
    assert direct[4] == pytest.approx(kept[8:].prod(axis=0).max(), rel=1e-12)
    assert claim[4] == pytest.approx((z * (1 - z))[8:].prod(axis=0).max(), rel=1e-12)


@pytest.mark.parametrize("odd", ODD)
def test_odd_runs_give_a_picture_and_a_word(odd):
    done = measured(**({"hidden": 16, "steps": 20} | ODD[odd]))
    for figure in (singular(done), apart(done)):
        for line in figure.data:
            y = np.asarray(line.y, float)
            low, high = (10.0**v for v in figure.layout.yaxis.range)
            assert ((y >= low) & (y <= high) | np.isnan(y)).all()
    assert go.Figure(eigenvalues.eigenvalue_figure(done.kind, done.matrices))
    assert words(done)[-1] == PROVISO and not any("nan" in line for line in words(done))


def overflowing() -> Measured:
    """A ReLU network that makes hardly anything a thousand times larger at every step."""
    network = Network.create(RNN("relu"), 1, 3, 3, readout="linear", init="identity", gain=1e3)
    start = {"h": np.full((1, 1, 3), 1e-200)}
    return measure(network.forward(np.zeros((1, 120, 1)), initial=start).top)


def test_a_product_that_grew_before_it_shrank_is_marked_where_it_was_largest():
    done = measured(cell="rnn", init="gaussian", gain=0.9, steps=50, hidden=32)
    figure, (top,) = apart(done), np.flatnonzero(done.norms["s"] == done.norms["s"].max())
    (mark,) = [a for a in figure.layout.annotations if "at k = " in a.text]
    assert mark.x == done.distance[top] > 0 and mark.text.endswith(f"k = {mark.x}")
    assert 10**mark.y == pytest.approx(done.norms["s"][top]) and 1 < 10**mark.y < 1.7
    told = f"it first grew, to {number(float(done.norms['s'][top]))} at k = {mark.x}"
    assert told in figure.layout.title.text and "times 0.000157" in figure.layout.title.text


@pytest.mark.parametrize(("cell", "scale", "marks"), [("gru", 1.0, 0), ("rnn", 2.7, 1)])
def test_a_product_that_shrinks_from_the_start_or_stays_large_did_not_grow_first(
    cell, scale, marks
):
    done = measured(cell=cell, scale=scale)
    found = [a for a in apart(done).layout.annotations if "at k = " in a.text]
    assert len(found) == marks and "first grew" not in products.conclusion(done)
    assert (done.norms["s"][-1] > 1) == bool(marks)


def test_where_states_overflow_there_is_no_jacobian():
    network = Network.create(RNN("relu"), 1, 3, 3, readout="linear", init="identity", gain=1e3)
    start = {"h": np.ones((1, 1, 3))}
    done = measure(network.forward(np.zeros((1, 120, 1)), initial=start).top)
    assert np.isnan(done.norms["s"][1:]).all()
    assert "no finite number from k = 1 on" in words(done)[0]


def test_an_overflow_is_said_and_its_place_marked():
    done = overflowing()
    assert "overflowed: it is no finite number from k = 103 on" in words(done)[0]
    for figure in (singular(done), apart(done)):
        assert "overflow from k = 103 on" in [a.text for a in figure.layout.annotations]
    assert "overflow" in apart(done).data[0].customdata


def test_zero_and_underflow_are_said_apart():
    assert "exactly 0 from k = 1 on" in words(measured(**ODD["zero"]))[0]
    assert "no number can say it" in words(measured(**ODD["underflow"]))[0]
    assert "holds" in words(measured(**ODD["zero lstm"]))[-2]


def test_the_verdict_keeps_sufficient_and_necessary_apart():
    small = " ".join(words(measured(cell="rnn", scale=0.5, hidden=16)))
    assert "sufficient" in small and "necessary" not in small
    tall = words(measured(cell="rnn", init="gaussian", gain=0.9, hidden=32, steps=50))
    assert "first grew" in tall[0]
    assert any("not enough" in line and "shrank all the same" in line for line in tall)
    assert any("spectral radius" in line and "stretch first" in line for line in tall)
    wild = words(measured(cell="rnn", init="gaussian", gain=3.0, hidden=32, steps=50))
    assert "**exploded**" in wild[0]
    assert not any("shrank" in line for line in wild)
    assert any("does not hold" in line for line in words(measured(cell="gru")))
    assert FED in words(measured(), fed=True) and FED not in words(measured())


def test_beyond_the_axis_the_title_says_so_and_the_hover_is_true():
    done = measured(cell="rnn", activation="sigmoid", steps=40)
    figure = singular(done)
    assert "drawn between 10⁻⁹" in figure.layout.title.text
    norm = figure.data[1]
    assert min(norm.y) == LOW > done.norms["s"].min()
    assert norm.customdata[-1] == number(done.norms["s"][-1])


def test_letters_follow_the_notation():
    done = measured(cell="rnn")
    for name, state in (("000", "a"), ("003", "y"), ("keras", "h[T]")):
        assert state in singular(done, notation=NOTATIONS[name]).layout.yaxis.title.text
    assert any("W_aa" in name for name in lines(apart(done, notation=NOTATIONS["002"])))


@pytest.mark.parametrize("cell", CELLS)
def test_eigenvalues_stand_in_the_plane(cell):
    done = measured(cell=cell)
    figure = go.Figure(eigenvalues.eigenvalue_figure(done.kind, done.matrices))
    circle, *rest = figure.data
    np.testing.assert_allclose(np.hypot(circle.x, circle.y), 1)
    points = [p for p in rest if p.mode == "markers"]
    for one, (gate, matrix) in zip(points, done.matrices.items(), strict=True):
        found = np.sort_complex(np.asarray(one.x) + 1j * np.asarray(one.y))
        W = traced(cell=cell).weights.weight_hh
        n = done.kind.gates.index(gate)
        true = np.sort_complex(np.linalg.eigvals(W[5 * n : 5 * n + 5]).astype(complex))
        np.testing.assert_allclose(found, true, atol=1e-12)
        table = eigenvalues.spectra_table(done.kind, done.matrices)
        assert number(matrix.sigma) in table
    assert figure.layout.yaxis.scaleanchor == "x"
    rows = eigenvalues.eigenvalue_rows(done.matrices)
    assert len(rows["real"]) == 5 * len(done.kind.gates)


def test_rows_are_long_form():
    done = measured(cell="lstm")
    rows = product_rows(done)
    assert len({len(column) for column in rows.values()}) == 1
    first = (rows["quantity"] == "singular value") & (rows["rank"] == 1)
    np.testing.assert_array_equal(rows["value"][first], done.values[:, 0])
    direct = [q for q in set(rows["quantity"]) if "direct path" in q and "largest" in q]
    np.testing.assert_array_equal(
        rows["value"][rows["quantity"] == direct[0]], largest(done.direct)
    )


def test_no_figure_fixes_a_colour():
    for cell in CELLS:
        done = measured(cell=cell)
        for figure in (
            products.singular_figure(done),
            products.apart_figure(done),
            eigenvalues.eigenvalue_figure(done.kind, done.matrices),
        ):
            assert "rgb" not in str(figure) and "#" not in str(figure)
