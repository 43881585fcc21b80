"""Sentiment: order decides, and the bag of words cannot see it."""

import numpy as np

from pages.ui.models import sentiment
from pages.ui.session import Wish
from rnn_core.applications.sentiment import Opinions


def found(wish: Wish) -> Opinions:
    seen = sentiment.opinions(wish.own)
    assert seen is not None and not seen.reading.strange
    return seen


def swapped(wish: Wish) -> bool:
    """Whether the network's answer turns with the order of the clauses, and the bag's stays."""
    seen = found(wish)
    first, rest = " ".join(seen.reading.words).split(" , ")
    back = f"although {rest} , {first.removeprefix('although ')}"
    other = sentiment.opinions(type(wish.own)(review=back))
    assert other is not None
    same = bool(np.isclose(seen.bag, other.bag, rtol=1e-12))
    return seen.reading.answer > 0.9 and other.reading.answer < 0.1 and same


def not_good(wish: Wish) -> bool:
    reading = found(wish).reading
    at = reading.words.index("good")
    plain = sentiment.opinions(type(wish.own)(review="the ending was good"))
    assert plain is not None and plain.reading.answer > 0.9
    return bool(reading.answer < 0.1 and 0.4 < reading.positive[at - 1] < 0.7)


CLAIMS = {
    "although": lambda w: found(w).reading.answer < 0.1 and found(w).bag > 0.5,
    "swapped": swapped,
    "not": not_good,
    "nobody": lambda w: found(w).reading.answer > 0.9 and found(w).bag < 0.5,
}
