"""Forecasts: fed back by hand, errors written out, derivatives against central differences."""

from pathlib import Path

import numpy as np
import plotly.data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.applications import series as engine
from rnn_core.applications.scores import _prices
from rnn_core.applications.series import COUNT, LONGEST, SHARES, STEPS, Forecast
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import settings_of
from rnn_core.tasks.series import NOISE, WAVE_STEPS, Prices
from rnn_core.training import models

FOLDER = Path(__file__).parents[3] / "assets" / "models"


@pytest.fixture(scope="module")
def wave() -> models.Model:
    return models.load(FOLDER, "wave")


@pytest.fixture(scope="module")
def prices() -> Prices:
    table = plotly.data.stocks()
    return Prices.of({name: table[name].to_numpy(dtype=float) for name in SHARES})


@pytest.fixture(scope="module")
def network():
    return models.load(FOLDER, "prices")


@pytest.mark.parametrize("horizon", [1, 2, 9])
def test_each_forecast_is_the_next_input(wave, horizon):
    values = engine.wave_values(3)[:, :20]
    found = engine.go_on(wave.network, values, horizon)
    series = list(values[0])
    for k in range(horizon):  # the whole series again, with the forecasts as values
        following = wave.network.forward(np.array(series)[None, :, None]).outputs[0, -1, 0]
        assert found[0, k] == pytest.approx(following, abs=1e-12)
        series.append(float(following))


def test_a_wave_starts_the_same_for_every_wish(wave):
    short = engine.run_wave(wave.network, engine.wave_values(5), 10, 1)
    long = engine.run_wave(wave.network, engine.wave_values(5), 60, LONGEST)
    np.testing.assert_array_equal(short.values, long.values[:, :11])
    assert short.free[0, 0] == pytest.approx(short.next[0, 9], abs=1e-12)
    assert long.values.shape == (1, STEPS - 1) and long.truth.shape == long.naive().shape
    assert (long.naive() == long.values[0, 59]).all()


def test_next_forecasts_know_only_what_was_before(wave):
    values = engine.wave_values(0)
    changed = values.copy()
    changed[0, 30:] += 1.0
    a, b = (engine.run_wave(wave.network, v, 40, 5).next[0] for v in (values, changed))
    np.testing.assert_allclose(a[:30], b[:30], atol=1e-12)
    assert abs(a[30] - b[30]) > 1e-3


def test_errors_are_roots_of_mean_squares(wave):
    found = engine.errors(wave.network, 40, 12)
    values = engine.waves(np.random.default_rng(engine.SEED), 12, STEPS)
    truth, last = values[:, 40 : 40 + LONGEST], values[:, 39]
    for k in (0, 7, LONGEST - 1):
        assert found.naive[k] == pytest.approx(np.sqrt(((last - truth[:, k]) ** 2).mean()))
        assert found.zero[k] == pytest.approx(np.sqrt((truth[:, k] ** 2).mean()))
    mine = engine.go_on(wave.network, values[:, :40], LONGEST)
    assert found.network[8] == pytest.approx(np.sqrt(((mine - truth)[:, 8] ** 2).mean()))


def test_the_wave_is_better_than_both_naive_forecasts_and_not_than_the_noise(wave):
    found = engine.errors(wave.network, 40, COUNT)
    assert found.network[0] < 0.5 * min(found.naive[0], found.zero[0])
    assert found.network[0] > NOISE


@given(length=st.integers(2, 12), number=st.integers(0, 99))
def test_slopes_are_those_of_central_differences(length, number):
    network = models.load(FOLDER, "wave").network
    values, h = engine.wave_values(number)[0, :length], 1e-6
    found = engine.listens(network, values)
    for k in (0, length - 1):
        step = h * np.eye(length)[k]
        up, down = (
            network.forward((values + s)[None, :, None]).logits[0, -1, 0] for s in (step, -step)
        )
        assert found[k] == pytest.approx((up - down) / (2 * h), abs=1e-7)


def test_prices_errors_are_the_cards(network, prices):
    found = engine.forecast_prices(network.network, prices)
    report = _prices(network, prices)
    assert found.error(None, True) == pytest.approx(report.scores["error in percent"])
    assert found.error(None, True, naive=True) == pytest.approx(report.baselines["no change"])
    each = [found.error(k, True) ** 2 for k in range(len(SHARES))]
    assert np.sqrt(np.mean(each)) == pytest.approx(found.error(None, True))
    card = network.card
    assert found.error(None, True) == pytest.approx(card.scores["error in percent"], rel=1e-3)


def test_prices_and_changes_are_the_same_weeks(network, prices):
    found = engine.forecast_prices(network.network, prices)
    for k in range(len(SHARES)):
        ratio = np.log(found.true(k) / found.last(k))
        np.testing.assert_allclose(ratio, found.changes[k])
        np.testing.assert_allclose(np.log(found.expected(k) / found.last(k)), found.forecast[k])
    weeks = prices.prices.shape[1] - 2
    assert found.held_out.shape == (weeks,)
    counted = prices.batch("validation").weights[0] > 0
    np.testing.assert_array_equal(found.held_out, counted)


def test_directions_are_counted(network, prices):
    found = engine.forecast_prices(network.network, prices)
    each = np.array([found.direction(k) for k in range(len(SHARES))])
    assert tuple(each.sum(0)) == found.direction(None)
    right, rose, weeks = found.direction(0)
    held = found.held_out
    assert weeks == held.sum() and rose == (found.changes[0, held] > 0).sum()
    assert right == ((found.changes[0] > 0) == (found.forecast[0] > 0))[held].sum()


def test_a_forecast_of_next_week_knows_this_week_at_most(network, prices):
    moved = prices.prices.copy()
    moved[:, 60:] *= 1.5
    spread, other = prices.spread, Prices(prices.names, moved)
    found = [
        network.network.forward((p.changes / spread)[:, :-1, None]).outputs[:, :58]
        for p in (prices, other)
    ]
    np.testing.assert_array_equal(*found)


def test_the_settings(prices):
    assert not settings_of(Forecast).keys() & SETTINGS.keys()
    assert set(SHARES) == set(plotly.data.stocks().columns) - {"date"}
    assert prices.prices.shape == (6, 105) and STEPS == LONGEST + WAVE_STEPS + 1
