"""Make the golden files of tests/golden with PyTorch and Keras, in float64.

    KERAS_BACKEND=torch python scripts/make_golden.py

A library's own numbers are written wherever it has them (outputs, final states, every gradient).
What libraries keep to themselves (gates, dL/dh_t, a step's share) comes from `oracle.py`, which has
to agree with the library to 1e-12 first. Variants that no library has come from the oracle alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import golden_foreign as foreign
import golden_libraries as libraries
import golden_optimisers as optimisers
import numpy as np
import oracle as hand
import torch
from golden_specs import PAIRS, SPECS, Numbers, draw_data, draw_weights, generator
from oracle import Spec
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Pass:
    """One network's forward pass in torch, ready for `backward`."""

    spec: Spec
    weights: Tensors
    x: torch.Tensor
    initial: Tensors  # (layers, B, H)
    layers: list[list[hand.Step]]
    features: torch.Tensor
    logits: list[torch.Tensor]  # T of (B, O); .grad is all of it, through a fed-back output too
    out: torch.Tensor  # (B, T, O), the copy of the logits that the loss reads


def forward(spec: Spec, weights: Tensors, x: torch.Tensor, initial: Tensors) -> Pass:
    """x (B, T, D), or (B, D) where outputs are fed back."""
    if x.ndim == 2:
        layers, features, logits = hand.run_fed(spec, weights, x, initial)
    else:
        layers, features = hand.run_stack(spec, weights, x, initial)
        logits = [hand.kept(row) for row in hand.read_out(weights, features).unbind(1)]
    out = hand.kept(torch.stack(logits, 1))
    return Pass(spec, weights, x, initial, layers, features, logits, out)


def run_oracle(spec: Spec, weights: Numbers, data: Numbers) -> Numbers:
    """Every number of the file, from torch autograd over hand-written equations."""
    w, d = hand.leaves(weights), hand.leaves(data)
    x = d["x"][:, 0].detach().requires_grad_() if spec.wiring == "fed" else d["x"]
    run = forward(spec, w, x, {state: d[f"initial.{state}"] for state in spec.states})
    return lose(run, d["targets"]) | {"x": x.detach().numpy()} | read_off(run)


def lose(run: Pass, targets: torch.Tensor) -> Numbers:
    """Backward from the loss; what belongs to the loss."""
    spec = run.spec
    losses = hand.loss_per_step(spec, run.out, targets) * hand.loss_mask(spec)
    losses.sum().backward()
    found = {"loss": losses, "logits": run.out, "dlogits": run.out.grad}
    if spec.wiring in ("fed", "free"):
        found["dlogits_total"] = torch.stack([row.grad for row in run.logits], 1)
    found |= {"features": run.features, "outputs": hand.activate(spec.readout, run.out)}
    return {k: v.detach().numpy() for k, v in found.items()}


def read_off(run: Pass) -> Numbers:
    """Results of a pass: states, gates, and every gradient."""
    spec, initial = run.spec, run.initial
    found: Tensors = {} if run.x.grad is None else {"dx": run.x.grad}
    found |= {f"gradient.{k}": v.grad for k, v in run.weights.items() if v.grad is not None}
    found |= {f"initial_gradient.{k}": v.grad for k, v in initial.items()}
    plain = {k: v.detach().numpy() for k, v in found.items()}
    for index, (suffix, steps) in enumerate(zip(spec.suffixes, run.layers, strict=True)):
        reverse, start = suffix.endswith("reverse"), {k: v[index] for k, v in initial.items()}
        plain |= layer_numbers(spec, f"layer{index}", steps, reverse, start)
        plain |= layer_finals(spec, index, reverse, plain)
    return plain | (shares(run.layers[0]) if spec.name.count("_") < 3 else {})


def close(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Stop when oracle and library disagree: then one of them is misread."""
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13, err_msg=name)


def layer_numbers(
    spec: Spec, prefix: str, steps: list[hand.Step], reverse: bool, start: hand.States
) -> Numbers:
    """States and gradients (B, T+1, H) by boundary, gates (B, T, H); nan where nothing is read."""
    numbers: Numbers = {}
    lengths = np.array(spec.lengths or [spec.T] * spec.B)
    unread = np.arange(spec.T)[None] >= lengths[:, None]
    for name in spec.gates:
        gate = stack([step.gates[name] for step in steps])
        gate[unread] = np.nan
        numbers[f"{prefix}.gate.{name}"] = gate
    for state in spec.states:
        after, out = ([getattr(step, at)[state] for step in steps] for at in ("after", "out"))
        rows = {"state": stack(after), "total": grads(after), "from_output": grads(out)}
        begin = {"state": start[state].detach().numpy(), "from_output": 0.0}
        for kind, values in rows.items():
            values[unread] = np.nan
            first = begin.get(kind, np.nan)  # dL/ds_0 is in initial_gradient, for all layers
            numbers[f"{prefix}.{kind}.{state}"] = with_boundary(values, first, reverse, lengths)
    return numbers


def stack(tensors: list[torch.Tensor]) -> np.ndarray:
    return torch.stack(tensors, 1).detach().numpy().copy()


def grads(tensors: list[torch.Tensor]) -> np.ndarray:
    """(B, T, H): what autograd kept, zero where no path leads to the loss."""
    return stack([torch.zeros_like(t) if t.grad is None else t.grad for t in tensors])


def with_boundary(
    values: np.ndarray, first: np.ndarray | float, reverse: bool, lengths: np.ndarray
) -> np.ndarray:
    """(B, T, H) after each step -> (B, T+1, H) by boundary, with the initial one in its place."""
    B, T, H = values.shape
    rows = np.full((B, T + 1, H), np.nan)
    rows[:, :T] = values
    if not reverse:
        rows = np.roll(rows, 1, axis=1)
    rows[np.arange(B), lengths if reverse else 0] = first
    return rows


def layer_finals(spec: Spec, index: int, reverse: bool, numbers: Numbers) -> Numbers:
    """final.h (layers, B, H): the state after the last step that was read."""
    lengths = np.array(spec.lengths or [spec.T] * spec.B)
    rows = 0 * lengths if reverse else lengths
    finals = {}
    for state in spec.states:
        last = numbers[f"layer{index}.state.{state}"][np.arange(spec.B), rows]
        finals[f"final.{index}.{state}"] = last
    return finals


def shares(steps: list[hand.Step]) -> Numbers:
    """(T, *shape): each step's share of a weight's gradient."""
    found: Numbers = {}
    for kind in steps[0].weights:
        each = [step.weights[kind].grad for step in steps]
        found[f"share.{kind}_l0"] = np.stack([g.detach().numpy() for g in each])
    return found


LIBRARIES = {"torch": libraries.run_torch, "keras": libraries.run_keras}


def make(spec: Spec) -> Numbers:
    """All numbers of one file; the library's own wherever it has them."""
    rng = generator(spec)
    weights = libraries.keras_own_start(spec, draw_weights(spec, rng))
    data = draw_data(spec, rng)
    numbers = run_oracle(spec, weights, data)
    theirs = LIBRARIES[spec.library](spec, weights, data) if spec.library != "none" else {}
    for name, value in theirs.items():
        close(f"{spec.name}: {name}", numbers[name], value)
    return data | {f"weight.{k}": v for k, v in weights.items()} | numbers | theirs


def make_pair(spec: Spec) -> Numbers:
    """An encoder hands its last states to a decoder, which reads the targets or its own outputs."""
    rng, encoder = generator(spec), replace(spec, T=4)
    own = [draw_weights(s, rng) for s in (encoder, spec)]
    own[0] = {k: v for k, v in own[0].items() if not k.startswith("readout")}
    read, written = draw_data(encoder, rng), draw_data(spec, rng)
    w, d = [hand.leaves(weights) for weights in own], hand.leaves(read)
    first = {state: d[f"initial.{state}"] for state in spec.states}
    layers, features = hand.run_stack(encoder, w[0], d["x"], first)
    handed = {s: hand.kept(torch.stack([steps[-1].after[s] for steps in layers])) for s in first}
    x = torch.tensor(written["x"] if spec.wiring == "teacher" else written["x"][:, 0])
    decoder = forward(spec, w[1], x.requires_grad_(), handed)
    numbers = {
        f"decoder.{k}": v for k, v in lose(decoder, torch.tensor(written["targets"])).items()
    }
    sender = Pass(encoder, w[0], d["x"], first, layers, features, [], features)
    numbers |= {"decoder.x": x.detach().numpy(), "decoder.targets": written["targets"]}
    read.pop("targets")
    for name, run, weights in (("encoder", sender, own[0]), ("decoder", decoder, own[1])):
        found = read_off(run) | {f"weight.{k}": v for k, v in weights.items()}
        numbers |= {f"{name}.{k}": v for k, v in found.items()}
    return numbers | {f"encoder.{k}": v for k, v in read.items()}


def save(name: str, about: dict, numbers: Numbers) -> None:
    """One vector of float64 and one JSON text that says which name has which shape."""
    index = {"about": about, "shapes": {k: np.shape(v) for k, v in numbers.items()}}
    flat = np.concatenate([np.ravel(v).astype(float) for v in numbers.values()])
    np.savez_compressed(GOLDEN / f"{name}.npz", numbers=flat, index=json.dumps(index))


def about(spec: Spec) -> dict:
    keys = (
        "cell",
        "options",
        "layers",
        "direction",
        "readout",
        "loss",
        "steps",
        "lengths",
        "window",
        "wiring",
        "library",
    )
    return {key: getattr(spec, key) for key in keys}


def clip_case(kind: str, threshold: float, scale: float) -> dict:
    """torch's clipping of three parameters together."""
    rng = np.random.default_rng(7)
    before = [rng.normal(size=shape) * scale for shape in ((2, 3), (4,), (1, 2))]
    parameters = [torch.nn.Parameter(torch.zeros(g.shape)) for g in before]
    for parameter, gradient in zip(parameters, before, strict=True):
        parameter.grad = torch.tensor(gradient)
    norm = torch.nn.utils.get_total_norm([p.grad for p in parameters]).item()
    if kind == "norm":
        norm = clip_grad_norm_(parameters, threshold).item()
    else:
        clip_grad_value_(parameters, threshold)
    after = [p.grad.tolist() for p in parameters]
    before_lists = [g.tolist() for g in before]
    return {
        "kind": kind,
        "threshold": threshold,
        "norm": norm,
        "before": before_lists,
        "after": after,
    }


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for spec in SPECS:
        save(spec.name, about(spec), make(spec))
    for spec in PAIRS:
        save(spec.name, about(spec), make_pair(spec))
    cases = [
        ("norm", 1.0, 1.0),
        ("norm", 100.0, 1.0),
        ("norm", 0.5, 1e3),
        ("value", 0.5, 1.0),
        ("value", 50.0, 1.0),
        ("norm", 1.0, 1e-9),
    ]
    clips = [clip_case(*case) for case in cases]
    (GOLDEN / "clip.json").write_text(json.dumps(clips, indent=1) + "\n")
    optimisers.make()
    foreign.main()
    files = sorted(GOLDEN.glob("*.npz"))
    size = sum(f.stat().st_size for f in files) / 1000
    print(f"{len(files)} files, {size:.0f} kB; {libraries.versions()}")


if __name__ == "__main__":
    main()
