"""The clue-and-answer networks: what they read and felt, made once for all readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pages.ui import shipped, trained
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check, in_words
from rnn_core.applications import distance
from rnn_core.applications.distance import AtGap, Distance, Felt
from rnn_core.applications.probe import Probe
from rnn_core.engine.cells import CELLS
from rnn_core.tasks.sentences import Sentence
from rnn_core.training.models import Model

PREFIX: Final = "sentences-"


@dataclass(frozen=True, eq=False)
class Reading:
    """One sentence, read by every network."""

    sentence: Sentence
    trained: Mapping[str, Felt]
    untrained: Mapping[str, Felt]  # several draws of each
    exchanged: Mapping[str, Mapping[str, str]]  # country as the clue -> answer; trained


def models() -> dict[str, Model]:
    """The shipped network of each cell that has one; what cannot be read is said."""
    found = {cell: trained.model(PREFIX + cell) for cell in CELLS}
    return {cell: model for cell, model in found.items() if model is not None}


def reading(wish: Distance, found: Mapping[str, Model]) -> Reading:
    """One sentence as all networks read it: gradients and answers."""
    return _reading(wish, tuple(found), found)


@stored()
def _reading(wish: Distance, cells: tuple[str, ...], _models: Mapping[str, Model]) -> Reading:
    read, nets = distance.sentence(wish), {c: m.network for c, m in _models.items()}
    fresh = {c: distance.untrained(n, wish.untrained) for c, n in nets.items()}
    return Reading(
        read,
        {c: distance.feel(n, [read]) for c, n in nets.items()},
        {c: distance.together([distance.feel(n, [read]) for n in fresh[c]]) for c in nets},
        {c: distance.exchanged(n, read) for c, n in nets.items()}
        if wish.sentence == distance.FAR
        else {},
    )


def over_gaps(init: str, found: Mapping[str, Model]) -> tuple[AtGap, ...]:
    """All networks at every gap; the first reader waits for it."""
    return _over_gaps(init, tuple(found), found)


def _seconds(init: str, cells: tuple[str, ...], models: Mapping[str, Model]) -> float:
    return distance.seconds(models)


@stored(_seconds, "Reading at every gap")
def _over_gaps(
    init: str, cells: tuple[str, ...], _models: Mapping[str, Model]
) -> tuple[AtGap, ...]:
    return tuple(distance.over_gaps(_models, init))


def probes(wish: Distance, found: Mapping[str, Model]) -> dict[str, Probe]:
    """Each trained network with the sentence asked for before it."""
    text = shipped.of_distance(wish)
    return {cell: shipped.reading(model, text) for cell, model in found.items()}


def checked(found: Mapping[str, Probe]) -> Check:
    """The worst gradient check of the trained networks on this sentence."""
    every = [trained.seen(each)[1] for each in found.values()]
    error, entries = max(c.relative_error for c in every), sum(c.entries for c in every)
    return Check(error, entries, all(c.ok for c in every), in_words(error, entries))
