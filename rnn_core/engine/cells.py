"""The three recurrent cells: one step of the recurrence, and that step's derivative.

A cell never sees a matrix.  It is handed

    u.gate          what the input asks of a gate,  W_ih x_t + b_ih       (B, H)
    U.gate(v)       what the past asks of a gate,   W_hh v + b_hh         (B, H)
    U.gate.T(d)     the same product backwards,     W_hh^T d              (B, H)
    P.gate          a peephole's weights, 0 where there is none           (H,)
    past.h, past.c  the states before the step;  now.*  gates and states after it
    d.h, d.c        dL/dh_t (all of it) and the part of dL/dc_t that came from the next step

so RNN, GRU and LSTM differ only in how they mix these.  `*` is elementwise.  `step` returns
gates and states; `step_back` returns dL/du for every gate, dL/d(past states), and the total
dL/ds_t of every state.  Nothing is clipped here and nothing is remembered here.

The text below runs as it stands on NumPy arrays, and `kernel` turns the same text, read once,
into a flat list of in-place NumPy calls: there is no second copy of these equations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import singledispatch
from typing import Any, ClassVar

import numpy as np

Values = Mapping[str, Any]


@singledispatch
def sigmoid(a: Any) -> Any:
    """Logistic function 1 / (1 + exp(-a)), without overflow for any a."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def relu(a: Any) -> Any:
    """max(a, 0)."""
    return np.maximum(a, 0.0)


ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    # name: (phi(a), its slope phi'(a) written in the value n = phi(a))
    "tanh": (np.tanh, lambda n: 1.0 - n * n),
    "sigmoid": (sigmoid, lambda n: n * (1.0 - n)),
    "relu": (relu, lambda n: n > 0.0),
}


class Cell(ABC):
    """Interface of a cell: names, step and derivative.  Frozen; holds settings, never data."""

    name: ClassVar[str]
    states: ClassVar[tuple[str, ...]] = ("h",)

    @classmethod
    def settings(cls) -> dict[str, str]:
        """Each field, and what it is called beside other cells' (in `Experiment`): the same, but
        `kind` goes by the cell's name."""
        mine: list[str] = [f.name for f in fields(cls)] if is_dataclass(cls) else []
        return {field: cls.name if field == "kind" else field for field in mine}

    @property
    @abstractmethod
    def gates(self) -> tuple[str, ...]:
        """Names of the gates and the candidate, in the order PyTorch stacks their weights."""

    @property
    def sigmoid_gates(self) -> tuple[str, ...]:
        """The gates whose value lies in (0, 1)."""
        return tuple(g for g in self.gates if g != "candidate")

    @property
    def peepholes(self) -> tuple[str, ...]:
        """Gates that also look at the cell state, in the order of the rows of `weight_ph`."""
        return ()

    @abstractmethod
    def step(self, u: Any, U: Any, P: Any, past: Any) -> tuple[Values, Values]:
        """States before -> gates and states after, each (B, H)."""

    @abstractmethod
    def step_back(
        self, d: Any, U: Any, P: Any, past: Any, now: Any
    ) -> tuple[Values, Values, Values]:
        """dL/d(states after) -> dL/du per gate, dL/d(states before), total dL/d(states after)."""


@dataclass(frozen=True)
class RNN(Cell):
    """Vanilla recurrent network.  Elman (1990); ReLU as in Le, Jaitly & Hinton (2015).

    h_t = phi(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh),   phi = tanh, sigmoid or ReLU
    """

    activation: str = "tanh"
    name: ClassVar[str] = "rnn"

    def __post_init__(self) -> None:
        _one_of("activation", self.activation, tuple(ACTIVATIONS))

    @property
    def gates(self) -> tuple[str, ...]:
        return ("candidate",)

    def step(self, u: Any, U: Any, P: Any, past: Any) -> tuple[Values, Values]:
        phi, _ = ACTIVATIONS[self.activation]

        h = phi(u.candidate + U.candidate(past.h))

        return {"candidate": h}, {"h": h}

    def step_back(
        self, d: Any, U: Any, P: Any, past: Any, now: Any
    ) -> tuple[Values, Values, Values]:
        _, slope = ACTIVATIONS[self.activation]

        da = d.h * slope(now.h)

        return {"candidate": da}, {"h": U.candidate.T(da)}, {"h": d.h}


@dataclass(frozen=True)
class GRU(Cell):
    """Gated recurrent unit.  Cho et al. (2014); z and 1 - z exchanged in Chung et al. (2014).

    r, z = sigma(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
    n    = tanh(u_n + r * (W_hn h_{t-1} + b_hn))      reset after the product (PyTorch, cuDNN)
         = tanh(u_n + W_hn (r * h_{t-1}) + b_hn)      reset before it (Cho et al.)
    h_t  = (1 - z) * n + z * h_{t-1}                  z keeps the past (PyTorch, Keras, Cho)
         = (1 - z) * h_{t-1} + z * n                  z takes the new (Chung et al.)
    """

    reset: str = "after"
    update: str = "keeps"
    name: ClassVar[str] = "gru"

    def __post_init__(self) -> None:
        _one_of("reset", self.reset, ("after", "before"))
        _one_of("update", self.update, ("keeps", "takes"))

    @property
    def gates(self) -> tuple[str, ...]:
        return ("reset", "update", "candidate")

    def step(self, u: Any, U: Any, P: Any, past: Any) -> tuple[Values, Values]:
        r = sigmoid(u.reset + U.reset(past.h))
        z = sigmoid(u.update + U.update(past.h))
        if self.reset == "after":
            n = np.tanh(u.candidate + r * U.candidate(past.h))
        else:
            n = np.tanh(u.candidate + U.candidate(r * past.h))
        keep, take = (z, 1.0 - z) if self.update == "keeps" else (1.0 - z, z)
        h = keep * past.h + take * n

        return {"reset": r, "update": z, "candidate": n}, {"h": h}

    def step_back(
        self, d: Any, U: Any, P: Any, past: Any, now: Any
    ) -> tuple[Values, Values, Values]:
        r, z, n = now.reset, now.update, now.candidate
        keep, take = (z, 1.0 - z) if self.update == "keeps" else (1.0 - z, z)
        towards_z = past.h - n if self.update == "keeps" else n - past.h

        dh = d.h * keep
        da_n = d.h * (take * (1.0 - n * n))
        if self.reset == "after":
            da_r = da_n * (U.candidate(past.h) * (r * (1.0 - r)))
            dh += U.candidate.T(da_n * r)
        else:
            d_rh = U.candidate.T(da_n)
            da_r = d_rh * (past.h * (r * (1.0 - r)))
            dh += d_rh * r
        da_z = d.h * (towards_z * (z * (1.0 - z)))
        dh += U.reset.T(da_r) + U.update.T(da_z)

        return {"reset": da_r, "update": da_z, "candidate": da_n}, {"h": dh}, {"h": d.h}


@dataclass(frozen=True)
class LSTM(Cell):
    """Long short-term memory.  Hochreiter & Schmidhuber (1997); forget gate: Gers et al. (2000);
    peepholes: Gers & Schmidhuber (2000).

    i, f, o = sigma(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
    g       = tanh( W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
    c_t     = f * c_{t-1} + i * g                     (1997: f = 1)
    h_t     = o * tanh(c_t)
    Peepholes add p_i * c_{t-1}, p_f * c_{t-1} and p_o * c_t inside the three sigmas.
    """

    kind: str = "forget"
    name: ClassVar[str] = "lstm"
    states: ClassVar[tuple[str, ...]] = ("h", "c")

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, ("forget", "no-forget", "peephole"))

    @property
    def forgets(self) -> bool:
        return self.kind != "no-forget"

    @property
    def gates(self) -> tuple[str, ...]:
        every = ("input", "forget", "candidate", "output")
        return every if self.forgets else ("input", "candidate", "output")

    @property
    def peepholes(self) -> tuple[str, ...]:
        return ("input", "forget", "output") if self.kind == "peephole" else ()

    def step(self, u: Any, U: Any, P: Any, past: Any) -> tuple[Values, Values]:
        i = sigmoid(u.input + U.input(past.h) + P.input * past.c)
        f = sigmoid(u.forget + U.forget(past.h) + P.forget * past.c) if self.forgets else 1.0
        g = np.tanh(u.candidate + U.candidate(past.h))
        c = f * past.c + i * g
        o = sigmoid(u.output + U.output(past.h) + P.output * c)
        h = o * np.tanh(c)

        gates = {"input": i, "forget": f, "candidate": g, "output": o}
        return {name: gates[name] for name in self.gates}, {"h": h, "c": c}

    def step_back(
        self, d: Any, U: Any, P: Any, past: Any, now: Any
    ) -> tuple[Values, Values, Values]:
        i, g, o, tanh_c = now.input, now.candidate, now.output, np.tanh(now.c)
        f = now.forget if self.forgets else 1.0

        da_o = d.h * (tanh_c * (o * (1.0 - o)))
        dc = d.c + d.h * (o * (1.0 - tanh_c * tanh_c)) + P.output * da_o
        da_i = dc * (g * (i * (1.0 - i)))
        da_f = dc * (past.c * (f * (1.0 - f))) if self.forgets else None
        da_g = dc * (i * (1.0 - g * g))
        dc_past = dc * f + P.input * da_i
        dh_past = U.input.T(da_i) + U.candidate.T(da_g) + U.output.T(da_o)
        if self.forgets:
            dc_past += P.forget * da_f
            dh_past += U.forget.T(da_f)

        da = {"input": da_i, "forget": da_f, "candidate": da_g, "output": da_o}
        return {g: da[g] for g in self.gates}, {"h": dh_past, "c": dc_past}, {"h": d.h, "c": dc}


CELLS: dict[str, type[Cell]] = {"rnn": RNN, "gru": GRU, "lstm": LSTM}


def make_cell(row: Any) -> Cell:
    """The cell named by `row.cell`, in the variant that the row's other settings name."""
    kind = CELLS[row.cell]
    names = kind.settings().items()
    return kind(**{field: getattr(row, name) for field, name in names if hasattr(row, name)})


def _one_of(setting: str, value: str, options: tuple[str, ...]) -> None:
    if value not in options:
        expected = ", ".join(repr(option) for option in options)
        raise ValueError(f"{setting}: expected one of {expected}; got {value!r}")
