"""A card's words and numbers come from its file."""

from pathlib import Path

import pytest

from pages.figures.literal import in_markdown
from pages.figures.model_card import facts, other_baselines, score_table, wiring
from rnn_core.applications import entities, sentiment
from rnn_core.applications.probe import look, run_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.models import load, names

FOLDER = Path(__file__).parents[2] / "assets" / "models"


@pytest.mark.parametrize("name", names(FOLDER))
def test_every_score_and_baseline_is_said(name):
    card = load(FOLDER, name).card
    said = score_table({"network": card}) + other_baselines(card)
    for value in (*card.scores.values(), *card.baselines.values()):
        assert f"{value:.3f}" in said
    assert card.command in facts([card]) and in_markdown(card.data) in facts([card])


def test_networks_side_by_side():
    cards = {n: load(FOLDER, f"entities-{n}").card for n in ("forward", "both")}
    lines = score_table(cards).splitlines()
    assert lines[0] == "| held out | forward | both | usual tag of the word |"
    later = next(line for line in lines if "decided later, held-out" in line)
    values = [card.scores["names decided later, held-out"] for card in cards.values()]
    assert all(f"| {v:.3f} |" in later for v in values)
    assert facts(list(cards.values())).count("Our own grammar") == 1


def test_two_rows_of_cells_have_still_shorter_names():
    network = load(FOLDER, "entities-both").network
    found = entities.probe_of("both", network, entities.understood("Paris smiled ."))
    svg = wiring("Both", run_of(found, look(found, Experiment())))
    assert ">Par<" in svg and ">per<" in svg and "Paris<" not in svg


def test_the_wiring_has_short_names():
    network = load(FOLDER, "sentiment").network
    found = sentiment.probe_of(network, sentiment.understood("the music was good"))
    svg = wiring("One", run_of(found, look(found, Experiment())))
    assert ">mus.<" in svg and ">pos.<" in svg and "music<" not in svg
