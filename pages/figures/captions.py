"""A caption word by word, and the pixels that a word hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.spoken import (
    frame,
    head,
    minus,
    nothing,
    plain_row,
    scale_key,
    shade,
    spoken_row,
)
from pages.figures.theme import INK, PAPER, number
from rnn_core.applications.captions import Caption, Neighbour, to_hex
from rnn_core.applications.scores import FIT
from rnn_core.experiment.run import Run
from rnn_core.tasks.captions import END, SIDE, Subject

Array = NDArray[np.float64]

LIMITS: Final = tuple(  # the slopes' colour scales
    float(f"{step}e{power}") for power in range(-2, 3) for step in (1, 1.5, 2, 3, 5, 7)
)
PALE, DARK = -0.25, 1.25  # grey values of bare paper and full ink, as assets/pixels.js draws them
SLOPES: Final = {
    "margin": "d (logit − runner-up’s) / d pixel",
    "logit": "d logit / d pixel",
    "log": "d log-probability / d pixel",
}


def limit(caption: Caption) -> float:
    """One scale for all words of a caption, from a short list."""
    largest = float(np.abs(caption.slopes).max())
    return next((one for one in LIMITS if one >= largest), LIMITS[-1])


def maps(caption: Caption, place: int, of: str, near: Neighbour) -> str:
    """Pictures beside the drawing: the picked word's slopes, and the baseline's nearest drawing."""
    place = min(place, len(caption.spoken))
    word, top = caption.spoken[place - 1], limit(caption)
    other = f" against “{_shown(word.others[0][0])}”" if of == "margin" else ""
    first = _figure(f"“{_shown(word.word)}”{other}", SLOPES[of], _slopes(caption, place, top))
    far = f"distance {number(near.distance)}, of {FIT:,} known"
    second = _figure("Nearest known drawing", far, _grey(near.image))
    key = scale_key(minus(f"{-top:g}"), f"{top:g}", "Slope, the same scale for every word:")
    return f'<div class="maps">{first}{second}</div>{key}'


def _figure(title: str, note: str, body: str) -> str:
    caption = f"<figcaption>{escape(title)}<small>{escape(note)}</small></figcaption>"
    return f"<figure>{caption}{body}</figure>"


def _slopes(caption: Caption, place: int, top: float) -> str:
    slopes = caption.slopes[place - 1]
    words = f"Slopes of the 64 pixels, from {slopes.min():.3g} to {slopes.max():.3g}"
    return _grid(slopes, words, lambda v: shade(v / top), "slope")


def _grey(image: Array) -> str:
    def colour(v: float) -> str:
        share = float(np.clip((v - PALE) / (DARK - PALE), 0, 1))
        return f"color-mix(in srgb, {INK} {100 * share:.0f}%, {PAPER})"

    return _grid(image, "The nearest known drawing, 64 grey values", colour, "known")


def _grid(values: Array, words: str, colour: Callable[[float], str], name: str) -> str:
    cells = "".join(
        f'<i data-{name}="{float(v)!r}" title="row {k // SIDE + 1}, column {k % SIDE + 1}: '
        f'{minus(f"{v:.3g}")}" style="background:{colour(float(v))}"></i>'
        for k, v in enumerate(values.ravel())
    )
    return f'<div class="grid" role="img" aria-label="{escape(words)}">{cells}</div>'


def table(caption: Caption, place: int, subject: Subject | None, near: Neighbour) -> str:
    """The caption's words as buttons, how much each hangs on the drawing, and other captions."""
    right = subject.words if subject else None
    known = near.subject.words
    columns = max(len(caption.spoken), len(known), len(right or ()))
    picked = min(place, len(caption.spoken)) - 1
    note = "" if right is None else _verdict(_written(caption) == right)
    rows = [
        spoken_row("The network", note, caption.spoken, columns, right, picked),
        _norms(caption, columns),
        plain_row(
            "Nearest known",
            "its caption" if right is None else _verdict(known == right),
            known,
            columns,
            right,
        ),
    ]
    if right is not None:
        rows.append(plain_row("Right answer", "what was drawn", right, columns))
    return frame(rows, "The caption word by word; a word’s button picks it", columns)


def _written(caption: Caption) -> tuple[str, ...]:
    return tuple(s.word for s in caption.spoken)


def _norms(caption: Caption, columns: int) -> str:
    """Bars: the norm of each word's slopes, as long as it is beside the largest."""
    norms = caption.norms
    top = float(norms.max()) or 1.0
    cells = "".join(
        f'<td><span class="bar" aria-hidden="true"><i style="width:{100 * v / top:.1f}%"></i>'
        f'</span><span class="p" data-norm="{float(v)!r}">{number(float(v))}</span></td>'
        for v in norms
    )
    empty = nothing(columns - len(norms))
    title = head("Norm of the slopes", "over the 64 pixels")
    return f'<tr class="given norms">{title}{cells}{empty}</tr>'


def _verdict(right: bool) -> str:
    return "✓ right" if right else "✗ wrong"


def _shown(word: str) -> str:
    return "end" if word == END else word


def told(caption: Caption, place: int, subject: Subject | None, near: Neighbour) -> str:
    """Plain text: the caption, how it compares with the truth, the word with the largest slopes."""
    sentences = [f"The network says “{' '.join(caption.words)}”{_against(caption, subject)}"]
    if subject is None:
        same = caption.words == near.subject.words[:-1]
        agree = "the same" if same else f"“{' '.join(near.subject.words[:-1])}”"
        sentences.append(f"The nearest known drawing’s caption is {agree}.")
    elif subject.unseen:
        sentences.append("Training never shows this shape in this size at this place.")
    most = int(caption.norms.argmax())
    sentences.append(f"The largest slopes are those of “{_shown(caption.spoken[most].word)}”.")
    return " ".join(sentences)


def _against(caption: Caption, subject: Subject | None) -> str:
    if subject is None:
        return ". What is right only you know: it is your drawing."
    right = _written(caption) == subject.words
    return ", rightly." if right else f", wrongly: it is “{' '.join(subject.words[:-1])}”."


def briefly(run: Run) -> Run:
    """The run with words of three letters, for a small drawing whose boxes hold no more."""
    short = tuple(name[:3] for name in run.sequence.output_labels)
    return replace(run, sequence=replace(run.sequence, output_labels=short))


def rows(caption: Caption, of: str) -> Mapping[str, Any]:
    """Long form: every pixel's grey value, and its slope for every word."""
    places = np.arange(SIDE * SIDE)
    count = len(caption.spoken)
    return {
        "picture": [to_hex(caption.image)] * (count * len(places)),
        "place": np.repeat(np.arange(1, count + 1), len(places)),
        "word": np.repeat([s.word for s in caption.spoken], len(places)),
        "probability": np.repeat([s.p for s in caption.spoken], len(places)),
        "row": np.tile(places // SIDE + 1, count),
        "column": np.tile(places % SIDE + 1, count),
        "grey": np.tile(caption.image.ravel(), count),
        "slope of": [of] * (count * len(places)),
        "slope": caption.slopes.ravel(),
    }
