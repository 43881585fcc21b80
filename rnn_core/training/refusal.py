"""Refusals of weight files: what was expected, what came, what to do.

A file is a stranger's, so what it holds is shown short and without anything that means something.
Formats that only another library reads are told by their first bytes, or by the file's name, and
refused with the two lines that make a file which is read here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from typing import Final, NamedTuple

SAVE_AGAIN: Final = "Save it again as .npz (numpy.savez) or .safetensors, with float arrays only."


class OtherFormat(ValueError):
    """A file for another library's reader; `code` makes one that is read here."""

    def __init__(self, expected: str, came: str, code: str) -> None:
        self.words = f"Expected {expected}, but got {came}. Make one with:"
        self.code = code
        super().__init__(f"{self.words}\n\n{code}\n\nThen open that file.")


class Format(NamedTuple):
    """A format of other libraries: how its files end, and what makes one of ours from them."""

    label: str
    endings: tuple[str, ...]
    code: str


_TORCH: Final = (
    "import torch, safetensors.torch as files\n"
    'files.save_file(torch.load("{name}", "cpu", weights_only=True), "{stem}.safetensors")'
)
_KERAS: Final = (
    'import keras, numpy; model = keras.models.load_model("{name}")\n'
    'numpy.savez("{stem}.npz", *model.get_weights())'
)
_ONNX: Final = (
    "# of the PyTorch model that the file was exported from\n"
    'import safetensors.torch as files; files.save_file(model.state_dict(), "{stem}.safetensors")'
)
FORMATS: Final[dict[str, Format]] = {
    "torch": Format("PyTorch's own format, a pickle", (".pt", ".pth", ".bin", ".ckpt"), _TORCH),
    "pickle": Format("a pickle", (".pkl", ".pickle"), _TORCH),
    "keras": Format("a Keras archive", (".keras",), _KERAS),
    "hdf5": Format("an HDF5 file", (".h5", ".hdf5"), _KERAS),
    "onnx": Format("an ONNX graph", (".onnx",), _ONNX),
}


def other_format(raw: bytes, name: str = "") -> OtherFormat | None:
    """The refusal of a file that another library reads; None: it is no such file.

    The first bytes tell; where they do not, the ending of the file's `name` does."""
    kind = _by_bytes(raw) or _by_ending(name)
    if kind is None:
        return None
    found = FORMATS[kind]
    given = name if name.lower().endswith(found.endings) and is_plain(name) else ""
    stem = given.rsplit(".", 1)[0] or "model"
    code = found.code.format(name=given or f"model{found.endings[0]}", stem=stem)
    why = ", which can run programs when it is opened" if kind in ("torch", "pickle") else ""
    return OtherFormat("an .npz or .safetensors file", found.label + why, code)


def _by_bytes(raw: bytes) -> str | None:
    if raw[:8] == b"\x89HDF\r\n\x1a\n":
        return "hdf5"
    if raw[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        return "pickle"
    if raw[:2] == b"PK":
        return _by_entries(raw)
    onnx = raw[:1] == b"\x08" and raw[2:3] == b"\x12"  # ir_version, then producer_name
    return "onnx" if onnx and raw[8:9] != b"{" else None


def _by_entries(raw: bytes) -> str | None:
    """PyTorch and Keras write zip archives as well; their entries have names of their own."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return None
    if any(entry.endswith("/data.pkl") or entry == "data.pkl" for entry in entries):
        return "torch"
    return "keras" if "config.json" in entries and "metadata.json" in entries else None


def _by_ending(name: str) -> str | None:
    ending = name.lower()
    return next((kind for kind, f in FORMATS.items() if ending.endswith(f.endings)), None)


def refusal(expected: str, came: str, advice: str = SAVE_AGAIN) -> ValueError:
    """An error in three parts."""
    return ValueError(f"Expected {expected}, but got {came}. {advice}")


def is_plain(text: str) -> bool:
    """Whether a stranger's text is short and means nothing anywhere."""
    return shown(text) == f"“{text}”"


def shown(text: str) -> str:
    """A stranger's text: short, and without anything that means something."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-/<>") else "·" for c in text[:40])
    return f"“{kept}{'…' if len(text) > 40 else ''}”"


def listed(names: Collection[object]) -> str:
    """The first few of a stranger's names."""
    few = [shown(str(name)) for name in list(names)[:4]]
    return ", ".join(few) + (" …" if len(names) > 4 else "")
