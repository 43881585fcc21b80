"""Sliders that speak while they are dragged, one value at a time."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Look

LABEL = "Weight scale"
TRACK = ".st-key-set_scale [role=group] [data-orientation]"
SCALE = "() => new URLSearchParams(location.search).get('scale')"


def scale(app) -> float:
    return float(parse_qs(urlsplit(app.page.url).query).get("scale", ["1"])[0])


def digest(app) -> str:
    return app.page.locator(".plotly-live").first.get_attribute("data-digest")


@pytest.mark.parametrize("look", [Look(1280, 720)], indirect=True, ids=str)
def test_the_picture_follows_a_drag_before_the_slider_is_let_go(app):
    app.open("/gradients?steps=20")
    box = app.page.locator(TRACK).bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    seen, mouse = [digest(app)], app.page.mouse
    mouse.move(x, y)
    mouse.down()
    for share in (0.5, 0.75, 1.0):
        mouse.move(box["x"] + share * box["width"], y, steps=3)
        app.page.wait_for_function(
            f"share => ({SCALE})() && Math.abs(({SCALE})() - 4 * share) < 0.06", arg=share
        )
        app.idle()
        assert digest(app) not in seen
        seen.append(digest(app))
    mouse.up()
    expect(app.slider(LABEL)).to_have_value("4")
    app.idle().check_clean()
    assert scale(app) == 4
    app.slide(LABEL, -1)  # keys go on as ever
    assert scale(app) == 3.95
