"""A held gate: what it must equal, and its gradients against central differences."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.analysis.held_gate import Hold, hold_gate, hold_network
from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.engine.trace import Gradient
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.core.cells_under_test import VARIANTS

B, T, D, H, O = 1, 4, 2, 2, 2  # noqa: E741
EVERY = [(cell, gate) for cell in VARIANTS for gate in cell.gates]
STEP = 1e-6


def network(cell, hold, direction="forward", layers=1):
    free = Network.create(cell, D, H, O, layers=layers, direction=direction, seed=3)
    weights = {n: 2 * w for n, w in free.weights.items()}
    return hold_network(Network(cell, weights, direction), hold)


def case(cell, hold, **more):
    rng = np.random.default_rng(5)
    held = network(cell, hold, **more)
    x, targets = rng.normal(size=(B, T, D)), rng.normal(size=(B, T, O))
    initial = {s: rng.normal(size=(len(held.layers), B, H)) for s in cell.states}

    def loss(net=held, x=x, initial=initial):
        return float((net.forward(x, initial=initial).logits * targets).sum())

    trace = held.forward(x, initial=initial)
    return held, x, initial, trace, held.backward(trace, targets), loss


def slope(f, array):
    found = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[i] += STEP
        down[i] -= STEP
        found[i] = (f(up) - f(down)) / (2 * STEP)
    return found


def compare_all(cell, hold, **more):
    held, x, initial, _, gradient, loss = case(cell, hold, **more)
    for name, weight in held.weights.items():
        numeric = slope(
            lambda w, name=name: loss(held.load_state_dict({**held.weights, name: w})), weight
        )
        close(gradient.weights[name], numeric)
    close(gradient.layers[0].x, slope(lambda v: loss(x=v), x), one=len(held.layers) == 1)
    for s, start in initial.items():
        numeric = slope(lambda v, s=s: loss(initial={**initial, s: v}), start)
        close(gradient.initial[s], numeric)
    return gradient


def close(analytic, numeric, one=True):
    if one:
        np.testing.assert_allclose(analytic, numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("cell", "gate"), EVERY, ids=str)
@pytest.mark.parametrize("steps", [None, (1, 3)], ids=["all", "some"])
def test_gradients_are_exact_for_every_gate_of_every_cell(cell, gate, steps):
    gradient = compare_all(cell, Hold(gate, 0.3 if steps else 1.0, steps))
    k = cell.gates.index(gate)
    own = gradient.weights["weight_ih_l0"][k * H : (k + 1) * H]
    assert (own == 0).all() == (steps is None)


@pytest.mark.parametrize("direction", ["reverse", "bidirectional"])
def test_gradients_are_exact_in_both_directions_and_deep(direction):
    compare_all(LSTM(), Hold("forget", 0.8, (0, 2)), direction=direction)
    compare_all(GRU(), Hold("update", 0.6), direction=direction, layers=2)


def test_forget_gate_held_at_one_is_the_cell_of_1997():
    held, x, initial, trace, _, _ = case(LSTM(), Hold("forget", 1.0))
    keep = np.r_[0:H, 2 * H : 4 * H]
    old = Network(
        LSTM("no-forget"),
        {n: w[keep] if n.endswith("_l0") else w for n, w in held.weights.items()},
    )
    found = old.forward(x, initial=initial)
    for s in ("h", "c"):
        np.testing.assert_allclose(trace.layers[0].states[s], found.layers[0].states[s], rtol=1e-12)


def test_update_gate_held_at_one_keeps_the_state():
    _, _, initial, trace, gradient, _ = case(GRU(), Hold("update", 1.0))
    h = trace.layers[0].states["h"]
    assert (h == initial["h"][0][:, None]).all()
    rows = gradient.layers[0].from_next["h"][:, 0], gradient.layers[0].from_output["h"].sum(1)
    np.testing.assert_allclose(*rows, rtol=1e-12)


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_held_at_no_step_is_the_free_network(cell):
    held, x, initial, trace, gradient, _ = case(cell, Hold(cell.gates[0], 0.5, ()))
    free = Network(cell, held.weights)
    other = free.forward(x, initial=initial)
    dlogits = np.random.default_rng(5)
    dlogits.normal(size=(B, T, D))
    back: Gradient = free.backward(other, dlogits.normal(size=(B, T, O)))
    for s in cell.states:
        np.testing.assert_allclose(trace.layers[0].states[s], other.layers[0].states[s], rtol=1e-10)
        for part in ("states", "from_output", "from_next"):
            ours, theirs = (getattr(g.layers[0], part)[s] for g in (gradient, back))
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    for name, weight in back.weights.items():
        np.testing.assert_allclose(gradient.weights[name], weight, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "wish",
    [
        Experiment(steps=8, hidden=4),
        Experiment(steps=8, hidden=4, cell="gru", wiring="encoder-decoder", forcing="free"),
        Experiment(steps=8, hidden=4, wiring="one-to-many-fed"),
        Experiment(steps=8, hidden=4, layers=2, direction="bidirectional", window=3),
        Experiment(steps=8, hidden=4, cell="rnn", wiring="many-to-one", initial="random"),
    ],
    ids=lambda e: f"{e.cell} {e.wiring} {e.direction}",
)
def test_a_run_held_at_no_step_is_the_run_itself_and_a_held_one_is_not(wish):
    done = run(wish)
    gate = done.stages[0].network.cell.gates[0]
    fed = any(part.fed for part in done.parts)
    if not fed:
        same = hold_gate(done, Hold(gate, 0.0, ()))
        assert same.loss == pytest.approx(done.loss, rel=1e-10)
        for ours, theirs in zip(same.stages, done.stages, strict=True):
            for a, b in zip(ours.gradient.layers, theirs.gradient.layers, strict=True):
                np.testing.assert_allclose(a.norms(), b.norms(), rtol=1e-8, atol=1e-14)
    held = hold_gate(done, Hold(gate, 0.0))
    assert held.loss != done.loss
    for stage in held.stages:
        for trace in stage.trace.layers:
            assert (trace.gates[gate] == 0).all()
            assert trace.cell == done.stages[0].network.cell


@pytest.mark.parametrize("lstm", ["forget", "peephole"])
def test_outputs_fed_back_are_held_at_chosen_steps_and_the_parts_add_up(lstm):
    (stage,) = run(Experiment(steps=8, hidden=4, wiring="one-to-many-fed", lstm=lstm)).stages
    network = hold_network(stage.network, Hold("output", 0.25, (2, 5)))
    trace = network.generate(stage.x[:, 0], 8)
    held = (trace.layers[0].gates["output"] == 0.25).all(axis=(0, 2))
    assert list(np.flatnonzero(held)) == [2, 5]
    back = network.backward(trace, network.head.dlogits(trace.logits, stage.targets)).layers[0]
    for s in ("h", "c"):
        parts = back.from_output[s] + back.from_next[s]
        np.testing.assert_allclose(parts, back.states[s], rtol=1e-12, atol=1e-15)


def test_chosen_steps_count_through_encoder_and_decoder():
    done = run(Experiment(steps=8, hidden=4, wiring="encoder-decoder"))
    held = hold_gate(done, Hold("forget", 1.0, (1, 4)))
    for stage, step in zip(held.stages, (1, 0), strict=True):
        ones = (stage.trace.layers[0].gates["forget"] == 1).all(axis=(0, 2))
        assert list(np.flatnonzero(ones)) == [step]


def test_an_unknown_gate_is_refused_in_words():
    with pytest.raises(ValueError, match="expected one of candidate"):
        replace(network(RNN(), Hold("forget", 1.0))).forward(np.zeros((1, 2, D)))


@pytest.mark.parametrize(
    ("wish", "hold"),
    [
        (Experiment(steps=8, hidden=4), Hold("forget", 1.0)),
        (Experiment(steps=8, hidden=4, cell="gru", layers=2), Hold("update", 0.2, (1, 4))),
        (Experiment(steps=8, hidden=4, wiring="encoder-decoder"), Hold("output", 0.0, (5,))),
        (Experiment(steps=8, hidden=4, wiring="one-to-many-fed"), Hold("input", 0.5)),
        (Experiment(steps=8, hidden=4, wiring="one-to-many-fed"), Hold("input", 0.5, (1, 6))),
        (Experiment(steps=8, hidden=4, window=3), Hold("forget", 0.9)),
    ],
    ids=lambda v: v.wiring if isinstance(v, Experiment) else str(v),
)
def test_the_gradient_check_is_of_the_held_run(wish, hold):
    held = hold_gate(run(wish), hold)
    found = gradient_check(held)
    assert found.ok and found.relative_error < 1e-7
    assert f"With {hold}: the " in found.words
    if not wish.window:  # where it is truncated, the check makes its own
        pairs = zip(held.stages, run(wish).stages, strict=True)
        mixed = tuple(replace(h, gradient=f.gradient) for h, f in pairs)
        assert not gradient_check(replace(held, stages=mixed)).ok


def test_a_hold_is_said_in_words():
    assert str(Hold("forget", 1.0)) == "the forget gate held at 1"
    assert str(Hold("candidate", -0.25, (1,))) == "the candidate held at -0.25 at step 2"
    assert str(Hold("update", 0.5, (0, 3, 4))) == "the update gate held at 0.5 at steps 1,4,5"
