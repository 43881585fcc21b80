"""A held gate beside the free run, in the letters of a notation."""

import json

import numpy as np
import pytest

from pages.figures.hold import held_conclusion, held_figure, held_rows, held_title, held_words
from pages.figures.theme import number
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


def test_the_row_that_opens_is_titled_with_how_much_more_gradient_reaches_the_start():
    done, hold = run(Experiment(cell="lstm", steps=20)), Hold("forget", 1.0)
    held = hold_gate(done, hold)
    before, after = (r.stages[0].gradient.top.norms("c")[0] for r in (done, held))
    figure = held_figure(done, held, hold, layer=0, loss="the last step", rows=("gradient",))
    title = held_conclusion(done, held, hold, layer=0)
    assert title in json.dumps(figure, default=str, ensure_ascii=False)
    assert f"{number(after / before)} times more gradient reaches the start" in title
    assert len(figure["data"]) == 4 and {t["yaxis"] for t in figure["data"]} == {"y"}
    wiped = Hold("forget", 0.0)
    assert "no gradient reaches" in held_conclusion(done, hold_gate(done, wiped), wiped, layer=0)
    same = Hold("forget", 1.0, ())
    assert "as much" in held_conclusion(done, hold_gate(done, same), same, layer=0)
