"""Three layouts of a page's parts: a reader's page, lecture mode, a picture in an iframe."""

import streamlit as st

from pages.components.ahead import ahead
from pages.components.framed import framed
from pages.components.unseen import unseen
from pages.frame import hall
from pages.frame.place import Place
from pages.ui import contents, controls, session
from pages.ui.contents import Page

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 3.75rem 2rem 4rem; }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.6rem; }
.st-key-unseen { position: absolute; left: 0; width: 0; overflow: hidden; }
.st-key-head h2 { font-size: 1.65rem; padding: 0.25rem 0; }
[class*="st-key-here_"] a { background: var(--st-secondary-background-color); }
[class*="st-key-here_"] a p { font-weight: 600; }
.st-key-scenes { margin-right: auto; }
.st-key-copy_link [data-testid="stMarkdownContainer"],
.st-key-add_to_deck [data-testid="stMarkdownContainer"] { min-width: max-content; } /* else cut */
.st-key-scenes_row button, .st-key-scenes_row [data-testid="stPopover"] { min-height: 2rem; }
.st-key-above, [data-testid="stVerticalBlock"]:has(> * > .st-key-controls) { gap: 0.5rem; }
.katex-display { padding: 0.45rem 3px; margin: 0.55rem 0; } /* or two pixels bring scroll bars */
.st-key-controls > :has(> .st-key-walk) { align-self: flex-end; }
.st-key-controls > .st-key-view_compare { margin-left: auto; } /* its neighbours come and go */
@media (min-width: 768px) { /* narrower, the panel holds the navigation as well */
  [data-testid="stSidebarHeader"], [data-testid="stExpandSidebarButton"] { display: none; }
  [data-testid="stSidebarUserContent"] { padding-top: 1rem; }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 2.9rem 1rem 4rem; }
  .st-key-head h2 { font-size: 1.3rem; padding: 0.1rem 0; }
  .st-key-head, .st-key-scenes_row, .st-key-controls { gap: 0.4rem 0.6rem; }
  .st-key-scenes { flex: 1 0 100%; }
  .st-key-controls > .st-key-view_compare { margin-left: 0; }
  .st-key-scenes [role="radiogroup"] { flex-wrap: wrap; row-gap: 0.35rem; }
  .st-key-scenes button { min-height: 1.75rem; padding: 0.1rem 0.55rem; }
  .st-key-scenes button p { font-size: 0.85rem; }
  /* In one row: icons are enough here; a screen reader still hears the words. */
  .st-key-copy_link p, .st-key-add_to_deck p, .st-key-present p,
  .st-key-walk_back p, .st-key-walk_next p
    { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .st-key-above p { line-height: 1.35; }
  .st-key-above > [data-testid="stElementContainer"] > [data-testid="stMarkdown"] p
    { font-size: 0.95rem; }
  .st-key-side_by_side { flex-wrap: nowrap; }
  .st-key-side_by_side > *, .st-key-side_by_side > * > *
    { flex: 1 1 0 !important; min-width: 0 !important; width: 100% !important; }
  /* In the bar's empty right end: the picture begins a row higher. */
  .st-key-ways { position: absolute; top: 0.55rem; right: 1rem; z-index: 999990;
    width: max-content; flex-wrap: nowrap; }
  .st-key-controls > [class*="st-key-"] { width: auto !important; flex: 1 1 8.3rem; min-width: 0; }
  .st-key-controls > :has([role="combobox"]) { flex-basis: auto; min-width: calc(50% - 0.3rem); }
  .st-key-controls [role="combobox"] { field-sizing: content; width: auto; flex: 1 0 auto;
    font-size: 0.9rem; padding-inline: 0.6rem 0; } /* a menu is as wide as what it says */
  .st-key-controls > :has([data-testid="stButtonGroup"]) { flex-basis: 100%; order: -1; }
  .st-key-controls [data-testid="stButtonGroup"]
    { display: flex; flex-wrap: wrap; align-items: center; column-gap: 0.7rem; }
  .st-key-controls > :has(> .st-key-walk) { flex-basis: 100%; order: 1; }
  .st-key-walk { flex-wrap: nowrap; gap: 0.3rem; }
  .st-key-walk button { padding-inline: 0.55rem; }
}
</style>"""
ALONE = """<style>
[data-testid="stHeader"], [data-testid="stSidebar"] { display: none !important; }
[data-testid="stMainBlockContainer"] { max-width: none; padding: 0.5rem 1.5rem; }
</style>"""
FRAME = """<style>
html, body, #root, [data-testid="stApp"], [data-testid="stAppViewContainer"],
[data-testid="stMain"] { background: transparent !important; }
[data-testid="stMain"] { scrollbar-width: none; }
[data-testid="stMain"]::-webkit-scrollbar { display: none; }
[data-testid="stMainBlockContainer"] { padding: 0.5rem !important; min-height: 0; flex: none;
  border-radius: 0.5rem; }
.st-key-unseen { left: 0; width: 0; overflow: hidden; }
.pl-tools, .hm-tools, [data-part="svg"], [data-part="png"],
[data-testid="stPageLink"] { display: none !important; }
[data-testid="stToolbar"], [data-testid="stStatusWidget"], [data-testid="stAppDeployButton"],
[data-testid="stDecoration"] { display: none !important; }
</style>"""


def window() -> None:
    """Set the window's title and icon; before the navigation, whose icons are on another server."""
    st.set_page_config(
        page_title="Inside an RNN",
        page_icon=contents.ICON,
        layout="wide",
        initial_sidebar_state="expanded" if session.has_more() else "collapsed",
    )


def begin(page: Page, played: Place | None) -> None:
    """Set up the layout before anything is drawn: styles, and the only part to be shown, if any."""
    playing = session.playing()
    alone = playing.presents or playing.bare
    st.html(STYLE + ALONE * alone + hall.STYLE * playing.presents + FRAME * playing.bare)
    scene = played.scene if played else None
    if alone:
        part = scene.part if scene and scene.part in page.parts else ""  # a stranger's may be none
        session.show_only(scene.controls if scene else page.main, part)
        _only(session.part_shown())
    elif scene:
        session.show_first(scene.controls)


def _only(part: str | None) -> None:
    """Hide the parts that have to be drawn before the one that is shown."""
    if part:
        hidden = f'[class*="st-key-part_"]:not(.st-key-part_{part})'
        st.html(f"<style>{hidden} {{ display: none; }}</style>")


def end(played: Place | None) -> None:
    """Add what follows the page: a link out of an iframe, or the keys of lecture mode."""
    playing = session.playing()
    if playing.bare:
        framed()
    elif played or playing.presents:
        unseen("presenter")
        if playing.presents:
            ahead()
        if not played:
            controls.present_button()
