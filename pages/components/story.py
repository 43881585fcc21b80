"""One act of the story on the page: a conclusion, at most three controls, one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pages.components.factory import Choice, component
from pages.components.message import words
from pages.components.scripts import styles
from pages.figures.story import canvas
from pages.figures.story.canvas import Position
from rnn_core.experiment.settings import Value, settings_of
from rnn_core.studies.story import Story

Control = Mapping[str, Any]


class Scene(NamedTuple):
    """An act: its controls, and how its picture is drawn at all positions of its slider."""

    controls: list[Control]
    draw: Callable[[], Sequence[Position]]
    name: str = ""  # of a picture that is drawn once for all readers


_KNOWN: Final = settings_of(Story)

_component = component(
    "story",
    """<div data-component="story">
<div class="row"><p class="said" role="status"></p><div class="controls"></div></div>
<figure role="img"></figure>
</div>""",
    styles("component.css", "story.css"),
    isolate_styles=True,
)


def pick(name: str, wish: Story, huge: bool = False) -> Control:
    """A choice whose options stand side by side."""
    options = [[str(o), words] for o, words in _KNOWN[name].table.items()]
    return _control("pick", name, options=options, value=str(getattr(wish, name)), huge=huge)


def slider(name: str, wish: Story, values: Sequence[float]) -> Control:
    """A slider over the positions of the picture; it moves the picture while it is dragged."""
    at = min(range(len(values)), key=lambda k: abs(values[k] - getattr(wish, name)))
    words = [f"{v:g}" for v in values]
    return _control("range", name, values=list(values), words=words, at=at)


def replay(label: str, words: Sequence[str]) -> Control:
    """A slider over the moments of something recorded, and a button that plays them."""
    last = len(words) - 1
    values = list(range(len(words)))
    play = {"values": values, "words": list(words), "at": last, "plays": True}
    return {"kind": "range", "name": "replay", "label": label, **play}


def typed(name: str, wish: Story) -> Control:
    """A line that the reader types."""
    return _control("text", name, value=str(getattr(wish, name)))


def _control(kind: str, name: str, **more: Any) -> Control:
    return {"kind": kind, "name": name, "label": _KNOWN[name].label, **more}


def act(
    payload: Mapping[str, Any],
    controls: Sequence[Control],
    *,
    key: str,
    on_choice: Callable[[str, Value], None],
) -> None:
    """Draw the payload of `pages.figures.story.canvas`.

    `on_choice(name, value)` is told of a control that was used, before the page runs again.
    """

    def changed(choice: Choice) -> None:
        if "name" in choice:
            on_choice(str(choice["name"]), choice["value"])

    _component(key=key, data=words({**payload, "controls": [*controls]}), on_choice=changed)


def payload(positions: Sequence[Position], hall: bool) -> dict[str, Any]:
    """A picture at these positions of its slider, for a reader's screen or for a hall."""
    return canvas.payload(positions, (canvas.HALL,) if hall else canvas.READER)
