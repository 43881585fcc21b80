"""Jacobian product, one weight, starts compared: on screen are the engine's numbers."""

import numpy as np
import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.jacobians import measure
from rnn_core.studies.scalar import Scalar, unroll_unit
from rnn_core.studies.starts import norms
from tests.browser.driving import LOOKS, App

WISH = Experiment(steps=12, hidden=6, seed=2)
LINK = "steps=12&hidden=6&seed=2"


def measured(**changes):
    return measure(run(Experiment(**(vars(WISH) | changes))).stages[0].trace.top)


def drawn(app: App, title: str) -> dict[str, np.ndarray]:
    """Name -> heights of every line in the plot whose title begins so."""
    (plot,) = [p for p in app.plots() if p["title"].replace("<br>", " ").startswith(title)]
    return {t["name"]: np.array(t["y"], float) for t in plot["traces"]}


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_the_products_singular_values_are_the_engines(app, cell):
    app.open(f"/jacobians?cell={cell}&{LINK}")
    done, traces = measured(cell=cell), [t for p in app.plots() for t in p["traces"]]
    lines = {t["name"]: np.array(t["y"], float) for t in traces}
    same = [y for n, y in lines.items() if "the spectral norm" in n or "full product" in n]
    assert len(same) == 2
    for norm in same:
        np.testing.assert_allclose(norm, done.norms["s"], rtol=1e-9)
    points = [t for t in traces if len(t["x"]) == 6]
    for one, matrix in zip(points, done.matrices.values(), strict=True):
        found = np.hypot(one["x"], one["y"])
        np.testing.assert_allclose(found.max(), matrix.radius, rtol=1e-9)
    app.check_clean()


@pytest.mark.parametrize("look", (LOOKS[1], LOOKS[2]), indirect=True, ids=str)
def test_moving_the_weight_scale_redraws_bound_and_verdict(app, look):
    app.open(f"/jacobians?cell=rnn&{LINK}")
    before = app.plots()
    app.slide("Weight scale", 3)
    app.page.wait_for_url("**scale=1.15*")
    app.wait_for_new_plots(before)
    true = measured(cell="rnn", scale=1.15).bound
    app.page.get_by_text(f"{true.sigma:.3g}").first.wait_for()
    bounds = [t["y"] for p in app.plots() for t in p["traces"] if t["name"].startswith("bound")]
    assert len(bounds) == 2
    for bound in bounds:
        np.testing.assert_allclose(bound, true.envelope(np.arange(13)), rtol=1e-9)
    assert app.page.evaluate("document.documentElement.scrollWidth") <= look.width
    app.check_clean()


def test_one_weight_follows_its_sliders_and_scenes(app):
    app.open("/scalar?n=20")
    lines = drawn(app, "w = ")
    done = unroll_unit(Scalar(n=20))
    np.testing.assert_allclose(lines["|w|ᵏ, the scalar rule"], done.powers, rtol=1e-9)
    np.testing.assert_allclose(lines["∏φ′ₜw, the real product"], done.product, rtol=1e-9)
    before = app.plots()
    app.slide("Weight w", 2)
    app.page.wait_for_url("**w=1.6*")
    app.wait_for_new_plots(before)
    app.page.get_by_text("sigmoid on a knife's edge", exact=True).click()
    app.page.wait_for_url("**w=6*")
    app.idle()
    product = drawn(app, "w = ")["∏φ′ₜw, the real product"]
    np.testing.assert_allclose(product, 1.5 ** np.arange(26), rtol=1e-6)
    assert "necessary for exploding" in app.text()
    app.check_clean()


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_starts_are_the_medians_of_ten_seeds(app, look):
    app.open(f"/starts?cell=rnn&vary=activation&{LINK}")
    lines = drawn(app, "12 steps back")
    for word, activation in (("tanh", "tanh"), ("sigmoid", "sigmoid"), ("ReLU", "relu")):
        e = Experiment(**(vars(WISH) | {"cell": "rnn", "activation": activation}))
        ordered = np.sort(norms(e, [2 + k for k in range(10)]), axis=0)
        middle = np.sqrt(ordered[4] * ordered[5])
        np.testing.assert_allclose(lines[word], np.maximum(middle, min(lines[word])), rtol=1e-9)
    assert app.page.evaluate("document.documentElement.scrollWidth") <= look.width
    columns = app.page.evaluate(
        "new Set([...document.querySelectorAll('.js-plotly-plot .cartesianlayer .subplot .xy, "
        ".js-plotly-plot .bglayer rect.bg')].map(r => Math.round(r.getBoundingClientRect().left))"
        ").size"
    )
    assert columns <= (4 if look.width > 1000 else 3)
    app.check_clean()


def test_another_comparison_is_chosen(app):
    app.open(f"/starts?{LINK}")
    before = app.plots()
    app.choose("Compare", "numbers of layers")
    app.page.wait_for_url("**vary=layers*")
    (after,) = app.wait_for_new_plots(before)
    assert "layer" in after["title"]
    assert {"1 layer", "2 layers", "3 layers"} <= {t["name"] for t in after["traces"]}
    app.check_clean()
