"""Gates: what each unit keeps, writes and shows."""

from collections.abc import Iterator

from pages.components.heatmaps import Menu, Picked, heatmaps
from pages.figures.gates import panels
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.rivals import compared, rivals
from pages.ui.table import Table
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import Value
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each map is one gate or state of one layer: **units down, time steps across**, aligned with the text
or the series above. The colours of a gate always run from 0 (shut) to 1 (open), those of states and
candidates from −1 to 1 with 0 in the middle; they never stretch to fit the data, so two pictures
can be compared.

* **Forget gate f** near 1: the unit's cell state is carried on. Near 0: it is wiped.
* **Input gate i** near 1: the candidate g is written into the cell state.
* **Output gate o** near 1: the cell state shows in the hidden state h.
* **Update gate z** (GRU) mixes past and candidate, **reset gate r** decides how much of the past
  the candidate sees. The plain RNN has no gate.

**Click a cell** to pick its step and its unit: the text is coloured by that unit. Of many units the
twenty **that change most** over the steps are drawn; the heading counts all of them. Or see all
units, by number, or with those side by side that rise and fall together; their numbers stay their
own. **Mean and spread** draws the mean over the units, in a band from their tenth to their
ninetieth percentile.
**Compare with** puts another cell, or one other setting, beside it: same input, same axes, same
colours, and what you point at is marked in both.

Untrained gates stand near one half and follow the input only a little: they let half of
everything through, at every step, and half of a half of a half is soon nothing.
"""

CLAIM = (
    "A gate is a number between 0 and 1 for each unit and step. Near **1** it lets its signal "
    "through, near **0** it blocks it."
)


def picture() -> Iterator[str]:
    """The picture and its controls."""
    yield "picture"
    run, wish, view = session.current_run(), session.experiment(), session.view()
    with controls.row():
        widgets.layer_menu([each.name for each in runs.layers(run)])
    layer, sets = compared(wish, view.compare, view.layer)
    trace, labels, notation = layer.trace, layer.labels, NOTATIONS[view.notation]
    quantity, shows = panels.telling(trace.cell, view.quantity), panels.shown_of(trace.cell)
    drawn = panels.gate_panels(
        sets,
        labels,
        f"{wish.cell.upper()}, {layer.name}",
        shown=view.maps if view.maps in shows else "one",
        sort=view.sort,
        series=panels.series_read(run, trace, labels),
        notation=notation,
        quantity=quantity,
    )
    picked = Picked(session.step(len(labels)), view.unit, quantity)
    menus = menus_of(wish, view, trace)
    heatmaps(
        drawn, key="gates", picked=picked, menus=menus, on_pick=looked, name=f"gates-{wish.cell}"
    )


def menus_of(wish: Experiment, view: session.View, trace: LayerTrace) -> tuple[Menu, ...]:
    """Menus of the maps: which maps, of which quantity, in which order, compared with which run."""
    cell, units = trace.cell, trace.weights.weight_hh.shape[1]
    shows, quantities = panels.shown_of(cell), panels.quantities_of(cell, NOTATIONS[view.notation])
    of = Menu("quantity", "of", panels.telling(cell, view.quantity), quantities)
    return (
        Menu("maps", "Show", view.maps, shows),
        *((of,) if view.maps == "one" or view.maps not in shows else ()),
        Menu("sort", "Units", view.sort, panels.sorts_of(cell, view.maps, units)),
        Menu("compare", "Compare with", view.compare, rivals(wish)),
    )


def looked(picked: Picked) -> None:
    """Take over the reader's picks in the maps and in the menus beside them."""
    there: dict[str, Value] = {
        "t": picked.step + 1,
        "unit": picked.unit,
        "quantity": picked.quantity,
    }
    there.update(picked.menus)
    session.look(**there)


def numbers(e: Experiment, view: session.View) -> Table:
    """The picture's numbers."""
    layer, sets = compared(e, view.compare, view.layer)
    return Table(panels.gate_rows(sets, layer.labels, NOTATIONS[view.notation]))


page_layout.page(
    "A gate near 1 lets its signal through; near 0 it blocks it", CLAIM, picture, EXPLAINED, numbers
)
