"""Checks that hold for every page: its frame, its link, accessibility, a clean console."""

import pytest

from pages.ui.contents import FIRST, PAGES
from rnn_core.experiment.experiment import SETTINGS
from tests.browser.axe import serious
from tests.browser.driving import CUT, LOOKS
from tests.browser.hall import RULER
from tests.pages.choices import revealing, setting

LINKS = {name: "/" if name == FIRST else f"/{name}" for name in PAGES}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}

SIDEWAYS = """() => {
  const page = document.documentElement, main = document.querySelector('[data-testid=stMain]');
  return Math.max(page.scrollWidth - page.clientWidth, main.scrollWidth - main.clientWidth);
}"""
PROJECTOR = {"width": 1280, "height": 720}
LEAST = 400  # pixels of the picture that are in the window, of a projector's 720
LEAST_TYPE = 12  # pixels of type in a page's picture and above it
INDICES = ".katex, sub, .js-plotly-plot tspan[style*='70%']"
HEAD = 490  # pixels above a page's picture on a phone of 844, at most
FIRST_PART = {
    n: f".st-key-above, .st-key-controls, .st-key-part_{page.parts[0]}" for n, page in PAGES.items()
}
CHIPS = """() => [...document.querySelectorAll('.st-key-scenes, .st-key-scenes *')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto')
  .map(e => e.className)"""
LISTS = {"lectures", "find", "mine", "start"}  # without a picture; the story has its own test
TOP = "document.querySelector('.plotly-live').getBoundingClientRect().top"
RANGE = "document.querySelector('.plotly-live')._fullLayout.yaxis.range"
CUT_MENUS = """() => [...document.querySelectorAll('.st-key-controls [role=combobox]')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.value)"""
BOXES = """() => {
  const box = (e) => {
    const r = e?.getBoundingClientRect()
    return r && [r.left, r.top, r.right, r.bottom]
  }
  const part = document.querySelector('[class*="st-key-part_"]')
  return {
    claim: box(document.querySelector('.st-key-head h2')),
    controls: [...document.querySelectorAll(
      ':is(.st-key-above, .st-key-controls) [data-testid=stElementContainer]')].map(box),
    picture: box(part),
  }
}"""

# Where everything stands that a choice may not move: left and top, by name.
PLACES = """() => Object.fromEntries(
  [...document.querySelectorAll('.st-key-head h2, .st-key-scenes, .st-key-controls > div'),
    document.querySelector('[class*="st-key-part_"]')].map(e => {
      const name = [...e.classList].find(c => c.startsWith('st-key-')) ?? e.tagName
      const { left, top } = e.getBoundingClientRect()
      return [name, [Math.round(left), Math.round(top)]]
    }))"""
REVEALING = revealing()  # page -> the choice that hides or reveals a control

every_page = pytest.mark.parametrize("name", LINKS)
# Wide and light, narrow and dark; each then turns to the other colours, which saves a load.
each_width = pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)


def warnings(app):
    return app.page.locator("[data-testid=stAlert]").all_inner_texts()


def test_a_shared_link_opens_framed_on_a_fresh_server(visit, fresh_server):
    """Streamlit's old multipage mode would answer with the bare page and an exception."""
    reader = visit(fresh_server).open("/gates?cell=gru")
    reader.check_clean()
    assert reader.page.get_by_role("link", name=PAGES["start"].title).count()
    assert "cell=gru" in reader.page.url
    assert "update" in str(reader.plots()).lower() + reader.text().lower()
    assert not warnings(reader)


@every_page
@each_width
def test_a_page_is_clean_fits_and_is_accessible(app, look, name):
    """No exception, a clean console, nothing asked of other machines, no serious axe fault."""
    app.open(LINKS[name])
    assert not serious(app.page)
    assert app.page.evaluate(SIDEWAYS) <= 0
    assert not small_type(app.page, FIRST_PART[name])
    assert not app.page.evaluate(CHIPS)
    assert not app.page.evaluate(CUT)
    app.page.emulate_media(color_scheme="light" if look.scheme == "dark" else "dark")
    app.idle()
    assert not serious(app.page, CONTRAST)  # nothing else depends on the colours
    if look.is_phone and name not in LISTS:
        assert not app.page.evaluate(CUT_MENUS)
        assert app.page.evaluate(BOXES)["picture"][1] <= HEAD
    elif name not in LISTS:
        app.page.set_viewport_size(PROJECTOR)
        opens_in_one_window(app.idle().page)
        if name in REVEALING:
            reveals_in_place(app, name)
    app.check_clean()


def small_type(page, within):
    """Words too small to read, but for the indices of formulas, which are as large as TeX's."""
    style = page.add_style_tag(content=INDICES + " { visibility: hidden }")
    found = page.evaluate(RULER, [LEAST_TYPE, within]).get("small")
    style.evaluate("style => style.remove()")
    return found


def opens_in_one_window(page):
    """Claim, controls and most of the picture are seen together on a projector."""

    def inside(box):
        left, top, right, bottom = box
        return left >= 0 <= top and right <= PROJECTOR["width"] and bottom <= PROJECTOR["height"]

    found = page.evaluate(BOXES)
    assert inside(found["claim"])
    assert found["controls"] and all(map(inside, found["controls"]))
    top = found["picture"][1]
    assert PROJECTOR["height"] - top >= LEAST, f"the picture begins at {top:.0f}"


def reveals_in_place(app, name):
    """Controls come and go with a choice; what stays, stays where it is."""
    control, first, other = REVEALING[name]
    before = app.page.evaluate(PLACES)
    for value in (other, first):
        pick(app, name, control, value)
        after = app.page.evaluate(PLACES)
        both = before.keys() & after.keys()
        assert {n: after[n] for n in both} == {n: before[n] for n in both}
        assert (after.keys() == before.keys()) == (value == first), "no control came or went"


def pick(app, name, control, value):
    """Pick a value of a choice above the picture."""
    of = setting(PAGES[name], control)
    box = app.page.locator(f".st-key-{'set' if control in SETTINGS else 'own'}_{control}")
    if (buttons := box.get_by_role("radio")).count():
        buttons.nth(of.options.index(value)).click()
    else:
        app.choose(of.label, of.table[value])
    app.page.wait_for_url(f"**{control}={value}*" if value != of.default else "**")
    app.idle()


@pytest.mark.parametrize("look", (LOOKS[2],), indirect=True, ids=str)
def test_a_finger_on_a_chart_scrolls_the_page(app, look):
    """Plotly would zoom: the page would stop under the finger, and the picture be lost."""
    page = app.open("/jacobians").page
    chart, touch = page.locator(".plotly-live").first, page.context.new_cdp_session(page)
    box, before = chart.bounding_box(), page.evaluate(RANGE)
    x, y = box["x"] + box["width"] / 2, box["y"] + 150
    for k in range(12):
        touch.send(
            "Input.dispatchTouchEvent",
            {
                "type": "touchMove" if k else "touchStart",
                "touchPoints": [{"x": x, "y": y - 15 * k}],
            },
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(f"top => {TOP} < top - 50", arg=box["y"])
    assert page.evaluate(RANGE) == before
    assert not page.locator(".modebar-btn").count()


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ("cell=transformer", "transformer"),
        ("steps=100000", "100000"),
        ("scale=-3", "-3"),
        ("wat=1", "wat"),
    ],
)
def test_a_link_that_cannot_be_followed_says_so(app, link, word):
    app.open(f"/gates?{link}").check_clean()
    assert any(word in text for text in warnings(app)), warnings(app)
    assert word not in app.page.url


def test_a_moved_slider_leaves_the_scene_and_what_it_said(app):
    """Both stand in the page's frame, which a move of a slider does not draw by itself."""
    app.open("/jacobians")
    chosen = app.page.locator(".st-key-scenes [aria-checked=true]")
    line = app.page.locator(".st-key-above [data-testid=stMarkdown]").last
    said = line.inner_text()
    assert chosen.count() == 1
    app.slide("Weight scale", 1)
    assert chosen.count() == 0 and line.inner_text() != said
    app.slide("Weight scale", -1)  # back where it was, it is the scene again
    assert chosen.count() == 1 and line.inner_text() == said
    app.check_clean()


def test_settings_follow_the_reader_from_page_to_page(app):
    app.open("/gates?cell=gru&scale=2")
    app.go("gradients").check_clean()
    assert "cell=gru" in app.page.url
