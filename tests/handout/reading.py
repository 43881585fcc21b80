"""What is inside of a hand-out."""

import json
import re

from pages.handout.packing import unpacked


def stored(text: str, name: str) -> str:
    """The content of one of the file's `<script type="text/plain">`."""
    return re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>', text, re.DOTALL)[1]


def messages(text: str) -> dict[str, bytes]:
    """Every message, by sheet, key and position of the slider."""
    raw = unpacked(stored(text, "messages"))
    places = json.loads(stored(text, "about"))["places"]
    return {name: raw[at : at + length] for name, (at, length) in places.items()}
