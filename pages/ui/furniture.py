"""What every page has: a head, a living picture, an explanation, the numbers to take away."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import lab, runs
from rnn_core.run import Run


def page(
    title: str,
    claim: str,
    picture: Callable[[], None],
    explained: str,
    numbers: Callable[..., pd.DataFrame],  # of the experiment, the view and the page's own settings
) -> None:
    """A page: what it says, the picture with its controls, how to read it, its numbers."""
    st.header(title, anchor=False)
    st.markdown(claim)
    if lab.notes():
        st.warning("\n\n".join(lab.notes()), icon=":material/link_off:")
    _living(picture)
    with st.expander("How to read this"):
        st.markdown(explained)
    _download(title, lab.take_away(numbers))


@st.fragment
def _living(picture: Callable[[], None]) -> None:
    """The part that runs alone when one of its own controls moves; the frame round it rests."""
    if lab.frame_is_old():
        st.rerun()
    picture()
    _footnotes(lab.current_run())
    lab.close_desk()


def _footnotes(done: Run) -> None:
    """Where numbers overflowed, how the input was read, and the gradient check of this very run."""
    if done.overflow is not None:
        _overflow(f"The states overflow at step {done.overflow}")
    elif not np.isfinite(done.loss):
        _overflow("The loss overflows")
    remarks = f"\n\n:small[{plain(' '.join(done.notes))}]" if done.notes else ""
    found = runs.check(done)
    colour, icon = ("green", "check") if found.ok else ("orange", "error")
    badge = f":{colour}-badge[:material/{icon}: Gradient check]"
    st.markdown(f"{badge} :small[{plain(found.words)}]{remarks}")


def _overflow(what: str) -> None:
    words = "from there on the numbers are infinite. The app is fine; this network explodes."
    st.warning(f"{what}: {words}", icon=":material/bolt:")


def _download(title: str, table: Callable[[], pd.DataFrame]) -> None:
    """The picture's numbers as CSV, in long form, made only when asked for."""
    name = title.lower().replace(" ", "-")
    st.download_button(
        "Numbers as CSV",
        lambda: table().to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        key=f"csv_{name}",
    )


def number(label: str, value: str, explained: str) -> None:
    """One number of the selected step."""
    st.metric(label, value, help=explained, width="content")


def plain(text: str) -> str:
    """Text with a stranger's characters in it, without any meaning in Markdown."""
    return "".join("\\" + c if c in MARKS else c for c in text)


MARKS = frozenset("\\`*_{}[]()<>#+-!|~$:&@")
