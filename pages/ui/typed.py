"""Sentences that a reader types: examples to press, and what trained networks make of them."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import controls, lab, trained
from pages.ui.results import stored
from rnn_core import opinion, tagging
from rnn_core.models import Model
from rnn_core.network import Network
from rnn_core.opinion import Opinions, Review
from rnn_core.settings import Value
from rnn_core.tagging import Mention, Tagged
from rnn_core.tasks.baselines import Bag


class Shown(Protocol):
    """An example as a page shows it."""

    @property
    def text(self) -> str:
        """What is put into the field."""

    @property
    def claim(self) -> str:
        """What it shows."""


def examples(table: Mapping[str, Shown], name: str, shown: str, **reset: Value) -> None:
    """Buttons that put an example's text into a setting of the page; the claim of the one shown.
    `reset`: other settings that change with it."""
    with st.container(horizontal=True, gap="small"):
        for title, example in table.items():
            icon = ":material/check:" if example.text == shown else None
            press = partial(lab.adjust, **{name: example.text, **reset})
            st.button(title, icon=icon, key=f"example_{title}", on_click=press)
    said = [example.claim for example in table.values() if example.text == shown]
    st.caption(said[0] if said else "Press an example, or type your own.")


def field(name: str, words: str) -> None:
    """The field to type into, and what there is to say of what stands in it."""
    lab.own_control(name)
    if words:
        st.caption(words)


# -- sentiment -----------------------------------------------------------------------------------


def opinions(wish: Review) -> Opinions | None:
    """What network and bag of words say of the sentence; None where there is no word to read."""
    model, typed = trained.model("sentiment"), opinion.understood(wish.review)
    return _opinions(typed, wish.order, model.network, _bag()) if model and typed else None


@stored()
def _opinions(typed: tuple[str, ...], order: int, _network: Network, _known: Bag) -> Opinions:
    return opinion.opinions(_network, _known, typed, order)


@stored(words="Fitting the bag of words")
def _bag() -> Bag:
    return opinion.fitted_bag()


def review(words: str) -> None:
    """Examples, the field, and the order of the words."""
    field("review", words)
    wish = lab.own(Review)
    examples(opinion.EXAMPLES, "review", wish.review, order=0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Shuffle the words", icon=":material/shuffle:", on_click=_shuffle)
        lab.own_control("order", width=controls.WIDER)


def _shuffle() -> None:
    """The next order; after the last one the first."""
    lab.adjust(order=lab.own(Review).order % opinion.LAST_ORDER + 1)


# -- named entities ------------------------------------------------------------------------------

NETWORKS = {"forward only": "entities-forward", "both directions": "entities-both"}


def tagged(wish: Mention) -> Tagged | None:
    """What both networks say of every word; None where there is no word to read."""
    models, typed = tagging_models(), tagging.understood(wish.sentence)
    if len(models) < len(NETWORKS) or not typed:
        return None
    forward, both = (models[name].network for name in NETWORKS)
    return _tags(typed, wish.word, forward, both)


def tagging_models() -> dict[str, Model]:
    """By what they read; what is missing is said on the page."""
    found = {words: trained.model(name) for words, name in NETWORKS.items()}
    return {words: model for words, model in found.items() if model is not None}


@stored()
def _tags(typed: tuple[str, ...], word: int, _forward: Network, _both: Network) -> Tagged:
    return tagging.tagged(_forward, _both, typed, word)


def mention(words: str, found: Tagged | None) -> None:
    """Examples, the field, and which name is followed."""
    field("sentence", words)
    examples(tagging.EXAMPLES, "sentence", lab.own(Mention).sentence, word=0)
    if found is None or len(found.names) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for k in found.names:
            icon = ":material/check:" if k == found.word else None
            st.button(
                f"Follow {in_markdown(found.words[k][:20])}", icon=icon, key=f"follow_{k}",
                on_click=follow, args=(k + 1,),
            )  # fmt: skip


def follow(word: float, _: float = 0.0) -> None:
    """Follow another word, from 1; for callbacks."""
    lab.adjust(word=int(word))
