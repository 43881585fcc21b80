"""A whole deck as one HTML file: every scene's picture, opened by double click, without a network.

    python -m scripts.handout 000 lecture.html
    python -m scripts.handout my-deck.toml mine.html --address https://a.university/rnn/

The scenes are opened one after another as a reader would open them, in this process; the file is
made of what the pages then have on screen.  `--address` is where the app is found: with it every
picture has a link back.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from streamlit.testing.v1 import AppTest

from pages.components.exhibits import NAME as EXHIBITS
from pages.handout.document import document
from pages.handout.exhibit import Sheet
from pages.ui.contents import PAGES
from pages.ui.sharing import KEY as POPOVER
from pages.ui.shelf import LINKED, shelf
from pages.ui.take_home import SHEET
from rnn_core.decks import Deck, Scene, read_file
from rnn_core.decks.records import spelled

SHELL = Path(__file__).resolve().parents[1] / "pages" / "_shell.py"
PATIENCE = 120  # seconds for a scene


def main(argv: list[str]) -> None:
    """Write the file that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deck", help="a deck's name, or its .toml file")
    parser.add_argument("file", type=Path, help="the HTML file to write")
    parser.add_argument("--address", default="", help="where the app is found")
    asked = parser.parse_args(argv)
    deck = found(asked.deck)
    text = document(deck.title, list(sheets(deck, asked.address)))
    asked.file.write_text(text, encoding="utf-8")
    print(f"{asked.file}: {len(deck.scenes)} scenes, {len(text.encode()) / 1e6:.1f} MB")


def found(name: str) -> Deck:
    """A deck that ships with the app, or one in a file."""
    if name.endswith(".toml"):
        return read_file(Path(name), LINKED)
    decks = shelf().decks
    if name not in decks:
        raise SystemExit(f"There is no deck {name!r}; there are: {', '.join(decks)}.")
    return decks[name]


def sheets(deck: Deck, address: str = "") -> list[Sheet]:
    """Every scene that has a picture of its own."""
    scenic = [scene for scene in deck.scenes if PAGES[scene.page].scenic]
    if not scenic:
        raise SystemExit("The scenes of this deck have no pictures of their own.")
    return [sheet(deck, scene, address) for scene in scenic]


def sheet(deck: Deck, scene: Scene, address: str = "") -> Sheet:
    """A scene as its page draws it: its part, at the settings where it ends."""
    reader = AppTest.from_file(str(SHELL), default_timeout=PATIENCE)
    link = deck.link(scene) | {name: spelled(value) for name, value in scene.then.items()}
    reader.query_params.update(link)
    reader.switch_page(f"{scene.page}.py")
    reader.session_state[POPOVER] = True
    reader.run()
    if reader.exception:
        raise SystemExit(f"{scene.id}: {reader.exception[0].message}")
    drawn: Sheet = reader.session_state["session"].kept[SHEET]()
    say = [scene.say, scene.exactly, *_question(scene)]
    shown = reader.session_state[EXHIBITS].pieces(scene.part)
    title = deck.lettered(scene, scene.title)
    where = f"{address.rstrip('/')}/{scene.page}" if address else ""
    query = urlencode(link)
    return replace(
        drawn,
        title=title,
        claim=title,
        say="\n\n".join(deck.lettered(scene, words) for words in say if words),
        shown=shown,
        link=where and f"{where}?{query}",
        explained="",
    )


def _question(scene: Scene) -> list[str]:
    """The question and its choices; the answer is in the picture."""
    if scene.question is None:
        return []
    choices = "\n".join(f"* {choice.text}" for choice in scene.question.choices)
    return [f"**{scene.question.ask}**", choices]


if __name__ == "__main__":
    main(sys.argv[1:])
