"""The picture of a cell: its numbers are the engine's, its lines do not lie on one another."""

import itertools

import numpy as np
import pytest

from pages.components.message import pack
from pages.figures.cell import equations
from pages.figures.cell.equations import Names, spelled, written
from pages.figures.cell.layout import place
from pages.figures.cell.picture import cell_picture, cell_rows, picture, window
from pages.figures.hold import curves, held_figure, held_rows, held_words
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.diagram import diagram
from rnn_core.notation.notation import NOTATIONS
from tests.core.cells_under_test import VARIANTS
from tests.core.minimal_gated_unit import MGU, plainly
from tests.figures.unpacking import unpacked

EVERY = [*VARIANTS, MGU()]
every_cell = pytest.mark.parametrize("cell", EVERY, ids=str)


def trace_of(cell, T=6, H=3, **more):
    x = np.random.default_rng(1).normal(size=(1, T, 2))
    network = Network.create(cell, 2, H, 1, seed=4, **more)
    return network.forward(x).layers[-1] if cell in VARIANTS else plainly(network, x)


def payload_of(trace, **more):
    return cell_picture(trace, "abcdefghijklmnopqrstuvwxyz" * 10, selected=2, **more)


def values_at(payload, part, step, unit):
    """The number on a part's wire: of one unit (from 1), or the mean (0).  Step from 0."""
    row = payload["numbers"][part][step - payload["first"]]
    return float(row.mean() if unit == 0 else row[unit - 1])


@every_cell
def test_the_number_on_every_wire_is_the_engines(cell):
    trace = trace_of(cell)
    payload = payload_of(trace, unit=2)
    drawn = diagram(cell)
    for part in payload["picture"]["parts"]:
        if part["kind"] == "input":
            continue
        expected = trace.compute(drawn.parts[part["id"]].node)[0]
        for step in range(6):
            assert values_at(payload, part["id"], step, 2) == expected[step, 1]
            assert values_at(payload, part["id"], step, 0) == pytest.approx(expected[step].mean())
    for gate in cell.gates:
        (ours,) = (g for g in payload["gates"] if g["gate"] == gate)
        found = payload["numbers"][ours["activation"]]
        np.testing.assert_allclose(found, trace.gates[gate][0], rtol=1e-12)


@every_cell
def test_the_message_is_the_numbers_as_they_are(cell):
    payload = payload_of(trace_of(cell))
    found = unpacked(pack(payload))["numbers"]
    for name, array in payload["numbers"].items():
        np.testing.assert_array_equal(found[name], array)


def segments(points):
    return itertools.pairwise(points)


def overlap(a, b):
    """Whether two straight pieces share more than a point."""
    for k in (0, 1):
        if a[0][k] == a[1][k] == b[0][k] == b[1][k]:
            (p, q), (r, s) = sorted(v[1 - k] for v in a), sorted(v[1 - k] for v in b)
            return min(q, s) - max(p, r) > 0.5
    return False


@every_cell
def test_wires_are_straight_and_no_two_quantities_share_one(cell):
    made = place(diagram(cell))
    for _, _, line in made.wires:
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in segments(line))
    for (one, _, a), (other, _, b) in itertools.combinations(made.wires, 2):
        if one != other:
            crossing = [(p, q) for p in segments(a) for q in segments(b) if overlap(p, q)]
            assert not crossing, (one, other, crossing)


@every_cell
def test_parts_and_numbers_stand_apart_and_inside(cell):
    made = place(diagram(cell))
    for (i, a), (j, b) in itertools.combinations(made.at.items(), 2):
        assert abs(a[0] - b[0]) >= 26 or abs(a[1] - b[1]) >= 26, (i, j)
    for (i, a), (j, b) in itertools.combinations(made.chips.items(), 2):
        assert abs(a[0] - b[0]) >= 44 or abs(a[1] - b[1]) >= 20, (i, j)
    for i, (x, y) in made.chips.items():
        assert 22 <= x <= made.width - 22 and 10 <= y <= made.height
        for j, (u, v) in made.at.items():
            assert j == i or abs(x - u) >= 22 + 12 or abs(y - v) >= 10 + 11, (i, j)


@every_cell
def test_every_wire_is_drawn_from_part_to_part_and_states_leave(cell):
    drawn = diagram(cell)
    shown = picture(place(drawn), Names(cell))
    inner = sorted((w["from"], w["to"]) for w in shown["wires"] if not w["to"].startswith("now."))
    assert inner == sorted(drawn.wires)
    assert {e["state"] for e in shown["exits"]} == {*cell.states}
    lane = [w for w in shown["wires"] if w["lane"]]
    assert bool(lane) == bool(drawn.lane_state)
    assert len({y for w in lane for _, y in w["points"]}) <= 1  # the highway is straight


def test_x_comes_from_below_the_past_from_the_left_the_state_leaves_right():
    for cell in EVERY:
        made = place(diagram(cell))
        assert made.at["x"][1] == max(y for _, y in made.at.values())
        assert made.at["past.h"][0] == min(x for x, _ in made.at.values())
        assert all(x > max(made.columns.values()) for x, _ in made.exits.values())
        for state, (_, y) in made.exits.items():
            assert y == made.entries[state][1]  # cells can be laid side by side


@pytest.mark.parametrize(
    ("cell", "name", "line"),
    [
        (LSTM(), "c", "fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ"),
        (LSTM("no-forget"), "c", "cₜ₋₁ + iₜ ⊙ gₜ"),
        (LSTM(), "h", "oₜ ⊙ tanh(cₜ)"),
        (GRU(), "h", "zₜ ⊙ hₜ₋₁ + (1 − zₜ) ⊙ nₜ"),
        (GRU("before", "takes"), "h", "(1 − zₜ) ⊙ hₜ₋₁ + zₜ ⊙ nₜ"),
        (MGU(), "h", "(1 − fₜ) ⊙ hₜ₋₁ + fₜ ⊙ nₜ"),
        (RNN("relu"), "candidate", "ReLU(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh)"),
    ],
    ids=str,
)
def test_equations_are_written_as_the_cell_computes(cell, name, line):
    drawn = diagram(cell)
    (found,) = (e for e in equations.equations(Names(cell)) if drawn.parts[e["id"]].name == name)
    assert written(found["tree"]) == line


@pytest.mark.parametrize("notation", NOTATIONS)
@every_cell
def test_every_notation_names_every_quantity(cell, notation):
    names = Names(cell, NOTATIONS[notation])
    lines = equations.equations(names)
    assert {diagram(cell).parts[e["id"]].name for e in lines} >= {*cell.gates}
    assert all(spelled(names.of(p))[0] for p in diagram(cell).parts.values() if p.name)
    assert equations.latex(names).count("&=") == len(lines)


def test_a_reverse_layer_reads_the_state_to_its_right():
    payload = payload_of(trace_of(RNN(), direction="reverse"))
    past = next(p for p in payload["picture"]["parts"] if p["kind"] == "past")
    assert past["symbol"] == ["h", "t+1", ""]


def test_long_and_wide_runs_send_the_steps_round_the_selected_one():
    trace = trace_of(LSTM(), T=200, H=64)
    for selected in (0, 57, 120, 199):
        first, last = window(trace, selected)
        assert 0 <= first <= selected < last <= 200
        payload = cell_picture(trace, ["a"] * 200, selected=selected)
        assert len(pack(payload)) < 1_500_000
    assert window(trace_of(LSTM(), T=20, H=16), 3) == (0, 20)


def test_overflow_is_sent_as_it_is():
    trace = trace_of(RNN("relu"))
    payload = payload_of(trace)
    payload["numbers"]["x"] = np.array([[np.inf, np.nan]])
    assert b"Infinity" not in pack(payload)


def test_rows_are_the_numbers_in_long_form():
    trace = trace_of(GRU())
    rows = cell_rows(trace, list("abcdef"))
    h = (rows["quantity"] == "hₜ") & (rows["unit"] == 2)
    np.testing.assert_array_equal(rows["value"][h], trace.after("h")[0, :, 1])
    assert list(rows["step"][h]) == [1, 2, 3, 4, 5, 6]


# -- a held gate -----------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [Experiment(steps=9), Experiment(steps=9, cell="gru", layers=2)])
def test_held_curves_are_the_runs(wish):
    done = run(wish)
    hold = Hold(done.stages[0].network.cell.gates[0], 0.25, (2, 3, 7))
    held = hold_gate(done, hold)
    figure = held_figure(done, held, hold, layer=0, loss="the last step")
    for name, one in (("free", done), ("held", held)):
        gradient, trace = one.stages[0].gradient.layers[0], one.stages[0].trace.layers[0]
        lines = [t for t in figure["data"] if t["name"] == name]
        states = len(trace.states)
        assert len(lines) == 2 * states + 1
        np.testing.assert_allclose(lines[0]["y"], np.linalg.norm(trace.states["h"][0], axis=-1))
        np.testing.assert_allclose(lines[states]["y"], one.stages[0].loss[0])
        np.testing.assert_allclose(lines[states + 1]["y"], gradient.norms("h"))
    shapes = [s for s in figure["layout"]["shapes"] if s["xref"] == "x"]  # zones lie across all
    bands = [(s["x0"], s["x1"]) for s in shapes]
    assert bands == [(2.5, 4.5), (7.5, 8.5)]
    rows = held_rows(done, held, 0)
    assert (
        len(rows["value"]) == sum(len(v) for c in curves(done, 0).values() for v in c.values()) * 2
    )


def test_held_words_say_what_was_computed():
    done = run(Experiment(steps=20))
    hold = Hold("forget", 1.0)
    held = hold_gate(done, hold)
    words = held_words(done, held, hold, layer=0)
    before, after = (r.stages[0].gradient.layers[0].norms("c")[0] for r in (done, held))
    assert "at every step" in words and f"{after / before:.3g}".split("e")[0] in words
    wiped = Hold("forget", 0.0)
    assert "is gone" in held_words(done, hold_gate(done, wiped), wiped, layer=0)
    nothing = Hold("forget", 0.0, ())
    assert "at no step" in held_words(done, hold_gate(done, nothing), nothing, layer=0)
