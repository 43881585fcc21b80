"""The plan of a lecture: its minutes, its questions with what is measured, and its links."""

from urllib.parse import parse_qs

import pytest

from pages.ui import lecturer
from pages.ui.shelf import LINKED, shelf
from rnn_core.decks import because, judge, measured, setup
from tests.pages.reader import as_read

DECKS = shelf().decks


@pytest.mark.parametrize("name", DECKS)
def test_the_plan_names_every_question_with_its_choices_and_what_to_expect(visit, name):
    reader = visit("lectures", lecture=name, audience="lecturer")
    said = as_read(" ".join(m.value for m in reader.markdown))
    deck = DECKS[name]
    assert f"About {lecturer.minutes(deck)} minutes" in said and not reader.warning
    for scene in deck.scenes:
        assert scene.title in said
        if question := scene.question:
            for words in (question.ask, question.misconception):
                assert deck.lettered(scene, words) in said
            for choice in question.choices:
                assert deck.lettered(scene, choice.text) in said
    links = [each.proto.query_string for each in reader.get("page_link")]
    playing = [parse_qs(q) for q in links if "scene=" in q]
    assert sum("present" in q for q in playing) == len(deck.scenes)
    asked = sum(scene.question is not None for scene in deck.scenes)
    assert sum(q.get("answers") == ["off"] for q in playing) == asked


def test_what_the_plan_calls_measured_is_what_the_verdict_says(visit):
    reader = visit("lectures", lecture="000", audience="lecturer")
    blocks = [as_read(m.value) for m in reader.markdown if "To expect:" in m.value]
    asking = [s for s in DECKS["000"].scenes if s.question]
    checked = 0
    for block, scene in zip(blocks, asking, strict=True):
        if "takes a while" in block:
            continue
        value = measured(scene.question, setup(LINKED[scene.page], scene.then))
        right = scene.question.choices[judge(scene.question, value)]
        line = next(each for each in block.splitlines() if "measured" in each)
        assert line.endswith(DECKS["000"].lettered(scene, right.text))
        assert DECKS["000"].lettered(scene, because(scene.question, value)) in block
        checked += 1
    assert checked > len(asking) / 2


def test_an_assignment_shows_no_plan(visit):
    reader = visit("lectures", lecture="000", audience="lecturer", answers="off")
    assert not any("To expect" in m.value or "minutes" in m.value for m in reader.markdown)
    assert not [g for g in reader.button_group if g.key == "own_audience"]


def test_minutes_follow_from_scenes_and_questions():
    deck = DECKS["000"]
    asked = sum(s.question is not None for s in deck.scenes)
    assert lecturer.minutes(deck) == len(deck.scenes) + 2 * asked
