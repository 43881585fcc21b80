"""A deck that a link brings: taken at once by whoever has none, offered to whoever has one.

The link leads to the page My deck, or to one of the deck's scenes.
"""

from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import notebook, own_deck, session
from pages.ui.session import MINE
from pages.ui.sharing import PARAMETER as PARAMETER
from pages.ui.shelf import LINKED
from rnn_core.decks import Deck, DeckFault, unpack

BROUGHT: Final = "brought_deck"


def arrive() -> None:
    """Take a deck out of the link, before anything else reads it; what is wrong with it is kept."""
    if (word := st.query_params.get(PARAMETER)) is not None:
        del st.query_params[PARAMETER]
        try:
            session.keep(BROUGHT, unpack(word, LINKED))
        except DeckFault as fault:
            session.keep(own_deck.SAID, str(fault))
    if (deck := waiting()) and own_deck.mine() in (None, deck):
        _settle(None if own_deck.mine() else deck)


def waiting() -> Deck | None:
    """The deck that the link brought, once the browser has said whether it kept another."""
    deck = session.kept(BROUGHT)
    return deck if isinstance(deck, Deck) and not notebook.is_asked(MINE) else None


def offer() -> None:
    """The deck that the link brought, where the reader has another one."""
    deck = waiting()
    if deck is None:
        return
    with st.container(border=True, key="brought"):
        words = f"This link brings a deck: {deck.title}. {len(deck.scenes)} scenes."
        st.markdown(f"**{in_markdown(words)}** Here you have another one; download it first.")
        with st.container(horizontal=True):
            st.button("Put it in place of mine", on_click=_settle, args=(deck,))
            st.button("Keep mine", on_click=_settle, args=(None,), type="tertiary")


def _settle(deck: Deck | None) -> None:
    session.keep(BROUGHT, None)
    if deck:
        own_deck.take(deck)
        own_deck.play_what_was_asked()
