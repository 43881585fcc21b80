"""Networks from elsewhere: files of PyTorch and Keras open as they stand, or are asked about."""

from pathlib import Path

import numpy as np
import pytest

from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.training.questions import Ambiguous
from rnn_core.training.refusal import OtherFormat
from rnn_core.training.weight_files import make_network, read_weights, to_npz, to_safetensors

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "foreign"
FILES = {p.stem: p for p in FOLDER.iterdir() if p.suffix in (".npz", ".safetensors")}
OUTPUTS = np.load(FILES.pop("outputs"), allow_pickle=False)
PROJECTED = FILES.pop("torch_lstm_projection")

# What each file leaves open: what is asked, and the answer.
ASKED = {
    "torch_rnn_relu": ("activation", "relu"),
    "torch_rnncell": ("activation", "tanh"),
    "torch_gru_two": ("module", "encoder.rnn"),
    "keras_rnn": ("activation", "tanh"),
    "keras_lstm_2": ("direction", "forward"),
    "keras_gru_before_no_bias": ("reset", "before"),
}
CELLS = {
    "torch_rnn_relu": RNN("relu"),
    "torch_rnncell": RNN("tanh"),
    "keras_rnn": RNN("tanh"),
    "keras_gru_before": GRU("before"),
    "keras_gru_before_no_bias": GRU("before"),
}


def opened(name: str) -> Network:
    return make_network(read_weights(FILES[name]), **dict([ASKED[name]] if name in ASKED else []))


@pytest.mark.parametrize("name", FILES)
def test_a_file_from_elsewhere_answers_as_it_does_there(name):
    network, x, y = opened(name), OUTPUTS[f"{name}.x"], OUTPUTS[f"{name}.y"]
    assert network.cell == CELLS.get(name, GRU() if "gru" in name else LSTM())
    assert network.direction == ("bidirectional" if "both" in name else "forward")
    assert {w.dtype for w in network.weights.values()} == {y.dtype}
    trace = network.forward(x)
    ours = trace.outputs if network.output_size else trace.features
    np.testing.assert_allclose(ours, y, rtol=0, atol=1e-10 if y.dtype == np.float64 else 1e-6)


@pytest.mark.parametrize("name", FILES)
def test_exactly_what_a_file_leaves_open_is_asked(name):
    if name not in ASKED:
        opened(name)
        return
    question, answer = ASKED[name]
    with pytest.raises(Ambiguous, match=r"Expected .*, but .*Say ") as caught:
        make_network(read_weights(FILES[name]))
    assert caught.value.name == question and answer in caught.value.options
    assert len(caught.value.options) > 1 and f'{question}="{answer}"' in str(caught.value)
    with pytest.raises(ValueError, match="Choose one of these"):
        make_network(read_weights(FILES[name]), **{question: "nonsense"})


@pytest.mark.parametrize(
    ("name", "question", "other"),
    [
        ("torch_rnn_relu", "activation", "tanh"),
        ("keras_gru_before_no_bias", "reset", "after"),
        ("keras_lstm_2", "direction", "bidirectional"),
    ],
)
def test_a_question_is_worth_asking(name, question, other):
    x, y = OUTPUTS[f"{name}.x"], OUTPUTS[f"{name}.y"]
    found = make_network(read_weights(FILES[name]), **{question: other}).forward(x).features
    assert found.shape != y.shape or np.abs(found - y).max() > 1e-3


def test_an_answer_may_not_contradict_the_file():
    for name in ("keras_lstm_both", "torch_lstm_both"):
        with pytest.raises(ValueError, match="direction"):
            make_network(read_weights(FILES[name]), direction="forward")


@pytest.mark.parametrize("name", FILES)
def test_what_was_opened_can_be_saved_and_opened_again(name):
    network = opened(name)
    again = make_network(network.state_dict(), **vars(network.cell) if "rnn" in name else {})
    assert again.weights.keys() == network.weights.keys()


# -- names, by hand --------------------------------------------------------------------------


def state(cell=None, **more) -> dict[str, np.ndarray]:
    network = Network.create(cell or LSTM(), 3, 4, 2, readout="linear")
    names = {n.replace("readout.", "fc."): w for n, w in network.weights.items()}
    return {n: w for n, w in {**names, **more}.items() if w is not None}


@pytest.mark.parametrize("prefix", ["", "0.", "rnn.", "encoder.lstm.", "module.net.0.", "_orig."])
@pytest.mark.parametrize("write", [to_npz, to_safetensors])
def test_any_prefix(prefix, write):
    plain = state()
    named = {(n if n.startswith("fc") else prefix + n): w for n, w in plain.items()}
    network = make_network(read_weights(write(named)))
    for name, weight in plain.items():
        np.testing.assert_array_equal(network.weights[name.replace("fc.", "readout.")], weight)


@pytest.mark.parametrize("missing", ["bias_ih_l0", "bias_hh_l0", "fc.bias"])
def test_a_missing_bias_is_zero(missing):
    network = make_network(state(**{missing: None}))
    assert not network.weights[missing.replace("fc.", "readout.")].any()
    x = np.ones((1, 5, 3))
    whole = make_network(state(**{missing: np.zeros_like(state()[missing])}))
    np.testing.assert_array_equal(network.forward(x).outputs, whole.forward(x).outputs)


def test_the_readout_is_asked_for_where_two_fit():
    two = state(**{"value.weight": np.ones((1, 4))})
    with pytest.raises(Ambiguous) as caught:
        make_network(two)
    assert caught.value.name == "head" and set(caught.value.options) == {"fc", "value", "none"}
    assert make_network(two, head="fc").output_size == 2
    assert make_network(two, head="value").output_size == 1
    assert make_network(two, head="none").output_size == 0


def test_a_readout_goes_with_the_module_beside_it():
    pair = {f"{side}.{n}": w for side in ("encoder", "decoder") for n, w in state(GRU()).items()}
    del pair["encoder.fc.weight"], pair["encoder.fc.bias"]
    assert make_network(pair, module="encoder").output_size == 0
    assert make_network(pair, module="decoder").output_size == 2
    shared = {f"{s}.{n}": w for s in ("a", "b") for n, w in state().items() if "fc" not in n}
    shared |= {n: w for n, w in state().items() if "fc" in n}
    with pytest.raises(Ambiguous, match="head"):
        make_network(shared, module="a")


@pytest.mark.parametrize(
    "more",
    [
        {"embedding.weight": np.ones((9, 4))},
        {"norm.weight": np.ones(4), "norm.bias": np.ones(4)},
        {"fc2.weight": np.ones((7, 2)), "fc2.bias": np.ones(7)},
    ],
)
def test_what_has_no_place_is_named_and_left_out_only_on_request(more):
    with pytest.raises(Ambiguous, match=next(iter(more))) as caught:
        make_network(state(**more))
    assert caught.value.name == "aside"
    with pytest.raises(Ambiguous, match=next(iter(more))):
        make_network(state(**more), head="fc")
    plain = make_network(state())
    network = make_network(state(**more), aside="yes")
    assert network.weights.keys() == plain.weights.keys()


def test_a_grus_update_gate_can_be_said():
    assert make_network(state(GRU())).cell == GRU("after", "keeps")
    assert make_network(state(GRU()), update="takes", reset="before").cell == GRU("before", "takes")


def test_peepholes_are_known_by_their_name():
    assert make_network(state(LSTM("peephole"))).cell == LSTM("peephole")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_hh_l0": None}, "weight_hh_l0.*state_dict"),
        ({"weight_ih_l0": None}, "weight_ih_l0"),
        ({"weight_hh_l0": np.ones((8, 4))}, r"G·H, H.*\(8, 4\)"),
        ({"weight_hh_l0": np.ones(4)}, "G·H, H"),
        ({"weight_ih_l0": np.ones((9, 3))}, "weight_ih_l0"),
        ({"bias_ih_l0": np.ones(3)}, "bias_ih_l0"),
        ({"weight_hr_l0": np.ones((2, 4))}, "proj_size"),
        ({"weight_ih_l1": np.ones((16, 4))}, "weight_ih_l1"),
        ({"fc.bias": np.ones(3)}, "readout.bias"),
        ({"weight_hh": np.ones((16, 4))}, "one weight_hh_l0"),
    ],
)
def test_what_is_wrong_is_said_by_name(changes, words):
    with pytest.raises(ValueError, match=words):
        make_network(state(**changes))


def test_projections_are_refused_by_name():
    with pytest.raises(ValueError, match=r"proj_size.*weight_hr_l0"):
        make_network(read_weights(PROJECTED))


def test_a_file_without_a_recurrent_module():
    with pytest.raises(ValueError, match=r"recurrent module.*state_dict"):
        make_network({"fc.weight": np.ones((2, 3))})
    with pytest.raises(ValueError, match="at least one"):
        make_network({})


def test_an_answer_to_nothing_is_refused():
    with pytest.raises(TypeError, match="activaton"):
        make_network(state(), activaton="relu")


def test_an_answer_for_another_cell_is_refused():
    with pytest.raises(ValueError, match=r"LSTM.*activation"):
        make_network(state(), activation="relu")


def test_which_of_two_described_networks_is_asked():
    pair = {f"{side}.{n}": w for side in ("encoder", "decoder") for n, w in state(GRU()).items()}
    pair = {n.replace("fc.", "readout."): w for n, w in pair.items()}
    stored = read_weights(to_npz(pair, {"cell": "gru"}))
    with pytest.raises(Ambiguous) as caught:
        make_network(stored)
    assert caught.value.name == "prefix"
    for prefix in caught.value.options:
        assert make_network(stored, prefix=prefix).output_size == 2


def test_a_described_file_is_not_contradicted():
    stored = read_weights(to_npz(state(GRU()), {"cell": "gru", "reset": "before"}))
    with pytest.raises(ValueError, match="reset"):
        make_network(stored, reset="after")
    with pytest.raises(ValueError, match="head"):
        make_network(stored, head="none")


def test_what_a_described_file_leaves_out_can_be_said():
    own = {n.replace("fc.", "readout."): w for n, w in state(GRU()).items()}
    network = make_network(
        read_weights(to_npz(own, {"cell": "gru"})), reset="before", readout="linear"
    )
    assert network.cell == GRU("before") and network.readout == "linear"


def test_types_become_one_that_is_computed_in():
    mixed = state(weight_hh_l0=np.ones((16, 4), np.float16))
    assert {w.dtype for w in make_network(mixed).weights.values()} == {np.dtype("f8")}
    half = {n: w.astype(np.float16) for n, w in state().items()}
    network = make_network(read_weights(to_safetensors(half)))
    assert {w.dtype for w in network.weights.values()} == {np.dtype("f4")}


# -- Keras, by hand --------------------------------------------------------------------------


def ones(*shapes) -> list[np.ndarray]:
    return [np.ones(shape) for shape in shapes]


def test_arrays_in_kerass_order_without_a_file():
    with np.load(FILES["keras_lstm_dense"]) as stored:
        arrays = list(stored.values())
    x, y = OUTPUTS["keras_lstm_dense.x"], OUTPUTS["keras_lstm_dense.y"]
    np.testing.assert_allclose(make_network(arrays).forward(x).outputs, y, atol=1e-10)


def test_more_than_ten_arrays_keep_their_order():
    """arr_10 comes after arr_9, not after arr_1."""
    layers = [a for k in range(4) for a in ones((3 if k == 0 else 4, 16), (4, 16), 16)]
    layers[-1] = np.full(16, 9.0)
    network = make_network(read_weights(to_npz({f"arr_{k}": a for k, a in enumerate(layers)})))
    assert len(network.layers) == 4 and (network.weights["bias_ih_l3"] == 9).all()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (ones((3, 16), (4, 16), 16, (4, 20), (5, 20), 20), "one kind and size"),
        (ones((3, 16), (4, 16), 16, (4, 4), 4, (4, 16), (4, 16), 16), "next to each other"),
        (ones((9, 4), (4, 4), (4, 4), 4), "three matrices"),
        (ones((3, 16), (4, 16), 7), "arr_2"),
        (ones((3, 4, 5)), "arr_0"),
        (ones((3, 4), 4), "recurrent module"),
        (ones((3, 12), (4, 12), (2, 12), (4, 12), (4, 12), 12), "one kind of GRU"),
    ],
)
def test_arrays_that_are_no_keras_model(arrays, words):
    with pytest.raises(ValueError, match=words):
        make_network(arrays)


def test_what_stands_before_the_recurrent_layers_is_no_readout():
    embedded = ones((9, 3), (3, 16), (4, 16), 16, (4, 2), 2)
    with pytest.raises(Ambiguous, match=r"arr_0\.kernel"):
        make_network(embedded)
    assert make_network(embedded, aside="yes").output_size == 2


# -- formats that only their own library reads -----------------------------------------------


def test_pytorchs_own_format_is_refused_with_the_lines_that_help():
    raw = (FOLDER / "torch_saved.pt").read_bytes()
    for source in (raw, FOLDER / "torch_saved.pt"):
        with pytest.raises(OtherFormat, match="pickle") as caught:
            read_weights(source)
        assert "torch.load" in caught.value.code and len(caught.value.code.splitlines()) == 2
    assert "torch_saved.pt" in caught.value.code and "torch_saved.safetensors" in caught.value.code


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 90, "load_model"),
        (b"\x08\x0a\x12\x07pytorch\x1a\x062.13.0", "state_dict"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "torch.load"),
    ],
)
def test_formats_told_by_their_first_bytes(raw, words):
    with pytest.raises(OtherFormat) as caught:
        read_weights(raw, "renamed.npz")
    assert words in caught.value.code and "renamed.npz" not in caught.value.code


@pytest.mark.parametrize("ending", [".pt", ".pth", ".keras", ".h5", ".onnx", ".PT"])
def test_formats_told_by_their_names(ending, tmp_path):
    path = tmp_path / f"mine{ending}"
    path.write_bytes(b"nothing known")
    for given in ((path,), (b"nothing known", path.name)):
        with pytest.raises(OtherFormat) as caught:
            read_weights(*given)
        assert "mine" in caught.value.code
    with pytest.raises(OtherFormat) as caught:
        read_weights(b"nothing known", '"); evil("' + ending)
    assert "evil" not in str(caught.value)


def test_a_known_file_opens_under_any_name():
    raw = to_npz(state())
    assert read_weights(raw, "mine.pt").weights.keys() == state().keys()


def test_the_lines_that_help_do_help(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.pt").write_bytes((FOLDER / "torch_saved.pt").read_bytes())
    with pytest.raises(OtherFormat) as caught:
        read_weights(tmp_path / "mine.pt")
    exec(caught.value.code, {})
    assert make_network(read_weights(tmp_path / "mine.safetensors")).cell == GRU()


@pytest.mark.parametrize("length", [0x280, 0x380, 0x480, 0x580, 0x4B50])
def test_a_header_whose_length_reads_like_another_format(length):
    raw = to_safetensors({"w": np.ones(3)})
    (old,) = np.frombuffer(raw[:8], "<u8")
    header = raw[8 : 8 + int(old)].ljust(length)
    again = np.array(length, "<u8").tobytes() + header + raw[8 + int(old) :]
    np.testing.assert_array_equal(read_weights(again).weights["w"], np.ones(3))
