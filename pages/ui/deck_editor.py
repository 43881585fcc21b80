"""The editor of the reader's own deck: its words, its scenes, a file of it and a link."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Final

import streamlit as st

from pages.components.sharing import Way, sharing
from pages.figures.literal import in_markdown
from pages.ui import answers, contents, notebook, own_deck, packed, session, summary
from pages.ui.file_button import file_button
from pages.ui.models.lectures import play
from pages.ui.session import MINE
from pages.ui.shelf import LINKED
from rnn_core.decks import Deck, Scene, editing, pack, read_deck, write_deck
from rnn_core.decks.reading import LONG, MEDIUM, SHORT
from rnn_core.notation.notation import NOTATIONS

EDITED: Final = "own_deck_edited"  # the id of the scene that is being edited
FILE: Final = "deck_file"
CONTROLS: Final = ("first", "second", "third")
NONE: Final = ""  # no control
OPTIONAL: Final = "optional: where the note is looser than it is"


def editor() -> None:
    """Draw the whole editor."""
    packed.offer()
    deck = own_deck.mine()
    if problem := own_deck.fault():
        st.error(in_markdown(problem), icon=":material/broken_image:")
    if why := notebook.notebook().fault:
        words = f"This browser keeps nothing ({why}): download your deck as a file."
        st.warning(in_markdown(words), icon=":material/warning:")
    if deck:
        _head(deck)
        summary.summary(MINE, deck)
        for number, scene in enumerate(deck.scenes):
            _row(deck, number, scene)
    else:
        st.markdown(
            "**There is no scene here yet.** Set a page as you want to show it, and press "
            ":material/playlist_add: **Add to my deck** above its picture. Or load a file:"
        )
    _upload()


# -- the deck --------------------------------------------------------------------------------------


def _head(deck: Deck) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="deck_head"):
        st.subheader(in_markdown(deck.title), anchor=False, width="stretch")
        _play(deck.scenes[0], ":primary[Play from the beginning]")
        with st.popover("Title and letters", icon=":material/edit:", type="tertiary"):
            _words(deck)
        with st.popover("Share", icon=":material/share:", type="tertiary", key="share_deck"):
            _share(deck)
        made, file = partial(write_deck, deck), f"{editing.name(deck.title, set())}.toml"
        file_button("Download", made, file, "application/toml", key="deck_download")


def _words(deck: Deck) -> None:
    with st.form("deck_words", border=False):
        st.text_input("Title of the deck", deck.title, key="deck_title", max_chars=SHORT)
        st.text_input("Source", deck.source, key="deck_source", max_chars=MEDIUM)
        names = list(NOTATIONS)
        st.selectbox(
            "Letters",
            names,
            index=names.index(deck.notation),
            format_func=lambda name: NOTATIONS[name].label,
            key="deck_notation",
        )
        st.form_submit_button("Save these", on_click=_save_words, args=(deck,))
    st.button("Remove the whole deck", on_click=own_deck.take, args=(None,), type="tertiary")


def _save_words(deck: Deck) -> None:
    said = st.session_state
    words = {
        "title": own_deck.one_line(said["deck_title"]),
        "source": own_deck.one_line(said["deck_source"]),
        "notation": said["deck_notation"],
    }
    own_deck.attempt(lambda: editing.checked(replace(deck, **words), LINKED))


def _share(deck: Deck) -> None:
    """One link that brings the whole deck, and another in which nothing says what is right."""
    try:
        word = pack(deck)
    except ValueError as problem:
        st.markdown(in_markdown(f"No link: {problem}."))
        return
    bare = dict.fromkeys(session.PLAYING)
    ways = [Way("deck", "The whole deck", {**bare, packed.PARAMETER: word})]
    if any(scene.question for scene in deck.scenes):
        assignment = {**bare, packed.PARAMETER: word, "answers": "off"}
        ways.append(Way("assignment", "As an assignment: answers are kept, not judged", assignment))
    sharing(ways, key="sharing_deck")


def _upload() -> None:
    given = st.file_uploader("A deck from a file (.toml)", key=FILE, on_change=_load)
    if given is None:
        st.caption("What is loaded takes the place of the deck that is here.")


def _load() -> None:
    given = st.session_state[FILE]
    if given is None:
        return
    try:
        text = given.getvalue().decode("utf-8")
    except UnicodeDecodeError:
        session.keep(own_deck.SAID, "This file is no text: a deck is a .toml file.")
        return
    own_deck.attempt(lambda: read_deck(text, LINKED, "the file"))


# -- a scene ---------------------------------------------------------------------------------------


def _row(deck: Deck, number: int, scene: Scene) -> None:
    """A scene: the way to it, its note, and the button that opens it for editing."""
    edited = session.kept(EDITED) == scene.id
    with st.container(horizontal=True, vertical_alignment="center", key=f"scene_{number}"):
        _play(scene, f":primary[{number + 1}. {in_markdown(scene.title)}]")
        page = contents.PAGES[scene.page].title
        asks = " :gray-badge[asks]" if scene.question else ""
        note = f"{answers.mark(MINE, scene)}:gray-badge[{page}]{asks} {in_markdown(scene.say)}"
        st.markdown(note, width="stretch")
        st.button(
            "Close" if edited else "Edit",
            key=f"edit_{number}",
            help=in_markdown(scene.title),
            on_click=session.keep,
            args=(EDITED, None if edited else scene.id),
        )
    if edited:
        with st.container(border=True, key="scene_edited"):
            _edit(deck, number, scene)


def _play(scene: Scene, label: str) -> None:
    st.page_link(
        contents.page_link(scene.page),
        label=label,
        icon=":material/play_circle:",
        query_params=play(MINE, scene),
        width="content",
    )


def _edit(deck: Deck, number: int, scene: Scene) -> None:
    with st.form("scene_form", border=False):
        st.text_input("Title", scene.title, key=_key(scene, "title"), max_chars=SHORT)
        note, exactly = _key(scene, "note"), _key(scene, "exactly")
        st.text_area("Note: what is said about it", scene.say, key=note, max_chars=LONG)
        st.text_area(f"More exactly ({OPTIONAL})", scene.exactly, key=exactly, max_chars=LONG)
        with st.container(horizontal=True):
            for name, picked in zip_longest(CONTROLS, scene.controls):
                _control_menu(scene, f"{name} control", _key(scene, name), picked)
            _part_menu(scene)
        st.form_submit_button("Save", on_click=_save, args=(deck, number))
    with st.container(horizontal=True):
        _act("Move up", lambda: editing.moved(deck, number, -1), number == 0)
        _act("Move down", lambda: editing.moved(deck, number, 1), number == len(deck.scenes) - 1)
        _act("Remove", lambda: editing.without(deck, number))


def _act(label: str, change: Callable[[], Deck], disabled: bool = False) -> None:
    st.button(label, on_click=own_deck.attempt, args=(change,), disabled=disabled)


def _key(scene: Scene, field: str) -> str:
    return f"scene_{field}_{scene.id}"


def _control_menu(scene: Scene, label: str, key: str, picked: str | None) -> None:
    """The menu of one control that stands above the picture."""
    known = LINKED[scene.page]
    names = [NONE, *(n for n in known if n not in session.VIEW or n == picked)]
    st.selectbox(
        label.capitalize(),
        names,
        index=names.index(picked or NONE),
        format_func=lambda name: session.lettered(known[name].label) if name else "none",
        key=key,
    )


def _part_menu(scene: Scene) -> None:
    """The part of the page that a hall sees, where the page has several."""
    parts = contents.PAGES[scene.page].parts
    if len(parts) > 1:
        st.selectbox(
            "In lecture mode show",
            parts,
            index=parts.index(scene.part) if scene.part in parts else 0,
            format_func=lambda name: f"the first part: {name}" if name == parts[0] else name,
            key=_key(scene, "part"),
        )


def _save(deck: Deck, number: int) -> None:
    scene = deck.scenes[number]
    said = {
        field: st.session_state[_key(scene, field)]
        for field in ("title", "note", "exactly", "part", *CONTROLS)
        if _key(scene, field) in st.session_state
    }
    part, first = said.get("part", scene.part), contents.PAGES[scene.page].parts[0]
    changed = replace(
        scene,
        title=own_deck.one_line(said["title"]),
        say=own_deck.one_line(said["note"]),
        exactly=own_deck.one_line(said["exactly"]),
        controls=tuple(filter(None, (said[name] for name in CONTROLS))),
        part="" if part == first else part,
    )
    own_deck.attempt(lambda: editing.changed(deck, number, changed, LINKED))
