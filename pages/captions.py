"""Captions: a drawing read once, then words, and the pixels that each word hangs on."""

import streamlit as st

from pages.components.pixels import pixels
from pages.components.spoken import spoken
from pages.components.wirings import drawing
from pages.figures import captions as drawn
from pages.figures.literal import in_markdown
from pages.figures.model_card import facts, score_table, wiring
from pages.ui import page_layout, session, trained
from pages.ui.models import captions
from pages.ui.table import Table
from rnn_core.applications.captions import Sketch, to_hex
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
**Paint** with mouse, pen or finger, or with arrow keys and Enter: ink is 1, paper 0. A GRU reads
the 64 grey values at its first step; from then on it reads only the word that it wrote last. Under
each word stand its probability and the two next likeliest.

**Pick a word** to see its slope: how its logit, less that of the runner-up, changes with a small
change of each pixel (blue: more ink speaks for the word; orange: against it), pulled back by BPTT
from the step that wrote the word to the first, the words in between held fixed. It is about *small*
changes at *this* drawing, not what a pixel is worth as a whole. Below the small wiring: ‖dL/dhₜ‖
(total), where the loss takes the network's own words for right.

**The baseline** copies the caption of the nearest training drawing, by Euclidean distance. It
cannot name a combination it never met. Seven shapes, two sizes, four corners and eighteen words of
ours are no understanding of pictures. Grey values are kept in sixteen steps; what is paler than
−0.25 or darker than 1.25 is drawn as if it were that.
"""

CLAIM = (
    "**Pick a word** below the drawing: the colours show which pixels speak for it, and which "
    "against it. Paint, and the caption changes.\n\n"
    "The drawing is read **once**, at the first step; from then on the network reads only its own "
    "words. A gradient back to that step shows which pixels each word hangs on."
)


def picture() -> page_layout.Parts:
    """The drawing, the slopes of a word, the caption, the controls, the card."""
    yield "picture"
    model, wish = trained.model("captions"), session.own(Sketch)
    if model is None:
        return "there is no network to check."
    there = captions.present(wish)
    image, subject = there.image, there.subject
    said, near = captions.caption(model, image, wish.slope), captions.neighbour(image)
    captions.buttons(image)
    with st.container(horizontal=True, gap="medium", key="side_by_side"):
        with st.container(width=264 if session.playing().presents else 204):
            pixels(to_hex(image), key="drawing", title=there.name, on_paint=captions.paint)
        with st.container(width="stretch"):
            spoken(drawn.maps(said, wish.place, wish.slope, near), key="maps")
    spoken(drawn.table(said, wish.place, subject, near), key="words", on_pick=captions.pick)
    yield "more"
    st.markdown(in_markdown(drawn.told(said, wish.place, subject, near)))
    run, check = captions.inside(model, said, there.name)
    card, small = st.columns([3, 2], gap="medium")
    with card:
        st.caption("Share of captions without a fault, of drawings never trained on")
        st.markdown(f"{score_table({'network': model.card})}\n\n{facts([model.card])}")
    with small:
        letters = NOTATIONS[session.view().notation]
        drawing(wiring("Captions", drawn.briefly(run), letters, image=True), key="wiring")
    trained.live_training(model.card)
    return check


def numbers(_: Experiment, __: session.View, wish: Sketch) -> Table:
    """Every pixel, and its slope for every word."""
    model = trained.model("captions")
    if model is None:
        return Table()
    said = captions.caption(model, captions.drawing(wish).image, wish.slope)
    return Table(drawn.rows(said, wish.slope))


page_layout.page(
    "The drawing is read once; every word after it hangs on some pixels",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
