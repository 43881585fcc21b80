"""Rivals of an experiment: each differs from it in exactly one thing that matters."""

from dataclasses import fields, replace

import pytest

from pages.ui.rivals import RIVALS, compared, named, rival, rivals
from pages.ui.view import VIEW
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment, normalise


@pytest.mark.parametrize("cell", CELLS)
def test_every_rival_is_another_run(cell):
    e = Experiment(cell=cell, hidden=3, steps=5)
    for name in rivals(e):
        changes = rival(e, name)
        assert (name == "off") == (not changes)
        if changes:
            other = normalise(replace(e, **changes))
            assert [f.name for f in fields(e) if getattr(e, f.name) != getattr(other, f.name)]
            assert len(set(named(e, changes))) == 2


def test_a_rival_that_is_no_rival_is_nothing():
    assert rival(Experiment(cell="gru"), "gru") == {}
    assert rival(Experiment(cell="gru"), "forget-3") == {}
    assert rival(Experiment(), "nonsense") == {}


def test_names_say_what_differs():
    e = Experiment()
    assert named(e, {}) == ("LSTM",)
    assert named(e, rival(e, "gru")) == ("LSTM", "GRU")
    assert named(e, rival(e, "forget-3")) == ("LSTM, forget bias 0", "LSTM, forget bias 3")
    assert len(set(named(e, rival(e, "no-forget")))) == 2


def test_both_layers_come_from_their_own_runs():
    e = Experiment(hidden=3, steps=5, layers=2)
    layer, sets = compared(e, "gru", 9)
    assert layer.name == "layer 2"
    assert [(name, t.cell.name, t.layer) for name, t in sets.items()] == [
        ("LSTM", "lstm", 1),
        ("GRU", "gru", 1),
    ]


def test_every_rival_can_stand_in_a_link():
    assert VIEW["compare"].options == ("off", *RIVALS)
