"""Answers in a link, back from the browser, and as a page to hand in."""

import re
from html.parser import HTMLParser

import pytest

from pages.ui import answers, progress, summary
from pages.ui.answers import Answer
from pages.ui.shelf import LINKED, shelf
from rnn_core.decks import judge, measured, setup
from tests.pages.reader import as_read, clean

DECK = shelf().decks["000"]
ASKING = [scene for scene in DECK.scenes if scene.question]


def truth(scene) -> int:
    return judge(scene.question, measured(scene.question, setup(LINKED[scene.page], scene.then)))


CHEAP = [s for s in ASKING if "loss" not in s.question.measure][:3]


@pytest.fixture
def kept(monkeypatch):
    """A session's store without Streamlit, as a dictionary."""
    found: dict[str, object] = {}
    monkeypatch.setattr(answers.session, "kept", found.get)
    monkeypatch.setattr(answers.session, "keep", found.__setitem__)
    return found


def test_a_link_brings_the_answers_back_and_no_more(kept):
    answers.keep("000", ASKING[0], Answer(0, 1, "why"))
    answers.keep("000", ASKING[-1], Answer(1))
    word = progress.word("000", DECK)
    assert re.fullmatch(r"000\.[0-9a-f]{4}\.0-*1", word) and len(word) < 40
    kept.clear()
    assert progress._follow(word) == ""
    assert kept[answers.NAME] == {
        ("000", ASKING[0].id): Answer(0),
        ("000", ASKING[-1].id): Answer(1),
    }


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("", "copy the whole link"),
        ("<b>.0000.0", "copy the whole link"),
        ("999.0000.0", "copy the whole link"),
        ("000.0000." + "-" * len(ASKING), "an older form"),
        ("000.0000." + "0" * 10_000, "copy the whole link"),
    ],
)
def test_a_link_to_something_else_is_refused(kept, word, reason):
    assert reason in progress._follow(word) and not kept.get(answers.NAME)


def test_a_link_of_answers_opens_the_list_with_them_judged(visit):
    picks = {s.id: truth(s) for s in CHEAP}
    picks[CHEAP[0].id] = (picks[CHEAP[0].id] + 1) % len(CHEAP[0].question.choices)
    letters = "".join(str(picks[s.id]) if s.id in picks else "-" for s in ASKING)
    word = f"000.{progress._mark(DECK)}.{letters}"
    reader = visit("lectures", lecture="000", done=word)
    said = " ".join(m.value for m in reader.markdown)
    assert f"3 of {len(ASKING)} questions answered" in said and "2 right, 1 wrong" in said
    assert "done" not in reader.query_params
    hides = visit("lectures", lecture="000", done=word, answers="off")
    said = " ".join(m.value for m in hides.markdown)
    assert f"3 of {len(ASKING)} questions answered" in said and "right," not in said


def test_a_refused_link_says_so_beside_the_list(visit):
    reader = visit("lectures", lecture="000", done="000.0000.---")
    assert "older form" in as_read(clean(reader).warning[0].value)


# -- the page to hand in ---------------------------------------------------------------------------


class Seen(HTMLParser):
    """Tags and words of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_to_hand_in_says_what_was_answered_and_measured():
    scene = CHEAP[0]
    right = truth(scene)
    page = Seen(summary.page(DECK, [(scene, Answer(right, right, "It is <7> & more."))], False))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    choice = scene.question.choices[right].text
    for words in (DECK.title, scene.question.ask, choice, "yes", "It is <7> & more."):
        assert words in page.words
    assert any("1 right" in words for words in page.words)


def test_the_page_of_an_assignment_tells_nothing_of_what_is_right():
    scene = CHEAP[0]
    text = summary.page(DECK, [(scene, Answer(0, 1, "secret"))], True)
    assert "secret" not in text and "right" not in text.split("<body>")[1].lower()
    assert scene.question.choices[1].text not in text
