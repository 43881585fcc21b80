"""Weight files: round trips, other readers, and everything that must be refused."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import numpy as library

from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import DIRECTIONS, Network
from rnn_core.training import weight_files as files
from rnn_core.training.weight_files import (
    Stored,
    check_shapes,
    describe,
    make_network,
    read_weights,
    shapes,
)
from rnn_core.training.weight_files import to_npz as npz
from rnn_core.training.weight_files import to_safetensors as safetensors

WRITERS = [npz, safetensors]
CELLS = [RNN("relu"), GRU("before", "takes"), LSTM(), LSTM("no-forget"), LSTM("peephole")]
WEIGHTS = {
    "weight_hh_l0": np.arange(12.0).reshape(4, 3),
    "readout.bias": np.array([1.5, -2.5], np.float32),
    "bias_ih_l0": np.array([0.25], np.float16),
}


def same(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for name, array in other.items():
        assert one[name].dtype == array.dtype and one[name].shape == array.shape
        np.testing.assert_array_equal(one[name], array)


# -- round trips -----------------------------------------------------------------------------


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_written_comes_back(write, tmp_path):
    about = {"cell": "lstm", "note": 'ü "quoted" 🙂'}
    raw = write(WEIGHTS, about)
    same(read_weights(raw).weights, WEIGHTS)
    assert read_weights(raw).about == about
    assert read_weights(write(WEIGHTS)).about == {}
    path = tmp_path / "a file of any name"
    path.write_bytes(raw)
    same(read_weights(path).weights, WEIGHTS)


@pytest.mark.parametrize("write", WRITERS)
def test_equal_weights_are_equal_bytes(write):
    assert write(WEIGHTS, {"a": "b"}) == write(dict(WEIGHTS), {"a": "b"})


@pytest.mark.parametrize("write", WRITERS)
def test_any_layout_in_memory_is_saved_by_value(write):
    turned = np.arange(12.0).reshape(3, 4).T
    same(read_weights(write({"w": turned})).weights, {"w": np.ascontiguousarray(turned)})
    same(read_weights(write({"w": turned[::2].astype(">f8")})).weights, {"w": turned[::2].copy()})


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_network_comes_back_whole(write, cell, direction):
    network = Network.create(cell, 3, 4, 2, layers=2, direction=direction, readout="sigmoid")
    again = make_network(read_weights(write(network.weights, describe(network))))
    assert (again.cell, again.direction, again.readout) == (cell, direction, "sigmoid")
    same(dict(again.weights), dict(network.weights))


def test_two_networks_in_one_file():
    encoder = Network.create(GRU(), 3, 4, 0, seed=1)
    decoder = Network.create(GRU(), 5, 4, 5, seed=2)
    both = {f"encoder.{n}": a for n, a in encoder.weights.items()}
    both |= {f"decoder.{n}": a for n, a in decoder.weights.items()}
    stored = read_weights(npz(both, describe(decoder)))
    same(dict(make_network(stored, "encoder.").weights), dict(encoder.weights))
    same(dict(make_network(stored, "decoder.").weights), dict(decoder.weights))


# -- other readers and writers ---------------------------------------------------------------


def test_numpy_reads_our_npz_and_we_read_its():
    with np.load(io.BytesIO(npz(WEIGHTS)), allow_pickle=False) as archive:
        same({n: archive[n] for n in WEIGHTS}, WEIGHTS)
    for save in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        save(buffer, **WEIGHTS, allow_pickle=False)
        same(read_weights(buffer.getvalue()).weights, WEIGHTS)


def test_our_safetensors_are_what_the_format_says():
    raw = safetensors(WEIGHTS, {"cell": "gru"})
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    assert header.pop("__metadata__") == {"cell": "gru"} and length % 8 == 0
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = raw[8 + length + begin : 8 + length + end]
        array = np.frombuffer(numbers, {"F64": "<f8", "F32": "<f4", "F16": "<f2"}[entry["dtype"]])
        np.testing.assert_array_equal(array.reshape(entry["shape"]), WEIGHTS[name])


def test_the_safetensors_library_agrees():
    same(library.load(safetensors(WEIGHTS)), WEIGHTS)
    same(read_weights(library.save(WEIGHTS)).weights, WEIGHTS)


def test_torch_takes_the_weights():
    torch = pytest.importorskip("torch")
    network = Network.create(LSTM(), 3, 4, 0, layers=2)
    stored = read_weights(safetensors(network.weights))
    layer = torch.nn.LSTM(3, 4, num_layers=2, batch_first=True, dtype=torch.float64)
    layer.load_state_dict({n: torch.from_numpy(a) for n, a in stored.weights.items()})
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    theirs = layer(torch.from_numpy(x))[0].detach().numpy()
    np.testing.assert_allclose(theirs, network.forward(x).features, atol=1e-14)


# -- refusals --------------------------------------------------------------------------------


def refused(raw: bytes, *parts: str) -> None:
    """Refused, and in words: what was expected, what came, what to do."""
    with pytest.raises(ValueError) as caught:
        read_weights(raw)
    text = str(caught.value)
    assert text.startswith("Expected ") and ", but " in text and text.rstrip().endswith("."), text
    for part in parts:
        assert part in text, text


def header_and(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape=(2,), kind="F64", place=(0, 16)) -> dict:
    return {"dtype": kind, "shape": list(shape), "data_offsets": list(place)}


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return buffer.getvalue()


def npy(array, **more) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **more)
    return buffer.getvalue()


def npy_header(text: str, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


class Harmful:
    """A pickle that runs code when it is loaded."""

    happened = False

    def __reduce__(self):
        return (setattr, (Harmful, "happened", True))


@pytest.mark.parametrize("raw", [b"", b"PK", b"hello", b"\x00" * 100, b"<html></html>" * 9])
def test_files_that_are_none(raw):
    refused(raw)


def test_a_pickle_is_not_opened():
    for protocol in (2, 3, 4, 5):
        refused(pickle.dumps(Harmful(), protocol), "pickle")
    assert not Harmful.happened


def test_a_pickle_inside_an_npz_is_not_opened():
    hidden = npy(np.array([Harmful()], object), allow_pickle=True)
    refused(archive({"w.npy": hidden}), "Python objects", "“w”")
    refused(archive({"w.pkl": pickle.dumps(Harmful())}), "w.pkl")
    text = "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}"
    refused(archive({"w.npy": npy_header(text, b"\x80\x04.")}), "Python objects")
    assert not Harmful.happened


def test_torchs_own_zip_of_a_pickle_is_refused():
    refused(archive({"model/data.pkl": b"\x80\x02}."}), "pickle", "torch.load")
    refused(archive({"config.json": b"{}", "metadata.json": b"{}"}), "Keras", "get_weights")


def test_a_single_array_is_refused():
    refused(npy(np.ones(3)), ".npy")


def test_a_zip_bomb_is_not_unpacked():
    bomb = npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (10**9,)}")
    refused(archive({"w.npy": bomb + b"\0" * files.MOST_BYTES}), "MB")


def test_a_zip_bomb_that_says_it_is_small():
    raw = bytearray(archive({"w.npy": npy(np.zeros(100_000))}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = raw.index(mark) + place
        raw[at : at + 4] = struct.pack("<I", 64)
    refused(bytes(raw))


def test_many_files_in_an_archive_are_refused():
    one = npy(np.ones(1))
    refused(archive({f"w{k}.npy": one for k in range(300)}), "300")


def test_the_same_name_twice_is_refused():
    buffer = io.BytesIO()
    with pytest.warns(UserWarning), zipfile.ZipFile(buffer, "w") as out:
        for _ in range(2):
            out.writestr("w.npy", npy(np.ones(1)))
    refused(buffer.getvalue(), "each once")


def test_a_broken_archive_is_refused():
    raw = npz({"w": np.random.default_rng(0).normal(size=1000)})
    refused(raw[: len(raw) // 2])
    for at in range(30, len(raw), 97):
        broken = bytearray(raw)
        broken[at] ^= 0xFF
        try:
            read_weights(bytes(broken))
        except ValueError as problem:
            assert "Expected" in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -2)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}",
        "__import__('os').getcwd()",
        "(" * 5000,
        "[" * 20000,
    ],
)
def test_headers_of_arrays_that_promise_something_else(text):
    refused(archive({"w.npy": npy_header(text, b"\0" * 16)}))


@pytest.mark.parametrize(
    "array", [np.ones(2, int), np.ones(2, bool), np.ones(0), np.ones(2, complex)]
)
def test_arrays_that_are_no_weights(array):
    refused(archive({"w.npy": npy(array)}), "“w”")
    for write in WRITERS:
        with pytest.raises(ValueError, match="Expected"):
            write({"w": array})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite(bad):
    array = np.array([1.0, bad])
    for raw in (archive({"w.npy": npy(array)}), header_and({"w": entry()}, array.tobytes())):
        with pytest.raises(ValueError, match=r"“w”: expected finite numbers.*diverged"):
            read_weights(raw)
    for write in WRITERS:
        with pytest.raises(ValueError, match="finite"):
            write({"w": array})


def test_a_huge_header_is_refused_by_its_length_alone():
    refused(header_and(b"{", length=2**63), str(2**63))
    refused(header_and(b"{" + b" " * files.MOST_HEADER + b"}"), "header")
    refused(header_and(b"{}", length=500), "header of 500")


TWO = np.arange(2.0).tobytes()


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ({}, b""),
        ({"w": 3}, TWO),
        ({"w": {"dtype": "F64"}}, TWO),
        ({"w": entry(kind="I64")}, TWO),
        ({"w": entry(kind=["F64"])}, TWO),
        ({"w": entry(shape=(3,))}, TWO),
        ({"w": entry(shape=(-1, -2))}, TWO),
        ({"w": entry(shape=(True, 2))}, TWO),
        ({"w": entry(shape=(10**30,))}, TWO),
        ({"w": entry(shape=("2",))}, TWO),
        ({"w": entry(shape=(1,) * 9 + (2,))}, TWO),
        ({"w": entry(place=(16, 0))}, TWO),
        ({"w": entry(place=(0, 16, 32))}, TWO),
        ({"w": entry(place=(8, 24))}, TWO + b"\0" * 8),
        ({"w": entry(place=(0, 10**18))}, TWO),
        ({"w": entry()}, TWO + b"more"),
        ({"w": entry()}, TWO[:-1]),
        ({"w": entry(), "v": entry()}, TWO),
        ({"w": entry(shape=(0,), place=(0, 0))}, b""),
        ({"a\nb": entry()}, TWO),
        ({"x" * 200: entry()}, TWO),
        ({"__metadata__": {"a": 1}, "w": entry()}, TWO),
        ({"__metadata__": ["a"], "w": entry()}, TWO),
        ({"__metadata__": {"a": "x" * 200_000}, "w": entry()}, TWO),
        ({f"w{k}": entry() for k in range(300)}, TWO),
        (b'{"w": NaN}', TWO),
        (b'{"w": ' + b"[" * 20_000, TWO),
        (b"{\xff\xfe}", TWO),
        (b"{not json}", TWO),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, bytes) else "",
)
def test_safetensors_that_promise_something_else(header, data):
    refused(header_and(header, data))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(raw):
    for start in (b"", b"PK\x03\x04", struct.pack("<Q", 20) + b"{"):
        with pytest.raises(ValueError, match="Expected"):
            read_weights(start + raw)


def test_a_large_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    path = tmp_path / "large"
    path.write_bytes(b"PK" + b"\0" * 200)
    with pytest.raises(ValueError, match=r"at most .* MB"):
        read_weights(path)
    with pytest.raises(ValueError, match=r"at most .* MB"):
        read_weights(b"PK" + b"\0" * 200)


def test_a_strangers_names_are_shown_harmless():
    raw = header_and({"<script>alert(1)</script>\n[x](http://a.b)": entry()}, TWO)
    with pytest.raises(ValueError) as caught:
        read_weights(raw)
    assert "\n" not in str(caught.value)
    assert "alert(" not in str(caught.value) and "](" not in str(caught.value)


# -- names and shapes ------------------------------------------------------------------------


def test_wrong_names_and_shapes_are_refused_in_words():
    expected = {"weight_hh_l0": (4, 3), "readout.bias": (2,), "bias_ih_l0": (1,)}
    check_shapes(WEIGHTS, expected)
    with pytest.raises(ValueError, match=r"“readout.bias”: expected shape \(3,\).*\(2,\).*Choose"):
        check_shapes(WEIGHTS, expected | {"readout.bias": (3,)})
    with pytest.raises(ValueError, match=r"Expected an array “extra”.*it has “weight_hh_l0”"):
        check_shapes(WEIGHTS, expected | {"extra": (1,)})
    with pytest.raises(ValueError, match="also has “bias_ih_l0”"):
        check_shapes(WEIGHTS, {n: s for n, s in expected.items() if n != "bias_ih_l0"})


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_shapes_a_network_needs(cell, direction):
    network = Network.create(cell, 3, 4, 2, layers=3, direction=direction)
    weights = dict(network.weights)
    assert shapes(cell, weights, direction) == {n: a.shape for n, a in weights.items()}


def network_file(**changes) -> Stored:
    network = Network.create(GRU(), 3, 4, 2)
    weights = {**network.weights, **changes}
    return Stored({n: a for n, a in weights.items() if a is not None}, describe(network))


@pytest.mark.parametrize(
    "changes",
    [
        {"weight_hh_l0": None},
        {"weight_hh_l0": np.ones(())},
        {"weight_hh_l0": np.ones((12, 5))},
        {"weight_hh_l0": np.ones((4, 10**6))},
        {"weight_ih_l0": np.ones((9, 3))},
        {"readout.weight": np.ones(())},
        {"readout.weight": np.ones((2, 9))},
        {"weight_hh_l1": np.ones((12, 4))},
        {"surprise": np.ones(1)},
    ],
)
def test_weights_that_make_no_network(changes):
    with pytest.raises(ValueError, match=r"[Ee]xpected"):
        make_network(network_file(**changes))


@pytest.mark.parametrize("missing", ["bias_ih_l0", "bias_hh_l0", "readout.bias"])
def test_a_missing_bias_is_zero(missing):
    network = make_network(network_file(**{missing: None}))
    assert not network.weights[missing].any()
    assert network.weights[missing].shape == network_file().weights[missing].shape


def test_a_file_without_words_is_told_by_names_and_shapes():
    network = make_network(Stored(network_file().weights, {}))
    assert network.cell == GRU() and network.readout == "linear"


@pytest.mark.parametrize(
    "about",
    [
        {"cell": "<b>"},
        {"cell": "gru", "reset": "x"},
        {"cell": "gru", "direction": "x"},
        {"cell": "gru", "readout": "x"},
        {"cell": "lstm"},
    ],
)
def test_words_that_describe_no_network(about):
    with pytest.raises(ValueError, match=r"[Ee]xpected"):
        make_network(Stored(network_file().weights, about))
