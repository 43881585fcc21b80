"""Named entities: a tag for every word, reading forward only and in both directions."""

import streamlit as st

from pages.components.model_card import model_card
from pages.components.plot import plot
from pages.figures import entities as drawn
from pages.figures.model_card import wiring
from pages.ui import inputs, page_layout, session, shipped, trained
from pages.ui.models import entities
from pages.ui.table import Table
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.entities import Mention, Tagged
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Two trained GRUs tag the same words. The upper one reads **forward only**: its answer at a word
rests on that word and those before it. The lower one is **bidirectional**: a second GRU reads from
the end, and the readout sees both hidden states of each step.

* **Piles**: the probabilities of the tags at each word; they sum to 1. Most names of this grammar
  are a person, a place or a company, each as often: a third each is an honest guess.
* **As the words arrive**: the sentence is read anew, ended one word later each time. Thick: both
  directions. Thin: forward only, level because later words cannot reach it. Training showed whole
  sentences only, so answers to unfinished ones need not make sense.
* **Press a pile**, or a name's button, to follow that word.

Where the clue stands **before** the name, reading forward is enough. The bidirectional network has
a second GRU and so about twice the weights; but what is missing to the forward network is the
words, and no number of weights replaces them.

The sentences come from a small grammar of ours. Nobody knows the right tags of what you type: the
wirings, the gradient check and “Look inside” take each network's own tags for the targets.
"""

CLAIM = (
    "Change a word **after** the name: reading forward only has to answer before it comes; reading "
    "in both directions does not.\n\n"
    "“Austin was …”: a person, a place or a company? The words after a name decide."
)
COUNTED = "Share of words tagged rightly; “decided later”: names that only words after them decide."


def picture() -> page_layout.Parts:
    """Both networks' tags, the sentence, one name as the words after it arrive, the cards."""
    yield "picture"
    found = entities.tagged(session.own(Mention))
    with inputs.row():
        inputs.own("sentence", width="stretch")
    if found is None:
        st.markdown("There is no word to read: type a sentence.")
        return "made when there is a sentence to read."
    plot(
        drawn.piles(found),
        key="tags",
        alt=drawn.spelled(found),
        name="entities",
        on_pick=entities.follow,
    )
    yield "more"
    entities.mention(drawn.cautions(found), found)
    st.markdown(drawn.verdict(found))
    alt = f"The tag of {found.words[found.word]} as the sentence grows"
    plot(drawn.growth(found), key="growth", alt=alt, name="entities-growing")
    return cards(found)


def cards(found: Tagged) -> Check:
    """Both networks' scores and wirings, and the ways to look further into them."""
    models, notation = entities.tagging_models(), NOTATIONS[session.view().notation]
    probes = {name: shipped.reading(m, " ".join(found.words)) for name, m in models.items()}
    wired = {name: wiring(name, trained.seen(g)[0], notation) for name, g in probes.items()}
    model_card({name: m.card for name, m in models.items()}, COUNTED, wired)
    trained.look_inside({f", {name}": probe for name, probe in probes.items()}, "this sentence")
    trained.live_training(next(iter(models.values())).card)
    return trained.seen(probes["both directions"])[1]


def numbers(_: Experiment, __: session.View, wish: Mention) -> Table:
    """Every drawn probability, one per row."""
    found = entities.tagged(wish)
    return Table.of(drawn.rows(found) if found else [])


page_layout.page(
    "The words after a name decide: person, place or company?", CLAIM, picture, EXPLAINED, numbers
)
