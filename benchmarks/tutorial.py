"""The plain NumPy loop of a tutorial: a dictionary per step, gradients added up step by step.

Written as such tutorials are, and correctly: same results as everybody else, nothing slowed down.
`Gated` writes an equation per gate, each with matrices of its own, as textbooks and lectures do;
`Stacked` has the gates in one matrix, as the better ones do.
"""

from __future__ import annotations

import numpy as np

from benchmarks.problem import Array, Numbers, Problem

Cache = dict[str, Array]
Pairs = dict[str, tuple[Array, Array]]  # gate -> dL/d(what the input asks), dL/d(what h asks)


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


STACKED = {"rnn": (rnn_step, rnn_back), "gru": (gru_step, gru_back), "lstm": (lstm_step, lstm_back)}


class Stacked:
    """Forward with a list of caches, then backward through the list."""

    def __init__(self, problem: Problem):
        names = {"W": "weight_ih_l0", "U": "weight_hh_l0", "b": "bias_ih_l0", "d": "bias_hh_l0"}
        self.weights = {short: problem.weights[name] for short, name in names.items()}
        self.names, self.problem = names, problem
        self.step, self.back = STACKED[problem.cell]

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


def gate(w: Cache, k: str, x: Array, h: Array) -> Array:
    return x @ w[f"W_{k}"].T + w[f"b_{k}"] + h @ w[f"U_{k}"].T + w[f"d_{k}"]


def gru_gates(w: Cache, x: Array, h: Array, c: Array) -> Cache:
    r, z = sigmoid(gate(w, "r", x, h)), sigmoid(gate(w, "z", x, h))
    v = h @ w["U_n"].T + w["d_n"]
    n = np.tanh(x @ w["W_n"].T + w["b_n"] + r * v)
    h_next = (1 - z) * n + z * h
    return {"x": x, "h_prev": h, "c": c, "r": r, "z": z, "n": n, "v": v, "h": h_next}


def gru_gates_back(w: Cache, s: Cache, dh: Array, dc: Array) -> tuple[Pairs, Array, Array]:
    r, z, n = s["r"], s["z"], s["n"]
    dn = dh * (1 - z) * (1 - n**2)
    dz = dh * (s["h_prev"] - n) * z * (1 - z)
    dr = dn * s["v"] * r * (1 - r)
    dh_prev = dr @ w["U_r"] + dz @ w["U_z"] + (dn * r) @ w["U_n"] + dh * z
    return {"r": (dr, dr), "z": (dz, dz), "n": (dn, dn * r)}, dh_prev, dc


def lstm_gates(w: Cache, x: Array, h: Array, c: Array) -> Cache:
    i, f = sigmoid(gate(w, "i", x, h)), sigmoid(gate(w, "f", x, h))
    g, o = np.tanh(gate(w, "g", x, h)), sigmoid(gate(w, "o", x, h))
    c_next = f * c + i * g
    tanh_c = np.tanh(c_next)
    gates = {"i": i, "f": f, "g": g, "o": o, "tanh_c": tanh_c}
    return {"x": x, "h_prev": h, "c_prev": c, "c": c_next, "h": o * tanh_c} | gates


def lstm_gates_back(w: Cache, s: Cache, dh: Array, dc: Array) -> tuple[Pairs, Array, Array]:
    i, f, g, o = s["i"], s["f"], s["g"], s["o"]
    do = dh * s["tanh_c"] * o * (1 - o)
    dc = dc + dh * o * (1 - s["tanh_c"] ** 2)
    s["dc"] = dc
    di = dc * g * i * (1 - i)
    df = dc * s["c_prev"] * f * (1 - f)
    dg = dc * i * (1 - g**2)
    dh_prev = di @ w["U_i"] + df @ w["U_f"] + dg @ w["U_g"] + do @ w["U_o"]
    return {"i": (di, di), "f": (df, df), "g": (dg, dg), "o": (do, do)}, dh_prev, dc * f


GATED = {
    "gru": ("rzn", gru_gates, gru_gates_back),
    "lstm": ("ifgo", lstm_gates, lstm_gates_back),
}


class Gated(Stacked):
    """The loop with an equation per gate; the gates' gradients are put side by side afterwards."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.gates, self.step, self.back_gates = GATED[problem.cell]
        own = {"W": "weight_ih_l0", "U": "weight_hh_l0", "b": "bias_ih_l0", "d": "bias_hh_l0"}
        self.own, self.weights = own, {}
        for short, name in own.items():
            parts = np.split(problem.weights[name], len(self.gates))
            named = zip(self.gates, parts, strict=True)
            self.weights |= {f"{short}_{k}": part.copy() for k, part in named}

    def backward(self) -> None:
        self.gradient = {k: np.zeros_like(w) for k, w in self.weights.items()}
        dh_next = dc_next = np.zeros_like(self.caches[0]["h"])
        for cache, dh_out in zip(reversed(self.caches), self.problem.dh[::-1], strict=True):
            dh = cache["dh"] = dh_out + dh_next
            pairs, dh_next, dc_next = self.back_gates(self.weights, cache, dh, dc_next)
            for k, (da, du) in pairs.items():
                self.gradient[f"W_{k}"] += da.T @ cache["x"]
                self.gradient[f"U_{k}"] += du.T @ cache["h_prev"]
                self.gradient[f"b_{k}"] += da.sum(axis=0)
                self.gradient[f"d_{k}"] += du.sum(axis=0)

    def numbers(self) -> Numbers:
        kept = ("h", "dh", "dc") if self.problem.cell == "lstm" else ("h", "dh")
        found = {name: np.stack([cache[name] for cache in self.caches]) for name in kept}
        for short, name in self.own.items():
            found[name] = np.concatenate([self.gradient[f"{short}_{k}"] for k in self.gates])
        return found


def tutorial(problem: Problem) -> Stacked:
    """The plain RNN has one equation only, so both ways are one."""
    return Stacked(problem) if problem.cell == "rnn" else Gated(problem)
