"""Time series and their forecasts, made once for all readers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.ui import shipped, trained
from pages.ui.results import computing, stored
from rnn_core.applications import series
from rnn_core.applications.probe import Probe
from rnn_core.applications.series import SHARES, Errors, Forecast, PriceForecast, WaveForecast
from rnn_core.training.models import Model


def model(wish: Forecast) -> Model | None:
    """The network of the series asked for; that it cannot be read is said."""
    return trained.model(wish.series)


def wave(wish: Forecast, found: Model) -> tuple[WaveForecast, Errors]:
    """The reader's wave and its forecasts, and how well many waves are forecast."""
    values = series.wave_values(wish.wave)
    with computing():
        mine = series.run_wave(found.network, values, wish.read, wish.horizon)
    return mine, _errors(wish.read, found)


def found(wish: Forecast, model: Model) -> tuple[WaveForecast | PriceForecast, int]:
    """The forecast on screen, and the number of its series."""
    if wish.series == "wave":
        return wave(wish, model)[0], 0
    return price_forecast(model), SHARES.index(wish.share)


@stored()
def _errors(read: int, _found: Model) -> Errors:
    return series.errors(_found.network, read)


def price_forecast(found: Model) -> PriceForecast:
    """Forecasts of all shares."""
    return _price_forecast(found)


@stored()
def _price_forecast(_found: Model) -> PriceForecast:
    return series.forecast_prices(_found.network, shipped.prices())


def slopes(wish: Forecast, found: Model) -> tuple[NDArray[Any], str, str]:
    """Slopes of the last forecast from true values, the cell, and that forecast's name."""
    read = _last(wish)
    with computing():
        slopes = series.listens(found.network, read)
    what = f"step {len(read) + 1}" if wish.series == "wave" else f"{wish.share}'s last week"
    return slopes, found.card.cell, what


def _last(wish: Forecast) -> NDArray[Any]:
    """(T,) what the network has read when it makes that forecast."""
    if wish.series == "wave":
        return np.asarray(series.wave_values(wish.wave)[0, : wish.read])
    return np.asarray(shipped.prices().batch("validation").x[SHARES.index(wish.share), :, 0])


def seen(wish: Forecast, found: Model) -> Probe:
    """The network with the series on screen before it."""
    text = f"{wish.wave} {wish.read}" if wish.series == "wave" else wish.share
    return shipped.reading(found, text)
