"""Price of a computation before it starts: numbers kept, multiplications, calls.

>>> price = network_pass(LSTM(), T=500, B=2, D=64, H=64, outputs=64, layers=3)
>>> price.bytes, price.seconds
>>> record(LSTM(), T=500, B=2, D=64, H=64)      # what a picture keeps besides

A linear model of this engine's kernels.  The three weights were fitted to five cells at nine shapes
on one core of a server with one BLAS thread; there the model is right to a factor of 1.6.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, walk
from rnn_core.engine.network import Network
from rnn_core.engine.program import Program, program

SECONDS_PER_CALL: Final = 0.85e-6  # of NumPy, on arrays too small to matter
SECONDS_PER_MULTIPLICATION: Final = 0.09e-9  # in a matrix product
SECONDS_PER_FLOAT: Final = 4.8e-9  # made elementwise, kept, and read again on the way back
BYTES_PER_FLOAT: Final = 8  # float64; float32 takes half
CHUNK: Final = 1 << 17  # numbers that a backward pass makes its coefficients from at once


class Price(NamedTuple):
    """Price of a computation.  Prices of things done one after another are `plus` each other."""

    floats: int = 0  # kept at the same time
    multiplications: int = 0  # in matrix products
    calls: int = 0  # of NumPy

    @property
    def bytes(self) -> int:
        """Memory that is held at the same time."""
        return self.floats * BYTES_PER_FLOAT

    @property
    def seconds(self) -> float:
        """Time on one core that nobody else uses."""
        return (
            self.calls * SECONDS_PER_CALL
            + self.multiplications * SECONDS_PER_MULTIPLICATION
            + self.floats * SECONDS_PER_FLOAT
        )

    def plus(self, other: Price) -> Price:
        """Both, with everything kept."""
        return Price(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, n: int) -> Price:
        """The same n times, with everything kept."""
        return Price(*(a * n for a in self))


def layer_pass(cell: Cell, *, T: int, B: int, D: int, H: int) -> Price:
    """One layer in one direction: forward, and back with all gradients (full or truncated BPTT)."""
    per_step = _step(cell)
    steps, rows, gates = T * B, D + H + 1, len(cell.gates)
    chunk = min(steps * H, CHUNK // (2 * per_step.slots + 4)) * per_step.coefficients
    kept = steps * (per_step.arrays * H + rows) + chunk + 2 * rows * gates * H
    products = gates * H * (2 * rows + H + D)  # forward, dW, back in time, back to the input
    return Price(kept, steps * products, T * per_step.calls + 40)


def network_pass(
    cell: Cell,
    *,
    T: int,
    B: int,
    D: int,
    H: int,
    outputs: int = 0,
    layers: int = 1,
    sides: int = 1,
) -> Price:
    """A whole network, forward and back, as training runs it: `sides` is 2 for both directions.

    B sequences of T steps, D inputs, H hidden units, `outputs` at each step (0: no readout)."""
    price = layer_pass(cell, T=T, B=B, D=D, H=H).times(sides)
    if layers > 1:
        above = layer_pass(cell, T=T, B=B, D=H * sides, H=H).times(sides * (layers - 1))
        price = price.plus(above)
    features = H * sides
    read = T * B * (D + 2 * features + 4 * outputs)
    return price.plus(Price(read, 3 * T * B * features * outputs, 20))


def network_price(network: Network, T: int, B: int) -> Price:
    """A network's forward and backward pass over B sequences of T steps."""
    sides = len(network.reverses)
    return network_pass(
        network.cell,
        T=T,
        B=B,
        D=network.input_size,
        H=network.hidden_size,
        outputs=network.output_size,
        layers=len(network.layers) // sides,
        sides=sides,
    )


def record(cell: Cell, *, T: int, B: int, D: int, H: int, layers: int = 1, sides: int = 1) -> Price:
    """Price of what a trace and its gradient keep for pictures: states, gates, and dL/d(each)."""
    per_unit = 4 * len(cell.states) + 3 * len(cell.gates)
    inputs = 2 * (D + (layers - 1) * H * sides) * sides
    return Price(T * B * (per_unit * H * layers * sides + inputs), 0, 60 * layers * sides)


class _Step(NamedTuple):
    """One step of a cell, whatever its size."""

    arrays: int  # (B, H) arrays kept
    slots: int  # products on the way back
    coefficients: int  # (B, H) arrays from which those are made, for a part of the steps at once
    calls: int  # forward and back


@lru_cache(maxsize=64)
def _step(cell: Cell) -> _Step:
    kernel = program(cell)
    reading = kernel.reading
    nodes = walk([*reading.gates.values(), *reading.states.values()])
    return _Step(_arrays(kernel), len(kernel.slots), _coefficients(kernel), len(nodes))


def _arrays(kernel: Program) -> int:
    """The activations, the products where they are wanted again, other kept values, and back:
    the slots, dL/dh of the output, and two gradients of each state."""
    columns = [c.node for c in kernel.columns]
    activations = {*kernel.sigmoids, *kernel.tanhs}
    elsewhere = {*activations, *columns, *kernel.reading.states.values()}
    again = len(columns) if kernel.kept & set(columns) else 0
    others = len(kernel.kept - elsewhere)
    back = len(kernel.slots) + 1 + 2 * len(kernel.reading.states)
    return len(activations) + 1 + again + others + back


def _coefficients(kernel: Program) -> int:
    """One array for each slot, and one for every quantity that its coefficient is made from."""
    stored = {*kernel.sigmoids, *kernel.tanhs, *kernel.kept, *kernel.reading.states.values()}
    made: set[Node] = set()

    def visit(value: Any) -> None:
        if isinstance(value, Node) and value not in stored and value.op not in ("past", "P"):
            made.add(value)
            for argument in value.args:
                visit(argument)

    for coefficient in (
        *(s.coefficient for s in kernel.slots),
        *(k for _, k in kernel.du.values()),
    ):
        visit(coefficient)
    return max(len(kernel.slots), len(made))
