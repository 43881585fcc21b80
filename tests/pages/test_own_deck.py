"""The reader's own deck: made of what is on screen, edited, played, loaded, brought by a link."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import answers, notebook, own_deck, packed
from pages.ui.answers import Answer
from pages.ui.contents import PAGES
from pages.ui.session import MINE, Session
from pages.ui.shelf import LINKED, scenes_of, shelf
from rnn_core.decks import Deck, Scene, pack, read_deck, unpack, write_deck
from tests.pages.reader import as_read, clean, press

FIRST = Scene(
    "little", "Little is left", "gradients", "Look left.", settings={"steps": 50, "cell": "gru"}
)
SECOND = Scene("default", "As it comes", "gates", "Nothing is set.", controls=("scale",))
ASKS = next(s for s in shelf().decks["000"].scenes if s.question and "order" in str(s.then))
THREE = Deck("Three scenes", "A test", "000", "en", (FIRST, SECOND, ASKS))


@pytest.fixture
def own(visit):
    """``own(deck, "mine")`` opens a page for a reader who has this deck."""

    def opened(deck: Deck | None, page: str = MINE, /, **link: str) -> AppTest:
        reader = visit(page, link)
        give(reader, deck)
        reader.query_params.clear()
        reader.query_params.update(link)
        return clean(reader.run())

    return opened


def state(reader: AppTest) -> Session:
    return reader.session_state["session"]


def give(reader: AppTest, deck: Deck | None) -> None:
    """Act as the browser that has kept this deck, or none."""
    state(reader).kept[MINE] = deck
    book = state(reader).kept[notebook.NAME]
    book.told.add(MINE)


def has(reader: AppTest) -> Deck | None:
    return state(reader).kept.get(MINE)


def ways(reader: AppTest) -> dict[str, dict[str, str]]:
    """The links of the page by their labels."""
    return {
        each.proto.label: {"page": each.proto.page}
        | dict(parse_qsl(each.proto.query_string, keep_blank_values=True))
        for each in reader.get("page_link")
    }


def follow(reader: AppTest, label: str) -> AppTest:
    way = ways(reader)[label]
    reader.switch_page(f"{way.pop('page') or 'start'}.py")
    reader.query_params.clear()
    reader.query_params.update(way)
    return clean(reader.run())


def note_of(reader: AppTest) -> str:
    """Text that the browser is told to keep under the deck's name."""
    return state(reader).kept[notebook.NAME].notes[MINE].text


# -- editing ---------------------------------------------------------------------------------------


def test_a_reader_without_a_deck_is_told_how_to_make_one(visit):
    reader = visit(MINE)
    assert any("Add to my deck" in m.value for m in reader.markdown) and not reader.error


def test_scenes_are_listed_moved_and_taken_out_and_the_browser_keeps_each_change(own):
    reader = own(THREE)
    assert [b.label for b in reader.button if b.label == "Edit"] == ["Edit"] * 3
    reader.button(key="edit_0").click()
    reader = press(clean(reader.run()), "Move down")
    order = [SECOND, FIRST, ASKS]
    assert list(has(reader).scenes) == order
    assert read_deck(note_of(reader), LINKED) == has(reader)
    reader = press(reader, "Remove")
    assert list(has(reader).scenes) == [SECOND, ASKS]
    assert read_deck(note_of(reader), LINKED) == has(reader)


def test_the_last_scene_leaves_nothing_behind(own):
    reader = own(replace(THREE, scenes=(FIRST,)))
    reader.button(key="edit_0").click()
    reader = press(clean(reader.run()), "Remove")
    assert has(reader) is None and note_of(reader) == ""


def test_title_note_and_controls_are_saved(own):
    reader = own(THREE)
    reader.button(key="edit_0").click()
    clean(reader.run())
    reader.text_input(key="scene_title_little").set_value("Another title")
    reader.text_area(key="scene_note_little").set_value("Two\nlines")
    reader.selectbox(key="scene_first_little").set_value("scale")
    reader.selectbox(key="scene_third_little").set_value("clip")
    reader = press(reader, "Save")
    scene = has(reader).scenes[0]
    assert (scene.title, scene.say) == ("Another title", "Two lines")
    assert scene.controls == ("scale", "clip") and scene.settings == FIRST.settings


def test_what_is_exact_and_the_part_are_edited_and_come_back(own, visit):
    scene = Scene("pairs", "Pairs", "credit", "Look.", exactly="By norm.", part="pair")
    reader = own(replace(THREE, scenes=(scene, FIRST)))
    reader.button(key="edit_0").click()
    clean(reader.run())
    assert reader.text_area(key="scene_exactly_pairs").value == "By norm."
    assert reader.selectbox(key="scene_part_pairs").value == "pair"
    reader = press(reader, "Save")
    assert has(reader).scenes[0] == scene  # what nobody has touched is as it was
    reader.text_area(key="scene_exactly_pairs").set_value("By the\nlargest entry.")
    reader.selectbox(key="scene_part_pairs").set_value("picture")
    reader = press(reader, "Save")
    changed = has(reader).scenes[0]
    assert (changed.exactly, changed.part) == ("By the largest entry.", "")
    assert read_deck(note_of(reader), LINKED) == has(reader)
    assert unpack(pack(has(reader)), LINKED) == has(reader)


def test_a_page_of_one_part_has_no_menu_of_parts_and_a_question_survives_saving(own):
    reader = own(THREE)
    for number, scene in enumerate((SECOND, ASKS), 1):
        reader.button(key=f"edit_{number}").click()
        clean(reader.run())
        menus = {each.key for each in reader.selectbox}
        assert (f"scene_part_{scene.id}" in menus) == (len(PAGES[scene.page].parts) > 1)
        reader = press(reader, "Save")
        assert has(reader) == THREE


def test_a_part_that_no_page_has_shows_the_first(own):
    odd = replace(FIRST, part="cellar")
    reader = own(replace(THREE, scenes=(odd,)), "gradients", deck=MINE, scene="little", present="1")
    assert state(reader).part == "" and "cellar" not in str(reader.main)


@pytest.mark.parametrize("words", ["", "**bold**", "<b>x</b>", "[a](http://b.c)"])
def test_what_may_not_stand_in_a_deck_is_refused_and_shown_as_plain_text(own, words):
    reader = own(THREE)
    reader.button(key="edit_0").click()
    clean(reader.run())
    reader.text_input(key="scene_title_little").set_value(words)
    reader = press(reader, "Save")
    (error,) = reader.error
    assert "title" in as_read(error.value) and "<b>" not in error.value
    assert has(reader) == THREE


# -- playing ---------------------------------------------------------------------------------------


def test_an_own_deck_plays_from_its_first_scene_to_its_last(own):
    reader = follow(own(THREE), ":primary[Play from the beginning]")
    assert reader.query_params["deck"] == MINE and reader.query_params["steps"] == "50"
    reader = follow(reader, "Next")
    page = scenes_of(PAGES["gates"])[0]
    assert state(reader).experiment.cell != page.settings.get("cell", "") or not page.settings
    assert reader.query_params["scene"] == "default" and not reader.warning
    reader = follow(reader, "Next")
    assert "Next" not in ways(reader)
    assert follow(reader, "Summary").header[0].value == "Scenes of your own, in the order you want"


def test_an_own_deck_asks_and_measures(own):
    reader = follow(own(THREE), f":primary[3. {ASKS.title}]")
    reader.radio(key=f"choice_{MINE}_{ASKS.id}").set_value(0)
    reader = press(reader, "Show it")
    words = " ".join(m.value for m in reader.markdown)
    assert "Measured" in words or "Right" in words
    kept = state(reader).kept[notebook.NAME].notes[answers.NAME].text
    assert kept == f'[["mine","{ASKS.id}",0]]'


def test_a_link_to_a_scene_waits_for_the_browser_and_then_says_what_is_missing(visit):
    reader = visit("gates", deck=MINE, scene="default")
    assert not reader.warning and reader.query_params["deck"] == MINE
    give(reader, None)
    reader = clean(reader.run())
    assert "no deck of your own" in reader.warning[0].value


# -- adding ----------------------------------------------------------------------------------------


@pytest.fixture
def adding(visit, monkeypatch):
    """A reader for whom the form is open, which AppTest cannot open."""
    monkeypatch.setattr(own_deck, "add_button", own_deck._form)
    return visit


@pytest.mark.parametrize("page", [n for n, p in PAGES.items() if p.scenic])
def test_what_is_on_screen_becomes_a_scene_that_plays(adding, page):
    reader = press(adding(page), "Add this picture")
    assert not reader.error
    (scene,) = has(reader).scenes
    assert scene.page == page and len(scene.controls) <= 3
    shown = dict(state(reader).experiment.__dict__)
    reader = follow(reader, "My deck: 1 scene")
    give(reader, has(reader))
    reader = follow(clean(reader.run()), f":primary[1. {as_md(scene.title)}]")
    assert not reader.warning and reader.query_params["scene"] == scene.id
    uses = PAGES[page].uses
    for name, value in shown.items():
        if uses is None or name in uses:
            assert getattr(state(reader).experiment, name) == value, name


def as_md(text: str) -> str:
    from pages.figures.literal import in_markdown

    return in_markdown(text)


def test_a_played_scene_is_added_with_its_question(adding):
    link = {n: str(v) for n, v in ASKS.before.items()}
    reader = adding(ASKS.page, {"deck": "000", "scene": ASKS.id, **link})
    reader = press(reader, "Add this picture")
    (scene,) = has(reader).scenes
    assert scene.question == ASKS.question and scene.then == ASKS.then


def test_a_changed_scene_is_added_without_its_question(adding):
    asking = next(s for s in shelf().decks["000"].scenes if s.question and s.page == "unrolled")
    link = {n: str(v) for n, v in asking.before.items()} | {"seed": "3"}
    reader = press(
        adding("unrolled", {"deck": "000", "scene": asking.id, **link}), "Add this picture"
    )
    (scene,) = has(reader).scenes
    assert scene.settings["seed"] == 3 and scene.question is None


# -- coming from elsewhere -------------------------------------------------------------------------


def test_a_link_brings_a_deck_to_whoever_has_none(visit):
    reader = visit(MINE, {packed.PARAMETER: pack(THREE)})
    assert packed.PARAMETER not in reader.query_params and has(reader) is None  # not asked yet
    give(reader, None)
    reader = clean(reader.run())
    assert has(reader) == THREE and read_deck(note_of(reader), LINKED) == THREE


def test_whoever_has_another_deck_is_asked_first(own):
    other = replace(THREE, title="Mine", scenes=(SECOND,))
    for label, expected in (("Put it in place of mine", THREE), ("Keep mine", other)):
        reader = own(other, **{packed.PARAMETER: pack(THREE)})
        assert has(reader) == other
        reader = press(reader, label)
        assert has(reader) == expected and "Put it in" not in str([b.label for b in reader.button])


LECTURE = {"deck": MINE, "scene": "default", "present": "1", "cell": "gru"}


def test_a_copied_lecture_link_brings_the_scene_of_an_own_deck(own, visit):
    reader = own(THREE, "gates", deck=MINE, scene="default")
    state(reader).page = PAGES["gates"]
    with_deck = {way.name: way.changes for way in ways_of(reader)}
    assert with_deck["view"]["deck"] is None and with_deck["frame"]["scene"] is None
    link = {n: v for n, v in with_deck["lecture"].items() if v is not None}
    assert unpack(link[packed.PARAMETER], LINKED) == THREE and "deck" not in link
    student = visit("gates", LECTURE | link)
    assert has(student) is None and not student.warning  # the browser has not been asked yet
    give(student, None)
    student = clean(student.run())
    assert has(student) == THREE and student.query_params["scene"] == "default"
    assert "Nothing is set." in [as_read(m.value) for m in student.markdown]


def ways_of(reader: AppTest):
    """The links of Copy link, as the page makes them in the reader's session."""

    def script() -> None:
        import streamlit as st

        from pages.ui import session, sharing

        st.session_state["ways"] = sharing.ways(session.current().page)

    other = AppTest.from_function(script)
    other.session_state["session"] = state(reader)
    return clean(other.run()).session_state["ways"]


def test_a_deck_too_long_for_a_link_leaves_the_view(own, monkeypatch):
    reader = own(THREE, "gates", deck=MINE, scene="default")
    monkeypatch.setattr("rnn_core.decks.packing.MOST_LETTERS", 9)
    lecture = next(way for way in ways_of(reader) if way.name == "lecture")
    assert lecture.changes["deck"] is None and packed.PARAMETER not in lecture.changes


def test_a_scene_of_a_deck_that_comes_waits_until_its_reader_has_decided(own):
    other = replace(THREE, title="Mine", scenes=(SECOND,))
    for label, expected in (("Put it in place of mine", THREE), ("Keep mine", other)):
        link = LECTURE | {"scene": "little", packed.PARAMETER: pack(THREE)}
        reader = own(other, "gradients", **link)
        assert has(reader) == other and not reader.get("progress") and not reader.warning
        reader = press(reader, label)
        assert has(reader) == expected
        assert bool(reader.get("progress")) == (expected is THREE)
        assert bool(reader.warning) == (expected is other)


@pytest.mark.parametrize("word", ["", "<b>", "A" * 9_000, "abc", pack(THREE)[:-9]])
def test_a_hostile_link_is_refused_with_a_word(visit, word):
    reader = visit(MINE, {packed.PARAMETER: word})
    (error,) = reader.error
    assert as_read(error.value).startswith("this link") and "<b>" not in error.value
    assert packed.PARAMETER not in reader.query_params and has(reader) is None


HOSTILE = ['title = "<script>"', "x" * 700_000, "[[scene]]\n" * 10_000, "\x00", "title = 3"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:9])
def test_what_the_browser_kept_is_checked_like_a_file(monkeypatch, text):
    kept: dict[str, object] = {}
    monkeypatch.setattr(own_deck.session, "kept", kept.get)
    monkeypatch.setattr(own_deck.session, "keep", kept.__setitem__)
    notebook.heard([{"read": MINE, "text": text}], {MINE: own_deck.heard})
    assert kept.get(MINE) is None and "this browser kept" in kept[own_deck.SAID]


@pytest.mark.parametrize(
    "said", [None, 3, {}, {"read": 3}, {"read": "x", "text": "a"}, {"read": MINE}]
)
def test_answers_of_another_form_change_nothing(monkeypatch, said):
    kept: dict[str, object] = {}
    monkeypatch.setattr(notebook.session, "kept", kept.get)
    monkeypatch.setattr(notebook.session, "keep", kept.__setitem__)
    notebook.heard([said], {MINE: lambda text: pytest.fail(text)})
    assert not kept[notebook.NAME].told


@pytest.mark.parametrize(
    "text", ["", "[", "{}", "3", '[["000","a",true],["000","a"],[3,"a",1],["a","b",1e9]]']
)
def test_answers_from_a_browser_that_are_none_are_passed_over(monkeypatch, text):
    kept: dict[str, object] = {}
    monkeypatch.setattr(answers.session, "kept", kept.get)
    monkeypatch.setattr(answers.session, "keep", kept.__setitem__)
    answers.heard(text)
    assert not kept.get(answers.NAME)


def test_answers_from_a_browser_that_no_choice_has_are_none(monkeypatch):
    kept: dict[str, object] = {}
    monkeypatch.setattr(answers.session, "kept", kept.get)
    monkeypatch.setattr(answers.session, "keep", kept.__setitem__)
    for picked, fits in ((0, True), (-1, False), (99, False)):
        answers.heard(f'[["000","{ASKS.id}",{picked}]]')
        assert (answers.given("000", ASKS) is not None) == fits


def test_answers_to_questions_that_changed_are_let_go(monkeypatch):
    kept = {
        MINE: THREE,
        answers.NAME: {(MINE, ASKS.id): Answer(1), ("000", ASKS.id): Answer(2)},
    }
    monkeypatch.setattr(answers.session, "kept", kept.get)
    monkeypatch.setattr(answers.session, "keep", kept.__setitem__)
    answers.forget_changed(MINE, THREE)
    assert (MINE, ASKS.id) in kept[answers.NAME]
    other = replace(ASKS, question=replace(ASKS.question, choices=ASKS.question.choices[:2]))
    answers.forget_changed(MINE, replace(THREE, scenes=(other,)))
    assert list(kept[answers.NAME]) == [("000", ASKS.id)]


def test_the_deck_that_is_written_is_the_deck():
    assert read_deck(write_deck(THREE), LINKED) == THREE
