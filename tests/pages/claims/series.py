"""Time series: better than the last value again, or not."""

from pages.ui.models import series
from pages.ui.session import Wish
from rnn_core.applications.series import Errors, PriceForecast


def errors(wish: Wish) -> Errors:
    model = series.model(wish.own)
    assert model is not None
    return series.wave(wish.own, model)[1]


def prices(wish: Wish) -> PriceForecast:
    model = series.model(wish.own)
    assert model is not None
    return series.price_forecast(model)


def beats_the_last(wish: Wish) -> bool:
    found, k = errors(wish), wish.own.horizon
    return bool((found.network[:k] < 0.6 * found.naive[:k]).all())


def adds_up(wish: Wish) -> bool:
    found, k = errors(wish), wish.own.horizon - 1
    growth, share = found.network[k] / found.network[0], found.network[k] / found.naive[k]
    return bool(2.5 < growth < 3.5 and 0.4 < share < 0.6)


CLAIMS = {
    "wave": beats_the_last,
    "far": adds_up,
    "prices": lambda w: prices(w).error(None, True) >= 0.98 * prices(w).error(None, True, True),
}
