"""Make the pictures of the README anew: real pages in a real browser, as small WebP files.

python -m scripts.pictures                 all of them
python -m scripts.pictures gates flow      these only
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from scripts import browser as finder
from tests.browser.conftest import FLAGS
from tests.browser.driving import App, Look
from tests.browser.serving import ROOT, Server, serve

FOLDER = ROOT / "docs" / "pictures"
MOST = 60_000  # bytes of one file
WIDE, PHONE = 960, 390  # pixels in the file
PROJECTOR, DARK, POCKET = Look(1280, 720), Look(1280, 720, "dark"), Look(390, 844)
QUALITIES = range(81, 40, -6)
EXPLODING = "cell=rnn&init=gaussian&gain=3&steps=50&hidden=32&clip=norm"
ASKING = "clipping-caps-the-maximum-value"  # a scene with a question


def nothing(app: App) -> None:
    """Leave the page as it opens."""


@dataclass(frozen=True)
class Shot:
    """One picture: where, on which screen, and what is done first."""

    name: str
    link: str
    look: Look = PROJECTOR
    first: Callable[[App], object] = nothing


SHOTS = (
    Shot("story", "/?act=3&strength=0.8"),
    Shot("clipping", "/?act=4&clipping=on", DARK),
    Shot("unrolled", "/unrolled"),
    Shot("cell", "/cell"),
    Shot("gates", "/gates"),
    Shot("gradients", f"/gradients?{EXPLODING}"),
    Shot("flow", "/flow", DARK),
    Shot("cliff", "/cliff"),
    Shot("byhand", "/byhand"),
    Shot("connectivity", "/connectivity"),
    Shot("lecture", f"/clipping?deck=002&scene={ASKING}&notation=002&present=1"),
    Shot("phone", "/distance", POCKET),
)


def take(chromium: Browser, server: Server, shot: Shot) -> Image.Image:
    """The window of a page at rest."""
    context = chromium.new_context(
        viewport={"width": shot.look.width, "height": shot.look.height},
        color_scheme=shot.look.scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    app = App(context.new_page(), server).open(shot.link)
    shot.first(app)
    app.idle().check_clean()
    seen = Image.open(io.BytesIO(app.page.screenshot())).convert("RGB")
    context.close()
    return seen


def keep(seen: Image.Image, path: Path) -> int:
    """Write it as small as it may be, and as well as that allows; its bytes."""
    width = min(seen.width, WIDE if seen.width > PHONE else PHONE)
    size = width, round(seen.height * width / seen.width)
    small = seen.resize(size, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        small.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST:
            return path.stat().st_size
    raise ValueError(f"{path.name}: expected at most {MOST} bytes, got {path.stat().st_size}")


def main(names: list[str]) -> None:
    """Take the shots of those names, or all."""
    unknown = set(names) - {shot.name for shot in SHOTS}
    if unknown:
        raise SystemExit(f"expected names of pictures; got {', '.join(sorted(unknown))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "server.log") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=finder.find(), args=FLAGS)
        for shot in (s for s in SHOTS if not names or s.name in names):
            size = keep(take(chromium, server, shot), FOLDER / f"{shot.name}.webp")
            print(f"{shot.name}: {size / 1000:.0f} kB")
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
