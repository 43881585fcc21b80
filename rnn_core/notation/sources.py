"""Eight sources' letters for the three cells: PyTorch, Keras, five lectures, and this app.

Each alphabet is what the source's own text says; figures that are pictures only count as not
written.  Letters are spelled as `rnn_core.notation.symbol.glyph` reads them, {g} is the gate's
mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final


@dataclass(frozen=True)
class Alphabet:
    """Letters of one source for one cell.  What is left empty it does not write."""

    letters: Mapping[str, str] = field(default_factory=dict)  # states, gates, x, y
    lent: Mapping[str, str] = field(default_factory=dict)  # ours, where the house's would clash
    words: Mapping[str, str] = field(default_factory=dict)  # its own names: "gain gate"
    marks: Mapping[str, str] = field(default_factory=dict)  # gate -> {g} in the weights' names
    wx: str = ""  # input weights of a gate
    wh: str = ""  # recurrent weights
    w: str = ""  # both side by side, W·[h, x]
    b: str = ""  # one bias for both
    bx: str = ""  # two biases
    bh: str = ""
    out: str = ""  # readout
    out_b: str = ""
    biases: int = 1  # how many each gate has
    time: str = "subscript"  # one of `rnn_core.notation.symbol.TIMES`
    untimed: tuple[str, ...] = ()  # letters without a time index
    times: str = "⊙"  # elementwise product
    past_first: bool = False  # W h + U x rather than U x + W h
    rows: bool = False  # row vectors, x W
    order: tuple[str, ...] = ()  # gates as their weights are stacked
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # setting -> what it may be


Alphabets = Mapping[str, Alphabet]  # by the cell's name
Row = dict[str, Any]

NOTHING: Final = Alphabet()

_IO: Final = {"x": "x", "y": "y"}
_GRU: Final = {"reset": "r", "update": "z", "candidate": "n"}
_LSTM: Final = {"input": "i", "forget": "f", "candidate": "g", "output": "o"}
ANY: Final[Mapping[str, str]] = {**_LSTM, **_GRU}  # for a cell that no source writes
_PLAIN: Final = {"candidate": ""}  # a cell with one set of weights needs no marks

_HOUSE_RNN: Final = Alphabet(
    letters={"h": "h", **_IO},
    marks=_PLAIN,
    wx="W_ih",
    wh="W_hh",
    bx="b_ih",
    bh="b_hh",
    out="W_hy",
    out_b="b_y",
    biases=2,
    order=("candidate",),
    says={"activation": ("tanh", "sigmoid", "relu")},
)
_HOUSE_GATED: Final[Row] = {
    "wx": "W_ih^{g}",
    "wh": "W_hh^{g}",
    "bx": "b_ih^{g}",
    "bh": "b_hh^{g}",
}
HOUSE: Final[Alphabets] = {
    "rnn": _HOUSE_RNN,
    "gru": replace(
        _HOUSE_RNN,
        letters={"h": "h", **_IO, **_GRU},
        marks=_GRU,
        order=("reset", "update", "candidate"),
        says={"reset": ("after", "before"), "update": ("keeps", "takes")},
        **_HOUSE_GATED,
    ),
    "lstm": replace(
        _HOUSE_RNN,
        letters={"h": "h", "c": "c", **_IO, **_LSTM},
        marks=_LSTM,
        order=("input", "forget", "candidate", "output"),
        says={"kind": ("forget", "no-forget", "peephole")},
        **_HOUSE_GATED,
    ),
}


@lru_cache(maxsize=64)
def described(states: tuple[str, ...], gates: tuple[str, ...]) -> Alphabet:
    """Alphabet of a cell that no source writes, from the names of its states and gates.

    A name that other cells have keeps its letter; any other takes its first letter that is free.
    """
    letters = {name: ANY[name] for name in gates if name in ANY} | _IO
    for name in (*states, *gates):
        if name not in letters:
            taken = {*letters.values(), "t"}
            letters[name] = next((c for c in name if c.isalpha() and c not in taken), name)
    new = replace(_HOUSE_RNN, letters=letters, order=gates, says={})
    if len(gates) < 2:  # one set of weights needs no marks
        return new
    return replace(new, marks={name: letters[name] for name in gates}, **_HOUSE_GATED)


_TORCH: Final[Row] = {
    "wx": "W_i{g}",
    "wh": "W_h{g}",
    "bx": "b_i{g}",
    "bh": "b_h{g}",
    "out": "",
    "out_b": "",
}
PYTORCH: Final[Alphabets] = {
    "rnn": replace(_HOUSE_RNN, out="", out_b="", says={"activation": ("tanh", "relu")}),
    "gru": replace(HOUSE["gru"], says={"reset": ("after",), "update": ("keeps",)}, **_TORCH),
    "lstm": replace(HOUSE["lstm"], says={"kind": ("forget",)}, **_TORCH),
}

_KERAS_RNN: Final = Alphabet(
    letters={"h": "`h`", "x": "`x`"},
    lent={"y": "`y`", "candidate": "`g`"},
    marks=_PLAIN,
    wx="`kernel`",
    wh="`recurrent_kernel`",
    b="`bias`",
    time="code",
    times="*",
    rows=True,
    order=("candidate",),
    says={"activation": ("tanh", "sigmoid", "relu")},
)
_KERAS_GATED: Final[Row] = {"wx": "`kernel`_{g}", "wh": "`recurrent_kernel`_{g}"}
KERAS: Final[Alphabets] = {
    "rnn": _KERAS_RNN,
    "gru": replace(
        _KERAS_RNN,
        letters={"h": "`h`", "x": "`x`", "reset": "`r`", "update": "`z`", "candidate": "`hh`"},
        marks={"reset": "r", "update": "z", "candidate": "h"},
        b="",
        bx="`input_bias`_{g}",
        bh="`recurrent_bias`_{g}",
        biases=2,
        order=("update", "reset", "candidate"),
        says={"reset": ("after", "before"), "update": ("keeps",)},
        **_KERAS_GATED,
    ),
    "lstm": replace(
        _KERAS_RNN,
        letters={
            "h": "`h`",
            "c": "`c`",
            "x": "`x`",
            "input": "`i`",
            "forget": "`f`",
            "output": "`o`",
        },
        marks={"input": "i", "forget": "f", "candidate": "c", "output": "o"},
        b="`bias`_{g}",
        order=("input", "forget", "candidate", "output"),
        says={"kind": ("forget",)},
        **_KERAS_GATED,
    ),
}

MAHMOUD: Final[Alphabets] = {
    "rnn": Alphabet(letters={"h": "a"}, wh="w", says={"activation": ("sigmoid",)}),
    "gru": Alphabet(letters={"h": "s"}, biases=2, says={"update": ("keeps",)}),
}

OLIVEIRA: Final[Alphabets] = {
    "rnn": Alphabet(
        letters={"h": "s", "x": "x", "y": "o"},
        marks=_PLAIN,
        wx="!U",
        wh="!W",
        out="!V",
        biases=0,
        says={"activation": ("tanh", "sigmoid")},
    ),
    "gru": Alphabet(
        letters={"h": "h", "x": "x", "reset": "r", "update": "z", "candidate": "~h"},
        marks={"reset": "r", "update": "z", "candidate": ""},
        w="W_{g}",
        biases=0,
        times="*",
        says={"reset": ("before",), "update": ("takes",)},
    ),
}

SIE: Final[Alphabets] = {
    "rnn": Alphabet(
        letters={"h": "a", "x": "x", "y": "y"},
        marks=_PLAIN,
        wx="W_ax",
        wh="W_aa",
        b="b_a",
        out="W_ya",
        out_b="b_y",
        time="angle",
        past_first=True,
    ),
    "lstm": Alphabet(
        letters={
            "h": "h",
            "c": "C",
            "x": "x",
            "input": "i",
            "forget": "f",
            "candidate": "~C",
            "output": "o",
        },
        marks={"input": "i", "forget": "f", "candidate": "C", "output": "o"},
        w="W_{g}",
        b="b_{g}",
        times="*",
        says={"kind": ("forget",)},
    ),
}

BINDSCHAEDLER: Final[Alphabets] = {
    "rnn": Alphabet(
        letters={"h": "y", "x": "x", "recurrent": "h"},
        lent={"y": "^y"},
        words={"h": "output vector", "recurrent": "hidden state"},
        marks=_PLAIN,
        wx="W^⊤",
        wh="V",
        b="b",
        time="round",
    ),
    "gru": Alphabet(
        letters={"h": "h", "x": "x", "reset": "r", "update": "z"},
        biases=2,
        time="round",
        says={"reset": ("before",), "update": ("keeps",)},  # as Cho et al., whom it cites
    ),
}

GAIN: Final[Alphabets] = {
    "rnn": Alphabet(
        letters={"h": "h", "x": "x", "y": "y"},
        marks=_PLAIN,
        wx="W_xh",
        wh="W_hh",
        biases=0,
        past_first=True,
        says={"activation": ("tanh",)},
    ),
    "lstm": Alphabet(
        letters={"h": "h", "c": "c", "x": "x", **_LSTM},
        words={"candidate": "gain gate"},
        marks=_LSTM,
        w="W_{g}",
        biases=0,
        untimed=tuple(_LSTM),
        says={"kind": ("forget",)},
    ),
}
