"""The site without a server beside the server: first picture, bytes, memory, a moved slider.

Cold is a browser that keeps nothing yet; warm is the same browser once more, when the site's files
are in its cache.  Server and site take turns.  WHEELS names the folder with NumPy's wheel.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.opening import SCRIPT, VIEW
from benchmarks.pages import FLAGS, move, open_page, warm_up
from benchmarks.vitals import Vitals, readable, vitals
from scripts import browser as finder
from tests.browser.serving import serve
from tests.browser.static_site import hosted, why_not

PATIENCE_MS: Final = 120_000
COLD_GOAL: Final = 8000.0  # ms
SLIDER_GOAL: Final = 1.5  # times the server's
KEPT: Final = """async () => {
  await navigator.serviceWorker.ready
  const missing = async () => (await caches.keys()).length === 0
  while (await missing()) await new Promise((done) => setTimeout(done, 100))
}"""


@dataclass(frozen=True)
class Opened:
    """A page, and what of it must be drawn."""

    label: str
    link: str
    where: str


PAGES: Final = (
    Opened("Start", "/", ".st-key-story_act"),
    Opened("Gates", "/gates?seed=11", ".st-key-part_picture"),
    Opened("Gradients", "/gradients?seed=12", ".plotly-live"),
)


@dataclass(frozen=True)
class Visit:
    """One visit, up to the first picture: milliseconds and megabytes fetched; processor seconds
    of the page's process, which a busy machine changes least, and megabytes that it holds."""

    first: float
    fetched: float
    processor: float
    memory: float


@dataclass(frozen=True)
class Place:
    """Where the app is: on the server, or as a site."""

    name: str
    url: str
    process: int | None = None  # of the server


@contextmanager
def places() -> Iterator[tuple[Place, Place]]:
    """The app on a server of its own, and as a site that is built now."""
    folder = Path(tempfile.mkdtemp())
    with serve(folder / "server.log") as server, hosted(folder / "site") as host:
        yield Place("server", server.url, server.process), Place("site", host.url)


def main(quick: bool) -> None:
    """First pictures, then sliders, at both places in turn."""
    if reason := why_not():
        print(f"Left out: {reason}")
        return
    from playwright.sync_api import sync_playwright

    with places() as both, sync_playwright() as playwright:
        for opened in PAGES:
            found = [
                [visits(playwright.chromium, place, opened) for place in both]
                for _ in range(1 if quick else 3)
            ]
            report_visits(opened, both, list(zip(*found, strict=True)))
        for opened in PAGES[1:]:
            report_slider(opened, both, sliders(playwright.chromium, both, opened, quick))


# -- first pictures --------------------------------------------------------------------------------


def visits(chromium: Any, place: Place, opened: Opened) -> tuple[Visit, Visit]:
    """A cold visit and a warm one, by a browser of their own."""
    browser = chromium.launch(executable_path=finder.find(), args=FLAGS)
    context = browser.new_context(viewport=VIEW)
    cold = visit(browser, context, place, opened)
    warm = visit(browser, context, place, opened)
    browser.close()
    return cold, warm


def visit(browser: Any, context: Any, place: Place, opened: Opened) -> Visit:
    """Open a page in a tab of its own, and close it when the site, if it is one, has been kept."""
    answers: list[Any] = []
    frames: list[int] = []
    page = context.new_page()
    page.on("response", lambda answer: answers.append(answer))
    page.on("websocket", lambda s: s.on("framereceived", lambda frame: frames.append(len(frame))))
    page.add_init_script(SCRIPT.replace("@WHERE@", opened.where))
    page.goto(place.url + opened.link)
    page.wait_for_function("window.first", timeout=PATIENCE_MS)
    first, used = float(page.evaluate("window.first")), cost(browser)
    fetched = (sum(frames) + sum(map(size_of, answers))) / 1e6
    if place.process is None:
        page.evaluate(KEPT)
    page.close()
    return Visit(first, fetched, used.processor, used.memory)


def size_of(answer: Any) -> int:
    """Bytes of an answer's body on their way here; none where the browser had it."""
    if answer.from_service_worker or answer.request.timing["responseStart"] < 0:
        return 0
    return max(0, int(answer.request.sizes()["responseBodySize"]))


def cost(browser: Any) -> Vitals:
    """Vitals of the page's process, the largest of the browser's that draw pages."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    drawing = [int(process["id"]) for process in found if process["type"] == "renderer"]
    all_of_them = [vitals(each) for each in drawing if readable(each)]
    return max(all_of_them, key=lambda v: v.memory, default=Vitals(0, 0, 0))


def report_visits(opened: Opened, both: tuple[Place, ...], found: list[Any]) -> None:
    """Medians of all rounds, a line for each place and visit."""
    head = "first picture (ms), fetched (MB), the page's processor time (s) and memory (MB)"
    print(f"{opened.label}: {head}; medians")
    for place, rounds in zip(both, found, strict=True):
        for kind, each in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
            first, fetched, used, held = (
                statistics.median(getattr(v, name) for v in each)
                for name in ("first", "fetched", "processor", "memory")
            )
            missed = place.process is None and kind == "cold" and first > COLD_GOAL
            mark = f"  goal {COLD_GOAL:.0f}: MISSED" if missed else ""
            numbers = f"{first:8.0f}{fetched:8.1f}{used:8.1f}{held:8.0f}"
            print(f"  {place.name:<8}{kind:<6}{numbers}{mark}", flush=True)


# -- a slider --------------------------------------------------------------------------------------


def sliders(
    chromium: Any, both: tuple[Place, ...], opened: Opened, quick: bool
) -> list[list[float]]:
    """Milliseconds from a key to the painted picture, by place; the places take turns."""
    pages = [open_page(chromium, place.url + opened.link) for place in both]
    expected = [warm_up(page) for page in pages]
    rounds = [
        [move(page, pictures)["painted"] for page, pictures in zip(pages, expected, strict=True)]
        for _ in range(6 if quick else 15)
    ]
    for page in pages:
        page.context.browser.close()
    return [list(column) for column in zip(*rounds, strict=True)]


def report_slider(opened: Opened, both: tuple[Place, ...], found: list[list[float]]) -> None:
    """Medians, and the median of the ratios of each round."""
    ratio = statistics.median(site / server for server, site in zip(*found, strict=True))
    times = ", ".join(
        f"{place.name} {statistics.median(own):.0f}" for place, own in zip(both, found, strict=True)
    )
    goal = f"goal {SLIDER_GOAL}: {'met' if ratio <= SLIDER_GOAL else 'MISSED'}"
    print(f"{opened.label}: slider to painted (ms) {times}; ratio {ratio:.2f}, {goal}", flush=True)
