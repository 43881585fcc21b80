"""Weekly closing prices of shares: a data set that ships inside Plotly, read without pandas."""

import csv
import gzip
from functools import cache
from importlib.metadata import distribution
from typing import Any, Final

_PACKED: Final = "plotly/package_data/datasets/stocks.csv.gz"


@cache
def stocks() -> dict[str, tuple[str, ...]]:
    """Column -> its values, as they are written: `date`, and the price of each share."""
    file: Any = distribution("plotly").locate_file(_PACKED)  # perhaps a place in an archive
    rows = list(csv.DictReader(gzip.decompress(file.read_bytes()).decode().splitlines()))
    return {name: tuple(row[name] for row in rows) for name in rows[0]}
