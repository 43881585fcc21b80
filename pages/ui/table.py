"""Numbers to take away: named columns, written as CSV.

Not by pandas: without a server every package is one that each reader's browser has to fetch first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Columns = Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]


class Table:
    """Columns by their names; several blocks of columns stand one below the other."""

    def __init__(self, *blocks: Columns) -> None:
        self.blocks = blocks

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, object]]) -> Table:
        """A table of rows; a row that lacks a column has nothing there."""
        every = list(rows)
        names = dict.fromkeys(name for row in every for name in row)
        return cls({name: [row.get(name) for row in every] for name in names})

    @property
    def names(self) -> list[str]:
        """The names of all columns, in the order in which they come first."""
        return list(dict.fromkeys(name for block in self.blocks for name in block))

    def to_csv(self) -> str:
        """The table as CSV; what is missing, or no number, is left empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.names)
        for block in self.blocks:
            rows = max(map(len, block.values()), default=0)
            empty = [""] * rows
            columns = [_written(block[n]) if n in block else empty for n in self.names]
            writer.writerows(zip(*columns, strict=True))
        return out.getvalue()


def _written(column: Sequence[Any] | np.ndarray[Any, Any]) -> list[Any]:
    """Values as the csv module writes them in full; those of float32 keep their short form."""
    short = isinstance(column, np.ndarray) and column.dtype == np.float32
    values = column.tolist() if isinstance(column, np.ndarray) and not short else column
    return ["" if value is None or value != value else value for value in values]
