"""The app's light and dark colours as style variables, under Streamlit's names for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

CONFIG: Final = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
SHARED: Final = {
    "--st-font": '"Source Sans", "Source Sans 3", system-ui, sans-serif',
    "--st-code-font": "ui-monospace, monospace",
    "--st-base-radius": "0.5rem",
    "--st-button-radius": "0.5rem",
}
ORANGE: Final = {"light": "#b3590a", "dark": "#ffae6b"}  # of words that warn


@cache
def variables(mode: str) -> Mapping[str, str]:
    """Every variable of a mode, "light" or "dark"."""
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][mode]
    found = {f"--st-{_kebab(name)}": _spelled(v) for name, v in theme.items() if name != "sidebar"}
    return {**SHARED, **found, "--st-orange-text-color": ORANGE[mode]}


def colour(token: str, mode: str) -> str:
    """Colour of a figure's token, `var(--chart-3)` or `var(--st-text-color)`, in a mode."""
    name = token.removeprefix("var(").removesuffix(")")
    kind, _, number = name.removeprefix("--").rpartition("-")
    lists = {"chart": "categorical", "ramp": "sequential", "heat": "diverging"}
    if kind not in lists:
        return variables(mode)[name]
    palette = variables(mode)[f"--st-chart-{lists[kind]}-colors"].split(",")
    return palette[int(number) % len(palette)]


def styles() -> str:
    """Both modes as style rules: dark where the reader's system is."""
    light, dark = (_rule(variables(mode), mode) for mode in ("light", "dark"))
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def _rule(names: Mapping[str, str], mode: str) -> str:
    lines = "; ".join(f"{name}: {value}" for name, value in names.items())
    return f":root {{ color-scheme: {mode}; {lines} }}"


def _spelled(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _kebab(name: str) -> str:
    """`chartCategoricalColors` -> `chart-categorical-colors`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
