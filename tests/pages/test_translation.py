"""The page "Translation": what may be typed, the link, the way into the networks."""

import pytest

from pages.figures.literal import in_markdown
from pages.ui import shipped
from pages.ui.store import STORE
from rnn_core.applications.translation import FIRST, held_out, next_number, understood
from tests.pages.reader import clean, press, said

MODELS = shipped.FOLDER  # before a test takes them away
ODD = [
    *("", "   ", "-5", "9" * 200, "1e9", "neuf", "<img src=x onerror=alert(1)> $x$ **b** `c`"),
    *(
        "عشرة",
        "👩‍👩‍👧🇩🇪",
        "hundred " * 25,
        "thousand thousand",
        "and and",
        "½",
        "nan",
        "٣",
        "'; --",
    ),
]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_gives_a_word_and_no_crash(visit, text):
    reader = visit("translation", english=text)
    field = clean(reader.text_input(key="own_english").set_value(text).run())
    try:
        number = understood(text.strip())
        assert f"{number:,} was translated" in said(field)
    except ValueError as problem:
        assert in_markdown(str(problem)) in [w.value for w in field.warning]
        assert "no number to translate" in said(field)
    assert "came out right" in said(field)


def test_what_is_typed_is_in_the_link_and_back(visit):
    reader = visit("translation")
    clean(reader.text_input(key="own_english").set_value("nine hundred and eighty one").run())
    assert reader.query_params["english"] == "nine hundred and eighty one"
    assert "981 was translated" in said(reader)
    assert "981 was translated" in said(visit("translation", english="981"))


def test_another_number_is_the_next_held_out_one(visit):
    reader = press(visit("translation"), "Another held-out number")
    following = next_number(held_out(), int(FIRST))
    assert reader.query_params["english"] == str(following)
    assert f"{following:,} was translated" in said(reader)
    press(visit("translation", english="no number"), "Another held-out number")


@pytest.mark.parametrize("units", [96, 16])
def test_the_network_goes_to_the_other_pages(visit, units):
    reader = press(visit("translation", english="80"), f"Look inside, through {units} units")
    assert "is on the other pages now" in said(reader)
    for page in ("gates", "unrolled", "cell", "gradients", "credit"):
        reader.switch_page(f"{page}.py").run()
        assert clean(reader).query_params["weights"]
        assert "agrees with central differences" in said(reader)


def test_a_missing_network_is_said_in_words(visit, no_networks, monkeypatch):
    reader = visit("translation")
    assert any("There is no trained network" in e.value for e in reader.error)
    assert "no network" in said(reader)
    monkeypatch.undo()
    STORE.tidy(unused=0)
    assert not visit("translation").error


def test_one_network_alone_is_shown_too(visit, no_networks):
    for ending in ("json", "npz"):
        name = f"translation-16.{ending}"
        (no_networks / name).write_bytes((MODELS / name).read_bytes())
    reader = visit("translation")
    assert reader.error and "through 16 units wrongly" in said(reader)
