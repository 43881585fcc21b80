"""The laboratory's pages: Jacobian product, one weight, starts compared, truncated BPTT."""

from dataclasses import replace

import numpy as np
import pytest

from pages.figures.theme import number
from pages.ui.models import truncated
from rnn_core.experiment.experiment import Experiment, to_params
from rnn_core.experiment.settings import settings_of
from rnn_core.studies.starts import Starts, depth_norms, norms, starts
from rnn_core.studies.truncated import first_clues
from tests.pages.reader import clean, said


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_verdict_names_its_cell(visit, cell):
    text = said(visit("jacobians", cell=cell))
    assert f"{cell.upper()}, ‖∂" in text and "spectral radius ρ" in text
    assert ("does not hold" in text) == (cell != "rnn")


def test_every_layer_can_be_looked_at(visit):
    reader = visit("jacobians", layers="2", direction="bidirectional", cell="rnn")
    menu = reader.button_group(key="layer")
    texts = []
    for layer in range(4):
        menu = reader.button_group(key="layer")
        menu.set_value(layer)
        texts.append(said(clean(reader.run())))
    assert len(set(texts)) == 4


def test_the_way_through_the_output_is_left_out_and_said(visit):
    assert "not in them" in said(visit("jacobians", wiring="one-to-many-fed"))
    assert "not in them" not in said(visit("jacobians"))


@pytest.mark.parametrize(
    "link",
    [
        {"w": "0", "n": "1"},
        {"w": "8", "n": "200"},
        {"phi": "linear", "h0": "0.01"},
        {"phi": "sigmoid", "x": "-4"},
        {"w": "nonsense", "phi": "no such", "x": "1e9"},
    ],
    ids=str,
)
def test_one_weight_stands_any_link(visit, link):
    assert len(said(visit("scalar", link))) > 100


@pytest.mark.parametrize("vary", settings_of(Starts)["vary"].options)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_comparison_of_every_cell(visit, cell, vary):
    text = said(visit("starts", cell=cell, vary=vary, steps="6", hidden="4"))
    assert "not a proof" in text
    fits = {"activation": cell == "rnn", "bias": cell != "rnn"}.get(vary, True)
    assert ("nothing of that kind" in text) != fits


@pytest.mark.parametrize("vary", ["init", "hidden", "layers"])
def test_starts_on_screen_are_the_engines_for_a_link_and_for_the_sliders_next_value(visit, vary):
    """Every median in the table."""
    e = Experiment(cell="rnn", steps=6, hidden=4, scale=1.5, gain=0.7, text="abcab")
    reader = visit("starts", to_params(e) | {"vary": vary})
    assert ends(reader) == expected(e, vary)
    reader.slider(key="set_scale").set_value(0.6)
    clean(reader.run())
    assert ends(reader) == expected(replace(e, scale=0.6), vary)


def ends(reader) -> dict[str, str]:
    """The table's medians at the largest distance, by start."""
    (table,) = (m.value for m in reader.markdown if m.value.startswith("| start |"))
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    return {name: last for name, _, last, _ in rows}


def expected(e: Experiment, vary: str) -> dict[str, str]:
    """The same from the engine."""
    measure, seeds = (depth_norms, 5) if vary == "layers" else (norms, 10)
    found = {name: measure(wish, range(seeds))[:, -1] for name, wish in starts(e, vary).items()}
    with np.errstate(divide="ignore"):  # a dead ReLU leaves nothing
        return {name: number(10 ** np.median(np.log10(v))) for name, v in found.items()}


@pytest.mark.parametrize("window", [3, 5])
def test_the_clues_kept_for_all_readers_are_those_asked_for(window):
    for kept, made in zip(
        truncated.clues("rnn", 1, window), first_clues("rnn", 1, window), strict=True
    ):
        np.testing.assert_array_equal(kept, made)
    assert not np.array_equal(truncated.clues("rnn", 1, 3)[1], truncated.clues("rnn", 1, 5)[1])
