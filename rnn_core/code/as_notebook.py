"""The run with `rnn_core` as a Jupyter notebook: plain JSON, written here."""

from __future__ import annotations

import json
from typing import Any, Final

from rnn_core.code.about import is_drawn, title
from rnn_core.code.with_numpy import WHERE, pieces
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run

_SHOW: Final = """from pages.handout import show

show.gradients(*runs.values())
"""
_MORE: Final = ("show.gates(done)", "show.saturation(done)", "show.unrolled(done)")
_WORDS: Final = "The app's figures (in the folder of Inside Recurrent Networks, with Plotly)."


def notebook(run: Run, cells: tuple[str, ...] = (), series: Series | None = None) -> str:
    """The text of an .ipynb file, version 4.5 of the format."""
    found = pieces(run, cells, series)
    told = [_markdown(f"# {title(run)}\n\n{WHERE}")]
    for piece in found:
        told += [_markdown(piece.words), _code(piece.code)]
    if is_drawn(run):
        told += [_markdown(_WORDS), *map(_code, (_SHOW, *_MORE))]
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    numbered = [{"id": f"cell-{k}", **cell} for k, cell in enumerate(told)]
    whole = {"cells": numbered, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _markdown(words: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(words)}


def _code(text: str) -> dict[str, Any]:
    return {
        **{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []},
        "source": _lines(text.rstrip()),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
