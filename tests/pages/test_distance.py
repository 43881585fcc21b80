"""The page of long-term dependencies: links, extremes, and what it says."""

import numpy as np
import pytest

from pages.figures.theme import number
from pages.ui import loaded_model
from pages.ui.models import distance as distance_model
from rnn_core.applications import distance
from rnn_core.applications.distance import SHORT, Distance
from rnn_core.experiment.settings import settings_of
from rnn_core.tasks.sentences import COUNTRIES
from tests.pages.reader import clean
from tests.pages.reader import said as words


def test_it_says_what_the_engine_measures(visit):
    said = words(visit("distance", gap="12", country="Peru"))
    wish = Distance(gap=12, country="Peru")
    read = distance.sentence(wish)
    for cell, model in distance_model.models().items():
        felt = distance.feel(model.network, [read])
        assert f"{cell.upper()} **{number(float(felt.at_clue('share')[0]))}**" in said
        draws = [distance.feel(n, [read]) for n in distance.untrained(model.network, "keras")]
        middle = np.median([f.at_clue("share")[0] for f in draws])
        assert f"{cell.upper()} **{number(float(middle))}**" in said
        right = sum(COUNTRIES[c] == a for c, a in distance.exchanged(model.network, read).items())
        assert f"{cell.upper()} **{right} of 8** right" in said


def test_the_gap_is_in_the_link(visit):
    reader = visit("distance")
    reader.slider(key="own_gap").set_value(45).run()
    assert reader.query_params["gap"] == "45"
    assert "48 words before the last" in words(clean(reader))


@pytest.mark.parametrize("name", SHORT)
def test_a_short_sentence_has_no_gap_to_set(visit, name):
    reader = visit("distance", sentence=name)
    assert f"“{name}”" in words(reader) and "Exchange the clue" not in words(reader)
    assert not [s for s in reader.slider if s.key == "own_gap"]


@pytest.mark.parametrize("end", [0, -1])
def test_every_setting_at_its_ends(visit, end):
    link = {}
    for name, s in settings_of(Distance).items():
        if name != "sentence":
            ends = s.options or (s.low, s.high)
            link[name] = s.write(type(s.default)(ends[end]))
    assert not visit("distance", link).warning


def test_nonsense_in_the_link_is_said(visit):
    reader = visit("distance", dict.fromkeys(settings_of(Distance), "<b>1e999"))
    assert len(reader.warning[0].value.split("\n\n")) == len(settings_of(Distance))


def test_a_network_goes_to_the_other_pages_with_this_sentence(visit):
    reader = visit("distance", gap="9")
    (button,) = [b for b in reader.button if b.label == "Look inside the GRU"]
    button.click().run()
    assert "is on the other pages now" in words(clean(reader))
    assert reader.query_params["cell"] == "gru" and reader.query_params["weights"]
    assert {"gates", "gradients"} <= set(loaded_model.LOOK_AT)


def test_networks_that_are_not_there_have_a_word(visit, no_networks):
    for page, errors in (("distance", 3), ("series", 1)):
        reader = visit(page)
        assert len(reader.error) == errors
        assert "no trained network" in words(reader)
