"""The app behind a path: one that it is told of, and one that a proxy takes off."""

from urllib.parse import urlsplit

import pytest

from tests.browser.proxy import stripping
from tests.browser.serving import ROOT, Server, serve

BASE = "course/rnn"


@pytest.fixture(params=["told", "stripped"])
def behind(request, tmp_path):
    """The app behind `/course/rnn`."""
    told = request.param == "told"
    with serve(tmp_path / "server.log", ROOT, base=BASE if told else "") as server:
        if told:
            yield server
            return
        with stripping(BASE, urlsplit(server.url).port) as address:
            yield Server(address, server.log, server.process)


def test_pages_components_downloads_and_links_work(visit, behind):
    app = visit(behind)
    asked = []
    app.page.on("request", lambda request: asked.append(urlsplit(request.url)))
    app.open("/gates?cell=gru&steps=12")
    app.page.locator("[data-component=heatmaps][data-drawn]").wait_for()
    with app.page.expect_download() as found:
        app.page.get_by_role("button", name="Numbers as CSV").click()
    assert found.value.path().stat().st_size > 1000
    app.go("gradients").slide("Weight scale", 1)
    assert app.plots() and app.page.url.startswith(f"{behind.url}/gradients?")
    app.page.go_back()
    app.idle()
    assert urlsplit(app.page.url).path == f"/{BASE}/gates"
    outside = [
        url for url in asked if url.scheme == "http" and not url.path.startswith(f"/{BASE}/")
    ]
    assert not outside
    app.check_clean()
