"""The packages that the site is made of: fetched by npm and pip, and checked one by one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
PINS: Final = HERE / "pins.toml"
SECONDS: Final = 600


class Refused(Exception):
    """Why the site is not built, in words for whoever builds it."""


@dataclass(frozen=True)
class Inputs:
    """Paths of all that the site is made of."""

    stlite: Path  # the unpacked package's files for the web
    pyodide: Path
    wheels: tuple[Path, ...]  # pure Python, stlite's own among them
    numpy: Path
    plotly: Path
    remarks: tuple[str, ...]  # what whoever builds it should know

    @property
    def lock(self) -> dict[str, Any]:
        """Pyodide's own list of its packages."""
        found: dict[str, Any] = json.loads((self.pyodide / "pyodide-lock.json").read_bytes())
        return found


def gather(store: Path, wheels: Path | None) -> Inputs:
    """Inputs by their pins; those that are not in the `store` yet are fetched into it."""
    pins = tomllib.loads(PINS.read_text(encoding="utf-8"))
    store.mkdir(parents=True, exist_ok=True)
    for pin in pins["npm"].values():
        need(store / pin["file"], pin["sha256"], lambda pin=pin: _from_npm(pin, store))
    _from_pypi([p for p in pins["pypi"] if not is_right(store / p["file"], p["sha256"])], store)
    for pin in pins["pypi"]:
        check(store / pin["file"], pin["sha256"], "pins.toml")
    stlite, pyodide = (_unpacked(store / pins["npm"][n]["file"]) for n in ("stlite", "pyodide"))
    pure = {pin["name"]: store / pin["file"] for pin in pins["pypi"]}
    plotly = pure.pop("plotly")
    own = sorted((stlite / "build" / "wheels").glob("*.whl"))
    numpy, remark = _numpy(pyodide, pins["numpy"]["address"], store, wheels)
    return Inputs(stlite / "build", pyodide, (*own, *pure.values()), numpy, plotly, (remark,))


# -- checking --------------------------------------------------------------------------------------


def sha256(path: Path) -> str:
    """The file's checksum."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_right(path: Path, wanted: str) -> bool:
    """Whether the file is there, and the one that was meant."""
    return path.exists() and sha256(path) == wanted


def check(path: Path, wanted: str, said_by: str) -> None:
    """Refuse a file that is not the one that was meant, and let go of it."""
    if not path.exists():
        raise Refused(f"{path.name} did not come.")
    if (found := sha256(path)) != wanted:
        path.unlink()
        raise Refused(
            f"{path.name} is not the file that was meant: its sha256 is {found}, and {said_by} "
            f"says {wanted}. It has been removed; run this again, or look into it."
        )


def need(path: Path, wanted: str, fetch: Any) -> None:
    """Fetch a file unless it is there already, and check it."""
    if not is_right(path, wanted):
        fetch()
        check(path, wanted, "pins.toml")


# -- fetching --------------------------------------------------------------------------------------


def _from_npm(pin: Mapping[str, str], store: Path) -> None:
    if shutil.which("npm") is None:
        raise Refused("npm is needed, and node (18 or newer), to fetch stlite and Pyodide.")
    _run("npm", "pack", "--silent", f"{pin['package']}@{pin['version']}", cwd=store)


def _from_pypi(pins: list[Mapping[str, str]], store: Path) -> None:
    if not pins:
        return
    asked = store / "requirements.txt"
    lines = [f"{p['name']}=={p['version']} --hash=sha256:{p['sha256']}\n" for p in pins]
    asked.write_text("".join(lines), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    which = ("--no-deps", "--only-binary=:all:", "--python-version=3.13", "--platform=any")
    _run(*pip, *which, "--require-hashes", "-r", asked.name, "-d", ".", cwd=store)


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise Refused(f"{' '.join(command[:4])} … failed:\n{said[-2000:]}")


def _unpacked(package: Path) -> Path:
    """The folder `package` of an npm package."""
    folder = package.with_suffix("")
    if not folder.exists():
        partly = folder.with_suffix(".partly")
        shutil.rmtree(partly, ignore_errors=True)
        with tarfile.open(package) as archive:
            archive.extractall(partly, filter="data")
        partly.rename(folder)
    return folder / "package"


# -- NumPy -----------------------------------------------------------------------------------------


def _numpy(pyodide: Path, address: str, store: Path, wheels: Path | None) -> tuple[Path, str]:
    """NumPy's wheel for the browser, and what is to be said of it."""
    lock = json.loads((pyodide / "pyodide-lock.json").read_bytes())
    name, wanted = (lock["packages"]["numpy"][key] for key in ("file_name", "sha256"))
    if wheels is not None:
        return _given(wheels / name, wanted, address)
    path = store / name
    if not is_right(path, wanted):
        _download(address + name, path)
        check(path, wanted, "Pyodide's lock file")
    return path, f"NumPy: {name}, Pyodide's own build."


def _given(path: Path, wanted: str, address: str) -> tuple[Path, str]:
    """A wheel from a folder: Pyodide's own, or one that the folder's SHA256SUMS names."""
    if not path.exists():
        raise Refused(f"WHEELS: there is no {path.name} in it. It comes from {address}{path.name}")
    found, sums = sha256(path), path.with_name("SHA256SUMS")
    if found == wanted:
        return path, f"NumPy: {path.name}, Pyodide's own build."
    listed = sums.read_text(encoding="utf-8").split() if sums.exists() else []
    if dict(zip(listed[1::2], listed[::2], strict=False)).get(path.name) != found:
        raise Refused(
            f"{path.name} in WHEELS is not Pyodide's own build ({wanted}), and no SHA256SUMS "
            f"beside it names its sha256 ({found})."
        )
    return path, f"NumPy: {path.name}, not Pyodide's own build but the one that SHA256SUMS names."


def _download(address: str, to: Path) -> None:
    partly = to.with_suffix(".partly")
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            partly.write_bytes(answer.read())
    except OSError as fault:
        raise Refused(
            f"NumPy's wheel for the browser could not be fetched from {address} ({fault}). "
            "Put it into a folder and name that: make site WHEELS=folder"
        ) from None
    partly.rename(to)
