"""A reader's own text, shown as it was typed: in Markdown and in Plotly's figures."""

import re
from typing import Final

# Streamlit's Markdown looks for links (www., https://, an @), emoji, icons and arrows once more in
# the finished text, where an escaped character is like any other. An element without content splits
# the text there, and is not seen: it has no width, and copied text is what was typed.
_NOTHING: Final = ":small[]"
_JOINTS: Final = re.compile(r"(?<=w)(?=\.)|(?=[:@])|(?<=[-<>~])(?=[->=])", re.IGNORECASE)
_MARKS: Final = re.compile(r"([!#$&()*+\-./:<=>@\[\\\]_`{|}~])")
_TAGS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;"}


def in_markdown(text: str) -> str:
    """The text without any meaning in Streamlit's Markdown, on one line.

    For paragraphs, labels, help and table cells alike; not behind a colon without a blank."""
    parts = _JOINTS.split(" ".join(text.split()))
    return _NOTHING.join(_MARKS.sub(r"\\\1", part) for part in parts)


def in_plot(text: str) -> str:
    """The text without any meaning in a Plotly figure: titles, ticks, names, hover templates.

    Plotly reads some HTML (`<b>`, `<a href>`), leaves out other tags, and fills in `%{x}`."""
    return "".join(_TAGS.get(c, c) for c in text)
