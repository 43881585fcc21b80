"""A deck as one file, made by the command: its scenes, questions, links, and what it refuses."""

import re

import pytest

from rnn_core.decks import DeckFault
from scripts.handout import found, main
from tests.handout.reading import messages

DECK = """
title = "Two pictures"
source = "A teacher"
notation = "pytorch"
language = "en"

[[scene]]
id = "norms"
title = "Gradients of the first step"
page = "clipping"
part = "arrows"
settings = { steps = 6, hidden = 3, clip = "norm" }
say = "Look at both arrows."

[scene.question]
ask = "How long is it?"
choices = [{ text = "Short", answer = "No." }, { text = "Long", answer = "Yes." }]
before = { seed = 1 }
then = { seed = 2 }
measure = "norm_before"
bounds = [1]
why = "It is {value}, {below 1: short}."
misconception = "None."

[[scene]]
id = "graph"
title = "The graph"
page = "unrolled"
settings = { steps = 3, hidden = 2 }
say = "Three steps."
"""


@pytest.fixture
def deck(tmp_path):
    """The file of the deck above."""
    file = tmp_path / "mine.toml"
    file.write_text(DECK, encoding="utf-8")
    return file


def test_scenes_questions_and_links(deck, tmp_path, capsys):
    out = tmp_path / "out.html"
    main([str(deck), str(out), "--address", "https://a.university/rnn/"])
    text = out.read_text(encoding="utf-8")
    assert "2 scenes" in capsys.readouterr().out
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["Gradients of the first step", "The graph"]
    assert "<p>Look at both arrows.</p>" in text and "<li>Short</li><li>Long</li>" in text
    keys = [k for k in messages(text) if k.count(".") == 1]
    assert keys == ["0.arrows", "1.unrolled"], "of a page with parts, the scene's part"
    link = re.search(r'href="(https://a.university/rnn/clipping[^"]*)"', text)[1]
    assert "seed=2" in link and "notation=pytorch" in link, "where the question is answered"


def test_what_is_no_deck_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="There is no deck 'nothing'; there are: story, 000"):
        found("nothing")
    with pytest.raises(SystemExit, match="no pictures of their own"):
        main(["story", str(tmp_path / "x.html")])
    broken = tmp_path / "broken.toml"
    broken.write_text("title = 3", encoding="utf-8")
    with pytest.raises(DeckFault):
        found(str(broken))
