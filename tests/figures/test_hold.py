"""A held gate beside the free run, in the letters of a notation."""

import json

import numpy as np
import pytest

from pages.figures.hold import held_figure, held_rows, held_title, held_words
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("cell", "gate"), [("gru", "update"), ("lstm", "candidate")])
def test_figure_words_and_rows_are_in_the_letters_of_the_notation(notation, cell, gate):
    chosen, done, hold = NOTATIONS[notation], run(Experiment(cell=cell, steps=6)), Hold(gate, 0.5)
    held, letters = hold_gate(done, hold), chosen.of(cell)
    options = {"layer": 0, "notation": chosen}
    drawn = json.dumps(
        held_figure(done, held, hold, loss="every step", **options),
        default=str,
        ensure_ascii=False,
    )
    title = held_title(done.stages[0].network.cell, hold, chosen)
    assert title in drawn and letters.label(gate) in title
    rows = held_rows(done, held, 0, chosen)
    for state in done.stages[0].network.cell.states:
        quantity = f"‖{letters.gradient(state)}‖"
        assert quantity in drawn
        at = (rows["quantity"] == quantity) & (rows["run"] == "held")
        np.testing.assert_allclose(
            rows["value"][at].astype(float), held.stages[0].gradient.layers[0].norms(state)
        )
    last = done.stages[0].network.cell.states[-1]
    assert f"‖{letters.gradient(last, '0')}‖" in held_words(done, held, hold, **options)
