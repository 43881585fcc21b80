"""The page of time series: links, extremes, and who is said to win."""

import pytest

from pages.ui.models import series
from rnn_core.applications.series import SHARES, Forecast
from rnn_core.experiment.settings import settings_of
from tests.pages.reader import clean
from tests.pages.reader import said as words


def test_the_wave_says_its_errors(visit):
    wish = Forecast(read=25, horizon=7, wave=4)
    said = words(visit("series", read="25", horizon="7", wave="4"))
    _, errors = series.wave(wish, series.model(wish))
    assert f"**{errors.network[0]:.3f}**" in said and f"**{errors.network[6]:.3f}**" in said
    assert "After 25 values" in said and "After 7 steps" in said


@pytest.mark.parametrize("share", SHARES)
def test_prices_say_who_wins(visit, share):
    wish = Forecast(series="prices", share=share)
    said = words(visit("series", series="prices", share=share))
    found, k = series.found(wish, series.model(wish))
    mine, naive = found.error(None, True), found.error(None, True, naive=True)
    assert f"**{mine:.2f} %**" in said and f"**{naive:.2f} %**" in said
    assert ("no better than" in said) == (mine >= naive)
    assert f"({share}: {found.error(k, True):.2f} %" in said


def test_the_controls_follow_the_series(visit):
    reader = visit("series")
    reader.button(key="more").click().run()
    assert {s.key for s in reader.slider} >= {"own_wave", "own_read", "own_horizon"}
    reader.slider(key="own_horizon").set_value(33).run()
    assert reader.query_params["horizon"] == "33" and "After 33 steps" in words(clean(reader))
    reader.selectbox(key="own_series").set_value("prices").run()
    assert not clean(reader).slider and reader.query_params["series"] == "prices"


@pytest.mark.parametrize("series", ["wave", "prices"])
@pytest.mark.parametrize("end", [0, -1])
def test_every_setting_at_its_ends(visit, series, end):
    link = {"series": series}
    for name, s in settings_of(Forecast).items():
        if name != "series":
            ends = s.options or (s.low, s.high)
            link[name] = s.write(type(s.default)(ends[end]))
    assert not visit("series", link).warning


def test_nonsense_in_the_link_is_said(visit):
    reader = visit("series", dict.fromkeys(settings_of(Forecast), "9" * 300))
    assert len(reader.warning[0].value.split("\n\n")) == len(settings_of(Forecast))


@pytest.mark.parametrize("series", ["wave", "prices"])
def test_the_network_goes_to_the_other_pages(visit, series):
    reader = visit("series", series=series)
    (button,) = [b for b in reader.button if b.label == "Look inside"]
    button.click().run()
    assert "is on the other pages now" in words(clean(reader))
    reader.switch_page("gates.py")
    clean(reader.run())
