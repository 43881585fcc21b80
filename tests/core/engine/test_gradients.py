"""BPTT against central differences: every cell, variant, wiring and loss placement.

Float64, h = 1e-6, relative error of every block below 1e-7: weights, inputs, initial states, and
the gradient at every boundary inside the sequence.  A difference of two losses cannot see less than
their rounding, eps * L / h; below that (gradients under a hundredth) it is no judge.
"""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.engine.network import Network
from rnn_core.engine.readout import READOUTS, loss_weights
from rnn_core.engine.wiring import Part, run_backward, run_forward
from tests.core.cells_under_test import VARIANTS

STEP, TOLERANCE = 1e-6, 1e-7
B, T, D, H = 2, 4, 2, 3
PLACEMENTS = {"every": (), "last": (), "chosen": (1, 3)}


def slope(loss, array):
    """Central differences of `loss()` in every entry of an array, changed in place."""
    found = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        kept = array[i]
        array[i] = kept + STEP
        above = loss()
        array[i] = kept - STEP
        below = loss()
        array[i] = kept
        found[i] = (above - below) / (2 * STEP)
    return found


def same(analytic, numeric, loss, what):
    rounding = np.finfo(float).eps * abs(loss) / STEP * np.sqrt(numeric.size)
    scale = max(np.linalg.norm(numeric), np.linalg.norm(analytic), 1e-12)
    error = max(0.0, np.linalg.norm(analytic - numeric) - rounding) / scale
    assert error < TOLERANCE, f"{what}: relative error {error:.1e}"


class Lab:
    """Parts, networks and everything that can be nudged."""

    def __init__(
        self,
        cell,
        wiring="many-to-many",
        placement="every",
        readout="softmax",
        layers=1,
        direction="forward",
        lengths=None,
        reduction="sum",
    ):
        rng = np.random.default_rng(7)
        self.lengths = lengths
        outputs = {"encoder": 0}
        names = ("encoder", "decoder") if wiring.startswith("encoder") else ("network",)
        draw = {"layers": layers, "direction": direction, "readout": readout, "seed": rng}
        networks = [Network.create(cell, D, H, outputs.get(name, D), **draw) for name in names]
        self.weights = [
            {n: 2.0 * w + 0.1 * rng.normal(size=w.shape) for n, w in net.weights.items()}
            for net in networks
        ]
        self.networks = networks
        self.initial = {
            s: 0.5 * rng.normal(size=(len(networks[0].layers), B, H)) for s in cell.states
        }
        self.parts = [self.part(name, wiring, placement, reduction, rng) for name in names]

    def part(self, name, wiring, placement, reduction, rng):
        x = rng.normal(size=(B, T, D))
        fed = wiring == "one-to-many-fed" or (name == "decoder" and wiring.endswith("free"))
        if wiring == "one-to-many-first":
            x[:, 1:] = 0
        if name == "encoder":
            return Part(name, x, np.zeros((B, T, 0)), np.zeros((B, T)))
        targets = np.eye(D)[rng.integers(D, size=(B, T))]
        lengths = np.full(B, T) if self.lengths is None else np.array(self.lengths)
        counted = loss_weights(placement, reduction, lengths, T, PLACEMENTS[placement])
        return Part(name, x, targets, counted, fed)

    def nets(self):
        return [net.load_state_dict(w) for net, w in zip(self.networks, self.weights, strict=True)]

    def loss(self):
        return self.forward(self.nets()).total

    def forward(self, nets):
        return run_forward(self.parts, nets, self.initial)

    def check(self):
        nets = self.nets()
        done = self.forward(nets)
        gradients = run_backward(self.parts, nets, done)

        def agree(analytic, numeric, what):
            same(analytic, numeric, done.total, what)

        for gradient, weights in zip(gradients, self.weights, strict=True):
            for name, array in weights.items():
                agree(gradient.weights[name], slope(self.loss, array), name)
        for s, array in self.initial.items():
            agree(gradients[0].initial[s], slope(self.loss, array), f"initial {s}")
        for part, gradient in zip(self.parts, gradients, strict=True):
            found = sum(g.x for g in gradient.layers if g.trace.layer == 0)
            seen = slice(0, 1) if part.fed else slice(None)
            agree(found[:, seen], slope(self.loss, part.x)[:, seen], f"inputs of {part.name}")


WIRINGS = [
    *(("many-to-many", p) for p in PLACEMENTS),
    *(("one-to-many-fed", p) for p in PLACEMENTS),
    *(("one-to-many-first", p) for p in PLACEMENTS),
    ("encoder-decoder-teacher", "every"),
    ("encoder-decoder-free", "every"),
]


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize(("wiring", "placement"), WIRINGS)
def test_bptt_is_the_slope_of_the_loss(cell, wiring, placement):
    Lab(cell, wiring, placement).check()


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_stacked_layers_and_directions(cell, direction):
    Lab(cell, layers=2, direction=direction).check()


@pytest.mark.parametrize("cell", [VARIANTS[0], VARIANTS[3], VARIANTS[7]], ids=str)
@pytest.mark.parametrize("wiring", ["one-to-many-fed", "encoder-decoder-free"])
def test_feedback_through_stacked_layers(cell, wiring):
    Lab(cell, wiring, "every", layers=2).check()


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("wiring", ["many-to-many", "one-to-many-fed"])
def test_every_readout_and_loss(readout, wiring):
    Lab(VARIANTS[3], wiring, "every", readout=readout, reduction="mean").check()


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_gradient_at_every_boundary_is_the_slope_of_the_rest_of_the_run(cell):
    """`from_next` is the slope of the later losses in the state itself."""
    lab = Lab(cell)
    (network,) = lab.nets()
    done = lab.forward([network])
    (gradient,) = run_backward(lab.parts, [network], done)
    (part,) = lab.parts
    for t in range(T):
        rest = replace(
            part, x=part.x[:, t:], targets=part.targets[:, t:], weights=part.weights[:, t:]
        )
        start = {s: a[:, t].copy()[None] for s, a in done.traces[0].layers[0].states.items()}
        for s, array in start.items():
            numeric = slope(lambda r=rest, a=start: run_forward([r], [network], a).total, array)
            found = gradient.layers[0].from_next[s][:, t]
            same(found, numeric[0], done.total, f"dL/d{s} from step {t + 1}")


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("wiring", ["many-to-many", "one-to-many-fed"])
def test_the_two_sources_of_a_states_gradient_make_the_whole(cell, wiring):
    lab = Lab(cell, wiring)
    nets = lab.nets()
    (gradient,) = run_backward(lab.parts, nets, lab.forward(nets))
    (layer,) = gradient.layers
    for s in cell.states:
        both = layer.from_output[s] + layer.from_next[s]
        np.testing.assert_allclose(layer.states[s], both, rtol=1e-12, atol=1e-15)
        assert not layer.from_output[s][:, 0].any()


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_shares_of_the_steps_add_up_to_the_gradient(cell):
    for wiring in ("many-to-many", "one-to-many-fed"):
        lab = Lab(cell, wiring)
        nets = lab.nets()
        (gradient,) = run_backward(lab.parts, nets, lab.forward(nets))
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ph"):
            if f"{name}_l0" in gradient.weights:
                share = gradient.layers[0].share(name)
                assert len(share) == T
                np.testing.assert_allclose(
                    share.sum(0), gradient.weights[f"{name}_l0"], rtol=1e-10, atol=1e-12
                )
