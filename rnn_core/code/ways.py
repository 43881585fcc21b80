"""The ways to take a run home as code: one entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.code import as_notebook, with_keras, with_numpy, with_torch
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run

Cells = tuple[str, ...]  # those that a picture shows together


@dataclass(frozen=True)
class Way:
    """One kind of file: `write` makes its text, `refuse` says why there is none ("": there is)."""

    label: str
    ending: str
    mime: str
    write: Callable[[Run, Cells, Series | None], str]
    refuse: Callable[[Run], str]


def refusal(run: Run) -> str:
    """Why no way leads to this run's numbers."""
    if any(stage.network.at is not None for stage in run.stages):
        return "A gate is held: only the app's engine can do that."
    if any(stage.network.dtype != np.float64 for stage in run.stages):
        return "These weights are single precision: other libraries would round differently."
    return ""


def _any(run: Run) -> str:
    return refusal(run)


def _torch(run: Run) -> str:
    return refusal(run) or with_torch.refusal(run.stages[-1].network.cell)


def _keras(run: Run) -> str:
    return refusal(run) or with_keras.refusal(run.stages[-1].network.cell)


WAYS: Final = {
    "numpy": Way("Python", "py", "text/x-python", with_numpy.script, _any),
    "notebook": Way("Notebook", "ipynb", "application/x-ipynb+json", as_notebook.notebook, _any),
    "torch": Way("PyTorch", "py", "text/x-python", lambda run, *_: with_torch.script(run), _torch),
    "keras": Way("Keras", "py", "text/x-python", lambda run, *_: with_keras.script(run), _keras),
}
