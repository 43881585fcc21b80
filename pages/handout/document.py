"""One HTML file that opens by double click, without a server and without a network.

The same scripts that draw in the app draw in the file, from the messages that the app sent them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from pages.components.scripts import ASSETS, text
from pages.figures.markdown import inline, to_html
from pages.handout import colours
from pages.handout.exhibit import Exhibit, Sheet, Sweep
from pages.handout.packing import joined, packed, plotly_js

# No address at all may be asked for anything.
POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
# Controls whose answer only the app knows.
UNANSWERED: Final = {
    "heatmaps": ".hm-menus { display: none }",
    "flow": ".choices, .asks { display: none }",
    "wirings": "[data-opens] { display: none }",
}
# Scripts that answer a click by themselves; elsewhere sentences that ask for one are left out.
ANSWERING: Final = frozenset({"cell", "heatmaps", "saturation", "unrolled"})
_ASKED: Final = re.compile(
    r"(?:(?<=[.?!]\s)|^)(?:\*\*)?(?:Click|Press|Switch)\b[^.?!]*[.?!]\s?", re.MULTILINE
)
_EXPORT: Final = "export default function"


def document(title: str, sheets: Sequence[Sheet]) -> str:
    """The file's text."""
    scripts = sorted({e.script for sheet in sheets for e in sheet.exhibits})
    places, raw = joined({f"{n}.{k}": d for n, s in enumerate(sheets) for k, d in _messages(s)})
    about = {"places": places, "sheets": [_about(sheet) for sheet in sheets]}
    body = "\n".join(_sheet(n, sheet, len(sheets) > 1) for n, sheet in enumerate(sheets))
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{html.escape(title)}</title>",
        f"<style>\n{colours.styles()}\n{_asset('handout/handout.css')}\n{_shared(sheets)}</style>",
        f"</head>\n<body>\n{_contents(title, sheets)}<main>\n{body}\n</main>",
        _stored("about", json.dumps(about, ensure_ascii=False).replace("<", "\\u003c")),
        _stored("messages", packed(raw)),
        *([_stored("plotly", plotly_js())] if "plot" in scripts else []),
        *(_component(name) for name in scripts),
        f'<script type="module">\n{_asset("handout/handout.js")}\nstart()\n</script>',
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _messages(sheet: Sheet) -> Iterator[tuple[str, bytes]]:
    """Every message of a sheet: as it is on screen, then of each position of its slider."""
    for exhibit in sheet.exhibits:
        yield exhibit.key, exhibit.data
    if sheet.slider:
        for n, position in enumerate(sheet.slider.positions):
            for key, data in position.data.items():
                yield f"{key}.{n}", data


def _about(sheet: Sheet) -> dict[str, object]:
    sweep = sheet.slider
    return {
        "exhibits": [{"key": e.key, "script": e.script} for e in sheet.exhibits],
        "positions": [p.words for p in sweep.positions] if sweep else [],
        "swept": sorted({key for p in sweep.positions for key in p.data}) if sweep else [],
    }


def _sheet(number: int, sheet: Sheet, several: bool) -> str:
    """A picture: claim, slider, exhibits, conclusions, settings, link."""
    level = "h2" if several else "h1"
    return "\n".join(
        part
        for part in (
            f'<section id="sheet-{number}">',
            f"<{level}>{inline(sheet.claim)}</{level}>",
            to_html(_asking(sheet, sheet.say)),
            _slider(number, sheet.slider) if sheet.slider else "",
            *_shown(number, sheet),
            _settings(sheet),
            _explained(sheet),
            "</section>",
        )
        if part
    )


def _shown(number: int, sheet: Sheet) -> Iterator[str]:
    """Exhibits and words in their order."""
    for each in sheet.shown:
        yield to_html(each) if isinstance(each, str) else _exhibit(number, each)


def _exhibit(number: int, exhibit: Exhibit) -> str:
    """An exhibit's place; with a shadow root where its styles are its own."""
    key = html.escape(exhibit.key)
    inside = exhibit.html
    if exhibit.isolated:
        own = f"<style>{exhibit.css}\n{UNANSWERED.get(exhibit.script, '')}</style>"
        inside = f'<template shadowrootmode="open">{own}{inside}</template>'
    return f'<div class="exhibit" data-exhibit="{number}.{key}">{inside}</div>'


def _slider(number: int, sweep: Sweep) -> str:
    name = f"slider-{number}"
    return (
        f'<div class="sweep"><label for="{name}">{inline(sweep.label)}</label>'
        f'<input type="range" id="{name}" data-sheet="{number}" min="0" step="1" '
        f'max="{len(sweep.positions) - 1}" value="{sweep.start}">'
        f'<output for="{name}">{html.escape(sweep.positions[sweep.start].words)}</output></div>'
    )


def _settings(sheet: Sheet) -> str:
    if not sheet.settings and not sheet.link:
        return ""
    rows = "".join(
        f"<div><dt>{inline(label)}</dt><dd>{html.escape(value)}</dd></div>"
        for label, value in sheet.settings
    )
    link = html.escape(sheet.link)
    way = f'<p>In the app: <a href="{link}">{link}</a></p>' if link else ""
    return f"<details><summary>Settings and link</summary><dl>{rows}</dl>{way}</details>"


def _explained(sheet: Sheet) -> str:
    if not sheet.explained:
        return ""
    words = to_html(_asking(sheet, sheet.explained))
    return f"<details><summary>How to read this</summary>{words}</details>"


def _asking(sheet: Sheet, words: str) -> str:
    """The words, without sentences that ask for a click where nothing would answer."""
    scripts = {exhibit.script for exhibit in sheet.exhibits}
    return words if scripts & ANSWERING else _ASKED.sub("", words)


def _contents(title: str, sheets: Sequence[Sheet]) -> str:
    """A heading and a list of the pictures, where there are several."""
    if len(sheets) == 1:
        return ""
    items = "".join(
        f'<li><a href="#sheet-{n}">{html.escape(sheet.title)}</a></li>'
        for n, sheet in enumerate(sheets)
    )
    return f"<header><h1>{html.escape(title)}</h1><nav><ol>{items}</ol></nav></header>\n"


def _shared(sheets: Sequence[Sheet]) -> str:
    """Styles of the exhibits that have no shadow root, each once."""
    found = {e.script: e.css for s in sheets for e in s.exhibits if not e.isolated}
    return "\n".join(f"{css}\n{UNANSWERED.get(name, '')}" for name, css in found.items())


def _component(name: str) -> str:
    """A component's script; what it would export goes to `components`."""
    source = text(name)
    if source.count(_EXPORT) != 1 or "</script" in source:
        raise ValueError(f"The script of {name} cannot stand in a page.")
    drawn = source.replace(_EXPORT, f";(globalThis.components ??= {{}}).{name} = function")
    return f'<script type="module">\n{drawn}\n</script>'


def _stored(name: str, content: str) -> str:
    return f'<script type="text/plain" id="{name}">{content}</script>'


@cache
def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
