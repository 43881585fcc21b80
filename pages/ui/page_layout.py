"""What every page has: a head, a living picture, an explanation, the numbers to take away."""

from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pandas as pd
import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import controls, results, runs, session
from rnn_core.analysis.gradient_check import Check
from rnn_core.experiment.run import Run

# A picture gives back what the gradient check below it is about: a run that is not the experiment's
# own, a check that it made itself, or words where there is none ("": nothing to say).
Picture = Callable[[], Run | Check | str | None]


def page(
    title: str,
    claim: str,
    picture: Picture,
    explained: str,
    numbers: Callable[..., pd.DataFrame],  # of the experiment, the view and the page's own settings
) -> None:
    """A page: what it says, the picture with its controls, how to read it, its numbers.

    Claim and explanation are written in this app's letters and shown in those of the chosen
    notation.
    """
    on_the_wall = session.playing().presents
    if not on_the_wall:
        st.header(title, anchor=False)
        st.markdown(session.lettered(claim))
    if session.notes():
        st.warning("\n\n".join(map(in_markdown, session.notes())), icon=":material/link_off:")
    st.fragment(_living, run_every=session.ticking() or None)(picture)
    if on_the_wall:
        return
    with st.expander("How to read this"):
        st.markdown(session.lettered(explained))
    _download(title, session.take_away(numbers))


def _living(picture: Picture) -> None:
    """The part that runs alone when one of its own controls moves; the frame round it rests."""
    if session.frame_is_old():
        st.rerun()
    results.place_for_progress()
    session.begin_picture()
    with results.tick() if session.ticking() else nullcontext():
        try:
            seen = picture()
        except results.Waiting as costly:
            seen = _offer(costly)
    if isinstance(seen, Check | str):
        if seen:
            _badge(seen)
    else:
        _footnotes(seen or session.current_run())
    for words in session.other_variants():
        st.markdown(f":material/call_split: :small[{words}]")
    session.end()


def _offer(costly: results.Waiting) -> str:
    """In place of a picture that takes long: what it takes, the button, and its controls."""
    st.markdown(
        f"**This picture takes about {costly.seconds:.0f} s of computing at these settings.** "
        "Smaller ones come at once."
    )
    st.button("Compute it", on_click=results.ask, args=(costly.key,), icon=":material/calculate:")
    controls.bench()
    return ""


def _footnotes(done: Run) -> None:
    """Where numbers overflowed, how the input was read, and the gradient check of this very run."""
    if done.overflow is not None:
        _overflow(f"The states overflow at step {done.overflow}")
    elif not np.isfinite(done.loss):
        _overflow("The loss overflows")
    remarks = f"\n\n:small[{in_markdown(' '.join(done.notes))}]" if done.notes else ""
    _badge(runs.check(done), remarks)


def _badge(found: Check | str, remarks: str = "") -> None:
    """The gradient check in a line, or why there is none just now."""
    if isinstance(found, str):
        st.markdown(f":gray-badge[:material/hourglass: Gradient check] :small[{found}]")
        return
    colour, icon = ("green", "check") if found.ok else ("orange", "error")
    badge = f":{colour}-badge[:material/{icon}: Gradient check]"
    st.markdown(f"{badge} :small[{in_markdown(found.words)}]{remarks}")


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
