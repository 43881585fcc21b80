"""Trained networks on disk: weights as `<name>.npz`, and beside them their card, `<name>.json`.

A card says what a reader should know before trusting a network: the data and how they were split,
size, number of updates, seed, scores on held-out data beside baselines, and the command that makes
the network again.  Weights are float32 on disk and float64 in the engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.training.weight_files import Stored, describe, make_network, read_weights, to_npz

PREFIXES = {1: ("",), 2: ("encoder.", "decoder.")}
EXTRA = "extra."  # arrays that belong to a model and are no weights


@dataclass(frozen=True)
class Card:
    """Facts about a trained network: origin, settings, scores."""

    name: str
    application: str  # a name in `rnn_core.applications.scores.APPLICATIONS`
    title: str
    data: str  # where the data come from, and what is held out
    cell: str
    hidden: int
    parameters: int
    updates: int
    batch: int  # sequences in one update
    rate: float
    seed: int
    loss: float  # on held-out data
    command: str  # makes the network again
    inputs: tuple[str, ...]  # what the rows of a one-hot input stand for; () for numbers
    outputs: tuple[str, ...]
    scores: Mapping[str, float] = field(default_factory=dict)  # on held-out data
    baselines: Mapping[str, float] = field(default_factory=dict)  # by the name of what they do
    beats: Mapping[str, tuple[str, float]] = field(default_factory=dict)  # score: baseline, margin
    direction: str = "forward"
    readout: str = "softmax"
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the cell and of the task
    about: Mapping[str, str] = field(default_factory=dict)  # of data that are not ours


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network (or encoder and decoder), its card, and arrays kept beside it."""

    card: Card
    networks: tuple[Network, ...]
    extras: Mapping[str, Array] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """The network that answers: the only one, or the decoder."""
        return self.networks[-1]


def names(folder: Path | str) -> tuple[str, ...]:
    """The models of a folder."""
    return tuple(sorted(path.stem for path in Path(folder).glob("*.json")))


def load(folder: Path | str, name: str) -> Model:
    """A model of a folder.  What is wrong with a file is said in words, as a ValueError."""
    path = Path(folder)
    if name not in names(path):
        known = ", ".join(names(path)) or "none"
        raise ValueError(f"There is no trained network {name[:40]!r} here; there are: {known}.")
    card = _read_card(path / f"{name}.json")
    try:
        return _assemble(card, read_weights(path / f"{name}.npz"))
    except (OSError, ValueError) as fault:
        raise ValueError(f"The weights of {name} cannot be used: {fault}") from fault


def save(folder: Path | str, model: Model) -> None:
    """Write both files, making the folder where it is missing."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    arrays = {
        prefix + name: np.asarray(array, dtype=np.float32)
        for prefix, network in zip(PREFIXES[len(model.networks)], model.networks, strict=True)
        for name, array in network.weights.items()
    }
    arrays |= {EXTRA + name: np.asarray(array, np.float32) for name, array in model.extras.items()}
    (path / f"{model.card.name}.npz").write_bytes(to_npz(arrays, describe(model.network)))
    text = json.dumps(asdict(model.card), indent=1, ensure_ascii=False)
    (path / f"{model.card.name}.json").write_text(text + "\n", encoding="utf-8")


def _read_card(path: Path) -> Card:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        differ = {f.name for f in fields(Card)} ^ set(found)
        if differ:
            raise ValueError(f"its fields differ in {', '.join(sorted(differ))}")
        found["inputs"], found["outputs"] = tuple(found["inputs"]), tuple(found["outputs"])
        found["beats"] = {score: tuple(pair) for score, pair in found["beats"].items()}
        return Card(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise ValueError(f"The card {path.name} cannot be read: {fault}") from fault


def _assemble(card: Card, stored: Stored) -> Model:
    extras = {n[len(EXTRA) :]: a for n, a in stored.weights.items() if n.startswith(EXTRA)}
    wide = {n: a.astype(np.float64) for n, a in stored.weights.items() if not n.startswith(EXTRA)}
    pair = any(name.startswith("decoder.") for name in wide)
    networks = tuple(
        make_network(Stored(wide, stored.about), prefix)
        if pair
        else make_network(Stored(wide, stored.about))
        for prefix in PREFIXES[2 if pair else 1]
    )
    _check(card, networks[-1])
    return Model(card, networks, extras)


def _check(card: Card, network: Network) -> None:
    """A card that speaks of another network is worse than none."""
    found = {
        "cell": network.cell.name,
        "hidden": network.hidden_size,
        "direction": network.direction,
        "readout": network.readout,
        "outputs": network.output_size,
    }
    said = {name: getattr(card, name) for name in found} | {"outputs": len(card.outputs)}
    for name, value in found.items():
        if value != said[name]:
            raise ValueError(f"{name} is {value}, but the card says {said[name]}")
