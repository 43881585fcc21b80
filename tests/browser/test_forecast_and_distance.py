"""Time series and long-term dependencies in a browser: what is drawn is what the engine finds."""

from pathlib import Path

import numpy as np
import plotly.data

from pages.figures.theme import number
from rnn_core.applications import distance, series
from rnn_core.applications.distance import Distance
from rnn_core.tasks.series import Prices
from rnn_core.training import models
from tests.browser.driving import App

FOLDER = Path(__file__).parents[2] / "assets" / "models"
FIRST_MS = 60_000  # the first reader waits until every gap has been read


def trace(app: App, name: str) -> dict:
    (found,) = [t for p in app.plots() for t in p["traces"] if t["name"] == name]
    return found


def check_words(app: App, wish: Distance) -> None:
    read = distance.sentence(wish)
    network = models.load(FOLDER, "sentences-lstm").network
    felt = distance.feel(network, [read])
    section = app.page.locator(".ds > div").nth(2)  # three trained cells, then untrained ones
    section.locator(".clue").filter(has_text=wish.country).wait_for()
    titles = section.locator("i").evaluate_all("all => all.map(i => i.title)")
    values = felt.measured(wish.drawn)[0]
    assert len(titles) == len(read.words)
    for title, word, value in zip(titles, read.words, values, strict=True):
        assert title.startswith(f"{word}: {number(float(value))}")
    ink = section.locator("i").first.evaluate("i => getComputedStyle(i).backgroundImage")
    assert "gradient" in ink and "color" in ink  # the cell's colour has been found
    (p,) = [t["x"] for t in app.plots()[-1]["traces"] if t["name"] == "LSTM"]
    np.testing.assert_allclose(p, felt.answers[0])


def test_the_words_follow_the_gap(app):
    app.page.goto(app.server.url + "/distance?gap=12&drawn=norm")
    app.page.get_by_text("Exchange the clue").wait_for(timeout=FIRST_MS)
    app.idle(FIRST_MS)
    check_words(app, Distance(gap=12, drawn="norm"))
    app.slide("Gap", 3)
    app.page.wait_for_url("**gap=15*")
    app.page.get_by_text("18 words before the last").wait_for()
    app.idle()
    check_words(app, Distance(gap=15, drawn="norm"))
    app.check_clean()


def test_the_forecast_follows_its_horizon(app):
    app.open("/series?wave=3&read=30&horizon=8")
    network = models.load(FOLDER, "wave").network
    for horizon in (8, 10):
        found = series.run_wave(network, series.wave_values(3), 30, horizon)
        line = trace(app, "its own forecasts fed back")
        np.testing.assert_allclose(line["y"], found.free[0])
        np.testing.assert_allclose(trace(app, "the wave")["y"], found.values[0])
        if horizon == 8:
            before = app.plots()
            app.slide("Horizon", 2)
            app.page.wait_for_url("**horizon=10*")
            app.wait_for_new_plots(before)
    app.check_clean()


def test_prices_are_drawn_with_their_network(app):
    app.open("/series?series=prices&share=AAPL")
    table = plotly.data.stocks()
    prices = Prices.of({name: table[name].to_numpy(dtype=float) for name in series.SHARES})
    found = series.forecast_prices(models.load(FOLDER, "prices").network, prices)
    drawn = [
        t["y"] for p in app.plots() for t in p["traces"] if t["name"] == "the network's forecast"
    ]
    np.testing.assert_allclose(drawn[0], found.expected(1))
    np.testing.assert_allclose(drawn[1], 100 * found.forecast[1])
    assert "no better than" in app.text()
    app.check_clean()
