"""Forecasts of time series: step by step, and with the network's own output fed back.

At every step the network reads a value and forecasts the next one.  From some step on it may be
left to itself: it then reads its own forecasts, and knows nothing of the series any more.  Every
error stands beside that of a naive forecast: the last value again, and for prices no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.experiment.settings import choice, whole
from rnn_core.tasks.series import WAVE_STEPS, Prices, waves

GROUP: Final = "The series"
SHARES: Final = ("GOOG", "AAPL", "AMZN", "FB", "NFLX", "MSFT")
FIRST_READ, LONGEST = 10, WAVE_STEPS  # values read before the network is left to itself; horizon
STEPS: Final = 2 * WAVE_STEPS + 1  # of a wave: room for the longest wish
COUNT: Final = 300  # waves that errors are measured on
SEED: Final = 20_002


@dataclass(frozen=True)
class Forecast:
    """Reader's settings: the series, and how far it is forecast."""

    series: str = choice(
        "wave",
        "Series",
        GROUP,
        {"wave": "noisy wave", "prices": "stock prices"},
        help="A wave of two sines with noise, made here; or weekly prices that ship with Plotly.",
    )
    wave: int = whole(
        0,
        "Which wave",
        GROUP,
        0,
        99,
        shown={"series": ("wave",)},
        help="Its two periods, phases and noise are drawn afresh; training never saw it.",
    )
    read: int = whole(
        40,
        "Values read",
        GROUP,
        FIRST_READ,
        WAVE_STEPS,
        shown={"series": ("wave",)},
        help="After so many values the network is left to itself. Training had 60.",
    )
    horizon: int = whole(
        20,
        "Horizon",
        GROUP,
        1,
        LONGEST,
        shown={"series": ("wave",)},
        help="So many steps it reads its own forecasts.",
    )
    share: str = choice(
        SHARES[0],
        "Share",
        GROUP,
        {s: s for s in SHARES},
        shown={"series": ("prices",)},
        help="Prices of 2018 and 2019 by that of the first week.",
    )


# -- the wave ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class WaveForecast:
    """A wave, the forecast of each next value, and what the network goes on to write."""

    values: Array  # (N, read + horizon)
    next: Array  # (N, read + horizon - 1) of value 1 on, each from all true values before it
    free: Array  # (N, horizon) from value `read` on, from its own forecasts
    read: int

    @property
    def truth(self) -> Array:
        """(N, horizon) what there was to write."""
        return np.asarray(self.values[:, self.read :])

    def naive(self) -> Array:
        """(N, horizon) the last value read, again and again."""
        return np.repeat(self.values[:, self.read - 1 : self.read], self.truth.shape[1], axis=1)


def wave_values(number: int) -> Array:
    """(1, STEPS) a wave that no network was trained on; its start is the same for every wish."""
    return waves(np.random.default_rng((SEED, number)), 1, STEPS)


def run_wave(network: Network, values: Array, read: int, horizon: int) -> WaveForecast:
    """Read, and go on alone."""
    values = values[:, : read + horizon]
    following = network.forward(values[:, :-1, None]).outputs[..., 0]
    return WaveForecast(values, following, go_on(network, values[:, :read], horizon), read)


def go_on(network: Network, values: Array, horizon: int) -> Array:
    """(N, horizon) forecasts after (N, T) values; each is read as if it were the next value."""
    trace = network.forward(values[..., None])
    first = trace.outputs[:, -1]
    if horizon == 1:
        return np.asarray(first)
    rest = network.generate(first, horizon - 1, trace.final).outputs[..., 0]
    return np.concatenate([first, rest], axis=1)


@dataclass(frozen=True, eq=False)
class Errors:
    """Root mean squared error over many waves, by how many steps ahead."""

    network: Array  # (LONGEST,)
    naive: Array
    zero: Array
    count: int


def errors(network: Network, read: int, count: int = COUNT) -> Errors:
    """Of forecasts 1, 2, ... steps ahead, on waves that nobody was trained on."""
    values = waves(np.random.default_rng(SEED), count, STEPS)
    found = run_wave(network, values, read, LONGEST)
    zero = np.zeros_like(found.truth)
    mine, naive, zeros = (rmse(f, found.truth) for f in (found.free, found.naive(), zero))
    return Errors(mine, naive, zeros, count)


def rmse(forecast: Array, truth: Array) -> Array:
    """Root mean squared error over the first axis."""
    return np.asarray(np.sqrt(np.mean(np.square(forecast - truth), axis=0)))


def listens(network: Network, values: Array) -> Array:
    """(T,) d(forecast)/d(value) of the next value after T values: which of them it goes by."""
    trace = network.forward(values[None, :, None])
    seed = np.zeros_like(trace.logits)
    seed[:, -1] = 1.0
    return np.asarray(network.backward(trace, seed).layers[0].x[0, :, 0])


# -- prices --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class PriceForecast:
    """All shares, each week's change forecast from the changes before it.  Changes are logarithms
    of a week's price over that of the week before; the first that can be forecast is the second.
    """

    prices: Prices
    changes: Array  # (S, W-2) what happened
    forecast: Array  # (S, W-2) what was expected

    @property
    def held_out(self) -> Array:
        """(W-2,) weeks that training never saw."""
        return np.arange(1, self.changes.shape[1] + 1) >= self.prices.cut

    def error(self, share: int | None, held_out: bool, naive: bool = False) -> float:
        """Root mean squared error of the change in percent, of a share or of all of them."""
        weeks = self.held_out if held_out else ~self.held_out
        wrong = self.changes - (0.0 if naive else self.forecast)
        wrong = wrong if share is None else wrong[share : share + 1]
        return float(100 * np.sqrt(np.mean(np.square(wrong[:, weeks]))))

    def direction(self, share: int | None) -> tuple[int, int, int]:
        """Held-out weeks whose direction was right; those that rose; all of them."""
        rows = slice(None) if share is None else slice(share, share + 1)
        truth, said = (a[rows][:, self.held_out] for a in (self.changes, self.forecast))
        right = np.sign(truth) == np.sign(said)
        return int(right.sum()), int((truth > 0).sum()), truth.size

    def expected(self, share: int) -> Array:
        """(W-2,) next week's price by the network: this week's, changed as it expects."""
        return np.asarray(self.last(share) * np.exp(self.forecast[share]))

    def last(self, share: int) -> Array:
        """(W-2,) next week's price by the naive forecast: this week's."""
        return np.asarray(self.prices.prices[share, 1:-1])

    def true(self, share: int) -> Array:
        """(W-2,) next week's price."""
        return np.asarray(self.prices.prices[share, 2:])


def forecast_prices(network: Network, prices: Prices) -> PriceForecast:
    """Every share read from its first week on."""
    read = prices.batch("validation").x
    outputs = network.forward(read).outputs[..., 0]
    return PriceForecast(prices, prices.changes[:, 1:], outputs * prices.spread)
