"""Decks: what is written is read back, whatever is wrong is named, questions are judged."""

import math

import pytest

from rnn_core.decks import (
    MOST_SCENES,
    Choice,
    Deck,
    DeckFault,
    Question,
    Scene,
    asked_again,
    because,
    holds,
    judge,
    measured,
    read_deck,
    read_file,
    setup,
    write_deck,
)
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.settings import settings_of
from rnn_core.studies.scalar import Scalar

PAGES = {"gradients": SETTINGS, "scalar": settings_of(Scalar)}

GOOD = """\
title = "Two scenes"
source = "A test"
notation = "house"
language = "en"

[[scene]]
id = "left"
title = "What is left"
page = "gradients"
settings = { cell = "rnn", steps = 50 }
say = "Look at the left end."
exactly = "By norms: |w| < 1 is enough, and not needed."
controls = ["scale", "steps"]

[scene.question]
ask = "How much is left?"
choices = [
  { text = "Little", answer = "With larger weights more." },
  { text = "Some", answer = "It depends." },
  { text = "Much", answer = "With smaller weights less." },
]
then = { hidden = 32 }
measure = "gradient_left"
parameters = { state = "h" }
bounds = [-6, -1]
general = true
why = "It is {value}, {below -6: next to nothing}."
misconception = "Gradients stay."

[[scene]]
id = "one-unit"
title = "One unit"
page = "scalar"
settings = { w = 1.5, phi = "tanh" }
say = "Follow the product."
topic = "Units"
"""


def good() -> Deck:
    return read_deck(GOOD, PAGES)


def line_of(words: str, text: str) -> int:
    """The first line with these words, from 1."""
    return next(k for k, line in enumerate(text.splitlines(), 1) if words in line)


def refused(text: str) -> DeckFault:
    with pytest.raises(DeckFault) as found:
        read_deck(text, PAGES, "mine.toml")
    assert found.value.file == "mine.toml" and str(found.value).startswith("mine.toml")
    return found.value


# -- reading and writing -------------------------------------------------------------------------


def test_a_deck_is_read_as_it_says():
    deck = good()
    first, second = deck.scenes
    assert (deck.title, deck.notation, deck.language) == ("Two scenes", "house", "en")
    assert first.settings == {"cell": "rnn", "steps": 50} and first.controls == ("scale", "steps")
    assert first.question and first.question.bounds == (-6.0, -1.0) and first.question.general
    assert second.question is None and second.topic == "Units" and second.controls == ()
    assert deck.topics == {"": (first,), "Units": (second,)}
    assert deck.link(second) == {"notation": "house", "w": "1.5", "phi": "tanh"}


def test_before_and_then_lie_over_the_scenes_settings():
    scene = good().scenes[0]
    assert scene.before == {"cell": "rnn", "steps": 50}
    assert scene.then == {"cell": "rnn", "steps": 50, "hidden": 32}


@pytest.mark.parametrize("text", ['He said "no"', 'ends in a quote"', "σₘₐₓ γ ≥ ½, hₜ₋₁", "' ''"])
def test_what_is_written_is_read_back(text):
    first, second = good().scenes
    assert first.question
    question = Question(
        text,
        (Choice(text, "a"), Choice("b", text)),
        "keeps_most",
        "{value}: {is gru: so}",
        "m",
        bounds=(),
        names=("rnn", "gru"),
    )
    named = Scene("names", text, "gradients", text, text, exactly=text, question=question)
    deck = Deck("t", text, "000", "pt-BR", (first, second))
    assert read_deck(write_deck(deck), PAGES) == deck
    written = write_deck(Deck("t", "s", "000", "en", (named,)))
    with pytest.raises(DeckFault, match="a choice for each"):  # three cells, two choices
        read_deck(written, PAGES)


def test_numbers_keep_their_kind_and_a_text_is_read_as_its_number():
    deck = read_deck(GOOD.replace("w = 1.5", 'w = "1.5"'), PAGES)
    assert deck.scenes[1].settings["w"] == 1.5
    assert write_deck(deck) == write_deck(good())


def test_a_file_is_read_or_named(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_file(path, PAGES) == good()
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(DeckFault, match=r"a\.toml: The file cannot be read"):
        read_file(path, PAGES)
    with pytest.raises(DeckFault, match="cannot be read"):
        read_file(tmp_path / "none.toml", PAGES)


# -- faults --------------------------------------------------------------------------------------

FAULTS = [  # what is replaced, by what, what the reason says
    ('page = "scalar"', 'page = "nowhere"', "Unknown page"),
    ('page = "scalar"', "page = 3", "expected a text"),
    ('page = "scalar"', 'page = "gradients"', "no setting of the page gradients"),
    ("w = 1.5", "w = 9.0", "from 0 to 8"),
    ("w = 1.5", "w = 1.52", "goes in steps"),
    ("w = 1.5", "w = true", "expected a text or a number"),
    ("w = 1.5", "w = [1]", "expected a text or a number"),
    ('phi = "tanh"', 'phi = "cosine"', "expected one of"),
    ("steps = 50", "steps = 50.5", "whole number"),
    ("steps = 50", "colour = 1", "no setting of the page"),
    ('settings = { w = 1.5, phi = "tanh" }', "settings = 4", "expected a table"),
    ('["scale", "steps"]', '["scale", "w"]', "no setting of the page"),
    ('["scale", "steps"]', '["scale", "scale"]', "there twice"),
    ('["scale", "steps"]', '["scale", "steps", "cell", "init"]', "expected 0 to 3"),
    ('["scale", "steps"]', '"scale"', "expected a list"),
    ('measure = "gradient_left"', 'measure = "beauty"', "Unknown measure"),
    ('{ state = "h" }', '{ state = "x" }', "expected one of h, c"),
    ('{ state = "h" }', "{ unit = 3 }", "unknown parameter"),
    (
        '"gradient_left"\nparameters = { state = "h" }',
        '"gained"\nparameters = { setting = "beauty", instead = "1" }',
        "setting: expected one of",
    ),
    (
        '"gradient_left"\nparameters = { state = "h" }',
        '"gained"\nparameters = { setting = "scale", instead = "9" }',
        "from 0.1 to 4",
    ),
    (
        '"gradient_left"\nparameters = { state = "h" }',
        '"gained"\nparameters = { setting = "scale" }',
        "instead is missing",
    ),
    (
        '"gradient_left"\nparameters = { state = "h" }',
        '"lowest_gate"\nparameters = { gate = "garden" }',
        "gate: expected one of",
    ),
    ("bounds = [-6, -1]", "bounds = [-6]", "3 choices cover all numbers with 2 bounds"),
    ("bounds = [-6, -1]", "", "3 choices cover all numbers with 2 bounds"),
    ("bounds = [-6, -1]", "bounds = [-1, -6]", "larger than the one before"),
    ("bounds = [-6, -1]", "bounds = [-6, -6]", "larger than the one before"),
    ("bounds = [-6, -1]", "bounds = [-6, inf]", "finite"),
    ("bounds = [-6, -1]", 'bounds = ["a", "b"]', "finite numbers"),
    ("bounds = [-6, -1]", f"bounds = [-6, 1{'0' * 400}]", "finite numbers"),
    ("bounds = [-6, -1]", "bounds = [false, true]", "finite numbers"),
    ("steps = 50", f"steps = 1{'0' * 400}", "whole number"),
    ("w = 1.5", "w = nan", "from 0 to 8"),
    ("w = 1.5", "w = 2026-01-01", "expected a text or a number"),
    ("bounds = [-6, -1]", 'bounds = [-6, -1]\nnames = ["rnn"]', "gives a number"),
    ("general = true", 'general = "yes"', "true or false"),
    ("{value}", "a value", "{value} in it once"),
    ("{value}", "{value} {value}", "{value} in it once"),
    ("{value}", "{value} {seed}", "expected {value}, or a claim"),
    ("{below -6: next to nothing}", "nothing", "a claim about the value"),
    ("{below -6: next to nothing}", "{below six: nothing}", "expected a number"),
    ("{below -6: next to nothing}", "{is rnn: nothing}", "never is"),
    ("{below -6: next to nothing}", "{below -6: nothing", "expected"),
    ('text = "Some"', 'text = "Little"', "there twice"),
    ('text = "Some", ', "", "The key text is missing"),
    ('text = "Some"', 'text = "Some", right = true', "Unknown key"),
    ('  { text = "Some", answer = "It depends." },', "  3,", "expected a table"),
    ('id = "one-unit"', 'id = "left"', "there twice"),
    ('id = "one-unit"', 'id = "One unit"', "expected such as"),
    ('topic = "Units"', 'subject = "Units"', "Unknown key"),
    ('topic = "Units"', 'part = "a b"', "expected such as"),
    ('say = "Follow the product."', "", "The key say is missing"),
    ('say = "Follow the product."', 'say = " "', "an empty one"),
    ('say = "Follow the product."', f'say = "{"x" * 501}"', "at most 500 characters"),
    ('say = "Follow the product."', 'say = """Follow\nit"""', "one line of plain text"),
    ('say = "Follow the product."', 'say = "a\\u202eb"', "without a shape"),
    ('notation = "house"', 'notation = "999"', "Unknown notation"),
    ('language = "en"', 'language = "English"', "such as en"),
    ('source = "A test"', "", "The key source is missing"),
    ('title = "Two scenes"', "title = Two scenes", "This is no TOML"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FAULTS)
def test_a_fault_is_named(old, new, reason):
    assert GOOD.count(old) == 1
    fault = refused(GOOD.replace(old, new))
    assert reason in fault.reason


@pytest.mark.parametrize(("old", "new", "reason"), [f for f in FAULTS if f[1] and "\n" not in f[1]])
def test_a_fault_has_its_line(old, new, reason):
    at = line_of(old, GOOD)
    fault = refused(GOOD.replace(old, new))
    if new == 'page = "gradients"':  # the settings are then the other page's
        at = line_of("settings = { w", GOOD)
    assert fault.line == at and reason in fault.reason


def test_a_missing_key_is_said_at_its_scene():
    fault = refused(GOOD.replace('say = "Follow the product."\n', ""))
    assert fault.line == line_of('id = "one-unit"', GOOD) - 1


def test_lines_are_found_behind_texts_of_several_lines():
    text = GOOD.replace('source = "A test"', 'source = """A\n[[scene]]\npage = "x"\n"""')
    fault = refused(text)  # the text has line breaks, which no text may
    assert fault.line == 2
    fault = refused(GOOD.replace('say = "Look', "say = '''\\\n[[scene]]''' # Look"))
    assert fault.line >= 10


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x",
        "<b>",
        "</a>",
        "a &lt; b",
        "[a](b)",
        "![a][b]",
        "`a`",
        "a **b**",
        "$x$",
        "~~a~~",
        ":red[a]",
        ":material/home:",
        "https://a.b",
        "www.a.b",
        "_a_",
        "# a",
        "> a",
        "a\\\\b",
    ],
)
def test_markup_is_refused(markup):
    fault = refused(GOOD.replace("Follow the product.", markup))
    assert "could be markup" in fault.reason and fault.line == line_of("Follow", GOOD)


@pytest.mark.parametrize(
    "plain", ["w < 1 and |w| > 1", "σₘₐₓ γ, W_hh hₜ₋₁", "a: b (c) – d’s 3·10⁻⁷"]
)
def test_what_is_no_markup_is_not(plain):
    assert read_deck(GOOD.replace("Follow the product.", plain), PAGES).scenes[1].say == plain


def test_a_deck_has_no_more_scenes_than_can_be_played():
    scene = '\n[[scene]]\nid = "s{0}"\ntitle = "a"\npage = "scalar"\nsay = "b"\n'
    head = GOOD.split("[[scene]]")[0]
    most = head + "".join(scene.format(k) for k in range(MOST_SCENES))
    assert len(read_deck(most, PAGES).scenes) == MOST_SCENES
    for many in (MOST_SCENES + 1, 5_000):
        fault = refused(head + "".join(scene.format(k) for k in range(many)))
        assert "expected 1 to 200" in fault.reason or "at most 500,000 bytes" in fault.reason
    assert "expected 1 to 200" in refused(head).reason  # and one at least


def test_what_is_too_large_or_too_deep_is_refused():
    assert "bytes" in refused(GOOD + "#" * 500_001).reason
    refused("a = " + "[" * 5_000 + "]" * 5_000)
    refused("title = '\ud800'")
    refused(f"title = {'9' * 5_000}")
    assert "Unknown key" in refused(".".join("a" * 5_000) + " = 1").reason


def test_a_general_question_needs_a_seed():
    text = GOOD.replace('page = "gradients"', 'page = "scalar"').replace(
        'settings = { cell = "rnn", steps = 50 }', ""
    )
    text = text.replace('controls = ["scale", "steps"]', "").replace("then = { hidden = 32 }", "")
    fault = refused(text)
    assert "no seed" in fault.reason and fault.line == line_of("general", text)


def test_names_are_for_measures_that_give_names():
    text = GOOD.replace('"gradient_left"', '"keeps_most"').replace('{ state = "h" }', "{}")
    text = text.replace("{below -6:", "{is rnn:")
    assert "expected names, not bounds" in refused(text).reason
    named = text.replace("bounds = [-6, -1]", 'names = ["rnn", "gru", "lstm"]')
    deck = read_deck(named, PAGES)
    assert deck.scenes[0].question and read_deck(write_deck(deck), PAGES) == deck
    for wrong in ('["rnn", "gru"]', '["rnn", "gru", "gru"]', '["rnn", "gru", "mgu"]', "[1, 2, 3]"):
        fault = refused(named.replace('["rnn", "gru", "lstm"]', wrong))
        assert "each of rnn, gru, lstm once" in fault.reason
    assert "never is" in refused(named.replace("{is rnn:", "{is mgu:")).reason


# -- judging -------------------------------------------------------------------------------------


def question() -> Question:
    found = good().scenes[0].question
    assert found
    return found


@pytest.mark.parametrize(
    ("value", "right"),
    [(-math.inf, 0), (-6.1, 0), (-6.0, 1), (-1.1, 1), (-1.0, 2), (5.0, 2), (math.inf, 2)],
)
def test_bounds_divide_the_line(value, right):
    assert judge(question(), value) == right


def test_what_is_no_number_is_not_judged():
    with pytest.raises(ValueError, match="nan"):
        judge(question(), math.nan)
    with pytest.raises(ValueError, match="not in"):
        judge(question(), "lstm")


def test_why_says_the_value_and_only_what_is_true():
    assert because(question(), -7.0) == "It is 10⁻⁷, next to nothing."
    assert because(question(), -2.0) == "Measured here: 0.01."
    assert holds(question(), -7.0) and not holds(question(), -6.0)


def test_the_measure_runs_on_then_and_a_general_one_on_five_seeds():
    scene = good().scenes[0]
    at = setup(PAGES["gradients"], scene.then)
    assert at.experiment == Experiment(cell="rnn", steps=50, hidden=32) and at.own == {}
    several = asked_again(scene, at)
    assert [s.experiment.seed for s in several] == [0, 1, 2, 3, 4]
    values = [measured(question(), s) for s in several]
    assert len(set(values)) == 5 and {judge(question(), v) for v in values} == {0}
    unit = setup(PAGES["scalar"], good().scenes[1].then)
    assert unit.own == {"w": 1.5, "n": 50, "phi": "tanh", "h0": 0.5, "x": 0.0}
