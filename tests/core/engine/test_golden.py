"""rnn_core against PyTorch, Keras and equations under autograd: see tests/golden/README.md."""

import json
from pathlib import Path

import numpy as np
import pytest

from rnn_core.engine.cells import CELLS
from rnn_core.engine.clip import clip
from rnn_core.engine.network import Network
from rnn_core.engine.readout import READOUTS, loss_weights
from rnn_core.engine.trace import Gradient, LayerGradient, LayerTrace, Trace

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
FILES = sorted(GOLDEN.glob("*.npz"))
PAIRS = [f for f in FILES if "encoder_decoder" in f.stem]
SINGLES = [f for f in FILES if f not in PAIRS]
Numbers = dict[str, np.ndarray]

# "chosen" in the files: every third step, from the second one.
CHOSEN = tuple(range(2, 99, 3))


def names(files: list[Path]) -> list[str]:
    return [f.stem for f in files]


def load(path: Path) -> tuple[dict, Numbers]:
    """Description of a file, and its named arrays."""
    with np.load(path, allow_pickle=False) as stored:
        index, flat = json.loads(str(stored["index"])), stored["numbers"]
    sizes = [int(np.prod(shape)) for shape in index["shapes"].values()]
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    found = zip(index["shapes"].items(), parts, strict=True)
    return index["about"], {name: part.reshape(shape) for (name, shape), part in found}


def within(numbers: Numbers, prefix: str) -> Numbers:
    return {k.removeprefix(prefix): v for k, v in numbers.items() if k.startswith(prefix)}


def same(ours: np.ndarray, theirs: np.ndarray, what: str) -> None:
    """Agreement to 1e-10; the file says nan where nothing is defined."""
    assert ours.shape == theirs.shape, f"{what}: {ours.shape} against {theirs.shape}"
    known = ~np.isnan(theirs)
    assert known.any() or not theirs.size, f"{what}: the file knows nothing"
    np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-10, atol=1e-10, err_msg=what)


def make_network(about: dict, numbers: Numbers) -> Network:
    cell = CELLS[about["cell"]](**about["options"])
    weights = within(numbers, "weight.")
    return Network(cell, weights, direction=about["direction"], readout=about["readout"])


def run(about: dict, numbers: Numbers, network: Network, initial: Numbers) -> Trace:
    if numbers["x"].ndim == 2:
        return network.generate(numbers["x"], numbers["logits"].shape[1], initial)
    return network.forward(numbers["x"], about["lengths"], initial)


def one_hot(about: dict, numbers: Numbers) -> np.ndarray:
    """Targets in the shape of the logits."""
    targets = numbers["targets"]
    return (
        np.eye(numbers["logits"].shape[-1])[targets.astype(int)] if targets.ndim == 2 else targets
    )


def check_outputs(about: dict, numbers: Numbers, trace: Trace) -> None:
    """Logits, outputs, losses and where backward starts: at the steps that belong."""
    inside = (np.arange(trace.logits.shape[1]) < trace.lengths[:, None])[..., None]
    for name in ("features", "logits", "outputs"):
        same(getattr(trace, name), np.where(inside, numbers[name], np.nan), name)
    head, targets = READOUTS[about["readout"]], one_hot(about, numbers)
    weights = loss_weights(about["steps"], "sum", trace.lengths, targets.shape[1], CHOSEN)
    same(head.losses(trace.logits, targets) * weights, numbers["loss"], "loss")
    same(head.dlogits(trace.logits, targets) * weights[..., None], numbers["dlogits"], "dlogits")


def check_layer(trace: LayerTrace, gradient: LayerGradient, numbers: Numbers) -> None:
    """Every state and gate, and the gradient of every state by its sources."""
    for gate in trace.cell.gates:
        same(trace.gates[gate], numbers[f"gate.{gate}"], gate)
    for state in trace.cell.states:
        same(trace.states[state], numbers[f"state.{state}"], state)
        same(gradient.states[state], numbers[f"total.{state}"], f"dL/d{state}")
        ours, theirs = gradient.from_output[state], numbers[f"from_output.{state}"]
        same(ours, theirs, f"dL/d{state} from the output")
        same(ours + gradient.from_next[state], gradient.states[state], f"the sum for {state}")


def check_gradient(numbers: Numbers, trace: Trace, gradient: Gradient) -> None:
    """All layers, all weights, initial and final states, inputs."""
    for index, pair in enumerate(zip(trace.layers, gradient.layers, strict=True)):
        check_layer(*pair, within(numbers, f"layer{index}."))
        for state, final in within(numbers, f"final.{index}.").items():
            same(trace.final[state][index], final, f"final {state}")
    for state, theirs in within(numbers, "initial_gradient.").items():
        same(gradient.initial[state], theirs, f"dL/d(initial {state})")
    for name, theirs in within(numbers, "gradient.").items():
        same(gradient.weights[name], theirs, f"dL/d {name}")
    for name, theirs in within(numbers, "share.").items():
        same(gradient.layers[0].share(name.removesuffix("_l0")), theirs, f"shares of {name}")
    first = [g.x for g, t in zip(gradient.layers, trace.layers, strict=True) if t.layer == 0]
    dx = sum(first)
    same(dx if numbers["dx"].ndim == 3 else dx[:, 0], numbers["dx"], "dL/dx")
    if "dlogits_total" in numbers:
        same(gradient.logits, numbers["dlogits_total"], "dL/dlogits, fed back")


@pytest.mark.parametrize("path", SINGLES, ids=names(SINGLES))
def test_every_number_of_a_network(path: Path) -> None:
    about, numbers = load(path)
    network = make_network(about, numbers)
    trace = run(about, numbers, network, within(numbers, "initial."))
    check_outputs(about, numbers, trace)
    gradient = network.backward(trace, numbers["dlogits"], window=about["window"])
    check_gradient(numbers, trace, gradient)


@pytest.mark.parametrize("path", PAIRS, ids=names(PAIRS))
def test_every_number_of_encoder_and_decoder(path: Path) -> None:
    about, numbers = load(path)
    inner, outer = within(numbers, "encoder."), within(numbers, "decoder.")
    encoder, decoder = make_network(about, inner), make_network(about, outer)
    read = encoder.forward(inner["x"], None, within(inner, "initial."))
    written = run(about, outer, decoder, read.final)
    check_outputs(about, outer, written)
    gradient = decoder.backward(written, outer["dlogits"])
    check_gradient(outer, written, gradient)
    back = encoder.backward(read, np.zeros_like(read.logits), final=gradient.initial)
    check_gradient(inner, read, back)


PADDED = [f for f in SINGLES if "padded" in f.stem]


@pytest.mark.parametrize("path", PADDED, ids=names(PADDED))
def test_padding_changes_nothing_and_gets_no_gradient(path: Path) -> None:
    about, numbers = load(path)
    network, initial = make_network(about, numbers), within(numbers, "initial.")
    outside = np.arange(numbers["x"].shape[1]) >= np.array(about["lengths"])[:, None]
    changed = {**numbers, "x": np.where(outside[..., None], 1e3, numbers["x"])}
    trace, other = (run(about, n, network, initial) for n in (numbers, changed))
    for state, final in trace.final.items():
        np.testing.assert_array_equal(final, other.final[state])
    gradient = network.backward(other, numbers["dlogits"])
    check_gradient(numbers, trace, gradient)
    for layer in gradient.layers:
        assert not layer.x[outside].any()


@pytest.mark.parametrize("path", SINGLES[::7], ids=names(SINGLES[::7]))
def test_backward_leaves_no_mark(path: Path) -> None:
    """Plans are shared by shape: another network in between must not change the gradient."""
    about, numbers = load(path)
    network, initial = make_network(about, numbers), within(numbers, "initial.")
    trace = run(about, numbers, network, initial)
    halved = {k: v / 2 for k, v in network.state_dict().items()}
    run(about, numbers, network.load_state_dict(halved), initial)
    gradient = network.backward(trace, numbers["dlogits"], window=about["window"])
    check_gradient(numbers, trace, gradient)


def test_keras_files_start_from_keras_own_forget_bias() -> None:
    _, numbers = load(GOLDEN / "keras_lstm.npz")
    bias = numbers["weight.bias_ih_l0"].reshape(4, -1)
    np.testing.assert_array_equal(bias, np.array([0.0, 1, 0, 0])[:, None] + 0 * bias)


CLIPS = json.loads((GOLDEN / "clip.json").read_text())


@pytest.mark.parametrize("case", CLIPS, ids=[f"{c['kind']}-{c['threshold']}" for c in CLIPS])
def test_clipping_as_torch_does(case: dict) -> None:
    gradient = {str(k): np.array(g) for k, g in enumerate(case["before"])}
    clipped = clip(gradient, case["kind"], case["threshold"])
    np.testing.assert_allclose(clipped.norm_before, case["norm"], rtol=1e-10)
    for k, after in enumerate(case["after"]):
        np.testing.assert_allclose(clipped.after[str(k)], after, rtol=1e-10, atol=1e-16)


def test_the_files_are_small() -> None:
    assert len(FILES) > 30
    assert sum(f.stat().st_size for f in GOLDEN.iterdir()) < 300_000
