"""A typed sentence in the browser: what is drawn is what the shipped networks say."""

from pathlib import Path

import numpy as np

from rnn_core.applications import entities, sentiment
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[2] / "assets" / "models"


def typed(app, text):
    box = app.page.get_by_role("textbox", name="Your sentence")
    before = app.plots()
    box.fill(text)
    box.press("Enter")
    return redrawn(app, before, range(len(before)))


def redrawn(app, before, which):
    """The plots once these of them have changed: each is drawn by itself."""
    for _ in range(100):
        now = app.idle().plots()
        if all(now[k] != before[k] for k in which):
            return now
        app.page.wait_for_timeout(50)
    raise AssertionError("not every plot has changed")


def trace(plot, name):
    return next(t for t in plot["traces"] if t["name"] == name)


def test_a_sentence_is_read_and_shuffled(app):
    app.open("/sentiment")
    text = "the pizza was never really good"
    network = load(FOLDER, "sentiment").network
    reading = sentiment.read(network, sentiment.understood(text))
    (plot,) = typed(app, text)
    np.testing.assert_allclose(trace(plot, "positive")["y"], reading.positive, rtol=1e-9)
    np.testing.assert_allclose(trace(plot, "‖∂s/∂xₜ‖")["y"], reading.felt, rtol=1e-9)
    assert "“pizza”" in app.text()
    app.page.get_by_role("button", name="Shuffle the words").click()
    app.page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length > 1")
    second, first = app.idle().plots()  # the shuffled ones stand right below their slider
    other = sentiment.read(network, sentiment.ordered(reading.words, 1))
    np.testing.assert_allclose(trace(second, "positive")["y"], other.positive, rtol=1e-9)
    assert trace(first, "bag of words")["y"] == trace(second, "bag of words")["y"]
    app.check_clean()


def test_both_networks_tag_and_a_pile_can_be_picked(app):
    app.open("/entities")
    text = "Chelsea hired new staff while Florence smiled ."
    networks = [load(FOLDER, name).network for name in ("entities-forward", "entities-both")]
    piles, growth = typed(app, text)
    found = entities.tagged(*networks, entities.understood(text), 0)
    people = [t["y"] for t in piles["traces"] if t["name"] == "person"]
    np.testing.assert_allclose(people, [found.forward[:, 1], found.both[:, 1]], rtol=1e-9)
    np.testing.assert_allclose(trace(growth, "company")["y"], found.course[:, 3], rtol=1e-9)
    bars = app.page.locator(".js-plotly-plot").first.locator(".bars .point path")
    before = app.plots()
    bars.nth(5).click(force=True)  # the sixth word's person
    app.page.wait_for_url("**word=6*")
    later = entities.tagged(*networks, entities.understood(text), 6)
    growth = redrawn(app, before, [1])[1]
    np.testing.assert_allclose(trace(growth, "person")["y"], later.course[:, 1], rtol=1e-9)
    app.check_clean()
