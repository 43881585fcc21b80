"""Single numbers of a run changed by hand: a weight, a bias, an input; everything else follows.

    weight_hh_l0:0:1=0.5;bias_ih_l0:3=1;x:2:0=1

is how a link spells them: name, indices from 0, value.  Names are PyTorch's, behind the stage's
name where there are two (`decoder.weight_hh_l0`); `x` has step and entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.wiring import run_backward, run_forward
from rnn_core.experiment.run import Run, Stage

MOST: Final = 8
LARGEST: Final = 100.0
INPUT: Final = "x"
NONE: Final = "none"
_EDIT = re.compile(
    r"((?:(?:encoder|decoder)\.)?[a-z][a-z0-9_]*(?:\.[a-z]+)?)"
    r":([0-9]{1,3})(?::([0-9]{1,3}))?=(-?[0-9]{1,3}(?:\.[0-9]{1,4})?)"
)

_WEIGHT = re.compile(
    r"(?:(?:encoder|decoder)\.)?"
    r"(?:(?:weight_(?:ih|hh|ph)|bias_(?:ih|hh))_l[0-9](?:_reverse)?|readout\.(?:weight|bias))"
)


@dataclass(frozen=True)
class Edit:
    """One entry of one array, and its new value."""

    name: str
    index: tuple[int, ...]
    value: float

    @property
    def place(self) -> tuple[str, tuple[int, ...]]:
        """Array, entry and stage that are changed: the edit without its value."""
        return self.name, self.index


def parse_edits(text: str) -> tuple[Edit, ...]:
    """Edits as a link spells them; a `ValueError` says which one cannot be read."""
    found = tuple(_parse(part) for part in text.split(";")) if text else ()
    if len(found) > MOST:
        raise ValueError(f"At most {MOST} numbers can be changed at once, not {len(found)}.")
    return merged(found)


def _parse(part: str) -> Edit:
    match = _EDIT.fullmatch(part)
    if match is None:
        raise ValueError(f"Write changes like weight_hh_l0:0:1=0.5; got {part[:40]!r}.")
    name, row, column, value = match.groups()
    if abs(float(value)) > LARGEST:
        raise ValueError(f"Values go from {-LARGEST:g} to {LARGEST:g}; got {value}.")
    return Edit(name, (int(row), *([int(column)] if column else [])), float(value))


def write_edits(edits: Iterable[Edit]) -> str:
    """The spelling that `parse_edits` reads."""
    return ";".join(f"{':'.join([e.name, *map(str, e.index)])}={e.value:.4g}" for e in edits)


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The last edit of each place, in the order in which places were first edited."""
    return tuple({edit.place: edit for edit in edits}.values())


def apply_edits(done: Run, edits: tuple[Edit, ...]) -> tuple[Run, tuple[Edit, ...]]:
    """The run with these numbers instead of its own, and the edits that have no place in it."""
    lost = tuple(e for e in edits if not _fits(done, e))
    kept = tuple(e for e in edits if e not in lost)
    if not kept:
        return done, lost
    networks, parts = [], []
    for stage, part in zip(done.stages, done.parts, strict=True):
        mine = {e.place: e for e in kept if _stage(done, e) is stage}
        weights, x = stage.network.state_dict(), part.x.copy()
        for edit in mine.values():
            target = x[0] if _bare(edit) == INPUT else weights[_bare(edit)]
            target[edit.index] = edit.value
        networks.append(stage.network.load_state_dict(weights))
        parts.append(replace(part, x=x))
    found = run_forward(parts, networks, done.initial)
    gradients = run_backward(parts, networks, found, done.experiment.window or None)
    stages = tuple(
        replace(s, network=n, trace=t, gradient=g, loss=loss, x=p.x)
        for s, n, t, g, loss, p in zip(
            done.stages, networks, found.traces, gradients, found.losses, parts, strict=True
        )
    )
    made = replace(done, stages=stages, parts=tuple(parts), loss=found.total)
    return replace(made, changed=write_edits(kept)), lost


def may_name_weight(text: str) -> bool:
    """Whether this could be a weight's name, `NONE` or nothing said; a `ValueError` says if not."""
    if text not in ("", NONE) and not _WEIGHT.fullmatch(text):
        raise ValueError(f"Write a weight's name like weight_hh_l0, or {NONE}; got {text[:40]!r}.")
    return True


def current(done: Run, name: str, index: tuple[int, ...]) -> float:
    """The number that stands there now; a `KeyError` or `IndexError` if there is none."""
    return float(_array(done, Edit(name, index, 0.0))[index])


def _stage(done: Run, edit: Edit) -> Stage | None:
    if len(done.stages) == 1:
        return done.stages[0]
    return next((s for s in done.stages if edit.name.startswith(s.name + ".")), None)


def _bare(edit: Edit) -> str:
    return edit.name.removeprefix("encoder.").removeprefix("decoder.")


def _array(done: Run, edit: Edit) -> Array:
    stage = _stage(done, edit)
    if stage is None:
        raise KeyError(edit.name)
    return np.asarray(stage.x[0] if _bare(edit) == INPUT else stage.network.weights[_bare(edit)])


def _fits(done: Run, edit: Edit) -> bool:
    try:
        return _array(done, edit)[edit.index].ndim == 0
    except (KeyError, IndexError):
        return False
