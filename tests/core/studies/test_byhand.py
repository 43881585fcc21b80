"""The written-out network: every number against NumPy written here and against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.studies.byhand import (
    MOST_LETTERS,
    MOST_STEPS,
    MOST_UNITS,
    QUANTITIES,
    STAGES,
    WEIGHT_NAMES,
    first_letters,
    numbers,
    stops,
    writable,
    write_out,
)

SMOOTH = {"tanh": (np.tanh, lambda h: 1 - h**2), "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), None)}
wishes = st.builds(
    Experiment,
    cell=st.just("rnn"),
    text=st.sampled_from(["hello", "abcabc", "a", "banana"]),
    activation=st.sampled_from(["tanh", "sigmoid"]),
    seed=st.integers(0, 99),
    scale=st.sampled_from([0.1, 1.0, 2.5, 4.0]),
    init=st.sampled_from(["pytorch", "keras", "orthogonal"]),
    initial=st.sampled_from(["zero", "random"]),
)
steps = st.integers(1, MOST_STEPS)
units = st.integers(1, MOST_UNITS)
losses = st.sampled_from(["every", "last"])


def by_hand(w):
    """BPTT once more, with nothing of the engine but its weights and inputs."""
    n, x, target = w.stage.network.weights, w.stage.x[0], w.stage.targets[0]
    W, U, V = n["weight_hh_l0"], n["weight_ih_l0"], n["readout.weight"]
    b = n["bias_ih_l0"] + n["bias_hh_l0"]
    tanh = w.done.experiment.activation == "tanh"
    T, found = w.steps, {name: [None] * w.steps for name in QUANTITIES}
    h = [w.h[0]]
    for t in range(T):
        a = U @ x[t] + W @ h[t] + b
        h.append(np.tanh(a) if tanh else 1 / (1 + np.exp(-a)))
        z = V @ h[-1] + n["readout.bias"]
        y = np.exp(z) / np.exp(z).sum()
        for name, value in zip("xahzy", (x[t], a, h[-1], z, y), strict=True):
            found[name][t] = value
        found["E"][t] = -np.log(y[target[t] == 1][0])
    delta = np.zeros_like(b)
    for t in reversed(range(T)):
        dz = (found["y"][t] - target[t]) * w.counted[t]
        near, far = V.T @ dz, W.T @ delta
        delta = (near + far) * ((1 - h[t + 1] ** 2) if tanh else h[t + 1] * (1 - h[t + 1]))
        shares = {
            "hh": np.outer(delta, h[t]),
            "xh": np.outer(delta, x[t]),
            "b": delta,
            "hy": np.outer(dz, h[t + 1]),
            "by": dz,
        }
        errors = {"dz": dz, "from_output": near, "from_next": far, "dh": near + far, "delta": delta}
        for name, value in (errors | shares).items():
            found[name][t] = value
    return {name: np.array(values) for name, values in found.items()}


@given(wishes, steps, units, losses)
def test_every_number_is_what_paper_gives(e, T, H, placement):
    w = write_out(e, T, H, placement)
    for name, expected in by_hand(w).items():
        np.testing.assert_allclose(QUANTITIES[name].of(w), expected, rtol=1e-9, atol=1e-13)


@given(wishes, steps, units, losses)
def test_the_shares_sum_to_the_engines_gradient(e, T, H, placement):
    w = write_out(e, T, H, placement)
    for name in WEIGHT_NAMES:
        shares = QUANTITIES[name].of(w)
        np.testing.assert_allclose(shares.sum(0), w.total(name), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("placement", ["every", "last"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_totals_are_the_slopes_of_the_loss(activation, placement):
    e = Experiment(cell="rnn", activation=activation, seed=3, initial="random")
    w = write_out(e, 5, 3, placement)
    network, d = w.stage.network, 1e-6

    def loss(name, index, by):
        moved = network.state_dict()
        moved[name][index] += by
        trace = network.load_state_dict(moved).forward(w.stage.x, initial=w.done.initial)
        return (network.head.losses(trace.logits, w.stage.targets)[0] * w.counted).sum()

    for name, long in WEIGHT_NAMES.items():
        total = w.total(name)
        slopes = [(loss(long, i, d) - loss(long, i, -d)) / (2 * d) for i in np.ndindex(total.shape)]
        np.testing.assert_allclose(total.ravel(), slopes, rtol=1e-6, atol=1e-9)


def test_fewer_steps_are_the_first_of_more():
    e = Experiment(cell="rnn")
    short, long = write_out(e, 3, 2), write_out(e, 6, 2)
    for quantity in QUANTITIES.values():
        if quantity.stage == "outputs":
            np.testing.assert_array_equal(quantity.of(short), quantity.of(long)[:3])


def test_what_is_read_comes_from_a_stage_that_is_done():
    order = list(QUANTITIES)
    for name, quantity in QUANTITIES.items():
        for other, later in quantity.reads:
            before = order.index(other) < order.index(name)
            assert before if later == 0 else (other, later) in (("h", -1), ("delta", 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [(n, v) for n, s in SETTINGS.items() if s.kind == "choice" for v in s.options],
)
def test_every_experiment_can_be_written_out(name, value):
    w = write_out(Experiment(**{name: value}), 4, 2)
    assert w.layer.cell.name == "rnn" and np.isfinite(w.stage.loss).all()


def test_what_was_changed_is_said_and_nothing_else():
    assert writable(Experiment(cell="rnn"), 2, "every")[1] == ()
    e = Experiment(
        cell="gru",
        layers=2,
        wiring="encoder-decoder",
        text="a longer text",
        reduction="mean",
        window=3,
        readout="tanh",
        weights="0123456789abcdef01234567",
    )
    small, said = writable(e, 2, "last")
    assert said == (
        "a plain RNN instead of the GRU",
        "one forward layer",
        "an output at every step",
        "the first 6 characters of the text",
        "softmax with cross-entropy",
        "losses summed",
        "drawn weights, not the trained ones",
        "full BPTT, not truncated",
    )
    assert (small.text, small.hidden, small.placement) == ("a long", 2, "last")
    assert small.weights == ""
    assert writable(Experiment(cell="rnn", source="sine"), 2, "every")[1] == ("text",)


@pytest.mark.parametrize("text", ["", "   ", "hello", "👩‍👩‍👧🇩🇪é b cdef", "x" * 200, "é" * 20])
def test_the_first_letters_are_cut_between_characters(text):
    cut = first_letters(text)
    assert text.startswith(cut)
    w = write_out(Experiment(text=text), MOST_STEPS, 1)
    assert len(w.alphabet) <= MOST_LETTERS
    assert first_letters("👩‍👩‍👧🇩🇪é b cdef") == "👩‍👩‍👧🇩🇪é b "


def test_more_than_fits_on_paper_is_refused():
    for T, H in ((0, 1), (MOST_STEPS + 1, 1), (1, 0), (1, MOST_UNITS + 1)):
        with pytest.raises(ValueError, match="by hand"):
            write_out(Experiment(), T, H)


def test_the_walk_goes_forwards_backwards_and_adds_up():
    walk = stops(3)
    assert [t for stage, t in walk if stage == STAGES[0]] == [1, 2, 3]
    assert [t for stage, t in walk if stage == STAGES[1]] == [3, 2, 1]
    assert [t for stage, t in walk if stage == STAGES[2]] == [1, 2, 3, 4]


@pytest.mark.parametrize(("T", "H"), [(1, 1), (4, 2), (6, 3)])
def test_the_download_has_every_number_once(T, H):
    w = write_out(Experiment(), T, H)
    rows = list(numbers(w))
    assert len({row[:5] for row in rows}) == len(rows)
    size = sum(q.of(w).size for q in QUANTITIES.values()) + H
    assert len(rows) == size + sum(w.total(n).size for n in WEIGHT_NAMES)
    for _, name, t, row, column, value in rows:
        index = tuple(i - 1 for i in (row, column) if i)
        assert value == w.value(name, t, index)


def test_zero_weights_and_overflow_are_numbers_too():
    zero = write_out(Experiment(init="zero"), 1, 1)
    assert zero.h[1, 0] == 0 and np.isclose(zero.stage.loss[0, 0], np.log(4))
    large = Experiment(cell="rnn", activation="relu", init="identity", gain=3, scale=4.0)
    assert np.isfinite(write_out(large, 6, 3).total("hh")).all()
