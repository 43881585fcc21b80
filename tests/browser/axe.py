"""Accessibility: what axe finds wrong on a page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def violations(page: Page, only: Any = None, within: str | None = None) -> list[dict[str, Any]]:
    """Faults that axe finds; it keeps no account of all that is right, which takes it longer."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": only} if only else {})
    return Axe().run(page, within, options).response["violations"]


def serious(page: Page, only: Any = WCAG) -> list[str]:
    """Faults that axe rates serious or critical, as a developer needs them: the rule, and where."""
    found = violations(page, only)
    return [_words_of(fault) for fault in found if fault["impact"] in {"serious", "critical"}]


def _words_of(fault: dict[str, Any]) -> str:
    places = [f"{node['html'][:200]}: {node['failureSummary']}" for node in fault["nodes"][:3]]
    return "\n".join([fault["id"], *places])
