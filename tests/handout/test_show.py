"""The app's figures in a notebook: the numbers of a reader's own network, and no Streamlit."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures.norm_axis import beyond
from pages.handout import show
from rnn_core import GRU, LSTM, RNN, Experiment, Network, run
from rnn_core.analysis.jacobians import saturation
from tests.handout.reading import messages, stored

ROOT = Path(__file__).parents[2]
X = np.random.default_rng(0).normal(size=(2, 12, 3))
TARGETS = np.random.default_rng(1).integers(0, 4, (2, 12))


def seen(cell=None, **more):
    network = Network.create(cell or LSTM(), 3, 6, 4, seed=2, **more)
    return network, show.look(network, X, TARGETS)


def test_the_gradients_are_those_of_the_readers_own_network():
    network, done = seen()
    trace = network.forward(X[:1])
    dlogits = np.zeros_like(trace.logits)
    dlogits[:, -1] = trace.outputs[:, -1] - np.eye(4)[TARGETS[0, -1]]
    norms = network.backward(trace, dlogits).layers[0].norms()
    figure = show.gradients(done)
    line = np.asarray(figure.data[0].y, float)
    inside = ~beyond(norms)
    assert inside.sum() > 3
    np.testing.assert_allclose(line[inside], norms[inside], rtol=1e-12)
    assert (
        figure.layout.yaxis.type == "log"
        and "loss at the last step" in figure.layout.yaxis.title.text
    )


def test_several_networks_share_an_axis():
    figure = show.gradients(seen(RNN())[1], seen(GRU())[1], run(Experiment(steps=12)))
    names = [trace.name.split()[0] for trace in figure.data if trace.mode == "lines+markers"]
    assert names == ["RNN", "GRU", "LSTM", "LSTM"]


@pytest.mark.parametrize("layer", [0, 1])
def test_gates_are_those_of_the_trace(layer):
    _, done = seen(layers=2)
    trace = done.stages[0].trace.layers[layer]
    figure = show.gates(done, layer)
    found = {t.name: np.asarray(t.z) for t in figure.data}
    assert len(found) == 6
    np.testing.assert_array_equal(found["forget gate fₜ"], trace.gates["forget"][0].T)
    np.testing.assert_array_equal(found["hidden state hₜ"], trace.after("h")[0].T)
    ranges = {t.name: (t.zmin, t.zmax) for t in figure.data}
    assert ranges["forget gate fₜ"] == (0, 1) and ranges["hidden state hₜ"] == (-1, 1)


def test_saturation_counts_the_traces_gates():
    _, done = seen()
    shares = saturation(done.stages[0].trace.layers[0], 0.1, 0.9)
    figure = show.saturation(done)
    assert len(figure.data) == 3
    for trace, gate in zip(figure.data, ("input", "forget", "output"), strict=True):
        np.testing.assert_array_equal([trace.x, trace.y], shares[gate])
    assert "no gate" in show.saturation(seen(RNN())[1]).layout.title.text


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("figure", [show.gradients, show.gates, show.saturation])
def test_colours_are_colours_and_not_tokens(figure, mode):
    text = figure(seen()[1], mode=mode).to_json()
    assert "var(" not in text and '"meta"' not in text
    assert ("#10161c" in text) == (mode == "dark")
    go.Figure(json.loads(text))  # Plotly knows every property


def test_the_unrolled_graph_is_a_page_of_its_own(tmp_path):
    _, done = seen()
    page = show.unrolled(done)
    graph = json.loads(messages(page.text)["0.unrolled"])["graph"]
    state = done.stages[0].trace.layers[0].states["h"][0]
    rms = np.sqrt(np.mean(state**2, axis=-1))
    np.testing.assert_allclose(graph["stages"][0]["layers"][0]["states"]["h"]["rms"], rms)
    assert page.save(tmp_path / "a.html").read_text("utf-8") == page.text
    shown = page._repr_html_()
    inside = re.fullmatch(r'<iframe srcdoc="([^"]*)" title="Unrolled graph"[^<>]*></iframe>', shown)
    assert unescape(inside[1]) == page.text
    assert stored(page.text, "about") and len(repr(page)) < 80


def test_integers_symbols_and_a_loss_at_every_step():
    network = Network.create(RNN(), 3, 5, 4)
    done = show.look(network, np.array([[0, 2, 1]]), TARGETS[:1, :3], loss_at="every",
                     symbols=("a", "b", "c"))  # fmt: skip
    assert done.sequence.labels == ("a", "c", "b") and done.loss_at == "every step"
    np.testing.assert_allclose(done.stages[0].weights, 1 / 3)


def test_symbols_name_the_outputs_too_where_there_are_as_many():
    network = Network.create(RNN(), 4, 5, 4)
    done = show.look(network, TARGETS[:1], TARGETS[:1], symbols=tuple("abcd"))
    assert done.sequence.output_labels == tuple("abcd")
    assert set(done.sequence.target_labels) <= {*"abcd", "·"}


def test_a_long_title_has_lines_and_room():
    figure = show.gradients(*(seen(cell)[1] for cell in (RNN(), GRU(), LSTM())))
    lines = figure.layout.title.text.split("<br>")
    assert len(lines) > 1 and max(map(len, lines)) <= 80
    assert figure.layout.margin.t >= 52 + 22 * (len(lines) - 1)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="expected 0 to 0"):
        show.gates(seen()[1], 3)


def test_a_notebook_needs_no_streamlit():
    code = (
        "import sys; sys.modules['streamlit'] = sys.modules['pandas'] = None\n"
        "import numpy as np\nfrom rnn_core import Experiment, run\nfrom pages.handout import show\n"
        "done = run(Experiment(steps=4, hidden=2))\n"
        "for figure in (show.gradients, show.gates, show.saturation): figure(done).to_dict()\n"
        "assert show.unrolled(done)._repr_html_()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
