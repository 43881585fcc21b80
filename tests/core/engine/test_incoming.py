"""No wrong input becomes a wrong number: what is refused, in which words, and what is put right."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import CELLS, GRU, LSTM, RNN, Network
from rnn_core.analysis.held_gate import Hold, hold_network
from rnn_core.engine.readout import READOUTS, Readout, loss_weights
from rnn_core.engine.wiring import Part
from rnn_core.tasks import Batch
from rnn_core.training.objective import Objective
from tests.core.cells_under_test import VARIANTS


def made(cell=None, outputs=2, **more):
    return Network.create(cell or LSTM(), 3, 4, outputs, readout="linear", seed=1, **more)


def inputs(B=2, T=5, D=3):
    return np.random.default_rng(0).normal(size=(B, T, D))


def refused(call, *words):
    """The call raises a ValueError that says all of these words."""
    with pytest.raises(ValueError) as problem:
        call()
    for word in words:
        assert word in str(problem.value)


# -- padding ---------------------------------------------------------------------------------


@pytest.mark.parametrize("junk", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_whatever_stands_in_the_padding_changes_nothing(junk, direction):
    network, clean = made(direction=direction, layers=2), inputs()
    clean[0, 3:] = 0
    dirty = clean.copy()
    dirty[0, 3:] = junk
    dlogits = np.ones((2, 5, 2))
    traces = [network.forward(x, [3, 5]) for x in (clean, dirty)]
    one, other = (network.backward(trace, dlogits) for trace in traces)
    np.testing.assert_array_equal(traces[0].logits, traces[1].logits)
    assert not traces[1].layers[0].x[0, 3:].any()
    for name, expected in one.weights.items():
        assert np.isfinite(expected).all()
        np.testing.assert_array_equal(other.weights[name], expected)
    assert np.isnan(dirty[0, 3:]).all() or np.isinf(dirty[0, 3:]).all()  # the caller's own array


@pytest.mark.parametrize("junk", [np.nan, np.inf])
def test_padding_of_a_training_batch_changes_nothing(junk):
    network, found = made(direction="bidirectional", layers=2), []
    for value in (0.0, junk):
        x = inputs()
        x[0, 3:] = value
        counted = np.ones((2, 5)) * (np.arange(5) < [[3], [5]])
        batch = Batch(x, np.ones((2, 5, 2)), counted, np.array([3, 5]))
        passes = Objective((network,))
        found.append(passes.gradient(passes.start, batch))
    assert np.isfinite(found[0][1]).all() and found[0][0] == found[1][0]
    np.testing.assert_array_equal(found[1][1], found[0][1])
    wrong = replace(batch, lengths=np.array([2.5, 5.0]))
    refused(lambda: passes.gradient(passes.start, wrong), "lengths: expected")


@pytest.mark.parametrize(
    "lengths", [[2.5, 5], [np.nan, 5], [0, 5], [True, True], ["3", "5"], [[3], [5]], 5, [3, None]]
)
def test_lengths_are_whole_numbers(lengths):
    refused(lambda: made().forward(inputs(), lengths), "lengths: expected")


def test_whole_lengths_may_be_floats():
    assert made().forward(inputs(), [3.0, 5.0]).lengths.tolist() == [3, 5]


# -- weights ---------------------------------------------------------------------------------


def test_whole_numbers_as_weights_do_not_cut_the_input():
    weights = {"weight_ih_l0": [[2, -1]], "weight_hh_l0": [[1]]}
    network = Network(RNN("relu"), weights)
    assert network.dtype == np.float64
    features = network.forward([[[0.5, 0.25], [1.5, 0.5]]]).features
    np.testing.assert_array_equal(features.ravel(), [0.75, 3.25])
    loaded = Network.create(RNN("relu"), 2, 1, 0).load_state_dict(weights)
    np.testing.assert_array_equal(loaded.forward([[[0.5, 0.25]]]).features.ravel(), [0.75])


def test_whole_numbers_beside_float32_weights_follow_them():
    weights = {n: w.astype(np.float32) for n, w in made(GRU()).weights.items()}
    weights["bias_ih_l0"] = np.zeros(12, int)
    assert Network(GRU(), weights).dtype == np.float32


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_missing_biases_are_zeros(cell, direction):
    full = made(cell, layers=2, direction=direction)
    bare = {n: w for n, w in full.weights.items() if "bias" not in n}
    zeros = {n: w * ("bias" not in n) for n, w in full.weights.items()}
    expected = full.load_state_dict(zeros)
    for network in (Network(cell, bare, direction, "linear"), full.load_state_dict(bare)):
        assert list(network.weights) == list(full.weights)
        trace, other = network.forward(inputs()), expected.forward(inputs())
        np.testing.assert_array_equal(trace.logits, other.logits)
        gradient = network.backward(trace, np.ones((2, 5, 2)))
        assert np.abs(gradient.weights["bias_ih_l0" + "_reverse" * (direction[0] == "b")]).max() > 0


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_a_weight_that_is_missing_is_named(direction):
    full = made(LSTM("peephole"), layers=2, direction=direction).state_dict()
    for gone in full:
        if "bias" in gone or gone.startswith("readout"):
            continue
        left = {n: w for n, w in full.items() if n != gone}
        refused(lambda left=left: Network(LSTM("peephole"), left, direction), gone)


def test_a_layer_left_out_is_named():
    full = made(GRU(), layers=3).state_dict()
    left = {n: w for n, w in full.items() if "_l1" not in n}
    refused(lambda: Network(GRU(), left), "weight_ih_l1 is missing")


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("weight_ih_l1", (16, 9), "(16, 4)"),
        ("weight_hh_l1", (20, 5), "(16, 4)"),
        ("weight_ih_l0", (16,), "(16, D)"),
        ("weight_ih_l0", (16, 0), "(16, D)"),
        ("weight_hh_l0", (16,), "(G*H, H)"),
        ("bias_hh_l1", (4,), "(16,)"),
        ("readout.weight", (2, 9), "(2, 4)"),
        ("readout.weight", (0, 4), "(O, 4)"),
        ("readout.bias", (3,), "(2,)"),
    ],
)
def test_shapes_that_do_not_fit_between_layers(name, shape, words):
    weights = made(layers=2).state_dict() | {name: np.ones(shape)}
    refused(lambda: Network(LSTM(), weights), name, words, f"got {shape}".rstrip(")"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("embedding.weight", "Leave it out"),
        ("rnn.weight_ih_l0", "Take 'rnn.' off"),
        ("weight_ih_l0_reverse", "The direction is 'forward'"),
        ("weight_ph_l0", "peepholes"),
        ("weight_hr_l0", "Leave it out"),
    ],
)
def test_a_name_that_has_no_place_is_explained(name, words):
    weights = made().state_dict() | {name: np.ones((3, 4))}
    refused(lambda: Network(LSTM(), weights), name, words)


def test_a_bias_without_its_readout_is_no_readout():
    weights = {n: w for n, w in made().weights.items() if n != "readout.weight"}
    refused(lambda: Network(LSTM(), weights), "readout.bias", "readout.weight")


def test_the_direction_that_was_meant_is_named():
    weights = made(direction="bidirectional").weights
    refused(lambda: Network(LSTM(), weights), "'forward'")
    refused(lambda: Network(LSTM(), made().weights, "reverse"), "direction 'forward'")


@pytest.mark.parametrize(
    "value",
    [np.ones((16, 4)) * 1j, np.full((16, 4), "1"), [[1, 2], [3]], None, np.ma.masked_all((16, 4))],
)
def test_weights_are_real_numbers(value):
    weights = made().state_dict() | {"weight_hh_l0": value}
    refused(lambda: Network(LSTM(), weights), "weight_hh_l0: expected")


@pytest.mark.parametrize("kind", [">f8", ">f4", "<f8"])
def test_byte_order_does_not_matter(kind):
    network, x = made(), inputs()
    turned = {n: w.astype(kind) for n, w in network.weights.items()}
    again = Network(LSTM(), turned, readout="linear")
    assert again.dtype.isnative
    trace = again.forward(x.astype(">f8"), initial={s: np.zeros((1, 2, 4), ">f8") for s in "hc"})
    np.testing.assert_allclose(trace.logits, network.forward(x).logits, rtol=1e-4)
    found = again.backward(trace, np.ones((2, 5, 2), ">f8")).weights
    assert all(g.dtype == again.dtype for g in found.values())


# -- float32 in, float32 out -----------------------------------------------------------------


def half(kind):
    network = made(GRU(), outputs=3)
    return Network(
        GRU(), {n: w.astype(kind) for n, w in network.weights.items()}, "forward", "softmax"
    )


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("fed", [False, True])
@pytest.mark.parametrize("held", [False, True])
def test_single_precision_stays_so_everywhere(kind, fed, held):
    network, x = half(kind), inputs()
    if held:
        network = hold_network(network, Hold("update", 0.5))
    trace = network.generate(x[:, 0], 5) if fed else network.forward(x)
    targets = np.eye(3)[np.zeros((2, 5), int)]  # float64
    dlogits = network.head.dlogits(trace.logits, targets)
    gradient = network.backward(trace, dlogits, {"h": np.ones((1, 2, 4))}, dh=np.ones((2, 5, 4)))
    layer, back = trace.layers[0], gradient.layers[0]
    arrays = [trace.logits, trace.outputs, trace.features, dlogits, gradient.logits, gradient.x]
    arrays += [
        layer.x,
        *layer.states.values(),
        *layer.gates.values(),
        *layer.preactivations.values(),
    ]
    arrays += [*back.states.values(), *back.from_next.values(), *back.from_output.values()]
    arrays += [*back.du.values(), *back.dv.values(), *gradient.weights.values()]
    arrays += [network.head.losses(trace.logits, targets), *gradient.initial.values(), back.norms()]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_half_precision_is_computed_in_float32():
    wide = half(np.float16)
    assert wide.dtype == np.float32
    same = half(np.float32).load_state_dict(
        {n: w.astype(np.float16) for n, w in wide.weights.items()}
    )
    np.testing.assert_array_equal(same.forward(inputs()).logits, wide.forward(inputs()).logits)


def test_bfloat16_of_another_package_is_widened():
    """NumPy has no such type of its own; packages that add it give it this name."""
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    network = half(np.float32)
    coarse = network.load_state_dict({n: w.astype(bfloat16) for n, w in network.weights.items()})
    assert coarse.dtype == np.float32
    x = inputs()
    np.testing.assert_allclose(coarse.forward(x).logits, network.forward(x).logits, atol=0.02)


# -- traces ----------------------------------------------------------------------------------


def test_a_trace_belongs_to_its_network():
    network, x, d = made(), inputs(), np.ones((2, 5, 2))
    trace = network.forward(x)
    moved = {n: w + 0.5 * (n == "readout.bias") for n, w in network.weights.items()}
    others = [
        network.load_state_dict(moved),
        made(layers=2, direction="bidirectional"),
        Network.create(LSTM(), 3, 4, 2, seed=2, readout="linear"),
        Network(LSTM(), network.weights, readout="softmax"),
        hold_network(network, Hold("forget", 1.0)),
    ]
    for other in others:
        refused(lambda other=other: other.backward(trace, d), "trace: expected", "Call forward")
        refused(lambda other=other: network.backward(other.forward(x), d), "trace: expected")
    refused(lambda: network.backward(d, trace), "trace: expected what `forward` returned")


def test_a_trace_of_an_equal_network_is_its_own():
    network, x, d = made(), inputs(), np.ones((2, 5, 2))
    twin = network.load_state_dict(network.state_dict())
    one, other = network.backward(network.forward(x), d), twin.backward(network.forward(x), d)
    for name, expected in one.weights.items():
        np.testing.assert_array_equal(other.weights[name], expected)


# -- states and gradients from outside ---------------------------------------------------------

GOOD = np.zeros((1, 2, 4))


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"h": np.ones((2, 4)), "c": GOOD}, "expected shape (1, 2, 4) (L*dirs, B, H), got (2, 4)"),
        ({"h": np.ones((5, 2, 4)), "c": GOOD}, "got (5, 2, 4)"),
        ({"h": GOOD}, "c: expected shape (1, 2, 4) (L*dirs, B, H), got nothing"),
        ({"c": GOOD}, "h: expected shape (1, 2, 4) (L*dirs, B, H), got nothing"),
        ({"h": GOOD, "c": GOOD, "n": GOOD}, "got also 'n'"),
        ((GOOD, GOOD), "expected a mapping {'h': ..., 'c': ...}; got a tuple"),
        ({"h": GOOD * 1j, "c": GOOD}, "expected real numbers"),
    ],
)
def test_states_from_outside_are_checked(states, words):
    network, x = made(), inputs()
    trace = network.forward(x)
    refused(lambda: network.forward(x, initial=states), "initial state", words)
    refused(lambda: network.backward(trace, final=states), "final gradient", words)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n, t: n.backward(t), "expected dlogits, dh or final"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2)), window=1.5), "window: expected"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2)), window=True), "window: expected"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2)) * 1j), "dlogits: expected real"),
        (lambda n, t: n.backward(t, dh=np.ones((2, 5, 2))), "dh: expected shape (2, 5, 4)"),
        (lambda n, t: n.forward(np.full((2, 5, 3), "a")), "x: expected real numbers"),
        (lambda n, t: n.forward([[[1, 2, 3], [1]]]), "x: expected an array"),
        (lambda n, t: n.logits(np.ones((2, 9))), "features: expected (..., 4)"),
        (lambda n, t: n.outputs(np.ones((2, 9))), "logits: expected (..., 2)"),
        (lambda n, t: t.layers[0].after("s"), "state: expected h, c"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2))).top.norms("s"), "state: expected h, c"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2))).top.norms("h", "x"), "part: expected"),
        (lambda n, t: n.backward(t, np.ones((2, 5, 2))).top.share("weight_ph"), "share: expected"),
    ],
)
def test_what_a_pass_is_given_is_checked(call, words):
    network = made()
    refused(lambda: call(network, network.forward(inputs())), words)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n: n.generate(np.ones(3), 4), "first: expected (B, D) with D = 3"),
        (lambda n: n.generate(np.ones((1, 2)), 4), "got (1, 2)"),
        (lambda n: n.generate(np.ones((1, 3)), 0), "steps: expected a whole number from 1"),
        (lambda n: n.generate(np.ones((1, 3)), 2.5), "steps: expected"),
        (lambda n: n.generate(np.ones((1, 3)), 2, {"h": np.ones((1, 4))}), "initial state h"),
    ],
)
def test_what_is_generated_from_is_checked(call, words):
    refused(lambda: call(made(GRU(), outputs=3)), words)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Network.create("lstm", 3, 4, 2), "got 'lstm'. Write LSTM()"),
        (lambda: Network.create(GRU, 3, 4, 2), "Write GRU()"),
        (lambda: Network("gru", {}), "Write GRU()"),
        (lambda: Network.create(None, 3, 4, 2), "cell: expected a cell"),
        (lambda: Network.create(LSTM(), 3, 4, 2, layers=0), "layers: expected"),
        (lambda: Network.create(LSTM(), 3, 4, -1), "output_size: expected"),
        (lambda: Network.create(LSTM(), 3, 4.0, 2), "hidden_size"),
        (lambda: Network.create(LSTM(), 0, 4, 2), "input_size"),
        (lambda: Network.create(LSTM(), 3, 4, 2, gain="big"), "gain"),
        (lambda: Network.create(LSTM(), 3, 4, 2, direction="up"), "direction: expected forward"),
        (lambda: Network(LSTM(), [1, 2]), "weights: expected arrays by name"),
    ],
)
def test_how_a_network_is_asked_for_is_checked(call, words):
    refused(call, words)


def test_every_cell_is_known_by_its_name_in_the_advice():
    for name, kind in CELLS.items():
        refused(lambda name=name: Network.create(name, 3, 4, 2), f"Write {kind.__name__}()")


# -- dL/dh and dL/dx ---------------------------------------------------------------------------


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_gradient_of_states_without_a_readout(cell, direction):
    """dh, and dL/dx of both directions as one array, against central differences."""
    network = made(cell, outputs=0, layers=2, direction=direction)
    x, rng = inputs(), np.random.default_rng(3)
    trace = network.forward(x, [3, 5])
    dh = rng.normal(size=trace.features.shape)
    gradient = network.backward(trace, dh=dh)
    inside = trace.layers[0].mask[..., None]

    def loss(network, x):
        return float((network.forward(x, [3, 5]).features * dh * inside).sum())

    assert gradient.x.shape == x.shape
    v, h = rng.normal(size=x.shape) * inside, 1e-6
    slope = (loss(network, x + h * v) - loss(network, x - h * v)) / (2 * h)
    np.testing.assert_allclose((gradient.x * v).sum(), slope, rtol=1e-6)
    along = {n: rng.normal(size=w.shape) for n, w in network.weights.items()}
    ways = [{n: w + s * h * along[n] for n, w in network.weights.items()} for s in (1, -1)]
    up, down = (loss(network.load_state_dict(way), x) for way in ways)
    expected = sum((g * along[n]).sum() for n, g in gradient.weights.items())
    np.testing.assert_allclose((up - down) / (2 * h), expected, rtol=1e-6)


@pytest.mark.parametrize("fed", [False, True])
@pytest.mark.parametrize("held", [False, True])
def test_dh_and_the_readout_together(fed, held):
    """Gradients given as dlogits equal those given as dh, taken through the readout."""
    network, x = made(GRU(), outputs=3), inputs()
    if held:
        network = hold_network(network, Hold("update", 0.5))
    trace = network.generate(x[:, 0], 5) if fed else network.forward(x)
    rng = np.random.default_rng(4)
    d, dh = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    both = network.backward(trace, d, dh=dh)
    alone = [network.backward(trace, d), network.backward(trace, dh=dh)]
    for name, found in both.weights.items():
        np.testing.assert_allclose(found, sum(g.weights[name] for g in alone), atol=1e-12)
    np.testing.assert_allclose(both.x, sum(g.x for g in alone), atol=1e-12)
    through = network.backward(trace, dh=d @ network.weights["readout.weight"])
    np.testing.assert_allclose(through.x, alone[0].x, atol=1e-12)


# -- readouts and losses -----------------------------------------------------------------------


def test_a_masked_class_costs_nothing():
    """log(1 + e) = 1.3133 of the two classes that are left."""
    logits = np.array([[1.0, 2.0, -np.inf]])
    head = READOUTS["softmax"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = head.losses(logits, np.eye(3)[:1])
        np.testing.assert_allclose(found, np.log(1 + np.e), rtol=1e-12)
        p = 1 / (1 + np.e)
        np.testing.assert_allclose(head.dlogits(logits, np.eye(3)[:1]), [[p - 1, 1 - p, 0]])
        assert head.losses(logits, np.eye(3)[2:]) == np.inf
        assert np.isnan(head.losses(np.array([[1.0, np.nan, -np.inf]]), np.eye(3)[:1]))


@pytest.mark.parametrize(
    ("logit", "target", "loss"),
    [
        (-np.inf, 0.0, 0.0),
        (np.inf, 1.0, 0.0),
        (-np.inf, 1.0, np.inf),
        (np.inf, 0.0, np.inf),
    ],
)
def test_a_sure_yes_or_no(logit, target, loss):
    assert READOUTS["sigmoid"].losses(np.array([[logit]]), np.array([[target]])) == loss


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: READOUTS["softmax"].losses(np.ones((2, 5, 3)), np.ones((2, 5), int)), "np.eye(3)"),
        (lambda: READOUTS["softmax"].losses(np.ones(()), np.ones(())), "logits: expected (..., O)"),
        (lambda: READOUTS["softmax"].outputs(np.ones((2, 0))), "logits: expected (..., O)"),
        (lambda: READOUTS["linear"].dlogits(np.ones(2), np.ones(2) * 1j), "targets: expected real"),
        (lambda: READOUTS["linear"].backward_outputs(np.ones(2), np.ones(3)), "doutputs must have"),
        (lambda: Readout("softmaxx", "squared"), "activation: expected linear"),
        (lambda: Readout("softmax", "nll"), "loss: expected squared"),
        (lambda: Readout("tanh", "binary"), "expected sigmoid; got 'tanh'"),
        (lambda: loss_weights("last", "sum", [2.5], 4), "all of them whole"),
        (lambda: loss_weights("last", "sum", [[2]], 4), "lengths: expected"),
        (lambda: loss_weights("last", "sum", [2], 4.5), "steps: expected"),
        (lambda: loss_weights("chosen", "sum", [2], 4, (0,)), "chosen step: expected"),
        (lambda: loss_weights("chosen", "sum", [2], 4, (1.5,)), "chosen step: expected"),
    ],
)
def test_what_a_readout_is_given_is_checked(call, words):
    refused(call, words)


def test_whole_logits_are_floats():
    found = READOUTS["softmax"].dlogits(np.array([[0, 0]]), np.array([[1, 0]]))
    np.testing.assert_array_equal(found, [[-0.5, 0.5]])


# -- parts of a wiring, held gates -------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "weights"), [((2, 4, 1), (2, 5)), ((2, 5, 1), (1, 5)), ((2, 5), (2, 5))]
)
def test_a_part_has_one_batch_and_one_length(targets, weights):
    refused(
        lambda: Part("decoder", inputs(), np.ones(targets), np.ones(weights)),
        "decoder: expected x (B, T, D)",
        str(targets),
        str(weights),
    )


@pytest.mark.parametrize(
    ("hold", "words"),
    [
        (Hold("forget", 1.0), "gate: expected one of reset, update, candidate"),
        (Hold("forget", 1.0, (99,)), "gate: expected one of"),
        (Hold("update", np.nan), "value: expected a finite number"),
        (Hold("update", "1"), "value: expected a finite number"),
    ],
)
def test_what_is_held_is_checked(hold, words):
    refused(lambda: hold_network(made(GRU()), hold), words)


def test_a_held_gate_needs_full_lengths():
    held = hold_network(made(GRU()), Hold("update", 0.5))
    refused(lambda: held.forward(inputs(), [3, 5]), "lengths: a held gate needs full ones")
