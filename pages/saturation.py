"""Saturation: gates that are as good as always shut, or always open."""

from collections.abc import Iterator

from pages.components.exhibits import say
from pages.components.saturation import saturation
from pages.figures.saturation import headline, saturation_picture, saturation_rows
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.rivals import compared, rivals
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each gate has its own plot, each hidden unit is **one point**: across, the share of steps at which
its gate is below 0.1 (left-saturated); up, the share at which it is above 0.9 (right-saturated).
The two shares add up to at most 1, so nothing lies beyond the dashed diagonal. A larger point is
several units in one place; "×16" stands beside many. Below it is **what the shares count**: the
gate of every unit (down) at every step (across). Point at a unit in either, and it is marked in
all; its course is drawn with the two limits. A click keeps it, here and on the other pages.

* **Upper left corner**: always open. A forget gate there carries its cell state on and on.
* **Lower right corner**: always shut. A forget gate there wipes its cell state at every step.
* **On the diagonal**: a switch, always one or the other. **Near the origin**: neither; the gate
  scales everything by some factor between.

Karpathy, Johnson & Li (2016) drew trained character models this way and found forget gates that
stay open for most of the text, which remember, while hardly any stay shut. **Before training**
everything is at the origin, and a forget bias moves the forget gates up. A saturated sigmoid also
has almost no slope: it passes its signal on, yet its own weights hardly learn.
"""

CLAIM = (
    "Each point is a unit: how often is its gate as good as **shut** (across), how often as good "
    "as **open** (up)? Click one to follow it."
)

NO_GATE = "A plain RNN has no gate. Choose the GRU or the LSTM, or compare with one."


def picture() -> Iterator[str]:
    """The picture and its controls."""
    yield "picture"
    run, wish, view = session.current_run(), session.experiment(), session.view()
    with controls.row():
        widgets.layer_menu([each.name for each in runs.layers(run)])
        widgets.view_menu("compare", rivals(wish), width=controls.WIDE)
    layer, sets = compared(wish, view.compare, view.layer)
    letters = NOTATIONS[view.notation].of(layer.trace.cell)
    drawn = saturation_picture(sets, layer.labels, letters)
    say(f"**{headline(drawn)}**" if drawn["gates"] else NO_GATE)
    saturation(
        drawn, key="saturation", unit=view.unit, on_pick=lambda unit: session.look(unit=unit)
    )
    yield "more"
    say("\n".join(f"* {gate['alt']}" for gate in drawn["gates"]))


def numbers(e: Experiment, view: session.View) -> Table:
    """The picture's numbers."""
    return Table(saturation_rows(compared(e, view.compare, view.layer)[1]))


page_layout.page(
    "Some gates are as good as always open, some as always shut", CLAIM, picture, EXPLAINED, numbers
)
