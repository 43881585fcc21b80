"""Weights as other programs name them: the recurrent module, its cell and its readout.

A PyTorch state dict names its arrays by module: `encoder.lstm.weight_hh_l0`, `fc.weight`.  Modules
are told by those endings, the cell by the rows of `weight_hh` (G H, H): an RNN stacks G = 1 block
of rows, a GRU 3, an LSTM 4.  A readout is a matrix `*.weight` whose columns are the module's
features.  What names and shapes leave open is asked for, by an `Ambiguous` error; nothing is
guessed, and no array is left aside without a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Any, Final, NamedTuple

from numpy.typing import NDArray

from rnn_core.cells import ACTIVATIONS, GRU, LSTM, RNN, Cell
from rnn_core.keras_order import from_keras, is_keras
from rnn_core.questions import Ambiguous, Answers, agreed, choose
from rnn_core.refusal import listed, refusal, shown

Array = NDArray[Any]
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
    module: str
    head: str


def find(arrays: Mapping[str, Array], answers: Answers) -> Found:
    """The recurrent module of a file with its readout; `answers` settle what it leaves open."""
    if is_keras(arrays):
        arrays, facts = from_keras(arrays, answers)
        answers = agreed(facts, answers)
    modules = _modules(arrays)
    names = {name: _words(arrays, own) for name, own in modules.items()}
    module = choose("module", "which recurrent module to open", names, answers)
    own = modules[module]
    cell = _cell(arrays, own, answers)
    direction = _direction(own)
    agreed({"direction": direction}, answers)
    candidates = _candidates(arrays, modules, module)
    head = _head(arrays, candidates, modules, module, answers)
    known = {*candidates, head} if "head" in answers else {head}
    _nothing_else(arrays, modules, module, known, answers)
    weights = {name: arrays[theirs] for name, theirs in own.items()}
    weights |= {f"readout.{k}": arrays[n] for k, n in _linear(head).items() if n in arrays}
    return Found(cell, weights, direction, module, head)


# -- recurrent modules -----------------------------------------------------------------------


def _modules(arrays: Mapping[str, Array]) -> dict[str, dict[str, str]]:
    """Each recurrent module's own arrays: this program's name -> the file's."""
    found: dict[str, dict[str, str]] = {}
    for name in arrays:
        if match := _RECURRENT.fullmatch(name):
            own = found.setdefault(match["module"].removesuffix("."), {})
            ours = match["kind"] + (match["ending"] or "_l0")  # a LSTMCell's have no ending
            if ours in own:
                raise refusal(f"one {ours} in a module", f"{listed([own[ours], name])}")
            own[ours] = name
    if not found:
        raise refusal(
            "a recurrent module: arrays weight_ih_l0, weight_hh_l0, … behind any prefix",
            f"a file with {listed(arrays)}",
            "Save the module's state_dict(), or a Keras model's get_weights() by numpy.savez.",
        )
    return found


def _words(arrays: Mapping[str, Array], own: Mapping[str, str]) -> str:
    shape = arrays[
        next((own[n] for n in own if n.startswith("weight_hh")), next(iter(own.values())))
    ]
    rows, columns = (*shape.shape, 0, 0)[:2]
    kind = BLOCKS.get(rows // columns if columns else 0, "unknown cell")
    return f"{kind}, {columns} units"


def _blocks(arrays: Mapping[str, Array], own: Mapping[str, str]) -> int:
    """G, the blocks of rows of the first recurrent matrix."""
    if projected := [theirs for ours, theirs in own.items() if ours.startswith("weight_hr")]:
        raise refusal(
            "an LSTM whose hidden state is o · tanh(c)",
            f"one with projections (proj_size): {listed(projected)}",
            "This engine has no projections: train one without proj_size.",
        )
    name = next((theirs for ours, theirs in own.items() if ours.startswith("weight_hh")), None)
    if name is None:
        raise refusal(
            "a matrix weight_hh_l0",
            f"a module with {listed(own.values())}",
            "Save the module's whole state_dict().",
        )
    shape = arrays[name].shape
    blocks = shape[0] / max(1, shape[1]) if len(shape) == 2 else 0
    if blocks not in BLOCKS:
        raise refusal(
            f"{shown(name)} of shape (G·H, H) with G = 1 (RNN), 3 (GRU) or 4 (LSTM)",
            f"the shape {shape}",
            "Save the module's own state_dict().",
        )
    return int(blocks)


def _cell(arrays: Mapping[str, Array], own: Mapping[str, str], answers: Answers) -> Cell:
    """PyTorch's GRU resets after the product, and its z keeps the past; so it is unless told."""
    kind = BLOCKS[_blocks(arrays, own)]
    if kind == "LSTM":
        return LSTM("peephole" if any(n.startswith("weight_ph") for n in own) else "forget")
    if kind == "GRU":
        return GRU(answers.get("reset", "after"), answers.get("update", "keeps"))
    options = {name: f"the new state is {name}(…)" for name in ACTIVATIONS}
    return RNN(choose("activation", "the RNN's activation", options, answers))


def _direction(own: Mapping[str, str]) -> str:
    reverse = {name.endswith("_reverse") for name in own}
    return "bidirectional" if len(reverse) == 2 else "reverse" if True in reverse else "forward"


# -- the readout -----------------------------------------------------------------------------


def _candidates(
    arrays: Mapping[str, Array], modules: Mapping[str, Mapping[str, str]], module: str
) -> list[str]:
    """The Linear layers (O, F) that could read this module's features (Embedding is none)."""
    own = modules[module]
    hidden = next(arrays[theirs] for ours, theirs in own.items() if ours.startswith("weight_hh"))
    features = hidden.shape[1] * (2 if _direction(own) == "bidirectional" else 1)
    return [
        name.removesuffix("weight").removesuffix(".")
        for name, array in arrays.items()
        if name.rpartition(".")[2] == "weight"
        and array.shape[1:] == (features,)
        and "emb" not in name.lower()
        and _nearest(name, modules, module)
    ]


def _head(
    arrays: Mapping[str, Array],
    candidates: list[str],
    modules: Mapping[str, Any],
    module: str,
    answers: Answers,
) -> str:
    """The name of the Linear that reads the module out, or NONE."""
    options = {n: f"{len(arrays[_linear(n)['weight']])} outputs" for n in candidates}
    others = [other for other in modules if other != module]
    shared = any(_nearest(n, modules, other) for n in candidates for other in others)
    if len(candidates) != 1 or shared or "head" in answers:
        options[NONE] = "it has no readout"
    return choose("head", f"which matrix reads out {shown(module)}", options, answers)


def _linear(name: str) -> dict[str, str]:
    """The arrays of a Linear layer."""
    return {kind: f"{name}.{kind}" if name else kind for kind in ("weight", "bias")}


def _nearest(name: str, modules: Mapping[str, Any], module: str) -> bool:
    """Whether no other recurrent module shares more of its leading names with this array."""
    return _shared(name, module) == max(_shared(name, other) for other in modules)


def _shared(name: str, other: str) -> int:
    """How many leading parts two dotted names have in common."""
    pairs = zip(name.split("."), other.split("."), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _nothing_else(
    arrays: Mapping[str, Array],
    modules: Mapping[str, Mapping[str, str]],
    module: str,
    known: Collection[str],
    answers: Answers,
) -> None:
    """Arrays that would be left aside are named, unless an answer has already said so."""
    used = {theirs for own in modules.values() for theirs in own.values()}
    used |= {array for name in known for array in _linear(name).values()}
    rest = [n for n in arrays if n not in used and _nearest(n, modules, module)]
    if rest and answers.get("aside") != "yes":
        asked = f"what to do with {listed(rest)}, which no recurrent module with a readout has"
        raise Ambiguous("aside", asked, {"yes": "leave that out"})
