"""Translation: what fits through the hand-over."""

from pages.figures.translation import told
from pages.ui.models import translation
from pages.ui.session import Wish


def said(wish: Wish) -> str:
    found = translation.models()
    return told(translation.readings(found, wish.own.english), wish.own.english)


CLAIMS = {
    "long": lambda w: "through 96 units rightly, through 16 units wrongly" in said(w),
    "short": lambda w: "by the dictionary wrongly" in said(w) and said(w).count("rightly") == 2,
}
