"""The credit matrix and truncated BPTT as pages: links, moves, words."""

import pytest

from rnn_core.analysis.loss_state_matrix import Pick
from rnn_core.experiment.settings import settings_of
from tests.pages.reader import press
from tests.pages.reader import said as words


@pytest.mark.parametrize("of", settings_of(Pick)["of"].options)
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_quantity_can_be_linked_to(visit, of, cell):
    reader = visit("credit", of=of, cell=cell, loss="9", state="4", window="5", steps="12")
    assert not reader.warning
    assert "of step 9" in words(reader) or "hidden state 9" in words(reader)


def test_the_picked_pair_is_in_the_link_and_moves(visit):
    reader = visit("credit", steps="12")
    assert "loss of step 12 back to hidden state 1" in words(reader)
    press(reader, "t − 1")
    press(reader, "k + 1")
    assert reader.query_params == {"steps": "12", "loss": "11", "state": "2"}
    assert "loss of step 11 back to hidden state 2" in words(reader)


def test_a_pick_beyond_the_matrix_stays_inside(visit):
    assert "loss of step 12 back to hidden state 12" in words(
        visit("credit", steps="12", loss="200", state="200")
    )
    assert any("Loss of step" in w.value for w in visit("credit", loss="999").warning)


def test_every_layer_has_its_matrix(visit):
    reader = visit("credit", layers="2", direction="bidirectional", layer="3", window="4")
    assert reader.button_group(key="layer").value == 3


def test_no_window_is_said_and_one_is_followed(visit):
    full = words(visit("truncated", cell="lstm"))
    assert "window of 0 is **full BPTT**" in full and "turned by" not in full
    said = words(visit("truncated", window="8"))
    assert "window 8" in said and "turned by" in said and "window of 0" not in said
    assert "exact zero" in said


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_training_is_run_on_request_only_and_known_from_then_on(visit, cell):
    reader = visit("truncated", cell=cell, seed="3")
    assert "Mean loss" not in words(reader)
    press(reader, "Train with full and with truncated BPTT")
    said = words(reader)
    assert reader.query_params["race"] == "on" and "Mean loss of the last 20 updates" in said
    again = words(visit("truncated", cell=cell, seed="3", race="on"))
    assert next(p for p in said.split("Mean loss")[1:]) in again
    assert "Mean loss" not in words(press(reader, "Hide the training"))


def test_the_recurrent_weights_alone(visit):
    all_of_them, recurrent = (
        words(visit("truncated", part=p, window="8")) for p in ("all", "recurrent")
    )
    assert all_of_them != recurrent
