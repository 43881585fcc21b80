"""The training page: it trains, pauses, begins again, saves, loads and refuses."""

import gc
import weakref

import numpy as np
import pytest

from pages.ui.models.races import recorded
from pages.ui.models.training import MOST_PYTHON, NAME, TrainingSession
from pages.ui.runs import compute
from rnn_core.tasks import TASKS
from rnn_core.tasks.characters import python_text
from rnn_core.training.comparison import entries
from rnn_core.training.trainer import Trainer
from rnn_core.training.weight_files import to_npz
from tests.pages.reader import clean, said

QUICK = {"task": "echo", "length": "8", "batch": "4", "updates": "40", "hidden": "6"}


def press(reader, label):
    """Press a button; one update may take several slices on a busy machine."""
    (button,) = [b for b in reader.button if b.label == label]
    reader = clean(button.click().run())
    return until_it_rests(reader) if label == "One update" else reader


def until_it_rests(reader, most=200):
    for _ in range(most):
        if not reader.session_state["session"].tick:
            return clean(reader)
        clean(reader.run())
    raise AssertionError("it does not come to rest")


def more(reader):
    """The panel of all other settings is opened."""
    return clean(reader.button(key="more").click().run())


def training_session(reader) -> TrainingSession:
    return reader.session_state["session"].kept[NAME]


def losses(reader):
    (trainer, *_) = training_session(reader).comparison.trainers.values()
    return [u.loss for u in trainer.history]


def test_one_update_is_the_engines_first(visit):
    reader = press(visit("training", QUICK), "One update")
    (settings,) = training_session(reader).settings.values()
    assert losses(reader) == [next(Trainer(settings).updates()).loss]
    assert any("1 updates" in m.value for m in reader.markdown)


def test_it_trains_by_itself_until_the_end_and_no_further(visit):
    reader = press(visit("training", QUICK), "Start")
    for _ in range(60):
        if training_session(reader).comparison.done:
            break
        reader.run()
    (settings,) = training_session(reader).settings.values()
    assert losses(reader) == [u.loss for u in Trainer(settings).updates()]
    clean(reader.run())
    assert not [b for b in reader.button if b.label == "Pause"]
    assert any("agrees with central differences" in m.value for m in reader.markdown)


def test_pause_stops_it_and_more_updates_go_on(visit):
    reader = press(visit("training", QUICK | {"updates": "9999"}), "Start")
    while not losses(reader):
        reader.run()
    made = len(losses(press(reader, "Pause")))
    clean(reader.run())
    assert len(losses(reader)) == made > 0
    more(reader).slider(key="own_updates").set_value(made + 3).run()
    kept = len(losses(clean(reader)))
    assert made - 1 <= kept <= made, "at most the update under way begins anew"
    press(reader, "One update")
    while len(losses(reader)) == kept:  # a busy machine may need more than a slice for it
        clean(reader.run())
    assert len(losses(reader)) == kept + 1


def test_another_setting_begins_anew_and_leaving_stops(visit):
    reader = press(visit("training", QUICK | {"updates": "9999"}), "Start")
    old = training_session(reader).comparison
    more(reader).slider(key="own_length").set_value(9).run()
    before = training_session(reader)
    assert before.comparison is not old and {s.length for s in before.settings.values()} == {9}
    reader.switch_page("gates.py").run()
    clean(reader.switch_page("training.py").run())
    assert training_session(reader) is before
    assert [b for b in reader.button if b.label == "Continue"]


@pytest.mark.parametrize("versus", ["cell", "clip", "optimiser", "init", "window"])
def test_runs_side_by_side(visit, versus):
    reader = press(visit("training", QUICK, versus=versus), "One update")
    press(reader, "One update")
    mine = training_session(reader)
    assert mine.settings == entries(
        reader.session_state["session"].experiment,
        reader.session_state["session"].own[type_of(reader)],
    )
    assert mine.comparison.made == 2
    table = next(m.value for m in reader.markdown if m.value.startswith("| right"))
    assert all(words in table for words in mine.settings)


def type_of(reader):
    (kind,) = reader.session_state["session"].own
    return kind


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_trained(visit, task):
    reader = press(visit("training", QUICK, task=task), "One update")
    assert len(losses(reader)) == 1


def test_a_hello_network_writes(visit):
    link = {"task": "hello", "updates": "200", "rate": "0.05", "cell": "rnn", "temperature": "0"}
    reader = press(visit("training", link), "Start")
    for _ in range(60):
        if training_session(reader).comparison.done:
            break
        reader.run()
    assert any("writes: `ello" in m.value for m in clean(reader).markdown)


def upload(reader, content: bytes, name: str = "w.npz"):
    reader.file_uploader(key="weights_file").set_value((name, content, "application/zip")).run()
    readable = [b for b in reader.button if b.label == "Load them"]
    return press(reader, "Load them") if readable else clean(reader)


def test_saved_weights_come_back(visit):
    reader = press(visit("training", QUICK), "One update")
    (trainer,) = training_session(reader).comparison.trainers.values()
    kept = {n: w.copy() for n, w in trainer.weights.items()}
    for _ in range(3):
        press(reader, "One update")
    assert any((kept[n] != w).any() for n, w in trainer.weights.items())
    upload(reader, to_npz(kept))
    assert "Loaded" in said(reader)
    (trainer,) = training_session(reader).comparison.trainers.values()
    for name, weight in trainer.weights.items():
        np.testing.assert_array_equal(weight, kept[name])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "Expected"),
        (b"hello", "Expected"),
        (b"\x80\x04pickle", "pickle"),
        (to_npz({"weight_ih_l0": np.ones((2, 2))}), "weight"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_is_lost(visit, content, word):
    reader = press(visit("training", QUICK), "One update")
    (trainer,) = training_session(reader).comparison.trainers.values()
    before = {n: w.copy() for n, w in trainer.weights.items()}
    upload(reader, content)
    assert word in said(reader) and "Loaded" not in said(reader)
    for name, weight in trainer.weights.items():
        np.testing.assert_array_equal(weight, before[name])


@pytest.mark.parametrize("kind", ["source", "documentation"])
def test_pythons_own_text_is_learnt(visit, kind):
    reader = press(visit("training", QUICK, task="text", reads=kind), "One update")
    (trainer,) = training_session(reader).comparison.trainers.values()
    assert trainer.task.text == python_text(kind, MOST_PYTHON)
    assert any("300,000 characters" in c.value for c in reader.caption)


def test_texts_that_are_not_there_yet_leave_the_short_one(visit):
    for reads in ("file", "plays"):
        reader = press(visit("training", QUICK, task="text", reads=reads), "One update")
        (trainer,) = training_session(reader).comparison.trainers.values()
        assert trainer.task.text == "hello"


def give_text(reader, content: bytes):
    return clean(reader.file_uploader(key="text").set_value(("a.txt", content, "text/plain")).run())


def test_a_text_of_ones_own(visit):
    reader = visit("training", QUICK, task="text", reads="file")
    give_text(reader, ("to be or not to be, " * 50).encode())
    press(reader, "One update")
    (trainer,) = training_session(reader).comparison.trainers.values()
    assert trainer.task.alphabet == tuple(sorted(set("to be or not to be, ")))


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "at least"), (b"\xff\xfe" * 40, "UTF"), (b"x" * 2_000_001, "at most")],
    ids=["empty", "not UTF-8", "huge"],
)
def test_a_text_that_cannot_be_used_is_refused(visit, content, word):
    reader = give_text(visit("training", QUICK, task="text", reads="file"), content)
    assert word in said(reader)
    press(reader, "One update")


@pytest.mark.parametrize("task", ["echo", "hello", "translation"])
@pytest.mark.parametrize("page", ["gates", "unrolled", "cell", "gradients"])
def test_a_trained_network_goes_to_the_other_pages_and_back(visit, task, page):
    reader = press(visit("training", QUICK, task=task), "One update")
    press(reader, "Look inside")
    (trainer,) = training_session(reader).comparison.trainers.values()
    assert trainer.update == 1  # looking inside does not begin anew
    reader.switch_page(f"{page}.py").run()
    assert any("after 1 updates" in m.value for m in clean(reader).markdown)
    assert len(reader.query_params["weights"]) == 24
    shown = compute(reader.session_state["session"].experiment).stages[-1].network.weights
    for name, weight in trainer.network.weights.items():
        np.testing.assert_array_equal(shown[name], weight)
    more(reader).slider(key="set_hidden").set_value(7).run()
    assert "weights" not in clean(reader).query_params


def test_a_link_to_weights_that_are_gone_says_so(visit):
    reader = visit("gates", weights="0" * 24)
    assert any("no longer here" in m.value for m in reader.markdown)
    assert any(
        "Weights" in w.value or "weights" in w.value for w in visit("gates", weights="../x").warning
    )


def test_who_leaves_leaves_nothing_behind(visit):
    """Nothing outside of the session keeps a reader's runs."""
    reader = press(visit("training", QUICK), "One update")
    kept = weakref.ref(training_session(reader).comparison)
    assert kept() is not None
    del reader
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("task", ["text", "hello"])
@pytest.mark.parametrize("text", ["a", "aaaa", " ", "ab", "aab", "é" * 200], ids=lambda t: t[:4])
@pytest.mark.parametrize("length", ["2", "500"])
def test_any_typed_text_at_any_length_can_be_learnt(visit, task, text, length):
    link = QUICK | {"task": task, "text": text, "length": length, "validate": "1", "watch": "1"}
    reader = press(visit("training", link), "One update")
    assert len(losses(reader)) == 1 and np.isfinite(losses(reader)).all()


@pytest.mark.parametrize(
    "content", ["a" * 50, "ab" * 11, "aaaaaaaaaaaaaaaaaaaaaaaab", "\n\na" * 40]
)
@pytest.mark.parametrize("length", ["2", "500"])
def test_any_file_at_any_length_can_be_learnt(visit, content, length):
    link = QUICK | {"task": "text", "reads": "file", "length": length, "validate": "1"}
    reader = give_text(visit("training", link), content.encode())
    press(reader, "One update")
    (trainer,) = training_session(reader).comparison.trainers.values()
    if len(content.strip()) >= 20:
        assert trainer.task.text == content
        assert any(f"{len(content):,} characters to learn from" in c.value for c in reader.caption)
    assert np.isfinite(losses(reader)).all()


def test_a_refused_file_is_not_learnt_from_and_not_counted(visit):
    reader = visit("training", QUICK, task="text", reads="file")
    give_text(reader, ("to be or not to be, " * 50).encode())
    assert any("characters to learn from" in c.value for c in reader.caption)
    give_text(reader, b"\xff\xfe" * 40)
    assert "UTF" in said(reader)
    assert not any("characters to learn from" in c.value for c in reader.caption)
    (trainer,) = training_session(reader).comparison.trainers.values()
    assert trainer.task.text == "hello"


# -- slices ----------------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch):
    """Every sequence is a piece, and a slice of time holds one piece."""
    monkeypatch.setattr("rnn_core.training.objective.PIECE_BYTES", 0)
    monkeypatch.setattr("pages.ui.models.training.SLICE_MS", 0.0)


def test_one_update_and_its_check_are_made_by_and_by(visit, slow):
    reader = until_it_rests(visit("training", QUICK))
    (button,) = [b for b in reader.button if b.label == "One update"]
    clean(button.click().run())
    assert training_session(reader).comparison.underway and not losses(reader)
    assert not any("central differences" in m.value for m in reader.markdown)
    until_it_rests(reader)
    (settings,) = training_session(reader).settings.values()
    assert losses(reader) == [next(Trainer(settings).updates()).loss]
    assert any("agrees with central differences" in m.value for m in reader.markdown)


def test_a_pause_within_an_update_changes_no_number(visit, slow):
    reader = press(until_it_rests(visit("training", QUICK | {"updates": "3"})), "Start")
    while not training_session(reader).comparison.underway:
        reader.run()
    press(reader, "Pause")
    clean(reader.switch_page("gates.py").run())
    clean(reader.switch_page("training.py").run())
    assert training_session(reader).comparison.underway and not training_session(reader).wanted
    press(until_it_rests(reader), "Continue")
    until_it_rests(reader)
    (settings,) = training_session(reader).settings.values()
    assert losses(reader) == [u.loss for u in Trainer(settings).updates()]


def test_an_update_that_takes_long_is_announced(visit):
    link = QUICK | {"length": "500", "batch": "256", "hidden": "64", "layers": "3", "cell": "lstm"}
    reader = visit("training", link)
    assert any("One update takes about" in c.value for c in reader.caption)
    assert not any("One update takes" in c.value for c in visit("training", QUICK).caption)


# -- what the browser keeps ------------------------------------------------------------------


def test_what_is_looked_inside_is_handed_to_the_browser_until_it_has_it(visit):
    reader = press(press(visit("training", QUICK), "One update"), "Look inside")
    parcels = reader.session_state["session"].kept["keeping"].parcels
    name = reader.query_params["weights"]
    assert name in parcels and any(key.startswith("training-") for key in parcels)


def test_weights_of_an_earlier_session_are_offered_unless_the_reader_begins_again(visit):
    first = press(visit("training", QUICK), "One update")
    ((name, parcel),) = first.session_state["session"].kept["keeping"].parcels.items()
    second = visit("training", QUICK)
    assert second.session_state["session"].kept["keeping"].wanted == name
    second.session_state["session"].kept["keeping"].came[name] = parcel.raw
    assert any("after 1 updates, from before" in box.value for box in clean(second.run()).info)
    press(second, "Go on from them")
    (again,) = training_session(second).comparison.trainers.values()
    assert again.update and any("after 1 earlier updates" in c.value for c in second.caption)
    press(second, "Begin again")
    assert not any("from before" in box.value for box in clean(second.run()).info)
    damaged = visit("training", QUICK | {"hidden": "7"})
    other = damaged.session_state["session"].kept["keeping"]
    other.came[other.wanted] = parcel.raw
    assert not any("from before" in box.value for box in clean(damaged.run()).info)


# -- recorded races ----------------------------------------------------------------------------


def labels(reader):
    return {b.label for b in reader.button}


def test_the_page_opens_on_a_recorded_race_and_runs_exactly_its_settings_live(visit):
    reader = visit("training")
    mine = training_session(reader)
    race = recorded(mine.settings)
    assert race is not None and race.name == "order" and "Replay" in labels(reader)
    assert mine.settings == race.entries(0)
    press(reader, "Run it live")
    for _ in range(400):  # until the twentieth update is validated as well
        if min(len(t.history) for t in mine.comparison.trainers.values()) >= 21:
            break
        clean(reader.run())
    press(reader, "Pause")
    for words, trainer in mine.comparison.trainers.items():
        kept = next(r for r in race.of(words) if r.seed == 0)
        seen = [(u.update, u.validation) for u in trainer.history if u.validation is not None]
        for update, loss in seen:
            assert loss == pytest.approx(kept.losses[kept.updates.index(update)], rel=2e-3)
        assert len(seen) >= 2
    assert "Replay" not in labels(reader)
    press(reader, "Begin again")
    assert "Replay" in labels(reader)


def test_other_settings_are_no_recorded_race(visit):
    reader = visit("training", QUICK)
    assert recorded(training_session(reader).settings) is None and "Start" in labels(reader)
