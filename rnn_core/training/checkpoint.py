"""Checkpoints in files: an .npz that goes on to the same numbers, on any machine.

>>> raw = to_bytes(trainer.checkpoint())
>>> again = Trainer.resume(from_bytes(raw))

Read as carefully as weights are (`rnn_core.training.weight_files`): numbers and short texts,
nothing is run. The history stays behind: a file holds what is needed to go on.
"""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

from rnn_core.training.trainer import Checkpoint, Training
from rnn_core.training.weight_files import Source, Stored, read_weights, to_npz

FORM: Final = "rnn_core checkpoint 1"
ARRAYS: Final = ("weights", "previous", "lowest_weights")


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """The bytes of the file."""
    c, memory = checkpoint, checkpoint.memory
    arrays = {name: getattr(c, name) for name in ARRAYS}
    arrays |= {f"memory.{n}": a for n, a in memory.items() if isinstance(a, np.ndarray)}
    state = {
        "update": c.update,
        "tokens": c.tokens,
        "waited": c.waited,
        "lowest": repr(c.lowest),  # may be inf, which JSON cannot say
        "memory": {n: v for n, v in memory.items() if not isinstance(v, np.ndarray)},
        "streams": c.streams,
        "stopped": c.stopped,
    }
    texts = {"settings": json.dumps(vars(c.settings)), "state": json.dumps(state)}
    return to_npz(arrays, {"form": FORM, **texts})


def from_bytes(source: Source) -> Checkpoint:
    """The checkpoint of a file; a `ValueError` says what is wrong with it."""
    stored = read_weights(source)
    if stored.about.get("form") != FORM:
        raise ValueError(
            "Expected a checkpoint, but got a file of weights without the optimiser's memory and "
            "the generators' states. Load it as weights, or take a checkpoint."
        )
    try:
        return _made(stored)
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as problem:
        raise ValueError(
            "Expected a checkpoint as this program writes it, but parts are missing or changed. "
            "Take a new one."
        ) from problem


def _made(stored: Stored) -> Checkpoint:
    arrays, about = stored.weights, stored.about
    settings, state = Training(**json.loads(about["settings"])), json.loads(about["state"])
    memory: dict[str, Any] = {n: int(v) for n, v in state["memory"].items()}
    memory |= {n.removeprefix("memory."): a for n, a in arrays.items() if n.startswith("memory.")}
    return Checkpoint(
        settings=settings,
        update=int(state["update"]),
        tokens=int(state["tokens"]),
        **{name: arrays[name] for name in ARRAYS},
        memory=memory,
        streams=dict(state["streams"]),
        lowest=float(state["lowest"]),
        waited=int(state["waited"]),
        stopped=str(state["stopped"]),
        history=(),
    )
