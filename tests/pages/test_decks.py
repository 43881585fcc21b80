"""Every scene of every deck that ships, and every question: measured, judged, and told truly."""

import math
import re
from collections import Counter
from functools import cache

import pytest

from pages.ui import shelf as shelf_room
from pages.ui.contents import PAGES
from pages.ui.shelf import LINKED, shelf
from pages.ui.view import VIEW
from rnn_core.decks import (
    Scene,
    asked_again,
    because,
    holds,
    judge,
    measured,
    read_deck,
    setup,
    write_deck,
)
from rnn_core.decks.syllabus import STORY
from rnn_core.experiment.experiment import SETTINGS, matters, parse
from rnn_core.experiment.settings import read_row, relevant
from rnn_core.measures import MEASURES
from rnn_core.notation.notation import LECTURES
from rnn_core.studies.story import ACTS, LONG
from tests.pages.reader import as_read

DECKS = shelf().decks
SCENES = [
    pytest.param(name, scene, id=f"{name}-{scene.id}")
    for name, deck in DECKS.items()
    for scene in deck.scenes
]
ASKING = [param for param in SCENES if param.values[1].question]
LARGEST = {"share": 1.0, "degrees": 180.0}  # what a measure of the kind can be at most
MOST_OF_ONE_MEASURE = 6


@cache
def values(name: str, number: int) -> tuple[float | str, ...]:
    """Measured values for a deck's scene; on several seeds where its question is general."""
    scene = DECKS[name].scenes[number]
    at = setup(LINKED[scene.page], scene.then)
    return tuple(measured(scene.question, each) for each in asked_again(scene, at))


def values_of(name: str, scene: Scene) -> tuple[float | str, ...]:
    return values(name, DECKS[name].scenes.index(scene))


# -- scenes --------------------------------------------------------------------------------------


def test_all_decks_can_be_read():
    assert not shelf().faults and tuple(DECKS) == (STORY, *LECTURES)
    for name, deck in DECKS.items():
        assert deck.notation == ("house" if name == STORY else name)
        assert read_deck(write_deck(deck), LINKED) == deck
    assert sum(len(DECKS[name].scenes) for name in LECTURES) == 109
    assert [scene.before["act"] for scene in DECKS[STORY].scenes] == list(ACTS)


@pytest.mark.parametrize(("name", "scene"), SCENES)
def test_a_link_says_what_the_scene_says(name, scene):
    """Each of its links, read as the app reads one, gives the settings back without a note."""
    for settings in (scene.settings, scene.before, scene.then):
        link = DECKS[name].link(Scene("a", "a", scene.page, "a", settings=settings))
        own, found = PAGES[scene.page].own, {}
        e, notes = parse({n: v for n, v in link.items() if n in SETTINGS})
        found |= vars(e)
        for n in link.keys() & VIEW.keys():
            found[n] = VIEW[n].read(link[n])
        if own:
            row, more = read_row(own, {n: v for n, v in link.items() if n in LINKED[scene.page]})
            notes += more
            found |= vars(row)
        assert not notes and link["notation"] == DECKS[name].notation
        assert {n: found[n] for n in settings} == settings


@pytest.mark.parametrize(("name", "scene"), SCENES)
def test_a_control_beside_the_picture_changes_something(name, scene):
    page = PAGES[scene.page]
    at = setup(LINKED[scene.page], scene.then)
    own = read_row(page.own, {n: str(v) for n, v in scene.then.items()})[0] if page.own else None
    assert scene.controls
    for control in scene.controls:
        if control in SETTINGS:
            assert matters(at.experiment, control, every_cell=page.every_cell), control
        elif own is not None and control not in VIEW:
            assert control in relevant(own), control


# -- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "scene"), ASKING)
def test_the_answer_is_measured_and_why_says_so(name, scene):
    """One choice for all seeds, and a sentence whose every claim holds for what was measured."""
    question, found = scene.question, values_of(name, scene)
    assert len(found) == (5 if question.general else 1)
    assert len({judge(question, value) for value in found}) == 1, found
    for value in found:
        assert holds(question, value), f"“{question.why}” is not so: measured {value}"
        said = because(question, value)
        assert MEASURES[question.measure].shown(value) in said and "{" not in said


@pytest.mark.parametrize(("name", "scene"), ASKING)
def test_the_sentence_fits_no_other_answer(name, scene):
    """Where another choice would be right, the sentence would not be said."""
    question = scene.question
    right = judge(question, values_of(name, scene)[0])
    for k, value in enumerate(examples(question)):
        assert judge(question, value) == k
        assert k == right or not holds(question, value), f"{value}: {because(question, value)}"


@pytest.mark.parametrize(("name", "scene"), ASKING)
def test_every_choice_can_be_right(name, scene):
    """Some value of the measure's kind leads to it."""
    kind = MEASURES[scene.question.measure].kind
    for value in examples(scene.question):
        if isinstance(value, float) and kind in ("share", "degrees", "count"):
            assert 0 <= value <= LARGEST.get(kind, math.inf)


def examples(question) -> list[float | str]:
    """A value for each choice, close to its bound: the most doubtful case."""
    if question.names:
        return list(question.names)
    first, *rest = question.bounds
    below = first - 1e-3 * max(abs(first), 1e-3)
    return [below, *(b + 1e-3 * max(abs(b), 1e-3) for b in (first, *rest))]


@pytest.mark.parametrize(("name", "scene"), ASKING)
def test_the_settings_change_between_question_and_answer_only_if_they_say_so(name, scene):
    question = scene.question
    assert not question.then or scene.then != scene.before
    assert all(scene.before.get(n) != v for n, v in question.then.items()), "then changes nothing"


def test_questions_are_spread_over_lectures_pages_and_measures():
    asked = [(param.values[0], param.values[1]) for param in ASKING]
    assert len(asked) >= 45
    counts = Counter(name for name, _ in asked)
    assert counts.pop(STORY) == len(ACTS) and min(counts.values()) >= 8
    assert set(counts) == set(LECTURES)
    sections = Counter(PAGES[scene.page].section for name, scene in asked if name != STORY)
    assert set(sections) == {"see", "gradients", "training", "applications"}
    most = Counter(scene.question.measure for _, scene in asked).most_common(1)[0]
    assert most[1] <= MOST_OF_ONE_MEASURE, most
    misconceptions = [scene.question.misconception for _, scene in asked]
    assert len(set(misconceptions)) == len(misconceptions)


def test_no_question_is_answered_by_the_length_or_place_of_its_choices():
    """Of three choices, chance picks the longest, the shortest, or a place, a third of the time."""
    longest = shortest = 0
    places = Counter()
    for param in ASKING:
        name, scene = param.values
        right = judge(scene.question, values_of(name, scene)[0])
        lengths = [len(choice.text) for choice in scene.question.choices]
        assert max(lengths) <= 2 * min(lengths) + 10, scene.id
        longest += lengths[right] == max(lengths) > sorted(lengths)[-2]
        shortest += lengths[right] == min(lengths) < sorted(lengths)[1]
        last = len(lengths) - 1
        places["first" if right == 0 else "last" if right == last else "between"] += 1
    total = len(ASKING)
    assert max(longest, shortest) < 0.4 * total, (longest, shortest)
    assert min(places.values()) > 0.2 * total and max(places.values()) < 0.45 * total, places


# What a question's words say of a setting: words that end in a number, or in "from a to b".
SAID = {
    "forget_bias": r"[Ff]orget bias(?: of| goes| is set)?",
    "update_bias": r"[Uu]pdate bias(?: of| goes| is set)?",
    "gain": r"spectral radius(?: of)?",
    "scale": r"[Ww]eight scale(?: of| goes)?",
    "w": r"\bw =",
    "heat": r"[Tt]emperature",
    "gap": r"gap of",
    "dropout": r"Dropout stays at",
    "held_at": r"held at",
    "order": r"order",
}
NUMBER = r"(\.?\d+(?:\.\d+)?)(?![\d·]|\.\d)"
COUNTED = r"(?i)\b(\d+|five|six|twenty|fifty) steps\b(?! back| before)"
IN_WORDS = {"five": 5, "six": 6, "twenty": 20, "fifty": 50}
LENGTHS = ("steps", "n", "length", "window")
FIXED = {"start": {"steps": LONG.steps}}  # what a page has no control for


@pytest.mark.parametrize(("name", "scene"), ASKING)
def test_the_words_name_the_settings_that_are_measured(name, scene):
    """Numbers that a question gives for its settings are those of before or then."""
    words = f"{scene.question.ask} {scene.question.why}"
    whole = [
        {n: s.default for n, s in LINKED[scene.page].items()} | FIXED.get(scene.page, {}) | settings
        for settings in (scene.before, scene.then)
    ]
    for setting, said in SAID.items():
        for found in re.finditer(rf"{said}(?: from| to)? {NUMBER}(?: to {NUMBER})?", words):
            known = {float(w[setting]) for w in whole if setting in w}
            assert {float(n) for n in found.groups() if n} <= known, found[0]
    for count in re.findall(COUNTED, words):
        steps = {w[n] for w in whole for n in LENGTHS if n in w}
        steps |= {abs(a - b) for a in steps for b in steps}  # "another 50 steps"
        assert IN_WORDS.get(count.lower(), count if not count.isdigit() else int(count)) in steps


# -- a deck that cannot be read ------------------------------------------------------------------


def test_a_faulty_deck_is_named_and_the_others_work(visit, monkeypatch, tmp_path):
    for path in shelf_room.FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "001.toml").read_text(encoding="utf-8")
    bad = text.replace('page = "distance"', 'page = "beyond"', 1)
    line = next(k for k, words in enumerate(bad.splitlines(), 1) if "beyond" in words)
    (tmp_path / "001.toml").write_text(bad, encoding="utf-8")
    monkeypatch.setattr(shelf_room, "FOLDER", tmp_path)
    for lecture in ("000", "001"):
        reader = visit("lectures", lecture=lecture)
        (error,) = reader.error
        assert f"001.toml, line {line}" in as_read(error.value)
        assert "beyond" in error.value
        topics = [each.value for each in reader.subheader]
        assert topics == (list(DECKS["000"].topics) if lecture == "000" else [])
    (tmp_path / "001.toml").write_text(text, encoding="utf-8")  # mended: it is read again
    reader = visit("lectures", lecture="001")
    assert not reader.error and [s.value for s in reader.subheader] == list(DECKS["001"].topics)
