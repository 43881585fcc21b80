"""Time from a clicker's key to the next scene painted, in lecture mode: a deck from end to end.

The lecturer rests some seconds on each scene, as lecturers do. Each round has a server of its own,
so that nothing is known before; with `--against` an older checkout plays in turns with this one.
"""

from __future__ import annotations

import statistics
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from benchmarks.pages import FLAGS
from pages.ui.shelf import shelf
from scripts import browser as finder
from tests.browser.driving import HEAR, IDLE
from tests.browser.serving import ROOT, serve

DECK = "002"  # sweeps, trained networks, diagrams: all kinds of pictures
REST_MS = 2500  # between two scenes
WINDOW = {"width": 1280, "height": 720}
PATIENCE_MS = 30_000
PAINTED = f"""(scene) => new Promise((done, failed) => {{
  const idle = {IDLE}
  const look = () => {{
    const since = performance.now() - window.pressed
    if (since > {PATIENCE_MS}) return failed(new Error(`${{scene}} did not come`))
    const there = new URLSearchParams(location.search).get("scene") === scene
    if (!there || !idle()) return requestAnimationFrame(look)
    const painted = () => done(performance.now() - window.pressed)
    requestAnimationFrame(() => requestAnimationFrame(painted))
  }}
  look()
}})"""
PRESSED = "addEventListener('keydown', () => { window.pressed = performance.now() }, true)"


def main(quick: bool, options: Namespace) -> None:
    """Play the deck and say how long each scene took to come."""
    from playwright.sync_api import sync_playwright

    folders = [ROOT, *([Path(options.against).resolve()] if options.against else [])]
    rounds: dict[Path, list[list[float]]] = {folder: [] for folder in folders}
    with sync_playwright() as playwright:
        for _ in range(1 if quick else 3):
            for folder in folders:
                rounds[folder].append(_played(playwright.chromium, folder))
    report(rounds)


def _played(chromium: Any, folder: Path) -> list[float]:
    """Milliseconds from key to picture, of every scene but the first."""
    scenes = shelf().decks[DECK].scenes
    log = Path(tempfile.mkdtemp()) / "server.log"
    with serve(log, folder) as server:
        browser = chromium.launch(executable_path=finder.find(), args=FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.add_init_script(HEAR)
        page.add_init_script(PRESSED)
        first = scenes[0]
        page.goto(f"{server.url}/{first.page}?deck={DECK}&scene={first.id}&present=1")
        page.wait_for_function(IDLE, timeout=PATIENCE_MS)
        found = []
        for scene in scenes[1:]:
            page.wait_for_timeout(REST_MS)
            page.keyboard.press("PageDown")
            found.append(page.evaluate(PAINTED, scene.id))
        browser.close()
    return found


def report(rounds: dict[Path, list[list[float]]]) -> None:
    """Each scene's median, by checkout, and that of all scenes."""
    medians = [list(map(statistics.median, zip(*each, strict=True))) for each in rounds.values()]
    print(f"Next pressed -> painted, deck {DECK} (ms, medians), {' and '.join(map(str, rounds))}")
    for scene, *times in zip(shelf().decks[DECK].scenes[1:], *medians, strict=True):
        print(f"  {scene.page:<14}{scene.id[:44]:<46}" + "".join(f"{ms:8.0f}" for ms in times))
    print(f"  {'median':<60}" + "".join(f"{statistics.median(each):8.0f}" for each in medians))
    print(f"  {'slowest':<60}" + "".join(f"{max(each):8.0f}" for each in medians))
