"""A shipped network's card: scores beside baselines, how it is wired, how it was made."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.components.wirings import drawing
from pages.figures.model_card import facts, other_baselines, score_table
from rnn_core.training.models import Card


def model_card(cards: Mapping[str, Card], note: str, wirings: Mapping[str, str]) -> None:
    """`cards` by the words above their column; `note` says what is counted; `wirings`: SVG."""
    st.subheader("How well it does on sentences never trained on", anchor=False)
    first, *rest = st.columns(2, gap="large") if len(wirings) == 1 else [st.container()]
    with first:
        st.markdown(score_table(cards))
        st.caption(" ".join((note, *{other_baselines(card): None for card in cards.values()})))
    for (name, svg), place in zip(wirings.items(), rest or st.columns(2), strict=False):
        with place:
            drawing(svg, key=f"wiring_{name}")
    with st.expander("Data, size, seed, and the command that makes it again"):
        st.markdown(facts(list(cards.values())))
