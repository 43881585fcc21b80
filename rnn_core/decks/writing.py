"""A deck as TOML text, from which the same deck is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from rnn_core.decks.records import Deck, Question, Scene

DELETE = "\x7f"  # the one character that TOML wants escaped and JSON does not


def write_deck(deck: Deck) -> str:
    """The file's text; keys that stand at their defaults are left out."""
    return "\n".join(_lines(deck)) + "\n"


def _lines(deck: Deck) -> Iterator[str]:
    for key in ("title", "source", "notation", "language"):
        yield f"{key} = {_value(getattr(deck, key))}"
    for scene in deck.scenes:
        yield ""
        yield "[[scene]]"
        yield from _scene(scene)
        if scene.question:
            yield ""
            yield "[scene.question]"
            yield from _question(scene.question)


def _scene(scene: Scene) -> Iterator[str]:
    for key in ("id", "topic", "title", "page", "settings", "say", "exactly", "controls", "part"):
        if value := getattr(scene, key):
            yield f"{key} = {_value(value)}"


def _question(question: Question) -> Iterator[str]:
    yield f"ask = {_value(question.ask)}"
    yield "choices = ["
    for choice in question.choices:
        yield f"  {_value({'text': choice.text, 'answer': choice.answer})},"
    yield "]"
    optional = ("before", "then", "measure", "parameters", "bounds", "names", "general")
    for key in (*optional, "why", "misconception"):
        if value := getattr(question, key):
            yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    """Texts, whole numbers, numbers, true and false, lists and tables of them, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(DELETE, "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(v)}" for name, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"deck: expected texts, numbers, lists and tables, got {type(value).__name__}")
