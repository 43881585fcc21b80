"""The wiring gallery as a page: every card, its words, and its way to the unrolled graph."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from pages.figures.markdown import inline, to_html
from pages.figures.wirings.cards import CARDS, FRONT, conclusion, in_order, sentence
from rnn_core.experiment.experiment import Experiment, parse
from rnn_core.experiment.run import run
from tests.pages.reader import clean

LINK = re.compile(r'<a data-opens="([^"]+)" href="([^"]+)">Open “([^<]+)”</a>')


def drawn(reader) -> str:
    """The HTML of every drawing."""
    return "\n".join(each.proto.bytes.decode() for each in drawings(reader))


def drawings(reader) -> list:
    found = reader.main.get("bidi_component")
    return [each for each in found if each.proto.component_name.endswith("wirings")]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_card_says_what_its_run_says(visit, cell):
    said = drawn(visit("wirings", cell=cell, steps="9", cards="all"))
    for card in CARDS:
        done = run(card.wired(Experiment(cell=cell, steps=9)))
        assert to_html(f"**{card.title}**").removesuffix("</p>") in said
        assert inline(conclusion(done)) in said
        assert inline(f"{card.words.task} {sentence(done)}") in said


def test_three_cards_open_the_others_are_asked_for(visit):
    reader = visit("wirings", steps="9")
    assert [found[3] for found in LINK.finditer(drawn(reader))] == [
        card.title for card in in_order(Experiment())[:FRONT]
    ]
    reader.selectbox(key="view_cards").set_value("all")
    said = drawn(clean(reader.run()))
    assert {found[3] for found in LINK.finditer(said)} == {card.title for card in CARDS}
    assert reader.query_params["cards"] == "all"


def test_every_card_opens_its_wiring(visit):
    reader = visit("wirings", cell="gru", scale="1.5", t="4", cards="all")
    mine, found = Experiment(cell="gru", scale=1.5), LINK.findall(drawn(reader))
    for card in CARDS:
        ((_, way, _),) = (each for each in found if each[0] == card.key)
        page, query = unescape(way).split("?")
        asked = dict(parse_qsl(query))
        assert page == "unrolled" and asked.pop("t") == "4" and asked.pop("cards") == "all"
        assert parse(asked) == (card.wired(mine), ())


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_the_readers_wiring_is_marked(visit, card):
    wish = {name: str(value) for name, value in card.changes}
    said = drawn(visit("wirings", wish, cards="all"))
    assert f'<p><strong>{card.title}</strong> <span class="badge">yours</span>' in said
    marked = 2 if card.key == "stack" else 1  # layers and directions are many to many as well
    assert said.count(">yours<") == marked


def test_other_cells_can_be_compared_and_the_link_knows(visit):
    reader = visit("wirings", cell="lstm", scale="1.5")
    for picked, link in (("all", {"cells": "all"}), ("own", {})):
        reader.selectbox(key="view_cells").set_value(picked)
        assert clean(reader.run()).query_params == {"scale": "1.5", **link}
    assert visit("wirings", cells="all").selectbox(key="view_cells").value == "all"
