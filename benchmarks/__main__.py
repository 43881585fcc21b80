"""Time the engine and the pages beside their peers, and the server under load."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from rnn_core.engine.allocator import keep_memory

PARTS = (
    *("engine", "jacobians", "pages", "opening", "dragging", "next", "site", "training", "load"),
)
PACKAGES = ("numpy", "torch", "jax", "streamlit", "plotly")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; default: the first two"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, small sizes only")
    parser.add_argument("--text", metavar="FILE", help="training: Shakespeare, or any long text")
    add_load(parser)
    options = parser.parse_args()
    unknown = sorted(set(options.what) - set(PARTS))
    if unknown:
        parser.error(f"expected {', '.join(PARTS)}; got {', '.join(unknown)}")
    keep_memory()  # as app.py does
    print(surroundings())
    for name in options.what or PARTS[:2]:
        part = importlib.import_module(f"benchmarks.{name}")  # each needs other packages
        more = {"training": [options.text], "load": [options], "next": [options]}
        part.main(options.quick, *more.get(name, []))


def add_load(parser: argparse.ArgumentParser) -> None:
    """The options of `load`."""
    against = "load and next: an older checkout, in turns with this one"
    parser.add_argument("--against", metavar="PATH", help=against)
    load = parser.add_argument_group("load")
    load.add_argument("--readers", type=numbers, default=(1, 10, 30, 100), metavar="N,N")
    load.add_argument("--trainers", type=numbers, default=(0, 10), metavar="N,N")
    load.add_argument("--sliders", choices=("one", "any", "both"), default="both")
    load.add_argument("--seconds", type=float, default=15.0, help="of a bout (default: 15)")
    load.add_argument("--bouts", type=int, default=1, help="of every case and checkout")
    load.add_argument("--soak", type=int, nargs="?", const=3000, metavar="N", help="all pages")
    load.add_argument("--heavy", action="store_true", help="what the heaviest links leave behind")


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between them."""
    return tuple(map(int, text.split(",")))


def surroundings() -> str:
    """Versions and machine of a measurement, with a warning where the machine is busy."""
    found = [f"{name} {number}" for name in PACKAGES if (number := installed(name))]
    cores, load = os.cpu_count() or 1, os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    busy = f"; BUSY: load {load:.1f} on {cores} cores" if load > cores / 2 else ""
    return f"Python {platform.python_version()}, {', '.join(found)}; {cores} cores{busy}"


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
