"""Wirings: one cell, many ways to let inputs in and outputs out."""

from collections.abc import Iterator
from urllib.parse import urlencode

import streamlit as st

from pages.components.wirings import drawing
from pages.figures.wirings.cards import CARDS, FRONT, Card, in_order, profile_rows
from pages.figures.wirings.profile import legend
from pages.figures.wirings.sheet import Gallery
from pages.ui import page_layout, runs, session, widgets
from pages.ui.contents import page_link
from pages.ui.table import Table
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment, to_params
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Three wirings open: yours, and those whose path differs most; *Wirings drawn* shows all.
Each drawing is a run of your cell, unrolled, with the middle left out where it is long. Boxes
below are what it reads, coloured boxes are **the one cell** that all steps share, boxes above what
it answers. Shapes are those of the arrays, batch first: x (1, 20, 4) is one sequence of 20 steps of
4 numbers, and its first step is x[:, 0, :].

Lines: **the norm of the total ∂L/∂hₜ** of the top layer after each step (∂L/∂cₜ dashed), on one
logarithmic axis for all cards; what lies beyond is drawn on its edge, zeros as rings, overflows as
crosses. Every output counts in the loss here, whatever “Loss at” says, so that the cards differ in
their wiring alone. Your input stands in for images and sentences, and nothing is trained: the path
is compared, not the skill.
"""

MENUS = {
    "cells": {"own": "this cell", "all": "all three cells"},
    "cards": {"three": "three", "all": f"all {len(CARDS)}"},
}

CLAIM = (
    "What changes is **where inputs enter and where losses sit**, and that decides the gradient's "
    "path. Choose a wiring: it stands first."
)


def drawn(e: Experiment, view: session.View) -> dict[Card, dict[str, Run]]:
    """Every drawn card's runs: of the reader's cell first, then of the others if asked for."""
    cells = (e.cell, *(c for c in CELLS if view.cells == "all" and c != e.cell))
    asked = in_order(e)[: None if view.cards == "all" else FRONT]
    return {c: {cell: runs.compute(c.wired(e, cell=cell)) for cell in cells} for c in asked}


def picture() -> Iterator[str]:
    """Three cards in a row, then their words and all others, two in a row."""
    yield "picture"
    e, view, notation = session.experiment(), session.view(), NOTATIONS[session.view().notation]
    done = drawn(e, view)
    settings = {c: to_params(c.wired(e)) | to_params(view) for c in done}
    ways = {c: f"unrolled?{urlencode(way)}" for c, way in settings.items()}
    gallery, hall = Gallery(e, done, ways, notation), session.playing().presents
    front, rest = [*done][: 1 if hall else FRONT], [*done][FRONT:]  # a hall reads one card
    drawing(gallery.pictured(front, hall), key="front")
    drawing(legend([*done[front[0]]], gallery.axis, notation, hall), key="legend")
    for place, (name, words) in zip(st.columns(4), MENUS.items(), strict=False):
        with place:
            widgets.view_menu(name, words)
    yield "more"
    opened = drawing(gallery.told(front) + gallery.whole(rest), key="rest")
    for card in done:
        if card.key == opened:
            st.switch_page(page_link("unrolled"), query_params=settings[card])


def numbers(e: Experiment, view: session.View) -> Table:
    """The drawn gradient norms."""
    return Table(profile_rows(drawn(e, view), NOTATIONS[view.notation]))


page_layout.page(
    "The same cell, wired differently, answers different questions",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
