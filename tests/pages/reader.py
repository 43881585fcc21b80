"""Checks of a page session that several tests share."""

from streamlit.testing.v1 import AppTest


def clean(reader: AppTest) -> AppTest:
    """No exception on the page."""
    assert not reader.exception, [(e.message, e.stack_trace) for e in reader.exception]
    return reader


def as_read(markdown: str) -> str:
    """Visible text of Markdown that shows a text literally."""
    return markdown.replace(":small[]", "").replace("\\", "")


def said(reader: AppTest) -> str:
    """All words on the page: its Markdown and its captions."""
    return " ".join(each.value for kind in (reader.markdown, reader.caption) for each in kind)


def press(reader: AppTest, label: str) -> AppTest:
    """Press the one button of this label."""
    (button,) = [b for b in reader.button if b.label == label]
    return clean(button.click().run())
