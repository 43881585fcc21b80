"""Time series: a forecast is worth what it is better than."""

from collections.abc import Iterator

import streamlit as st

from pages.components.plot import plot
from pages.figures import series as figures
from pages.figures.model_card import made
from pages.figures.theme import Figure
from pages.ui import page_layout, session, trained
from pages.ui.models import series
from pages.ui.table import Table
from rnn_core.applications.series import SHARES, Forecast
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.models import Model

EXPLAINED = """
**Wave.** Up to the dashed line the network reads true values, and at every one forecasts the next.
From there on each forecast is its next input: errors are read too, and nothing corrects them. The
noise has a standard deviation of 0.1 and cannot be forecast.

**Prices.** The network reads each week's relative change and forecasts the next. A price hardly
moves in a week, so *any* forecast close to the last price lies on the curve. Compare errors with
those of “no change”, on weeks that training never saw: the last quarter. Six shares over two years
are few, and one training is one draw: no proof about markets, nor about networks.

The bars are the derivative of one forecast by every value read before it, from BPTT.
"""

CLAIM = """Right of the dashed line the network reads **its own forecasts**. Is it better than
saying the last value again?

A forecast is worth only what it is **better than**: the last value again costs nothing, and on
stock prices it is hard to beat."""


def picture() -> page_layout.Parts:
    """The series with its forecasts, and their errors beside the naive ones."""
    yield "picture"
    wish = session.own(Forecast)
    found = series.model(wish)
    if found is None:
        return "There is no trained network to check."
    yield from (_wave if wish.series == "wave" else _prices)(wish, found)
    seen = series.seen(wish, found)
    st.expander("The card").markdown(f"{figures.scored(found.card)}\n\n{made([found.card])}")
    trained.look_inside({"": seen}, "this series")
    trained.live_training(found.card)
    return trained.seen(seen)[1]


def _wave(wish: Forecast, model: Model) -> Iterator[str]:
    found, errors, cell = *series.wave(wish, model), model.card.cell
    alt = "A noisy wave, the forecast of each next value, and the network's own forecasts fed back"
    plot(figures.wave(found, cell), key="series", alt=alt, name="wave")
    yield "errors"
    st.markdown(figures.wave_words(found, errors))
    _below(figures.wave_errors(errors, wish.horizon, cell), wish, model)


def _prices(wish: Forecast, model: Model) -> Iterator[str]:
    found, share, cell = series.price_forecast(model), SHARES.index(wish.share), model.card.cell
    alt = "Weekly prices, the network's forecast, and last week's price"
    plot(figures.prices(found, share, cell), key="series", alt=alt, name="prices")
    yield "errors"
    st.markdown(figures.price_words(found, share))
    st.markdown(figures.curve_words(found, share))
    _below(figures.changes(found, share, cell), wish, model)
    st.markdown(figures.price_table(found))


def _below(errors: Figure, wish: Forecast, model: Model) -> None:
    drawn = {"errors": errors, "slopes": figures.listens(*series.slopes(wish, model))}
    for column, (name, figure) in zip(st.columns(2), drawn.items(), strict=True):
        with column:
            plot(figure, key=name, alt=figure["layout"]["title"]["text"], name=name)


def numbers(_: Experiment, __: session.View, wish: Forecast) -> Table:
    """The series on screen with its forecasts; nothing where there is no network."""
    model = series.model(wish)
    return Table(figures.rows(*series.found(wish, model)) if model else {})


page_layout.page("A forecast is worth what it is better than", CLAIM, picture, EXPLAINED, numbers)
