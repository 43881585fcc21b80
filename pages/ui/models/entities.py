"""A typed sentence and the tags that two networks give its words."""

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import session, trained
from pages.ui.models.typed_sentences import examples
from pages.ui.results import stored
from rnn_core.applications import entities
from rnn_core.applications.entities import Mention, Tagged
from rnn_core.engine.network import Network
from rnn_core.training.models import Model

NETWORKS = {"forward only": "entities-forward", "both directions": "entities-both"}


def tagged(wish: Mention) -> Tagged | None:
    """Tags of both networks for every word; None where there is no word or no network."""
    models, typed = tagging_models(), entities.understood(wish.sentence)
    if len(models) < len(NETWORKS) or not typed:
        return None
    forward, both = (models[name].network for name in NETWORKS)
    return _tags(typed, wish.word, forward, both)


def tagging_models() -> dict[str, Model]:
    """The networks by the words for their reading; a missing one is reported on the page."""
    found = {words: trained.model(name) for words, name in NETWORKS.items()}
    return {words: model for words, model in found.items() if model is not None}


@stored()
def _tags(typed: tuple[str, ...], word: int, _forward: Network, _both: Network) -> Tagged:
    return entities.tagged(_forward, _both, typed, word)


def mention(words: str, found: Tagged) -> None:
    """Examples, what there is to say of the sentence, and which name is followed."""
    if words:
        st.caption(words)
    examples(entities.EXAMPLES, "sentence", session.own(Mention).sentence, word=0)
    if len(found.names) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for k in found.names:
            icon = ":material/check:" if k == found.word else None
            st.button(
                f"Follow {in_markdown(found.words[k][:20])}",
                icon=icon,
                key=f"follow_{k}",
                on_click=follow,
                args=(k + 1,),
            )


def follow(word: float, _: float = 0.0) -> None:
    """Follow another word, from 1; for callbacks."""
    session.adjust(word=int(word))
