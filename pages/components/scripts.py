"""The components' scripts: sent with every message, or kept by the browser.

Streamlit sends a component's script along with its data each time anything changes: 40 kB to carry
10. Where `app.py` serves the scripts (it says so in the environment) a component sends a few lines
that fetch them once, by a name that changes with their content. Elsewhere the script goes inline.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).resolve().parents[2] / "assets"
SERVED: Final = "RNN_SCRIPTS_SERVED"  # set by app.py
FILES: Final = {  # component -> its files in assets/, joined in the order of their names
    "again": "again.js message.js",
    "ahead": "ahead.js",
    "byhand": "byhand.js message.js",
    "cell": "cell.js drawing.js message.js saving.js svg.js",
    "download": "download.js",
    "dragging": "dragging.js message.js",
    "flow": "flow.js message.js svg.js",
    "framed": "address.js framed.js",
    "heatmaps": "heatmaps.js message.js saving.js svg.js",
    "kept": "kept.js notebook.js",
    "leaves": "leaves.js message.js",
    "letters": "drawing.js letters.js message.js svg.js",
    "accessibility": "history.js accessibility.js",
    "pixels": "message.js pixels.js",
    "presenter": "presenter.js",
    "sharing": "address.js sharing.js",
    "plot": "message.js sight.js plot/*.js",
    "rail": "message.js rail.js",
    "saturation": "drawing.js message.js saturation.js saving.js svg.js",
    "spoken": "message.js spoken.js",
    "story": "message.js story.js",
    "unrolled": "message.js saving.js svg.js unrolled/*.js",
    "wirings": "message.js sight.js wirings.js",
}
_FETCH: Final = """
const kept = (globalThis.rnnScripts ??= {})
const name = "@NAME@"
export default function (given) {
  // Streamlit says goodbye also where new data overtake old: only who is gone lets go.
  const leave = (stop) => () => setTimeout(() => given.parentElement.isConnected || stop?.())
  if (kept[name]?.default) return leave(kept[name].default(given))
  let stop
  let left = false
  const where = new URL(`scripts/${name}.js`, document.baseURI).href
  kept[name] ??= import(where).then(m => (kept[name] = m))
  Promise.resolve(kept[name]).then(m => { if (!left) stop = m.default(given) })
  return () => { left = true; leave(stop)() }
}
"""


@cache
def text(component: str) -> str:
    """The component's whole script."""
    files = sorted(path for part in FILES[component].split() for path in ASSETS.glob(part))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def address(component: str) -> str:
    """Name of the component's script in links, new with every change of its content."""
    return f"{component}-{sha256(text(component).encode()).hexdigest()[:12]}"


def script(component: str) -> str:
    """The component's JavaScript for Streamlit; only an import of it where scripts are served."""
    if os.environ.get(SERVED):
        return _FETCH.replace("@NAME@", address(component))
    return text(component)


def styles(*names: str) -> str:
    """Style sheets of assets/ as one; later ones have the last word."""
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)


def markup(component: str) -> str:
    """The component's HTML, where it has a file of its own in assets/."""
    return (ASSETS / f"{component}.html").read_text(encoding="utf-8")


def served(name: str) -> str | None:
    """The script behind a link's name, or None."""
    component = name.rpartition("-")[0]
    known = component in FILES and name == address(component)
    return text(component) if known else None


def write(folder: Path) -> None:
    """Every component's whole script, and a hand-out's, as a file of its own: to be checked."""
    for component in FILES:
        (folder / f"{component}.js").write_text(text(component), encoding="utf-8")
    handout = (ASSETS / "handout" / "handout.js").read_text(encoding="utf-8")
    (folder / "handout.js").write_text(handout, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
