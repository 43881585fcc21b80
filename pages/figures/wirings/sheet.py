"""The cards of a page as one drawing: some side by side, each with its words.

One drawing, because a page that is drawn anew for every move of a slider pays for every element
that it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from pages.figures.markdown import to_html
from pages.figures.wirings.cards import Card, below, conclusion, profiles, span
from pages.figures.wirings.drawing import miniature
from pages.figures.wirings.profile import Profiles
from pages.figures.wirings.table import step_table
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation


@dataclass(frozen=True)
class Gallery:
    """Cards of a reader's experiment, all on one axis. `runs`: of every cell that is drawn;
    `ways`: relative links to their unrolled graphs."""

    mine: Experiment
    runs: Mapping[Card, Mapping[str, Run]]
    ways: Mapping[Card, str]
    notation: Notation = HOUSE

    @cached_property
    def curves(self) -> dict[Card, Profiles]:
        """The gradient norms of every card, by cell."""
        return {c: {n: profiles(run) for n, run in of.items()} for c, of in self.runs.items()}

    @cached_property
    def axis(self) -> tuple[float, float]:
        """The ends of the axis that all cards share."""
        return span([states for cells in self.curves.values() for states in cells.values()])

    def pictured(self, cards: Iterable[Card], hall: bool = False) -> str:
        """Cards in a row: their drawings."""
        return side_by_side(self._picture(card, hall) for card in cards)

    def told(self, cards: Iterable[Card]) -> str:
        """Cards in a row: their words."""
        return side_by_side(self._words(card) for card in cards)

    def whole(self, cards: Iterable[Card]) -> str:
        """Cards, two in a row: their drawings, each with its words."""
        parts = (f"<div>{self._picture(card)}{self._words(card)}</div>" for card in cards)
        return side_by_side(parts, columns=2)

    def _picture(self, card: Card, hall: bool = False) -> str:
        """Title and conclusion, drawing, numbers by step; a hall has no use for those."""
        own, curves = self.runs[card][self.mine.cell], self.curves[card]
        mark = " :gray-badge[yours]" if card.fits(self.mine) else ""
        head = to_html(f"**{card.title}**{mark}  \n{conclusion(own, self.notation)}")
        svg = miniature(card.title, own, card.words.image, curves, self.axis, self.notation)
        table = "" if hall else step_table(card.title, own, curves, self.notation)
        kind = "wg-card wg-hall" if hall else "wg-card"
        return f'<section class="{kind}">{head}{svg}{table}</section>'

    def _words(self, card: Card) -> str:
        """A card's task, its run in words, and the way to its unrolled graph."""
        words = to_html(below(card, self.runs[card][self.mine.cell], self.notation))
        href, title = escape(self.ways[card]), escape(card.title)
        link = f'<a data-opens="{card.key}" href="{href}">Open “{title}”</a>'
        return f"<section>{words}<p>{link}</p></section>"


def side_by_side(parts: Iterable[str], columns: int = 0) -> str:
    """Parts in rows of so many (0: all in one row); on a phone one below the other."""
    found = [*parts]
    return f'<div class="wg-sheet" style="--columns:{columns or len(found)}">{"".join(found)}</div>'
