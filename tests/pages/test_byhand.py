"""The page "BPTT by hand": the walk, the link, the exercise."""

import pytest

from pages.ui.models.byhand import written
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.byhand import Walk, stops, write_out
from rnn_core.studies.byhand_exercise import blanks
from tests.pages.reader import clean, said
from tests.pages.test_pages import EXTREMES


def place(reader):
    """Stage and step in the link; what is not in it is at its default."""
    found = reader.query_params
    return found.get("stage", "outputs"), int(found.get("t", "1"))


def fields(reader):
    return [field for field in reader.text_input if field.key.startswith("answer_")]


def test_next_walks_through_every_place_and_back_returns(visit):
    reader = visit("byhand", length="3")
    assert reader.button(key="walk_back").disabled
    found = [place(reader)]
    while not reader.button(key="walk_next").disabled:
        clean(reader.button(key="walk_next").click().run())
        found.append(place(reader))
        assert len(found) < 30
    assert found == stops(3)
    clean(reader.button(key="walk_back").click().run())
    assert place(reader) == found[-2]


def test_a_stage_is_entered_where_it_begins(visit):
    reader = visit("byhand", length="5")
    stages = reader.button_group(key="walk_stage")
    clean(stages.set_value("errors").run())
    assert "2 · Errors, step 5 of 5" in said(reader)
    clean(reader.button_group(key="walk_stage").set_value("weights").run())
    assert "3 · Weight gradients, step 1 of 5" in said(reader)


def test_a_link_names_the_whole_view(visit):
    link = {
        "stage": "weights",
        "t": "4",
        "length": "3",
        "units": "3",
        "losses": "last",
        "weight": "hy",
        "error": "2",
        "component": "1",
        "check": "on",
        "exercise": "7",
    }
    reader = visit("byhand", link)
    assert reader.query_params == {name: link[name] for name in link}
    assert not reader.warning
    assert "the sum of all 3 shares" in said(reader)
    assert len(fields(reader)) == 4


@pytest.mark.parametrize(
    "link",
    [{"stage": "dreams"}, {"length": "7"}, {"units": "0"}, {"weight": "oh"}, {"exercise": "x"}],
)
def test_a_link_that_asks_too_much_is_told_so(visit, link):
    assert any("link" in (w.icon or "") for w in visit("byhand", link).warning)


def test_what_was_changed_is_said(visit):
    words = " ".join(c.value for c in visit("byhand", cell="gru", layers="2").caption)
    assert "T = 4, H = 2" in words
    assert "a plain RNN instead of the GRU" in words and "one forward layer" in words


@pytest.mark.parametrize("extreme", EXTREMES)
def test_the_exercise_stands_the_extremes(visit, extreme):
    more = {"length": "1"} if len(extreme) % 2 else {"length": "6", "units": "3", "weight": "xh"}
    visit("byhand", EXTREMES[extreme] | {"stage": "weights", "check": "on"} | more)


def test_the_check_is_of_the_network_that_is_written_out(visit):
    for length, units in (("4", "2"), ("5", "2"), ("1", "1")):
        reader = visit("byhand", length=length, units=units)
        weights = write_out(Experiment(), int(length), int(units)).stage.network.weights
        size = sum(array.size for array in weights.values())
        these = "only this step" if length == "1" else f"only these {length} steps"
        assert these in said(reader)
        assert f"all {size} weights agrees" in said(reader)


@pytest.fixture
def exercise(visit):
    reader = visit("byhand", check="on", stage="errors")
    w = write_out(Experiment(), Walk().length, Walk().units)
    truths = [
        w.value(b.quantity, b.t, b.index)
        for b in blanks(w, "errors", Walk().weight, Walk().exercise)
    ]
    return reader, truths


def test_answers_are_judged(exercise):
    reader, truths = exercise
    assert len(fields(reader)) == len(truths) == 4
    answers = (
        f"{truths[0]:.3f}",
        f"{truths[1]:.3f}".replace(".", ","),
        f"{-truths[2]}",
        "$x$ **no** <b>",
    )
    for k, answer in enumerate(answers):
        clean(fields(reader)[k].set_value(answer).run())
    words = said(reader)
    assert "2 of 4 are right" in words and words.count("right]") == 2
    assert "the sign is wrong" in words and "not a number" in words
    clean(fields(reader)[3].set_value("77").run())
    assert "not yet" in said(reader)


def test_an_answer_can_be_shown_and_counts(exercise):
    reader, truths = exercise
    shows = [b for b in reader.button if b.label == "Show the answer"]
    assert len(shows) == 4
    clean(shows[2].click().run())
    assert float(fields(reader)[2].value) == pytest.approx(truths[2], rel=1e-3)
    assert "1 of 4 are right" in said(reader)
    assert len([b for b in reader.button if b.label == "Show the answer"]) == 3


def test_other_numbers_and_another_network_ask_anew(exercise):
    reader, truths = exercise
    before = [field.key for field in fields(reader)]
    clean(fields(reader)[0].set_value(f"{truths[0]:.4f}").run())
    clean(reader.slider(key="set_scale").set_value(2.0).run())
    assert "0 of 4 are right" in said(reader)
    clean(reader.slider(key="set_scale").set_value(1.0).run())
    clean(reader.button(key="exercise_other").click().run())
    assert reader.query_params["exercise"] == "2"
    assert [field.key for field in fields(reader)] != before
    assert all(not field.value for field in fields(reader))


def test_the_last_exercise_leads_to_the_first(visit):
    reader = visit("byhand", check="on", exercise="99")
    clean(reader.button(key="exercise_other").click().run())
    assert "exercise" not in reader.query_params


def test_the_loss_and_the_component_are_picked(visit):
    reader = visit("byhand")
    assert reader.button_group(key="walk_error").value == 3
    clean(reader.button_group(key="walk_error").set_value(1).run())
    assert reader.button_group(key="walk_component").value == 1
    assert "This gradient is **zero**" in said(reader)
    clean(reader.button_group(key="walk_error").set_value(4).run())
    clean(reader.button_group(key="walk_component").set_value(3).run())
    assert reader.query_params["component"] == "3" and reader.query_params["error"] == "4"


@pytest.mark.parametrize("notation", ["pytorch", "keras", "000", "001", "002", "003", "004"])
def test_every_notation_is_written(visit, notation):
    reader = visit("byhand", notation=notation, stage="weights")
    assert reader.latex


def test_only_what_matters_is_offered(visit):
    reader = visit("byhand", cell="lstm", activation="sigmoid")
    reader.button(key="more").click().run()
    keys = {w.key for kind in ("slider", "selectbox", "button_group") for w in reader.get(kind)}
    assert "set_scale" in keys
    assert not keys & {"set_cell", "set_hidden", "set_steps", "set_layers", "set_window"}
    e = reader.session_state["session"].experiment
    w = written(e, Walk())
    assert (w.done.experiment.cell, w.done.experiment.activation) == ("rnn", "sigmoid")
    assert "set_activation" in keys
