"""The table of settings: what may stand in it, and how a link spells it."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.experiment.experiment import (
    GROUPS,
    SETTINGS,
    TRAINED,
    Experiment,
    matters,
    normalise,
    parse,
    to_params,
)
from rnn_core.experiment.settings import LONGEST_TEXT, clean

DEFAULT = Experiment()


def values(name):
    """Any value the control of this setting can show."""
    setting = SETTINGS[name]
    if setting.options:
        return st.sampled_from(setting.options)
    if setting.kind == "integer":
        return st.integers(int(setting.low), int(setting.high))
    if setting.kind == "number":
        steps = round((setting.high - setting.low) / setting.step)
        return st.integers(0, steps).map(lambda n: setting.snap(setting.low + n * setting.step))
    if setting.group == TRAINED:
        return st.text("0123456789abcdef", min_size=24, max_size=24) | st.just("")
    if setting.parser:
        return st.sampled_from(["1", "1,5-8", "200"])
    return st.text(max_size=LONGEST_TEXT).map(clean)


experiments = st.builds(Experiment, **{name: values(name) for name in SETTINGS})


@given(experiments)
def test_a_link_leads_back_to_its_experiment(e):
    assert parse(to_params(e)) == (e, ())


@given(st.dictionaries(st.sampled_from([*SETTINGS, "foo", "<b>"]), st.text()))
def test_any_link_gives_an_experiment_and_harmless_words(params):
    e, notes = parse(params)
    assert isinstance(e, Experiment)
    assert all(len(note) < 500 for note in notes) and len(notes) <= 7
    assert not set("<>[]`*&$\\~#@|") & set("".join(notes))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_can_be_shown(name):
    setting = SETTINGS[name]
    assert setting.label and setting.help and setting.group in (*GROUPS, TRAINED)
    assert len(setting.words) == len(setting.options)
    assert setting.default == getattr(DEFAULT, name) == setting.snap(setting.default)
    for other, needed in setting.shown:
        for value in needed:
            SETTINGS[other].check(value)


def test_the_default_needs_no_link():
    assert to_params(DEFAULT) == {}
    assert parse({}) == (DEFAULT, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scale", "nan"),
        ("scale", "inf"),
        ("scale", "1e9"),
        ("scale", "1e0"),
        ("scale", "4.01"),
        ("scale", ""),
        ("scale", " 1"),
        ("scale", "-0.5"),
        ("steps", "0"),
        ("steps", "201"),
        ("steps", "20.0"),
        ("steps", "٣٠"),
        ("steps", "9" * 5000),
        ("threshold", "1000"),
        ("cell", "LSTM"),
        ("cell", "<script>alert(1)</script>"),
        ("chosen", "1-"),
        ("chosen", "1,2,x"),
        ("chosen", "8-5"),
        ("chosen", "0"),
        ("chosen", ""),
        ("text", "x" * (LONGEST_TEXT + 1)),
    ],
)
def test_a_bad_value_keeps_the_default_and_says_so(name, text):
    e, notes = parse({name: text, "seed": "7"})
    assert e == Experiment(seed=7)
    assert len(notes) == 1 and SETTINGS[name].label in notes[0] and "Using" in notes[0]


def test_an_unknown_name_is_named():
    e, notes = parse({"colour": "red"})
    assert e == DEFAULT
    assert notes == ("“colour” is not a setting of this app.",)


def test_a_flood_of_bad_names_gives_a_few_words():
    _, notes = parse({f"x{i}": "1" for i in range(1000)})
    assert len(notes) == 7 and "994 more" in notes[-1]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("scale", "1.52", 1.5),
        ("scale", "4", 4.0),
        ("threshold", "3", 2.0),
        ("threshold", "100", 100.0),
        ("forget_bias", "-2", -2.0),
        ("text", "a\tb\nc\x00\ud800", "a b c"),
        ("text", "", ""),
        ("chosen", "1, 5-8", "1,5-8"),
    ],
)
def test_values_take_the_form_their_control_can_show(name, text, value):
    assert parse({name: text}) == (replace(DEFAULT, **{name: value}), ())


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"cell": "elman"}, {"scale": float("nan")}, {"hidden": 3.5}]
)
def test_a_wrong_experiment_cannot_be_made(wrong):
    with pytest.raises(ValueError, match=r"expected .*, got "):
        Experiment(**wrong)


def test_an_experiment_is_frozen_and_can_be_a_key():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.cell = "gru"
    assert {Experiment(): 1}[Experiment()] == 1
    assert len(fields(Experiment)) == len(SETTINGS)


def test_settings_of_other_cells_do_not_matter_but_stay():
    e = Experiment(cell="rnn", forget_bias=2.0, clip="off", threshold=5.0)
    assert not matters(e, "forget_bias") and matters(e, "forget_bias", every_cell=True)
    assert normalise(e) == Experiment(cell="rnn")
    assert normalise(replace(e, cell="lstm", clip="norm")) == Experiment(
        cell="lstm", forget_bias=2.0, clip="norm", threshold=5.0
    )
