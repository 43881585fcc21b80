"""The hall's ruler: what of a scene is too small, cut off, laid over something else, or scrolls.

``python -m tests.browser.hall`` shows every scene of every deck in lecture mode, those that ask
before and after an answer, and lists what it finds. ``--deck 001``, ``--page cell,gates`` or
``--scene the-rnn-node`` take some of them; ``--shots FOLDER`` keeps a screenshot of each.
`test_wall.py` measures one scene of every picture with the same ruler.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from pages.ui.contents import FIRST
from pages.ui.shelf import own_scenes, shelf
from rnn_core.decks import Scene
from rnn_core.decks.records import spelled
from scripts import browser as finder
from tests.browser.conftest import FLAGS
from tests.browser.driving import App, Look
from tests.browser.serving import serve

WALL = Look(1280, 720)
DIAGRAMS = ("cell", "unrolled", "hold", "gates", "saturation")
LEAST = 20  # pixels of type that are read from the back row
PICTURE = '[class*="st-key-part_"], .st-key-story'
WORDS = ".st-key-player, .st-key-controls"
RULER = (Path(__file__).parent / "ruler.js").read_text(encoding="utf-8").split("\n\n", 1)[1]

Faults = dict[str, list[tuple[str, float]]]  # kind -> what has it, and by how many pixels


def faults(app: App, within: str = PICTURE, least: float = LEAST) -> Faults:
    """Faults that keep the back row from seeing the picture; none where all of it is seen."""
    return app.page.evaluate(RULER, [least, within])


class Shown(NamedTuple):
    """A scene as a hall sees it."""

    deck: str  # "" for one of a page's own
    scene: Scene

    @property
    def link(self) -> str:
        """Link that shows the scene in lecture mode."""
        link = {name: spelled(value) for name, value in self.scene.before.items()}
        if self.deck:
            link |= {"deck": self.deck, "scene": self.scene.id}
            link |= {"notation": shelf().decks[self.deck].notation}
        page = "" if self.scene.page == FIRST else self.scene.page
        return f"/{page}?" + "&".join(f"{n}={v}" for n, v in {**link, "present": "1"}.items())


def every_scene() -> list[Shown]:
    """All that ship with the app: those of the decks, then those of the pages."""
    decks = shelf().decks.items()
    own = [Shown("", s) for deck in own_scenes().decks.values() for s in deck.scenes]
    return [Shown(name, s) for name, deck in decks for s in deck.scenes] + own


def pictures() -> list[Scene]:
    """One scene for every part of a page, and for every cell where it is a diagram of the cell.

    Of those that show the same, the one with the most beside it."""
    found: dict[tuple[str, str, str], Scene] = {}
    for _, scene in every_scene():
        cell = str(scene.before.get("cell", "rnn")) if scene.page in DIAGRAMS else ""
        place = scene.page, scene.part, cell
        if scene.page != FIRST and words(scene) > words(found.get(place)):
            found[place] = scene
    return list(found.values())


def words(scene: Scene | None) -> int:
    """How many letters stand beside a scene's picture; a control takes the room of some lines."""
    if scene is None:
        return -1
    asked = scene.question
    texts = [asked.ask, *(c.text for c in asked.choices)] if asked else [scene.say]
    return sum(map(len, [scene.title, *texts])) + 80 * len(scene.controls)


def answered(app: App) -> None:
    """Pick the first choice and see what is measured."""
    app.page.keyboard.press("1")
    if app.page.locator(".st-key-story").count() == 0:
        app.page.keyboard.press("a")
    app.page.locator(".st-key-player_verdict").wait_for()
    app.idle()


def looks(app: App, scenes: list[Shown]) -> Iterator[tuple[Shown, str]]:
    """Each scene in turn as it is shown, and once more when it has been answered."""
    for shown in scenes:
        app.open(shown.link)
        yield shown, ""
        if shown.deck and shown.scene.question:
            answered(app)
            yield shown, "-answered"


def tell(app: App, shown: Shown, state: str, folder: Path | None) -> bool:
    """Print the faults of what is on screen; whether there are any."""
    name = f"{shown.deck or 'page'}-{shown.scene.page}-{shown.scene.id}{state}"
    if folder:
        app.page.screenshot(path=folder / f"{name}.png")
    told = shown.deck and shown.scene.page != FIRST  # the story has its words in its picture
    found = {"": faults(app), "words: ": faults(app, WORDS) if told else {}}
    app.check_clean()
    lines = [f"    {where}{kind}: {what}" for where, f in found.items() for kind, what in f.items()]
    print("\n".join([name, *lines]), flush=True)
    return bool(lines)


def main() -> None:
    """Measure the scenes that are asked for."""
    wish = argparse.ArgumentParser(description=__doc__)
    for name in ("deck", "page", "scene", "shots"):
        wish.add_argument(f"--{name}")
    wish.add_argument("--size", default="1280x720")
    wish.add_argument("--scheme", default="light")
    asked = wish.parse_args()
    picked = [
        shown
        for shown in every_scene()
        if among(asked.deck, shown.deck or "page")
        and among(asked.page, shown.scene.page)
        and among(asked.scene, shown.scene.id)
    ]
    measure(picked, asked)


def among(names: str | None, name: str) -> bool:
    """Whether a name is one of those asked for, with commas between them; none: all are."""
    return names is None or name in names.split(",")


def measure(picked: list[Shown], asked: argparse.Namespace) -> None:
    """Open a browser and a server, and go through the scenes."""
    folder = Path(asked.shots) if asked.shots else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, asked.size.split("x"))
    began = time.monotonic()
    log = Path(tempfile.mkdtemp()) / "server.log"
    with serve(log) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=finder.find(), args=FLAGS)
        page = chromium.new_page(
            viewport={"width": width, "height": height},
            color_scheme=asked.scheme,
            reduced_motion="reduce",
        )
        app = App(page, server)
        wrong = sum(tell(app, *look, folder) for look in looks(app, picked))
        chromium.close()
    print(f"{wrong} of them have faults; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
