"""Data from a browser: checked like every upload, and believed only by their own names."""

import base64

import numpy as np
import pytest

from pages.ui import keeping, registry
from rnn_core.applications.probe import of_task
from rnn_core.applications.specimen_file import to_bytes
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import to_npz


@pytest.fixture
def session(monkeypatch):
    """A reader's session without Streamlit: an experiment, and what is kept."""
    kept: dict[str, object] = {}
    wish = {"now": Experiment()}
    monkeypatch.setattr(keeping.session, "kept", kept.get)
    monkeypatch.setattr(keeping.session, "keep", kept.__setitem__)
    monkeypatch.setattr(keeping.session, "experiment", lambda: wish["now"])
    return wish


def trained(seed: int):
    trainer = Trainer(Training(task="echo", length=6, hidden=4, batch=2, seed=seed))
    trainer.step()
    return of_task(f"of seed {seed}", trainer.networks, trainer.task)


def letters(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_a_network_that_is_asked_for_comes_back(session):
    found = trained(11)
    session["now"] = Experiment(weights=found.name)
    assert keeping.lost() == found.name
    keeping.heard([{"asked": found.name, "raw": letters(to_bytes(found))}])
    assert registry.get(found.name).digest == found.name
    assert not keeping.lost() and found.name in keeping.keeping().brought


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        "",
        "!!",
        "é",
        "A" * (keeping.MOST_LETTERS + 1),
        letters(b"\x80\x04pickle"),
        letters(b"PK\x03\x04"),
        letters(to_npz({"weight_hh_l0": np.ones((2, 2))})),
        letters(to_bytes(trained(13))),
    ],
    ids=lambda raw: str(raw)[:12],
)
def test_whatever_else_comes_is_refused_with_a_word(session, raw):
    name = trained(12).name
    session["now"] = Experiment(weights=name)
    keeping.heard([{"asked": name, "raw": raw}])
    assert registry.get(name) is None
    assert keeping.keeping().missing[name] and not keeping.lost()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3,
        [],
        {},
        {"asked": 3, "raw": ""},
        {"stored": "x"},
        {"stored": "x", "stamp": 3},
        {"failed": None},
        {"asked": "f" * 24, "raw": None},
    ],
)
def test_answers_of_another_form_or_to_no_question_change_nothing(session, answer):
    session["now"] = Experiment(weights="0" * 24)
    keeping.heard([answer])
    assert keeping.keeping() == keeping.Keeping()


def test_a_network_nobody_asked_for_is_not_taken(session):
    found = trained(14)
    keeping.heard([{"asked": found.name, "raw": letters(to_bytes(found))}])
    assert registry.get(found.name) is None


def test_a_file_is_sent_until_the_browser_has_this_content(session):
    keeping.keep("a", "1", b"one")
    assert [p["raw"] for p in keeping.message("")["put"]] == [letters(b"one")]
    keeping.keep("a", "2", b"two")
    keeping.heard([{"stored": "a", "stamp": "1"}])
    assert [p["stamp"] for p in keeping.message("")["put"]] == ["2"]
    keeping.heard([{"stored": "a", "stamp": "2"}])
    keeping.keep("a", "2", b"two")
    assert keeping.message("x") == {"put": [], "ask": "x"}


def test_a_browser_that_can_keep_nothing_is_asked_no_more(session):
    keeping.keep("a", "1", b"one")
    keeping.heard([{"failed": "it has no database"}])
    keeping.keep("b", "1", b"one")
    assert keeping.message("")["put"] == []
