"""Leaves of a picture: the same numbers, words and places as the figures that they stand in for."""

import numpy as np
import pytest

from pages.components.leaves import PARTS
from pages.figures.gradients import curves_of, of_runs
from pages.figures.leaves import leaf, leaves, moves
from pages.ui.models import gradients as model
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import HOUSE

EXPLODING = Experiment(
    cell="rnn", init="gaussian", gain=3.0, steps=12, hidden=8, clip="norm", seed=1
)


def figure(e: Experiment) -> dict:
    results = {cell: run(Experiment(**vars(e) | {"cell": cell})) for cell in CELLS}
    return of_runs(results, e.cell, "the last step", HOUSE)


def test_a_leaf_has_the_lines_bars_words_and_title_of_its_figure():
    whole = figure(EXPLODING)
    found = leaf(whole)
    curves = curves_of({c: run(Experiment(**vars(EXPLODING) | {"cell": c})) for c in CELLS})
    for line, curve in zip(found["lines"], curves, strict=True):
        seen = [k for k, log in enumerate(line) if log is not None]
        clipped = np.clip(np.log10(curve.norms[seen]), -9, 7)
        assert [line[k] for k in seen] == pytest.approx(list(clipped), abs=6e-4)
    clipped = run(EXPLODING).clipped
    logs = [np.log10(clipped.norm_before), np.log10(clipped.norm_after)]
    assert found["bars"] == pytest.approx(logs, abs=1e-3)
    assert found["title"] == whole["layout"]["title"]["text"] and "Clipping" in found["title"]
    assert found["narrow"] == whole["layout"]["meta"]["narrow"]["title"]["text"]
    texts = [note["text"] for note in whole["layout"]["annotations"] if moves(note)]
    assert [word["text"] for word in found["words"]] == texts and len(texts) == 6


def test_there_is_a_leaf_for_every_stop_of_the_slider():
    turned = model.turned(EXPLODING, 0, None)
    pairs = [
        (value, of_runs(found, "rnn", "the last step", HOUSE))
        for value, found in (next(turned) for _ in range(2))
    ]
    found = leaves("scale", pairs)
    assert model.values()[0] == 0.1 and model.values()[-1] == 4.0 and len(model.values()) == 79
    assert found.values == (0.1, 0.5) == model.values()[: PARTS + 1 : PARTS]
    direct = figure(Experiment(**vars(EXPLODING) | {"scale": 0.5}))
    assert found.leaves[1] == leaf(direct)
    every = [v for part in range(PARTS) for v in model.values()[part::PARTS]]
    assert sorted(every) == list(model.values())


def test_leaves_are_known_by_all_settings_but_their_own():
    name = model.name(EXPLODING, "house")
    assert name == model.name(Experiment(**vars(EXPLODING) | {"scale": 2.0}), "house")
    assert name != model.name(EXPLODING, "000")
    assert name != model.name(Experiment(**vars(EXPLODING) | {"seed": 2}), "house")
