"""Words that a network wrote, as a table in HTML: one column a word, its probability below it.

All text is escaped here. Colours are custom properties that `assets/spoken.js` sets: `--d-0` to
`--d-9`, from the strongest negative to the strongest positive, and bare paper at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import PAPER
from rnn_core.applications.spoken import Spoken

Array = NDArray[np.float64]

STOPS: Final = (
    *(f"var(--d-{k})" for k in range(5)),
    PAPER,
    *(f"var(--d-{k})" for k in range(5, 10)),
)
ENDING: Final = "(end)"
SHOWN: Final = {".": ENDING}


def shade(share: float) -> str:
    """The colour of a value on a scale from -1 to 1; beyond that it stays at the edge."""
    at = (float(np.clip(share, -1, 1)) + 1) / 2 * (len(STOPS) - 1)
    k = min(int(at), len(STOPS) - 2)
    return f"color-mix(in srgb, {STOPS[k + 1]} {100 * (at - k):.0f}%, {STOPS[k]})"


def percent(p: float) -> str:
    """A probability for a reader; never more certain than it is."""
    if p < 0.001:
        return "<0.1%" if p else "0%"
    return ">99.9%" if 0.9995 <= p < 1 else f"{p:.1%}"


def minus(text: str) -> str:
    """A number with a true minus sign."""
    return text.replace("-", "\u2212")


def head(title: str, note: str = "", look: str = "") -> str:
    """The name of a row, and what there is to say of it."""
    more = f"<small>{escape(note)}</small>" if note else ""
    return f'<th scope="row"{_class(look)}>{escape(title)}{more}</th>'


def plain_row(title: str, note: str, words: Sequence[str], columns: int, right: Any = None) -> str:
    """Words that no network wrote; those that differ from the right ones are marked."""
    cells = [
        f"<td{_class('' if right is None else _look(w, k, right))}>{_word(w, k, right)}</td>"
        for k, w in enumerate(words)
    ]
    return f'<tr class="given">{head(title, note)}{"".join(cells)}{_rest(words, columns)}</tr>'


def spoken_row(
    title: str,
    note: str,
    found: Sequence[Spoken],
    columns: int,
    right: Sequence[str] | None,
    picked: int | None = None,
) -> str:
    """Words that a network wrote, with probabilities and runners-up.

    With `picked` (from 0) every word is a button, and that one is pressed.
    """
    cells = "".join(_spoken(s, k, right, picked) for k, s in enumerate(found))
    return f'<tr class="net">{head(title, note)}{cells}{_rest(found, columns)}</tr>'


def _spoken(s: Spoken, k: int, right: Sequence[str] | None, picked: int | None) -> str:
    others = "".join(
        f'<span data-p="{p!r}">{escape(SHOWN.get(w, w))} {percent(p)}</span>' for w, p in s.others
    )
    bar = f'<span class="bar" aria-hidden="true"><i style="width:{100 * s.p:.2f}%"></i></span>'
    look = _look(s.word, k, right) if right is not None else ""
    chosen = f'<span class="p" data-p="{s.p!r}">{percent(s.p)}</span>'
    word = _word(s.word, k, right)
    if picked is not None:
        pressed = "true" if k == picked else "false"
        word = f'<button type="button" data-go="{k + 1}" aria-pressed="{pressed}">{word}</button>'
    return (
        f'<td{_class(look)} data-word="{escape(s.word)}">{word}{bar}{chosen}'
        f'<span class="others"><span class="sr-only">next: </span>{others}</span></td>'
    )


def _word(word: str, k: int, right: Sequence[str] | None) -> str:
    mark = ""
    if right is not None and _look(word, k, right) == "miss":
        mark = '<span class="mark" title="differs from the right answer at this place"> ≠</span>'
    return f"<b>{escape(SHOWN.get(word, word))}{mark}</b>"


def _look(word: str, k: int, right: Sequence[str]) -> str:
    return "hit" if k < len(right) and right[k] == word else "miss"


def _rest(words: Sequence[Any], columns: int) -> str:
    return nothing(columns - len(words))


def nothing(places: int) -> str:
    """An empty cell at the end of a row, so many words wide."""
    span = f'colspan="{places}" style="--span:{places}"'
    return f'<td class="none" {span}></td>' if places > 0 else ""


def _class(look: str) -> str:
    return f' class="{look}"' if look else ""


def strip(state: Array, label: str) -> str:
    """A state as a strip of coloured boxes, -1 to 1; pointed at, each says its number."""
    boxes = "".join(
        f'<i title="unit {k}: {minus(f"{v:.3f}")}" data-n="{float(v)!r}" '
        f'style="background:{shade(float(v))}"></i>'
        for k, v in enumerate(state, 1)
    )
    return f'<div class="strip" role="img" aria-label="{escape(label)}">{boxes}</div>'


def scale_key(low: str, high: str, words: str) -> str:
    """The strip's colours, from the lowest to the highest value."""
    stops = ", ".join(STOPS)
    return (
        f'<p class="key"><span>{escape(words)}</span> <span>{escape(low)}</span>'
        f'<span class="ramp" style="background:linear-gradient(90deg, {stops})"></span>'
        f"<span>{escape(high)}</span></p>"
    )


def frame(rows: Sequence[str], label: str, columns: int, above: str = "") -> str:
    """A table of words in its own frame, which scrolls and which the keyboard reaches.

    On a phone its rows stand side by side and words go down; then rows of one wide cell (`hand`)
    lie above all others, a head and a cell each. `above` is the table's caption.
    """
    hands = sum(row.startswith('<tr class="hand"') for row in rows)
    shape = f"--across:{len(rows) - hands};--down:{2 * hands + 1 + columns}"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table style="{shape}">{above}{"".join(rows)}</table></div>'
    )
