"""A trained network goes to all pages, and its reader is told where."""

from dataclasses import fields

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import contents, keeping, registry, session
from rnn_core.applications.probe import Probe, look

LOOK_AT = ("gates", "unrolled", "cell", "gradients", "credit")


def show(found: Probe) -> None:
    """Put a network on every page; for callbacks."""
    if not found.origin:  # a shipped one is made from its name
        registry.put(found)
        keeping.keep_network(found)
    wish = look(found, session.experiment())
    session.change(**{f.name: getattr(wish, f.name) for f in fields(wish)})


def where() -> None:
    """Note of the trained network on the other pages, with links to them; else nothing."""
    found = registry.get(session.experiment().weights)
    if found is None:
        return
    st.markdown(f":material/check: **{in_markdown(found.title)}** is on the other pages now:")
    with st.container(horizontal=True):
        for name in LOOK_AT:
            page = contents.PAGES[name]
            st.page_link(contents.page_link(name), label=page.title, icon=page.icon)
