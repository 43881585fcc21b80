"""dh_T/dh_t for all t with all singular values, and the T x T matrix of norms; T = 100, H = 32."""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.engine import one_thread
from benchmarks.peers import TorchLoop
from benchmarks.problem import Problem, make_problem
from rnn_core.analysis import jacobians
from rnn_core.engine import cells, network

SIZE, D = (100, 1, 32), 8
LIMIT_MS, LIMIT_RATIO = 6.0, 0.25
MATRIX_MS = {"rnn": 15.0, "gru": 15.0, "lstm": 35.0}


def products_of(trace: Any) -> Any:
    """(T, H, H): dh_T/dh_t for t = 1..T."""
    H = SIZE[2]
    return jacobians.jacobian_products(jacobians.jacobians(trace), H)[1:, :, :H]


class TorchJacobians(TorchLoop):
    """The loop's graph is built once; timed are batched vector-Jacobian products and the SVD."""

    def forward(self) -> list[Any]:
        h = c = self.zero.clone().requires_grad_()
        hidden = []
        for x in self.x:
            if self.lstm:
                h, c = self.cell(x, (h, c))
            else:
                h = self.cell(x, h)
            hidden.append(h)
        return hidden

    def products(self, hidden: list[Any]) -> Any:
        """(T, H, H), by one batched pass backwards."""
        rows = self.torch.eye(SIZE[2], dtype=self.torch.float64)[:, None]
        found = self.torch.autograd.grad(
            hidden[-1], hidden, grad_outputs=rows, is_grads_batched=True, retain_graph=True
        )
        return self.torch.stack([g[:, 0] for g in found])


def make_trace(problem: Problem) -> Any:
    one = network.Network(cells.CELLS[problem.cell](), problem.weights)
    return one.forward(problem.x.swapaxes(0, 1)).layers[0]


def per_call(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def interleave(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Everybody's turn is two calls, of which the second counts: the first also pays for memory
    that the one before has given back."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            run()
            times[name].append(per_call(run))
    return times


def contenders(problem: Problem) -> dict[str, Callable[[], object]]:
    """Ours, the matrix, and torch where it is installed and says the same."""
    trace = make_trace(problem)
    steps = jacobians.jacobians(trace)
    runs: dict[str, Callable[[], object]] = {
        "ours": lambda: jacobians.singular_values(products_of(trace)),
        "matrix": lambda: jacobians.norm_matrix(jacobians.jacobians(trace), SIZE[2]),
    }
    if importlib.util.find_spec("torch"):
        peer = TorchJacobians(problem)
        hidden = peer.forward()
        theirs = peer.products(hidden).numpy()
        np.testing.assert_allclose(products_of(trace), theirs, rtol=1e-8, atol=1e-14)
        runs["torch"] = lambda: peer.torch.linalg.svdvals(peer.products(hidden))
    assert steps.shape[0] == SIZE[0]
    return runs


def mark(value: float, goal: float) -> str:
    return f"{value:8.2f} {goal:6.2f}  {'met' if value <= goal else 'MISSED'}"


def main(quick: bool) -> None:
    one_thread()
    print(f"Jacobian products, T={SIZE[0]} H={SIZE[2]}, float64 (value, goal)")
    for cell in cells.CELLS:
        times = interleave(contenders(make_problem(cell, SIZE, D)), 5 if quick else 15)
        median = {name: statistics.median(own) for name, own in times.items()}
        print(f"  {cell:<5} all dh_T/dh_t and singular values, ms {mark(median['ours'], LIMIT_MS)}")
        if "torch" in times:
            pairs = zip(times["ours"], times["torch"], strict=True)
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"  {cell:<5} against torch's batched products  {mark(ratio, LIMIT_RATIO)}")
        print(
            f"  {cell:<5} T x T matrix of Frobenius norms, ms  "
            f"{mark(median['matrix'], MATRIX_MS[cell])}"
        )
