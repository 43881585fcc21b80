"""The table says what the alphabets say; differences and claims are the engine's own numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest

from pages.figures.notation.disagreements import disagreements
from pages.figures.notation.side_by_side import (
    ABSENT,
    block,
    has_biases,
    headline,
    letter_rows,
    letters_table,
)
from pages.figures.notation.variants import (
    HIGH,
    Variant,
    variant_lines,
    variant_rows,
    variant_words,
    variants,
)
from pages.figures.theme import number
from rnn_core.analysis.jacobians import jacobian_products, jacobians
from rnn_core.engine.cells import CELLS, GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.equations import equations
from rnn_core.notation.notation import LECTURES, NOTATIONS
from tests.core.cells_under_test import VARIANTS

EXPERIMENT = Experiment(text="hello", steps=9, hidden=5, seed=3)


def done(**changes):
    return run(replace(EXPERIMENT, **changes))


# --- table and formulas --------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_every_row_has_every_notation_and_only_known_html(cell):
    rows = letter_rows(cell)
    for row in rows.values():
        assert set(row) == set(NOTATIONS) and list(row)[:5] == list(LECTURES)
        tags = {t for html in row.values() for t in re.findall(r"</?(\w+)", html)}
        assert tags <= {"i", "b", "sub", "sup", "code", "br"}
    assert rows["hidden state"]["000"] == {"rnn": "<i>a</i><sub>t</sub>"}.get(
        cell, "<i>s</i><sub>t</sub>" if cell == "gru" else ABSENT
    )


def test_the_table_says_how_each_source_means_z_and_r():
    rows = letter_rows("gru")
    z, r = rows["z is the share of"], rows["r before or after W·h"]
    assert (z["000"], z["001"], z["003"], z["004"]) == ("the past", "the new", "the past", ABSENT)
    assert (r["001"], r["pytorch"], r["keras"]) == ("before", "after", "after or before")
    assert rows["biases, reset gate"]["001"] == "none"


def test_the_table_tints_the_chosen_column():
    html = letters_table(["gru"], "001")
    assert html.count("class='on'") == 1 + len(letter_rows("gru"))
    assert "<th scope='col' class='on'>001<small>Oliveira</small></th>" in html


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=lambda n: n.name)
@pytest.mark.parametrize("cell", VARIANTS, ids=repr)
def test_folding_a_formula_loses_nothing(cell, notation):
    latex = block(cell, notation, biases=True, readout="softmax")
    lines = equations(cell, notation, readout="softmax")
    assert latex.count("&=") == len(lines)
    flat = latex.replace(r" \\ & \quad + ", " + ")
    assert all(line.latex.replace(" = ", " &= ", 1) in flat for line in lines)


# --- variants ------------------------------------------------------------------------------------


def by_hand(network, cell, x):
    """(T, H) states of another cell with the same gates and the same weights."""
    other = Network(cell, network.weights, network.direction, network.readout)
    return other.forward(x).top.after("h")[0]


@pytest.mark.parametrize(
    ("settings", "key", "cell"),
    [
        ({"cell": "gru"}, "reset", GRU("before", "keeps")),
        ({"cell": "gru"}, "update", GRU("after", "takes")),
        ({"cell": "gru"}, "reset+update", GRU("before", "takes")),
        ({"cell": "gru", "layers": 2, "direction": "bidirectional"}, "reset", GRU("before")),
        ({"cell": "rnn"}, "activation", RNN("sigmoid")),
    ],
)
def test_differences_are_those_of_two_engine_runs(settings, key, cell):
    mine = done(**settings)
    (stage,) = mine.stages
    found = next(v for v in variants(mine) if v.key == key)
    states = by_hand(stage.network, cell, stage.x)
    expected = np.abs(states - stage.trace.top.after("h")[0]).max(1)
    np.testing.assert_array_equal(found.difference, expected)
    assert found.largest == expected.max() and found.step == expected.argmax() + 1
    assert found.largest > 1e-3


def test_the_lstm_without_its_forget_gate():
    mine = done(cell="lstm")
    (stage,) = mine.stages
    H, weights = 5, stage.network.state_dict()
    kept = [k for k in range(4 * H) if not H <= k < 2 * H]
    cut = {n: a if n.startswith("readout") else a[kept] for n, a in weights.items()}
    states = Network(LSTM("no-forget"), cut).forward(stage.x).top.after("h")[0]
    found = {v.key: v for v in variants(mine)}["kind"]
    expected = np.abs(states - stage.trace.top.after("h")[0]).max(1)
    np.testing.assert_array_equal(found.difference, expected)


@pytest.mark.parametrize("settings", [{"update": "keeps"}, {"update": "takes", "layers": 2}])
def test_z_with_negated_weights_is_the_same_network(settings):
    found = {v.key: v for v in variants(done(cell="gru", **settings))}
    assert found["negated"].largest < 1e-14 < 1e-3 < found["update"].largest


def test_who_writes_a_variant_is_read_from_the_table():
    found = {v.key: v.written_by for v in variants(done(cell="gru"))}
    assert found == {
        "reset": ("003",),
        "update": (),
        "reset+update": ("001",),
        "negated": (),
        "biases": ("001",),
    }
    assert {v.key: v.written_by for v in variants(done(cell="rnn"))}["biases"] == ("001", "004")


def test_peepholes_can_be_taken_out_and_what_cannot_be_made_is_left_out():
    labels = [v.label for v in variants(done(cell="lstm", lstm="peephole"))]
    assert labels == ["no forget gate (f = 1)", "peepholes taken out", "no biases"]
    assert [v.key for v in variants(done(cell="lstm", lstm="no-forget"))] == ["biases"]


@pytest.mark.parametrize("wiring", ["encoder-decoder", "one-to-many-fed", "many-to-one"])
def test_every_wiring_has_its_variants(wiring):
    mine = done(cell="gru", wiring=wiring, forcing="free")
    steps = sum(s.trace.features.shape[1] for s in mine.stages)
    assert all(v.difference.shape == (steps,) for v in variants(mine))


def test_zero_weights_have_no_biases_to_leave_out():
    mine = done(cell="gru", init="zero")
    assert not has_biases(mine)
    assert "biases" not in [v.key for v in variants(mine)]
    assert all(v.largest == 0 for v in variants(mine))


def test_the_lines_show_these_numbers():
    found = variants(done(cell="gru"))
    figure = variant_lines(found, "sₜ")
    shown = {line["name"]: line["y"] for line in figure["data"]}
    assert set(shown) == {v.label for v in found if v.key != "negated"}
    for v in found:
        if v.key != "negated":
            np.testing.assert_array_equal(shown[v.label], np.clip(v.difference, 1e-4, HIGH))
    assert "Δsₜ" in figure["layout"]["yaxis"]["title"]["text"]
    rows = variant_rows(found, "sₜ")
    assert len(rows["value"]) == 9 * len(found) and set(rows["quantity"]) == {"max |Δsₜ|"}


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_overflow_is_said(bad):
    wild = Variant("activation", "ReLU", (), np.array([1.0, 1e200, bad]))
    assert variant_words([wild], "hₜ") == ["**ReLU**: the states overflow."]
    (line,) = variant_lines([wild], "hₜ")["data"]
    assert line["y"][1] == HIGH and line["customdata"][1] == "10²⁰⁰"


# --- disagreements -------------------------------------------------------------------------------


def told(**changes):
    mine = done(**changes)
    cells = {cell: done(**{**changes, "cell": cell}) for cell in CELLS}
    every = disagreements(cells, mine, done(**{**changes, "initial": "random"}))
    return {each.lectures: each.words for each in every}, cells


def test_each_claim_carries_the_engines_number():
    words, cells = told()
    assert "One state: **4** letters, a (000), s (001), a (002), y (003), h (004)" in words["All"]
    gru = {v.key: v.largest for v in variants(cells["gru"])}
    assert number(gru["update"]) in words["001, 000, 003"]
    assert number(gru["biases"]) in words["001, GRU"]
    W = cells["rnn"].stages[0].network.layers[0].weight_hh
    assert number(np.abs(np.linalg.eigvals(W)).max()) in words["000"]
    assert number(np.linalg.norm(W, 2)) in words["000"]
    i = cells["lstm"].stages[0].trace.layers[0].gates["input"]
    assert number(i.min()) in words["002, gates"] and number(i.max()) in words["002, gates"]


def test_claimed_gradients_stand_beside_the_measured_ones():
    words, cells = told()
    gru = cells["gru"].stages[0].trace.layers[0]
    measured = np.linalg.norm(jacobian_products(jacobians(gru), 5)[0], 2)
    assert number(0.25**9) in words["000, GRU"] and number(measured) in words["000, GRU"]
    lstm = cells["lstm"].stages[0].trace.layers[0]
    product = np.eye(10)
    for step in jacobians(lstm):
        product = step @ product
    assert number(np.linalg.norm(product[5:, 5:], 2)) in words["004"]
    assert number(lstm.gates["forget"][0].prod(0).max()) in words["004"]


@pytest.mark.parametrize(
    "changes",
    [
        {"init": "zero"},
        {"lstm": "no-forget", "layers": 3, "direction": "reverse"},
        {"wiring": "encoder-decoder"},
        {"initial": "random"},
        {"cell": "rnn", "activation": "relu", "init": "identity", "gain": 3.0, "scale": 4.0},
    ],
)
def test_every_run_has_something_to_say(changes):
    words, _ = told(**changes)
    assert len(words) == 11 and all(w.endswith(".") for w in words.values())


@pytest.mark.parametrize("cell", CELLS)
def test_the_headline_counts_the_spellings_of_one_row(cell):
    said = headline(cell)
    what = said.split("the ", 1)[1].split(", is written")[0]
    spellings = {*letter_rows(cell)[what].values()} - {"–"}
    assert f"in {len(spellings)} ways" in said and len(spellings) > 2
