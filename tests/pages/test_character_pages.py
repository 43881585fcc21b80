"""The character pages: own text, odd text, missing networks, picks and links."""

import pytest

from pages.ui import shipped
from rnn_core.applications.characters import NETWORKS, OPENINGS, Reading
from rnn_core.experiment.settings import settings_of
from rnn_core.training.models import load, names
from tests.pages.reader import clean
from tests.pages.reader import said as words

ODD = {
    "one letter": "a",
    "blank": "     ",
    "not Latin": "こんにちは",
    "right to left": "مرحبا بالعالم",
    "emoji": "👩‍👩‍👧🇩🇪é",
    "markup": "<img src=x onerror=alert(1)> $x$ `:red[a]` **b**",
    "long": "".join(map(chr, range(192, 392))),
    "as long as it may be": "to be or not to be, " * 10,
    "line breaks": "\\n↵\\n",
}


def press(reader, label):
    next(b for b in reader.button if label in b.label).click().run()
    return clean(reader)


@pytest.mark.parametrize("page", ["characters", "connectivity"])
@pytest.mark.parametrize("typed", ODD)
def test_whatever_is_typed_the_page_stands(visit, page, typed):
    field = "opening" if page == "characters" else "passage"
    reader = visit(page, {field: ODD[typed]})
    assert not reader.warning
    assert "agrees with central differences" in words(reader)
    box = reader.text_input(key=f"own_{field}")
    clean(box.set_value("O, wherefore art thou?").run())
    assert reader.query_params[field] == "O, wherefore art thou?"


@pytest.mark.parametrize("page", ["characters", "connectivity"])
def test_a_folder_without_networks_is_said(visit, no_networks, page):
    reader = visit(page)
    assert reader.error and "no trained network" in reader.error[0].value
    assert "when there is a network" in words(reader)


def test_characters_that_were_not_learnt_are_named_without_markup(visit):
    said = words(visit("connectivity", passage="abc <b>*é*</b>"))
    assert "Left out" in said and "é" in said and "\\<" in said


def test_a_picked_character_is_in_the_sentence_and_out_of_range_it_stays_inside(visit):
    assert "Character 5 of 8" in words(visit("connectivity", passage="thou art", place="5"))
    assert "Character 8 of 8" in words(visit("connectivity", passage="thou art", place="200"))
    assert "Character 2 of 8" in words(visit("connectivity", passage="thou art", place="0"))
    assert visit("connectivity", place="9999").warning


@pytest.mark.parametrize("foretold", ["loss", "logit"])
@pytest.mark.parametrize("towards", ["x", "h"])
def test_every_gradient_can_be_linked_to(visit, foretold, towards):
    reader = visit("connectivity", passage="thou art", foretold=foretold, towards=towards)
    assert "Median norm 7 back" in words(reader)


@pytest.mark.parametrize("writer", NETWORKS)
def test_every_network_reads_and_writes(visit, writer):
    reader = visit("characters", writer=writer, letters="20", heat="0", colours="bits")
    assert "agrees with central differences" in words(reader)
    there = writer in names(shipped.FOLDER)
    assert bool(reader.error) is not there
    labels = [m.label for m in reader.metric]
    assert labels[:2] == ["This text", "Counted pairs, this text"]


def test_every_network_fits_its_controls():
    for name in set(NETWORKS) & set(names(shipped.FOLDER)):
        card = load(shipped.FOLDER, name).card
        assert card.hidden <= settings_of(Reading)["neuron"].high
        assert card.application in OPENINGS and "\n" in card.inputs
        assert set(OPENINGS[card.application]) <= set(card.inputs)


def test_a_unit_that_goes_along_with_something_is_picked_by_its_button(visit):
    reader = visit("characters", colours="bits")
    press(reader, "position in the line")
    assert reader.query_params.get("colours") is None
    assert f"unit {reader.query_params['neuron']}," in " ".join(b.label for b in reader.button)


def test_units_are_searched_on_the_screen_too_and_too_little_is_said(visit):
    reader = visit("characters", searched="screen")
    assert any("r = " in b.label for b in reader.button)
    assert "too short" in words(visit("characters", searched="screen", opening="a", letters="0"))


def test_a_look_inside_goes_to_other_pages_and_another_text_is_another_run(visit):
    reader = press(visit("characters", letters="0", opening="thou"), "Look inside")
    first = reader.query_params["weights"]
    assert "is on the other pages now" in words(reader)
    clean(reader.text_input(key="own_opening").set_value("art").run())
    press(reader, "Look inside")
    assert reader.query_params["weights"] != first


def test_every_network_on_the_page_of_connectivity_can_be_looked_into(visit):
    reader, seen = visit("connectivity", passage="thou art"), set()
    for cell in ("RNN", "GRU", "LSTM"):
        press(reader, f"Look inside the {cell}")
        assert "is on the other pages now" in words(reader)
        seen.add(reader.query_params["weights"])
        assert reader.query_params.get("cell", "lstm") == cell.lower()
    assert len(seen) == 3


def test_what_was_typed_stands_below_the_picture_as_it_is(visit):
    reader = press(visit("characters", writer="python", opening="ab **cd** `e`"), "Look inside")
    (said,) = [m.value for m in reader.markdown if "Trained weights" in m.value]
    assert "\\*\\*cd" in said
