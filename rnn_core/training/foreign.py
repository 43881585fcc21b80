"""Weights as other programs name them: the recurrent module, its cell and its readout.

A PyTorch state dict names its arrays by module: `encoder.lstm.weight_hh_l0`, `fc.weight`.  Modules
are told by those endings, the cell by the rows of `weight_hh` (G H, H): an RNN stacks G = 1 block
of rows, a GRU 3, an LSTM 4.  A readout is a matrix `*.weight` whose columns are the module's
features.  What names and shapes leave open is asked for, by an `Ambiguous` error; nothing is
guessed, and no array is left out without a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from rnn_core.arrays import Array
from rnn_core.engine.cells import ACTIVATIONS, GRU, LSTM, RNN, Cell
from rnn_core.training.keras_order import from_keras, is_keras
from rnn_core.training.questions import Ambiguous, Answers, agreed, choose
from rnn_core.training.refusal import listed, refusal, shown

QUESTIONS: Final = ("module", "head", "activation", "reset", "update", "direction", "aside")
NONE: Final = "none"  # the answer that a network has no readout
BLOCKS: Final = {1: "RNN", 3: "GRU", 4: "LSTM"}
_RECURRENT: Final = re.compile(
    r"(?P<module>(?:.*\.)?)(?P<kind>(?:weight|bias)_(?:ih|hh|ph|hr))"
    r"(?P<ending>_l[0-9]{1,3}(?:_reverse)?|)"
)


class Found(NamedTuple):
    """A network found in a file, its weights under this program's names."""

    cell: Cell
    weights: dict[str, Array]
    direction: str


@dataclass(frozen=True, eq=False)
class Module:
    """A recurrent module of a file; `theirs` maps this program's names to the file's."""

    name: str
    theirs: Mapping[str, str]
    arrays: Mapping[str, Array]  # of the whole file

    def named(self, start: str) -> list[str]:
        """The file's names of the arrays whose name here begins so."""
        return [theirs for ours, theirs in self.theirs.items() if ours.startswith(start)]

    @property
    def hidden(self) -> tuple[int, ...]:
        """The shape (G H, H) of the first recurrent matrix; () where there is none."""
        names = self.named("weight_hh")
        return self.arrays[names[0]].shape if names else ()

    @property
    def kind(self) -> str:
        """The cell's kind, or "" where the shape is no cell's."""
        rows, columns = self.hidden if len(self.hidden) == 2 else (0, 1)
        return BLOCKS.get(rows // columns, "") if rows % columns == 0 else ""

    @property
    def direction(self) -> str:
        reverse = {ours.endswith("_reverse") for ours in self.theirs}
        return "bidirectional" if len(reverse) == 2 else "reverse" if True in reverse else "forward"

    @property
    def features(self) -> int:
        """Numbers shown per step: the units, of both directions."""
        return self.hidden[1] * (2 if self.direction == "bidirectional" else 1)


def find(arrays: Mapping[str, Array], answers: Answers) -> Found:
    """The recurrent module of a file with its readout; `answers` settle what it leaves open."""
    if is_keras(arrays):
        arrays, facts = from_keras(arrays, answers)
        answers = agreed(facts, answers)
    modules = _modules(arrays)
    options = {name: f"{m.kind or 'unknown'} {m.hidden}" for name, m in modules.items()}
    module = modules[choose("module", "which recurrent module to open", options, answers)]
    cell = _cell(module, answers)
    if idle := {"activation", "reset", "update"} & answers.keys() - vars(cell).keys():
        came = f"an answer for another: {listed(idle)}"
        raise refusal(f"answers for a cell of kind {module.kind}", came, "Leave that out.")
    agreed({"direction": module.direction}, answers)
    others = [other for other in modules if other != module.name]
    candidates = _candidates(module, others)
    head = _head(module, candidates, others, answers)
    settled = candidates if "head" in answers else [head] if head is not None else []
    _nothing_else(module, [*others, module.name], settled, answers)
    weights = {ours: arrays[theirs] for ours, theirs in module.theirs.items()}
    if head is not None:
        weights |= {f"readout.{k}": arrays[n] for k, n in _linear(head).items() if n in arrays}
    return Found(cell, weights, module.direction)


# -- recurrent modules -----------------------------------------------------------------------


def _modules(arrays: Mapping[str, Array]) -> dict[str, Module]:
    """Every recurrent module by its name."""
    found: dict[str, dict[str, str]] = {}
    for name in arrays:
        if match := _RECURRENT.fullmatch(name):
            own = found.setdefault(match["module"].removesuffix("."), {})
            ours = match["kind"] + (match["ending"] or "_l0")  # an LSTMCell's have no ending
            if ours in own:
                raise refusal(f"one {ours} in a module", listed([own[ours], name]))
            own[ours] = name
    if not found:
        raise refusal(
            "a recurrent module: arrays weight_ih_l0, weight_hh_l0, … behind any prefix",
            f"a file with {listed(arrays)}",
            "Save the module's state_dict(), or a Keras model's get_weights() by numpy.savez.",
        )
    return {name: Module(name, own, arrays) for name, own in found.items()}


def _cell(module: Module, answers: Answers) -> Cell:
    """PyTorch's GRU resets after the product, and its z keeps the past; so it is unless told."""
    _check_module(module)
    if module.kind == "LSTM":
        return LSTM("peephole" if module.named("weight_ph") else "forget")
    if module.kind == "GRU":
        return GRU(answers.get("reset", "after"), answers.get("update", "keeps"))
    options = {name: f"the new state is {name}(…)" for name in ACTIVATIONS}
    return RNN(choose("activation", "the RNN's activation", options, answers))


def _check_module(module: Module) -> None:
    """Refuse projections, and a recurrent matrix that is missing or no cell's."""
    if projected := module.named("weight_hr"):
        raise refusal(
            "an LSTM whose hidden state is o · tanh(c)",
            f"one with projections (proj_size): {listed(projected)}",
            "This engine has no projections: train one without proj_size.",
        )
    if not module.kind:
        names = module.named("weight_hh")
        came = f"{shown(names[0])} of shape {module.hidden}" if names else "none"
        raise refusal(
            "a matrix weight_hh_l0 (G·H, H) with G = 1 (RNN), 3 (GRU) or 4 (LSTM)",
            f"{came} among {listed(module.theirs.values())}",
            "Save the recurrent module's whole state_dict().",
        )


# -- the readout, and what is left over ------------------------------------------------------


def _candidates(module: Module, others: Sequence[str]) -> list[str]:
    """The Linear layers (O, F) that could read this module's features; an Embedding is none."""
    return [
        name.removesuffix("weight").removesuffix(".")
        for name, array in module.arrays.items()
        if name.rpartition(".")[2] == "weight"
        and array.shape[1:] == (module.features,)
        and "emb" not in name.lower()
        and _is_near(name, module.name, others)
    ]


def _head(
    module: Module, candidates: Sequence[str], others: Sequence[str], answers: Answers
) -> str | None:
    """The name of the Linear that reads the module out, if there is one."""
    options = {n: f"{len(module.arrays[_linear(n)['weight']])} outputs" for n in candidates}
    shared = any(_is_near(n, other, [module.name]) for n in candidates for other in others)
    if len(candidates) != 1 or shared or "head" in answers:
        options[NONE] = "it has no readout"
    whose = shown(module.name) if module.name else "the recurrent module"
    chosen = choose("head", f"which matrix reads out {whose}", options, answers)
    return None if chosen == NONE else chosen


def _linear(name: str) -> dict[str, str]:
    """The names of a Linear layer's arrays."""
    return {kind: f"{name}.{kind}" if name else kind for kind in ("weight", "bias")}


def _is_near(name: str, module: str, others: Sequence[str]) -> bool:
    """Whether no other recurrent module shares more of its leading names with this array."""
    return all(_shared(name, module) >= _shared(name, other) for other in others)


def _shared(name: str, other: str) -> int:
    """Number of leading parts that two dotted names have in common."""
    pairs = zip(name.split("."), other.split("."), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _nothing_else(
    module: Module, names: Sequence[str], settled: Collection[str], answers: Answers
) -> None:
    """Arrays that would be left out are named, unless an answer has already said so."""
    known = {array for name in settled for array in _linear(name).values()}
    rest = [
        name
        for name in module.arrays
        if name not in known
        and not _RECURRENT.fullmatch(name)
        and _is_near(name, module.name, names)
    ]
    if rest and answers.get("aside") != "yes":
        asked = f"what to do with {listed(rest)}, which no recurrent module with a readout has"
        raise Ambiguous("aside", asked, {"yes": "leave that out"})
