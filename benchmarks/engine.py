"""The engine against its peers: interleaved rounds, the same numbers, ratios beside the goals."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.peers import PEERS, Peer
from benchmarks.problem import Maker, Numbers, Problem, Runner, disagreement, make_problem
from rnn_core.engine import cells, dispatch, network, scan

SIZES = (((50, 1, 16), 4), ((100, 1, 32), 8), ((200, 8, 64), 16), ((100, 32, 128), 64))
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
LENGTHS = range(37, 132)  # of the first runs, each at a length of its own
FIRST_H, FIRST_D = 32, 8
FIRST_GOALS = {"jax.lax.scan, jitted": 0.01, "torch cell loop, retain_grad": 0.3}
AGAIN, AGAIN_GOAL = 5, 1.5  # later runs beside a first one
ROUND_SECONDS = 0.02  # a competitor's turn within a round


class Engine:
    """rnn_core's kernel: forward, BPTT and every weight gradient; all internals stay in it."""

    def __init__(self, problem: Problem):
        T, B, H = problem.size
        D, self.problem = problem.x.shape[2], problem
        cell = cells.CELLS[problem.cell]()
        self.kernel = dispatch.kernel(cell, T, B, D, H, problem.dtype)
        names = [f"{name}_l0" for name in scan.Weights._fields[:4]]
        self.kernel.load(scan.Weights(*(problem.weights[name] for name in names)))

    def run(self) -> None:
        self.kernel.forward(self.problem.x)
        self.kernel.backward(self.problem.dh)
        self.gradient = self.kernel.weight_gradients()

    def numbers(self) -> Numbers:
        found = {f"{k}_l0": v for k, v in self.gradient._asdict().items() if v is not None}
        found |= {f"d{state}": total[1:].copy() for state, total in self.kernel.total.items()}
        return found | {"h": self.kernel.states["h"][1:].copy()}


class Public:
    """The engine through `Network`: weights packed, batch first, readout, frozen records made."""

    def __init__(self, problem: Problem):
        H = problem.size[2]
        readout = {"readout.weight": np.eye(H), "readout.bias": np.zeros(H)}
        weights = {**problem.weights, **readout}
        self.x, self.dh = (a.swapaxes(0, 1).copy() for a in (problem.x, problem.dh))
        self.network = network.Network(cells.CELLS[problem.cell](), weights)

    def run(self) -> None:
        self.trace = self.network.forward(self.x)
        self.gradient = self.network.backward(self.trace, self.dh)

    def numbers(self) -> Numbers:
        own = {k: v for k, v in self.gradient.weights.items() if not k.startswith("readout")}
        layer = self.gradient.layers[0]
        found = {f"d{state}": total[:, 1:].swapaxes(0, 1) for state, total in layer.states.items()}
        return own | found | {"h": self.trace.layers[0].after("h").swapaxes(0, 1)}


@dataclass(frozen=True)
class Result:
    """Medians over the rounds; `ratio` is the median of each round's own ratio."""

    ours: float
    theirs: float
    ratio: float


def race(ours: Runner, theirs: Mapping[str, Runner], rounds: int) -> dict[str, Result]:
    """Time all runners in every round, so that a busy machine is busy for all of them."""
    everybody = {"": ours, **theirs}
    calls = {label: calls_per_turn(runner.run) for label, runner in everybody.items()}
    times: dict[str, list[float]] = {label: [] for label in everybody}
    for _ in range(rounds):
        for label, runner in everybody.items():
            times[label].append(per_call(runner.run, calls[label]))
    median = statistics.median
    return {
        label: Result(
            median(times[""]),
            median(times[label]),
            median(a / b for a, b in zip(times[""], times[label], strict=True)),
        )
        for label in theirs
    }


def per_call(run: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def calls_per_turn(run: Callable[[], object]) -> int:
    run()  # warm: buffers, autotuning, compilation
    return max(1, round(ROUND_SECONDS / min(per_call(run, 1) for _ in range(3))))


def check(ours: Runner, theirs: Runner, peer: str, dtype: str) -> None:
    """Stop when the numbers differ: a fast wrong answer is no competitor."""
    ours.run()
    theirs.run()
    error, name = disagreement(ours.numbers(), theirs.numbers())
    if not error <= TOLERANCE[dtype]:
        raise SystemExit(f"{peer}: {name} differs by {error:.1e}, allowed {TOLERANCE[dtype]}")


def compete(problem: Problem, peers: list[Peer], rounds: int) -> dict[str, Result]:
    """All peers of one dtype against the engine in that dtype."""
    ours = Engine(problem)
    theirs = {peer.label: peer.runner(problem) for peer in peers}
    for label, runner in theirs.items():
        check(ours, runner, label, problem.dtype.name)
    return race(ours, theirs, rounds)


def line(label: str, result: Result, goal: float | None) -> str:
    beside = "" if goal is None else f"{goal:7.2f}  {'met' if result.ratio <= goal else 'MISSED'}"
    times = f"{result.ours * 1e3:9.3f} {result.theirs * 1e3:9.3f}"
    return f"  {label:<32}{times} {result.ratio:8.3f} {beside}"


def report(cell: str, index: int, rounds: int) -> tuple[int, int]:
    """One size and cell: print a line per peer, and say how many goals were met of how many."""
    size, D = SIZES[index]
    problem = make_problem(cell, size, D)
    met = total = 0
    print(f"\n{cell.upper()}  T={size[0]} B={size[1]} H={size[2]} D={D}")
    for dtype in (np.float64, np.float32):
        peers = [p for p in PEERS if p.dtype is dtype and cell in p.cells and p.installed]
        results = compete(problem.as_type(dtype), peers, rounds) if peers else {}
        for peer in peers:
            result, goal = results[peer.label], peer.goals[index] if peer.goals else None
            print(line(peer.label, result, goal), flush=True)
            if goal is not None:
                met, total = met + (result.ratio <= goal), total + 1
    print(line("(Network, records made)", public_cost(problem, rounds), None), flush=True)
    return met, total


def public_cost(problem: Problem, rounds: int) -> Result:
    """The bare kernel over the public call: how much the records cost. No goal, for orientation."""
    ours, public = Engine(problem), Public(problem)
    check(ours, public, "Network", "float64")
    return race(ours, {"public": public}, rounds)["public"]


class Anew:
    """A competitor that meets each length for the first time: planned, or compiled, in the time.

    CPU seconds of all threads: a first run cannot be repeated until a busy machine has let it pass.
    """

    def __init__(self, make: Maker, problems: list[Problem]):
        self.make, self.problems = make, iter(problems)

    def seconds(self) -> tuple[float, float]:
        """Seconds of the first run at the next length, and of a later one."""
        problem = next(self.problems)
        start = time.process_time()
        runner = self.make(problem)
        runner.run()
        first = time.process_time() - start
        start = time.process_time()
        for _ in range(AGAIN):
            runner.run()
        return first, (time.process_time() - start) / AGAIN


def first_runs(cell: str, rounds: int) -> None:
    """The first run at a new length, as every step of a length slider is one.

    Lengths come in no order, so that longer ones follow shorter ones too; the first of all, which
    reads the cell's text, is not counted.
    """
    lengths = np.random.default_rng(0).permutation(LENGTHS)[: rounds + 1]
    problems = [make_problem(cell, (int(T), 1, FIRST_H), FIRST_D) for T in lengths]
    makers = {p.label: p.make for p in PEERS if p.label in FIRST_GOALS and p.installed}
    everybody = {label: Anew(make, problems) for label, make in {"": Engine, **makers}.items()}
    rows = [{label: one.seconds() for label, one in everybody.items()} for _ in problems][1:]
    for label in makers:
        pairs = [(row[""][0], row[label][0]) for row in rows]
        print(line(label, summed(pairs), FIRST_GOALS[label]), flush=True)
    print(line("(ours, a later run)", summed([row[""] for row in rows]), AGAIN_GOAL), flush=True)


def summed(pairs: list[tuple[float, float]]) -> Result:
    """Medians of (ours, theirs) in seconds, and of each pair's own ratio."""
    median = statistics.median
    ours, theirs = zip(*pairs, strict=True)
    return Result(median(ours), median(theirs), median(a / b for a, b in pairs))


def absent() -> list[str]:
    return sorted({peer.module for peer in PEERS if not peer.installed})


def one_thread() -> None:
    """Hold PyTorch to one thread; it chooses their number by itself."""
    if any(peer.module == "torch" and peer.installed for peer in PEERS):
        import torch

        torch.set_num_threads(1)


def main(quick: bool) -> None:
    one_thread()
    print("Forward + full BPTT, every internal kept. Milliseconds; ratio = ours / theirs.")
    print("torch.nn.LSTM float32 is met by our float32; everything else is float64.")
    for module in absent():
        print(f"Left out, not installed: {module}")
    print(f"  {'peer':<32}{'ours':>9} {'theirs':>9} {'ratio':>8} {'goal':>7}")
    found = [
        report(cell, index, 7 if quick else 15)
        for index in range(2 if quick else len(SIZES))
        for cell in cells.CELLS
    ]
    met, total = (sum(column) for column in zip(*found, strict=True))
    print(f"\n{met} of {total} goals met.")
    print(f"\nThe first run at a new length, T = {LENGTHS[0]} to {LENGTHS[-1]}, B=1 H={FIRST_H}:")
    for cell in cells.CELLS:
        print(cell.upper())
        first_runs(cell, 8 if quick else 16)
