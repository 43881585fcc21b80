"""The browser's history and address: one stop per page, and each page begins at its top."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from pages.ui.contents import FIRST

SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"
TO_THE_FOOT = "() => document.querySelector('[data-testid=stMain]').scrollTo(0, 1e6)"
# As if the new page were drawn before the old one is gone: the window never gets shorter.
NEVER_SHORT = "[data-testid=stMain]::after { content: ''; flex: none; height: 5000px }"
THERE = "path => location.pathname === path"


def address(app):
    """Path and query of the page's address."""
    url = urlsplit(app.page.url)
    return url.path + ("?" + url.query if url.query else "")


def stops(app):
    return app.page.evaluate("() => history.length")


def travel(app, press, path):
    """Press Back or Forward once; the reader is then on that page."""
    press()
    app.page.wait_for_function(THERE, arg=path)
    return app.idle()


def test_a_moved_slider_adds_no_stop_and_one_press_leaves_the_page(app):
    app.open("/gates?scale=2")
    before = stops(app)
    app.slide("Weight scale", 3)
    app.page.wait_for_url("**/gates?scale=2.15")
    assert stops(app) == before
    app.go("gradients")
    app.page.wait_for_url("**/gradients?scale=2.15")
    app.slide("Weight scale", -2)
    app.page.wait_for_url("**/gradients?scale=2.05")
    assert stops(app) == before + 1
    travel(app, app.page.go_back, "/gates")
    assert address(app) == "/gates?scale=2.15"
    expect(app.slider("Weight scale")).to_have_value("2.15")
    travel(app, app.page.go_forward, "/gradients")
    assert address(app) == "/gradients?scale=2.05"
    expect(app.slider("Weight scale")).to_have_value("2.05")
    app.check_clean()


def test_many_runs_later_a_page_is_still_one_stop(app):
    """The script is asked for anew by every run; it is in place once."""
    app.open("/gates?scale=2")
    before = stops(app)
    for name in ("gradients", "gates", "gradients"):
        app.go(name).slide("Weight scale", 2)
    assert stops(app) == before + 3
    for path, scale in (("/gates", "2.2"), ("/gradients", "2.1"), ("/gates", "2")):
        travel(app, app.page.go_back, path)
        assert address(app) == f"{path}?scale={scale}"
        expect(app.slider("Weight scale")).to_have_value(scale)
    app.check_clean()


def test_back_to_a_page_without_settings_shows_it_as_it_was_left(app):
    """A page that was opened by its name alone shows its own scene, and says so in its address."""
    app.open("/gates")
    left = address(app)
    assert "weights=" in left
    app.go("gradients").slide("Weight scale", 4)
    app.page.wait_for_url(re.compile("/gradients.*scale=1.2"))
    travel(app, app.page.go_back, "/gates")
    assert address(app) == left
    travel(app, app.page.go_forward, "/gradients")
    expect(app.slider("Weight scale")).to_have_value("1.2")
    app.check_clean()


def test_what_the_page_before_says_late_does_not_stay_in_the_address(app):
    """Its last run may answer after Back: Streamlit then writes its link to the stop reached."""
    app.open("/gates?scale=2").go("gradients")
    late = "addEventListener('popstate', () => history.replaceState({}, '', '/gates?scale=2.1'))"
    app.page.evaluate(late)
    travel(app, app.page.go_back, "/gates")
    expect(app.slider("Weight scale")).to_have_value("2")
    assert app.page.evaluate("() => location.search") == "?scale=2"
    app.check_clean()


def test_a_link_that_was_put_right_is_no_stop_on_the_way_back(app):
    """It is put right before the browser has our script."""
    app.open("/gradients")
    app.open("/gates?scale=3.0")
    app.page.wait_for_url("**/gates?scale=3")
    app.page.go_back(wait_until="commit")
    app.page.wait_for_function(THERE, arg="/gradients")
    app.idle().check_clean()


@pytest.mark.parametrize("link", [f"/{FIRST}", f"/{FIRST}?cell=gru&scale=3", f"/{FIRST}/?cell=gru"])
def test_the_first_page_is_found_by_its_name(app, link):
    app.open(link).check_clean()
    _, mark, query = link.partition("?")
    assert address(app) == "/" + mark + query
    assert not app.page.get_by_role("dialog").count(), "Page not found"


def test_the_way_to_the_first_page_holds_behind_a_base_path(app):
    for path in (f"/{FIRST}", f"/course/of/2026/{FIRST}"):
        answer = app.page.request.get(f"{app.server.url}{path}?text=why%3F?", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (307, "./?text=why%3F?")


def test_a_followed_link_opens_at_the_top(app):
    app.open("/lectures")
    app.page.add_style_tag(content=NEVER_SHORT)
    link = app.page.get_by_test_id("stPageLink").get_by_role("link").last
    path = "/" + link.get_attribute("href").rpartition("/")[2].partition("?")[0]
    app.page.evaluate(TO_THE_FOOT)
    assert app.page.evaluate(SCROLLED) > 1000
    link.dispatch_event("click")
    app.page.wait_for_function(THERE, arg=path)
    assert app.idle().page.evaluate(SCROLLED) == 0
    app.page.evaluate(TO_THE_FOOT)
    travel(app, app.page.go_back, "/lectures")
    assert app.page.evaluate(SCROLLED) == 0
    app.check_clean()


def test_a_moved_slider_does_not_scroll(app):
    app.open("/gates?scale=2")
    app.page.add_style_tag(content=NEVER_SHORT)
    slider = app.slider("Weight scale")
    slider.focus()
    app.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 120)")
    slider.press("ArrowRight")
    app.page.wait_for_url(re.compile(r"scale=2\.05"))
    assert app.idle().page.evaluate(SCROLLED) == 120
