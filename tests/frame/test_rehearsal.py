"""Rehearsal of the next scenes in a lecture: unseen, whole, ended when its reader asks."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.testing.v1 import AppTest

from pages.server import ready
from pages.ui.session import Session
from pages.ui.shelf import shelf
from pages.ui.store import STORE
from tests.frame.test_player import ASKING, DECKS, link_of
from tests.pages.reader import clean

# On these pages some results take longer than what a lecturer waits for.
COSTLY = ("flow", "starts", "ceiling", "captions", "characters", "jacobians", "distance")


@pytest.fixture
def lecture(visit):
    """``lecture("001", scene)`` opens a scene in lecture mode."""
    return lambda name, scene: visit(scene.page, link_of(name, scene, present="1"))


def state(reader: AppTest) -> Session:
    return reader.session_state["session"]


def before(page: str):
    """A scene whose next one is on this page, and that one."""
    for name, deck in DECKS.items():
        for scene, there in zip(deck.scenes, deck.scenes[1:], strict=False):
            if there.page == page and scene.page != page:
                return name, scene, there
    raise AssertionError(f"no deck goes on to {page}")


def rehearsed(coming: list, is_overtaken: Callable[[], bool]) -> AppTest:
    """A run in which these scenes are made ready."""

    def script() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        from pages.server.ready import rehearse_unseen

        context, sent = get_script_run_ctx(), []
        send, context._enqueue = context._enqueue, sent.append
        rehearse_unseen(*st.session_state["asked"])
        context._enqueue = send
        st.text(f"{len(sent)} messages")

    reader = AppTest.from_function(script, default_timeout=60)
    reader.session_state["asked"] = coming, is_overtaken
    return clean(reader.run())


@pytest.mark.parametrize("page", COSTLY)
def test_a_scene_that_was_made_ready_computes_nothing_more(lecture, page):
    name, scene, there = before(page)
    reader = lecture(name, scene)
    (*_, last) = state(reader).coming
    assert last.place.scene == there and last.link["present"] == "1"
    known = set(STORE._kept)
    for key in known:
        STORE._drop(key)
    unseen = rehearsed([last], lambda: False)
    assert [each.value for each in unseen.text] == ["0 messages"]
    assert not unseen.main.children.keys() - {0} and "session" not in unseen.session_state
    made = set(STORE._kept)
    assert made
    lecture(name, there)
    assert set(STORE._kept) == made


def test_a_question_on_screen_is_measured_and_its_answer_drawn(lecture):
    name, scene = ASKING[0]
    reader = lecture(name, scene)
    answer = state(reader).coming[0]
    assert answer.place.scene == scene and answer.measures
    rehearsed([answer], lambda: False)
    assert any(key[1] == "value" for key in STORE._kept)


def test_a_reader_who_asks_ends_it(lecture):
    name, scene, _ = before("flow")
    coming = state(lecture(name, scene)).coming
    for key in set(STORE._kept):
        STORE._drop(key)
    looks = iter([False] * 3)
    rehearsed(coming, lambda: next(looks, True))
    assert next(looks, "all were used") == "all were used"
    assert not [key for key in STORE._kept if key[1] == "_bench"]


def test_nothing_is_made_ready_outside_of_a_lecture_and_nothing_after_its_end(visit):
    last = DECKS["000"].scenes[-1]
    reader = visit(last.page, link_of("000", last))
    assert state(reader).coming == []
    reader = visit(last.page, link_of("000", last, present="1"))
    assert [each.place.scene for each in state(reader).coming] == [last] * bool(last.question)


def test_with_answers_off_nothing_is_measured(visit):
    name, scene = ASKING[0]
    reader = visit(scene.page, link_of(name, scene, present="1", answers="off"))
    assert not any(each.measures for each in state(reader).coming)


def test_the_story_goes_on_too(visit):
    reader = visit("start", present="1")
    acts = shelf().decks["story"].scenes
    assert [each.place.scene.id for each in state(reader).coming] == [acts[0].id, acts[1].id]
    rehearsed(state(reader).coming, lambda: False)


class Runner:
    """Stand-in for Streamlit's runner, with the attributes that the launcher reads."""

    def __init__(self, session: Session) -> None:
        self._session_state = {"session": session}
        self._requests = SimpleNamespace(_state=ScriptRequestType.CONTINUE)


@pytest.fixture
def done(monkeypatch):
    """The launcher's own part with a run and a rehearsal that only say that they were."""
    log: list[object] = []
    monkeypatch.setattr(ready.ScriptRunner, "_run_script", lambda *_: log.append("run"))
    monkeypatch.setattr(ready, "rehearse_unseen", lambda coming, _: log.append(coming))
    monkeypatch.setattr(ready, "RESTS", 0.05)
    ready.make_ready()
    return log


def test_the_launcher_makes_ready_once_what_a_run_announced(done):
    session = Session(coming=["next"])
    runner = Runner(session)
    for _ in range(2):
        ready.ScriptRunner._run_script(runner, None)
    assert done == ["run", ["next"], "run"] and session.coming == []


@pytest.mark.parametrize("state", [ScriptRequestType.RERUN, ScriptRequestType.STOP])
def test_the_launcher_lets_a_reader_go_first(done, state):
    session = Session(coming=["next"])
    runner = Runner(session)
    runner._requests._state = state
    ready.ScriptRunner._run_script(runner, None)
    assert done == ["run"] and session.coming == ["next"]  # after the next run, perhaps


def test_a_scene_that_cannot_be_made_ready_hurts_nobody(lecture, caplog):
    (*_, last) = state(lecture(*before("flow")[:2])).coming
    unseen = rehearsed([last._replace(place=last.place._replace(deck=None))], lambda: False)
    assert [each.value for each in unseen.text] == ["0 messages"]
    assert "could not be made ready" in caplog.text
