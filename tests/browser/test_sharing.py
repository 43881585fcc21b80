"""Links that are copied from a page, and a picture in a frame of somebody else's page."""

import re
import threading
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.axe import violations
from tests.browser.driving import LOOKS, Look

WALL = Look(1280, 720)
VIEW = "/gates?steps=33&cell=gru&text=a%26b"
CHROME = ("stHeader", "stSidebar", "stToolbar", "stStatusWidget", "stExpandSidebarButton")


def opened(app, link):
    """The page with its links shown."""
    app.open(link)
    app.page.get_by_role("button", name="Share").click()
    app.page.get_by_role("button", name="Copy: This view").wait_for()
    return app.idle()


def copied(app, label: str) -> str:
    """Content of the clipboard after one press."""
    app.page.get_by_role("button", name=f"Copy: {label}").click()
    app.page.get_by_text(f"Copied: {label}").wait_for()
    return app.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("look", [WALL, LOOKS[3]], indirect=True, ids=str)
def test_three_links_are_copied_by_a_press(app, look):
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(app, VIEW)
    assert copied(app, "This view") == app.server.url + VIEW
    assert copied(app, "Lecture mode") == app.server.url + VIEW + "&present=1"
    html = copied(app, "A frame for slides")
    assert unescape(re.search(r'src="([^"]*)"', html)[1]).startswith(app.server.url + VIEW)
    assert "frame=only&amp;controls=cell,forget_bias,scale" not in html  # a GRU has no such bias
    assert "frame=only&amp;controls=cell,scale" in html and "<script" not in html
    assert int(re.search(r'height="(\d+)"', html)[1]) >= 320
    box = app.page.get_by_test_id("stPopoverBody").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= look.width
    found = violations(app.page, within="[data-component=sharing]")
    assert not found, found
    app.check_clean()


def test_a_link_says_what_a_control_has_changed_since(app):
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(app, "/gates?steps=33&cell=gru")
    app.page.keyboard.press("Escape")
    app.slide("Weight scale", 2)
    app.page.get_by_role("button", name="Share").click()
    app.page.get_by_role("button", name="Copy: This view").wait_for()
    link = copied(app.idle(), "This view")
    assert link == app.page.url and "scale=" in link


def test_without_a_clipboard_the_text_can_be_selected(app):
    app.page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "document.execCommand = () => false"
    )
    opened(app, VIEW)
    app.page.get_by_role("button", name="Copy: This view").click()
    app.page.get_by_text("copy it with Ctrl+C").wait_for()
    selected = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert app.page.get_by_label("This view").first.evaluate(selected) == app.server.url + VIEW
    app.check_clean()


# -- frames ----------------------------------------------------------------------------------------

HOST = """<!doctype html><html lang="en"><title>A course</title>
<link rel="icon" href="data:,">
<body style="background: #fff4d6"><h1>A page of a course</h1>
<iframe src="{}" title="Gradients" width="100%" height="460" style="border:0"></iframe></body>"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def host(tmp_path):
    """``host(src)`` is the address of a page on another port that shows src, without any script."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def page(src: str) -> str:
        (tmp_path / "index.html").write_text(HOST.format(src.replace("&", "&amp;")))
        return f"http://127.0.0.1:{server.server_port}/"

    yield page
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("look", [Look(1000, 760), Look(390, 844, "dark")], indirect=True, ids=str)
def test_a_frame_without_any_script_shows_a_picture_and_one_slider(app, look, host):
    heard = "window.heard = []; addEventListener('message', e => heard.push(e.data))"
    app.page.add_init_script(heard)
    address = host(app.server.url + "/gradients?steps=50&cell=rnn&frame=only&controls=scale")
    app.page.goto(address)
    frame = app.page.frame_locator("iframe")
    frame.locator(".plotly-live[data-drawn]").first.wait_for()
    frame.locator("[data-component=framed][data-drawn]").wait_for()
    sliders = frame.locator("input[type=range]")
    assert sliders.count() == 1 and frame.locator("[data-testid=stSlider]").count() == 1
    for part in CHROME:
        assert not frame.get_by_test_id(part).is_visible(), part
    assert not frame.get_by_role("button", name="Present").count()
    inside = app.page.frames[1]
    assert inside.evaluate(TRANSPARENT)
    paper = "rgb(16, 22, 28)" if look.scheme == "dark" else "rgb(255, 255, 255)"
    assert inside.evaluate(OPAQUE) == paper  # readable, whatever the page's own colour
    inside.wait_for_function(BARLESS)  # Plotly fits its picture to the frame when it has come
    before = drawn(inside)
    for _ in range(3):
        sliders.press("ArrowRight")
    inside.wait_for_function(f"before => ({DRAWN})() !== before", arg=before)
    link = frame.get_by_role("link", name="Inside an RNN")
    link.hover()
    target = link.get_attribute("href")
    assert target.startswith(app.server.url + "/gradients?") and "scale=" in target
    assert "frame" not in target and "controls" not in target
    told = app.page.evaluate("heard.filter(d => d?.type === 'inside-an-rnn').map(d => d.height)")
    content = inside.evaluate(
        "document.querySelector('[data-testid=stMainBlockContainer]')"
        ".getBoundingClientRect().height"
    )
    assert told and abs(told[-1] - content) <= 1
    boxes = inside.locator("[data-testid=stException]").count()
    assert not boxes and not app.errors


DRAWN = """() => JSON.stringify([...document.querySelectorAll('.js-plotly-plot')]
  .map(e => (e._fullData ?? []).map(t => Array.from(t.y?._inputArray ?? t.y ?? []))))"""
OPAQUE = """() => getComputedStyle(document.querySelector('[data-testid=stMainBlockContainer]'))
  .backgroundColor"""
TRANSPARENT = """() => ['html', 'body', '[data-testid=stApp]', '[data-testid=stMain]'].every(s =>
  getComputedStyle(document.querySelector(s)).backgroundColor === 'rgba(0, 0, 0, 0)')"""
BARLESS = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.offsetWidth === main.clientWidth && main.scrollWidth <= main.clientWidth;
}"""


def drawn(frame) -> str:
    return frame.evaluate(DRAWN)


def test_the_height_that_is_told_fits_the_frame_and_does_not_grow(app, host):
    """A page that follows what it is told ends with the picture whole, and stays so."""
    app.page.add_init_script(
        "addEventListener('message', e => { if (e.data?.type === 'inside-an-rnn') "
        "document.querySelector('iframe').height = e.data.height })"
    )
    app.page.goto(host(app.server.url + "/gradients?steps=50&cell=rnn&frame=only&controls=none"))
    frame = app.page.frame_locator("iframe")
    frame.locator(".plotly-live[data-drawn]").first.wait_for()
    frame.locator("[data-component=framed][data-drawn]").wait_for()
    assert frame.locator("input[type=range]").count() == 0
    app.page.wait_for_function("() => document.querySelector('iframe').height !== '460'")
    app.page.frames[1].wait_for_function(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollHeight <= main.clientHeight }"
    )
    height = "e => e.height"
    told = app.page.locator("iframe").evaluate(height)
    app.page.wait_for_timeout(300)  # long enough for a loop of two that make each other grow
    assert app.page.locator("iframe").evaluate(height) == told
