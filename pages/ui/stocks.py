"""Weekly closing prices of shares: a data set that ships inside Plotly, read without pandas."""

import csv
import gzip
from functools import cache
from importlib.resources import files
from typing import Final

_PACKED: Final = "package_data/datasets/stocks.csv.gz"


@cache
def stocks() -> dict[str, tuple[str, ...]]:
    """Column -> its values, as they are written: `date`, and the price of each share."""
    lines = gzip.decompress((files("plotly") / _PACKED).read_bytes()).decode().splitlines()
    rows = list(csv.DictReader(lines))
    return {name: tuple(row[name] for row in rows) for name in rows[0]}
