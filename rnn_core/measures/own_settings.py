"""A page's own settings as the row of their table."""

from __future__ import annotations

from typing import TypeVar

from rnn_core.experiment.settings import settings_of
from rnn_core.measures.measure import Own

Row = TypeVar("Row")


def row(kind: type[Row], own: Own) -> Row:
    """The page's own table, with what `own` says of it; the rest stands at its defaults."""
    return kind(**{name: own[name] for name in settings_of(kind) if name in own})
