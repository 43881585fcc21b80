"""Which characters are felt where a later one is foretold: coloured texts and how far back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.letters import Scale, Text, texts
from pages.figures.theme import CEILING, FLOOR, Figure, Part, base_figure, cell_look, number
from rnn_core.applications.connectivity import Felt
from rnn_core.notation.notation import HOUSE, Notation

Floats = NDArray[np.float64]

LOW, HIGH = -6, 1  # powers of ten: where the colours end, for every text and network
FAR: Final = 50  # characters back, for the sentence
LOWEST: Final = (1e-4, 1e-8, 1e-12, FLOOR)  # where the curves' axis may end
HEIGHT: Final = 330


@dataclass(frozen=True)
class Picture:
    """Several networks that read the same text."""

    text: str
    felt: Mapping[str, Felt]  # by cell
    foretold: str  # loss or logit
    towards: str  # x or h
    notation: Notation = HOUSE

    @property
    def quantity(self) -> str:
        """‖∂ log p / ∂xₖ‖, in the chosen letters."""
        of = "log p" if self.foretold == "loss" else "logit"
        return f"‖∂ {of} / ∂{self.notation.of('lstm').symbol(self.towards, 'k').text}‖"

    @property
    def words(self) -> str:
        """The quantity in full."""
        of = "log-probability" if self.foretold == "loss" else "logit"
        at = "one-hot input of step k" if self.towards == "x" else "hidden state after step k"
        return f"norm of the gradient of the picked character's {of} at the {at}"

    def place(self, asked: int) -> int:
        """The picked character, from 0, as a link asks for it, from 1; -1 is the last.

        The first one is foretold by nothing."""
        last = len(self.text) - 1
        return last if asked < 0 else max(1, min(asked - 1, last))

    def norms(self, cell: str, t: int) -> Floats:
        """(t,) at every character before t."""
        return np.asarray(self.felt[cell].norms[self.towards][t - 1, :t])


def payload(picture: Picture, t: int) -> dict[str, Any]:
    """One text per network, all on one scale."""
    rows = [_text(picture, cell, t) for cell in picture.felt]
    words = f"{picture.quantity}: {picture.words}; logarithmic"
    scale = Scale(words, "unit", LOW, HIGH, ("10⁻⁶ or less", "10 or more"), True)
    return texts(
        picture.text,
        rows,
        scale,
        t,
        first=1,
        nothing="not before the picked one",
        picked="the picked one; point at an earlier one",
        label="pick a character; what it depends on lights up before it",
    )


def _text(picture: Picture, cell: str, t: int) -> Text:
    values = np.full(len(picture.text), np.nan)
    values[:t] = picture.norms(cell, t)
    label, p = cell_look(cell).label, float(picture.felt[cell].chances[t - 1])
    back = int(picture.felt[cell].reaches[picture.towards][t - 1])
    note = f"p = {number(p)}; at least 1 % of the largest norm up to {back} back"
    return Text(label, label, values, note)


def drawable(norms: Floats) -> Floats:
    """An overflow stands at the upper end."""
    return np.where(np.isfinite(norms), norms, CEILING)


def sentence(picture: Picture, t: int) -> str:
    """The picked character in words, and all of them together."""
    at, far = picture.towards, min(FAR, len(picture.text) - 1)
    mine = _each(picture, lambda felt: str(int(felt.reaches[at][t - 1])))
    typical = _each(picture, lambda felt: f"{np.median(felt.reaches[at]):g}")
    medians = _each(picture, lambda felt: size(float(felt.medians[at][far - 1])))
    return (
        f"Character {t + 1} of {len(picture.text)}. The farthest norm of at least 1 % of the "
        f"largest lies so many characters back: **{mine}**; median over all characters of this "
        f"text: {typical}. Median norm {far} back: **{medians}**."
    )


def _each(picture: Picture, said: Callable[[Felt], str]) -> str:
    return ", ".join(f"{cell_look(cell).label} {said(felt)}" for cell, felt in picture.felt.items())


def size(norm: float) -> str:
    """A norm in words."""
    return number(norm) if np.isfinite(norm) else "overflow"


def curves(picture: Picture, t: int) -> tuple[Figure, Figure]:
    """Norm against distance: for the picked character, and the median over all characters."""
    one = {cell: picture.norms(cell, t)[::-1] for cell in picture.felt}
    every = {cell: felt.medians[picture.towards] for cell, felt in picture.felt.items()}
    all_of_them = np.concatenate([*one.values(), *every.values()])
    positive = all_of_them[(all_of_them > 0) & np.isfinite(all_of_them)]
    least = float(positive.min()) if positive.size else 1.0
    low = next((v for v in LOWEST if v <= least), FLOOR)
    longest = len(picture.text) - 1
    return (
        _curve(picture, one, f"Back from character {t + 1}", low, longest),
        _curve(picture, every, "Median over all characters", low, longest),
    )


def _curve(
    picture: Picture, norms: Mapping[str, Floats], title: str, low: float, longest: int
) -> Figure:
    data = [_line(cell, values, low) for cell, values in norms.items()]
    figure = base_figure(data, title, "characters back", picture.quantity)
    figure["layout"] |= {"height": HEIGHT, "hovermode": "closest"}
    figure["layout"]["xaxis"] |= {"range": [0.5, max(longest, 2) + 0.5], "zeroline": False}
    figure["layout"]["yaxis"] |= {
        "type": "log",
        "exponentformat": "power",
        "dtick": max(1, round(-np.log10(low) / 6)),
        "range": [float(np.log10(low)) - 0.2, 2.2],
    }
    return figure


def _line(cell: str, norms: Floats, low: float) -> Part:
    look = cell_look(cell)
    return {
        "type": "scatter",
        "x": np.arange(1, len(norms) + 1),
        "y": np.clip(drawable(norms), low, 1e2),
        "mode": "lines+markers" if len(norms) < 40 else "lines",
        "name": look.label,
        "line": {"color": look.colour, "dash": look.dash, "width": 2},
        "marker": {"symbol": look.marker, "size": 6, "color": look.colour},
        "customdata": [size(float(v)) for v in norms],
        "hovertemplate": f"{look.label}, %{{x}} back: %{{customdata}}<extra></extra>",
    }


def rows(picture: Picture, t: int) -> dict[str, NDArray[Any]]:
    """Long form, of the picked character: cell, k, the character read, the norm."""
    cells = [
        (c, k, picture.text[k], v) for c in picture.felt for k, v in enumerate(picture.norms(c, t))
    ]
    names = ("cell", "k", "character", "norm")
    columns = zip(*cells, strict=True) if cells else [[] for _ in names]
    found = {n: np.array(list(c), dtype=object) for n, c in zip(names, columns, strict=True)}
    found["k"] = found["k"] + 1 if len(found["k"]) else found["k"]
    quantity, picked = np.full(len(cells), picture.quantity, object), np.full(len(cells), t + 1)
    return {"quantity": quantity, "picked": picked, **found}
