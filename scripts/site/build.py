"""The site: all its files, written into a folder that any web host can serve from any path."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pages.components import scripts
from pages.ui.contents import FIRST, PAGES
from rnn_core.tasks.characters import PLAYS
from scripts.site import archives, still
from scripts.site.archives import ROOT, Files
from scripts.site.frontend import frontend
from scripts.site.inputs import HERE, Inputs, gather

_PYODIDE: Final = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_MARK: Final = re.compile(r"@([A-Z]+)@")
# Scripts and styles of the site alone; the one text that a reader may ask for is on another host.
_POLICY: Final = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "connect-src 'self' data: blob: {0.scheme}://{0.netloc}"
)


def build(out: Path, store: Path, wheels: Path | None) -> Iterator[str]:
    """Write the site into `out`; lines for whoever builds it."""
    inputs = gather(store, wheels)
    yield from inputs.remarks
    files = site(inputs, store)
    shutil.rmtree(out, ignore_errors=True)
    for name, raw in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    size = sum(map(len, files.values())) / 1e6
    yield f"{out}: {len(PAGES)} pages, {len(files)} files, {size:.1f} MB, for any web host."


def site(inputs: Inputs, store: Path) -> Files:
    """Every file of the site by its name."""
    files = fixed(inputs) | python(inputs, store)
    templates = {path.name: path.read_bytes() for path in sorted((HERE / "shipped").glob("*.js"))}
    marks = {n.upper(): _named(files, f"python/{n}-") for n in ("library", "app", "started")}
    marks |= {"FIRST": FIRST, "PAGES": json.dumps([*PAGES])}
    marks |= {"SIZE": f"{first_visit(files) / 1e6:.0f}", "DIGEST": digest({**files, **templates})}
    for name in ("worker.js", "loaded.js", "page.js"):
        files[name] = _shipped(name, marks)
    pages = {f"{name}/index.html": page(name, name, marks, files) for name in PAGES}
    files |= {"index.html": page(FIRST, "", marks, files), **pages}
    marks |= {"FILES": json.dumps(sorted(files)), "DIGEST": digest(files)}
    files["keeper.js"] = _shipped("keeper.js", marks)
    return files


def _named(files: Files, begin: str) -> str:
    (found,) = (name for name in files if name.startswith(begin))
    return found


def first_visit(files: Files) -> int:
    """Bytes that are fetched before the first picture: fonts and most of the frontend are not."""
    late = re.compile(r"^(stlite/(?!stlite|index-|styled)|scripts/|vendor/)")
    return sum(len(raw) for name, raw in files.items() if not late.match(name))


def fixed(inputs: Inputs) -> dict[str, bytes]:
    """Files taken as they are: the frontend, Pyodide, plotly.js, the components' scripts."""
    files = {f"stlite/{name}": raw for name, raw in frontend(inputs.stlite).items()}
    files |= {f"pyodide/{name}": (inputs.pyodide / name).read_bytes() for name in _PYODIDE}
    files["vendor/plotly/plotly.min.js"] = archives.plotly_js(inputs)
    for name in scripts.FILES:
        files[f"scripts/{scripts.address(name)}.js"] = scripts.text(name).encode()
    return files


def python(inputs: Inputs, store: Path) -> dict[str, bytes]:
    """All Python: its memory when it has started and two archives, which say their content's
    digest, NumPy, and the list that has it."""
    several = {"library": archives.library(inputs), "app": archives.app()}
    made = archives.compiled(inputs, {**several, "numpy": archives.of_wheel(inputs.numpy)}, store)
    packed = {name: archives.packed(made[name]) for name in made}
    files = {f"python/{n}-{sha256(packed[n]).hexdigest()[:12]}.zip": packed[n] for n in several}
    start = archives.started(inputs, store)
    files[f"python/started-{sha256(start).hexdigest()[:12]}.bin"] = start
    lock = inputs.lock
    entry = {**lock["packages"]["numpy"], "sha256": sha256(packed["numpy"]).hexdigest()}
    listed = json.dumps({"info": lock["info"], "packages": {"numpy": entry}}, indent=1)
    files[f"pyodide/{entry['file_name']}"] = packed["numpy"]
    return {**files, "pyodide/pyodide-lock.json": listed.encode()}


def digest(files: Files) -> str:
    """A short name for a whole set of files."""
    found = sha256()
    for name in sorted(files):
        found.update(name.encode() + b"\0" + sha256(files[name]).digest())
    return found.hexdigest()[:12]


# -- what is written here --------------------------------------------------------------------------


def _filled(text: str, marks: Mapping[str, str]) -> str:
    """A text with its marks replaced; each must be known."""
    return _MARK.sub(lambda found: marks[found[1]], text)


def _shipped(name: str, marks: Mapping[str, str]) -> bytes:
    return _filled((HERE / "shipped" / name).read_text(encoding="utf-8"), marks).encode()


def page(name: str, folder: str, marks: Mapping[str, str], files: Files) -> bytes:
    """The HTML of one page, which lies in a folder of the site, or in the site's own ("")."""
    title = "Inside an RNN" if name == FIRST else f"{PAGES[name].title} · Inside an RNN"
    icon = base64.b64encode((ROOT / "assets" / "favicon.svg").read_bytes()).decode()
    here = {
        "PAGE": folder,
        "KIND": "story" if name == FIRST else "page",
        "TITLE": escape(title),
        "ICON": icon,
        "POLICY": _POLICY.format(urlsplit(PLAYS.url)),
        "ADDRESS": (HERE / "shipped" / "address.js").read_text(encoding="utf-8"),
        "EARLY": json.dumps(early(files, marks["DIGEST"])),
        "STYLE": still.style(),
        "LINKS": still.links(name),
        "CLAIM": escape(still.claim(name)),
        "SAY": escape(still.said(name)),
        "PICTURE": still.picture(name),
    }
    return _filled((HERE / "page.html").read_text(encoding="utf-8"), {**marks, **here}).encode()


def early(files: Files, mark: str) -> list[list[str]]:
    """Links of the files that every page needs at once: (rel, address)."""
    main = files["stlite/stlite.js"].decode()
    names = [f"stlite.js?{mark}", *re.findall(r"from \"\./([\w.~-]+\.js)\"", main)]
    return [["stylesheet", "stlite/stlite.css"], *(["modulepreload", f"stlite/{n}"] for n in names)]
