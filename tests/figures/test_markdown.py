"""The app's Markdown as HTML, for drawings and hand-outs."""

import pytest

from pages.figures.markdown import inline, to_html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a **b** c", "a <strong>b</strong> c"),
        ("*a* b * c * d", "<em>a</em> b * c * d"),
        ("2 < 3 & `x > 1`", "2 &lt; 3 &amp; <code>x &gt; 1</code>"),
        (r"a\*\*b\*\* \<i\> :small[]x", "a**b** &lt;i&gt; x"),
        (":gray-badge[yours] :material/bolt: now", '<span class="badge">yours</span> now'),
        (":small[so] :gray[it] is", "<small>so</small> it is"),
        ("‖∂L/∂h_t‖ of h_t", "‖∂L/∂h_t‖ of h_t"),
    ],
)
def test_a_line(written, shown):
    assert inline(written) == shown


def test_paragraphs_and_lists():
    assert to_html("One\ntwo.\n\n* a\n  more\n* **b**\n\nEnd") == (
        "<p>One two.</p>\n<ul><li>a more</li><li><strong>b</strong></li></ul>\n<p>End</p>"
    )
    assert to_html("So:\n1. a\n2. b") == "<p>So:</p>\n<ol><li>a</li><li>b</li></ol>"
    assert to_html("**A**  \nb  \n\nc") == "<p><strong>A</strong><br> b</p>\n<p>c</p>"
    assert to_html("##### So it is") == "<p><strong>So it is</strong></p>"
