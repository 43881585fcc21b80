"""Python's part of the site: zip archives that are the same bytes whenever they are made."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from scripts.site.inputs import HERE, Inputs, Refused

ROOT: Final = HERE.parents[1]
Files = Mapping[str, bytes]

# Of every wheel: what a page never reads.
_NEVER: Final = re.compile(
    r"(^|/)(tests?|testing|\.agents|hello)/|\.pyi$|\.(a|h|pxd|c)$|/py\.typed$"
    r"|^numpy/(f2py|_core/include|_core/lib|random/lib|_pyinstaller)/"
    r"|^numpy/_core/_\w+_tests\."
    r"|\.dist-info/(?!METADATA$)|\.data/"
)
_TAKEN: Final = ("pages", "rnn_core", "assets", ".streamlit/config.toml")
_STOCKS: Final = "plotly/package_data/datasets/stocks.csv.gz"
PLOTLY_JS: Final = "plotly/package_data/plotly.min.js"


def packed(files: Files) -> bytes:
    """A zip archive: names in order, no times, no owners."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.external_attr = 0o644 << 16
            archive.writestr(about, files[name], zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def of_wheel(wheel: Path) -> dict[str, bytes]:
    """A wheel's files, without what is never read."""
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if not n.endswith("/") and not _NEVER.search(n)]
        return {name: archive.read(name) for name in names}


def library(inputs: Inputs) -> Files:
    """All packages in pure Python, and the few modules that the site itself needs there."""
    files: dict[str, bytes] = {}
    for wheel in inputs.wheels:
        files |= of_wheel(wheel)
    plotly = of_wheel(inputs.plotly)
    metadata = next(name for name in plotly if name.endswith(".dist-info/METADATA"))
    files |= {name: plotly[name] for name in (_STOCKS, metadata)}
    files |= {path.name: path.read_bytes() for path in sorted((HERE / "inside").glob("*.py"))}
    return {**files, **_packages(files)}


def _packages(files: Files) -> Files:
    """Empty `__init__` files for folders without one: Python needs them in an archive."""
    modules = [Path(name) for name in files if name.endswith((".py", ".pyc"))]
    folders = {folder.as_posix() for path in modules for folder in path.parents} - {"."}
    lacking = [f for f in folders if not {f"{f}/__init__.py", f"{f}/__init__.pyc"} & files.keys()]
    return {f"{folder}/__init__.py": b"" for folder in lacking}


def app() -> Files:
    """The app itself, as it stands in this checkout."""
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _of_the_app()}


def _of_the_app() -> Iterator[Path]:
    for part in _TAKEN:
        top = ROOT / part
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def plotly_js(inputs: Inputs) -> bytes:
    """The plotly.js of the pinned Plotly."""
    with zipfile.ZipFile(inputs.plotly) as archive:
        return archive.read(PLOTLY_JS)


def compiled(inputs: Inputs, several: Mapping[str, Files], store: Path) -> dict[str, Files]:
    """Archives with bytecode, so that no reader's browser has to compile what it imports.

    The Python of the browser does it itself, under node; what it compiled before is kept in the
    store. The app's own sources stay beside it: pages show them, and the engine reads the equations
    of its cells from them.
    """
    done = {name: store / "compiled" / _mark(name, files) for name, files in several.items()}
    if lacking := [name for name, path in done.items() if not path.exists()]:
        work = store / "compile"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for name in lacking:
            (work / f"{name}.zip").write_bytes(packed(several[name]))
        _node(HERE / "compile.mjs", inputs.pyodide, work, *lacking)
        for name in lacking:
            done[name].parent.mkdir(exist_ok=True)
            (work / f"{name}.compiled.zip").replace(done[name])
    return {name: _read(path) for name, path in done.items()}


ENVIRONMENT: Final = {  # of Python in the browser
    "HOME": "/home/pyodide",
    "RNN_SCRIPTS_SERVED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def started(inputs: Inputs, store: Path) -> bytes:
    """Memory of a Python that has just started, compressed; kept in the store as well.

    A start is a third of the way to the first picture, and the same for every reader.
    """
    script, environment = HERE / "snapshot.mjs", json.dumps(ENVIRONMENT)
    mark = sha256(
        script.read_bytes() + f"{environment}{inputs.pyodide.parent.name}".encode()
    ).hexdigest()
    path = store / "compiled" / f"started-{mark[:16]}.bin"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partly = path.with_suffix(".partly")
        _node(script, inputs.pyodide, partly, environment)
        partly.write_bytes(gzip.compress(partly.read_bytes(), 9, mtime=0))
        partly.replace(path)
    return path.read_bytes()


def _node(script: Path, *given: object) -> None:
    """Run a script by node, whose Python is that of the browser."""
    if shutil.which("node") is None:
        raise Refused("node (18 or newer) is needed, to compile the Python of the site.")
    command = ["node", *map(str, (script, *given))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise Refused(f"{script.name} failed:\n{(done.stderr or done.stdout)[-2000:]}")


def _mark(name: str, files: Files) -> str:
    """Name under which an archive's bytecode is kept, from its content and how it is compiled."""
    found = sha256(packed(files) + (HERE / "bytecode.py").read_bytes())
    return f"{name}-{found.hexdigest()[:16]}.zip"


def _read(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
