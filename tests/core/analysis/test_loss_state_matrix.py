"""The matrix of losses against states: its columns add up to BPTT, its rows are single losses."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis import loss_state_matrix as engine
from rnn_core.analysis.jacobians import jacobian_products, jacobians, norm_matrix
from rnn_core.analysis.loss_state_matrix import kept, loss_state_matrix, reach
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.core.cells_under_test import OVERFLOWING

SMALL = Experiment(steps=9, hidden=4, placement="every", initial="random", scale=2.0)
CELLS = ("rnn", "gru", "lstm")
WAYS = {
    "one layer": {},
    "no forget gate, reset before": {"lstm": "no-forget", "reset": "before"},
    "peephole, z takes, relu": {"lstm": "peephole", "update": "takes", "activation": "relu"},
    "three layers": {"layers": 3},
    "reverse": {"direction": "reverse", "layers": 2},
    "bidirectional": {"direction": "bidirectional"},
    "deep and bidirectional": {"direction": "bidirectional", "layers": 2},
    "fed back": {"wiring": "one-to-many-fed", "layers": 2},
    "input once": {"wiring": "one-to-many-first"},
    "translation": {"wiring": "encoder-decoder", "layers": 2},
    "translation, its own output": {"wiring": "encoder-decoder", "forcing": "free"},
    "one step": {"wiring": "one-to-one"},
    "numbers": {"source": "random", "readout": "tanh"},
}
every_cell = pytest.mark.parametrize("cell", CELLS)
every_way = pytest.mark.parametrize("way", WAYS)


def made(cell, way="one layer", **more):
    return run(replace(SMALL, cell=cell, **WAYS[way], **more))


def line(done, which, of):
    """One array of a layer through all stages; the state handed over counts once."""
    parts = [of(stage.gradient.layers[which]) for stage in done.stages]
    shared = len(parts[0]) > done.stages[0].x.shape[1]
    return np.concatenate([parts[0], *(p[1:] if shared else p for p in parts[1:])])


def inputs(done, which):
    """dL/dx of what a layer reads, from all of its directions."""
    depth = done.stages[-1].trace.layers[which].layer
    return np.concatenate(
        [sum(g.x[0] for g in s.gradient.layers if g.trace.layer == depth) for s in done.stages]
    )


@every_cell
@every_way
def test_the_columns_add_up_to_backward(cell, way):
    """The vector sum over t of dL_t/ds_k is backward's total dL/ds_k, to 1e-10."""
    done = made(cell, way)
    for which, found in enumerate(loss_state_matrix(done)):
        for s, total in found.totals.items():
            expected = line(done, which, lambda g, s=s: g.states[s][0])
            np.testing.assert_allclose(total, expected, rtol=1e-10, atol=1e-13)
        expected = inputs(done, which)
        np.testing.assert_allclose(found.input_totals, expected, rtol=1e-10, atol=1e-13)


@every_cell
@every_way
def test_a_row_is_one_losss_own_gradient(cell, way):
    done = made(cell, way)
    found = loss_state_matrix(done)
    if len(done.stages) > 1 or done.experiment.wiring == "one-to-one":
        return  # there the reader cannot place the loss
    for t in (1, 5, 9):
        alone = made(cell, way, placement="chosen", chosen=str(t))
        for which, layer in enumerate(found):
            for s, norms in layer.norms.items():
                expected = alone.stages[0].gradient.layers[which].norms(s)
                agree(norms[t - 1], expected)
            agree(layer.inputs[t - 1], np.linalg.norm(inputs(alone, which), axis=1))


def agree(found, expected):
    """Equal where a way exists; exactly 0 in backward where there is none."""
    none = np.isnan(found)
    np.testing.assert_allclose(found[~none], expected[~none], rtol=1e-10, atol=1e-300)
    assert not expected[none].any()


@every_cell
def test_a_layer_that_reads_forward_owes_nothing_to_later_losses(cell):
    (layer,) = loss_state_matrix(made(cell))
    t, k = np.arange(1, 10)[:, None], np.arange(10)
    np.testing.assert_array_equal(np.isnan(layer.norms["h"]), k > t)
    np.testing.assert_array_equal(np.isnan(layer.inputs), k[1:] > t)
    (layer,) = loss_state_matrix(run(replace(SMALL, cell=cell, direction="reverse")))
    np.testing.assert_array_equal(np.isnan(layer.norms["h"]), k < t - 1)
    below = loss_state_matrix(made(cell, "deep and bidirectional"))[0]
    assert np.isfinite(below.norms["h"]).all()


@every_cell
def test_losses_count_alike_wherever_the_experiment_has_its_own(cell):
    one, other = (
        loss_state_matrix(made(cell, placement=p, reduction="mean"))[0] for p in ("last", "every")
    )
    np.testing.assert_array_equal(one.norms["h"], other.norms["h"])


SINGLE = [way for way in WAYS if way not in ("deep and bidirectional", "one step")]


@every_cell
@pytest.mark.parametrize("way", SINGLE)
@pytest.mark.parametrize("window", [1, 3, 4, 8, 9, 50])
def test_what_a_window_keeps_is_whole_and_the_rest_is_nothing(cell, way, window):
    """As the engine cuts: every so many steps of reading order."""
    done = made(cell, way)
    cut = made(cell, way, window=window)
    for which, layer in enumerate(loss_state_matrix(done)):
        mask = kept(done, which, window)
        assert mask.shape == layer.norms["h"].shape
        assert not (mask & np.isnan(layer.norms["h"])).any()
        if len(done.stages) == 1 and done.experiment.wiring != "one-to-one":
            alone = made(cell, way, window=window, placement="chosen", chosen="8")
            expected = alone.stages[0].gradient.layers[which].norms("h")
            agree(np.where(mask[7], layer.norms["h"][7], np.nan), expected)
        reached = line(cut, which, lambda g: g.norms("h"))
        assert not reached[~mask.any(axis=0)].any()


def test_no_window_cuts_nothing_and_mixed_ways_are_not_drawn():
    done = made("lstm")
    np.testing.assert_array_equal(
        kept(done, 0, 0), ~np.isnan(loss_state_matrix(done)[0].norms["h"])
    )
    deep = made("gru", "deep and bidirectional")
    assert kept(deep, 0, 3) is None and kept(deep, 2, 3) is not None


@every_cell
@pytest.mark.parametrize("way", ["one layer", "three layers", "reverse", "translation"])
def test_the_jacobian_between_states_is_the_product_of_the_steps(cell, way):
    done = made(cell, way)
    found = reach(done, 1 if done.experiment.layers > 1 else 0)
    which = 1 if done.experiment.layers > 1 else 0
    traces = [s.trace.layers[which] for s in done.stages]
    steps = np.concatenate([jacobians(t) for t in traces])
    expected = norm_matrix(steps, 4)
    for i, t in enumerate(found.boundaries):
        for j, k in enumerate(found.boundaries):
            back = (9 - t, 9 - k) if traces[0].reverse else (t, k)
            if back[1] > back[0]:
                assert np.isnan(found.norms[i, j])
            else:
                product = jacobian_products(steps[: back[0]], 4)[back[1]][:, :4]
                assert found.norms[i, j] == pytest.approx(np.linalg.norm(product), rel=1e-12)
                assert found.norms[i, j] == pytest.approx(expected[back], rel=1e-12)


@every_cell
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_where_all_pairs_cost_too_much_there_are_fewer_and_they_are_the_same(
    cell, direction, monkeypatch
):
    done = run(replace(SMALL, cell=cell, direction=direction))
    whole = reach(done, 0)
    monkeypatch.setattr(engine, "BUDGET", 81 / 2 * 4 * (4 if cell != "lstm" else 8) ** 2 / 12)
    some = reach(done, 0)
    assert some.every == 4
    boundaries = [0, 1, 5, 9] if direction == "forward" else [0, 4, 8, 9]
    assert some.boundaries.tolist() == boundaries
    np.testing.assert_allclose(some.norms, whole.norms[np.ix_(boundaries, boundaries)], rtol=1e-12)


@every_cell
@pytest.mark.parametrize(
    "odd",
    [
        {"hidden": 1},
        {"init": "zero"},
        {"hidden": 1, "wiring": "one-to-one"},
        OVERFLOWING | {"lstm": "no-forget", "initial": "random"},
    ],
)
def test_odd_networks_give_numbers_or_infinity(cell, odd):
    done = run(replace(SMALL, **odd | {"cell": cell}))
    for layer in loss_state_matrix(done):
        T = layer.steps
        assert layer.norms["h"].shape == (T, T + 1) and layer.inputs.shape == (T, T)
        assert (layer.norms["h"][np.tril_indices(T, 1, T + 1)] >= 0).all()
    assert reach(done, 0).norms.shape[0] == len(reach(done, 0).boundaries)
