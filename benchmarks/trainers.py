"""Whole updates to race against: PyTorch as its users train, and a character model by hand.

`Script` is written the way the well-known 100-line character model is: a dictionary of columns, one
step after another, gradients added up as it goes, clipped by value, Adagrad.
"""

from __future__ import annotations

import importlib.util

import numpy as np
from numpy.random import default_rng

from benchmarks.problem import Numbers
from rnn_core.tasks import Batch, NextCharacter
from rnn_core.training.trainer import Trainer, Training

ALPHABET = 65  # characters, as many as Shakespeare's plays have


def random_text(length: int = 20_000) -> str:
    """Text nobody can predict: how long an update takes does not depend on what it says."""
    numbers = default_rng(3).integers(0, ALPHABET, length)
    numbers[:ALPHABET] = np.arange(ALPHABET)
    return "".join(chr(33 + n) for n in numbers)


class Ours:
    """One update of `Trainer`."""

    def __init__(self, settings: Training, task: NextCharacter):
        self.trainer = Trainer(settings, task)

    def run(self) -> None:
        self.trainer.step()

    def numbers(self) -> Numbers:
        return self.trainer.weights


class Torch:
    """nn.LSTM on one-hot characters, Linear, cross_entropy, optim.Adam."""

    def __init__(self, settings: Training, task: NextCharacter):
        import torch

        self.torch, self.settings, self.task = torch, settings, task
        self.rng = Trainer(settings, task)._streams["batch"]
        kind, D = getattr(torch, settings.dtype), task.input_size
        self.layer = torch.nn.LSTM(D, settings.hidden, batch_first=True, dtype=kind)
        self.readout = torch.nn.Linear(settings.hidden, D, dtype=kind)
        self._load(Trainer(settings, task).weights)
        parameters = [*self.layer.parameters(), *self.readout.parameters()]
        self.adam, self.kind = torch.optim.Adam(parameters, lr=settings.rate), kind

    def _load(self, weights: Numbers) -> None:
        own = {k: self.torch.from_numpy(v) for k, v in weights.items()}
        head = {k.removeprefix("readout."): own.pop(k) for k in list(own) if "readout" in k}
        self.layer.load_state_dict(own)
        self.readout.load_state_dict(head)

    def run(self) -> None:
        torch, batch = self.torch, self.task.batch(self.rng, self.settings.batch)
        x = torch.nn.functional.one_hot(torch.from_numpy(batch.x), self.task.input_size)
        h, _ = self.layer(x.to(self.kind))
        targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).reshape(-1)
        logits = self.readout(h).reshape(len(targets), -1)
        loss = torch.nn.functional.cross_entropy(logits, targets)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        float(loss.detach())  # as everybody does who watches the loss

    def numbers(self) -> Numbers:
        own = {k: v.detach().numpy() for k, v in self.layer.named_parameters()}
        return own | {
            f"readout.{k}": v.detach().numpy() for k, v in self.readout.named_parameters()
        }


class Script:
    """A plain tanh network, column by column, as tutorials train it on characters."""

    def __init__(self, settings: Training, task: NextCharacter):
        self.task, self.rate, self.bound = task, settings.rate, settings.threshold
        twin = Trainer(settings, task)
        self.rng, w = twin._streams["batch"], twin.weights
        self.w = {"xh": w["weight_ih_l0"], "hh": w["weight_hh_l0"], "hy": w["readout.weight"]}
        self.w |= {"h": (w["bias_ih_l0"] + w["bias_hh_l0"])[:, None]}
        self.w |= {"y": w["readout.bias"][:, None]}
        self.memory = {k: np.zeros_like(v) for k, v in self.w.items()}

    def run(self) -> None:
        batch = self.task.batch(self.rng, 1)
        _, gradient = self.gradient(list(batch.x[0]), list(batch.targets[0]))
        for name, g in gradient.items():
            np.clip(g, -self.bound, self.bound, out=g)
            self.memory[name] += g * g
            self.w[name] += -self.rate * g / np.sqrt(self.memory[name] + 1e-8)

    def numbers(self) -> Numbers:
        return self.w

    def gradient(self, inputs: list[int], targets: list[int]) -> tuple[float, Numbers]:
        """The summed loss, and its gradient."""
        w, x, h, p, loss = self.w, {}, {-1: np.zeros((len(self.w["hh"]), 1))}, {}, 0.0
        for t, character in enumerate(inputs):
            x[t] = np.zeros((self.task.input_size, 1))
            x[t][character] = 1
            h[t] = np.tanh(np.dot(w["xh"], x[t]) + np.dot(w["hh"], h[t - 1]) + w["h"])
            y = np.dot(w["hy"], h[t]) + w["y"]
            p[t] = np.exp(y) / np.sum(np.exp(y))
            loss += -np.log(p[t][targets[t], 0])
        d = {name: np.zeros_like(array) for name, array in w.items()}
        later = np.zeros_like(h[0])
        for t in reversed(range(len(inputs))):
            dy = np.copy(p[t])
            dy[targets[t]] -= 1
            d["hy"] += np.dot(dy, h[t].T)
            d["y"] += dy
            da = (1 - h[t] * h[t]) * (np.dot(w["hy"].T, dy) + later)
            d["h"] += da
            d["xh"] += np.dot(da, x[t].T)
            d["hh"] += np.dot(da, h[t - 1].T)
            later = np.dot(w["hh"].T, da)
        return float(loss), d


def same_updates(ours: Ours, theirs: Torch, tolerance: float) -> None:
    """Stop when three updates lead elsewhere."""
    for _ in range(3):
        ours.run()
        theirs.run()
    mine, other = ours.numbers(), theirs.numbers()
    error = max(float(np.abs(mine[k] - other[k]).max()) for k in other)
    if not error <= tolerance:
        raise SystemExit(f"torch: the weights differ by {error:.1e}, allowed {tolerance}")


def same_gradient(ours: Ours, theirs: Script) -> None:
    """Stop when the script's gradient is another one: it sums the loss, ours is the mean."""
    trainer = ours.trainer
    batch: Batch = trainer.task.batch(default_rng(0), 1)
    _, d = theirs.gradient(list(batch.x[0]), list(batch.targets[0]))
    _, g = trainer.objective.gradient(trainer.objective.start, batch)
    mine = trainer.objective.packing.named(g * batch.steps)
    pairs = {"weight_ih_l0": "xh", "weight_hh_l0": "hh", "readout.weight": "hy"}
    error = max(float(np.abs(mine[a] - d[b]).max()) for a, b in pairs.items())
    if not error <= 1e-10:
        raise SystemExit(f"script: the gradient differs by {error:.1e}")


def torch_installed() -> bool:
    return importlib.util.find_spec("torch") is not None
