"""A trained network's card in words: what it learnt from, how well it does, what it must beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnn_core.applications import APPLICATIONS, COUNT, finding
from rnn_core.models import Card


def score_table(cards: Mapping[str, Card]) -> str:
    """Scores on held-out data beside their baselines, in Markdown; columns by what `cards` says."""
    (first, *_) = cards.values()
    kinds = _kinds(first)
    head = ["held out", *cards, *kinds]
    rows = [head, [":--", *["--:"] * (len(head) - 1)]]
    for name in first.scores:
        scores = [_said(card.scores.get(name)) for card in cards.values()]
        rows.append([name, *scores, *(_said(first.baselines.get(f"{k}, {name}")) for k in kinds)])
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"{_measured(first)}\n\n{table}"


def _kinds(card: Card) -> tuple[str, ...]:
    """What the baselines do, where they are scored on the very sets of the scores."""
    found = (b.removesuffix(f", {s}") for s in card.scores for b in card.baselines if b.endswith(s))
    return tuple(dict.fromkeys(found))


def _measured(card: Card) -> str:
    better = "higher" if APPLICATIONS[card.application].higher else "lower"
    paired = {f"{kind}, {name}" for kind in _kinds(card) for name in card.scores}
    rest = {name: value for name, value in card.baselines.items() if name not in paired}
    more = "".join(f" {name[:1].upper()}{name[1:]}: {value:.3f}." for name, value in rest.items())
    return f"Share of right answers on {COUNT:,} sentences never trained on; {better} is better.{more}"


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def facts(cards: Sequence[Card]) -> str:
    """Data, size, seed and command of every card, a line each; data once where they are the same."""
    data = dict.fromkeys(card.data for card in cards)
    return "\n".join([*(f"* {_network(card)}" for card in cards), *(f"* {d}" for d in data)])


def _network(card: Card) -> str:
    optimiser = str(card.settings.get("optimiser", "")).capitalize()
    return (
        f"**{card.title}**: {card.cell.upper()}, {card.direction}, {card.hidden} hidden units, "
        f"{card.parameters:,} weights; {card.updates:,} updates of {card.batch} sentences, "
        f"{optimiser}, learning rate {card.rate:g}, seed {card.seed}. {finding(card)} "
        f"Made again by `{card.command}`."
    )
