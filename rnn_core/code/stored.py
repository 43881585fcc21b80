"""Arrays inside of a script's text: a compressed .npz in base64, read without pickle."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Final

import numpy as np

from rnn_core.arrays import Array

WIDTH: Final = 96  # letters of a line


def stored(arrays: Mapping[str, Array]) -> str:
    """The lines between the quotes of a script's `STORED`."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **dict(arrays))
    text = base64.b64encode(file.getvalue()).decode()
    return "\n".join(text[at : at + WIDTH] for at in range(0, len(text), WIDTH))


def read(text: str) -> dict[str, Array]:
    """The arrays of such lines: what a script does with them."""
    with np.load(io.BytesIO(base64.b64decode("".join(text.split())))) as file:
        return {name: file[name] for name in file.files}
