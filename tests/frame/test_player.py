"""The player of scenes: every deck plays, answers are measured, links and notes are right."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import answers, measuring
from pages.ui.answers import Answer
from pages.ui.results import WAITS
from pages.ui.shelf import LINKED, shelf
from rnn_core.decks import Scene, because, judge, measured, setup
from rnn_core.decks.syllabus import STORY
from rnn_core.experiment.experiment import Experiment
from tests.pages.reader import clean

DECKS = {name: deck for name, deck in shelf().decks.items() if name != STORY}  # it has its own
ASKING = [(n, s) for n, deck in DECKS.items() for s in deck.scenes if s.question]
ORDER = ("000", "targets-predicted-in-isolation-ignore-the-order")
WEIGHTS = ("000", "weights-and-biases-are-shared-through-time")
HOSTILE = ["<b>x</b>", "[a](http://b.c)", "../../etc", "x" * 500, "", " ", "0", "\x00", "​", "**"]


def scene_of(name: str, idea: str) -> Scene:
    return next(s for s in DECKS[name].scenes if s.id == idea)


def link_of(name: str, scene: Scene, **more: str) -> dict[str, str]:
    """A scene's link as a lecturer would write it: deck, scene, and the question's settings."""
    settings = {n: str(v) for n, v in scene.before.items()}
    return {"deck": name, "scene": scene.id, "notation": name, **settings, **more}


@pytest.fixture
def play(visit):
    """``play("000", "the-idea")`` opens that scene by its link."""

    def opened(name: str, idea: str, **more: str) -> AppTest:
        scene = scene_of(name, idea)
        return visit(scene.page, link_of(name, scene, **more))

    return opened


def ways(reader: AppTest) -> dict[str, dict[str, str]]:
    """The links of the player's bar: page and settings by their labels."""
    found = {}
    for each in reader.get("page_link"):
        settings = dict(parse_qsl(each.proto.query_string, keep_blank_values=True))
        found[each.proto.label] = {"page": each.proto.page, **settings}
    return found


def follow(reader: AppTest, label: str) -> AppTest:
    """Follow a link in the session, as a click does."""
    way = ways(reader)[label]
    return go(reader, way.pop("page"), way)


def go(reader: AppTest, page: str, link: Mapping[str, str]) -> AppTest:
    """Open a link in the session."""
    reader.switch_page(f"{page}.py")
    reader.query_params.clear()
    reader.query_params.update(link)
    return clean(reader.run())


def answer(reader: AppTest, name: str, scene: Scene, picked: int) -> AppTest:
    reader.radio(key=f"choice_{name}_{scene.id}").set_value(picked)
    show = next(b for b in reader.button if b.label == "Show it")
    show.click()
    return clean(reader.run())


def text(reader: AppTest) -> str:
    """All words on the page, without the escapes of plain text."""
    words = [m.value for m in reader.markdown]
    return " ".join(words).replace(":small[]", "").replace("\\", "")


def truth(scene: Scene) -> tuple[int, str]:
    value = measured(scene.question, setup(LINKED[scene.page], scene.then))
    return judge(scene.question, value), because(scene.question, value)


# -- playing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_plays_by_next_from_the_first_scene_to_the_last(visit, name):
    reader = follow(visit("lectures", lecture=name), ":primary[Play from the beginning]")
    scenes = DECKS[name].scenes
    for number, scene in enumerate(scenes):
        assert not reader.warning and progress(reader)[0] == f"{number + 1} of {len(scenes)}"
        assert shown(reader, scene) == scene.before
        assert ("Previous" in ways(reader)) == (number > 0)
        reader = follow(reader, "Summary" if scene is scenes[-1] else "Next")
    assert reader.header[0].value.startswith("Five lectures")


def shown(reader: AppTest, scene: Scene) -> dict[str, object]:
    """The link's values of what the scene sets; what stands at its default is left out of it."""
    known, link = LINKED[scene.page], reader.query_params
    assert link["scene"] == scene.id
    return {n: known[n].read(link.get(n, known[n].write(known[n].default))) for n in scene.before}


def progress(reader: AppTest) -> list[str]:
    return [each.proto.text for each in reader.get("progress")]


def test_the_scene_stays_in_the_link_while_it_is_played_and_goes_with_its_page(play):
    reader = play(*WEIGHTS)
    reader.slider(key="set_steps").set_value(9)
    link = dict(clean(reader.run()).query_params)
    assert (link["deck"], link["scene"], link["steps"]) == (*WEIGHTS, "9")
    go(reader, "gates", {})  # as the navigation bar does
    assert not {"deck", "scene"} & reader.query_params.keys()
    assert "Next" not in ways(reader) and not reader.warning


def test_a_reader_at_large_sees_no_player(visit):
    reader = visit("gates")
    assert "Next" not in ways(reader) and not reader.get("progress")


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("setting", ["deck", "scene"])
def test_a_link_to_nothing_leaves_a_note(visit, setting, words):
    link = {"deck": "000", "scene": "the-rnn-node"} | {setting: words}
    reader = visit("cell", link)
    (note,) = reader.warning
    assert note.icon == ":material/link_off:" and "<" not in note.value
    assert not {"deck", "scene"} & reader.query_params.keys() and "Next" not in ways(reader)


def test_a_scene_on_a_page_that_is_not_its_own_leaves_a_note(visit):
    reader = visit("gates", deck="000", scene="the-rnn-node")
    assert "belongs to the page Cell" in reader.warning[0].value
    assert "scene" not in reader.query_params


def test_unknown_answers_leave_a_note(play):
    reader = play(*WEIGHTS, answers="maybe")
    assert len(reader.warning) == 1 and "Next" in ways(reader)


# -- predict, move, verdict ------------------------------------------------------------------------


SAMPLE = [ASKING[k] for k in range(0, len(ASKING), 9)]


@pytest.mark.parametrize(("name", "scene"), SAMPLE, ids=lambda v: getattr(v, "id", v))
def test_the_verdict_is_measured_and_speaks_to_the_answer(play, name, scene):
    right, why = truth(scene)
    for picked in {right, (right + 1) % len(scene.question.choices)}:
        reader = play(name, scene.id, notation="house")
        assert why not in text(reader) and "Measured" not in text(reader)
        said = text(answer(reader, name, scene, picked))
        assert why in said
        assert shown_at(reader, scene) == scene.then
        chosen = scene.question.choices[picked]
        assert (f"Right: {chosen.text}" in said.replace("*", "")) == (picked == right)
        if picked != right:
            assert chosen.answer in said and scene.question.choices[right].text in said


def shown_at(reader: AppTest, scene: Scene) -> dict[str, object]:
    known, link = LINKED[scene.page], reader.query_params
    return {n: known[n].read(link.get(n, known[n].write(known[n].default))) for n in scene.then}


def test_what_decides_is_measured_after_the_move(play):
    """A question whose answer at `before` is another one than at `then`."""
    name, scene = next((n, s) for n, s in ASKING if turns(s))
    right, _ = truth(scene)
    reader = answer(play(name, scene.id), name, scene, right)
    assert "Right:" in text(reader)


def turns(scene: Scene) -> bool:
    if scene.question.measure in measuring.SECONDS:
        return False
    try:
        before = measured(scene.question, setup(LINKED[scene.page], scene.before))
    except ValueError:
        return False
    return judge(scene.question, before) != truth(scene)[0]


def test_nothing_is_shown_to_whoever_gives_no_answer(play):
    reader = play(*ORDER)
    next(b for b in reader.button if b.label == "Show it").click()
    said = text(clean(reader.run()))
    assert "Pick one first" in said and "Measured" not in said
    assert reader.query_params.get("order", "0") == "0"  # nothing has moved
    assert "Next" in ways(reader)


def test_the_verdict_stays_true_when_the_settings_change(play):
    """It is about the scene; beside it stands what is so at the settings on screen."""
    name, scene = WEIGHTS[0], scene_of(*WEIGHTS)
    right, _ = truth(scene)
    reader = answer(play(*WEIGHTS), name, scene, right)
    assert "settings on screen" not in text(reader)
    reader.button(key="more").click().run()
    reader.slider(key="set_layers").set_value(2)
    said = text(clean(reader.run()))
    assert "Right:" in said and "At the settings on screen now: the same answer" in said
    reader.button(key="back_to_scene").click()
    assert "settings on screen" not in text(clean(reader.run()))
    assert "layers" not in reader.query_params


def test_a_control_beside_the_picture_changes_what_is_said_of_the_screen(play):
    name, scene = WEIGHTS[0], scene_of(*WEIGHTS)
    reader = answer(play(*WEIGHTS), name, scene, truth(scene)[0])
    reader.button(key="more").click().run()
    reader.slider(key="set_steps").set_value(40)
    assert "At the settings on screen now" in text(clean(reader.run()))


def test_a_question_can_be_asked_again(play):
    name, scene = ORDER[0], scene_of(*ORDER)
    reader = answer(play(*ORDER), name, scene, 0)
    reader.button(key="again").click()
    assert "Measured" not in text(clean(reader.run()))
    assert shown(reader, scene) == scene.before


def test_what_trains_waits_for_its_reader(play):
    """Measures that train are not run anew at every move of a control."""
    name, scene = next((n, s) for n, s in ASKING if s.question.measure == "loss_over_baseline")
    reader = answer(play(name, scene.id), name, scene, 0)
    assert truth(scene)[1] in text(reader)
    reader.button(key="more").click().run()
    reader.select_slider(key="own_rate").set_value(0.05)
    clean(reader.run())
    assert any(b.label == "Measure it at these settings" for b in reader.button)
    assert truth(scene)[1] in text(reader) and "At the settings on screen now" not in text(reader)


# -- what was answered -----------------------------------------------------------------------------


def test_answers_are_listed_and_summed_up(play):
    name, scene = ORDER[0], scene_of(*ORDER)
    right, why = truth(scene)
    reader = follow(answer(play(*ORDER), name, scene, (right + 1) % 3), "All ideas")
    said = text(reader)
    assert "1 of 16 questions answered" in said and "0 right, 1 wrong" in said
    assert "a surprise" in said and why in said
    (row,) = taken_away({(name, scene.id): Answer(1, 2, why)}, hides=False)
    assert row["answer"] == scene.question.choices[1].text and row["right"] == "no"
    assert row["measured"] == scene.question.choices[2].text and row["why"] == why


def taken_away(given, hides: bool) -> list[dict[str, str]]:
    rows = list(answers.rows(ORDER[0], DECKS[ORDER[0]], given))
    return list(csv.DictReader(io.StringIO(answers.table(rows, hides).to_csv())))


def test_with_answers_off_no_verdict_is_made_or_sent(play, monkeypatch):
    name, scene = ORDER[0], scene_of(*ORDER)
    right, why = truth(scene)
    monkeypatch.setattr(measuring, "value", None)  # nothing may even be measured
    reader = answer(play(*ORDER, answers="off"), name, scene, 0)
    assert shown_at(reader, scene) == scene.then and reader.query_params["answers"] == "off"
    assert "Your answer is kept" in text(reader)
    for seen in (reader, follow(reader, "All ideas")):
        said = everything(seen)
        for secret in (why, scene.question.choices[0].answer, "Right:", "surprise", "wrong"):
            assert secret not in said
    assert seen.query_params["answers"] == "off" and "1 of 16 questions answered" in text(seen)
    (row,) = taken_away({(name, scene.id): Answer(0, right, why)}, hides=True)
    assert set(row) == {"idea", "question", "answer"}


def test_answers_off_hides_what_was_measured_before(play):
    name, scene = ORDER[0], scene_of(*ORDER)
    right, why = truth(scene)
    reader = answer(play(*ORDER), name, scene, (right + 1) % 3)
    assert why in everything(reader)
    for page, link in (("lectures", {"lecture": name}), (scene.page, link_of(name, scene))):
        go(reader, page, link | {"answers": "off"})
        said = everything(reader)
        assert why not in said and "surprise" not in said and "0 right" not in said
    assert "Your answer is kept" in text(reader)


def everything(reader: AppTest) -> str:
    """All that is sent to the browser, as one text."""
    return str([element.proto for element in reader.main if hasattr(element, "proto")]) + text(
        reader
    )


# -- lecture mode ----------------------------------------------------------------------------------


def test_lecture_mode_shows_the_scene_and_its_controls_only(play):
    name, idea = "000", "one-observation-is-a-matrix"
    scene = scene_of(name, idea)
    reader = play(name, idea, present="1")
    assert not reader.header and "more" not in {b.key for b in reader.button}
    keys = {w.key for w in (*reader.slider, *reader.selectbox, *reader.button_group)}
    assert {k for k in keys if k.startswith("set_")} == {f"set_{n}" for n in scene.controls}
    assert ways(reader)["Next"]["present"] == "1" and "All ideas" not in ways(reader)
    reader.button(key="leave").click()
    clean(reader.run())
    assert reader.button(key="more") and "present" not in reader.query_params
    assert reader.query_params["scene"] == idea


@pytest.mark.parametrize("more", [{}, {"deck": "000", "scene": "none"}])
def test_lecture_mode_needs_no_scene(visit, more):
    reader = visit("gates", present="1", **more)
    assert not reader.header
    keys = {w.key for w in (*reader.slider, *reader.button_group)}
    assert {k for k in keys if k.startswith("set_")} == {"set_cell", "set_forget_bias", "set_scale"}
    reader.button(key="leave").click().run()
    assert clean(reader).header and reader.query_params.get("present") is None


ONE_OF_EACH_PAGE = {s.page: (n, s) for n, deck in DECKS.items() for s in deck.scenes if s.controls}


def test_every_page_can_be_presented(visit):
    reader = visit("lectures")
    for name, scene in ONE_OF_EACH_PAGE.values():
        go(reader, scene.page, link_of(name, scene, present="1"))
        assert not reader.header and progress(reader)


def test_what_takes_long_at_the_readers_settings_waits_for_a_button():
    e = Experiment()
    small, large = (
        measuring.value._seconds("starts_apart", (), each, ())
        for each in (e, replace(e, steps=200, hidden=64, layers=3))
    )
    assert small < WAITS < large / 10
