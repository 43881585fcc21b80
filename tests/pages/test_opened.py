"""A network from a file on the training page: asked about, opened by itself, seen elsewhere."""

from pathlib import Path

import numpy as np
import pytest

from pages.ui.models.training import NAME
from pages.ui.runs import compute
from rnn_core.engine.cells import GRU
from rnn_core.engine.network import Network
from rnn_core.training.weight_files import make_network, read_weights, to_npz, to_safetensors
from tests.pages.reader import as_read, clean, press

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "foreign"
QUICK = {"task": "echo", "length": "8", "batch": "4", "updates": "40", "hidden": "6"}
PAGES = ("gates", "unrolled", "cell", "gradients", "credit", "jacobians", "notation", "phase")


def give(reader, content: bytes, name: str):
    return clean(reader.file_uploader(key="weights_file").set_value((name, content, "")).run())


def training(visit, name: str, **more):
    path = FOLDER / name
    return give(visit("training", QUICK, **more), path.read_bytes(), path.name)


def button(reader, label: str):
    return next((b for b in reader.button if b.label == label), None)


def said(reader) -> str:
    return as_read(" ".join(m.value for m in reader.markdown))


def shown(reader) -> Network:
    return compute(reader.session_state["session"].experiment).stages[-1].network


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["torch_lstm_both.safetensors", "keras_gru_before.npz"])
def test_a_network_from_elsewhere_goes_to_all_pages(visit, page, name):
    reader = press(training(visit, name), "Open it by itself")
    assert f"{name} reading random symbols" in said(reader)
    reader.switch_page(f"{page}.py").run()
    network = make_network(read_weights(FOLDER / name))
    assert shown(clean(reader)).cell == network.cell
    for weight, array in network.weights.items():
        np.testing.assert_array_equal(shown(reader).weights[weight], array)


def test_it_reads_the_readers_text_if_that_fits(visit):
    network = Network.create(GRU(), 4, 6, 4)
    raw = to_safetensors({f"rnn.{n}": w for n, w in network.weights.items() if "readout" not in n})
    reader = give(visit("training", QUICK, text="hello"), raw, "mine.safetensors")
    assert "GRU, 1 layer, forward: 4 inputs, 6 units, no readout." in said(reader)
    assert "mine.safetensors reading “hello”" in said(press(reader, "Open it by itself"))


def test_what_is_open_is_asked_first(visit):
    reader = training(visit, "torch_rnn_relu.safetensors")
    assert button(reader, "Open it by itself") is None
    (asked,) = [box for box in reader.selectbox if "activation" in box.label]
    assert asked.value is None
    clean(asked.set_value("relu").run())
    press(reader, "Open it by itself")
    assert shown(reader).cell.activation == "relu"


def test_one_question_leads_to_the_next(visit):
    parts = {f"{k}.{n}": w for k in "ab" for n, w in Network.create(GRU(), 3, 4, 2).weights.items()}
    parts |= {"a.other.weight": np.ones((5, 4)), "a.norm.weight": np.ones(4)}
    reader = give(visit("training", QUICK), to_npz(parts), "two.npz")
    for word, answer in (("module", "a"), ("reads out", "a.other"), ("norm.weight", "yes")):
        (asked,) = [box for box in reader.selectbox if word in box.label.replace("\\", "")]
        clean(asked.set_value(answer).run())
    press(reader, "Open it by itself")
    assert shown(reader).output_size == 5


def test_what_the_outputs_mean_is_the_readers_to_say(visit):
    reader = training(visit, "torch_gru_two.safetensors")
    (asked,) = [box for box in reader.selectbox if "module" in box.label]
    clean(asked.set_value("decoder.rnn").run())
    (readout,) = [box for box in reader.selectbox if box.label == "Its outputs are read as"]
    assert readout.value == "softmax"  # five inputs, five outputs
    clean(readout.set_value("sigmoid").run())
    press(reader, "Open it by itself")
    assert shown(reader).readout == "sigmoid"


def test_a_wrong_format_is_refused_with_code(visit):
    reader = training(visit, "torch_saved.pt")
    assert "pickle" in said(reader)
    assert any("torch.load" in code.value for code in reader.code)
    assert button(reader, "Load them") is None and button(reader, "Open it by itself") is None


def test_a_huge_network_is_not_drawn(visit):
    huge = Network.create(GRU(), 2, 300, 2)
    reader = give(visit("training", QUICK), to_safetensors(huge.state_dict()), "huge.safetensors")
    assert "notebook" in said(reader) and button(reader, "Open it by itself") is None


def test_training_goes_on_from_a_prefix_and_another_cell_is_refused(visit):
    reader = press(visit("training", QUICK, cell="gru"), "One update")
    (trainer,) = reader.session_state["session"].kept[NAME].comparison.trainers.values()
    named = {
        ("fc" + n[7:] if n.startswith("readout") else f"0.{n}"): w.astype("f2")
        for n, w in trainer.weights.items()
    }
    give(reader, to_safetensors(named), "half.safetensors")
    assert "Loaded" in said(press(reader, "Load them"))
    np.testing.assert_array_equal(trainer.weights["weight_hh_l0"], named["0.weight_hh_l0"])
    give(reader, (FOLDER / "torch_lstm_both.safetensors").read_bytes(), "other.safetensors")
    assert "Expected the cell that trains" in said(press(reader, "Load them"))


def test_another_file_takes_the_place_of_the_first(visit):
    reader = training(visit, "torch_saved.pt")
    give(reader, (FOLDER / "keras_gru_before.npz").read_bytes(), "again.npz")
    assert "pickle" not in said(reader) and "GRU, 1 layer" in said(reader)
