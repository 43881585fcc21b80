"""The wiring gallery as a page: every card, its words, and its way to the unrolled graph."""

from urllib.parse import parse_qsl

import pytest

from pages.figures.wirings.cards import CARDS, sentence
from rnn_core.experiment.experiment import Experiment, parse
from rnn_core.experiment.run import run
from tests.pages.reader import clean


def words(reader) -> str:
    return "\n".join(m.value for m in reader.markdown)


def ways(reader) -> dict[str, str]:
    """Label -> query of every link to the unrolled graph."""
    links = [element.proto for element in reader.main.get("page_link")]
    return {p.label: p.query_string for p in links if p.page == "unrolled"}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_card_says_what_its_run_says(visit, cell):
    said = words(visit("wirings", cell=cell, steps="9"))
    for card in CARDS:
        assert f"**{card.title}**" in said
        assert (
            f"{card.words.task} {sentence(run(card.wired(Experiment(cell=cell, steps=9))))}" in said
        )


def test_every_card_opens_its_wiring(visit):
    reader = visit("wirings", cell="gru", scale="1.5", t="4")
    found = ways(reader)
    mine = Experiment(cell="gru", scale=1.5)
    for card in CARDS:
        asked = dict(parse_qsl(found[f"Open “{card.title}”"]))
        assert asked.pop("t") == "4"
        assert parse(asked) == (card.wired(mine), ())


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_the_readers_wiring_is_marked(visit, card):
    wish = {name: str(value) for name, value in card.changes}
    said = words(visit("wirings", wish))
    assert f"**{card.title}** :gray-badge[yours]" in said
    marked = 2 if card.key == "stack" else 1  # layers and directions are many to many as well
    assert said.count("yours]") == marked


def test_other_cells_can_be_compared_and_the_link_knows(visit):
    reader = visit("wirings", cell="lstm", scale="1.5")
    for picked, link in (("all", {"cells": "all"}), ("own", {})):
        reader.selectbox(key="view_cells").set_value(picked)
        assert clean(reader.run()).query_params == {"scale": "1.5", **link}
    assert visit("wirings", cells="all").selectbox(key="view_cells").value == "all"
