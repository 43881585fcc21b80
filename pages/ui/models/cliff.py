"""The cliff's surface, and two descents on it, made once for all readers."""

from pages.ui.results import stored
from rnn_core.studies.cliff import Cliff, Path, Surface, descend, surface


@stored()
def ground() -> Surface:
    """The error over both weights."""
    return surface()


@stored()
def descents(wish: Cliff) -> tuple[Path, Path]:
    """The way down without clipping, and with it."""
    return descend(wish, "off"), descend(wish, wish.mode)
