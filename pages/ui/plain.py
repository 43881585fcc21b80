"""Text with a stranger's characters in it."""


def plain(text: str) -> str:
    """Text with a stranger's characters in it, without any meaning in Markdown."""
    return "".join("\\" + c if c in MARKS else c for c in text)


MARKS = frozenset("\\`*_{}[]()<>#+-!|~$:&@")
