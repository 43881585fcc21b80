"""Phase map: for which weight scale and length does the gradient vanish, hold or explode?"""

from collections.abc import Iterator

from pages.components import flow as component
from pages.components.exhibits import say
from pages.figures import phase
from pages.ui import page_layout, session
from pages.ui.models.phase import lengths_and_maps
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each cell of a map is **log₁₀ of ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖**: how much of the last step's gradient
is left at the initial state, the median of five seeds. Weight scale goes one way, sequence length
the other; the present setting is marked. Click a place, or move there by the arrow keys and press
Enter, and the experiment takes its weight scale and length.

Where it stays near 0 the gradient neither vanishes nor explodes. A median of five draws on one
input is a picture, **not a proof**.
"""

CLAIM = (
    "Blue: the gradient **vanishes**; orange: it **explodes**. Every cell has its own map, and the "
    "starting weights redraw it. Click a place to go there."
)


def picture() -> Iterator[str]:
    """Every cell's map, and how much of it vanishes and explodes."""
    yield "picture"
    e = session.experiment()
    lengths, found = lengths_and_maps(e)
    say(f"**{phase.words(found)}**")
    payload = phase.payload(e, lengths, found, NOTATIONS[session.view().notation])
    component.phase_map(payload, key="phase", on_pick=lambda s, T: session.change(scale=s, steps=T))


def numbers(e: Experiment, view: session.View) -> Table:
    """Every place of the maps."""
    lengths, found = lengths_and_maps(e)
    return Table(phase.rows(lengths, found, NOTATIONS[view.notation]))


page_layout.page(
    "Weight scale and length decide together how much gradient is left",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
