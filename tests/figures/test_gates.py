"""The gates' picture shows the trace's own numbers, in ranges the data cannot move."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from pages.components.heatmaps import pack
from pages.figures.gates import gate_panels, gate_rows
from rnn_core.experiment import Experiment
from rnn_core.run import run

EXPERIMENT = Experiment(text="hello", steps=7, hidden=5, seed=3)


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
    rows = gate_rows(trace, labels)
    assert {len(column) for column in rows.values()} == {6 * 7 * 5}
    at = (rows["quantity"] == "forget") & (rows["step"] == 3) & (rows["unit"] == 2)
    assert rows["value"][at] == trace.gates["forget"][0, 2, 1]
    assert rows["symbol"][at] == [labels[2]]


def test_a_wrong_number_of_labels_is_refused():
    trace, labels = layer()
    with pytest.raises(ValueError, match="one per step, 7; got 6"):
        gate_panels(trace, labels[:-1], "")


def unpacked(message: bytes):
    """What assets/heatmaps.js does with the message."""
    (length,) = struct.unpack_from("<I", message)
    header, at = json.loads(message[4 : 4 + length]), -(-(4 + length) // 8) * 8
    blocks = []
    for panel in header["panels"]:
        kind = np.dtype("<f8" if panel["double"] else "<f4")
        count = panel["units"] * len(header["labels"])
        blocks.append(np.frombuffer(message, kind, count, at).reshape(panel["units"], -1))
        at += -(-count * kind.itemsize // 8) * 8
    assert at == len(message)
    return header, blocks


@pytest.mark.parametrize("title", ["", "a", "ab", "日本", "“hello”"])
def test_a_message_carries_every_number(title):
    payload = gate_panels(*layer(), title)
    header, blocks = unpacked(pack(payload, selected=2, follow=False, name="gates"))
    assert (header["title"], header["selected"], header["follow"]) == (title, 2, False)
    for panel, block in zip(payload["panels"], blocks, strict=True):
        np.testing.assert_allclose(block, panel["values"], rtol=1e-6)


def test_numbers_too_large_for_single_precision_stay_true():
    payload = gate_panels(*layer(), "")
    payload["panels"][0]["values"] = np.array([[1e200, np.inf, np.nan, 0, 1, 2, -1e300]])
    _, blocks = unpacked(pack(payload, selected=0, follow=True, name="gates"))
    np.testing.assert_array_equal(blocks[0], payload["panels"][0]["values"])
