"""One server and one browser for the whole run, one fresh reader for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from scripts import browser as finder
from tests.browser.serving import Server, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.driving import App, Look

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]


ELSEWHERE = {"test_pages"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Browser tests stay together on one worker: one server, one browser, no rivals for time.

    Those that speak to a server without a browser make a group of their own, those of the site
    without a server, and those of `ELSEWHERE`: the browser's is the longest, and would keep one
    worker busy for minutes after the other has nothing left to do.

    (Marked here, because xdist reads the groups before any conftest may modify the items.)
    A failure gets a second chance and is named in the report: a browser on shared cores has its own
    time. What is named there is ours to mend; a fault of the app fails twice.
    """
    if item.path.is_relative_to(Path(__file__).parent):
        asked = getattr(item, "fixturenames", ())
        group = "site" if "host" in asked else "browser" if "browser" in asked else "server"
        group = "pages" if item.path.stem in ELSEWHERE else group
        item.add_marker(pytest.mark.xdist_group(group))
        item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def one_browser(request: pytest.FixtureRequest) -> None:
    """A browser for every test on two cores costs all of them their time: better no run."""
    if request.config.getoption("loadgroup", default=False):
        together = any(item.nodeid.endswith("@browser") for item in request.session.items)
        assert together, "pytest-xdist does not keep the browser tests on one worker"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, served once for all browser tests."""
    with serve(tmp_path_factory.mktemp("server") / "server.log") as served:
        yield served


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """The app on a server that nobody has opened yet."""
    with serve(tmp_path / "server.log") as served:
        yield served


def no_browser(reason: str) -> NoReturn:
    """A reader's machine may lack a browser; the machine that guards the project may not."""
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"CI needs a browser: {reason}")
    pytest.skip(f"browser test: {reason}")


@pytest.fixture(scope="session")
def executable() -> str:
    """The Chromium that the tests drive."""
    found = finder.find()
    if found is None:
        no_browser(f"{finder.why_none()} (python scripts/browser.py finds or installs one)")
    return found


@pytest.fixture(scope="session")
def browser(executable: str) -> "Iterator[Browser]":
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> "Look":
    """The reader's screen: ``@pytest.mark.parametrize("look", LOOKS, indirect=True)`` for all."""
    from tests.browser.driving import Look

    return getattr(request, "param", Look())


@pytest.fixture
def visit(browser: "Browser", look: "Look"):
    """``visit(server)`` is a new reader at that server, with a browser profile of their own."""
    from tests.browser.driving import App

    contexts = []

    def new_reader(server: Server) -> App:
        contexts.append(
            browser.new_context(
                viewport={"width": look.width, "height": look.height},
                color_scheme=look.scheme,
                reduced_motion="reduce",
                device_scale_factor=1,
                has_touch=look.is_phone,
                is_mobile=look.is_phone,
            )
        )
        return App(contexts[-1].new_page(), server)

    yield new_reader
    for context in contexts:
        context.close()


@pytest.fixture
def app(visit, server: Server) -> "App":
    """A new reader at the shared server."""
    return visit(server)
