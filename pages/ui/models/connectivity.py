"""One text read by networks trained alike, and what they felt."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages.ui import shipped, trained
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.connectivity import NETWORKS as ALIKE
from rnn_core.applications.connectivity import Connected, Felt, all_checked, felt, readable, shared
from rnn_core.applications.probe import Probe
from rnn_core.experiment.run import Run
from rnn_core.training.models import Model


@dataclass(frozen=True, eq=False)
class Together:
    """Networks trained alike that read one text."""

    text: str
    note: str  # what became of what was typed
    models: Mapping[str, Model]  # by cell
    probes: Mapping[str, Probe]
    felt: Mapping[str, Felt]

    @property
    def check(self) -> Check:
        """The gradient check of all of them."""
        return all_checked([trained.seen(one)[1] for one in self.probes.values()])


def together(wish: Connected) -> Together | None:
    """All networks that can be had; None if there are none."""
    had = {cell: m for cell, name in ALIKE.items() if (m := trained.model(name)) is not None}
    if not had:
        return None
    text, note = readable(wish.passage, shared(had.values()))
    found = {cell: shipped.reading(model, text) for cell, model in had.items()}
    felt = {
        cell: _felt(one.name, wish.foretold, trained.seen(one)[0]) for cell, one in found.items()
    }
    return Together(text, note, had, found, felt)


@stored(words="Every character back to all others")
def _felt(name: str, foretold: str, _done: Run) -> Felt:
    return felt(_done, foretold)
