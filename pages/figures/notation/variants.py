"""The reader's own weights in another variant of the cell: how far the states part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.notation.side_by_side import has_biases
from pages.figures.theme import INK, Figure, Part, base_figure, number, token
from rnn_core.engine.cells import Cell
from rnn_core.engine.network import Network
from rnn_core.engine.trace import Trace
from rnn_core.experiment.run import Run, forward_again
from rnn_core.notation.notation import NOTATIONS, Notation, as_written

Floats = NDArray[np.float64]

LOW, HIGH = 1e-17, 10.0  # of the axis; equal numbers are drawn on its lower edge
LOWEST = (1e-4, 1e-8, LOW)


@dataclass(frozen=True, eq=False)
class Variant:
    """The reader's network with the same weights in another variant of its cell."""

    key: str
    label: str
    written_by: tuple[str, ...]  # sources that write this variant
    difference: Floats  # (T,) largest |h − h of the run| over the top layer's units

    @property
    def largest(self) -> float:
        """Largest difference over all steps; nan where a state overflowed."""
        return float(self.difference.max(initial=0.0))

    @property
    def step(self) -> int:
        """Step of the largest difference, from 1; 0 where there is none."""
        return int(self.difference.argmax()) + 1 if self.difference.size else 0


@lru_cache(maxsize=8)
def variants(run: Run) -> tuple[Variant, ...]:
    """Every other variant that these weights can run, then the same without biases."""
    cell, truth = run.stages[0].network.cell, _states(s.trace for s in run.stages)
    found = []
    for other, key, label in _others(cell):
        networks = tuple(_recast(s.network, other) for s in run.stages)
        found.append(_measured(run, networks, truth, key, label, _authors(cell, other)))
    if isinstance(getattr(cell, "update", None), str):
        flipped = replace(cell, update=_flip(cell))  # type: ignore[type-var]
        networks = tuple(_negate_update(_recast(s.network, flipped)) for s in run.stages)
        label = f"{_WORDS['update', _flip(cell)]}, weights of z negated"
        found.append(_measured(run, networks, truth, "negated", label, ()))
    if has_biases(run):
        networks = tuple(_without_biases(s.network) for s in run.stages)
        authors = tuple(n.name for n in NOTATIONS.values() if _no_biases(n, cell))
        found.append(_measured(run, networks, truth, "biases", "no biases", authors))
    return tuple(found)


_WORDS = {
    ("reset", "before"): "reset before the product",
    ("reset", "after"): "reset after the product",
    ("update", "keeps"): "z keeps the past",
    ("update", "takes"): "z takes the new",
    ("kind", "no-forget"): "no forget gate (f = 1)",
    ("kind", "forget"): "peepholes taken out",
    ("activation", "tanh"): "tanh",
    ("activation", "sigmoid"): "sigmoid σ",
    ("activation", "relu"): "ReLU",
}


def _others(cell: Cell) -> list[tuple[Cell, str, str]]:
    """Other variants with a part of these weights, and what is different in them."""
    options: dict[str, list[str]] = {}
    for name, value in _WORDS:
        if hasattr(cell, name):
            options.setdefault(name, []).append(value)
    found: list[tuple[Cell, str, str]] = []
    for changes in _combined(cell, options):
        other: Cell = replace(cell, **changes)  # type: ignore[type-var]
        if set(other.gates) <= set(cell.gates) and set(other.peepholes) <= set(cell.peepholes):
            words = ", ".join(_WORDS[name, value] for name, value in changes.items())
            found.append((other, "+".join(changes), words))
    return found


def _combined(cell: Cell, options: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    single = [
        {name: value}
        for name, values in options.items()
        for value in values
        if value != getattr(cell, name)
    ]
    both = [a | b for k, a in enumerate(single) for b in single[k + 1 :] if set(a) != set(b)]
    return single + both


def _authors(cell: Cell, other: Cell) -> tuple[str, ...]:
    """The sources that write the other variant and not this one."""
    return tuple(
        n.name
        for n in NOTATIONS.values()
        if as_written(n, other) == other and as_written(n, cell) != cell
    )


def _no_biases(notation: Notation, cell: Cell) -> bool:
    alphabet = notation.cells.get(cell.name)
    return alphabet is not None and alphabet.biases == 0


def _flip(cell: Cell) -> str:
    return "takes" if getattr(cell, "update", "") == "keeps" else "keeps"


def _recast(network: Network, cell: Cell) -> Network:
    """The network as another variant of its cell: the same weights, their blocks taken by gate."""
    old, H = network.cell, network.hidden_size
    rows = [i for g in cell.gates for i in range(*_block(old.gates.index(g), H))]
    weights: dict[str, Any] = {}
    for name, array in network.weights.items():
        if name.startswith("weight_ph"):
            kept = [old.peepholes.index(g) for g in cell.peepholes]
            weights |= {name: array[kept]} if kept else {}
        else:
            weights[name] = array if name.startswith("readout") else array[rows]
    return Network(cell, weights, network.direction, network.readout)


def _block(k: int, H: int) -> tuple[int, int]:
    return k * H, (k + 1) * H


def _negate_update(network: Network) -> Network:
    """σ(−a) = 1 − σ(a): with its weights negated z means the opposite."""
    H, k = network.hidden_size, network.cell.gates.index("update")
    weights = network.state_dict()
    for name, array in weights.items():
        if not name.startswith("readout"):
            array[slice(*_block(k, H))] *= -1
    return network.load_state_dict(weights)


def _without_biases(network: Network) -> Network:
    """The cell's biases at zero; the readout keeps its own."""
    weights = network.state_dict()
    return network.load_state_dict(
        {n: 0 * a if n.startswith("bias") else a for n, a in weights.items()}
    )


def _states(traces: Iterable[Trace]) -> Floats:
    """(T, H) hidden states of the top layer through all stages."""
    return np.concatenate([trace.top.after("h")[0] for trace in traces])


def _measured(
    run: Run,
    networks: tuple[Network, ...],
    truth: Floats,
    key: str,
    label: str,
    authors: tuple[str, ...],
) -> Variant:
    with np.errstate(all="ignore"):
        states = _states(forward_again(run, networks).traces)
        difference = np.abs(states - truth).max(1)
    return Variant(key, label, authors, difference)


# --- their picture -------------------------------------------------------------------------------

_COLOURS = {
    "reset": token("reset"),
    "update": token("update"),
    "kind": token("forget"),
    "activation": token("rnn"),
    "biases": token("candidate"),
}
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def variant_lines(found: Sequence[Variant], letter: str) -> Figure:
    """How far each variant's states lie from the run's, step by step, on a logarithmic axis."""
    shown = [v for v in found if v.key != "negated"]
    low = next((v for v in LOWEST if all(_least(f.difference) >= v for f in shown)), LOW)
    figure = base_figure(
        [_curve(v, low, _DASHES[k % len(_DASHES)]) for k, v in enumerate(shown)],
        "Same weights, other variant: how far the states part",
        "step t",
        f"max over units of |Δ{letter}|",
    )
    edges = [float(np.log10(low)) - 0.2, float(np.log10(HIGH))]
    figure["layout"]["yaxis"] |= {"type": "log", "exponentformat": "power", "range": edges}
    figure["layout"] |= {"height": 320}
    return figure


def _least(values: Floats) -> float:
    finite = values[np.isfinite(values) & (values > 0)]
    return float(finite.min()) if finite.size else LOW


def _curve(variant: Variant, low: float, dash: str) -> Part:
    drawn = np.clip(np.nan_to_num(variant.difference, nan=np.nan, posinf=HIGH), low, HIGH)
    colour = _COLOURS.get(variant.key, INK)
    return {
        "type": "scatter",
        "x": np.arange(1, len(drawn) + 1),
        "y": drawn,
        "name": variant.label,
        "mode": "lines",
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "customdata": [number(float(v)) for v in variant.difference],
        "hovertemplate": "%{customdata}<extra>" + variant.label + "</extra>",
    }


def variant_words(found: Sequence[Variant], letter: str) -> list[str]:
    """One line per variant: what changes, by how much, who writes it so."""
    return [_said(v, letter) for v in found]


def _said(variant: Variant, letter: str) -> str:
    authors = ", ".join(NOTATIONS[n].label.split(" · ")[0] for n in variant.written_by)
    source = f" (written so in {authors})" if authors else ""
    largest = variant.largest
    if not np.isfinite(largest):
        return f"**{variant.label}**{source}: the states overflow."
    return (
        f"**{variant.label}**{source}: {letter} differs by up to **{number(largest)}**, "
        f"at step {variant.step}."
    )


def variant_rows(found: Sequence[Variant], letter: str) -> dict[str, list[Any]]:
    """The curves in long form: variant, step, quantity, value."""
    return {
        "variant": [v.label for v in found for _ in v.difference],
        "step": [t + 1 for v in found for t in range(len(v.difference))],
        "quantity": [f"max |Δ{letter}|" for v in found for _ in v.difference],
        "value": [float(d) for v in found for d in v.difference],
    }
