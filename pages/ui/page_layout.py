"""Layout of every page: claim, controls, a live picture in parts, and its numbers as a file.

A page hands its parts over and lays nothing out itself: a reader's page, lecture mode and an
iframe are three layouts of the same parts.
"""

from collections.abc import Callable, Generator, Iterator

import numpy as np
import streamlit as st

from pages.components import exhibits
from pages.figures.literal import in_markdown
from pages.ui import (
    controls,
    hand,
    host,
    keeping,
    registry,
    results,
    runs,
    session,
    sharing,
    take_home,
)
from pages.ui.contents import PAGES, Page, group, page_link
from pages.ui.file_button import file_button
from pages.ui.sweeps import Turned
from pages.ui.table import Table
from rnn_core.analysis.gradient_check import Check
from rnn_core.experiment.run import Run

# A picture gives back what the gradient check below it is about: a run that is not the experiment's
# own, a check that it made itself, or words where there is none ("": nothing to say).
Seen = Run | Check | str | None
# It yields the name of each of its parts before it draws it; the first part is the picture.
Parts = Generator[str, None, Seen]
Picture = Callable[[], Iterator[str]]


def page(
    claim: str,
    more: str,
    picture: Picture,
    explained: str,
    numbers: Callable[..., Table],  # of the experiment, the view and the page's own settings
    turned: Turned | None = None,
) -> None:
    """A page: its claim in one line, what to see and to do, the picture, how to read it, numbers.

    `turned` is the slider of the picture's file, where there is one.

    Texts are written in this app's letters and shown in those of the chosen notation.
    """
    here = session.current().page
    assert here is not None, "the frame begins every run"
    take_home.remember(claim, more, explained, turned)
    if session.is_alone():
        _head(here, claim)
        _words(here, more)
    if session.notes():
        st.warning("\n\n".join(map(in_markdown, session.notes())), icon=":material/link_off:")
    keeping.report()
    st.fragment(_living, run_every=host.run_every(session.ticking()))(picture)
    if session.playing().presents or session.playing().bare:
        return
    _trained()
    with st.expander("How to read this"):
        st.markdown(session.lettered(f"{more}\n\n{explained}"))
    download(here.title, session.take_away(numbers))


def _head(page: Page, claim: str) -> None:
    """The claim, and the pages that share this one's entry in the navigation, this one marked."""
    names = group(page)
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.header(session.lettered(claim), anchor=False, width="stretch")
        for name in names if len(names) > 1 else ():
            title = PAGES[name].title
            key = f"{'here' if PAGES[name] is page else 'beside'}_{name}"
            with st.container(key=key, width="content"):
                st.page_link(page_link(name), label=title, width="content")


def _words(page: Page, more: str) -> None:
    """The page's scenes, and in a line what the one on screen shows, or what to do here."""
    with st.container(gap="small", key="above"):
        controls.scenes(page)
        scene = session.scene_shown()
        st.markdown(session.lettered(scene.say if scene else more.split("\n\n")[0]))


def _living(picture: Picture) -> None:
    """The part of a page that runs alone when one of its own controls moves."""
    if session.frame_is_old():
        st.rerun()
    controls.above()
    results.place_for_progress()
    exhibits.begin(sharing.is_open())
    with results.tick() if session.ticking() else results.served(hand.give_way):
        try:
            seen = _drawn(picture())
        except results.Waiting as costly:
            seen = _offer(costly)
    exhibits.end()
    if session.playing().presents:
        _alarm(session.current_run() if seen is None else seen)
    elif not session.playing().bare:
        _below(seen)
    session.end()
    host.run_again(session.ticking())


def _drawn(parts: Iterator[str]) -> Seen:
    """Draw the parts one below the other; a hall and an iframe see one of them."""
    only, name, live = session.part_shown(), next(parts), session.live_parts()
    try:
        while True:
            exhibits.begin_part(name)
            with st.container(key=f"part_{name}"):
                following = next(parts)  # draws this part, up to the name of the next
            if only in ("", name):
                return ""
            live -= 1
            if only is None and live <= 0:
                hand.rest()
            name = following
    except StopIteration as end:
        seen: Seen = end.value
    hand.rest()  # where all parts follow a hand
    return seen


def _below(seen: Seen) -> None:
    """The gradient check of what is on screen, and where a notation writes another cell."""
    if isinstance(seen, Check | str):
        if seen:
            _badge(seen)
    else:
        _footnotes(seen or session.current_run())
    for words in session.other_variants():
        st.markdown(f":material/call_split: :small[{words}]")


def _offer(costly: results.Waiting) -> str:
    """Button in place of a picture that takes long, with the time that it takes."""
    st.markdown(
        f"**This picture takes about {costly.seconds:.0f} s of computing at these settings.** "
        "Smaller ones come at once."
    )
    st.button("Compute it", on_click=results.ask, args=(costly.key,), icon=":material/calculate:")
    return ""


def _trained() -> None:
    """Note of the trained network whose weights are on screen, and a button back; else nothing."""
    found = registry.get(session.experiment().weights)
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"Trained weights: {in_markdown(found.title)}"
        st.markdown(words, width="content")
        change = {"weights": ""}
        st.button("Back to drawn weights", on_click=session.change, kwargs=change, type="tertiary")


def _alarm(seen: Seen) -> None:
    """Warning where numbers overflowed; lecture mode, which has no footnotes, shows it too."""
    if isinstance(seen, Run) and seen.overflow is not None:
        _overflow(f"The states overflow at step {seen.overflow}")
    elif isinstance(seen, Run) and not np.isfinite(seen.loss):
        _overflow("The loss overflows")


def _footnotes(done: Run) -> None:
    """Notes below the picture: overflow, how the input was read, this very run's gradient check."""
    _alarm(done)
    remarks = f"\n\n:small[{in_markdown(' '.join(done.notes))}]" if done.notes else ""
    _badge(runs.check(done), remarks)


def _badge(found: Check | str, remarks: str = "") -> None:
    """The gradient check in a line, or why there is none just now."""
    if isinstance(found, str):
        st.markdown(f":gray-badge[:material/hourglass: Gradient check] :small[{found}]")
        return
    colour, icon = ("green", "check") if found.ok else ("orange", "error")
    if found.undecided:
        colour, icon = "gray", "check"
    badge = f":{colour}-badge[:material/{icon}: Gradient check]"
    st.markdown(f"{badge} :small[{in_markdown(found.words)}]{remarks}")


def _overflow(what: str) -> None:
    words = "from there on the numbers are infinite. The app is fine; this network explodes."
    st.warning(f"{what}: {words}", icon=":material/bolt:")


def download(title: str, table: Callable[[], Table]) -> None:
    """The picture's numbers as CSV, in long form, made only when asked for."""
    name = title.lower().replace(" ", "-")
    made, file = lambda: table().to_csv().encode(), f"{name}.csv"
    file_button("Numbers as CSV", made, file, "text/csv", key=f"csv_{name}")


def number(label: str, value: str, explained: str) -> None:
    """One number of the selected step."""
    st.metric(label, value, help=explained, width="content")
