"""The first page: five acts, one at a time, each with a question that the reader may answer."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import page_layout
from pages.ui.models import story as model
from pages.ui.shelf import LINKED, shelf
from rnn_core.decks import because, judge, measured, setup
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.studies.story import ACTS
from tests.pages.reader import as_read, clean

SCENES = dict(zip(ACTS, shelf().decks["story"].scenes, strict=True))
every_act = pytest.mark.parametrize("act", ACTS)


def drawn(reader: AppTest) -> dict[str, dict[str, Any]]:
    """Messages of the story's components on the page, by their names."""
    found = {}
    for each in reader.get("bidi_component"):
        proto = each.proto
        if proto.component_name in ("story", "rail"):
            found[proto.component_name] = json.loads(proto.bytes or proto.json)
    return found


def words(reader: AppTest) -> str:
    return " ".join(as_read(m.value) for m in reader.markdown)


@every_act
def test_an_act_is_drawn_with_its_headline_and_its_question(visit, act):
    reader = visit(act=act)
    scene, seen = SCENES[act], drawn(reader)
    assert not reader.warning and not reader.error
    assert as_read(reader.title[0].value) == scene.title
    assert scene.question.ask in words(reader) and "Measured" not in words(reader)
    assert seen["story"]["act"] == act and seen["story"]["said"][0]
    assert len(seen["story"]["controls"]) <= 3
    assert [stop["here"] for stop in seen["rail"]] == [a == act for a in ACTS]
    labels = [b.label for b in reader.button]
    assert [c.text for c in scene.question.choices] == [as_read(n) for n in labels][:3]


def test_the_first_act_does_not_wait_for_the_others(visit, monkeypatch):
    def never(*_: Any) -> None:
        raise LookupError("another act was computed")

    for name in ("remembered", "travelled", "cut", "highways"):
        monkeypatch.setattr(model, name, never)
    visit()
    for act in list(ACTS)[1:]:
        with pytest.raises(AssertionError, match="encountered an error"):
            visit(act=act)


@every_act
@pytest.mark.parametrize("picked", [0, 1, 2])
def test_a_prediction_is_answered_with_what_was_measured(visit, act, picked):
    reader, scene = visit(act=act), SCENES[act]
    reader.button(key=f"choice_story_{scene.id}_{picked}").click()
    text = words(clean(reader.run()))
    value = measured(scene.question, setup(LINKED["start"], scene.then))
    right = judge(scene.question, value)
    assert ("**Right:**" in text) == (picked == right) == ("**Not so:**" not in text)
    assert because(scene.question, value) in text
    if picked != right:
        assert scene.question.choices[picked].answer in text
    for name, wanted in scene.then.items():
        setting = LINKED["start"][name]
        assert setting.read(reader.query_params.get(name, setting.write(setting.default))) == wanted
    marks = [stop["mark"] for stop in drawn(reader)["rail"]]
    assert marks[int(act) - 1] == ("answered rightly" if picked == right else "a surprise")
    assert not any(marks[: int(act) - 1] + marks[int(act) :])


def test_next_and_previous_lead_through_all_acts(visit):
    reader = visit()
    for act in (*list(ACTS)[1:], *list(ACTS)[-2::-1]):
        forward = drawn(reader)["story"]["act"] < act
        reader.button(key="go_next" if forward else "go_previous").click()
        assert drawn(clean(reader.run()))["story"]["act"] == act
        assert reader.query_params["scene"] == SCENES[act].id
    assert "go_previous" not in [b.key for b in reader.button]


def test_an_answered_act_is_shown_as_its_answer_left_it(visit):
    reader, scene = visit(act="3"), SCENES["3"]
    reader.button(key=f"choice_story_{scene.id}_0").click().run()
    reader.button(key="go_next").click().run()
    reader.button(key="go_previous").click()
    assert clean(reader.run()).query_params["strength"] == "2"
    assert "Measured" in words(reader)


def test_a_link_that_names_the_scene_alone_opens_its_act(visit):
    for act, scene in SCENES.items():
        reader = visit(deck="story", scene=scene.id)
        assert drawn(reader)["story"]["act"] == act
        assert reader.query_params.get("act", "1") == act


def test_a_link_says_what_is_on_screen(visit):
    link = {"act": "5", "grip": "held", "kept": "0.9"}
    reader = visit(params=link)
    assert dict(reader.query_params) == link and not reader.warning
    _, choice, slider = drawn(reader)["story"]["controls"]
    assert choice["value"] == "held" and slider["values"][slider["at"]] == 0.9


def test_the_race_is_replayed_and_can_be_run_live(visit):
    reader = visit(act="5", shows="race")
    seen = drawn(reader)["story"]
    assert seen["said"][0] == "After 0 updates nobody has learned it"
    assert "LSTM 3 of 3" in seen["said"][-1] and "RNN" not in seen["said"][-1]
    (link,) = [e.proto for e in reader.get("page_link") if e.proto.label.startswith("Open this")]
    there = visit(link.page, dict(p.split("=", 1) for p in link.query_string.split("&")))
    assert not there.warning
    wanted = {"task": "order", "versus": "cell", "hidden": "8", "init": "keras", "rate": "0.02"}
    assert wanted.items() <= dict(there.query_params).items()


def test_hidden_answers_stay_hidden(visit):
    reader, scene = visit(act="4", answers="off"), SCENES["4"]
    reader.button(key=f"choice_story_{scene.id}_0").click()
    text = words(clean(reader.run()))
    assert "Your answer is kept" in text and "Measured" not in text
    assert drawn(reader)["rail"][3]["mark"] == "answered"


def test_settings_of_other_pages_go_along(visit):
    reader = visit(cell="gru", steps="33")
    reader.button(key="go_next").click()
    assert clean(reader.run()).query_params["cell"] == "gru"
    assert reader.query_params["steps"] == "33"


@every_act
def test_the_workshop_opens_with_the_same_settings(visit, act):
    reader = visit(act=act, gap="50", strength="2", clipping="on", grip="held", kept="0.9")
    (link,) = [e.proto for e in reader.get("page_link") if e.proto.label.startswith("Open this")]
    there = visit(link.page, dict(p.split("=", 1) for p in link.query_string.split("&") if p))
    assert not there.warning
    wanted = {"2": ("gap", "50"), "3": ("scale", "2"), "4": ("threshold", "5")}
    name, value = wanted.get(act, ("", ""))
    assert act in ("1", "5") or there.query_params[name] == value
    assert act != "5" or there.query_params["hold"] == "forget"


@pytest.mark.parametrize("text", ["", "   ", "日本", "<img src=x>", "x" * 200, "A"])
def test_any_text_can_be_typed(visit, text):
    reader = visit(opening=text)
    assert not reader.error and drawn(reader)["story"]["act"] == "1"


def test_a_bad_link_says_so(visit):
    reader = visit(act="9", strength="99")
    assert any("Act" in w.value for w in reader.warning)
    assert drawn(reader)["story"]["act"] == "1"


def test_in_lecture_mode_the_act_is_there_too(visit):
    reader = visit(deck="story", scene=SCENES["4"].id, act="4", present="1")
    assert drawn(reader)["story"]["act"] == "4"
    reader.button(key="leave").click()
    assert "present" not in clean(reader.run()).query_params


def test_no_setting_of_the_experiment_is_asked_for(visit):
    assert not set(LINKED["start"]) & set(SETTINGS)


@pytest.mark.parametrize("link", [{"act": a} for a in ACTS] + [{"act": "5", "shows": "race"}])
def test_an_acts_numbers_can_be_taken_away(visit, monkeypatch, link):
    tables = []
    monkeypatch.setattr(page_layout, "download", lambda title, table: tables.append(table))
    visit(**link)
    (table,) = tables
    (block,) = table().blocks
    columns = list(block.values())
    assert len({len(column) for column in columns}) == 1 and len(columns[0]) > 20
