"""A sweep's numbers are those of running its experiments one by one, for every cell and variant."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis import sweep
from rnn_core.analysis.jacobians import jacobian_products, jacobians, pascanu
from rnn_core.analysis.stack import family, simple, stack
from rnn_core.arrays import length
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.core.cells_under_test import OVERFLOWING

SMALL = Experiment(hidden=4, steps=7, source="random")
VARIANTS = {
    **{f"rnn {a}": {"cell": "rnn", "activation": a} for a in ("tanh", "sigmoid", "relu")},
    **{
        f"gru {r} {u}": {"cell": "gru", "reset": r, "update": u}
        for r in ("after", "before")
        for u in ("keeps", "takes")
    },
    **{f"lstm {k}": {"cell": "lstm", "lstm": k} for k in ("forget", "no-forget", "peephole")},
}
every_cell = pytest.mark.parametrize("variant", VARIANTS)
SEEDS, SCALES = (3, 4, 5), (0.1, 1.0, 2.5)


def singly(wish: Experiment, knob: str, values, **more) -> list[list]:
    """[seed][value] -> run."""
    return [[run(replace(wish, seed=s, **{knob: v}, **more)) for v in values] for s in SEEDS]


def states(runs, state: str) -> np.ndarray:
    """(M, S, T+1) norms of the total gradient, one by one."""
    return np.array([[r.stages[0].gradient.top.norms(state) for r in row] for row in runs])


def agree(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=0)


@every_cell
@pytest.mark.parametrize(("quantity", "placement"), [("total", "every"), ("last", "last")])
@pytest.mark.parametrize("initial", ["zero", "random"])
def test_gradients_are_those_of_single_runs(variant, quantity, placement, initial):
    wish = replace(SMALL, initial=initial, **VARIANTS[variant])
    found = sweep.flow(family(wish, "scale", SCALES, SEEDS), quantity)
    runs = singly(wish, "scale", SCALES, placement=placement)
    for state, norms in found.items():
        agree(norms[0], states(runs, state))


@every_cell
@pytest.mark.parametrize("placement", ["every", "last", "chosen"])
def test_shares_are_those_of_single_runs(variant, placement):
    wish = replace(SMALL, placement=placement, chosen="2,5", **VARIANTS[variant])
    found = sweep.flow(family(wish, "scale", SCALES, SEEDS), "share")["h"][0]
    for norms, row in zip(found, singly(wish, "scale", SCALES), strict=True):
        for each, one in zip(norms, row, strict=True):
            shares = one.stages[0].gradient.top.share("weight_hh")
            agree(each[1:], np.sqrt(np.square(shares).sum((1, 2))))
            assert np.isnan(each[0])


@every_cell
@pytest.mark.parametrize("quantity", ["spectral", "frobenius"])
def test_jacobians_are_those_of_single_runs(variant, quantity):
    wish = replace(SMALL, **VARIANTS[variant])
    found = sweep.flow(family(wish, "scale", SCALES, SEEDS), quantity)
    order = 2 if quantity == "spectral" else "fro"
    for m, row in enumerate(singly(wish, "scale", SCALES)):
        for s, one in enumerate(row):
            trace = one.stages[0].trace.layers[0]
            products = jacobian_products(jacobians(trace), wish.hidden)
            agree(found["h"][0, m, s], np.linalg.norm(products[:, :, :4], order, axis=(1, 2)))
            if "c" in found:
                agree(found["c"][0, m, s], np.linalg.norm(through(trace, products), order, (1, 2)))


@every_cell
def test_whole_jacobians_are_those_of_single_runs(variant):
    wish = replace(SMALL, **VARIANTS[variant])
    found = sweep.flow(family(wish, "scale", SCALES, SEEDS), "state")["s"]
    for m, row in enumerate(singly(wish, "scale", SCALES)):
        for s, one in enumerate(row):
            steps = jacobians(one.stages[0].trace.layers[0])
            products = jacobian_products(steps, steps.shape[1])
            agree(found[0, m, s], np.linalg.norm(products, 2, axis=(1, 2)))


@pytest.mark.parametrize(
    ("settings", "published"),
    [
        ({"cell": "rnn"}, (1.6e-2, 1.0e-4)),
        ({"cell": "rnn", "init": "gaussian", "gain": 0.9}, (0.60, 0.14)),
        ({"cell": "rnn", "init": "orthogonal"}, (0.70, 0.41)),
        ({"cell": "gru"}, (1.9e-2, 2.6e-4)),
        ({"cell": "gru", "update_bias": 2.0}, (0.46, 0.21)),
        ({"cell": "lstm"}, (1.6e-2, 2.5e-4)),
        ({"cell": "lstm", "forget_bias": 1.0}, (0.33, 0.11)),
        ({"cell": "lstm", "forget_bias": 3.0}, (1.8, 3.4)),
        ({"cell": "lstm", "forget_bias": 5.0}, (2.2, 5.1)),
    ],
)
def test_what_really_happens(settings, published):
    """Geometric mean over ten seeds of the 10- and 20-step Jacobian, H = 32, one-hot input."""
    text = "the quick brown fox jumps over the lazy dog"
    wishes = [Experiment(hidden=32, steps=30, text=text, seed=s, **settings) for s in range(10)]
    norms = sweep.flow(stack(wishes), "state")["s"][0, :, 0]
    found = np.exp(np.log(norms).mean(0))[[20, 10]]
    np.testing.assert_allclose(np.log(found), np.log(published), rtol=0, atol=np.log(2))


def through(trace, products):
    """(T+1, H, H) d h_T / d c_t in all: through h_t of the same step as well."""
    with_h = products[:, :, 4:].copy()
    slope = trace.gates["output"][0] * (1 - np.tanh(trace.after("c")[0]) ** 2)
    if trace.cell.peepholes:
        o, row = trace.gates["output"][0], trace.weights.weight_ph[2]
        slope = slope + np.tanh(trace.after("c")[0]) * o * (1 - o) * row
    with_h[1:] += products[1:, :, :4] * slope[:, None]
    return with_h


@pytest.mark.parametrize(
    ("cell", "knob", "values", "more"),
    [
        ("lstm", "forget_bias", (-2.0, 0.0, 6.0), {}),
        ("gru", "update_bias", (-2.0, 0.0, 6.0), {}),
        ("gru", "gain", (0.5, 1.0, 3.0), {"init": "orthogonal"}),
        ("rnn", "gain", (0.5, 3.0), {"init": "gaussian", "scale": 1.5}),
        ("lstm", "gain", (0.5, 3.0), {"init": "identity"}),
    ],
)
def test_every_knob_sets_what_the_setting_sets(cell, knob, values, more):
    wish = replace(SMALL, cell=cell, placement="last", **more)
    found = sweep.flow(family(wish, knob, values, SEEDS), "last")
    for state, norms in found.items():
        agree(norms[0], states(singly(wish, knob, values), state))


def test_a_knob_that_changes_nothing_is_one_setting():
    many = family(replace(SMALL, cell="rnn"), "forget_bias", (0.0, 1.0), SEEDS)
    assert many.shape == (3, 1)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("quantity", sweep.QUANTITIES)
def test_lengths_are_runs_of_their_own(cell, quantity):
    lengths, wish = (5, 11, 8), replace(SMALL, cell=cell, reduction="mean")
    found = sweep.flow(family(wish, "steps", lengths, SEEDS), quantity, lengths)
    for k, T in enumerate(lengths):
        alone = sweep.flow(family(wish, "steps", (T,), SEEDS), quantity)
        for state, norms in alone.items():
            agree(found[state][k, ..., : T + 1], norms[0])
            assert np.isnan(found[state][k, ..., T + 1 :]).all()


def test_a_window_cuts_as_in_a_run():
    wish = replace(SMALL, cell="lstm", window=3, placement="last")
    found = sweep.flow(family(wish, "scale", SCALES, SEEDS), "last")
    agree(found["c"][0], states(singly(wish, "scale", SCALES), "c"))


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_the_phase_map_is_the_ratio_of_single_runs(cell):
    lengths, wish = (5, 9), replace(SMALL, cell=cell, placement="last")
    ratios = sweep.phase_map(wish, SCALES, lengths, SEEDS, rows=2)
    for i, T in enumerate(lengths):
        norms = states(singly(wish, "scale", SCALES, steps=T), "h")
        expected = np.median(np.log10(norms[..., 0] / norms[..., -1]), axis=0)
        np.testing.assert_allclose(ratios[:, i], expected, rtol=0, atol=1e-10)


def test_the_bound_is_that_of_single_runs_and_holds():
    wish = replace(SMALL, cell="rnn")
    many = family(wish, "scale", SCALES, SEEDS)
    found, norms = sweep.spectrum(many), sweep.flow(many, "spectral")["h"][0]
    for m, row in enumerate(singly(wish, "scale", SCALES)):
        for s, one in enumerate(row):
            bound = pascanu(one.stages[0].trace.layers[0])
            assert found.radius[m, s] == pytest.approx(bound.radius)
            assert found.sigma[m, s] == pytest.approx(bound.sigma)
    envelope = (found.sigma * found.gamma)[..., None] ** (7.0 - np.arange(8))
    assert (norms <= envelope * (1 + 1e-12)).all()
    assert sweep.spectrum(family(replace(wish, cell="gru"), "scale", SCALES, SEEDS)) is None


def test_overflow_is_infinite_and_warns_nobody():
    wish = replace(SMALL, **OVERFLOWING)
    many = family(wish, "scale", (4.0,), SEEDS)
    for quantity in sweep.QUANTITIES:
        (norms, *_) = sweep.flow(many, quantity).values()
        assert norms.shape == (1, 3, 1, 201)
        assert not np.isnan(norms[..., 1:]).any()


def test_norms_do_not_underflow_before_the_numbers_do():
    assert length(np.array([3e-200, 4e-200])) == pytest.approx(5e-200)
    assert length(np.array([3e200, 4e200])) == pytest.approx(5e200)
    assert length(np.zeros(2)) == 0 and length(np.array([np.nan, 1])) == np.inf


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_unit_one_step_and_zero_weights(cell):
    for wish in (
        replace(SMALL, hidden=1, cell=cell),
        replace(SMALL, init="zero", cell=cell),
    ):
        for quantity in sweep.QUANTITIES:
            many = family(wish, "scale", SCALES, SEEDS)
            assert all(a.shape[1] == 3 for a in sweep.flow(many, quantity).values())


def test_what_cannot_be_swept_is_said():
    with pytest.raises(ValueError, match="one forward layer"):
        stack([replace(SMALL, layers=2)])
    with pytest.raises(ValueError, match="one cell"):
        stack([SMALL, replace(SMALL, hidden=5)])
    with pytest.raises(ValueError, match="knob"):
        family(SMALL, "hidden", (1,), SEEDS)
    with pytest.raises(ValueError, match="quantity"):
        sweep.flow(stack([SMALL]), "gradient")
    assert simple(replace(SMALL, layers=2, wiring="encoder-decoder"))[1]
    assert simple(SMALL) == (SMALL, ())


def advantage(ours: Callable[[], object], theirs: Callable[[], object], times: int = 5) -> float:
    """Theirs / ours.  Processor time, turn about, the best of each: others only ever add to it."""
    found: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for _ in range(times):
        for action, seconds in found.items():
            start = time.process_time()
            action()
            seconds.append(time.process_time() - start)
    return min(found[theirs]) / min(found[ours])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_sweep_is_much_faster_than_its_runs(cell):
    """Eight values of eight seeds, 64 small models: 8 to 11 times as fast on a quiet machine."""
    wish, values = Experiment(cell=cell, placement="last"), np.arange(1, 9) / 4
    few = [replace(wish, seed=9, scale=v) for v in values]
    assert (
        8
        * advantage(
            lambda: sweep.flow(family(wish, "scale", values, range(8)), "last"),
            lambda: [run(w) for w in few],
        )
        > 3
    )


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_phase_map_is_much_faster_than_its_runs(cell):
    """400 fields of 5 seeds; as runs of their own they would take 35 to 60 times as long."""
    wish, scales, lengths = Experiment(cell=cell), np.linspace(0.2, 4, 20), np.arange(5, 105, 5)
    few = [replace(wish, scale=s, steps=n) for s in (0.2, 2.0, 4.0) for n in (5, 50, 100)]
    assert (
        2000
        / len(few)
        * advantage(
            lambda: sweep.phase_map(wish, scales, lengths, range(5)),
            lambda: [run(w) for w in few],
            times=2,
        )
        > 10
    )


@pytest.mark.parametrize("quantity", sweep.JACOBIANS)
def test_distances_are_counted_from_the_end_and_the_start_is_always_measured(quantity):
    many = family(Experiment(cell="lstm", hidden=3, steps=9), "scale", (0.5, 1.5), (0, 1))
    whole = sweep.flow(many, quantity)
    for state, some in sweep.flow(many, quantity, distances=(0, 2, 5)).items():
        measured = [0, 9 - 5, 9 - 2, 9]
        np.testing.assert_array_equal(some[..., measured], whole[state][..., measured])
        others = np.delete(some, measured, axis=-1)
        assert np.isnan(others).all() and np.isfinite(whole[state]).all()
