"""Stand-in for micropip: all packages that stlite asks for are in the site's library."""

import sys
from collections.abc import Iterable, Mapping
from types import ModuleType


def add_mock_package(
    name: str, version: str, *, modules: Mapping[str, str] | None = None, persistent: bool = False
) -> None:
    """Make modules from their sources; so stlite stands in for pyarrow, which no page uses."""
    for title, source in (modules or {}).items():
        module = sys.modules[title] = ModuleType(title)
        exec(source, module.__dict__)


async def install(requirements: Iterable[str], **_: object) -> None:
    """Install nothing: all packages are there."""
