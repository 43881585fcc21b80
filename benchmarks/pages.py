"""From a slider's move to the painted plot, in Chromium, beside a page with a slider and a text.

A key press moves the weight scale by one step: as on release of the mouse, one message goes to the
server and one picture comes back. Every page takes its turn in every round, each move asks for a
value that nobody has asked for before, and no two pages share a seed, so no cache helps.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import browser as finder

ROOT = Path(__file__).resolve().parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SLIDER = "input[type=range][aria-label='Weight scale'], [role=slider][aria-label='Weight scale']"
WARM = 3  # first moves, not counted
REST_MS = 200  # between two moves
PATIENCE_MS, OPENING_MS = 10_000, 90_000


@dataclass(frozen=True)
class Timed:
    """A page, its link, and its goal: painted in at most `goal` times the text page's time."""

    label: str
    script: str
    link: str
    goal: float | None = None


PAGES = (
    Timed("one slider, one line of text", "benchmarks/text_page.py", "/"),
    Timed("Gates", "app.py", "/gates?seed=11", 1.5),
    Timed("Gradients", "app.py", "/gradients?seed=12", 2.5),
)

# Components may live in shadow roots; each marks its latest picture in `data-drawn`.
SCRIPT = """
(() => {
  // Walking a large page takes milliseconds of the time to be measured: the nodes are kept.
  let kept = []
  window.drawn = () => {
    if (kept.length && kept.every(node => node.isConnected)) return kept.map(n => n.dataset.drawn)
    kept = []
    const look = root => root.querySelectorAll('*').forEach(node => {
      if (node.dataset && 'drawn' in node.dataset) kept.push(node)
      if (node.shadowRoot) look(node.shadowRoot)
    })
    look(document)
    return kept.map(node => node.dataset.drawn)
  }
  window.changed = () => window.drawn().flatMap((v, k) => v === window.before[k] ? [] : [k])
  window.addEventListener('keydown', event => {
    if (!event.key.startsWith('Arrow')) return
    window.before = window.drawn()
    window.pressed = performance.now()
  }, true)
  const frames = async n => { while (n-- > 0) await new Promise(requestAnimationFrame) }
  const since = () => performance.now() - window.pressed
  window.painted = async (expected, limit) => {
    while (!expected.every(k => window.changed().includes(k))) {
      if (since() > limit) throw new Error('the page did not redraw')
      await frames(1)
    }
    const drawn = since()
    await frames(2)
    return { drawn, painted: since() }
  }
})()
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serve(script: str) -> Iterator[str]:
    """A Streamlit server with the app's own .streamlit/config.toml -> its address."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"the server stopped with code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not answer within 30 s")


def open_page(chromium: Any, address: str) -> Any:
    """Each page in a browser of its own: a tab that was in the background wakes up slowly."""
    browser = chromium.launch(executable_path=finder.find(), args=FLAGS)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(SCRIPT)
    page.goto(address)
    page.locator(SLIDER).first.wait_for(state="attached", timeout=OPENING_MS)
    page.wait_for_function("window.drawn().length > 0", timeout=OPENING_MS)
    page.wait_for_timeout(2000)
    return page


def press(page: Any) -> None:
    page.locator(SLIDER).first.focus()
    page.keyboard.press("ArrowRight")


def warm_up(page: Any) -> list[int]:
    """The first moves: which of the page's pictures does the slider redraw?"""
    expected: set[int] = set()
    for _ in range(WARM):
        press(page)
        page.wait_for_function("window.changed().length > 0", timeout=PATIENCE_MS)
        page.wait_for_timeout(1000)  # the others follow
        expected |= set(page.evaluate("window.changed()"))
    return sorted(expected)


def move(page: Any, expected: list[int]) -> dict[str, float]:
    """One step of the slider -> milliseconds until all is drawn, and painted (two frames on)."""
    press(page)
    times: dict[str, float] = page.evaluate(
        "([k, limit]) => window.painted(k, limit)", [expected, PATIENCE_MS]
    )
    page.wait_for_timeout(REST_MS)
    return times


def measure(chromium: Any, addresses: dict[str, str], rounds: int) -> list[list[dict[str, float]]]:
    """Times of each page, round by round."""
    pages = [open_page(chromium, addresses[timed.script] + timed.link) for timed in PAGES]
    expected = [warm_up(page) for page in pages]
    both = list(zip(pages, expected, strict=True))
    found = [[move(page, pictures) for page, pictures in both] for _ in range(rounds)]
    return [list(column) for column in zip(*found, strict=True)]


def report(times: list[list[dict[str, float]]]) -> None:
    median = statistics.median
    print(f"  {'page':<32}{'drawn':>8} {'painted':>8} {'ratio':>7} {'goal':>6}   (ms, medians)")
    for timed, own in zip(PAGES, times, strict=True):
        drawn, painted = (median(t[key] for t in own) for key in ("drawn", "painted"))
        ratio = median(a["painted"] / b["painted"] for a, b in zip(own, times[0], strict=True))
        goal = timed.goal
        mark = "" if goal is None else f"{goal:6.1f}  {'met' if ratio <= goal else 'MISSED'}"
        print(f"  {timed.label:<32}{drawn:8.0f} {painted:8.0f} {ratio:7.2f} {mark}")


def main(quick: bool) -> None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("Left out, not installed: playwright")
        return
    print("Slider moved -> picture painted")
    with ExitStack() as stack, sync_playwright() as playwright:
        scripts = dict.fromkeys(timed.script for timed in PAGES)
        addresses = {script: stack.enter_context(serve(script)) for script in scripts}
        report(measure(playwright.chromium, addresses, 8 if quick else 25))
