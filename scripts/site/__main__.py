"""Build the site: `make site`, or `python -m scripts.site --out site --wheels folder`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.site.build import build
from scripts.site.inputs import Refused


def main() -> int:
    """Build, and say what was built or why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("site"), help="the folder to write")
    parser.add_argument("--store", type=Path, default=Path("build/site"), help="what is fetched")
    parser.add_argument("--wheels", type=Path, help="a folder with NumPy's wheel for the browser")
    given = parser.parse_args()
    try:
        for line in build(given.out, given.store, given.wheels):
            print(line)
    except Refused as why:
        print(f"No site: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
