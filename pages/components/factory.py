"""Components of Streamlit's, each made of the scripts that bear its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.components import scripts

Choice = Mapping[str, Any]  # as the browser says it: to be checked
Mounted = Callable[..., Any]  # gives the script's states, as Streamlit does


def component(
    name: str, html: str, css: str = "", *, script: str = "", isolate_styles: bool = False
) -> Mounted:
    """A function that draws the component: `key`, and `data` for its script.

    `on_choice` is told the script's state "choice", which begins as `start`, before the page runs
    again.  A line of HTML must end in a line break: Streamlit takes any other for a file's name.
    """
    mount = st.components.v2.component(
        name,
        html=html,
        css=css or None,
        js=scripts.script(script or name),
        isolate_styles=isolate_styles,
    )

    def mounted(
        *,
        key: str,
        on_choice: Callable[[Choice], None] | None = None,
        start: Choice | None = None,
        **more: Any,
    ) -> Any:
        if on_choice is not None:
            more["default"] = {"choice": start or {}}
            more["on_choice_change"] = lambda: on_choice(st.session_state[key]["choice"])
        return mount(key=key, **more)

    return mounted


def unseen(name: str, *, waited_for: bool = False) -> Mounted:
    """A component that draws nothing.  `waited_for`: its script says so when it has run."""
    mark = f' data-component="{name}"' if waited_for else ""
    mount = component(name, f"<span hidden{mark}>\n</span>")
    return lambda **given: mount(height=0, **given)
