"""The browser of the tests: which of several is taken, and which is installed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts import browser as finder


def test_a_browser_without_windows_comes_first_unless_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("chromium", finder.SHELL):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    first, second = finder.candidates(), finder.candidates()
    assert next(first) == str(tmp_path / finder.SHELL)
    assert next(first) == str(tmp_path / "chromium")
    monkeypatch.setenv("CHROMIUM", "mine")
    assert list(second) == ["mine"]


@pytest.mark.parametrize(
    ("known", "tried"),
    [(finder.SHELL, [finder.SHELL]), ("chromium", [finder.SHELL, "chromium"])],
)
def test_a_distribution_that_has_no_shell_has_a_chromium(
    known: str, tried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(finder, "apt_install", lambda name: asked.append(name) or name == known)
    assert finder.install_debians() and asked == tried


def test_playwrights_own_is_looked_for_while_playwright_is_under_way() -> None:
    """The synchronous Playwright refuses to start where a loop runs, as one of its own does."""
    pytest.importorskip("playwright")

    async def inside() -> list[str]:
        return list(finder.playwrights_own())

    with ThreadPoolExecutor() as apart:
        assert all(Path(path).exists() for path in apart.submit(asyncio.run, inside()).result())
