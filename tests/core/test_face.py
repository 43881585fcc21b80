"""The public names of rnn_core: each documented, each record one line in a notebook."""

import inspect
import re

import numpy as np
import pytest

import rnn_core
from rnn_core import LSTM, Experiment, Network, run
from rnn_core.analysis.held_gate import Hold, hold_network

NETWORK = Network.create(LSTM(), 3, 4, 2, layers=2, direction="bidirectional")
TABLES = {"CELLS", "NOTATIONS", "TASKS"}


@pytest.mark.parametrize("name", rnn_core.__all__)
def test_a_public_name_is_documented(name):
    named = re.findall(r"\w+", rnn_core.__doc__)
    assert name in named, "say in rnn_core/__init__.py what it is for"
    text = inspect.getdoc(getattr(rnn_core, name)) or ""
    made_up = text.startswith(f"{name}(")  # by dataclass
    assert name in TABLES or (text and not made_up)


def test_the_face_has_about_25_names():
    assert len(set(rnn_core.__all__)) == len(rnn_core.__all__) and 20 <= len(rnn_core.__all__) <= 30


def test_a_network_is_one_line():
    assert repr(NETWORK) == (
        "Network(LSTM(kind='forget'), D=3, H=4, O=2, layers=2, direction='bidirectional', "
        "readout='softmax', float64)"
    )
    assert "Hold(gate='forget'" in repr(hold_network(NETWORK, Hold("forget", 1.0)))


def test_records_are_one_line_with_shapes():
    trace = NETWORK.forward(np.zeros((2, 5, 3)))
    gradient = NETWORK.backward(trace, np.ones((2, 5, 2)))
    assert "features=(2, 5, 8)" in repr(trace) and "h: (2, 6, 4)" in repr(trace.layers[0])
    done = run(Experiment(steps=5, hidden=3, wiring="encoder-decoder"))
    records = (trace, trace.layers[0], gradient, gradient.layers[0], done, done.stages[0])
    for text in map(repr, records):
        assert "\n" not in text and len(text) < 4000
        assert "array(" not in text
