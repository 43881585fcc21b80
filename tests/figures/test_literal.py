"""A reader's text without meaning; what Streamlit and Plotly make of it: tests/browser."""

import numpy as np
import pytest

from pages.figures import training
from pages.figures.cautions import cautions
from pages.figures.gradients import Curve, gradient_norms
from pages.figures.literal import in_markdown, in_plot
from pages.figures.sentiment import short


def test_punctuation_is_escaped_and_letters_are_not():
    assert in_markdown("añ 1, “日” −?") == "añ 1, “日” −?"
    assert in_markdown(r"(a\b) #1. *x* `y` | z_1") == r"\(a\\b\) \#1\. \*x\* \`y\` \| z\_1"


@pytest.mark.parametrize("text", ["https://x.y", "www.x.y", "a@x.y", ":smile:", "a -> b", "x >= y"])
def test_what_is_found_in_finished_text_is_split(text):
    shown = in_markdown(text)
    assert ":small[]" in shown
    assert shown.replace(":small[]", "").replace("\\", "") == text


def test_white_space_begins_no_block():
    assert in_markdown("    a\n\n\tb ") == "a b"


def test_plotly_finds_no_tag_entity_or_template():
    assert in_plot("<b>&amp;%{x}") == "&lt;b&gt;&amp;amp;%&#123;x}"


def test_figures_and_their_words_use_it():
    assert short(("<b>", "a"), ("<b>",)) == ["□ &lt;b&gt;", "a"]
    assert "www:small[]" in cautions("Unknown", ["www.x.y"], "", 1, 2)
    curve = Curve("rnn", "h", np.ones(2))
    (line, *_) = gradient_norms([curve], loss="L", labels=("<",))["data"]
    assert "“&lt;”" in line["customdata"][1]
    assert training._code("a:material/home:") == "`a:`:small[]`material/home:`"
