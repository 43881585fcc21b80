"""View settings, as a table; the experiment's own run does not depend on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pages.ui.rivals import RIVALS
from rnn_core.analysis.edits import may_name_weight, parse_edits
from rnn_core.analysis.held_gate import may_be_steps
from rnn_core.experiment.settings import choice, number, settings_of, whole, words
from rnn_core.notation.notation import NOTATIONS

QUANTITIES: Final = ("h", "c", "input", "forget", "candidate", "output", "reset", "update")


def _pick(label: str, names: Sequence[str], words: str) -> Any:
    """A field of `View` with a few values; the page that draws its menu has words for them."""
    return choice(names[0], label, "View", {name: name for name in names}, help=words)


@dataclass(frozen=True)
class View:
    """View settings; the experiment's own run does not depend on them."""

    t: int = whole(1, "Step", "View", 1, 200, help="The selected step, from 1.")
    layer: int = whole(0, "Layer", "View", 0, 5, help="Layers count from 0; two per layer if both.")
    unit: int = whole(0, "Unit", "View", 0, 128, help="The picked hidden unit, from 1; 0 is none.")
    quantity: str = _pick(
        "Gate or state", sorted(QUANTITIES, key="forget".__ne__), "The picked gate or state."
    )
    maps: str = _pick("Show", ("one", "all", "states", "spread"), "What the gates page draws.")
    sort: str = _pick(
        "Sort units by",
        ("changing", "number", *QUANTITIES),
        "Those that change most, by number, or by likeness in it.",
    )
    compare: str = _pick("Compare with", ("off", *RIVALS), "What is drawn beside it.")
    cells: str = _pick("Gradients of", ("own", "all"), "The wirings page: one cell or all three.")
    cards: str = _pick("Wirings drawn", ("three", "all"), "The wirings page: three or all.")
    wires: str = _pick("Wires show", ("unit", "mean"), "The cell page: one unit or the mean.")
    notation: str = _pick("Notation", tuple(NOTATIONS), "Whose letters are shown.")
    hold: str = _pick("Held gate", ("", *QUANTITIES[2:]), "The gate that is fixed at a value.")
    held_at: float = number(1.0, "Held at", "View", -1, 1, 0.05, help="The value of the held gate.")
    held_steps: str = words(
        "all", "At steps", "View", parser=may_be_steps, help="all, or steps such as 3 or 1,5-8."
    )
    flow: str = _pick(
        "Gradient drawn", ("last", "total", "spectral", "frobenius", "state", "share"), "Which one."
    )
    knob: str = _pick(
        "Slider turns", ("scale", "gain", "forget_bias", "update_bias", "steps"), "On that bench."
    )
    lit: str = words(
        "", "Lit weight", "View", parser=may_name_weight, help="Such as weight_hh_l0, or none."
    )
    edits: str = words(
        "", "Changed numbers", "View", parser=parse_edits, help="Such as weight_hh_l0:0:1=0.5."
    )


VIEW: Final = settings_of(View)
