"""The phase map as the browser draws it, in words, and as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.flow.bench import zones
from pages.figures.flow.letters import left, together
from pages.figures.norm_axis import EXPLODED, VANISHED
from pages.figures.theme import cell_look
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.flow import seeds_of
from rnn_core.studies.phase import SCALES, SEEDS


def payload(
    e: Experiment, lengths: Sequence[int], ratios: dict[str, Array], notation: Notation = HOUSE
) -> dict[str, Any]:
    """ratios: cell -> (scales, lengths) log10 of the gradient ratio."""
    return {
        "scales": list(SCALES),
        "lengths": list(lengths),
        "scale": e.scale,
        "steps": e.steps,
        "seeds": [e.seed, SEEDS, seeds_of(e, SEEDS)[-1]],
        "limit": 8,
        "zones": zones(),
        "ratio": together({c: left(c, notation) for c in ratios}),
        "maps": [{"label": cell_look(c).label, "rows": r} for c, r in ratios.items()],
    }


def words(ratios: dict[str, Array]) -> str:
    """Each cell's share of places where the gradient vanishes and where it explodes."""
    first, *rest = (f"{cell_look(c).label}: {_shares(r)}" for c, r in ratios.items())
    return "; ".join(
        [
            first.format("vanishes on ", "of all places, explodes on "),
            *(each.format("", "and ") for each in rest),
        ]
    )


def _shares(ratios: Array) -> str:
    below, above = np.log10(VANISHED), np.log10(EXPLODED)
    return f"{{}}{np.mean(ratios < below):.0%} {{}}{np.mean(ratios > above):.0%}"


def rows(
    lengths: Sequence[int], ratios: dict[str, Array], notation: Notation = HOUSE
) -> dict[str, NDArray[Any]]:
    """Long form: cell, quantity in the notation's letters, scale, steps, log10 ratio."""
    S, L = len(SCALES), len(lengths)
    said = [left(c, notation) for c in ratios]
    return {
        "cell": np.repeat(np.array(list(ratios), dtype=object), S * L),
        "quantity": np.repeat(np.array(said, dtype=object), S * L),
        "scale": np.tile(np.repeat(SCALES, L), len(ratios)),
        "steps": np.tile(lengths, S * len(ratios)),
        "log10 ratio": np.concatenate([np.zeros(0), *(r.ravel() for r in ratios.values())]),
    }
