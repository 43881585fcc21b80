"""Long texts for the character language model, and what counting characters gets on them.

Python's documentation and source come from the interpreter that is running; Shakespeare's plays, or
any other text, come in as an argument.  Held out is the last tenth, which training never reads.
Loss is in nats per character.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.tasks.task import Batch, mean_weights
from rnn_core.tasks.text import NextCharacter

# Modules of the standard library, written in Python, whose text is worth reading.
MODULES: Final = (
    "abc",
    "argparse",
    "ast",
    "bisect",
    "calendar",
    "collections",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "fractions",
    "functools",
    "heapq",
    "inspect",
    "json",
    "keyword",
    "numbers",
    "operator",
    "pprint",
    "queue",
    "random",
    "reprlib",
    "shlex",
    "statistics",
    "string",
    "textwrap",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "warnings",
)

# Two of Shakespeare's sonnets (18 and 116), to score a network on that was trained on his plays.
SONNETS: Final = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou owest;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou growest:
So long as men can breathe or eyes can see,
So long lives this and this gives life to thee.

Let me not to the marriage of true minds
Admit impediments. Love is not love
Which alters when it alteration finds,
Or bends with the remover to remove:
O no! it is an ever-fixed mark
That looks on tempests and is never shaken;
It is the star to every wandering bark,
Whose worth's unknown, although his height be taken.
Love's not Time's fool, though rosy lips and cheeks
Within his bending sickle's compass come:
Love alters not with his brief hours and weeks,
But bears it out even to the edge of doom.
If this be error and upon me proved,
I never writ, nor no man ever loved.
"""


@dataclass(frozen=True)
class Elsewhere:
    """Address of a text, and the checksum of the right one."""

    title: str
    url: str
    size: int  # bytes
    sha256: str


PLAYS: Final = Elsewhere(
    "Shakespeare's plays",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    1_115_394,
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)


def python_text(kind: str = "source", limit: int = 600_000) -> str:
    """Python's own "source" or "documentation", as the running interpreter knows it.

    At most `limit` characters; where an interpreter has no source (some have none), it gives "".
    """
    if kind not in ("source", "documentation"):
        raise ValueError(f"kind: expected 'source' or 'documentation'; got {kind!r}")
    found, total = [], 0
    for text in _texts(kind):
        found.append(text)
        total += len(text)
        if total >= limit:
            break
    return "\n".join(found)[:limit]


def _texts(kind: str) -> Iterator[str]:
    for name in MODULES:
        try:
            module = importlib.import_module(name)
            yield inspect.getsource(module) if kind == "source" else _documentation(module)
        except (ImportError, OSError, TypeError):
            continue  # an interpreter without this module, or without its source


def _documentation(module: ModuleType) -> str:
    """Text of `help(module)`, without where the file lies on this machine."""
    import pydoc  # large, and hardly ever asked for

    text = pydoc.plain(pydoc.render_doc(module))
    return text.split("\nFILE\n")[0].rstrip()


@dataclass(frozen=True)
class Corpus(NextCharacter):
    """A long text, read with a given alphabet (that of a trained network) or its own."""

    letters: tuple[str, ...] = ()

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        return self.letters or super().alphabet

    @property
    def trained_on(self) -> Array:
        """(N,) the numbers of the characters that training reads."""
        return self._parts["train"]

    @property
    def held_out(self) -> Array:
        """(N,) the numbers of the characters that it never reads."""
        return self._parts["validation"]


def counted_pairs(codes: Array, size: int) -> Array:
    """(V, V) how often each character (column) follows each (row)."""
    table = np.zeros((size, size), dtype=np.int32)
    np.add.at(table, (codes[:-1], codes[1:]), 1)
    return table


def pair_loss(pairs: Array, codes: Array) -> float:
    """Nats per character where the guess is how often a character followed the one before.

    Every count has one added to it, so that nothing is impossible.
    """
    table = pairs + 1.0
    logs = np.log(table / table.sum(axis=1, keepdims=True))
    return float(-logs[codes[:-1], codes[1:]].mean())


def stream(codes: Array, rows: int = 1) -> Batch:
    """A whole text as `rows` long pieces side by side: how a network is scored on it."""
    steps = (len(codes) - 1) // rows
    if steps < 1:
        raise ValueError(f"{len(codes)} characters do not make {rows} pieces.")
    pieces = codes[np.arange(rows)[:, None] * steps + np.arange(steps + 1)]
    return Batch(pieces[:, :-1], pieces[:, 1:], mean_weights(np.ones((rows, steps), dtype=bool)))
