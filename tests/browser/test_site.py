"""The app without a server: files of a folder, Python in the reader's browser, no other host.

One reader opens the site once and goes through it: each start takes some ten seconds.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from pages.figures.gates.panels import gate_rows
from pages.ui.runs import layers
from pages.ui.shelf import shelf
from rnn_core.experiment.experiment import Experiment, parse
from rnn_core.experiment.run import run
from scripts.site import archives
from scripts.site.inputs import gather
from tests.browser.at_home import at_home, keep
from tests.browser.driving import App
from tests.browser.serving import ROOT
from tests.browser.static_site import STORE, Host, hosted, wheels, why_not

pytestmark = pytest.mark.timeout(300)  # the first of them builds the site
STARTS_MS = 90_000  # Python is fetched, started, and the app imported
CUT = "e => e.scrollWidth > Math.ceil(e.getBoundingClientRect().width)"
SCENES = shelf().decks["000"].scenes


@pytest.fixture(scope="module")
def host(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    if reason := why_not():
        pytest.skip(f"site test: {reason}")
    with hosted(tmp_path_factory.mktemp("site") / "site") as found:
        yield found


@pytest.fixture(scope="module")
def reader(browser, host: Host) -> Iterator[App]:
    """One reader, whose browser is refused every address but the site's."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    elsewhere = re.compile(rf"^(?!{re.escape(host.url)}/|data:|blob:)")
    context.route(elsewhere, lambda route: route.abort())
    app = App(context.new_page(), host)
    enter(app, "/gates?cell=gru&steps=12&scale=1.7&t=4")
    yield app
    context.close()


def enter(app: App, path: str) -> App:
    """Open the site anew, as a link or a reload does, until its page rests."""
    app.page.goto(app.server.url + path)
    app.page.locator("#still").wait_for(state="detached", timeout=STARTS_MS)
    return app.idle(STARTS_MS)


def test_a_deep_link_opens_with_its_settings_and_a_slider_is_answered(reader):
    page = reader.page
    assert page.url == f"{reader.server.url}/gates?cell=gru&steps=12&scale=1.7&t=4"
    assert reader.slider("Weight scale").input_value() == "1.7"
    assert re.search(r"agrees with central differences: relative error below \S+e-", reader.text())
    before = page.locator("[data-component=heatmaps]").get_attribute("data-drawn")
    reader.slide("Weight scale", 2)
    page.wait_for_url("**/gates?*scale=1.8*")
    assert page.locator("[data-component=heatmaps]").get_attribute("data-drawn") != before
    reader.check_clean()


def test_python_starts_from_the_same_memory_wherever_it_was_made(host, tmp_path):
    inputs = gather(STORE, wheels())
    kept, again = (archives.started(inputs, store) for store in (STORE, tmp_path))
    assert kept == again
    assert str(ROOT).encode() not in gzip.decompress(kept)


def test_numbers_are_those_of_the_picture_when_they_are_asked_for(reader):
    reader.slide("Weight scale", -1)
    with reader.page.expect_download() as found:
        reader.page.get_by_role("button", name="Numbers as CSV").click()
    assert found.value.suggested_filename == "gates.csv"
    rows = list(csv.DictReader(io.StringIO(found.value.path().read_text(encoding="utf-8"))))
    (layer,) = layers(run(Experiment(cell="gru", steps=12, scale=1.75)))
    expected = gate_rows({"": layer.trace}, layer.labels)["value"]
    np.testing.assert_allclose([float(row["value"]) for row in rows], expected, rtol=1e-9)
    reader.check_clean()


def test_pages_follow_each_other_and_back_leads_back(reader):
    page = reader.page
    reader.go("gradients").slide("Weight scale", 1)
    assert reader.plots() and "/course/rnn/gradients?" in page.url
    reader.go("start")
    assert page.locator("[data-component=story]").get_attribute("data-act") == "1"
    page.go_back()
    page.wait_for_url("**/course/rnn/gradients?*")
    assert reader.idle().plots()
    reader.check_clean()


def test_a_picture_with_a_figure_is_kept_and_opens_at_home(reader, browser, tmp_path):
    """plotly.js is not in the site's Python: it comes from where the page has it."""
    reader.go("gradients")
    assert reader.page.locator(".st-key-copy_link p").first.evaluate(CUT) is False
    file = keep(reader, tmp_path)
    with at_home(browser) as home:
        assert home.open(file).plots() == reader.plots()
        link = home.page.locator("details a").get_attribute("href") or ""
        home.check_clean()
    assert link.startswith(f"{reader.server.url}/gradients?")
    e, _ = parse(dict(parse_qsl(urlsplit(link).query)))
    (drawn,) = [t for t in reader.plots()[0]["traces"] if t["name"].startswith("GRU")]
    norms = run(replace(e, cell="gru")).stages[0].gradient.top.norms()
    np.testing.assert_allclose(drawn["y"], norms, rtol=1e-9)
    reader.page.keyboard.press("Escape")
    reader.idle().check_clean()


def test_a_lecture_moves_on(reader):
    bar = reader.go("lectures").page.locator(".st-key-player")
    reader.page.get_by_role("link", name="Play from the beginning").click()
    for scene in SCENES[:2]:
        bar.get_by_text(scene.title, exact=True).wait_for()
        reader.idle().check_clean()
        bar.get_by_role("link", name="Next").click()
    bar.get_by_text(SCENES[2].title, exact=True).wait_for()
    reader.idle().check_clean()


MADE = (
    "() => Number(/([\\d,]+) of [\\d,]+ updates/.exec(document.body.innerText)[1].replace(',', ''))"
)


def test_training_goes_on_by_itself_and_its_network_is_looked_into(reader):
    page = reader.go("training").page
    page.get_by_role("radio", name="Which came first?").click()  # too long to be over before Pause
    page.get_by_role("button", name="Run it live").click()
    seen = 0
    for _ in range(3):  # each time that it is drawn it asks for the next slice
        page.wait_for_function(f"seen => ({MADE})() > seen", arg=seen, timeout=STARTS_MS)
        seen = page.evaluate(MADE)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("agrees with central differences").wait_for(timeout=STARTS_MS)
    rested = reader.idle().page.evaluate(MADE)
    page.wait_for_timeout(500)
    assert page.evaluate(MADE) == rested >= seen
    page.get_by_role("button", name="Look inside").click()
    page.get_by_text("Trained weights:").wait_for()
    reader.idle().check_clean()


def test_a_second_visit_needs_no_network(reader):
    page = reader.page
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    try:
        enter(reader, "/start/?act=2")  # a page's own folder, as a static host would have it
        assert page.locator("[data-component=story]").get_attribute("data-act") == "2"
        assert page.url == f"{reader.server.url}/?act=2"
        reader.check_clean()
    finally:
        page.context.set_offline(False)
