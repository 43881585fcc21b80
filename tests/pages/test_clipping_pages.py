"""The pages about clipping: links, examples, extremes, and what they say."""

import pytest

from pages.ui.contents import PAGES
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.run import run
from rnn_core.experiment.settings import settings_of
from rnn_core.studies.ceiling import Ceiling
from rnn_core.studies.cliff import Cliff, descend
from tests.pages.reader import clean
from tests.pages.reader import said as words


@pytest.mark.parametrize("scene", ["explosion", "by-value"])
def test_a_scene_is_one_press_away(visit, scene):
    reader = visit("clipping", cell="lstm")
    assert "Clipping is **off**" in words(reader)
    reader.button_group(key="scenes").set_value(scene).run()
    wish = clean(reader).session_state["session"].experiment
    assert f"{run(wish).clipped.angle_degrees:.1f}°" in words(reader)
    assert reader.query_params["clip"] == wish.clip != "off"


def test_every_threshold_is_on_the_slider_and_zero_is_one(visit):
    assert SETTINGS["threshold"].options[0] == 0
    reader = visit("clipping", cell="rnn", clip="norm", threshold="0")
    assert "no learning" in words(reader)


@pytest.mark.parametrize("mode", ["off", "norm", "value"])
def test_an_overflow_has_a_word(visit, mode):
    link = {
        "cell": "rnn",
        "activation": "relu",
        "init": "identity",
        "source": "sine",
        "gain": "3",
        "scale": "4",
        "steps": "200",
        "hidden": "64",
        "clip": mode,
    }
    assert "overflowed" in words(visit("clipping", link))


def test_a_zero_gradient_has_a_word(visit):
    reader = visit("clipping", placement="chosen", chosen="150", clip="norm")
    assert "exactly zero" in words(reader)


def test_the_cliff_tells_its_descents(visit):
    wish = Cliff(w0=5.0, b0=-2.0, rate=0.5, limit=1.0, mode="value", updates=30)
    reader = visit("cliff", w0="5", b0="-2", rate="0.5", limit="1", mode="value", updates="30")
    assert not reader.warning
    said = words(reader)
    assert "Clipped by value" in said
    assert f"{int(descend(wish, 'value').clipped.sum())} of 30 gradients" in said


def test_a_slider_of_the_cliff_moves_it(visit):
    reader = visit("cliff")
    clean(reader.button(key="more").click().run())
    reader.slider(key="own_updates").set_value(5).run()
    assert "after 5 updates" in words(clean(reader))
    assert reader.query_params["updates"] == "5"


@pytest.mark.parametrize("page", ["cliff", "ceiling"])
@pytest.mark.parametrize("end", [0, -1])
def test_every_setting_at_its_ends(visit, page, end):
    link = {}
    for name, s in settings_of(PAGES[page].own).items():
        ends = s.options or (s.low, s.high)
        value = type(s.default)(ends[end])
        link[name] = s.write(value)
    assert not visit(page, link).warning


@pytest.mark.parametrize("page", ["cliff", "ceiling"])
def test_nonsense_in_the_link_is_said_and_does_no_harm(visit, page):
    names = settings_of(PAGES[page].own)
    reader = visit(page, dict.fromkeys(names, "1e999"))
    assert reader.warning and len(reader.warning[0].value.split("\n\n")) == len(names)


def test_the_ceiling_says_its_sentence(visit):
    said = words(visit("ceiling"))
    assert "ceiling, never a floor" in said and "**0 of 200** of the vanishing one" in said
    assert "same to the last digit" in said


def test_no_setting_of_these_pages_has_a_name_of_the_experiments():
    assert not {*settings_of(Cliff), *settings_of(Ceiling)} & SETTINGS.keys()
