"""The competitors, each set up as its own users would, with nothing in its way.

PyTorch and JAX are imported where they are needed: who is not installed is left out and named.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.problem import Maker, Numbers, Problem, Runner
from benchmarks.tutorial import Stacked, tutorial


class TorchLoop:
    """torch.nn.*Cell in a loop with retain_grad: how a user gets dL/dh_t (and dL/dc_t)."""

    def __init__(self, problem: Problem):
        import torch

        self.torch, self.lstm = torch, problem.cell == "lstm"
        kinds = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}
        _, B, H = problem.size
        x, dh = torch.from_numpy(problem.x), torch.from_numpy(problem.dh)
        self.cell = kinds[problem.cell](x.shape[2], H, dtype=x.dtype)
        own = {k.removesuffix("_l0"): torch.from_numpy(w) for k, w in problem.weights.items()}
        self.cell.load_state_dict(own)
        self.x, self.dh, self.zero = x, list(dh), torch.zeros(B, H, dtype=x.dtype)

    def run(self) -> None:
        self.cell.zero_grad(set_to_none=True)
        self.h, self.c = [], []
        h = c = self.zero
        for x in self.x:
            if self.lstm:
                h, c = self.cell(x, (h, c))
                c.retain_grad()
                self.c.append(c)
            else:
                h = self.cell(x, h)
            h.retain_grad()
            self.h.append(h)
        self.torch.autograd.backward(self.h, self.dh)

    def numbers(self) -> Numbers:
        found = {"h": stack(self.h), "dh": stack([h.grad for h in self.h])}
        if self.lstm:
            found["dc"] = stack([c.grad for c in self.c])
        return found | {f"{k}_l0": w.grad.numpy() for k, w in self.cell.named_parameters()}


def stack(tensors: list[Any]) -> Any:
    return np.stack([tensor.detach().numpy() for tensor in tensors])


class TorchFused:
    """torch.nn.RNN, GRU or LSTM: the fused kernel, which keeps no internals."""

    def __init__(self, problem: Problem):
        import torch

        kinds = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
        self.x, self.dh = torch.from_numpy(problem.x), torch.from_numpy(problem.dh)
        self.layer = kinds[problem.cell](self.x.shape[2], problem.size[2], dtype=self.x.dtype)
        self.layer.load_state_dict({k: torch.from_numpy(w) for k, w in problem.weights.items()})

    def run(self) -> None:
        self.layer.zero_grad(set_to_none=True)
        self.h, _ = self.layer(self.x)
        self.h.backward(self.dh)

    def numbers(self) -> Numbers:
        gradient = {k: w.grad.numpy() for k, w in self.layer.named_parameters()}
        return {"h": self.h.detach().numpy()} | gradient


class JaxScan:
    """jax.lax.scan, jitted once. dL/dh_t, dL/dc_t and the gates' gradients are gradients of zeros
    added to the states and to what goes into the gates: kept as our record keeps them."""

    def __init__(self, problem: Problem):
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax, (T, B, H) = jax, problem.size
        move = jax.device_put
        self.weights = {k: move(w) for k, w in problem.weights.items()}
        widths = dict.fromkeys(states(problem), H) | {"a": len(problem.weights["bias_hh_l0"])}
        self.nudges = {k: move(np.zeros((T, B, n), problem.dtype)) for k, n in widths.items()}
        self.x, self.dh = move(problem.x), move(problem.dh)
        loss = scan_loss(problem)
        self.pull = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True))

    def run(self) -> None:
        result = self.pull(self.weights, self.nudges, self.x, self.dh)
        (_, self.kept), self.gradients = self.jax.block_until_ready(result)

    def numbers(self) -> Numbers:
        weights, nudges = self.gradients
        found = {f"d{k}": g for k, g in nudges.items()} | weights | {"h": self.kept["h"]}
        return {k: np.asarray(v) for k, v in found.items()}


def states(problem: Problem) -> tuple[str, ...]:
    return ("h", "c") if problem.cell == "lstm" else ("h",)


def scan_loss(problem: Problem) -> Callable[..., Any]:
    """(weights, nudges, x, dh) -> sum(dh * h) and every state and gate."""
    import jax
    import jax.numpy as jnp

    step, names, (_, B, H) = JAX_STEPS[problem.cell], states(problem), problem.size

    def loss(weights: Any, nudges: Any, x: Any, dh: Any) -> Any:
        a = x @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]  # the input's share, all at once
        a = a + nudges["a"]

        def one(s: Any, at_t: Any) -> Any:
            a_t, nudge = at_t
            return step(s, a_t, weights["weight_hh_l0"], weights["bias_hh_l0"], nudge)

        start = {name: jnp.zeros((B, H), x.dtype) for name in names}
        _, kept = jax.lax.scan(one, start, (a, nudges))
        return jnp.sum(kept["h"] * dh), kept

    return loss


def jax_rnn(s: Any, a: Any, U: Any, b: Any, nudge: Any) -> Any:
    import jax.numpy as jnp

    h = jnp.tanh(a + s["h"] @ U.T + b) + nudge["h"]
    return {"h": h}, {"h": h}


def jax_gru(s: Any, a: Any, U: Any, b: Any, nudge: Any) -> Any:
    import jax
    import jax.numpy as jnp

    (a_r, a_z, a_n), (u_r, u_z, u_n) = (jnp.split(v, 3, -1) for v in (a, s["h"] @ U.T + b))
    r, z = jax.nn.sigmoid(a_r + u_r), jax.nn.sigmoid(a_z + u_z)
    n = jnp.tanh(a_n + r * u_n)
    h = (1 - z) * n + z * s["h"] + nudge["h"]
    return {"h": h}, {"h": h, "reset": r, "update": z, "candidate": n}


def jax_lstm(s: Any, a: Any, U: Any, b: Any, nudge: Any) -> Any:
    import jax
    import jax.numpy as jnp

    i, f, g, o = jnp.split(a + s["h"] @ U.T + b, 4, -1)
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    c = f * s["c"] + i * g + nudge["c"]
    h = o * jnp.tanh(c) + nudge["h"]
    gates = {"input": i, "forget": f, "candidate": g, "output": o}
    return {"h": h, "c": c}, {"h": h, "c": c} | gates


JAX_STEPS = {"rnn": jax_rnn, "gru": jax_gru, "lstm": jax_lstm}


@dataclass(frozen=True)
class Peer:
    """A competitor and its goals: our time over its time, by size in the order of SIZES."""

    label: str
    make: Maker
    module: str
    goals: tuple[float, ...]
    cells: tuple[str, ...] = ("rnn", "gru", "lstm")
    dtype: type[np.floating[Any]] = np.float64

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None

    def runner(self, problem: Problem) -> Runner:
        return self.make(problem.as_type(self.dtype))


PEERS = (
    Peer("torch cell loop, retain_grad", TorchLoop, "torch", (0.08, 0.08, 0.35, 0.75)),
    Peer("torch.nn fused", TorchFused, "torch", (0.10, 0.10, 0.40, 0.80)),
    Peer("tutorial NumPy loop", tutorial, "numpy", (0.15, 0.15, 0.65, 0.95)),
    Peer("(the same, gates stacked)", Stacked, "numpy", (), ("gru", "lstm")),
    Peer("jax.lax.scan, jitted", JaxScan, "jax", (1.0, 1.0, 1.0, 1.0)),
    Peer("torch.nn.LSTM float32", TorchFused, "torch", (0.7, 0.9, 1.2, 1.2), ("lstm",), np.float32),
)
