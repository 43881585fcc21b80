"""A cold open to the first picture, beside a page of one slider and one line, in turns.

Each open has a browser profile of its own, with nothing kept: frontend, fonts, the components'
scripts and plotly.js are fetched and compiled again. The server runs, as a class finds it.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.pages import FLAGS, serve
from scripts import browser as finder

VIEW: Final = {"width": 1280, "height": 720}
PATIENCE_MS: Final = 60_000


@dataclass(frozen=True)
class Opened:
    """A page, what of it must be drawn, and the goal beside the text page."""

    label: str
    script: str
    link: str
    where: str  # an element; it or one below it must have drawn (`data-drawn`, or a sketch)
    goal: float | None = None


PAGES: Final = (
    Opened("one slider, one line", "benchmarks/text_page.py", "/", "[data-testid=stHtml]"),
    Opened("Start", "app.py", "/", ".st-key-story_act", 1.3),
    Opened("Gates", "app.py", "/gates", ".st-key-part_picture", 1.3),
    Opened("Gradients", "app.py", "/gradients", ".plotly-live", 1.5),
)
# `first`: milliseconds from the navigation to the end of the frame that has the first drawing.
SCRIPT: Final = """
(() => {
  const shows = ({ drawn, sketched } = {}) => drawn !== undefined || sketched !== undefined
  const has = (e) => shows(e.dataset) || (e.shadowRoot && below(e.shadowRoot))
  const below = (root) => [...root.querySelectorAll("*")].some(has)
  const drawn = (e) => has(e) || below(e)
  const look = () => {
    const covered = document.getElementById("still") // of the site, while Python is fetched
    const shown = [...document.querySelectorAll("@WHERE@")].some(drawn)
    if (covered || !shown) return requestAnimationFrame(look)
    setTimeout(() => { window.first = performance.now() }) // this frame is painted by then
  }
  requestAnimationFrame(look)
})()
"""


def main(quick: bool) -> None:
    """Rounds of all pages, medians and ratios."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("Left out, not installed: playwright")
        return
    with ExitStack() as stack, sync_playwright() as playwright:
        scripts = dict.fromkeys(each.script for each in PAGES)
        addresses = {script: stack.enter_context(serve(script)) for script in scripts}
        browser = playwright.chromium.launch(executable_path=finder.find(), args=FLAGS)
        rounds = [
            [open_cold(browser, addresses, each) for each in PAGES]
            for _ in range(1 + (3 if quick else 9))
        ]
        report([list(column) for column in zip(*rounds[1:], strict=True)])  # the first warms up
        browser.close()


def open_cold(browser: Any, addresses: dict[str, str], opened: Opened) -> float:
    """Milliseconds from the navigation to the first picture."""
    context = browser.new_context(viewport=VIEW)
    page = context.new_page()
    page.add_init_script(SCRIPT.replace("@WHERE@", opened.where))
    page.goto(addresses[opened.script] + opened.link)
    page.wait_for_function("window.first", timeout=PATIENCE_MS)
    found = float(page.evaluate("window.first"))
    context.close()
    return found


def report(times: list[list[float]]) -> None:
    """Each page's median, and the median of its ratios to the text page of the same round."""
    print("Cold open -> first picture (ms, medians)")
    for opened, own in zip(PAGES, times, strict=True):
        ratio = statistics.median(a / b for a, b in zip(own, times[0], strict=True))
        goal = opened.goal
        mark = "" if goal is None else f"goal {goal}: {'met' if ratio <= goal else 'MISSED'}"
        print(f"  {opened.label:<24}{statistics.median(own):8.0f}{ratio:7.2f}  {mark}", flush=True)
