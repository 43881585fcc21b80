"""The README's pictures: small, there, and described."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
EACH, TOGETHER = 60_000, 700_000  # bytes
ALT = 30  # letters that a picture's description has at least


def test_every_picture_is_there_small_and_described():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {path: alt for alt, path in re.findall(r"!\[([^\]]*)\]\((docs/pictures/[^)]+)\)", text)}
    there = sorted(PICTURES.glob("*"))
    assert {f"docs/pictures/{path.name}" for path in there} == shown.keys()
    assert len(shown) == 12 and all(len(alt) >= ALT for alt in shown.values())
    sizes = [path.stat().st_size for path in there]
    assert max(sizes) <= EACH and sum(sizes) <= TOGETHER
