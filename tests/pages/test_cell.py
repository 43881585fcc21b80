"""The pages "Inside the cell" and "Hold a gate": source, links, words."""

import inspect

import pytest

from rnn_core.engine.cells import CELLS, GRU
from tests.pages.reader import as_read, clean


@pytest.mark.parametrize("cell", CELLS)
def test_the_source_on_the_page_is_the_source_that_runs(visit, cell):
    reader = visit("cell", cell=cell)
    shown = [c.value for c in reader.code]
    kind = CELLS[cell]
    for text in (kind.step, kind.step_back):
        assert inspect.getsource(text).strip() in {s.strip() for s in shown}


def test_a_link_names_unit_step_and_mean(visit):
    reader = visit("cell", cell="gru", t="3", unit="2", wires="mean", layers="2", layer="1")
    assert reader.query_params["wires"] == "mean"
    assert not reader.warning


def test_a_unit_there_is_not_is_the_last_there_is(visit):
    assert not visit("cell", hidden="3", unit="64").warning


@pytest.mark.parametrize(
    ("cell", "gate", "words"),
    [
        ("lstm", "forget", "Erase a cell or not?"),
        ("lstm", "output", "How much to reveal to the output?"),
        ("gru", "update", "How much past should matter now?"),
        ("gru", "reset", "Reset previous information?"),
    ],
)
def test_gates_carry_lecture_000s_questions(visit, cell, gate, words):
    reader = visit("hold", cell=cell, hold=gate, held_at="0")
    box = reader.selectbox(key="view_hold")
    assert box.value == gate
    assert any(words in option for option in box.options)
    assert any("held at **0** at every step" in m.value for m in reader.markdown)


def test_holding_is_in_the_link_and_a_missing_gate_is_replaced(visit):
    reader = visit("hold", cell="gru", hold="forget")
    assert reader.selectbox(key="view_hold").value in GRU().gates
    reader.slider(key="view_held_at").set_value(0.5).run()
    reader.text_input(key="view_held_steps").set_value("1, 3-4").run()
    assert clean(reader).query_params["held_at"] == "0.5"
    assert reader.query_params["held_steps"] == "1,3-4"
    assert any("at 3 chosen steps" in m.value for m in reader.markdown)


def test_steps_that_cannot_be_read_are_put_back_in_words(visit):
    reader = visit("hold", held_steps="9-2")
    assert any("At steps" in w.value for w in reader.warning)
    reader.text_input(key="view_held_steps").set_value("soon").run()
    assert reader.text_input(key="view_held_steps").value == "all"


@pytest.mark.parametrize("wiring", ["encoder-decoder", "one-to-many-fed", "one-to-one"])
def test_every_wiring_can_be_held(visit, wiring):
    reader = visit("hold", wiring=wiring, forcing="free", held_steps="1")
    assert not reader.warning


def test_a_number_is_changed_and_undone_by_hand(visit):
    reader = visit("cell", cell="rnn", hidden="3")
    reader.selectbox(key="edit_block").set_value(("weight_hh", "candidate")).run()
    reader.number_input(key="edit_row").set_value(2).run()
    reader.number_input(key="edit_column").set_value(3).run()
    reader.number_input(key="edit:weight_hh_l0:1:2").set_value(1.5).run()
    assert clean(reader).query_params["edits"] == "weight_hh_l0:1:2=1.5"
    assert any("weight_hh_l0:1:2=1.5" in m.value for m in reader.markdown)
    assert reader.number_input(key="edit:weight_hh_l0:1:2").value == 1.5
    reader.button(key="edit_undo").click().run()
    assert "edits" not in clean(reader).query_params


def test_changes_in_a_link_are_read_strictly_and_what_does_not_fit_is_named(visit):
    assert any("Changed numbers" in w.value for w in visit("cell", edits="os.system").warning)
    reader = visit("cell", edits="weight_hh_l0:200:0=1;x:0:0=0.5")
    assert any("Not in this network" in c.value and "weight_hh" in c.value for c in reader.caption)


@pytest.mark.parametrize("wiring", ["encoder-decoder", "one-to-many-fed", "one-to-one"])
def test_numbers_can_be_changed_in_every_wiring(visit, wiring):
    reader = visit("cell", wiring=wiring, layers="2", layer="1", lstm="peephole")
    for block in (("weight_ph", "forget"), ("bias_hh", "output")):
        reader.selectbox(key="edit_block").set_value(block).run()
        clean(reader)


def check_of(reader) -> str:
    return as_read(next(m.value for m in reader.markdown if "Gradient check" in m.value))


def test_the_badge_checks_the_run_on_screen(visit):
    """Free, with a number changed, with a gate held: three networks, three checks."""
    free = check_of(visit("cell", hidden="3"))
    assert ":small[The gradient of all" in free
    edited = check_of(visit("cell", hidden="3", edits="weight_hh_l0:0:1=1.5"))
    assert "With weight_hh_l0:0:1=1.5: the gradient of all" in edited and "green-badge" in edited
    held = check_of(visit("hold", hidden="3", hold="forget", held_at="0.5", held_steps="2,4"))
    assert "With the forget gate held at 0.5 at steps 2,4: the gradient" in held
    assert "green-badge" in held
    assert check_of(visit("gates", hidden="3", edits="weight_hh_l0:0:1=1.5")) == free


def test_an_overflow_made_by_hand_is_said(visit):
    reader = visit("cell", cell="rnn", activation="relu", edits="weight_hh_l0:0:0=100", steps="200")
    assert any("overflow" in w.value for w in reader.warning)
    assert "Not checked" in check_of(reader)
