"""Prefetching of scripts that later pictures of a lecture need, while the first is looked at."""

from __future__ import annotations

import os
from typing import Any, Final

from pages.components.factory import unseen
from pages.components.plot import SOURCE
from pages.components.scripts import SERVED, address

PICTURES: Final = (
    "cell", "unrolled", "wirings", "heatmaps", "byhand", "flow", "letters", "saturation", "spoken",
)  # fmt: skip

_component = unseen("ahead")


def ahead() -> None:
    """Have the browser fetch what the components' pictures are drawn by."""
    data: dict[str, Any] = {}
    if os.environ.get(SERVED):  # elsewhere every picture brings its script along
        data = {"scripts": [address(name) for name in PICTURES], "plot": address("plot")}
        data["plotly"] = SOURCE
    _component(key="ahead", data=data)
