"""Specimens in files: a trained network and what it reads, as an .npz under PyTorch's names.

>>> raw = to_bytes(found)
>>> again = from_bytes(raw, found.digest)

Read as carefully as weights are (`rnn_core.training.weight_files`); besides, a file is believed
only if its content has the name it is asked for by, so nobody's network comes back as another's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence as Several
from typing import Any, Final

import numpy as np

from rnn_core.applications.probe import STEPS, Probe, joined
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.wiring import Part
from rnn_core.experiment.inputs import Sequence
from rnn_core.training.models import PREFIXES
from rnn_core.training.weight_files import (
    Source,
    Stored,
    describe,
    make_network,
    read_weights,
    to_npz,
)

FORM: Final = "rnn_core probe 1"
READ: Final = "read."  # arrays that are read, not weights
ARRAYS: Final = ("x", "targets", "weights")  # of a part
TEXTS: Final = ("labels", "alphabet", "notes", "target_labels", "output_labels")  # of a sequence


def to_bytes(found: Probe) -> bytes:
    """The bytes of the file."""
    arrays: dict[str, Array] = {}
    for prefix, network in zip(PREFIXES[len(found.networks)], found.networks, strict=True):
        arrays |= {prefix + name: array for name, array in network.weights.items()}
    for part in found.parts:
        for name in ARRAYS:
            array = getattr(part, name)
            if array.size:  # an encoder has no targets
                arrays[f"{READ}{part.name}.{name}"] = array
    texts = {name: getattr(found.sequence, name) for name in TEXTS}
    about = describe(found.networks[-1])
    return to_npz(
        arrays, {**about, "form": FORM, "title": found.title, "sequence": json.dumps(texts)}
    )


def from_bytes(source: Source, digest: str) -> Probe:
    """The probe of a file; a `ValueError` says what is wrong, or that it is another one."""
    stored = read_weights(source)
    if stored.about.get("form") != FORM:
        raise ValueError("Expected a network with what it reads, but got something else.")
    try:
        found = _made(stored)
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as problem:
        raise ValueError(
            "Expected a network with what it reads, but parts are missing."
        ) from problem
    if found.digest != digest:
        raise ValueError(f"Expected the network {digest}, but this one's name is {found.digest}.")
    return found


def _made(stored: Stored) -> Probe:
    arrays = {n: a for n, a in stored.weights.items() if not n.startswith(READ)}
    pair = any(name.startswith("decoder.") for name in arrays)
    prefixes = PREFIXES[2 if pair else 1]
    weights = Stored(arrays, stored.about)
    networks = tuple(make_network(weights, prefix) for prefix in prefixes)
    names = ("encoder", "decoder") if pair else ("network",)
    parts = tuple(
        _part(name, network, stored.weights) for name, network in zip(names, networks, strict=True)
    )
    sequence = _sequence(json.loads(stored.about["sequence"]), parts)
    return Probe(stored.about["title"], networks, sequence, parts)


def _part(name: str, network: Network, arrays: dict[str, Array]) -> Part:
    x = arrays[f"{READ}{name}.x"]
    steps = x.shape[1] if x.ndim == 3 else 0
    silent = np.zeros((1, steps, 0))
    targets = arrays.get(f"{READ}{name}.targets", silent)
    weights = arrays[f"{READ}{name}.weights"]
    expected = {
        "x": (1, steps, network.input_size),
        "targets": (1, steps, network.output_size),
        "weights": (1, steps),
    }
    for what, array in (("x", x), ("targets", targets), ("weights", weights)):
        if array.shape != expected[what] or not 0 < steps <= STEPS:
            raise ValueError(f"{what} of {name}: expected {expected[what]}, got {array.shape}.")
    return Part(name, x, targets, weights)


def _sequence(texts: dict[str, Any], parts: Several[Part]) -> Sequence:
    found = {name: tuple(map(str, texts[name])) for name in TEXTS}
    steps, last = sum(p.x.shape[1] for p in parts), parts[-1]
    expected = {
        "labels": (steps,),
        "target_labels": (steps,),
        "output_labels": (last.targets.shape[2],),
    }
    for name, sizes in expected.items():
        if len(found[name]) not in sizes:
            raise ValueError(f"{name}: expected {sizes[-1]} texts, got {len(found[name])}.")
    return Sequence(x=joined(parts), targets=last.targets, values=None, **found)
