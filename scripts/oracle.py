"""Recurrent networks written out in torch autograd, step by step: the oracle of the golden files.

Nothing here imports `rnn_core`. Every equation is the textbook's, no derivative is written by hand:
autograd supplies them. Each state is used through two copies, one for this step's output and one
for the next step, so that autograd itself splits dL/ds_t into its two sources.

Axes: B sequences, T steps, D inputs, H hidden units, O outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

States = dict[str, Tensor]
GATES = {
    "rnn": ("candidate",),
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
PEEPHOLES = ("input", "forget", "output")


@dataclass(frozen=True)
class Spec:
    """Contents of one golden file. `options` are the arguments of the engine's cell."""

    name: str
    cell: str
    options: Mapping[str, str] = field(default_factory=dict)
    layers: int = 1
    direction: str = "forward"
    readout: str = "linear"
    loss: str = "squared"
    steps: str = "every"  # "every", "last" or "chosen": the steps that carry a loss
    lengths: tuple[int, ...] | None = None
    window: int | None = None
    wiring: str = "plain"  # "fed": outputs are the next inputs; "teacher", "free": two networks
    library: str = "none"
    B: int = 2
    T: int = 5
    D: int = 2
    H: int = 3
    O: int = 2  # noqa: E741

    @property
    def gates(self) -> tuple[str, ...]:
        """Gate names in stacking order."""
        names = GATES[self.cell]
        no_forget = self.options.get("kind") == "no-forget"
        return tuple(g for g in names if not (no_forget and g == "forget"))

    @property
    def states(self) -> tuple[str, ...]:
        return ("h", "c") if self.cell == "lstm" else ("h",)

    @property
    def suffixes(self) -> list[str]:
        """Weight suffixes in PyTorch's order: _l0, _l0_reverse, _l1, ..."""
        ways = {"forward": [""], "reverse": ["_reverse"], "bidirectional": ["", "_reverse"]}
        return [f"_l{layer}{way}" for layer in range(self.layers) for way in ways[self.direction]]


@dataclass
class Step:
    """One step of one layer: what came out, with autograd's handles on it."""

    after: States  # s_t; its .grad is the total dL/ds_t
    out: States  # the copy this step's output reads
    gates: dict[str, Tensor]
    weights: dict[str, Tensor]  # this step's own copy; its .grad is the step's share


def kept(tensor: Tensor) -> Tensor:
    """A copy whose gradient autograd keeps."""
    copy = tensor * 1
    copy.retain_grad()
    return copy


def split(rows: Tensor, gates: Sequence[str]) -> dict[str, Tensor]:
    return dict(zip(gates, rows.chunk(len(gates), dim=-1), strict=True))


def step_rnn(spec: Spec, a: dict[str, Tensor], u: dict[str, Tensor], s: States, w: dict) -> Step:
    activation = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}
    phi = activation[spec.options.get("activation", "tanh")]
    h = kept(phi(a["candidate"] + u["candidate"]))
    return Step({"h": h}, {"h": kept(h)}, {"candidate": h}, w)


def step_gru(spec: Spec, a: dict[str, Tensor], u: dict[str, Tensor], s: States, w: dict) -> Step:
    r = torch.sigmoid(a["reset"] + u["reset"])
    z = torch.sigmoid(a["update"] + u["update"])
    if spec.options.get("reset", "after") == "after":
        n = torch.tanh(a["candidate"] + r * u["candidate"])
    else:
        U_n, b_n = w["weight_hh"].chunk(3)[2], w["bias_hh"].chunk(3)[2]
        n = torch.tanh(a["candidate"] + (r * s["h"]) @ U_n.T + b_n)
    keeps = spec.options.get("update", "keeps") == "keeps"
    h = kept((1 - z) * n + z * s["h"] if keeps else (1 - z) * s["h"] + z * n)
    return Step({"h": h}, {"h": kept(h)}, {"reset": r, "update": z, "candidate": n}, w)


def step_lstm(spec: Spec, a: dict[str, Tensor], u: dict[str, Tensor], s: States, w: dict) -> Step:
    p = dict(
        zip(PEEPHOLES, w.get("weight_ph", torch.zeros(3, 1, dtype=torch.float64)), strict=True)
    )
    z = {name: a[name] + u[name] for name in spec.gates}
    gates = {"input": torch.sigmoid(z["input"] + p["input"] * s["c"])}
    if "forget" in z:
        gates["forget"] = torch.sigmoid(z["forget"] + p["forget"] * s["c"])
    gates["candidate"] = torch.tanh(z["candidate"])
    c = kept(gates.get("forget", 1.0) * s["c"] + gates["input"] * gates["candidate"])
    c_out = kept(c)
    gates["output"] = torch.sigmoid(z["output"] + p["output"] * c_out)
    h = kept(gates["output"] * torch.tanh(c_out))
    return Step({"h": h, "c": c}, {"h": kept(h), "c": c_out}, gates, w)


STEPS = {"rnn": step_rnn, "gru": step_gru, "lstm": step_lstm}


def take_step(spec: Spec, weights: dict[str, Tensor], x: Tensor, s: States) -> Step:
    """x (B, D) and s_{t-1} (B, H) -> everything of step t."""
    w = {name: kept(value) for name, value in weights.items()}
    a = split(x @ w["weight_ih"].T + w["bias_ih"], spec.gates)
    u = split(s["h"] @ w["weight_hh"].T + w["bias_hh"], spec.gates)
    return STEPS[spec.cell](spec, a, u, s, w)


def layer_weights(weights: Mapping[str, Tensor], suffix: str) -> dict[str, Tensor]:
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ph")
    return {kind: weights[kind + suffix] for kind in kinds if kind + suffix in weights}


def run_layer(
    spec: Spec, weights: dict[str, Tensor], x: Tensor, s: States, reverse: bool, lengths: Tensor
) -> list[Step]:
    """x (B, T, D) -> one Step for each t, in sequence order. Padding leaves the state alone."""
    T = x.shape[1]
    steps: dict[int, Step] = {}
    for done, t in enumerate(reversed(range(T)) if reverse else range(T)):
        if spec.window and done and done % spec.window == 0:
            s = {name: value.detach() for name, value in s.items()}
        steps[t] = take_step(spec, weights, x[:, t], s)
        valid = (t < lengths)[:, None]
        s = {name: torch.where(valid, new * 1, s[name]) for name, new in steps[t].after.items()}
    return [steps[t] for t in range(T)]


def run_stack(
    spec: Spec, weights: Mapping[str, Tensor], x: Tensor, initial: States
) -> tuple[list[list[Step]], Tensor]:
    """x (B, T, D), initial (layers, B, H) -> every layer's steps, and the features (B, T, F)."""
    lengths = torch.tensor(spec.lengths or [spec.T] * spec.B)
    layers: list[list[Step]] = []
    sides = 2 if spec.direction == "bidirectional" else 1
    read, parts = x, list[Tensor]()
    for index, suffix in enumerate(spec.suffixes):
        s = {name: value[index] for name, value in initial.items()}
        own, reverse = layer_weights(weights, suffix), suffix.endswith("reverse")
        layers.append(run_layer(spec, own, read, s, reverse, lengths))
        parts.append(torch.stack([step.out["h"] for step in layers[-1]], 1))
        if len(parts) == sides:
            read, parts = torch.cat(parts, -1), []
    return layers, read


def run_fed(
    spec: Spec, weights: Mapping[str, Tensor], first: Tensor, initial: States
) -> tuple[list[list[Step]], Tensor, list[Tensor]]:
    """One to many: first (B, D) is read, then every output -> steps, features, T logits (B, O)."""
    own = [layer_weights(weights, suffix) for suffix in spec.suffixes]
    states = [{name: value[k] for name, value in initial.items()} for k in range(len(own))]
    layers: list[list[Step]] = [[] for _ in own]
    features, logits, x = [], [], first
    for _ in range(spec.T):
        for k, w in enumerate(own):
            layers[k].append(take_step(spec, w, x, states[k]))
            states[k] = {name: value * 1 for name, value in layers[k][-1].after.items()}
            x = layers[k][-1].out["h"]
        features.append(x)
        logits.append(kept(read_out(weights, x)))
        x = activate(spec.readout, logits[-1])
    return layers, torch.stack(features, 1), logits


def read_out(weights: Mapping[str, Tensor], features: Tensor) -> Tensor:
    return features @ weights["readout.weight"].T + weights["readout.bias"]


def activate(readout: str, logits: Tensor) -> Tensor:
    """Outputs (B, T, O) of the readout's activation on logits (B, T, O)."""
    functions = {"linear": lambda z: z, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    return functions.get(readout, lambda z: torch.softmax(z, -1))(logits)


def loss_per_step(spec: Spec, logits: Tensor, targets: Tensor) -> Tensor:
    """(B, T): torch's own losses, added over the outputs; half of the squared error."""
    F = torch.nn.functional
    if spec.loss == "softmax":
        return F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    if spec.loss == "binary":
        return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1)
    return F.mse_loss(activate(spec.readout, logits), targets, reduction="none").sum(-1) / 2


def loss_mask(spec: Spec) -> Tensor:
    """(B, T): 1 where a step carries a loss. Padding carries none."""
    lengths = torch.tensor(spec.lengths or [spec.T] * spec.B)[:, None]
    t = torch.arange(spec.T)[None]
    chosen = {"every": t >= 0, "last": t == lengths - 1, "chosen": t % 3 == 1}[spec.steps]
    return (chosen & (t < lengths)).double()


def leaves(numbers: Mapping[str, Any]) -> dict[str, Tensor]:
    """NumPy arrays -> tensors; floating ones collect a gradient."""
    return {k: torch.tensor(v, requires_grad=v.dtype == float) for k, v in numbers.items()}
