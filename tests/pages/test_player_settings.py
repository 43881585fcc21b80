"""The player's settings in a link: read, written, refused, and named in the README."""

import re
from pathlib import Path

import pytest

from pages.ui import session
from pages.ui.contents import PAGES
from pages.ui.session import PLAYING
from pages.ui.shelf import LINKED
from rnn_core.decks.playing import Playing
from rnn_core.experiment.settings import to_params
from tests.pages.reader import clean

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TABLE = README[README.index("| in the link | values |") :].split("\n\n")[0]
EXAMPLES = {
    "deck": ("000", "mine"),
    "scene": ("the-rnn-node",),
    "answers": ("off",),
    "present": ("1",),
    "frame": ("only",),
    "controls": ("scale", "scale,clip", "none"),
}
WRONG = {
    "answers": ("maybe", "0", ""),
    "present": ("2", "yes", ""),
    "frame": ("none", "<b>", ""),
    "controls": ("Scale", "a;b", "a,,b", "<script>", ","),
}


def test_every_setting_is_told_of_and_no_other():
    assert re.findall(r"^\| `(\w+)`", TABLE, re.MULTILINE) == list(PLAYING) == list(EXAMPLES)


@pytest.mark.parametrize("name", PLAYING)
def test_the_values_that_the_readme_names_are_those_there_are(name):
    row = next(line for line in TABLE.splitlines() if line.startswith(f"| `{name}`"))
    told = re.findall(r"`([^`]+)`", row.split("|")[2])
    if PLAYING[name].options:
        assert told == list(PLAYING[name].options)
    assert all(PLAYING[name].read(value) == value for value in told)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in EXAMPLES.items() for v in vs])
def test_a_setting_is_read_and_written_back(name, value):
    wish = session.read({name: value}, PAGES["gates"])
    assert not wish.notes and to_params(wish.playing) == {name: value}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in WRONG.items() for v in vs])
def test_what_cannot_be_read_keeps_its_default_and_leaves_a_note(name, value):
    wish = session.read({name: value, "cell": "gru"}, PAGES["gates"])
    assert wish.playing == Playing() and wish.experiment.cell == "gru"
    assert len(wish.notes) == (0 if (name, value) == ("controls", "") else 1)
    assert not any("<" in note for note in wish.notes)


def test_no_setting_of_a_page_has_such_a_name():
    taken = {"pack", "done", *PLAYING}
    assert not any(taken & set(settings) for settings in LINKED.values())


def test_the_settings_stay_in_the_link_while_a_control_moves(visit):
    link = {"cell": "gru", "frame": "only", "controls": "scale"}
    reader = visit("gates", link)
    (slider,) = [s for s in reader.slider if s.key.startswith("set_")]
    assert slider.key == "set_scale" and not reader.button and not reader.header
    slider.set_value(2.0)
    assert clean(reader.run()).query_params == {**link, "scale": "2"}


@pytest.mark.parametrize("page", [n for n, p in PAGES.items() if p.scenic])
def test_every_picture_stands_alone_in_a_frame(visit, page):
    reader = visit(page, frame="only", controls="none")
    assert not reader.warning and not reader.header
    assert not [w for w in (*reader.slider, *reader.selectbox) if w.key.startswith("set_")]
