"""Forecasts as drawn and as said: read back and compared with the engine's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.data
import plotly.graph_objects as go
import pytest

from pages.figures import series as figures
from rnn_core.applications import series
from rnn_core.applications.series import SHARES, Errors, PriceForecast, WaveForecast
from rnn_core.tasks.series import NOISE, Prices
from rnn_core.training import models

FOLDER = Path(__file__).parents[2] / "assets" / "models"


@pytest.fixture(scope="module")
def wave() -> WaveForecast:
    return series.run_wave(models.load(FOLDER, "wave").network, series.wave_values(1), 30, 12)


@pytest.fixture(scope="module")
def prices() -> PriceForecast:
    table = plotly.data.stocks()
    found = Prices.of({name: table[name].to_numpy(dtype=float) for name in SHARES})
    return series.forecast_prices(models.load(FOLDER, "prices").network, found)


def lines(figure) -> dict[str, dict]:
    go.Figure(figure)
    return {t["name"]: t for t in figure["data"]}


def test_each_forecast_is_drawn_at_the_step_it_is_about(wave):
    found = lines(figures.wave(wave, "gru"))
    np.testing.assert_allclose(found["the wave"]["y"], wave.values[0])
    following = found["forecast of the next value"]
    assert (following["x"][0], following["x"][-1]) == (2, 30)
    np.testing.assert_allclose(following["y"], wave.next[0, :29])
    alone = found["its own forecasts fed back"]
    np.testing.assert_array_equal(alone["x"], np.arange(31, 43))
    np.testing.assert_allclose(alone["y"], wave.free[0])
    assert set(found["the last value again"]["y"]) == {wave.values[0, 29]}


def test_errors_are_drawn_as_measured():
    rng = np.random.default_rng(0)
    errors = Errors(*rng.random((3, 60)), 5)
    found = lines(figures.wave_errors(errors, 9, "gru"))
    for name, values in (
        ("the network", errors.network),
        ("the last value again", errors.naive),
        ("always 0", errors.zero),
    ):
        np.testing.assert_allclose(found[name]["y"], values)
    assert set(found["the wave's noise"]["y"]) == {NOISE}


def test_slopes_count_back_from_the_last_value():
    (bars,) = figures.listens(np.array([1.0, 2.0, 3.0]), "gru", "step 4")["data"]
    assert dict(zip(bars["x"], bars["y"], strict=True)) == {2: 1.0, 1: 2.0, 0: 3.0}


def test_the_waves_words_are_the_numbers(wave):
    ones = np.ones(60)
    errors = Errors(0.2 * ones, 0.3 * ones, 0.4 * ones, 5)
    said = figures.wave_words(wave, errors)
    ramp = replace(errors, network=np.arange(60) / 1000)
    assert "**0.000**" in figures.wave_words(wave, ramp)  # one step ahead
    assert "**0.011**" in figures.wave_words(wave, ramp)  # twelve
    assert "**0.200**" in said and "better than both at every step up to 60" in said
    mine = np.sqrt(((wave.free - wave.truth) ** 2).mean())
    assert f"{mine:.3f}" in said
    late = np.where(np.arange(60) < 7, 0.2, 0.35)
    assert "up to 7 steps ahead" in figures.wave_words(wave, replace(errors, network=late))
    never = figures.wave_words(wave, replace(errors, network=0.3 * ones))
    assert "not better than both even one step ahead" in never


def test_prices_and_forecasts_share_their_weeks(prices):
    for k in range(len(SHARES)):
        found = lines(figures.prices(prices, k, "gru"))
        table = prices.prices.prices[k]
        np.testing.assert_allclose(found["the price"]["y"], table[2:])
        np.testing.assert_allclose(found["no change: last week's price"]["y"], table[1:-1])
        assert found["the price"]["x"][0] == 3  # week 3: the first that two weeks lie before
        expected = table[1:-1] * np.exp(prices.forecast[k])
        np.testing.assert_allclose(found["the network's forecast"]["y"], expected)
        changes = lines(figures.changes(prices, k, "gru"))
        np.testing.assert_allclose(changes["what happened"]["y"], 100 * prices.changes[k])
        np.testing.assert_allclose(changes["the network's forecast"]["y"], 100 * prices.forecast[k])


def test_held_out_weeks_are_shaded(prices):
    (shape,) = figures.prices(prices, 0, "gru")["layout"]["shapes"]
    assert shape["x0"] == 3 + np.flatnonzero(prices.held_out)[0] - 0.5
    assert shape["x1"] - shape["x0"] == prices.held_out.sum()


def test_words_say_who_wins(prices):
    said = figures.price_words(prices, 0)
    mine, naive = prices.error(None, True), prices.error(None, True, naive=True)
    assert f"**{mine:.2f} %**" in said and f"**{naive:.2f} %**" in said
    assert ("no better than" in said) == (mine >= naive)
    perfect = replace(prices, forecast=prices.changes)
    assert "no better than" not in figures.price_words(perfect, 0)
    assert "closer for 6 of 6" in figures.price_words(perfect, 0)
    silent = replace(prices, forecast=np.zeros_like(prices.forecast))
    assert "**no better than**" in figures.price_words(silent, 0)
    assert "closer for 0 of 6" in figures.price_words(silent, 0)


def test_the_curve_is_told_apart_from_the_change(prices):
    said = figures.curve_words(prices, 2)
    near = 100 * np.mean(np.abs(prices.expected(2) / prices.last(2) - 1))
    off = 100 * np.mean(np.abs(prices.expected(2) / prices.true(2) - 1))
    assert f"{near:.2f} %" in said and f"{off:.2f} %" in said


def test_the_table_has_all_shares(prices):
    table = figures.price_table(prices).splitlines()
    assert len(table) == 2 + len(SHARES) + 1
    assert (
        table[-1]
        == f"| all | {prices.error(None, True):.2f} | {prices.error(None, True, True):.2f} |"
    )


def test_rows_hold_every_number(wave, prices):
    table = figures.rows(wave, 0)
    assert np.isnan(table["forecast fed back"][:30]).all()
    np.testing.assert_allclose(table["forecast fed back"][30:], wave.free[0])
    np.testing.assert_allclose(table["forecast from all values before"][1:], wave.next[0])
    weekly = figures.rows(prices, 4)
    np.testing.assert_allclose(weekly["forecast"], prices.expected(4))
    assert {len(column) for column in weekly.values()} == {len(prices.held_out)}


def test_a_card_is_read_out():
    card = models.load(FOLDER, "prices").card
    assert f"no change: {card.baselines['no change']:.3g}" in figures.scored(card)


def test_the_titles_are_the_errors(wave, prices):
    mine = float(np.sqrt(np.mean((wave.free - wave.truth) ** 2)))
    title = figures.wave(wave, "gru")["layout"]["title"]["text"]
    assert title.startswith(f"Alone for 12 steps the network is off by {mine:.2f};")
    said = figures.prices(prices, 0, "gru")["layout"]["title"]["text"]
    better = prices.error(None, True) < prices.error(None, True, True)
    assert ("no better" in said) != better
    assert f"{prices.error(None, True):.2f} %" in said
