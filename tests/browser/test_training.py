"""A network trains in the browser: what is drawn is what the engine computes."""

import numpy as np
import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.training.comparison import Plan, entries
from rnn_core.training.trainer import Trainer

LINK = "/training?task=echo&length=10&batch=8&updates=150&hidden=8&cell=gru"


def losses(app):
    return app.plots()[0]["traces"][0]["y"]


def test_the_drawn_losses_are_the_engines(app):
    app.open(LINK).page.get_by_role("button", name="Start").click()
    app.page.get_by_text("150 of 150 updates").wait_for()
    app.page.get_by_text("agrees with central differences").wait_for()
    app.idle().check_clean()
    (settings,) = entries(
        Experiment(hidden=8, cell="gru"), Plan(task="echo", length=10, batch=8, updates=150)
    ).values()
    engine = [u.loss for u in Trainer(settings).updates()]
    np.testing.assert_allclose(losses(app), engine, rtol=1e-12)


def test_the_plots_are_mended_not_made_anew_while_training(app):
    """The count of drawings of a plot grows: a plot that was made anew would begin at one."""
    app.open(LINK.replace("updates=150", "updates=9999"))
    app.page.get_by_role("button", name="Start").click()
    drawn = []
    for _ in range(30):
        app.page.wait_for_timeout(100)
        drawn.append(int(app.page.locator(".plotly-live").first.get_attribute("data-drawn") or 0))
    app.page.get_by_role("button", name="Pause").click()
    app.idle().check_clean()
    assert drawn == sorted(drawn) and drawn[-1] >= drawn[0] + 5
    paused = losses(app)
    app.page.wait_for_timeout(600)
    assert losses(app) == paused


@pytest.mark.parametrize("versus", ["cell"])
def test_three_runs_have_three_curves_and_three_maps(app, versus):
    app.open(f"{LINK}&versus={versus}").page.get_by_role("button", name="One update").click()
    app.idle()
    curves, _, maps = app.plots()
    assert {t["name"] for t in curves["traces"]} >= {"RNN", "GRU", "LSTM"}
    assert [t["type"] for t in maps["traces"]] == ["heatmap"] * 3
    app.check_clean()


PLAYS = "/training?task=text&reads=plays&hidden=4&batch=2&updates=3"
ELSEWHERE = "**/tinyshakespeare/input.txt"


def fetch(app, answer):
    """Ask for the plays; nothing leaves the machine, `answer` is what comes."""
    app.page.route(ELSEWHERE, answer)
    app.open(PLAYS)
    assert not app.offsite, "asked for it without being told to"
    app.page.get_by_role("button", name="Fetch Shakespeare's plays").click()


def test_a_text_that_cannot_be_fetched_is_said_in_words(app):
    fetch(app, lambda route: route.abort())
    app.page.get_by_text("this needs the internet").wait_for()


def test_a_text_with_another_checksum_is_not_used(app):
    headers = {"Access-Control-Allow-Origin": "*"}
    fetch(app, lambda route: route.fulfill(body="to be or not to be", headers=headers))
    app.page.get_by_text("It is not used").wait_for()
    app.page.get_by_role("button", name="One update").click()
    app.page.get_by_text("1 of 3 updates").wait_for()
    assert not app.page.locator("[data-testid=stException]").count()
