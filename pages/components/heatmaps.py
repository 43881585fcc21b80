"""Heatmaps of gates and states, drawn on canvas: units down, steps across, one shared axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import pack, part
from pages.components.scripts import styles

_component = picture(
    "heatmaps",
    html='<div class="heatmaps" data-component="heatmaps">\n</div>',
    css=styles("heatmaps.css"),
    isolate_styles=False,  # the page's tests and tools see into it; every class starts with `hm-`
)


@dataclass(frozen=True)
class Picked:
    """The selected step, unit and quantity, and the choices in the menus."""

    step: int  # from 0
    unit: int  # from 1; 0 is none
    quantity: str
    menus: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Menu:
    """A choice that stands beside the title; the first option holds if `value` is none."""

    name: str
    label: str
    value: str
    options: Mapping[str, str]  # value -> words


def heatmaps(
    payload: Mapping[str, Any],
    *,
    key: str,
    picked: Picked,
    on_pick: Callable[[Picked], None],
    menus: Sequence[Menu] = (),
    name: str = "gates",
) -> None:
    """Draw the panels of `gate_panels`; the caller keeps what is picked.

    `on_pick` is called before the page runs again, and what the caller then passes as `picked` and
    in `menus` is shown. `name` names downloaded files.
    """
    now = tidied(vars(picked), payload, menus)

    def changed(choice: Choice) -> None:
        on_pick(tidied(choice, payload, menus))

    data = message(payload, picked=now, menus=menus, name=name)
    _component(key=key, data=data, start={**vars(now), "at": 0}, on_choice=changed)


def tidied(choice: Mapping[str, Any], payload: Mapping[str, Any], menus: Sequence[Menu]) -> Picked:
    """A choice within what there is: it may have been made in another picture."""
    unit = int(choice["unit"])
    asked = {menu.name: choice["menus"].get(menu.name) for menu in menus}
    return Picked(
        step=max(0, min(int(choice["step"]), len(payload["labels"]) - 1)),
        unit=unit if 0 <= unit <= payload["units"] else 0,
        quantity=str(choice["quantity"]),
        menus={m.name: v for m in menus if (v := asked[m.name]) in m.options},
    )


def message(
    payload: Mapping[str, Any], *, picked: Picked, menus: Sequence[Menu] = (), name: str
) -> bytes:
    """The component's message: what is picked, then the picture, the same while it is."""
    choice = {**vars(picked), "menus": [vars(menu) for menu in menus]}
    return part(choice) + pack({**payload, "name": name}, single=True)
