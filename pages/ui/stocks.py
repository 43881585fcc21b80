"""Weekly closing prices of shares: a data set that ships inside Plotly, read without pandas."""

import csv
import gzip
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

_PACKED: Final = "plotly/package_data/datasets/stocks.csv.gz"


@cache
def stocks() -> dict[str, tuple[str, ...]]:
    """Column -> its values, as they are written: `date`, and the price of each share."""
    packed = Path(str(distribution("plotly").locate_file(_PACKED))).read_bytes()
    rows = list(csv.DictReader(gzip.decompress(packed).decode().splitlines()))
    return {name: tuple(row[name] for row in rows) for name in rows[0]}
