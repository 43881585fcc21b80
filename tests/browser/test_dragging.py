"""Sliders that speak while they are dragged, one value at a time; a picture that needs no words."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from pages.components.leaves import PARTS
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.browser.driving import Look

TRACK = ".st-key-set_{} [role=group] [data-orientation]"
SET = "name => Number(new URLSearchParams(location.search).get(name))"
at_1280 = pytest.mark.parametrize("look", [Look(1280, 720)], indirect=True, ids=str)

# The lines of the leaf on screen, taken back from pixels to powers of ten, by name.
LINES = """() => {
  const node = document.querySelector('.plotly-live'), { yaxis } = node._fullLayout
  const back = y => yaxis.p2l(y - yaxis._offset)
  return Object.fromEntries([...node.querySelectorAll('.pl-leaf [data-line]')].map(e => [
    e.dataset.line, e.getAttribute('d').split(/[ML]/).filter(Boolean)
      .map(p => back(Number(p.split(' ')[1])))]))
}"""


def setting(app, name) -> float:
    return float(parse_qs(urlsplit(app.page.url).query)[name][0])


def digest(app) -> str:
    return app.page.locator(".plotly-live").first.get_attribute("data-digest")


# What happens to the page's plots, in order: [number of the plot, "waits" or "drawn"].
NOTED = """() => {
  window.noted = []
  document.querySelectorAll('.plotly-live').forEach((node, k) => new MutationObserver(news => {
    for (const { attributeName } of news)
      if (attributeName === 'data-digest') window.noted.push([k, 'drawn'])
      else if (node.dataset.waits === 'for sight') window.noted.push([k, 'waits'])
  }).observe(node, { attributeFilter: ['data-digest', 'data-waits'] }))
}"""


class Hand:
    """The mouse over a slider's track; places are shares of its length."""

    def __init__(self, app, name):
        self.box, self.mouse = app.page.locator(TRACK.format(name)).bounding_box(), app.page.mouse

    def to(self, share: float, steps: int = 3):
        y = self.box["y"] + self.box["height"] / 2
        self.mouse.move(self.box["x"] + share * self.box["width"], y, steps=steps)


@at_1280
def test_the_picture_follows_a_drag_before_the_slider_is_let_go(app):
    app.open("/clipping?cell=rnn&init=gaussian&steps=20&clip=norm")
    hand, seen = Hand(app, "gain"), [digest(app)]
    hand.to(0.25)
    hand.mouse.down()
    for share in (0.5, 0.75, 1.0):
        hand.to(share)
        app.page.wait_for_function(
            f"share => Math.abs(({SET})('gain') - (0.1 + 2.9 * share)) < 0.06", arg=share
        )
        app.idle()
        assert digest(app) not in seen
        seen.append(digest(app))
    hand.mouse.up()
    expect(app.slider("Gain")).to_have_value("3")
    app.idle().check_clean()
    assert setting(app, "gain") == 3
    app.slide("Gain", -1)  # keys go on as ever
    assert setting(app, "gain") == pytest.approx(2.95)


# How often the page asked for a run before the last one had answered, which is in the address.
OVERTAKEN = """() => {
  let hasty = false, address
  window.overtaken = 0
  Object.defineProperty(turn, 'hasty', {
    get: () => hasty,
    set: value => {
      window.overtaken += value && location.search === address
      hasty = value
      address = location.search
    },
  })
}"""


@at_1280
def test_a_value_is_sent_when_the_one_before_it_is_answered(app):
    app.open("/starts?steps=50&hidden=32")  # several charts: painting takes longer than the server
    app.page.evaluate(OVERTAKEN)
    hand = Hand(app, "scale")
    hand.to(0.25)
    hand.mouse.down()
    for share in np.linspace(0.3, 0.9, 13):
        hand.to(share, steps=4)
        app.page.wait_for_timeout(40)
    assert app.page.evaluate("overtaken") == 0
    hand.mouse.up()  # the last value alone waits for nothing
    app.idle().check_clean()
    assert app.page.evaluate("overtaken") <= 1
    assert setting(app, "scale") == pytest.approx(0.1 + 3.9 * 0.9, abs=0.06)


@at_1280
def test_a_figure_below_the_window_is_drawn_after_the_one_in_sight(app):
    app.open("/jacobians?steps=12&hidden=3")
    app.page.evaluate(NOTED)
    app.slide("Weight scale", 1)
    app.idle()
    noted = app.page.evaluate("noted")
    assert sorted(noted) == [[0, "drawn"], [1, "drawn"], [1, "waits"]]
    assert noted[-1] == [1, "drawn"]
    app.page.locator(".plotly-live").nth(1).scroll_into_view_if_needed()
    app.page.evaluate("noted.length = 0")
    app.slide("Weight scale", 1)
    app.idle().check_clean()
    assert [1, "waits"] not in app.page.evaluate("noted")
    assert [1, "drawn"] in app.page.evaluate("noted")


@at_1280
def test_a_picture_that_has_all_its_leaves_follows_without_asking(app):
    e = Experiment(cell="rnn", init="gaussian", gain=3.0, steps=20)
    app.open("/gradients?cell=rnn&init=gaussian&gain=3&steps=20")
    hand, page = Hand(app, "scale"), app.page
    hand.to(0.25)  # a hand comes near, and the leaves are sent
    page.locator(f"[data-component=leaves][data-parts='{PARTS}']").wait_for(state="attached")
    app.idle()
    asked = page.evaluate("turn.ended")
    hand.mouse.down()
    for share in (0.4, 0.6, 0.5):
        hand.to(share)
    assert page.evaluate("turn.ended") == asked
    value = float(page.locator(".plotly-live[data-leaf]").get_attribute("data-leaf"))
    assert value == pytest.approx(0.1 + 3.9 * 0.5, abs=0.03)
    at = Experiment(**vars(e) | {"scale": value})
    drawn = page.evaluate(LINES)
    for cell, name in zip(CELLS, drawn, strict=False):
        norms = run(Experiment(**vars(at) | {"cell": cell})).stages[0].gradient.top.norms("h")
        np.testing.assert_allclose(drawn[name], np.log10(norms), atol=0.02)
    hand.to((1.0 - 0.1) / 3.9)  # back where it was: no new figure comes
    page.locator(".pl-leaf").wait_for(state="detached")
    hand.to(0.5)
    hand.mouse.up()
    page.wait_for_url(f"**scale={value:g}*")
    page.locator(".pl-leaf").wait_for(state="detached")
    app.idle().check_clean()
    assert app.slider("Weight scale").input_value() == f"{value:g}"
    lines = [t for t in app.plots()[0]["traces"] if t["name"] in drawn]
    for trace in lines:
        np.testing.assert_allclose(np.log10(trace["y"]), drawn[trace["name"]], atol=0.02)


# Each figure that follows another: the boxes of its lines and its title, as they are drawn at once.
# Time stands still: however slow a machine is, one figure follows the other.
FOLLOWING = """() => {
  const node = document.querySelector('.plotly-live'), now = performance.now
  const pens = trace => [...trace.querySelectorAll('.js-line')]
    .flatMap(line => line.getAttribute('d').match(/M/g) ?? []).length
  window.drawnNow = () => ({
    title: node.querySelector('.g-gtitle').textContent,
    pieces: [...node.querySelectorAll('g.trace')].map(pens),
    boxes: [...node.querySelectorAll('g.trace')].map(trace => {
      const { x, y, width, height } = trace.getBBox()
      return [x, y, x + width, y + height]
    }),
  })
  window.followed = []
  new MutationObserver(() => {
    if (node.dataset.waits === 'for rest') window.followed.push(drawnNow())
  }).observe(node, { attributeFilter: ['data-drawn'] })
  performance.now = () => now.call(performance) * (window.goesOn ? 1 : 0)
}"""


@at_1280
def test_lines_that_follow_each_other_are_drawn_where_plotly_draws_them(app):
    app.open("/starts?steps=9&hidden=3")
    app.page.evaluate(FOLLOWING)
    hand = Hand(app, "scale")
    hand.to(0.3)
    hand.mouse.down()
    for share in np.linspace(0.35, 0.6, 6):
        hand.to(share)
        app.page.wait_for_function(
            f"share => Math.abs(({SET})('scale') - (0.1 + 3.9 * share)) < 0.06", arg=float(share)
        )
    hand.mouse.up()
    app.page.wait_for_function(
        "!turn.waiting && followed.length > 2 && !document.querySelector('[data-waits]')"
    )
    app.page.evaluate("goesOn = true")
    app.idle().check_clean()
    seen, plotly = app.page.evaluate("followed"), app.page.evaluate("drawnNow()")
    assert seen[-1]["title"] == plotly["title"] != seen[0]["title"]
    assert seen[-1]["pieces"] == plotly["pieces"]
    np.testing.assert_allclose(seen[-1]["boxes"], plotly["boxes"], atol=0.6)
    assert np.ptp([one["boxes"] for one in seen], axis=0).max() > 5
