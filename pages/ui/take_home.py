"""Files to take home: the picture as one HTML file, and its experiment as code.

Nothing is made before it is asked for: every file is built on the press of its button, outside of
any run, from what is on screen then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from pages.components import exhibits
from pages.handout.document import document
from pages.handout.exhibit import Sheet
from pages.ui import runs, session
from pages.ui.contents import Page, name_of
from pages.ui.file_button import file_button
from pages.ui.sweeps import Turned, swept
from rnn_core.code.ways import WAYS, Way
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.run import Run
from rnn_core.experiment.settings import settings_of

NAME, SHEET = "take_home", "take_home_sheet"  # what the session keeps


@dataclass(frozen=True)
class Texts:
    """A page's texts about its picture, in this app's letters, and the setting of its slider."""

    claim: str
    say: str
    explained: str
    turned: Turned | None


def remember(claim: str, more: str, explained: str, turned: Turned | None) -> None:
    """Keep the present page's texts for the file."""
    session.keep(NAME, Texts(claim, more.split("\n\n")[0], f"{more}\n\n{explained}", turned))


def files(page: Page) -> None:
    """Draw the buttons for files and code."""
    with st.container(gap=None, key="take_home"):
        st.markdown("To take home")
        _keep(page)
        if page.uses is None:
            st.markdown("The experiment as code")
            _as_code(page)


def _keep(page: Page) -> None:
    """The picture as it is on screen, as one file."""
    sheet = session.take_away(sheet_of(page, _address()))
    session.keep(SHEET, sheet)  # a deck as a file is made of these: scripts/handout.py
    file = f"{name_of(page)}.html"
    file_button(
        "Keep this picture (HTML)",
        lambda: document(page.title, [sheet()]).encode(),
        file,
        "text/html",
        key=f"take_{file}",
        help="Opens by double click, without the app and without a network",
    )


def sheet_of(page: Page, address: str) -> Callable[..., Sheet]:
    """A function that collects what is on screen when it is called, outside of any run."""
    texts, desk, mine = session.kept(NAME), exhibits.desk(), session.current()
    assert isinstance(texts, Texts), "the page said it before its picture"
    scene, rows = session.scene_shown(), tuple(_rows())
    claim, explained = session.lettered(texts.claim), session.lettered(texts.explained)
    say = session.lettered(scene.say if scene else texts.say)

    def made(e: Experiment, view: session.View, *own: Any) -> Sheet:
        link = _link(address, page, mine.written or {})
        turned = texts.turned
        sweep = swept(turned, e, view, *own) if turned else None
        return Sheet(page.title, claim, say, desk.pieces(), rows, link, explained, sweep)

    return made


def _rows() -> list[tuple[str, str]]:
    """Label and value of every setting that matters on this page."""
    page, e = session.current().page, session.experiment()
    own: Any = session.own(page.own) if page and page.own else None
    table = settings_of(page.own) if page and page.own else {}
    main, others = session.shown()
    found = []
    for name in (*main, *others):
        setting, row = (SETTINGS[name], e) if name in SETTINGS else (table[name], own)
        found.append((setting.label, setting.said(getattr(row, name))))
    return found


def _address() -> str:
    """The app's address as the reader's browser knows it; "" where there is no browser."""
    return st.context.url or ""


def _link(address: str, page: Page, settings: dict[str, str]) -> str:
    """The way back to this picture in the app."""
    if not address:
        return ""
    where = urlsplit(address)
    return urlunsplit((where.scheme, where.netloc, where.path, urlencode(settings), ""))


def _as_code(page: Page) -> None:
    """The experiment in four languages; where one has no such cell, a sentence says so."""
    run = _run(page, session.experiment(), session.view())
    with st.container(horizontal=True, gap="small"):
        for way in WAYS.values():
            if not way.refuse(run):
                _code(page, way)
    said = dict.fromkeys(why for way in WAYS.values() if (why := way.refuse(run)))
    if said:
        st.caption(" ".join(said))


def _code(page: Page, way: Way) -> None:
    cells = tuple(CELLS) if page.every_cell else ()

    def made(e: Experiment, view: session.View, *_: Any) -> bytes:
        return way.write(_run(page, e, view), cells, runs.series(e)).encode()

    file = f"{name_of(page)}-{way.label.lower()}.{way.ending}"
    words = f"These very numbers with {way.label}" if way.ending == "py" else "As a notebook"
    make = session.take_away(made)
    file_button(way.label, make, file, way.mime, key=f"take_{file}", help=words)


def _run(page: Page, e: Experiment, view: session.View) -> Run:
    """The run on screen; where numbers can be changed by hand, with these changes."""
    done = runs.compute(e)
    return runs.edited(done, view.edits)[0] if name_of(page) == "cell" else done
