"""Long-term dependency: how much of the last word's gradient reaches the clue."""

from collections.abc import Sequence

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.components.wirings import drawing
from pages.figures import distance as figures
from pages.figures.model_card import made
from pages.ui import page_layout, session, trained
from pages.ui.models import distance
from pages.ui.table import Table
from rnn_core.applications.distance import FAR, AtGap, Distance
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each word is filled as high as **‖dL/dxₜ‖** at it, on a logarithmic scale from 10⁻¹⁰ (empty) to 10
(full); L is the loss of the answer, at the last word only. Point at a word for its number. The
outlined word is the **clue**; dotted words name countries to mislead. A *part* of 1 means
that the clue is felt as strongly as the last word; parts can be larger. Of three untrained
draws the median is shown, and a band of all; of trained networks the middle half of the sentences.

What the two curves say are different things. The **gradient** at the clue is a slope: what a small
change of that word's numbers would do. The **answers** show whether the clue is used. A network can
keep a clue in states that hardly move any more: a small slope, a right answer. And an open road
before training does not promise that training finds a solution.

Sentences with gaps from 7 words on are held out, never trained on; training mixed gaps from 0 to
30. All comes from our small grammar and **one training of each cell**: no proof about cells.
"""

CLAIM = """**Drag the gap**: each word is filled as high as the gradient at it. How much is left at
the clue, and who still answers rightly?

“I grew up in Canada … I speak fluent **French**”: to learn this from errors, the loss at
the last word must be felt at the clue, however many words lie between."""


IN_HALL = 60  # words of a sentence that a hall sees


def picture() -> page_layout.Parts:
    """The sentence under each network; every gap; the answers."""
    yield "picture"
    wish, found = session.own(Distance), distance.models()
    if not found:
        return "There is no trained network to check."
    seen = distance.reading(wish, found)
    read, networks = seen.sentence, (seen.trained, seen.untrained)
    say(f"**{figures.conclusion(read, seen.trained)}**")
    most = IN_HALL if session.playing().presents else None
    drawing(figures.words(read, "trained", seen.trained, wish.drawn, most), key="words")
    yield "untrained"
    drawing(figures.words(read, "untrained", seen.untrained, wish.drawn), key="untrained")
    yield "more"
    say(figures.headline(read, *networks, wish.drawn))
    _over_gaps(wish, distance.over_gaps(wish.untrained, found))
    if wish.sentence == FAR:
        st.markdown(figures.exchange(read, seen.exchanged, seen.trained))
    drawn, alt = figures.answers(seen.trained, read.answer), "Probability of every answer, trained"
    plot(drawn, key="answers", alt=alt, name="answers")
    cards = {cell: model.card for cell, model in found.items()}
    st.expander("The cards").markdown(f"{figures.scores(cards)}\n\n{made(cards.values())}")
    probes = distance.probes(wish, found)
    trained.look_inside({f" the {cell.upper()}": p for cell, p in probes.items()}, "this sentence")
    trained.live_training(next(iter(cards.values())))
    return distance.checked(probes)


def _over_gaps(wish: Distance, found: Sequence[AtGap]) -> None:
    gap, drawn = wish.gap if wish.sentence == FAR else None, wish.drawn
    symbol = NOTATIONS[session.view().notation].of("lstm").gradient("x")
    left, right = st.columns(2)
    with left:
        alt = "Gradient at the clue over all gaps, trained and untrained, logarithmic axis"
        plot(figures.clues(found, drawn, gap, symbol), key="clues", alt=alt, name="clues")
    with right:
        alt = "Right answers over all gaps of the trained networks, and two baselines"
        plot(figures.accuracies(found, gap), key="right", alt=alt, name="right-answers")
    st.markdown(figures.verdict(found))


def numbers(_: Experiment, __: session.View, wish: Distance) -> Table:
    """The gradient at every word of the sentence, in every network."""
    seen = distance.reading(wish, distance.models())
    return Table(figures.rows(seen.sentence, seen.trained, seen.untrained))


page_layout.page(
    "“I grew up in Canada … I speak French”: is the clue still felt?",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
