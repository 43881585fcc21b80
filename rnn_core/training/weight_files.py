"""Trained networks in files: `.npz` and `.safetensors`, under PyTorch's names.

A file is a stranger's.  It is read as numbers and a short text and as nothing else: no pickle,
nothing is run, and sizes are known to be small before anything is unpacked.  What does not fit is
refused by a `ValueError` that says what was expected, what came, and what to do.

safetensors: 8 bytes with the length of a JSON header (little-endian), the header, then the raw
numbers, row by row, one array after another without a gap.  The header names each array's type,
shape and place; "__metadata__" maps texts to texts.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

try:
    from lzma import LZMAError
except ImportError:  # a Python without it, as in a browser, raises none either
    LZMAError = zlib.error  # type: ignore[misc, assignment]

import numpy as np
from numpy.lib import format as npy

from rnn_core.arrays import Array
from rnn_core.engine.cells import CELLS, Cell
from rnn_core.engine.network import DIRECTIONS, Network
from rnn_core.training.foreign import QUESTIONS, find
from rnn_core.training.questions import agreed, choose
from rnn_core.training.refusal import listed, other_format, refusal, shown

Source = bytes | str | os.PathLike[str]

MOST_BYTES: Final = 64_000_000  # of a file, and of all its arrays
MOST_HEADER: Final = 1_000_000
MOST_ARRAYS: Final = 200
MOST_ABOUT: Final = 100_000  # characters
ABOUT: Final = "__about__"  # where an .npz keeps its text
TYPES: Final[dict[str, np.dtype[Any]]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
}
BFLOAT16: Final = "BF16"  # the upper half of a float32, and read as one
READABLE: Final = TYPES | {BFLOAT16: np.dtype("<u2")}


@dataclass(frozen=True, eq=False)
class Stored:
    """Contents of a file: arrays by name, and texts about them."""

    weights: dict[str, Array]
    about: dict[str, str]


# -- writing ---------------------------------------------------------------------------------


def to_npz(weights: Mapping[str, Array], about: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an .npz that `numpy.load(..., allow_pickle=False)` reads."""
    arrays = _writable(weights)
    text = json.dumps(_texts(about or {}), ensure_ascii=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, array in {**arrays, ABOUT: np.array(text)}.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # its date is fixed: equal weights, equal bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            with out.open(entry, "w") as stream:
                npy.write_array(stream, array, allow_pickle=False)
    return buffer.getvalue()


def to_safetensors(weights: Mapping[str, Array], about: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a .safetensors file."""
    header: dict[str, Any] = {"__metadata__": _texts(about)} if about else {}
    data, end = [], 0
    for name, array in sorted(_writable(weights).items(), key=lambda item: -item[1].itemsize):
        kind = next(k for k, dtype in TYPES.items() if dtype.itemsize == array.dtype.itemsize)
        raw = array.tobytes()
        place = [end, end := end + len(raw)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        data.append(raw)
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text + b"".join(data)


def _writable(weights: Mapping[str, Array]) -> dict[str, Array]:
    if not weights:
        raise ValueError("Expected at least one array to save, but there is none.")
    arrays = _arrays(weights)
    return {n: np.array(a, a.dtype.newbyteorder("<"), order="C") for n, a in arrays.items()}


def _texts(about: Mapping[str, str]) -> dict[str, str]:
    return {str(key): str(value) for key, value in about.items()}


# -- reading ---------------------------------------------------------------------------------


def read_weights(source: Source, name: str = "") -> Stored:
    """An .npz or .safetensors file, told apart by what is in it.

    Its `name` helps only to say what it is instead."""
    raw = _bytes(source)
    if raw[8:9] == b"{":  # first: a header may be of any length, also of one that reads "PK"
        return _from_safetensors(raw)
    if raw[:2] == b"PK" and other_format(raw) is None:
        return _from_npz(raw)
    if not name and not isinstance(source, bytes):
        name = os.path.basename(source)
    if (other := other_format(raw, name)) is not None:
        raise other
    if raw[:6] == b"\x93NUMPY":
        raise refusal("an archive of named arrays (.npz)", "a single array (.npy)")
    raise refusal("an .npz or .safetensors file", "a file that begins like neither")


def check_shapes(weights: Mapping[str, Array], expected: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse weights whose names or shapes are not the expected ones."""
    for name, shape in expected.items():
        if name not in weights:
            raise ValueError(
                f"Expected an array {shown(name)} of shape {shape}, but the file has none of that "
                f"name: it has {listed(weights)}. Choose the cell and layers the file was made for."
            )
        if weights[name].shape != shape:
            raise ValueError(
                f"{shown(name)}: expected shape {shape}, but the file has {weights[name].shape}. "
                "Choose the sizes the file was made for, or another file."
            )
    if extra := [name for name in weights if name not in expected]:
        raise ValueError(
            f"Expected {len(expected)} arrays, but the file also has {listed(extra)}. Choose the "
            "cell and layers the file was made for."
        )


# -- networks --------------------------------------------------------------------------------


def describe(network: Network) -> dict[str, str]:
    """The texts from which `make_network` makes the same network again."""
    texts = {name: str(value) for name, value in vars(network.cell).items()}
    kinds = {"cell": network.cell.name, "direction": network.direction}
    return {**kinds, "readout": network.readout, **texts}


def make_network(
    source: Stored | Mapping[str, Any] | Sequence[Any], prefix: str = "", **answers: str
) -> Network:
    """The network in a file's weights, in a state dict, or in what Keras's `get_weights()` gives.

    `describe`'s texts say all of it; `prefix` is "encoder." or "decoder." where there are two.
    Otherwise names and shapes do (see `rnn_core.training.foreign`), and a missing bias is zero.
    What they leave open is asked for by an `Ambiguous` error and answered here by name: module,
    head, activation, reset, update, direction, aside.  `readout` is "linear" then, unless given:
    outputs are what the other program's last matrix gives.
    """
    stored = source if isinstance(source, Stored) else Stored(_arrays(source), {})
    if wrong := answers.keys() - {*QUESTIONS, "readout"}:
        raise TypeError(f"make_network: expected {', '.join(QUESTIONS)}, readout; got {wrong}")
    if "cell" in stored.about:
        if idle := {"module", "head", "aside"} & answers.keys():
            raise refusal(
                "a file that leaves something open",
                "one that describes itself",
                f"Leave out {listed(idle)}.",
            )
        return _described(Stored(stored.weights, agreed(stored.about, answers)), prefix)
    inside = {n.removeprefix(prefix): a for n, a in stored.weights.items() if n.startswith(prefix)}
    found = find(inside, answers)
    return _filled(found.cell, found.weights, found.direction, answers.get("readout", "linear"))


def _described(stored: Stored, prefix: str) -> Network:
    """The network that `describe`'s texts say."""
    about = stored.about
    pair = dict.fromkeys(("encoder.", "decoder."), "a network of its own")
    if not prefix and all(name.startswith(tuple(pair)) for name in stored.weights):
        prefix = choose("prefix", "which of two networks to open", pair, {})
    weights = {
        name.removeprefix(prefix): array
        for name, array in stored.weights.items()
        if name.startswith(prefix)
    }
    kind = CELLS.get(about["cell"])
    if kind is None:
        raise refusal(f"a cell, one of {', '.join(CELLS)}", shown(about["cell"]))
    cell = kind(**{f.name: about[f.name] for f in fields(kind) if f.name in about})  # type: ignore[arg-type]
    direction = about.get("direction", "forward")
    if direction not in DIRECTIONS:
        raise refusal(f"a direction, one of {', '.join(DIRECTIONS)}", shown(direction))
    return _filled(cell, weights, direction, about.get("readout", "softmax"))


def _filled(cell: Cell, weights: Mapping[str, Array], direction: str, readout: str) -> Network:
    """A network of one type of numbers, at least float32; biases that are missing are zeros."""
    expected = shapes(cell, weights, direction)
    dtype = np.result_type(np.float32, *(array.dtype for array in weights.values()))
    zeros = {n: np.zeros(shape) for n, shape in expected.items() if "bias" in n}
    filled = {**zeros, **weights}
    check_shapes(filled, expected)
    return Network(cell, {n: filled[n].astype(dtype) for n in expected}, direction, readout)


def _arrays(source: Mapping[str, Any] | Sequence[Any]) -> dict[str, Array]:
    """A dict of arrays, or arrays in Keras's order, as if they came from a file."""
    named = source if isinstance(source, Mapping) else {f"arr_{k}": a for k, a in enumerate(source)}
    arrays = {str(name): np.asarray(array) for name, array in named.items()}
    if not arrays:
        raise refusal("at least one array", "none")
    for name, array in arrays.items():
        _check_name(name)
        _check_array(name, array)
    return arrays


def shapes(
    cell: Cell, weights: Mapping[str, Array], direction: str = "forward"
) -> dict[str, tuple[int, ...]]:
    """Expected shapes by name of a network with these sizes, in order."""
    sides = DIRECTIONS[direction]
    first = "_l0" + ("_reverse" if sides[0] else "")
    D, H = (_columns(weights, f"weight_{kind}{first}") for kind in ("ih", "hh"))
    rows = len(cell.gates) * H
    found: dict[str, tuple[int, ...]] = {}
    depth = max(1, sum(name.startswith("weight_hh_l") for name in weights) // len(sides))
    for layer in range(depth):
        for reverse in sides:
            ending = f"_l{layer}" + ("_reverse" if reverse else "")
            found["weight_ih" + ending] = rows, D if layer == 0 else H * len(sides)
            found["weight_hh" + ending] = rows, H
            found |= {f"bias_{kind}{ending}": (rows,) for kind in ("ih", "hh")}
            if cell.peepholes:
                found["weight_ph" + ending] = len(cell.peepholes), H
    if "readout.weight" in weights:
        _columns(weights, "readout.weight")
        outputs = len(weights["readout.weight"])
        found |= {"readout.weight": (outputs, H * len(sides)), "readout.bias": (outputs,)}
    return found


def _columns(weights: Mapping[str, Array], name: str) -> int:
    """The columns of a matrix that has to be there."""
    shape = weights[name].shape if name in weights else None
    if shape is None or len(shape) != 2:
        came = f"a file with {listed(weights)}" if shape is None else f"the shape {shape}"
        raise refusal(f"a matrix {shown(name)}", came)
    return int(shape[1])


def _bytes(source: Source) -> bytes:
    if not isinstance(source, bytes):
        size = os.path.getsize(source)
        if size > MOST_BYTES:
            raise _too_large(size)
        with open(source, "rb") as file:
            source = file.read(MOST_BYTES + 1)
    if len(source) > MOST_BYTES:
        raise _too_large(len(source))
    return source


# -- .npz ------------------------------------------------------------------------------------

MOST_NPY_HEADER: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z0-9_.]{1,100}")
_SIZES = r"\(((?:[0-9]{1,15}, ?)*(?:[0-9]{1,15})?)\)"
_HEADER: Final = re.compile(
    rf"\{{'descr': ('[^']*'|\[.*\]), 'fortran_order': (True|False), 'shape': {_SIZES},? ?\}} *\n?"
)
_FLOAT, _TEXT = re.compile(r"[<>]f[248]"), re.compile(r"[<>]U[0-9]{1,6}")
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
)


def _from_npz(raw: bytes) -> Stored:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _from_archive(archive)
    except _BROKEN as problem:
        raise refusal("an .npz archive", "a broken or encrypted one") from problem


def _from_archive(archive: zipfile.ZipFile) -> Stored:
    entries = archive.infolist()
    if len(entries) > MOST_ARRAYS + 1:
        raise refusal(f"at most {MOST_ARRAYS} arrays", f"an archive of {len(entries)} files")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise _too_large(total)
    weights: dict[str, Array] = {}
    about: dict[str, str] = {}
    for entry in entries:
        name = entry.filename.removesuffix(".npy")
        if name == entry.filename or name in weights:
            raise refusal("an archive of arrays, each once", f"one with {shown(entry.filename)}")
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size)  # not a byte more: a bomb says it is small
        if name == ABOUT:
            about = _about(_array(name, content))
        else:
            _check_name(name)
            weights[name] = _array(name, content)
            _check_array(name, weights[name])
    return _complete(weights, about)


def _array(name: str, content: bytes) -> Array:
    """One .npy; its shape is believed only if the bytes for it are there."""
    kind, fortran, shape, data = _npy(name, content)
    if "O" in kind:
        raise refusal(
            f"numbers in {shown(name)}", "Python objects (a pickle), which can run programs"
        )
    text = name == ABOUT
    if not (_TEXT if text else _FLOAT).fullmatch(kind):
        raise refusal(f"{'a text' if text else 'floats'} in {shown(name)}", shown(kind))
    dtype = np.dtype(kind)
    _check_size(name, shape, dtype.itemsize, len(data))
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), order="C")


def _npy(name: str, content: bytes) -> tuple[str, bool, tuple[int, ...], bytes]:
    """An .npy's type, order, shape and data.  The header is matched, never evaluated."""
    width = 2 if content[6:7] == b"\x01" else 4
    end = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
    header = content[8 + width : end].decode("latin-1") if end <= MOST_NPY_HEADER else ""
    found = _HEADER.fullmatch(header)
    if content[:6] != b"\x93NUMPY" or found is None:
        raise refusal(f"an array {shown(name)}", "something that is no array")
    kind, fortran, sizes = found.groups()
    shape = tuple(int(n) for n in sizes.split(",") if n.strip())
    return kind.strip("'"), fortran == "True", shape, content[end:]


def _about(value: Array) -> dict[str, str]:
    text = str(value) if value.shape == () else ""
    return _read_texts(_json(text), "about")


# -- .safetensors ----------------------------------------------------------------------------


def _from_safetensors(raw: bytes) -> Stored:
    length = int.from_bytes(raw[:8], "little")
    if length > MOST_HEADER:
        raise refusal(f"a header of at most {MOST_HEADER} bytes", f"one of {length} bytes")
    if length > len(raw) - 8:
        raise refusal(f"a header of {length} bytes, as the file says", "a file that ends in it")
    try:
        text = raw[8 : 8 + length].decode("utf-8")
    except UnicodeDecodeError as problem:
        raise refusal("a header in UTF-8", "other bytes") from problem
    header = _json(text)
    about = _read_texts(header.pop("__metadata__", {}), "__metadata__")
    if len(header) > MOST_ARRAYS:
        raise refusal(f"at most {MOST_ARRAYS} arrays", f"{len(header)}")
    data = memoryview(raw)[8 + length :]
    weights, places = {}, []
    for name, entry in header.items():
        _check_name(name)
        weights[name], place = _tensor(name, entry, data)
        places.append(place)
    _check_places(sorted(places), len(data))
    return _complete(weights, about)


def _tensor(name: str, entry: Any, data: memoryview) -> tuple[Array, tuple[int, int]]:
    """One array of the data, and where it lay."""
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise refusal(f"type, shape and place of {shown(name)}", "a header without them")
    kind, shape, place = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or kind not in READABLE:
        raise refusal(f"{', '.join(READABLE)} in {shown(name)}", f"the type {shown(str(kind))}")
    if not (_counts(shape) and _counts(place) and len(place) == 2 and place[0] <= place[1]):
        raise refusal(f"a shape and a place of {shown(name)}", "other things")
    begin, end = place
    dtype = READABLE[kind]
    if end > len(data):
        raise refusal(f"{end} bytes of numbers for {shown(name)}", f"a file of {len(data)}")
    _check_size(name, tuple(shape), dtype.itemsize, end - begin)
    array = np.frombuffer(data[begin:end], dtype).reshape(shape).astype(dtype.newbyteorder("="))
    if kind == BFLOAT16:
        array = (array.astype(np.uint32) << 16).view(np.float32)
    _check_array(name, array)
    return array, (begin, end)


def _counts(values: Any) -> bool:
    """Whether these are a few numbers of things."""
    return (
        isinstance(values, list)
        and len(values) <= 8
        and all(
            isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= MOST_BYTES for v in values
        )
    )


def _check_places(places: list[tuple[int, int]], end: int) -> None:
    """Without a gap and without an overlap, from the first byte to the last."""
    last = 0
    for begin, stop in places:
        if begin != last:
            raise refusal("arrays one after another", "a file with gaps or overlaps")
        last = stop
    if last != end:
        raise refusal(f"{last} bytes of numbers", f"{end}")


# -- what is refused -------------------------------------------------------------------------


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if len(text) <= max(MOST_ABOUT, MOST_HEADER) else None
    except (ValueError, RecursionError) as problem:
        raise refusal("a text in JSON", "something else") from problem
    if not isinstance(found, dict):
        raise refusal("names and values in JSON", "something else")
    return found


def _read_texts(found: Any, name: str) -> dict[str, str]:
    fits = isinstance(found, dict) and all(isinstance(v, str) for v in found.values())
    if not fits or sum(len(k) + len(v) for k, v in found.items()) > MOST_ABOUT:
        raise refusal(f"short texts by name in {name}", "something else")
    return dict(found)


def _complete(weights: dict[str, Array], about: dict[str, str]) -> Stored:
    if not weights:
        raise refusal("at least one array", "a file without any")
    return Stored(weights, about)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise refusal("names such as weight_hh_l0 or 0.weight_hh_l0", shown(name))


def _check_size(name: str, shape: tuple[int, ...], itemsize: int, available: int) -> None:
    needed = math.prod(shape) * itemsize
    if len(shape) > 8 or min(shape, default=0) < 0 or needed != available:
        raise refusal(
            f"{needed} bytes for {shown(name)} of shape {shape[:8]}", f"{available} bytes"
        )


def _check_array(name: str, array: Array) -> None:
    if array.dtype.kind != "f" or array.dtype.itemsize not in (2, 4, 8):
        raise refusal(f"numbers with a point in {shown(name)}", f"the type {array.dtype}")
    if not array.size:
        raise refusal(f"at least one number in {shown(name)}", f"the shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{shown(name)}: expected finite numbers, but there are nan or inf among them. The "
            "network has diverged: save it from before, or train it with a smaller rate."
        )


def _too_large(size: int) -> ValueError:
    return ValueError(
        f"Expected at most {MOST_BYTES / 1e6:.0f} MB of weights, but got {size / 1e6:.1f} MB. "
        "Use a smaller network, or float32."
    )
