"""The loops over time: forward, and back (BPTT).

A `Kernel` is one cell at one shape, written out flat: every call of a step, with the buffers that
each step works on, made once and run many times.  The calls come from the cell's own equations
(`program`).
Inside, arrays are time-major; gates lie slot after slot, (T, slots, B, H), so that a step's gates
are one block and one call.  The input's share, the recurrent product and the biases of all gates
are one matrix product per step; all weight gradients are one product over all steps.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.codegen import Call, Loop, View
from rnn_core.engine.graph import UFUNCS, Node, walk
from rnn_core.engine.program import program
from rnn_core.engine.scan import Back, Weights

CACHE_BYTES = 1 << 20  # coefficients are computed in time chunks that stay in cache
VIEW_BYTES = 150  # of one view of one step


class _Present:
    """Contents of the buffers of a kernel, and of its shorter ones, at present."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.holds: object = None  # whose forward pass
        self.weights: Weights | None = None


class Kernel:
    """One cell at one shape: T steps, B sequences, D inputs, H hidden units.

    `longer`: a kernel that differs in T alone.  Its buffers and loops then serve this one too,
    which costs a tenth of making them; both have one lock, and what one computes the other
    overwrites.
    """

    spare = 0  # slots behind the layout's own

    def __init__(
        self,
        cell: Cell,
        T: int,
        B: int,
        D: int,
        H: int,
        dtype: Any = np.float64,
        longer: Kernel | None = None,
    ):
        self.cell, self.T, self.B, self.D, self.H = cell, T, B, D, H
        self.dtype = np.dtype(dtype)
        self.program = program(cell)
        self.capacity: int = longer.capacity if longer else T
        self._present: _Present = longer._present if longer else _Present()
        self._lent = longer._buffers if longer else {}
        self._buffers: dict[Any, Array] = {}
        self._constants: dict[float, Array] = {}
        self._moved: dict[tuple[Any, ...], View] = {}
        self._make_forward_buffers()
        self._make_backward_buffers()
        self._loops: tuple[Loop, Loop] = longer._loops if longer else self._write_loops()
        self._schedule = [
            (chunk, self._write_coefficients(*chunk), self._write_separate(*chunk))
            for chunk in self._chunks()
        ]
        views = VIEW_BYTES * T * len(self._moved)
        self.nbytes = views + sum(buffer.nbytes for buffer in self._buffers.values())  # about

    def _write_loops(self) -> tuple[Loop, Loop]:
        """Forward, and back."""
        forward, back = self._write_step(), self._write_step_back()
        return Loop(forward, self.T), Loop(back, self.T, backwards=True)

    @property
    def lock(self) -> threading.RLock:
        """Held while the buffers matter."""
        return self._present.lock

    @property
    def holds(self) -> object:
        """The forward pass that the buffers hold, as the caller has said."""
        return self._present.holds

    @holds.setter
    def holds(self, whose: object) -> None:
        self._present.holds = whose

    @property
    def weights(self) -> Weights | None:
        """The weights loaded last."""
        return self._present.weights

    # -- buffers ---------------------------------------------------------------------------

    def _new(self, name: Any, *shape: int) -> Array:
        """A buffer, or the first rows of the longer kernel's."""
        lent = self._lent.get(name)
        made = np.zeros(shape, self.dtype) if lent is None else lent[: shape[0]]
        self._buffers[name] = made
        return made

    def _lean(self, array: Array) -> Array:
        """(T, B, ...) as it is; a single sequence loses its axis (cheaper calls)."""
        return array[:, 0] if self.B == 1 else array

    def _at(self, array: Array) -> View:
        """Row t of an array at step t.  Equal views are one, so that the loop has few columns."""
        key = (array.__array_interface__["data"][0], array.shape, array.strides)
        if key not in self._moved:
            self._moved[key] = View(array, self.T)
        return self._moved[key]

    def _level(self, view: View) -> View:
        """The same numbers of each step in one row."""
        array = view.array
        return self._at(array.reshape(len(array), -1, copy=False))

    def _flat(self, arguments: list[Any]) -> tuple[Any, ...]:
        """One-dimensional views where every array allows it: NumPy's cheapest call."""
        full = [a for a in arguments if a.ndim]
        if not all(a.ndim == 2 and _dense(a) for a in full):
            return tuple(arguments)
        return tuple(self._level(a) if isinstance(a, View) else a.reshape(-1) for a in arguments)

    def _make_forward_buffers(self) -> None:
        T, B, D, H = self.T, self.B, self.D, self.H
        kernel = self.program
        n = len(kernel.columns)
        self.row = H + D + 1
        self.XH = self._new("XH", T + 1, B, self.row)  # [h_{t-1} | x_t | 1]
        self.XH[:, :, -1] = 1
        self.W = self._new("W", self.row, n * H)
        self.W_inner = {g: self._new(("W", g), H, H) for g in kernel.inner}
        self.P = {g: self._new(("P", g), H) for g in self.cell.peepholes}
        depth = T if any(c.node in kernel.kept for c in kernel.columns) else 1
        self.Z = self._new("Z", depth, B, n * H)
        gates = len(kernel.sigmoids) + len(kernel.tanhs)
        self.A = self._new("A", T + 1, gates + 1, B, H)  # gates, and the pair's carried state
        self.states = {"h": self.XH[:, :, :H]}
        self.states |= {
            s: self._new(("state", s), T + 1, B, H) for s in self.cell.states if s != "h"
        }
        self._blend = self._lean(self._new("blend", 1, B, H))[0]
        if kernel.pair:
            self.states[kernel.pair[-1].args[0]] = self.A[:, -1]
            self._products = self._new("pair", 2, B, H)
        self._store()

    def _store(self) -> None:
        """Buffers (whole sequences) of the quantities that must be kept."""
        T, B, H, kernel = self.T, self.B, self.H, self.program
        self.stored: dict[Node, Array] = {}  # whole sequences, (T, B, H)
        for s, value in kernel.reading.states.items():
            self.stored[value] = self.states[s][1:]
        for k, value in enumerate((*kernel.sigmoids, *kernel.tanhs)):
            self.stored[value] = self.A[:T, k]
        for k, column in enumerate(kernel.columns):
            if column.node in kernel.kept:
                self.stored[column.node] = self.Z[:, :, k * H : (k + 1) * H]
        for value in kernel.kept:
            if value not in self.stored:
                self.stored[value] = self._new(("kept", value), T, B, H)

    def _constant(self, value: float) -> Array:
        return self._constants.setdefault(float(value), np.full((), value, self.dtype))

    # -- forward ---------------------------------------------------------------------------

    def _view(self, value: Any) -> Any:
        """The buffer that holds a quantity of the present step."""
        if not isinstance(value, Node):
            return self._constant(value)
        if value.op == "past":
            return self._at(self._lean(self.states[value.args[0]][:-1]))
        if value.op == "P":
            return self.P[value.args[0]]
        if value in self.stored:
            return self._at(self._lean(self.stored[value]))
        for k, column in enumerate(self.program.columns):
            if column.node is value:
                return self._products_of(slice(k * self.H, (k + 1) * self.H))
        name = ("scratch", value)
        known = self._buffers.get(name)
        return self._lean(self._new(name, 1, self.B, self.H) if known is None else known)[0]

    def _products_of(self, columns: slice) -> Any:
        """Columns of the step's matrix product; one buffer serves all steps if none is kept."""
        z = self._lean(self.Z)[..., columns]
        return self._at(z) if len(z) == self.T else z[0]

    def _write_step(self) -> list[Call]:
        row = self._at(self._lean(self.XH[:-1]))
        calls: list[Call] = [(row.dot, (self.W, self._products_of(slice(None))))]
        self._write_activations(calls)
        for value in self._remaining():
            self._write(calls, value)
        for state, value in self.program.reading.states.items():
            if any(column.node is value for column in self.program.columns):  # no activation
                calls.append((np.copyto, (self._after(state), self._view(value))))
        return calls

    def _after(self, state: str) -> View:
        return self._at(self._lean(self.states[state][1:]))

    def _remaining(self) -> list[Node]:
        """Operations of a step after its matrix product and activations, arguments first."""
        kernel, reading = self.program, self.program.reading
        done = {c.node for c in kernel.columns} | {*kernel.sigmoids, *kernel.tanhs}
        done |= {a for c in kernel.columns if c.kind == "sum" for a in c.node.args}
        if kernel.pair:
            done |= set(kernel.pair[0].args)
        if kernel.mixture:
            done |= set(walk(kernel.mixture[0].args)) - set(walk([*reading.gates.values()]))
        order = walk([*reading.gates.values(), *reading.states.values()])
        return [n for n in order if n.op not in ("past", "P", "u") and n not in done]

    def _write_activations(self, calls: list[Call]) -> None:
        """One tanh for all plain gates; sigmoid(a) = tanh(a/2)/2 + 1/2, a/2 comes from `W`."""
        s, n = len(self.program.sigmoids), len(self.program.sigmoids) + len(self.program.tanhs)
        if n == 0:
            return
        T, half = self.T, self._constant(0.5)
        source, target = self._sources(n), self._at(self.A[:T, :n])
        calls.append((np.tanh, (source, self._level(target) if self.B == 1 else target)))
        if s:
            gates = self._level(self._at(self.A[:T, :s]))
            calls.append((np.multiply, (gates, half, gates)))
            calls.append((np.add, (gates, half, gates)))

    def _sources(self, n: int) -> Any:
        """Arguments of the first n activations, in the order in which gates are stored."""
        if self.B == 1:
            return self._products_of(slice(0, n * self.H))
        z = self.Z[..., : n * self.H].reshape(len(self.Z), self.B, n, self.H, copy=False)
        z = z.transpose(0, 2, 1, 3)
        return self._at(z) if len(z) == self.T else z[0]

    def _write_pair(self, calls: list[Call]) -> None:
        """i * g and f * c_{t-1} in one call, then their sum."""
        T, i = self.T, len(self.program.sigmoids) - 2
        left, right = (self._level(self._at(self.A[:T, k : k + 2])) for k in (i, i + 2))
        flat = self._products.reshape(-1)
        half = flat.size // 2
        total = self._level(self._view(self.program.pair[0]))
        calls.append((np.multiply, (left, right, flat)))
        calls.append((np.add, (flat[:half], flat[half:], total)))

    def _write_mixture(self, calls: list[Call]) -> None:
        """a * x + (1 - a) * y, as y + a * (x - y)."""
        value, difference, a, y = map(self._view, self.program.mixture)
        x = self._view(self.program.mixture[1].args[0])
        calls.append((np.subtract, self._flat([x, y, difference])))
        calls.append((np.multiply, self._flat([difference, a, self._blend])))
        calls.append((np.add, self._flat([self._blend, y, value])))

    def _write(self, calls: list[Call], value: Node) -> None:
        out = self._view(value)
        if value in self.program.pair[:1]:
            self._write_pair(calls)
        elif value in self.program.mixture[:1]:
            self._write_mixture(calls)
        elif value.op == "U":
            gate, v = value.args
            calls.append((self._view(v).dot, (self.W_inner[gate], out)))
        elif value.op == "sigmoid":
            half = self._constant(0.5)
            calls.append((np.multiply, (self._view(value.args[0]), half, out)))
            calls.append((np.tanh, (out, out)))
            calls.append((np.multiply, (out, half, out)))
            calls.append((np.add, (out, half, out)))
        else:
            arguments = [self._view(a) for a in value.args]
            calls.append((UFUNCS[value.op], self._flat([*arguments, out])))

    def use(self, weights: Weights) -> None:
        """Load weights unless they are the (read-only) ones already loaded."""
        if self.weights is not weights or weights.weight_hh.flags.writeable:
            self.load(weights)

    def load(self, weights: Weights) -> None:
        """Pack the weights for the kernel's matrix products.  Copies; call again after a change."""
        H, D = self.H, self.D
        self.holds = None
        self._present.weights = weights
        block = {g: slice(k * H, (k + 1) * H) for k, g in enumerate(self.cell.gates)}
        for k, column in enumerate(self.program.columns):
            out, b = self.W[:, k * H : (k + 1) * H], block[column.gate]
            out[:] = 0
            if column.kind != "u":
                out[:H] = weights.weight_hh[b].T
            if column.kind != "U":
                out[H : H + D] = weights.weight_ih[b].T
                out[-1] = weights.bias_ih[b]
            if column.kind != "u" or column.gate in self.W_inner:
                out[-1] += weights.bias_hh[b]
            if k < len(self.program.sigmoids):
                out *= 0.5
        for gate, inner in self.W_inner.items():
            inner[:] = weights.weight_hh[block[gate]].T
        for k, gate in enumerate(self.cell.peepholes):
            assert weights.weight_ph is not None
            self.P[gate][:] = weights.weight_ph[k]
        for k, slot in enumerate(self.program.slots):
            if slot.gate:
                self.W_back[k * H : (k + 1) * H] = weights.weight_hh[block[slot.gate]]

    def forward(
        self,
        x: Array,
        initial: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
    ) -> Array:
        """x (T, B, D) time-major -> hidden states (T, B, H), a view that the next pass overwrites.

        lengths (B,): steps at and after a sequence's length are padding; they are set to zero.
        """
        self.XH[:-1, :, self.H : -1] = x
        for s, states in self.states.items():
            states[0] = 0 if initial is None else initial[s]
        with np.errstate(all="ignore"):
            self._loops[0](0, self.T)
        if lengths is not None:
            self._blank(lengths)
        return self.states["h"][1:]

    def _blank(self, lengths: Array) -> None:
        """Padding carries nothing on: what was computed there may even have overflowed."""
        padding = np.arange(self.T)[:, None] >= lengths
        x = self.XH[:-1, :, self.H : -1]
        for array in (x, *self.stored.values(), *(a[1:] for a in self.states.values())):
            array[padding] = 0

    # -- backward --------------------------------------------------------------------------

    def _make_backward_buffers(self) -> None:
        T, B, H, kernel = self.T, self.B, self.H, self.program
        n = len(kernel.slots)
        width = (n + self.spare) * H
        self.R = self._new("R", T + 1, B, width)  # every step's products; T: from outside
        per_step = B * H * self.dtype.itemsize * (2 * n + 4)
        self.chunk = max(1, min(T, CACHE_BYTES // per_step))
        self.K = self._new("K", self.chunk, n, B, H)
        self.E = self._new("E", T, B, H)  # dL/dh_t through this step's own output
        self.W_back = self._new("W_back", width, H)
        self.next = {s: self._new(("next", s), T + 1, B, H) for s in self.cell.states}
        for s in self.cell.states:
            alias = self._alias(s)
            if alias is not None:
                self.next[s] = self.R[:, :, alias * H : (alias + 1) * H]
        self.total = {s: self._new(("total", s), T + 1, B, H) for s in self.cell.states}
        self._bases = self._base_arrays()
        self.dU = {g: self._new(("dU", g), T, B, H) for g in self._separate}

    def _alias(self, state: str) -> int | None:
        """A carried state that is one product needs no buffer of its own."""
        terms = self.program.carries[state]
        if len(terms) == 1 and isinstance(terms[0], tuple):
            return self.program.slot(*terms[0])
        return None

    def _base_arrays(self) -> dict[Node, Array]:
        totals = {n: self.total[s][1:] for s, n in self.program.reading.total.items()}
        arrays: dict[Node, Array] = {}
        for base in self.program.bases:
            if base in totals:
                arrays[base] = totals[base]
            elif base.op == "d":
                arrays[base] = self.next[base.args[0]][1:]
            else:
                arrays[base] = self._new(("base", base), self.T, self.B, self.H)
        return arrays

    @property
    def _separate(self) -> list[str]:
        """Gates whose input side and recurrent side get different gradients (reset after)."""
        du = self.program.du
        return [g for g, (b, k) in du.items() if self.program.slot(b, k, g) is None]

    def _slots_at(self, a: int, b: int) -> View:
        """The present step's products a to b."""
        return self._at(self._lean(self.R[:-1])[..., a * self.H : b * self.H])

    def _base_at(self, base: Node) -> View:
        return self._at(self._lean(self._bases[base]))

    def _write_step_back(self) -> list[Call]:
        calls = [self._write_arrival()]
        for base in self.program.bases:
            self._write_base(calls, base)
            self._write_products(calls, base)
        for state in self._carried_in_the_loop:
            if self._alias(state) is None:
                out = self._at(self._lean(self.next[state][:-1]))
                self._write_sum(calls, self.program.carries[state], out)
        return calls

    @property
    def _carried_in_the_loop(self) -> tuple[str, ...]:
        return self.cell.states

    def _write_arrival(self) -> Call:
        """dL/dh_t, all of it: from the next step and from this step's own output."""
        parts = self.next["h"][1:], self.E, self.total["h"][1:]
        return np.add, tuple(self._at(self._lean(part)) for part in parts)

    def _write_base(self, calls: list[Call], base: Node) -> None:
        out = self._base_at(base)
        if base.op == "add":
            self._write_sum(calls, self.program.sums[base], out)
        elif base.op == "U.T":
            k = next(k for k, s in enumerate(self.program.slots) if s.gate == base.args[0])
            weight = self.W_back[k * self.H : (k + 1) * self.H]
            calls.append((self._slots_at(k, k + 1).dot, (weight, out)))

    def _write_products(self, calls: list[Call], base: Node) -> None:
        """base * coefficient for every slot of this base, neighbours in one call."""
        for a, b in _runs([slot.base is base for slot in self.program.slots]):
            value = self._base_at(base)
            if self.B == 1 and b - a <= 2:  # measured: two plain calls beat a copy and a call
                for k in range(a, b):
                    coefficient = self._at(self.K[:, k, 0])
                    calls.append((np.multiply, (value, coefficient, self._slots_at(k, k + 1))))
                continue
            coefficient = self._at(self.K[:, a:b])
            target = self.R[:-1, :, a * self.H : b * self.H]
            target = target.reshape(self.T, self.B, b - a, self.H, copy=False)
            if self.B > 1:
                rows = self._at(target.transpose(0, 2, 1, 3))
                calls.append((np.multiply, (value, coefficient, rows)))
            else:
                row = self._slots_at(a, b)
                calls.append((np.copyto, (self._at(target[:, 0]), value)))
                calls.append((np.multiply, (row, self._level(coefficient), row)))

    def _write_sum(self, calls: list[Call], terms: tuple[Any, ...], out: View) -> None:
        parts: list[View] = []
        for term in terms:
            if isinstance(term, Node):
                continue
            k = self.program.slot(*term)
            parts.append(self._base_at(term[0]) if k is None else self._slots_at(k, k + 1))
        a, b = self._carry_slots
        if any(isinstance(term, Node) for term in terms):
            weight = self.W_back[a * self.H : b * self.H]
            calls.append((self._slots_at(a, b).dot, (weight, out)))
            parts.insert(0, out)
        if len(parts) == 1 and parts[0] is not out:
            calls.append((np.copyto, (out, parts[0])))
        for k, part in enumerate(parts[1:]):
            calls.append((np.add, (parts[0] if k == 0 else out, part, out)))

    @property
    def _carry_slots(self) -> tuple[int, int]:
        """The neighbours that W_hh^T takes back to h_{t-1} in one product."""
        early = {b.args[0] for b in self.program.bases if b.op == "U.T"}
        marks = [s.gate is not None and s.gate not in early for s in self.program.slots]
        runs = _runs(marks)
        assert len(runs) == 1, f"{self.cell}: recurrent products must be neighbours"
        return runs[0]

    def backward(
        self,
        dh: Array,
        final: Mapping[str, Array] | None = None,
        window: int | None = None,
        lengths: Array | None = None,
    ) -> None:
        """dh (T, B, H): dL/dh_t through each step's own output.  Fills the gradient buffers.

        `final` is dL/d(last states) from outside; `window` cuts the way back every so many steps.
        """
        arrivals = self._receive(dh, final, lengths)
        cuts = range(window or self.T, self.T, window or self.T)
        with np.errstate(all="ignore"):
            self._begin_back(final, arrivals)
            for (start, stop), before, after in self._schedule:
                for call, arguments in before:
                    call(*arguments)
                self._run_back(start, stop, cuts, final, arrivals)
                for call, arguments in after:
                    call(*arguments)
            self._end_back()

    def _receive(self, dh: Array, final: Any, lengths: Array | None) -> list[tuple[int, int]]:
        """Put what comes from outside into the buffers; (sequence, boundary) of each shorter
        sequence, whose final gradient enters on the way."""
        T = self.T
        self.R[T] = 0
        self.E[...] = dh
        for s, carried in self.next.items():
            carried[T] = 0 if final is None else final[s]
        if lengths is None:
            return []
        self.E[np.arange(T)[:, None] >= lengths] = 0
        inner = np.flatnonzero(lengths < T)
        for carried in self.next.values():
            carried[T, inner] = 0
        return [(int(b), int(lengths[b])) for b in inner] if final else []

    def _begin_back(self, final: Any, arrivals: list[tuple[int, int]]) -> None:
        """For kernels that keep what arrives elsewhere."""

    def _cut(self, t: int) -> None:
        """Nothing goes back past boundary t."""
        for carried in self.next.values():
            carried[t] = 0

    def _end_back(self) -> None:
        for s, total in self.total.items():
            total[0] = self.next[s][0]

    def _run_back(
        self, start: int, stop: int, cuts: range, final: Any, arrivals: list[tuple[int, int]]
    ) -> None:
        """`arrivals`: (sequence, boundary) where a shorter sequence's final gradient enters."""
        last = self.capacity  # the loop begins with the longest kernel's last step
        for t in sorted({*cuts, *(boundary for _, boundary in arrivals)}, reverse=True):
            if not start <= t < stop:
                continue
            self._loops[1](last - stop, last - t)
            stop = t
            if t in cuts:
                self._cut(t)
            for sequence, boundary in arrivals:
                if boundary == t:
                    for s, carried in self.next.items():
                        carried[t, sequence] += final[s][sequence]
        self._loops[1](last - stop, last - start)

    def _chunks(self) -> list[tuple[int, int]]:
        """[start, stop) of the time chunks, last one first."""
        starts = range((self.T - 1) // self.chunk * self.chunk, -1, -self.chunk)
        return [(start, min(start + self.chunk, self.T)) for start in starts]

    def _write_coefficients(self, start: int, stop: int) -> list[Call]:
        """Everything of `step_back` that does not wait for the gradient, many steps at once."""
        calls: list[Call] = []
        made: dict[Node, Array] = {}
        for k, slot in enumerate(self.program.slots):
            self._write_whole(calls, made, slot.coefficient, start, stop, self.K[: stop - start, k])
        return calls

    def _write_separate(self, start: int, stop: int) -> list[Call]:
        """dL/du where it is not dL/dv: needed after the loop only."""
        calls: list[Call] = []
        made: dict[Node, Array] = {}
        for gate, du in self.dU.items():
            base, coefficient = self.program.du[gate]
            factor = self._whole(calls, made, coefficient, start, stop)
            calls.append((np.multiply, (self._bases[base][start:stop], factor, du[start:stop])))
        return calls

    def _whole(
        self, calls: list[Call], made: dict[Node, Array], value: Any, start: int, stop: int
    ) -> Array:
        """The array of a forward quantity over many steps, and the calls that make it."""
        if not isinstance(value, Node):
            return self._constant(value)
        if value.op == "past":
            return self.states[value.args[0]][start:stop]
        if value.op == "P":
            return self.P[value.args[0]]
        if value in self.stored:
            return self.stored[value][start:stop]
        if value not in made:
            name = ("work", value)
            known = self._buffers.get(name)
            space = self._new(name, self.chunk, self.B, self.H) if known is None else known
            out = space[: stop - start]
            self._write_whole(calls, made, value, start, stop, out)
        return made[value]

    def _write_whole(
        self,
        calls: list[Call],
        made: dict[Node, Array],
        value: Any,
        start: int,
        stop: int,
        out: Array,
    ) -> None:
        """Calls that put a forward quantity of many steps into `out`."""
        if isinstance(value, Node) and value.op not in ("past", "P") and value not in self.stored:
            arguments = [self._whole(calls, made, a, start, stop) for a in value.args]
            calls.append((UFUNCS[value.op], (*arguments, out)))
            made[value] = out
        else:
            calls.append((np.copyto, (out, self._whole(calls, made, value, start, stop))))

    # -- results ---------------------------------------------------------------------------

    def record(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """States (T+1, B, H) and gates (T, B, H) of the last forward pass, copied out."""
        states = {s: a.copy() for s, a in self.states.items()}
        gates = self.program.reading.gates
        block = self.A[: self.T].copy()
        slots = {
            v: block[:, k] for k, v in enumerate((*self.program.sigmoids, *self.program.tanhs))
        }
        after = {v: states[s][1:] for s, v in self.program.reading.states.items()}
        known = after | slots
        return states, {
            g: known[v] if v in known else self.stored[v].copy() for g, v in gates.items()
        }

    def gradients(self) -> Back:
        """Results of the last backward pass, copied out."""
        total = {s: a.copy() for s, a in self.total.items()}
        carried = self._from_next()
        products = self.R[: self.T].reshape(self.T, self.B, -1, self.H).copy()
        du, dv = {}, {}
        for k, slot in enumerate(self.program.slots):
            if slot.gate:
                du[slot.gate] = dv[slot.gate] = products[:, :, k]
        du |= {g: a.copy() for g, a in self.dU.items()}
        gates = self.cell.gates
        here = {s: self._from_output(s, products) for s in self.cell.states}
        return Back(
            total,
            carried,
            here,
            {g: du[g] for g in gates},
            {g: dv[g] for g in gates},
            self.weight_gradients(),
        )

    def _from_next(self) -> dict[str, Array]:
        return {s: a.copy() for s, a in self.next.items()}

    def _from_output(self, state: str, products: Array) -> Array:
        """Gradient of a state from its own step: through y_t, or for c_t through h_t."""
        here = np.zeros((self.T + 1, self.B, self.H), self.dtype)
        value = self.program.reading.total[state]
        if value.op == "d":
            here[1:] = self.E
            return here
        for base, coefficient in self.program.sums[value]:
            k = self.program.slot(base, coefficient)
            if k is not None:
                here[1:] += products[:, :, k]
        return here

    def weight_gradients(self) -> Weights:
        """Every weight's gradient: one product over all steps and sequences."""
        T, D, H, N = self.T, self.D, self.H, self.T * self.B
        slots = [k for k, slot in enumerate(self.program.slots) if slot.gate]
        a, b = slots[0], slots[-1] + 1
        rows = self.XH[:T].reshape(N, self.row)
        R = self.R[:T].reshape(N, -1)[:, a * H : b * H]
        where = {s.gate: k for k, s in enumerate(self.program.slots) if s.gate}
        order = [where[g] - a for g in self.cell.gates]
        with np.errstate(all="ignore"):
            M = R.T @ rows  # [dW_hh | dW_ih | db], gates in slot order
            if order != list(range(b - a)):
                M = M.reshape(b - a, H, self.row)[order].reshape(-1, self.row)
            found = Weights(
                M[:, H : H + D], M[:, :H], M[:, -1], M[:, -1].copy(), self._peephole_gradients()
            )
            self._correct(found, rows, where)
        return found

    def _correct(self, found: Weights, rows: Array, where: Mapping[Any, int]) -> None:
        """Gates whose input side differs, and products with something other than h_{t-1}."""
        H, N = self.H, self.T * self.B
        for k, gate in enumerate(self.cell.gates):
            block = slice(k * H, (k + 1) * H)
            if gate in self.dU:
                M = self.dU[gate].reshape(N, H).T @ rows[:, H:]
                found.weight_ih[block], found.bias_ih[block] = M[:, :-1], M[:, -1]
            if gate in self.program.inner:
                v = self.stored[self.program.inner[gate]].reshape(N, H)
                s = where[gate]
                d = self.R[: self.T].reshape(N, -1)[:, s * H : (s + 1) * H]
                found.weight_hh[block] = d.T @ v

    def _peephole_gradients(self) -> Array | None:
        if not self.cell.peepholes:
            return None
        rows = []
        for gate in self.cell.peepholes:
            k = next(k for k, s in enumerate(self.program.slots) if s.gate == gate)
            d = self.R[: self.T, :, k * self.H : (k + 1) * self.H]
            seen = self._whole([], {}, self.program.peeped[gate], 0, self.T)
            rows.append((d * seen).sum((0, 1)))
        return np.stack(rows)

    def input_gradient(self) -> Array:
        """dL/dx (T, B, D)."""
        assert self.weights is not None
        N, H = self.T * self.B, self.H
        shared = np.zeros((self.R.shape[-1], self.D), self.dtype)
        extra = np.zeros((N, self.D), self.dtype)
        with np.errstate(all="ignore"):
            for k, gate in enumerate(self.cell.gates):
                weight = self.weights.weight_ih[k * H : (k + 1) * H]
                if gate in self.dU:
                    extra += self.dU[gate].reshape(N, H) @ weight
                else:
                    s = next(s for s, slot in enumerate(self.program.slots) if slot.gate == gate)
                    shared[s * H : (s + 1) * H] = weight
            extra += self.R[: self.T].reshape(N, -1) @ shared
        return extra.reshape(self.T, self.B, self.D)


def _runs(marks: list[bool]) -> list[tuple[int, int]]:
    """[start, stop) of every run of True."""
    starts = [k for k, mark in enumerate(marks) if mark and not (k and marks[k - 1])]
    stops = [k for k, mark in enumerate(marks, 1) if mark and not (k < len(marks) and marks[k])]
    return list(zip(starts, stops, strict=True))


def _dense(array: Any) -> bool:
    return bool(array.dense if isinstance(array, View) else array.flags.c_contiguous)
