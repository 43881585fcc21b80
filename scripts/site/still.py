"""Plain HTML of a page for the time in which Python is fetched, made of the app's parts.

The first page shows its first act, drawn from the numbers that the app itself computes.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from pages.components.scripts import styles
from pages.figures.story import canvas, reading
from pages.ui.contents import FIRST, PAGES, SECTIONS
from pages.ui.models import story
from pages.ui.shelf import shelf
from rnn_core.decks.syllabus import STORY
from rnn_core.studies.story import Story
from scripts.site.archives import ROOT
from scripts.site.inputs import HERE

NAMES: Final = {  # of the theme's settings -> of the properties that components draw with
    "primaryColor": "primary-color",
    "backgroundColor": "background-color",
    "secondaryBackgroundColor": "secondary-background-color",
    "textColor": "text-color",
    "borderColor": "border-color",
}
CURRENT: Final = ' aria-current="page"'
SCALES: Final = {"chartCategoricalColors": "chart", "chartDivergingColors": "d"}


def style() -> str:
    """The style sheet, with the colours of .streamlit/config.toml for light and for dark."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    sheet = (HERE / "still.css").read_text(encoding="utf-8")
    for mode in ("light", "dark"):
        lines = "\n".join(f"  --{name}: {value};" for name, value in _colours(config, mode))
        sheet = sheet.replace(f"@{mode.upper()}@", lines)
    return sheet


def _colours(config: Mapping[str, Any], mode: str) -> Iterator[tuple[str, str]]:
    theme = config["theme"][mode]
    for setting, name in NAMES.items():
        yield f"st-{name}", theme[setting]
    for setting, name in SCALES.items():
        yield from ((f"{name}-{k}", colour) for k, colour in enumerate(theme[setting]))
    yield "st-font", '"Source Sans", sans-serif'


def links(here: str) -> str:
    """The navigation bar: single pages, and menus, each of which leads to its first page."""
    entries: dict[str, str] = {}
    for section, title in SECTIONS.items():
        shown = [n for n, p in PAGES.items() if p.section == section and not p.beside]
        entries |= {shown[0]: title} if title else {name: PAGES[name].title for name in shown}
    return " ".join(
        f'<a href="{"./" if name == FIRST else f"{name}/"}"'
        f"{CURRENT if name == here else ''}>{escape(words)}</a>"
        for name, words in entries.items()
    )


def claim(name: str) -> str:
    """A page's claim: the first argument of its layout; the story's is its first scene's title."""
    tree = ast.parse((ROOT / "pages" / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "page_layout.page":
            return str(_value(node.args[0], tree))
    return str(shelf().decks[STORY].scenes[0].title)


def _value(node: ast.expr, tree: ast.Module) -> object:
    """A literal, or the one that a name of the module stands for."""
    if not isinstance(node, ast.Name):
        return ast.literal_eval(node)
    assigned = (n for n in tree.body if isinstance(n, ast.Assign))
    (value,) = (n.value for n in assigned if ast.unparse(n.targets[0]) == node.id)
    return ast.literal_eval(value)


def said(name: str) -> str:
    """The line below the claim."""
    return str(shelf().decks[STORY].scenes[0].say) if name == FIRST else ""


def picture(name: str) -> str:
    """The first act as the page will draw it; other pages have nothing to show yet."""
    if name != FIRST:
        return ""
    wish = Story()
    chain = reading.chain_of(story.reading(wish), story.model(story.READER))
    drawn = canvas.payload([reading.position(chain, rolled=False)])
    svg = "".join(size["svg"] for size in drawn["sizes"])
    sheet = styles("component.css", "story.css")
    return (
        f'<div><template shadowrootmode="open"><style>{sheet}</style>'
        f'<div data-component="story"><div class="row"><p class="said">{escape(drawn["said"][0])}'
        f'</p></div><figure role="img" aria-label="{escape(drawn["alt"][0])}">{svg}</figure></div>'
        "</template></div>"
    )
