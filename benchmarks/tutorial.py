"""The plain NumPy loop of a tutorial: a dictionary per step, gradients added up step by step.

Written as such tutorials are, and correctly: same results as everybody else, nothing slowed down.
"""

from __future__ import annotations

import numpy as np

from benchmarks.problem import Array, Numbers, Problem

Cache = dict[str, Array]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def rnn_step(w: Cache, x: Array, h: Array, c: Array) -> Cache:
    a = x @ w["W"].T + w["b"] + h @ w["U"].T + w["d"]
    return {"x": x, "h_prev": h, "c": c, "h": np.tanh(a)}


def rnn_back(w: Cache, s: Cache, dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    da = dh * (1 - s["h"] ** 2)
    return da, da, da @ w["U"], dc


def gru_step(w: Cache, x: Array, h: Array, c: Array) -> Cache:
    a, u = x @ w["W"].T + w["b"], h @ w["U"].T + w["d"]
    H = h.shape[1]
    r = sigmoid(a[:, :H] + u[:, :H])
    z = sigmoid(a[:, H : 2 * H] + u[:, H : 2 * H])
    v = u[:, 2 * H :]
    n = np.tanh(a[:, 2 * H :] + r * v)
    h_next = (1 - z) * n + z * h
    return {"x": x, "h_prev": h, "c": c, "r": r, "z": z, "n": n, "v": v, "h": h_next}


def gru_back(w: Cache, s: Cache, dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    r, z, n = s["r"], s["z"], s["n"]
    dn = dh * (1 - z) * (1 - n**2)
    dz = dh * (s["h_prev"] - n) * z * (1 - z)
    dr = dn * s["v"] * r * (1 - r)
    du = np.concatenate((dr, dz, dn * r), axis=1)
    return np.concatenate((dr, dz, dn), axis=1), du, du @ w["U"] + dh * z, dc


def lstm_step(w: Cache, x: Array, h: Array, c: Array) -> Cache:
    a = x @ w["W"].T + w["b"] + h @ w["U"].T + w["d"]
    H = h.shape[1]
    i, f = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H])
    g, o = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    c_next = f * c + i * g
    tanh_c = np.tanh(c_next)
    gates = {"i": i, "f": f, "g": g, "o": o, "tanh_c": tanh_c}
    return {"x": x, "h_prev": h, "c_prev": c, "c": c_next, "h": o * tanh_c} | gates


def lstm_back(w: Cache, s: Cache, dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    i, f, g, o = s["i"], s["f"], s["g"], s["o"]
    do = dh * s["tanh_c"] * o * (1 - o)
    dc = dc + dh * o * (1 - s["tanh_c"] ** 2)
    s["dc"] = dc
    di = dc * g * i * (1 - i)
    df = dc * s["c_prev"] * f * (1 - f)
    dg = dc * i * (1 - g**2)
    da = np.concatenate((di, df, dg, do), axis=1)
    return da, da, da @ w["U"], dc * f


STEPS = {"rnn": (rnn_step, rnn_back), "gru": (gru_step, gru_back), "lstm": (lstm_step, lstm_back)}


class Tutorial:
    """Forward with a list of caches, then backward through the list."""

    def __init__(self, problem: Problem):
        names = {"W": "weight_ih_l0", "U": "weight_hh_l0", "b": "bias_ih_l0", "d": "bias_hh_l0"}
        self.weights = {short: problem.weights[name] for short, name in names.items()}
        self.names, self.problem = names, problem
        self.step, self.back = STEPS[problem.cell]

    def run(self) -> None:
        self.caches = self.forward()
        self.backward()

    def forward(self) -> list[Cache]:
        _, B, H = self.problem.size
        h = c = np.zeros((B, H), self.problem.dtype)
        caches = []
        for x in self.problem.x:
            cache = self.step(self.weights, x, h, c)
            h, c = cache["h"], cache["c"]
            caches.append(cache)
        return caches

    def backward(self) -> None:
        self.gradient = {k: np.zeros_like(w) for k, w in self.weights.items()}
        dh_next = dc_next = np.zeros_like(self.caches[0]["h"])
        for cache, dh_out in zip(reversed(self.caches), self.problem.dh[::-1], strict=True):
            dh = cache["dh"] = dh_out + dh_next
            da, du, dh_next, dc_next = self.back(self.weights, cache, dh, dc_next)
            self.gradient["W"] += da.T @ cache["x"]
            self.gradient["U"] += du.T @ cache["h_prev"]
            self.gradient["b"] += da.sum(axis=0)
            self.gradient["d"] += du.sum(axis=0)

    def numbers(self) -> Numbers:
        kept = ("h", "dh", "dc") if self.problem.cell == "lstm" else ("h", "dh")
        found = {name: np.stack([cache[name] for cache in self.caches]) for name in kept}
        return found | {name: self.gradient[short] for short, name in self.names.items()}
