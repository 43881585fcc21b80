"""What a test may demand of a page session."""

from streamlit.testing.v1 import AppTest


def clean(reader: AppTest) -> AppTest:
    """No exception on the page."""
    assert not reader.exception, [(e.message, e.stack_trace) for e in reader.exception]
    return reader


def as_read(markdown: str) -> str:
    """What a reader sees of text that was shown literally."""
    return markdown.replace(":small[]", "").replace("\\", "")
