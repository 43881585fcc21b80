"""Wirings: one cell, many ways to let inputs in and outputs out."""

from collections.abc import Iterator

import streamlit as st

from pages.components.exhibits import say
from pages.components.wirings import drawing
from pages.figures.wirings import cards
from pages.figures.wirings.cards import CARDS, Card
from pages.figures.wirings.drawing import miniature
from pages.figures.wirings.profile import legend
from pages.figures.wirings.table import step_table
from pages.ui import page_layout, runs, session, widgets
from pages.ui.models.wirings import told
from pages.ui.table import Table
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each drawing is a run of your cell, unrolled, with the middle left out where it is long. Boxes below
are what it reads, coloured boxes are **the one cell** that all steps share, boxes above what it
answers. Shapes are those of the arrays, batch first: x (1, 20, 4) is one sequence of 20 steps of 4
numbers, and its first step is x[:, 0, :].

Lines: **the norm of the total ∂L/∂hₜ** of the top layer after each step (∂L/∂cₜ dashed), on one
logarithmic axis for all cards; what lies beyond is drawn on its edge, zeros as rings, overflows as
crosses. Every output counts in the loss here, whatever “Loss at” says, so that the cards differ in
their wiring alone. Your input stands in for images and sentences, and nothing is trained: the path
is compared, not the skill.
"""

CLAIM = (
    "What changes is **where inputs enter and where losses sit**, and that decides the gradient's "
    "path. Choose a wiring: it stands first."
)


def sheet_of(e: Experiment, view: session.View) -> dict[Card, dict[str, Run]]:
    """Every card's runs: of the reader's cell first, then of the others if they are asked for."""
    cells = (e.cell, *(c for c in CELLS if view.cells == "all" and c != e.cell))
    return {c: {cell: runs.compute(c.wired(e, cell=cell)) for cell in cells} for c in CARDS}


def picture() -> Iterator[str]:
    """Three cards in a row, then all others, two in a row."""
    yield "picture"
    mine, view = session.experiment(), session.view()
    sheet, notation = sheet_of(mine, view), NOTATIONS[view.notation]
    norms = {c: {n: cards.profiles(r) for n, r in drawn.items()} for c, drawn in sheet.items()}
    axis = cards.span([curves for each in norms.values() for curves in each.values()])
    hall = session.playing().presents  # which reads one card, as large as the window
    front = cards.in_front(mine, 1 if hall else 3)

    def draw(card: Card) -> None:
        own, curves = sheet[card][mine.cell], norms[card]
        svg = miniature(card.title, own, card.words.image, curves, axis, notation)
        yours = " :gray-badge[yours]" if card.fits(mine) else ""
        say(f"**{card.title}**{yours}  \n{cards.conclusion(own, notation)}")
        if hall:
            svg = f'<div class="wg-hall">{svg}</div>'
        else:
            svg += step_table(card.title, own, curves, notation)
        drawing(svg, key=card.key)

    for card, place in zip(front, st.columns(len(front), gap="large"), strict=True):
        with place:
            draw(card)
    drawing(legend(list(norms[CARDS[0]]), axis, notation, hall), key="legend")
    with st.columns(4)[0]:
        widgets.view_menu("cells", {"own": "this cell", "all": "all three cells"})
    yield "more"
    for card, place in zip(front, st.columns(len(front), gap="large"), strict=True):
        with place:
            told(cards.below(card, sheet[card][mine.cell], notation), card.title, card.wired(mine))
    places = (place for _ in CARDS for place in st.columns(2, gap="large"))
    for card, place in zip((c for c in CARDS if c not in front), places, strict=False):
        with place:
            draw(card)
            told(cards.below(card, sheet[card][mine.cell], notation), card.title, card.wired(mine))


def numbers(e: Experiment, view: session.View) -> Table:
    """The drawn gradient norms."""
    return Table(cards.profile_rows(sheet_of(e, view), NOTATIONS[view.notation]))


page_layout.page(
    "The same cell, wired differently, answers different questions",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
