"""The pages about clipping in a browser: what is drawn is what the engine computes."""

import numpy as np
import pytest

from pages.figures.clipping import plane
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.ceiling import STARTS, Ceiling, courses
from rnn_core.studies.cliff import Cliff, descend, surface
from tests.browser.driving import App

WEBGL_MS = 60_000  # without a graphics card a surface is drawn by the processor
EXPLODING = "cell=rnn&init=gaussian&gain=3&steps=30"


def traces(app: App) -> dict[str, dict]:
    """Every trace on the page by its plot's title and its name."""
    return {
        f"{p['title'].replace('<br>', ' ')} | {t['name']}": t
        for p in app.plots()
        for t in p["traces"]
    }


def find(app: App, title: str, name: str) -> dict:
    (found,) = [t for key, t in traces(app).items() if title in key and key.endswith(f"| {name}")]
    return found


def exploding(**changes):
    e = Experiment(cell="rnn", init="gaussian", gain=3.0, steps=30, **changes)
    return run(e).clipped


def check_arrows(app: App, clipped) -> None:
    drawn = plane(clipped)
    for name, end in (("before clipping", drawn.before), ("after clipping", drawn.after)):
        arrow = find(app, "to scale", name)
        assert (arrow["x"][1], arrow["y"][1]) == pytest.approx(end)


def test_the_arrows_follow_mode_and_threshold(app):
    app.open(f"/clipping?{EXPLODING}&clip=value")
    check_arrows(app, exploding(clip="value"))
    before = app.plots()
    app.slide("Clipping threshold", 2)
    app.page.wait_for_url("**threshold=5*")
    app.wait_for_new_plots(before)
    check_arrows(app, exploding(clip="value", threshold=5.0))
    before = app.plots()
    app.page.get_by_role("radio", name="By norm", exact=True).click()
    app.wait_for_new_plots(before)
    clipped = exploding(clip="norm", threshold=5.0)
    check_arrows(app, clipped)
    counts = find(app, "by size", "after clipping")["y"]
    entries = np.concatenate([g.ravel() for g in clipped.after.values()])
    assert sum(counts) == np.count_nonzero(entries)
    arrow = find(app, "textbook", "by value")
    assert (arrow["x"][1], arrow["y"][1]) == pytest.approx((1, 0.1))
    assert "turns by 3.8°" in app.text()
    app.check_clean()


def test_the_cliff_is_the_engines_and_follows_its_controls(app):
    app.page.goto(app.server.url + "/cliff?updates=60")
    app.idle(WEBGL_MS)
    land, wish = surface(), Cliff()
    (ground,) = [t for t in traces(app).values() if t["type"] == "contour"]
    (relief,) = [t for t in traces(app).values() if t["type"] == "surface"]
    for trace in (ground, relief):
        np.testing.assert_allclose(trace["z"], land.slope.error)
    assert app.page.locator(".plotly-live canvas").count()  # the surface has its WebGL
    for mode, name in (("off", "without clipping"), ("norm", "clipped by norm")):
        path, line = descend(wish, mode), find(app, "Without clipping", name)
        np.testing.assert_allclose(np.stack([line["x"], line["y"]], 1), path.points)
    assert "Update 19 throws it" in app.text()
    before = app.plots()
    app.slider("Threshold").press("ArrowLeft")
    app.page.wait_for_url("**limit=0.2*")
    app.idle(WEBGL_MS).wait_for_new_plots(before)
    path = descend(Cliff(limit=0.2), "norm")
    line = find(app, "How far", "clipped by norm")
    np.testing.assert_allclose(line["y"], path.lengths)
    app.check_clean()


def test_the_ceilings_runs_are_real(app):
    app.open("/ceiling?length=12")
    app.page.get_by_text("never a floor: it shortened").wait_for()
    app.idle()
    for course in {(c.start, c.mode): c for c in courses(Ceiling(length=12))}.values():
        name = {"off": "without clipping", "norm": "clipped by norm"}[course.mode]
        start, drawn = course.start.capitalize(), traces(app)
        panels = [t for t in app.plots()[0]["traces"] if t["name"] == name]
        used = panels[STARTS.index(course.start)]
        np.testing.assert_allclose(used["y"], course.used, rtol=1e-9)
        (loss,) = [t for k, t in drawn.items() if k.startswith(start) and k.endswith(f"| {name}")]
        np.testing.assert_allclose(loss["y"], course.losses, rtol=1e-9)
    app.check_clean()
