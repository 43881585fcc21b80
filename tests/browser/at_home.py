"""Pictures taken home: the file behind a page's button, and a tab in which it is opened."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from tests.browser.driving import EVERYWHERE, PLOTS, App

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DRAWN = (
    "() => {"
    + EVERYWHERE
    + """
  return document.body.dataset.drawn
      && everywhere('[data-component], .plotly-live').every(e => 'drawn' in e.dataset) }"""
)
# What each figure that the slider turns was drawn from.
TURNED = """() => JSON.parse(document.getElementById("about").textContent).sheets[0].swept.map(
  key => document.querySelector(`[data-exhibit="0.${key}"] .plotly-live`).dataset.digest)"""


class Home:
    """A tab that can reach nothing but files."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.file = Path()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, file: Path) -> "Home":
        """Open a file as a double click does, and wait until all of it is drawn."""
        self.errors.clear()
        self.asked.clear()
        self.file = file
        self.page.goto(file.as_uri())
        self.page.wait_for_function(DRAWN)
        return self

    def plots(self) -> list[dict]:
        return self.page.evaluate(PLOTS)

    def traces(self, key: str, sheet: int = 0) -> list[dict]:
        """Traces of one of the file's figures."""
        place = self.page.locator(f"[data-exhibit='{sheet}.{key}'] .js-plotly-plot")
        at = place.evaluate("e => [...document.querySelectorAll('.js-plotly-plot')].indexOf(e)")
        return self.plots()[at]["traces"]

    def positions(self, *keys: str) -> Iterator[str]:
        """Move the file's slider by one key after the other ("": it rests) -> where it stands."""
        slider = self.page.locator(".sweep input")
        for key in keys:
            before = self.page.evaluate(TURNED)
            if key:
                slider.press(key)
                self.page.wait_for_function(
                    f"before => ({TURNED})().every((d, k) => d !== before[k])", arg=before
                )
            words = self.page.locator(".sweep output").inner_text()
            assert slider.get_attribute("aria-valuetext") == words
            yield words

    def check_clean(self) -> None:
        """No error, and nothing was asked for but the file itself."""
        assert not self.errors
        assert self.asked == [self.file.as_uri()]


@contextmanager
def at_home(browser: "Browser", width: int = 1280, scheme: str = "light") -> Iterator[Home]:
    """A tab that can reach nothing: the network is off, and every address but a file's refused."""
    view = {"width": width, "height": 720}
    context = browser.new_context(viewport=view, color_scheme=scheme, reduced_motion="reduce")
    context.set_offline(True)
    context.route(re.compile(r"^(?!file:|data:|blob:)"), lambda route: route.abort())
    yield Home(context.new_page())
    context.close()


def take(app: App, link: str, folder: Path) -> Path:
    """The file behind the button of the page at a link."""
    return keep(app.open(link), folder)


def keep(app: App, folder: Path) -> Path:
    """The file behind the button of the page on screen."""
    app.page.get_by_role("button", name="Share").click()
    button = app.page.get_by_role("button", name="Keep this picture")
    button.wait_for()
    app.idle()
    with app.page.expect_download() as found:
        button.click()
    file = folder / found.value.suggested_filename
    found.value.save_as(file)
    app.check_clean()
    return file
