"""The app's own Markdown as HTML: paragraphs, lists, bold, italics, code, small type, badges."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS: Final = (
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^\s*][^*]*?)\*(?![\w*])"), r"<em>\1</em>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r":material/\w+: ?"), ""),
    (re.compile(r":small\[([^\[\]]+)\]"), r"<small>\1</small>"),
    (re.compile(r":gray-badge\[([^\[\]]*)\]"), r'<span class="badge">\1</span>'),
    (re.compile(r":(?:small|gray|primary)\[([^\[\]]*)\]"), r"\1"),
)
_BREAK: Final = "\1"  # stands for the end of a line that ends in two blanks
_HEADING: Final = re.compile(r"#{1,6} ")
_ITEM: Final = re.compile(r"[*-] +|[0-9]+\. +")


def to_html(text: str) -> str:
    """Whole paragraphs and lists."""
    return "\n".join(_block(lines) for lines in _blocks(text))


def inline(text: str) -> str:
    """One line: no paragraph round it.  What is escaped in it means nothing."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(html.escape(found[1]))
        return f"\0{len(kept) - 1}\0"

    line = html.escape(_ESCAPED.sub(keep, text.replace("\0", "")), quote=False)
    for pattern, with_tags in _MARKS:
        line = pattern.sub(with_tags, line)
    line = line.removesuffix(_BREAK).replace(_BREAK, "<br>")
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], line)


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that belong together: a blank line, or the first item of a list, begins anew."""
    block: list[str] = []
    for line in (*text.splitlines(), ""):
        item = _ITEM.match(line)
        if block and (not line.strip() or (item and not _ITEM.match(block[0]))):
            yield block
            block = []
        if line.strip():
            block.append(line.strip() + _BREAK * line.endswith("  "))


def _block(lines: list[str]) -> str:
    if not _ITEM.match(lines[0]):
        heading = _HEADING.match(lines[0])
        words = inline(" ".join([_HEADING.sub("", lines[0], 1), *lines[1:]]))
        return f"<p><strong>{words}</strong></p>" if heading else f"<p>{words}</p>"
    items: list[str] = []
    for line in lines:
        begun = _ITEM.match(line)
        if begun:
            items.append(line[begun.end() :])
        else:
            items[-1] += f" {line}"
    kind = "ul" if lines[0][0] in "*-" else "ol"
    return f"<{kind}>{''.join(f'<li>{inline(item)}</li>' for item in items)}</{kind}>"
