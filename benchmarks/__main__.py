"""Time the engine and the pages beside their peers: see PERFORMANCE.md for the goals."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from rnn_core.memory import keep_memory

PARTS = ("engine", "jacobians", "pages", "training")
PACKAGES = ("numpy", "torch", "jax", "streamlit", "plotly")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; default: the first two"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, small sizes only")
    parser.add_argument("--text", metavar="FILE", help="training: Shakespeare, or any long text")
    options = parser.parse_args()
    unknown = sorted(set(options.what) - set(PARTS))
    if unknown:
        parser.error(f"expected {', '.join(PARTS)}; got {', '.join(unknown)}")
    keep_memory()  # as app.py does
    print(surroundings())
    for name in options.what or PARTS[:2]:
        part = importlib.import_module(f"benchmarks.{name}")  # each needs other packages
        part.main(options.quick, *([options.text] if name == "training" else []))


def surroundings() -> str:
    """What the figures belong to. Ratios bear a busy machine better than times, but not well."""
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
