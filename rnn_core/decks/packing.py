"""A deck as one word of a link, and back: its TOML text, compressed, in letters that links take.

Whatever comes is a stranger's: it is never unpacked beyond what a deck may be long, and what was
unpacked is read like any other file.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import Final

from rnn_core.decks.faults import DeckFault
from rnn_core.decks.reading import MOST_BYTES, Pages, read_deck
from rnn_core.decks.records import Deck
from rnn_core.decks.writing import write_deck

MOST_LETTERS: Final = 8_000  # of a packed deck; longer addresses are cut short by some programs
FILE: Final = "this link"  # what a fault names in place of a file

_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")


def pack(deck: Deck) -> str:
    """The deck as letters, digits, - and _; a `ValueError` where it is too long for a link."""
    raw = zlib.compress(write_deck(deck).encode(), 9)
    word = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(word) > MOST_LETTERS:
        raise ValueError(
            f"this deck takes {len(word):,} letters, and a link at most {MOST_LETTERS:,}: "
            "hand on its file"
        )
    return word


def unpack(word: str, pages: Pages) -> Deck:
    """The deck of such a word; raises `DeckFault`."""
    if len(word) > MOST_LETTERS:
        raise DeckFault(FILE, 0, f"It is longer than the {MOST_LETTERS:,} letters of a deck.")
    if not _WORD.fullmatch(word):
        raise DeckFault(FILE, 0, "It holds no deck: copy the whole link.")
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        found = zlib.decompressobj()
        text = found.decompress(raw, MOST_BYTES + 1)
        whole = found.eof and not found.unused_data
        return read_deck(_decoded(text, whole), pages, FILE)
    except (zlib.error, binascii.Error, UnicodeDecodeError) as problem:
        raise DeckFault(FILE, 0, "It holds no deck: copy the whole link.") from problem


def _decoded(text: bytes, whole: bool) -> str:
    if len(text) > MOST_BYTES:
        raise DeckFault(FILE, 0, f"A deck has at most {MOST_BYTES:,} bytes; this one has more.")
    if not whole:
        raise DeckFault(FILE, 0, "It is cut short: copy the whole link.")
    return text.decode("utf-8")
