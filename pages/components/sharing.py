"""Links to what is on screen, made in the browser from its own address, and copied by a press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pages.components.factory import component

_HTML = """<div class="sharing" data-component="sharing">
<div data-rows></div><p role="status"></p>
</div>"""
_CSS = """
.sharing { color: var(--st-text-color); font-family: var(--st-font); min-width: min(26rem, 74vw); }
.sharing [data-row] { display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 0.5rem;
  margin-bottom: 0.75rem; }
.sharing label { grid-column: 1 / -1; font-size: 0.9rem; }
.sharing input, .sharing button { font: inherit; font-size: 0.9rem; color: inherit;
  min-height: 2.5rem; border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); background: var(--st-background-color); }
.sharing input { min-width: 0; padding: 0 0.6rem;
  background: var(--st-secondary-background-color); }
.sharing button { padding: 0 0.9rem; cursor: pointer; }
.sharing button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.sharing :is(input, button):focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: 2px; }
.sharing p { margin: 0; min-height: 1.4rem; font-size: 0.9rem; }
"""

_component = component("sharing", _HTML, _CSS)


class Way(NamedTuple):
    """One link: the present address with some settings changed (None takes one away).

    With `page` it leads to that page instead."""

    name: str
    label: str
    changes: Mapping[str, str | None]
    title: str = ""  # of a frame, whose HTML is then copied
    page: str = ""  # of the app, by its name


def sharing(ways: Sequence[Way], *, key: str) -> None:
    """The links, each with its text and a button that copies it."""
    _component(key=key, data={"rows": [way._asdict() for way in ways]})
