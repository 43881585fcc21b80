"""Claim, controls and picture are in the window when a page opens, and nothing lies sideways."""

import pytest

from pages.ui.contents import PAGES
from tests.browser.driving import Look

PROJECTOR, PHONE = Look(1280, 720), Look(390, 844)
LEAST = 300  # pixels of the picture that are in the window, of a projector's 720
FREE = {"lectures", "find", "start"}  # a list, and the story, which has its own test

BOXES = """() => {
  const box = (e) => {
    const r = e?.getBoundingClientRect()
    return r && [r.left, r.top, r.right, r.bottom]
  }
  const part = document.querySelector('[class*="st-key-part_"]')
  return {
    claim: box(document.querySelector('.st-key-head h2')),
    controls: [...document.querySelectorAll(
      '.st-key-above [data-testid=stElementContainer]')].map(box),
    picture: box(part),
  }
}"""
SIDEWAYS = """() => {
  const main = document.querySelector('[data-testid=stMain]')
  return Math.max(main.scrollWidth - main.clientWidth,
    document.documentElement.scrollWidth - document.documentElement.clientWidth)
}"""


def inside(box, look) -> bool:
    left, top, right, bottom = box
    return left >= 0 and top >= 0 and right <= look.width and bottom <= look.height


@pytest.mark.parametrize("look", [PROJECTOR], indirect=True, ids=str)
@pytest.mark.parametrize("page", [p for p in PAGES if p not in FREE])
def test_claim_controls_and_picture_are_together_on_opening(app, page):
    app.open(f"/{page}").check_clean()
    found = app.page.evaluate(BOXES)
    assert inside(found["claim"], PROJECTOR)
    assert found["controls"] and all(inside(box, PROJECTOR) for box in found["controls"])
    top = found["picture"][1]
    assert PROJECTOR.height - top >= LEAST, f"the picture begins at {top:.0f}"


@pytest.mark.parametrize("look", [PHONE], indirect=True, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(app, page):
    app.open(f"/{page}").check_clean()
    assert app.page.evaluate(SIDEWAYS) <= 0
