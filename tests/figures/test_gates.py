"""The gates' picture shows the trace's own numbers, in ranges the data cannot move."""

from dataclasses import replace

import numpy as np
import pytest

from pages.components.heatmaps import Menu, Picked, message, tidied
from pages.figures.gates import panels
from pages.figures.gates.panels import gate_rows, series_read, shown_of, sorts_of
from pages.figures.gates.similarity import correlations, unit_order
from pages.ui.view import VIEW
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from tests.figures.unpacking import part, unpacked

EXPERIMENT = Experiment(text="hello", steps=7, hidden=5, seed=3)


def gate_panels(trace, labels, title="", **more):
    return panels.gate_panels({"one": trace}, labels, title, **more)


def layer(**changes):
    done = run(replace(EXPERIMENT, **changes))
    return done.stages[0].trace.layers[0], tuple(done.sequence.labels)


@pytest.mark.parametrize(
    ("cell", "names", "symbols"),
    [
        ("lstm", "input forget candidate output c h", "iₜ fₜ gₜ oₜ cₜ hₜ"),
        ("gru", "reset update candidate h", "rₜ zₜ nₜ hₜ"),
        ("rnn", "h", "hₜ"),
    ],
)
def test_gates_in_the_cells_order_then_the_states(cell, names, symbols):
    payload = gate_panels(*layer(cell=cell), "title")
    assert [p["name"] for p in payload["panels"]] == names.split()
    assert [p["symbol"] for p in payload["panels"]] == symbols.split()


def test_letters_and_words_follow_the_notation():
    trace, labels = layer()
    panels = gate_panels(trace, labels, notation=NOTATIONS["002"])["panels"]
    letters = NOTATIONS["002"].of(trace.cell)
    assert [p["symbol"] for p in panels] == [letters.symbol(p["name"]).text for p in panels]
    assert panels[2]["symbol"] == "C̃ₜ"
    rows = gate_rows({"one": trace}, labels, NOTATIONS["002"])
    assert set(rows["letter"][rows["quantity"] == "candidate"]) == {"C̃ₜ"}


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_panels_hold_the_traces_numbers_units_down(direction):
    trace, labels = layer(direction=direction)
    panels = {p["name"]: p["values"] for p in gate_panels(trace, labels, "")["panels"]}
    np.testing.assert_array_equal(panels["forget"], trace.gates["forget"][0].T)
    np.testing.assert_array_equal(panels["c"], trace.after("c")[0].T)
    assert panels["h"].shape == (5, 7)


@pytest.mark.parametrize("scale", [0.1, 4.0])
def test_ranges_belong_to_the_meaning(scale):
    panels = gate_panels(*layer(scale=scale), "")["panels"]
    spans = {p["name"]: (p["kind"], p["low"], p["high"]) for p in panels}
    assert spans["forget"] == ("unit", 0, 1)
    assert spans["candidate"] == spans["h"] == ("signed", -1, 1)
    assert spans["c"] == ("wide", -2, 2)


GROWING = {"cell": "rnn", "activation": "relu", "init": "identity", "gain": 3.0, "scale": 4.0}


def test_what_lies_beyond_the_range_is_said():
    panel = gate_panels(*layer(**GROWING, steps=40), "")["panels"][0]
    assert "beyond the range" in panel["note"]
    quiet = gate_panels(*layer(), "")["panels"]
    assert not any(p["note"] for p in quiet if p["kind"] != "wide")


def test_overflow_is_counted():
    trace, labels = layer()
    h = np.array(trace.states["h"])
    h[0, 3:5, 1] = np.inf, np.nan
    broken = replace(trace, states={**trace.states, "h": h})
    notes = [p["note"] for p in gate_panels(broken, labels, "")["panels"]]
    assert notes[-1] == "2 overflowed (inf or nan), drawn grey"


def test_long_form_agrees_with_the_panels():
    trace, labels = layer()
    rows = gate_rows({"one": trace}, labels)
    assert list(rows) == ["step", "symbol", "quantity", "letter", "unit", "value"]
    assert {len(column) for column in rows.values()} == {6 * 7 * 5}
    at = (rows["quantity"] == "forget") & (rows["step"] == 3) & (rows["unit"] == 2)
    assert rows["value"][at] == trace.gates["forget"][0, 2, 1]
    assert rows["symbol"][at] == [labels[2]]


def test_a_wrong_number_of_labels_is_refused():
    trace, labels = layer()
    with pytest.raises(ValueError, match="one per step, 7; got 6"):
        gate_panels(trace, labels[:-1], "")


PICKED = Picked(2, 3, "forget")


@pytest.mark.parametrize("title", ["", "a", "ab", "日本", "“hello”"])
def test_a_message_carries_every_number(title):
    payload = gate_panels(*layer(), title)
    choice, picture = part(message(payload, picked=PICKED, name="gates"))
    found = unpacked(picture)
    assert (found["title"], found["order"]) == (title, [0, 1, 2, 3, 4])
    assert (choice["step"], choice["unit"], choice["quantity"]) == (2, 3, "forget")
    for panel, read in zip(payload["panels"], found["panels"], strict=True):
        np.testing.assert_allclose(read["values"], panel["values"], rtol=1e-6)


def test_numbers_too_large_for_single_precision_stay_true():
    payload = gate_panels(*layer(), "")
    payload["panels"][0]["values"] = np.array([[1e200, np.inf, np.nan, 0, 1, 2, -1e300]])
    found = unpacked(part(message(payload, picked=PICKED, name="gates"))[1])
    np.testing.assert_array_equal(found["panels"][0]["values"], payload["panels"][0]["values"])


def test_a_state_whose_squares_overflow_has_a_size_all_the_same():
    trace, _ = layer()
    huge = replace(trace, states={**trace.states, "h": np.full_like(trace.states["h"], -3e200)})
    said = panels.conclusion({"one": huge}, ["h"])
    assert said == "Hidden state hₜ: root mean square 3·10²⁰⁰"


def test_what_is_picked_stays_within_what_there_is():
    payload = gate_panels(*layer())
    menu = Menu("sort", "Sort", "number", {"number": "number", "h": "h"})
    asked = {"step": 99, "unit": 6, "quantity": "update", "menus": {"sort": "x", "cell": "gru"}}
    assert tidied(asked, payload, (menu,)) == Picked(6, 0, "update")
    asked = {"step": -1, "unit": 5, "quantity": "h", "menus": {"sort": "h"}}
    assert tidied(asked, payload, (menu,)) == Picked(0, 5, "h", {"sort": "h"})


@pytest.mark.parametrize("cell", CELLS)
def test_everything_a_menu_offers_can_stand_in_a_link(cell):
    trace, _ = layer(cell=cell)
    assert set(shown_of(trace.cell)) <= set(VIEW["maps"].options)
    assert set(sorts_of(trace.cell, "all")) <= set(VIEW["sort"].options)
    assert not sorts_of(trace.cell, "spread")
    names = {p["name"] for p in gate_panels(trace, layer()[1])["panels"]}
    assert names <= set(VIEW["quantity"].options)


def test_the_states_side_by_side():
    payload = gate_panels(*layer(), shown="states")
    assert ([p["name"] for p in payload["panels"]], payload["across"]) == (["c", "h"], True)


def test_mean_and_spread_are_those_of_the_units():
    trace, labels = layer()
    panels = {p["name"]: p for p in gate_panels(trace, labels, shown="spread")["panels"]}
    forget = trace.gates["forget"][0]
    found = panels["forget"]["values"]
    np.testing.assert_allclose(found[0], forget.mean(axis=1))
    np.testing.assert_allclose(found[1:], np.quantile(forget, (0.1, 0.9), axis=1))
    assert panels["forget"]["form"] == "band"


def test_an_overflowed_step_has_no_spread():
    values = np.array([[0.0, 1.0], [np.inf, 0.5]])
    found = panels.spread(values)
    assert np.isnan(found[:, 0]).all() and found[0, 1] == 0.75


def test_two_runs_are_drawn_in_the_same_ranges_and_order():
    own, labels = layer(forget_bias=0.0)
    other, _ = layer(forget_bias=3.0)
    payload = panels.gate_panels({"bias 0": own, "bias 3": other}, labels, "", sort="h")
    assert (payload["sets"], len(payload["panels"])) == (["bias 0", "bias 3"], 12)
    first, second = payload["panels"][1], payload["panels"][7]
    assert (first["name"], first["set"], second["name"], second["set"]) == (
        *("forget", 0),
        *("forget", 1),
    )
    np.testing.assert_array_equal(second["values"], other.gates["forget"][0].T)
    assert {(p["low"], p["high"]) for p in (first, second)} == {(0.0, 1.0)}
    rows = gate_rows({"bias 0": own, "bias 3": other}, labels)
    at = (rows["run"] == "bias 3") & (rows["quantity"] == "c") & (rows["unit"] == 1)
    np.testing.assert_array_equal(rows["value"][at], other.after("c")[0, :, 0])


def test_sorting_moves_rows_and_no_number():
    trace, labels = layer()
    plain, sorted_ = gate_panels(trace, labels), gate_panels(trace, labels, sort="forget")
    assert sorted_["order"] == unit_order(trace.gates["forget"][0].T)
    assert sorted(sorted_["order"]) == plain["order"] == [0, 1, 2, 3, 4]
    for one, two in zip(plain["panels"], sorted_["panels"], strict=True):
        np.testing.assert_array_equal(one["values"], two["values"])
    assert gate_panels(trace, labels, sort="update")["order"] == plain["order"]  # not in an LSTM


def test_alike_units_stand_side_by_side():
    t = np.arange(40) / 3
    one, two = np.sin(t), np.cos(1.7 * t)
    values = np.stack([one, two, 3 * one + 1, 0.5 * two, one + 0.1 * two, 2 * two + 0.1 * one])
    order = unit_order(values)
    assert {frozenset(order[:3]), frozenset(order[3:])} == {
        frozenset({0, 2, 4}),
        frozenset({1, 3, 5}),
    }
    assert order[0] < order[-1]
    assert correlations(values)[0, 2] == pytest.approx(1)
    assert correlations(values)[0, 1] == pytest.approx(np.corrcoef(one, two)[0, 1])


def test_units_that_rest_or_overflow_can_be_sorted():
    values = np.array([[1.0, 1, 1], [np.inf, np.nan, 0], [1e300, -1e300, 0], [0, 0, 0], [1, 2, 3]])
    assert np.isfinite(correlations(values)).all()
    assert sorted(unit_order(values)) == [0, 1, 2, 3, 4]
    assert unit_order(values[:1]) == [0]


def test_the_series_is_the_one_the_network_reads():
    done = run(replace(EXPERIMENT, source="sine"))
    trace, labels = done.stages[0].trace.layers[0], tuple(done.sequence.labels)
    series = series_read(done, trace, labels)
    np.testing.assert_array_equal(series, trace.x[0, :, 0])
    assert gate_panels(trace, labels, series=series)["series"] == series.tolist()
    assert series_read(run(EXPERIMENT), trace, labels) is None


def test_a_decoder_reads_the_second_half_and_its_own_output_leaves_gaps():
    done = run(replace(EXPERIMENT, source="sine", steps=8, wiring="encoder-decoder"))
    trace = done.stages[1].trace.layers[0]
    series = series_read(done, trace, ("a", "·", "b", "c"))
    np.testing.assert_array_equal(series[[0, 2, 3]], trace.x[0, [0, 2, 3], 0])
    assert np.isnan(series[1])
    payload = gate_panels(trace, ("a", "·", "b", "c"), series=series)
    assert payload["series"][1] is None
    message(payload, picked=PICKED, name="gates")  # JSON knows no nan


@pytest.mark.parametrize("cell", CELLS)
def test_one_quantity_is_drawn_of_the_units_that_change_most_and_all_are_counted(cell):
    done = run(Experiment(cell=cell, hidden=32, steps=12, scale=3.0))
    trace, labels = done.stages[0].trace.top, done.sequence.labels
    name = panels.telling(cell=trace.cell, quantity="")
    values = (trace.gates | {s: trace.after(s) for s in trace.states})[name][0]
    payload = panels.gate_panels({"": trace}, labels, "X", shown="one", sort=panels.CHANGING)
    (only,) = payload["panels"]
    assert only["name"] == name and only["values"].shape == (32, 12) and payload["units"] == 32
    spreads = values.std(axis=0)
    assert len(payload["order"]) == panels.MOST == 20
    rest = [u for u in range(32) if u not in payload["order"]]
    assert min(spreads[payload["order"]]) >= max(spreads[rest])
    assert "all 32 units; drawn are 20" in payload["title"]
    if cell != "rnn":
        assert f"{np.mean(values > 0.9):.0%} above 0.9" in payload["title"]
    few = panels.gate_panels({"": trace}, labels, "X", shown="one", quantity="h", sort="number")
    assert [p["name"] for p in few["panels"]] == ["h"] and len(few["order"]) == 32
    assert "drawn are" not in few["title"]
