"""Find a Chromium that starts, or install one; print its path.  See to Playwright's driver too.

``python scripts/browser.py`` prints the executable's path, or says why there is none and exits 1.
The order: ``$CHROMIUM``, an installed Chrome or Chromium, Playwright's own, Playwright's own after
installing it, and on Debian as root the distribution's package.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

SHELL = "chromium-headless-shell"  # without windows of its own: two thirds of the time for a page
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
INSTALL_SECONDS = 300
OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def candidates() -> Iterator[str]:
    """Executables worth a try, best first."""
    if named := os.environ.get("CHROMIUM"):
        yield named
        return  # who names a browser means that one
    yield from filter(None, map(shutil.which, NAMES))
    yield from (place for place in PLACES if Path(place).exists())
    yield from playwrights_own()


def playwrights_own() -> Iterator[str]:
    """The browser that ``playwright install chromium`` puts in the user's cache, where it did.

    Asked in a process of its own: who looks for a browser may have Playwright under way already.
    """
    asked = subprocess.run([sys.executable, "-c", OWN], capture_output=True, text=True)
    path = asked.stdout.strip()
    if path and Path(path).exists():
        yield path


@cache
def starts(executable: str) -> bool:
    """True if the browser really runs here: a wrapper or a missing library shows only now."""
    command = [executable, *FLAGS, "--dump-dom", "about:blank"]
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@cache
def driver_starts() -> bool:
    """True if Playwright itself runs: its own node misses libatomic on a bare Debian."""
    return not subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True
    ).returncode


def find() -> str | None:
    """The first browser that starts, or None; None as well if there is nothing to drive it."""
    return next(filter(starts, candidates()), None) if driver_starts() else None


def why_none() -> str:
    """The reason why `find` found nothing."""
    if not driver_starts():
        return "playwright does not start (is it installed? bare Debian also needs libatomic1)"
    named = os.environ.get("CHROMIUM")
    return f"CHROMIUM={named} does not start" if named else "no Chrome or Chromium that starts"


def run(*command: str) -> bool:
    """Run an installer, its words on stderr; False if it failed."""
    print("$", *command, file=sys.stderr)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        return not subprocess.run(
            command, stdout=sys.stderr, stdin=subprocess.DEVNULL, env=env, timeout=INSTALL_SECONDS
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as fault:
        print(fault, file=sys.stderr)
        return False


def apt_install(package: str) -> bool:
    """The distribution's package, on Debian as root."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not is_root or shutil.which("apt-get") is None:
        return False
    return run("apt-get", "update", "-q") and run("apt-get", "install", "-yq", package)


def install_playwrights() -> bool:
    """Playwright's own Chromium, into the user's cache."""
    return run(sys.executable, "-m", "playwright", "install", "chromium")


def install_debians() -> bool:
    """The distribution's Chromium."""
    return apt_install(SHELL) or apt_install("chromium")


INSTALLERS: tuple[Callable[[], bool], ...] = (install_playwrights, install_debians)


def find_or_install() -> str | None:
    """A browser that starts and can be driven, installing what that takes."""
    if not driver_starts() and apt_install("libatomic1"):
        driver_starts.cache_clear()
    found = find()
    if os.environ.get("CHROMIUM") or not driver_starts():
        return found
    for install in INSTALLERS:
        if found is None and install():
            found = find()
    return found


def main() -> int:
    """Print the path, or the reason why there is none."""
    if found := find_or_install():
        print(found)
        return 0
    print(f"No browser: {why_none()}. Set CHROMIUM to a Chrome or Chromium.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
