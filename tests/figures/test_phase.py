"""The phase map's numbers are the engine's, its words count them."""

from dataclasses import replace

import numpy as np
import pytest

from pages.figures import phase as phase_map
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies import flow, phase

E = Experiment(hidden=4, steps=8, placement="last")


def test_the_map_is_the_engines():
    e, lengths = replace(E, hidden=2), (5, 9)
    rnn = phase.ratios(phase.mapped(e, "rnn"), lengths, None)
    assert rnn.shape == (len(phase.SCALES), 2)
    found = []
    for s in range(5):
        wish = replace(e, cell="rnn", seed=s, scale=phase.SCALES[3], steps=9)
        norms = run(wish).stages[0].gradient.top.norms("h")
        found.append(np.log10(norms[0] / norms[-1]))
    assert rnn[3, 1] == pytest.approx(np.median(found))
    rows = phase_map.rows(lengths, {"rnn": rnn})
    assert rows["log10 ratio"][7] == rnn[3, 1] and rows["steps"][7] == 9
    assert rows["scale"][7] == phase.SCALES[3]


def test_the_seeds_of_a_map_go_round_their_end():
    assert phase.ratios(replace(E, seed=99, hidden=1), (5,), None).shape == (len(phase.SCALES), 1)


def test_the_map_is_in_the_letters_of_the_notation():
    ratios = {cell: np.zeros((len(phase.SCALES), 1)) for cell in flow.CELLS}
    seen = phase_map.payload(E, (5,), ratios, NOTATIONS["001"])["ratio"]
    assert seen == "‖dL_T/ds₀‖ / ‖dL_T/ds_T‖ (RNN), ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖ (GRU, LSTM)"
    rows = phase_map.rows((5,), ratios, NOTATIONS["001"])
    assert rows["quantity"][0] == "‖dL_T/ds₀‖ / ‖dL_T/ds_T‖"


def test_a_map_that_was_not_made_has_no_rows():
    assert not len(phase_map.rows((5,), {})["log10 ratio"])


def test_the_maps_words_count_their_places():
    half = np.array([[-7.0, 4.0], [0.0, 0.0]])
    said = phase_map.words({"rnn": half, "gru": np.zeros((2, 2))})
    assert said == "RNN: vanishes on 25% of all places, explodes on 25%; GRU: 0% and 0%"
