"""A trained network's card in words and as a table; all of it is read from its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pages.figures.literal import in_markdown
from pages.figures.wirings.cards import profiles, span
from pages.figures.wirings.drawing import miniature
from rnn_core.applications.scores import finding
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.training.models import Card

ROOM: Final = 4  # letters in a box of the wiring


def described(card: Card) -> str:
    """Size and making, in a line of Markdown."""
    return (
        f"{card.cell.upper()} with {card.hidden} hidden units, {card.parameters:,} weights; "
        f"{card.updates:,} updates of {card.batch} sequences, rate {card.rate:g}, seed "
        f"{card.seed}. Made again by `{card.command}`."
    )


def made(cards: Iterable[Card]) -> str:
    """Size, training and command of every network; their data once, where they share them."""
    cards = list(cards)
    data = dict.fromkeys(in_markdown(card.data) for card in cards)
    return "\n".join(f"* {line}" for line in (*map(_line, cards), *data))


def _line(card: Card) -> str:
    optimiser = str(card.settings.get("optimiser", "")).capitalize() or "gradient descent"
    start = str(card.settings.get("init", "")).capitalize()
    return (
        f"**{card.cell.upper()}** with {card.hidden} hidden units, {card.parameters:,} weights: "
        f"{card.updates:,} updates of {card.batch} sequences by {optimiser}, learning rate "
        f"{card.rate:g}, {start} start, seed {card.seed}. Made again by `{card.command}`."
    )


def score_table(cards: Mapping[str, Card]) -> str:
    """Scores on held-out data beside their baselines, in Markdown; `cards` names the columns."""
    (first, *_) = cards.values()
    kinds = _kinds(first)
    head = ["held out", *cards, *kinds]
    rows = [head, [":--", *["--:"] * (len(head) - 1)]]
    for name in first.scores:
        mine = [_said(card.scores.get(name)) for card in cards.values()]
        rows.append([name, *mine, *(_said(first.baselines.get(f"{k}, {name}")) for k in kinds)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def other_baselines(card: Card) -> str:
    """The baselines that stand in no column of the table."""
    paired = {f"{kind}, {name}" for kind in _kinds(card) for name in card.scores}
    rest = ((name, value) for name, value in card.baselines.items() if name not in paired)
    return " ".join(f"{name[:1].upper()}{name[1:]}: {value:.3f}." for name, value in rest)


def _kinds(card: Card) -> tuple[str, ...]:
    """Names of the baselines that are scored on the same sets as the network."""
    endings = tuple(f", {name}" for name in card.scores)
    found = (
        baseline.removesuffix(max((e for e in endings if baseline.endswith(e)), key=len))
        for baseline in card.baselines
        if baseline.endswith(endings)
    )
    return tuple(dict.fromkeys(found))


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def facts(cards: Sequence[Card]) -> str:
    """Making and finding of every card, and each of their data once."""
    lines = [
        f"* **{in_markdown(card.title)}**: {described(card)} {finding(card)}" for card in cards
    ]
    data = dict.fromkeys(in_markdown(card.data) for card in cards)
    return "\n".join([*lines, *(f"* {one}" for one in data)])


def wiring(title: str, run: Run, notation: Notation = HOUSE, image: bool = False) -> str:
    """SVG: how a network is wired, with the gradient's norm of this run below it; `image`: what it
    reads is a picture."""
    norms = profiles(run)
    cell = run.stages[0].network.cell.name
    return miniature(title, _with_short_names(run), image, {cell: norms}, span([norms]), notation)


def _with_short_names(run: Run) -> Run:
    """The run with shortened names, for boxes that hold a few letters only."""
    both = run.stages[0].network.direction == "bidirectional"  # two rows of cells: narrower boxes
    read = tuple(_short(name, both) for name in run.sequence.alphabet)
    said = tuple(_short(name, both) for name in run.sequence.output_labels)
    return replace(run, sequence=replace(run.sequence, alphabet=read, output_labels=said))


def _short(name: str, narrow: bool) -> str:
    if narrow:
        return name[: ROOM - 1]
    return name if len(name) <= ROOM else name[: ROOM - 1] + "."
