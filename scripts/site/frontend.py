"""Streamlit's frontend out of stlite: the files that a page of this app can ever ask for."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Final

from scripts.site.inputs import Refused

# Elements that no page draws; with them goes all that only they ask for.
_UNUSED: Final = re.compile(
    r"^(ArrowVegaLiteChart|Audio|AudioInput|Balloons|CameraInput|ChatInput|ColorPicker|DataFrame|"
    r"DateField|DateInput|DateTimeInput|DeckGlJsonChart|Feedback|GraphVizChart|IFrame|Json|"
    r"MermaidChart|mermaid|PlotlyChart|Snow|TimeInput|Video|"
    r"wavesurfer|pandasStylerUtils)[.-]"
)
_SCRIPT: Final = re.compile(r"[\"'`]\./([\w.~-]+\.js)[\"'`]")
_ASSET: Final = re.compile(r"assets/([0-9a-f]{16}\.\w+)")
_MADE_UP: Final = b'new URL("https://stlite.invalid/")'
_WORKER: Final = re.compile(r"\"data:text/javascript;base64,([A-Za-z0-9+/=]+)\"")


def frontend(build: Path) -> dict[str, bytes]:
    """Every file that can be reached from stlite.js, and stlite's worker as a file of its own."""
    found: dict[str, bytes] = {"stlite.css": (build / "stlite.css").read_bytes()}
    waiting = ["stlite.js"]
    while waiting:
        name = waiting.pop()
        if name in found or _UNUSED.match(name) or not (build / name).exists():
            continue
        found[name] = (build / name).read_bytes()
        waiting += _SCRIPT.findall(found[name].decode())
    for asset in sorted({a for text in found.values() for a in _ASSET.findall(text.decode())}):
        if not asset.endswith(".wasm"):  # reads Parquet, for tables that no page draws
            found[f"assets/{asset}"] = (build / "assets" / asset).read_bytes()
    plain = {name: _plain(text) for name, text in found.items()}
    return _at_home(plain) | {"worker.js": worker(found)}


def _at_home(files: dict[str, bytes]) -> dict[str, bytes]:
    """Links that can be copied, and opened in another tab: stlite makes up a host for them."""
    where = [name for name, text in files.items() if _MADE_UP in text]
    if len(where) != 1 or files[where[0]].count(_MADE_UP) != 1:
        raise Refused(f"stlite makes up a host for its links in {len(where)} files, not in one.")
    return files | {where[0]: files[where[0]].replace(_MADE_UP, b"new URL(location.origin)")}


def _plain(text: bytes) -> bytes:
    """The file without the line that names a source map, which is left out."""
    return re.sub(rb"\n//# sourceMappingURL=[\w.-]+\s*$", b"\n", text)


def worker(scripts: dict[str, bytes]) -> bytes:
    """The code of stlite's worker, which its main script carries inside."""
    carried = [w for text in scripts.values() for w in _WORKER.findall(text.decode("latin-1"))]
    if len(carried) != 1:
        raise Refused(f"stlite carries {len(carried)} workers where one was expected.")
    return _plain(base64.b64decode(carried[0]))
