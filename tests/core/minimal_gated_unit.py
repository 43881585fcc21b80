"""A cell the app does not know: what a new cell needs is its equations, and nothing else."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnn_core.analysis.held_gate import Hold, hold_network
from rnn_core.engine.cells import Cell, sigmoid
from rnn_core.engine.network import Network
from rnn_core.engine.trace import LayerTrace


@dataclass(frozen=True)
class MGU(Cell):
    """Minimal gated unit, Zhou et al. (2016): one gate forgets and updates.

    f   = sigma(u_f + U_f h_{t-1})
    n   = tanh(u_n + U_n (f * h_{t-1}))
    h_t = (1 - f) * h_{t-1} + f * n
    """

    name: ClassVar[str] = "mgu"

    @property
    def gates(self) -> tuple[str, ...]:
        return ("forget", "candidate")

    def step(self, u: Any, U: Any, P: Any, past: Any) -> Any:
        f = sigmoid(u.forget + U.forget(past.h))
        n = np.tanh(u.candidate + U.candidate(f * past.h))
        h = (1.0 - f) * past.h + f * n

        return {"forget": f, "candidate": n}, {"h": h}

    def step_back(self, d: Any, U: Any, P: Any, past: Any, now: Any) -> Any:
        f, n = now.forget, now.candidate

        da_n = d.h * (f * (1.0 - n * n))
        d_fh = U.candidate.T(da_n)
        da_f = d.h * ((n - past.h) * (f * (1.0 - f))) + d_fh * (past.h * (f * (1.0 - f)))
        dh = d.h * (1.0 - f) + d_fh * f + U.forget.T(da_f)

        return {"forget": da_f, "candidate": da_n}, {"h": dh}, {"h": d.h}


def plainly(network: Network, x: Any) -> LayerTrace:
    """The first layer's trace from the cell's text as it stands, held at no step."""
    free = Hold(network.cell.gates[0], 0.0, ())
    return hold_network(network, free).forward(x).layers[0]
