"""Character model: what a trained network expects next, writes, and keeps in its units."""

import streamlit as st

from pages.components.letters import letters
from pages.components.wirings import drawing
from pages.figures import characters as figures
from pages.figures.literal import in_markdown
from pages.figures.model_card import facts, score_table, wiring
from pages.ui import contents, controls, inputs, page_layout, session, trained
from pages.ui.models import characters
from pages.ui.table import Table
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.characters import Reading
from rnn_core.applications.probe import Probe
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.training.models import Model

EXPLAINED = """
The network reads your text and goes on by itself: its answer is a probability for every character;
one is drawn and read as the next input. The bars are the five likeliest *before* it came.

* **Surprise**: −log₂ of the probability of what came, in bits; its mean is the loss, divided by
  ln 2. Of the network's own writing it says little: temperature 0 hardly surprises.
* **Temperature** divides the logits before the draw: below 1 the likeliest gain, above 1 the rare.
* **Units**: of all units the one whose state has the largest correlation r with a feature of the
  text, chosen on one half, measured on the other. No more is claimed than r; near 0 on the other
  half, no unit goes along with it by itself."""
CLAIM = """Type a text: the network reads it, letter by letter, and goes on by itself. **Pick a
letter** to see what was expected in its place.

It gives **probabilities for the next character**, and all it knows of the text so far is in its
units. Some go along with things that a reader can name."""
WIDTHS = {"writer": controls.WIDER, "opening": "stretch", "heat": controls.WIDE}
LAST = ("searched", "neuron")


def picture() -> page_layout.Parts:
    """The text in its colours and what was expected, what was measured, the units, the card."""
    yield "picture"
    wish = session.own(Reading)
    if (model := characters.network(wish)) is None:
        return "made when there is a network."
    read, note = characters.reading(model, wish)
    found = characters.searched(model, read, wish)
    unit, notation = figures.unit_of(wish, read, found), NOTATIONS[session.view().notation]
    with inputs.row():
        for name, width in WIDTHS.items():
            inputs.own(name, width=width)
    seen = figures.payload(read, model.card, wish, unit, notation)
    letters(seen, key="letters", on_pick=lambda t: session.adjust(spot=t))
    if note:
        st.markdown(f":small[{in_markdown(note)}]")
    yield "more"
    st.markdown("**Bits per character**, the mean surprise")
    with st.container(horizontal=True, gap="large"):
        for label, (value, explained) in figures.measures(read, model.card).items():
            page_layout.number(label, value, explained)
    characters.units(figures.offers(found), figures.missing(found), LAST)
    return card(model, characters.glass_of(model, read))


def card(model: Model, probe: Probe) -> Check:
    """How the network was made and how it is wired, and the ways to look further into it."""
    run, check = trained.seen(probe)
    with st.expander("The card of this network"):
        st.markdown(f"{score_table({'this network': model.card})}\n\n{facts([model.card])}")
        drawing(wiring("This text", run, NOTATIONS[session.view().notation]), key="wiring")
    trained.look_inside({"": probe}, "this text")
    training = contents.page_link("training")
    st.page_link(training, label="Train one yourself", query_params={"task": "text"})
    return check


def numbers(_: Experiment, __: session.View, wish: Reading) -> Table:
    """Every character of the text."""
    if (model := characters.network(wish)) is None:
        return Table()
    read, _note = characters.reading(model, wish)
    unit = figures.unit_of(wish, read, characters.searched(model, read, wish))
    return Table(figures.rows(read, model.card, unit))


page_layout.page(
    "A network that learnt letters writes, one letter at a time", CLAIM, picture, EXPLAINED, numbers
)
