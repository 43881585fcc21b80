"""The reader's own deck: made of what is on screen, kept in the session and in their browser."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import answers, notebook, session, sharing
from pages.ui.contents import Page, name_of, page_link
from pages.ui.session import MINE
from pages.ui.shelf import LINKED
from rnn_core.decks import Deck, DeckFault, Scene, editing, read_deck, write_deck
from rnn_core.decks.playing import NO_CONTROLS
from rnn_core.decks.reading import LONG, SHORT
from rnn_core.experiment.settings import Value

SAID: Final = "own_deck_said"  # what was wrong with the last change, if anything
KEPT_FILE: Final = "the deck that this browser kept"


def mine() -> Deck | None:
    """The reader's own deck, if it has any scene."""
    return session.deck_of(MINE)


def take(deck: Deck | None) -> None:
    """Make this the reader's deck, here and in their browser; for callbacks."""
    answers.forget_changed(MINE, deck)
    session.keep(MINE, deck if deck and deck.scenes else None)
    session.keep(SAID, None)
    notebook.keep(MINE, write_deck(deck) if deck and deck.scenes else "")


def heard(text: str) -> None:
    """Take in the deck that this browser kept or another tab wrote; checked like every file."""
    try:
        found = read_deck(text, LINKED, KEPT_FILE) if text else None
    except DeckFault as fault:
        session.keep(SAID, str(fault))
        return
    answers.forget_changed(MINE, found)
    session.keep(MINE, found)
    play_what_was_asked()


def play_what_was_asked() -> None:
    """Set the scene that the link meant: it is known only since the deck has come."""
    if session.playing().deck == MINE and not session.current().touched:
        session.follow(session.current().arrived)


def attempt(change: Callable[[], Deck]) -> None:
    """Change the deck, or keep what is wrong with the change; for callbacks."""
    try:
        take(change())
    except DeckFault as fault:
        session.keep(SAID, fault.reason)


def fault() -> str:
    """Error of the last change, "" if there is none."""
    return str(session.kept(SAID) or "")


# -- adding ----------------------------------------------------------------------------------------


def add_button(page: Page) -> None:
    """A button, and behind it a title and a note for what is on screen."""
    box = st.popover(
        "Add to my deck",
        icon=":material/playlist_add:",
        type="tertiary",
        key="add_to_deck",
        on_change="rerun",
        help="Keep this picture as a scene of your own deck",
    )
    if box.open:
        with box:
            _form(page)


def _form(page: Page) -> None:
    scene, count = on_screen(page), len(deck.scenes) if (deck := mine()) else 0
    keys = f"own_title_{scene.page}_{scene.id}", f"own_note_{scene.page}_{scene.id}"
    with st.form("own_deck_form", border=False):
        st.text_input("Title", scene.title, key=keys[0], max_chars=SHORT)
        st.text_area("Note: what is said about it", scene.say, key=keys[1], max_chars=LONG)
        st.form_submit_button("Add this picture", on_click=_add, args=(scene, *keys))
    if problem := fault():
        st.error(in_markdown(problem))
    if count:
        scenes = f"{count} scene{'s' * (count > 1)}"
        st.page_link(page_link("mine"), label=f"My deck: {scenes}", icon=":material/playlist_play:")


def _add(scene: Scene, title: str, note: str) -> None:
    given = [one_line(str(st.session_state.get(key, ""))) for key in (title, note)]
    named = replace(scene, title=given[0], say=given[1])
    attempt(lambda: editing.added(mine() or _empty(), named, LINKED))


def one_line(text: str) -> str:
    """A text as it may stand in a deck: without line breaks."""
    return " ".join(text.split())


def _empty() -> Deck:
    return Deck("My deck", "A deck of my own", session.view().notation, "en", ())


def on_screen(page: Page) -> Scene:
    """A scene of what is on screen; where that is a scene of a deck, with all that it says."""
    played, own = _played(), session.scene_shown()
    names = sharing.controls(page)
    controls = () if names == NO_CONTROLS else tuple(names.split(","))
    settings = shown(page)
    if played and settings in (_full(page, played.before), _full(page, played.then)):
        return replace(played, controls=played.controls or controls)
    like = own or played
    return Scene(
        id=like.id if like else "scene",
        title=like.title if like else page.title,
        page=name_of(page),
        say=own.say if own else f"The page {page.title}, at these settings.",
        settings=settings,
        controls=controls,
        part=like.part if like else "",
    )


def _played() -> Scene | None:
    asked = session.playing()
    deck = session.deck_of(asked.deck)
    return next((s for s in (deck.scenes if deck else ()) if s.id == asked.scene), None)


def shown(page: Page) -> dict[str, Value]:
    """The settings on screen that are not at their defaults; the letters are the deck's."""
    records = [session.experiment(), session.view()]
    records += [session.own(page.own)] if page.own else []
    values = {name: value for record in records for name, value in vars(record).items()}
    return _full(page, values)


def _full(page: Page, values: object) -> dict[str, Value]:
    known = LINKED[name_of(page)]
    given = dict(values)  # type: ignore[call-overload]
    return {
        n: given[n]
        for n, setting in known.items()
        if n != "notation" and n in given and given[n] != setting.default
    }
