"""A deck that a link brings: taken at once by whoever has none, offered to whoever has one."""

from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import notebook, own_deck, session
from pages.ui.session import MINE
from pages.ui.shelf import LINKED
from rnn_core.decks import Deck, DeckFault, unpack

PARAMETER: Final = "pack"  # in a link to the page My deck
BROUGHT: Final = "brought_deck"


def arrive() -> None:
    """Take a deck out of the link, before anything else reads it; what is wrong with it is kept."""
    word = st.query_params.get(PARAMETER)
    if word is None:
        return
    del st.query_params[PARAMETER]
    try:
        session.keep(BROUGHT, unpack(word, LINKED))
    except DeckFault as fault:
        session.keep(own_deck.SAID, str(fault))


def offer() -> None:
    """The deck that the link brought, where the reader has another one."""
    deck = session.kept(BROUGHT)
    if not isinstance(deck, Deck) or notebook.is_asked(MINE):
        return
    mine = own_deck.mine()
    if mine in (None, deck):
        session.keep(BROUGHT, None)
        if mine is None:
            own_deck.take(deck)
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
