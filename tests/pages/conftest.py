"""A reader without a browser: Streamlit's own test session on the frame script."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import hand, shipped
from pages.ui.contents import FIRST
from pages.ui.store import STORE
from tests.pages.reader import clean

SHELL = Path(__file__).parents[2] / "pages" / "_shell.py"
PATIENCE_SECONDS = 60

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nobody_drags(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slider that is moved here is not under a hand: what stands below it comes at once."""
    monkeypatch.setattr(hand, "RESTS", 0.0)


@pytest.fixture
def visit() -> Visit:
    """``visit("gates", cell="gru")`` opens a page by a link and fails on any exception."""

    def opened(page: str = FIRST, params: Mapping[str, str] | None = None, **more: str) -> AppTest:
        reader = AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS)
        reader.query_params.update({**(params or {}), **more})
        if page != FIRST:
            reader.switch_page(f"{page}.py")
        return clean(reader.run())

    return opened


@pytest.fixture
def no_networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder of shipped networks is empty, and none is remembered."""
    STORE.tidy(unused=0)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    yield tmp_path
    STORE.tidy(unused=0)
