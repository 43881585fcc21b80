"""The maps hold the engine's slopes and the neighbour's pixels, the table the words' numbers."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pages.figures import captions as drawn
from rnn_core.applications.captions import (
    BLANK,
    Caption,
    Sketch,
    describe,
    from_hex,
    known,
    neighbour,
    sketch,
)
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[2] / "assets" / "models"


@cache
def network():
    return load(FOLDER, "captions").network


@cache
def training():
    return known()


def shown(wish=Sketch()):  # noqa: B008
    image, subject = sketch(wish)
    return describe(network(), image, wish.slope), subject, neighbour(image, training())


def numbers(html, name):
    return [float(v) for v in re.findall(rf'data-{name}="([^"]+)"', html)]


@pytest.mark.parametrize("of", ["margin", "logit", "log"])
@pytest.mark.parametrize("place", [1, 3, 9])
def test_the_maps_are_the_slopes_and_the_neighbour(of, place):
    caption, _, near = shown(Sketch(slope=of))
    html = drawn.maps(caption, place, of, near)
    at = min(place, len(caption.spoken)) - 1
    assert numbers(html, "slope") == list(caption.slopes[at].ravel())
    assert numbers(html, "known") == list(near.image.ravel())
    assert drawn.SLOPES[of] in html
    assert ("against" in html) == (of == "margin")


def test_blue_speaks_for_the_word_and_orange_against_it():
    caption, _, near = shown()
    html, top = drawn.maps(caption, 1, "margin", near), drawn.limit(caption)
    cells = re.findall(r'data-slope="([^"]+)"[^>]*color-mix\(in srgb, var\((--[\w-]+)\)', html)
    strong = [(float(v), look) for v, look in cells if abs(float(v)) > top / 5]
    assert strong and all((look >= "--d-5") == (v > 0) for v, look in strong)


def test_one_scale_holds_all_words():
    caption, *_ = shown()
    largest = np.abs(caption.slopes).max()
    assert largest <= drawn.limit(caption) <= 2 * largest
    tiny = Caption(caption.image, caption.spoken, caption.slopes * 1e-9)
    assert drawn.limit(tiny) == drawn.LIMITS[0]


def test_the_table_has_words_probabilities_norms_and_one_pressed_button():
    caption, subject, near = shown()
    html = drawn.table(caption, 3, subject, near)
    assert re.findall(r'data-word="([^"]+)"', html) == [s.word for s in caption.spoken]
    assert [float(p) for p in re.findall(r'class="p" data-p="([^"]+)"', html)] == [
        s.p for s in caption.spoken
    ]
    assert numbers(html, "norm") == list(caption.norms)
    pressed = re.findall(r'data-go="(\d+)" aria-pressed="true"', html)
    assert pressed == ["3"] and html.count("<button") == len(caption.spoken)
    assert "Right answer" in html


def test_of_a_readers_drawing_nobody_knows_the_right_caption():
    caption, subject, near = shown(Sketch(pixels=BLANK))
    html = drawn.table(caption, 99, subject, near)
    assert "Right answer" not in html and "≠" not in html and 'aria-pressed="true"' in html
    assert "only you know" in drawn.told(caption, 1, subject, near)


@pytest.mark.parametrize("drawn_", range(1, 6))
def test_the_sentence_says_rightly_or_wrongly(drawn_):
    caption, subject, near = shown(Sketch(which="unseen", drawn=drawn_))
    words = drawn.told(caption, 1, subject, near)
    right = caption.words == subject.words[:-1]
    assert ("rightly" in words) == right and ("wrongly" in words) != right
    assert "Training never shows" in words
    most = caption.spoken[int(caption.norms.argmax())].word
    assert f"those of “{'end' if most == '.' else most}”" in words


def test_the_table_to_take_away_has_every_pixel_of_every_word():
    caption, *_ = shown()
    table = drawn.rows(caption, "margin")
    assert {len(column) for column in table.values()} == {64 * len(caption.spoken)}
    np.testing.assert_array_equal(table["slope"][64:128], caption.slopes[1].ravel())
    assert (table["row"][8], table["column"][8]) == (2, 1)
    assert np.array_equal(from_hex(table["picture"][0]), caption.image)
