"""How a shipped network was made, in a line; all of it is read from its card."""

from __future__ import annotations

from collections.abc import Iterable

from rnn_core.models import Card


def made(cards: Iterable[Card]) -> str:
    """Size, training and command of every network; their data once, where they share them."""
    cards = list(cards)
    data = dict.fromkeys(card.data for card in cards)
    return "\n".join(f"* {line}" for line in (*map(_line, cards), *data))


def _line(card: Card) -> str:
    optimiser = str(card.settings.get("optimiser", "")).capitalize() or "gradient descent"
    start = str(card.settings.get("init", "")).capitalize()
    return (
        f"**{card.cell.upper()}** with {card.hidden} hidden units, {card.parameters:,} weights: "
        f"{card.updates:,} updates of {card.batch} sequences by {optimiser}, learning rate "
        f"{card.rate:g}, {start} start, seed {card.seed}. Made again by `{card.command}`."
    )
