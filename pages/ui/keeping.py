"""Trained networks kept in the reader's own browser, and brought back from there.

The server's memory is short: it forgets networks when it is started again or when many others came,
and a session ends when a laptop sleeps. So whatever a reader puts on other pages, and now and then
what is being trained, is handed to a component that keeps it in the browser's database. A link to a
network that the server no longer has asks that browser for it. What comes is a stranger's file.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import contents, registry, session
from rnn_core.applications.probe import Probe
from rnn_core.applications.specimen_file import from_bytes, to_bytes

NAME: Final = "keeping"
MOST_LETTERS: Final = 24_000_000  # of a network that comes from a browser, in base64
MOST_TITLE: Final = 200


@dataclass(frozen=True)
class Parcel:
    """A network on its way to the browser; a new stamp for every new content of the same name."""

    name: str
    stamp: str
    raw: bytes


@dataclass
class Keeping:
    """Files that this reader's browser was asked to keep or to find, and its replies."""

    parcels: dict[str, Parcel] = field(default_factory=dict)  # not confirmed yet
    stored: dict[str, str] = field(default_factory=dict)  # name -> stamp
    wanted: str = ""  # asked for by the training page
    came: dict[str, bytes] = field(default_factory=dict)  # asked for by it, and not used yet
    brought: set[str] = field(default_factory=set)  # networks that are back
    missing: dict[str, str] = field(default_factory=dict)  # name -> why it did not come back
    fault: str = ""  # why the browser can keep nothing


def keeping() -> Keeping:
    """This reader's state of keeping files in the browser, made at the first call."""
    found = session.kept(NAME)
    if not isinstance(found, Keeping):
        found = Keeping()
        session.keep(NAME, found)
    return found


def keep(name: str, stamp: str, raw: bytes) -> None:
    """Have the browser keep a file."""
    mine = keeping()
    if not mine.fault and mine.stored.get(name) != stamp:
        mine.parcels[name] = Parcel(name, stamp, raw)


def keep_network(found: Probe) -> None:
    """Have the browser keep a network and what it reads."""
    keep(found.digest, found.digest, to_bytes(found))


def want(name: str) -> None:
    """Ask the browser for a file of this name, once."""
    mine = keeping()
    mine.wanted = "" if name in mine.missing or name in mine.came else name


def message(ask: str) -> dict[str, Any]:
    """The component's message: files to keep, and the name of one to look for."""
    return {
        "put": [
            {"name": p.name, "stamp": p.stamp, "raw": base64.b64encode(p.raw).decode()}
            for p in keeping().parcels.values()
        ],
        "ask": ask,
    }


def lost() -> str:
    """The network that the link names, if neither server nor browser has been found to have it."""
    name = session.experiment().weights
    if not name or name in keeping().missing or registry.get(name) is not None:
        return ""
    return name


# -- what the browser answers ----------------------------------------------------------------


def heard(answers: Sequence[Any]) -> None:
    """Take in what the browser says; whatever has another form is passed over."""
    for said in answers:
        if isinstance(said, Mapping):
            _hear(said)


def _hear(said: Mapping[str, Any]) -> None:
    mine = keeping()
    match said:
        case {"stored": str(name), "stamp": str(stamp)}:
            if name in mine.parcels and mine.parcels[name].stamp == stamp:
                del mine.parcels[name]
                mine.stored[name] = stamp
        case {"failed": str(why)}:
            mine.parcels.clear()
            mine.fault = why[:MOST_TITLE]
        case {"asked": str(name), "raw": raw}:
            _arrived(name, raw, str(said.get("why", ""))[:MOST_TITLE])


def _arrived(name: str, raw: object, why: str) -> None:
    """A file that was asked for, or None: there is none."""
    mine = keeping()
    if name not in (mine.wanted, session.experiment().weights):
        return  # nobody asked for it
    try:
        content = _decoded(raw)
        if name == mine.wanted:
            mine.came[name] = content
        else:
            registry.put(from_bytes(content, name))
            mine.brought.add(name)
    except ValueError as problem:
        mine.missing[name] = why or str(problem)
    mine.wanted = "" if name == mine.wanted else mine.wanted


def _decoded(raw: object) -> bytes:
    if not isinstance(raw, str):
        raise ValueError("this browser has not kept it")
    if len(raw) > MOST_LETTERS:
        raise ValueError("what this browser kept is larger than a network may be")
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error as problem:
        raise ValueError("what this browser kept is damaged") from problem


# -- words -----------------------------------------------------------------------------------


def report() -> None:
    """Report in the sidebar that a network came back, or that it did not, why, and the remedy."""
    name, mine = session.experiment().weights, keeping()
    if name in mine.brought:
        st.caption(":material/settings_backup_restore: Brought back from this browser.")
    elif name and registry.get(name) is None:
        words = _what_of_it(mine.missing.get(name))
        st.warning(
            "The trained network of this link is no longer on this server (it was started again, "
            f"or many others came): {words} Weights on screen are freshly drawn.",
            icon=":material/search_off:",
        )
        st.page_link(
            contents.page_link("training"), label="To the training page", icon=":material/upload:"
        )


def _what_of_it(why: str | None) -> str:
    if why is None:
        return "this browser is asked whether it kept it."
    return (
        f"and it did not come back from this browser ({in_markdown(why)}). Load its file on the "
        "training page, or train it again."
    )
