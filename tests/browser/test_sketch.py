"""Until plotly.js has come a figure is a plain drawing of the same lines, in the same place."""

from tests.browser.driving import App

LINES = """lines => lines.map(line => {
  const box = line.getBoundingClientRect()
  const figure = line.closest('.st-key-norms').getBoundingClientRect()
  return [box.x - figure.x, box.y - figure.y, box.width, box.height]
})"""
# It is drawn anew when the window, or the column in which the page begins, gets another width.
FITS = """() => {
  const figure = document.querySelector('.st-key-norms .plotly-live')
  return Math.abs(figure.clientWidth - figure.querySelector('svg').clientWidth) < 2
}"""


def boxes(app: App, lines: str) -> list[list[float]]:
    """Where the lines stand in the figure; what stands above it may still be on its way."""
    return app.page.locator(f".st-key-norms {lines}").evaluate_all(LINES)


def test_a_figure_is_sketched_until_plotly_is_there(visit, server):
    app, held = visit(server), []
    app.page.route("**/plotly.min.js*", lambda r: r.continue_() if held is None else held.append(r))
    app.page.goto(f"{server.url}/gradients?steps=30")
    sketch = app.page.locator(".st-key-norms [data-sketched] > svg")
    sketch.wait_for()
    app.page.set_viewport_size({"width": 1280, "height": 720})
    app.page.wait_for_function(FITS)
    before = boxes(app, "svg > path")
    assert len(before) == 4 and not app.page.evaluate("Boolean(window.Plotly)")
    assert "state feels" in sketch.text_content()
    for route in held:
        route.continue_()
    held = None  # from now on nothing is held
    app.page.locator(".st-key-norms .js-plotly-plot .js-line").first.wait_for()
    after = boxes(app.idle(), ".scatterlayer .js-line")
    assert not sketch.count()
    for was, now in zip(before, after, strict=True):
        moved = max(abs(a - b) for a, b in zip(was, now, strict=True))
        assert moved < 6, f"by more than the width of a line: {was}, {now}"
    app.check_clean()
