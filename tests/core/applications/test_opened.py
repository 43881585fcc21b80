"""A network from a file: what it reads probed, and when training may go on from it."""

import numpy as np
import pytest

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.applications.opened import MOST_UNITS, NO_ANSWER, NO_READOUT, fitting, probe_of
from rnn_core.applications.probe import look, run_of
from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import Stored, describe

E = Experiment(text="hello", steps=9)


def seen(network, e=E):
    found = probe_of("mine", network, e, None)
    return found, run_of(found, look(found, e))


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("readout", ["softmax", "linear", "sigmoid", "tanh"])
@pytest.mark.parametrize(("inputs", "outputs"), [(4, 4), (4, 3), (7, 2), (1, 1), (2, 0)])
def test_any_network_can_be_looked_at(direction, readout, inputs, outputs):
    network = Network.create(
        GRU(), inputs, 5, outputs, layers=2, direction=direction, readout=readout
    )
    narrow = network.load_state_dict({n: w.astype("f4") for n, w in network.weights.items()})
    found, done = seen(narrow)
    (stage,) = done.stages
    assert stage.x.shape == (1, 9, inputs) and stage.weights[0].tolist() == [0.0] * 8 + [1.0]
    assert gradient_check(done).ok
    constant = outputs == 1 and readout == "softmax"  # a softmax over one output
    assert (np.abs(stage.gradient.layers[0].states["h"]).max() > 0) != constant
    assert {w.dtype for w in stage.network.weights.values()} == {np.dtype("f8")}
    for name, weight in narrow.weights.items():
        np.testing.assert_array_equal(stage.network.weights[name], weight)
    assert found.title.startswith("mine reading ")


def test_a_text_with_as_many_characters_as_inputs_is_read():
    found, done = seen(Network.create(LSTM(), 4, 5, 4))
    assert found.title == "mine reading “hello”"
    assert done.sequence.labels == tuple("hellohell")
    assert done.sequence.target_labels[-1] == "o" and not found.sequence.notes


def test_a_number_per_step_is_read_where_the_experiment_reads_numbers():
    found, done = seen(Network.create(LSTM(), 1, 5, 1, readout="linear"), Experiment(source="sine"))
    assert found.title == "mine reading sine"
    np.testing.assert_allclose(done.stages[0].x[0, 3, 0], 1.0)


def test_otherwise_a_seeded_sequence_is_read_and_the_title_says_so():
    one, other = (seen(Network.create(LSTM(), 6, 5, 2))[0] for _ in range(2))
    assert one.title == "mine reading random symbols (seed 3)"
    assert one.name == other.name and one.sequence.notes == (NO_ANSWER,)
    np.testing.assert_array_equal(one.sequence.x.sum(2), np.ones((1, 9)))
    title = seen(Network.create(LSTM(), 1, 5, 2))[0].title
    assert title == "mine reading random numbers (seed 3)"


def test_without_a_readout_the_last_hidden_state_is_the_loss():
    network = Network.create(RNN(), 4, 5, 0)
    found, done = seen(network)
    h = network.forward(done.stages[0].x).features[0, -1]
    np.testing.assert_allclose(done.loss, 0.5 * h @ h)
    assert found.sequence.notes == (NO_READOUT,)


def test_a_huge_network_is_left_to_notebooks():
    with pytest.raises(ValueError, match="notebook"):
        seen(Network.create(RNN(), 4, MOST_UNITS + 1, 1))


# -- going on --------------------------------------------------------------------------------


def training(**more) -> Trainer:
    return Trainer(Training(task=more.pop("task", "echo"), length=6, hidden=5, **more))


def fitted(trainer, weights, about=None):
    return fitting(Stored(dict(weights), about or {}), trainer.networks, trainer.weights)


def elsewhere(weights) -> dict[str, np.ndarray]:
    """Weights as a PyTorch model with parts of other names saves them, in half precision."""
    names = {n: n.replace("readout.", "fc.") if "readout" in n else f"net.rnn.{n}" for n in weights}
    return {names[n]: w.astype(np.float16) for n, w in weights.items()}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_training_goes_on_from_any_prefix_and_type(cell):
    trainer = training(cell=cell)
    found = fitted(trainer, elsewhere(trainer.weights))
    trainer.load(found)
    for name, weight in trainer.weights.items():
        np.testing.assert_array_equal(weight, found[name])


def test_an_encoder_and_a_decoder_go_on_together():
    trainer = training(task="translation")
    about = describe(trainer.network)
    for weights, words in ((trainer.weights, {}), (trainer.weights, about)):
        found = fitted(trainer, weights, words)
        assert found.keys() == trainer.weights.keys()
    deeper = {n.replace("coder.", "coder.net."): w for n, w in trainer.weights.items()}
    assert fitted(trainer, deeper).keys() == trainer.weights.keys()


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"cell": "gru", "reset": "before"}, "cell that trains"),
        ({"cell": "gru", "update": "takes"}, "cell that trains"),
        ({"cell": "gru", "direction": "bidirectional"}, "_reverse"),
    ],
)
def test_another_variant_of_the_same_shape_is_refused(about, words):
    trainer = training(cell="gru")
    with pytest.raises(ValueError, match=words):
        fitted(trainer, trainer.weights, about)


def test_another_cell_or_size_is_refused():
    trainer = training(cell="gru")
    for other in (training(cell="lstm"), training(cell="gru", layers=2)):
        for weights in (other.weights, elsewhere(other.weights)):
            with pytest.raises(ValueError, match=r"[Ee]xpected"):
                fitted(trainer, weights)
    both = {
        n + side: w
        for n, w in trainer.weights.items()
        for side in ("", "_reverse")
        if "readout" not in n or not side
    }
    with pytest.raises(ValueError, match="direction"):
        fitted(trainer, {f"0.{n}": w for n, w in both.items() if "readout" not in n})
