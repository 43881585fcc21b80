"""The site without a server: built once, and served as files from a folder of some host."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scripts.site.build import build
from tests.browser.serving import ROOT

STORE = ROOT / "build" / "site"  # what is fetched once for all runs
FOLDER = "/course/rnn"  # where the host has the site
BESIDE = ROOT.parent / "shared" / "wheels"


@dataclass(frozen=True)
class Host:
    """Address of the site, as a reader types it."""

    url: str


def wheels() -> Path:
    """The folder with NumPy's wheel for the browser."""
    return Path(os.environ.get("WHEELS") or BESIDE)


def why_not() -> str:
    """Why the site cannot be built here; empty if it can."""
    if not list(wheels().glob("numpy-*wasm32.whl")):
        return (
            "no NumPy wheel for the browser at hand: WHEELS=folder names where it is, and "
            "scripts/site/pins.toml says where it comes from"
        )
    missing = [tool for tool in ("npm", "node") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else ""


class Files(SimpleHTTPRequestHandler):
    """Plain files below `FOLDER`, nothing anywhere else."""

    def translate_path(self, path: str) -> str:
        within = path.startswith(FOLDER)
        return super().translate_path(path.removeprefix(FOLDER) if within else "/none-such")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def hosted(out: Path) -> Iterator[Host]:
    """Build the site into a folder and serve it until the block ends."""
    for _ in build(out, STORE, wheels()):
        pass
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(out))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Host(f"http://127.0.0.1:{server.server_port}{FOLDER}")
        finally:
            server.shutdown()
            thread.join()
