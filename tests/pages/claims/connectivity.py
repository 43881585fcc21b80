"""Connectivity: how far back each of three networks feels."""

from pages.ui.models import connectivity
from pages.ui.session import Wish


def reaches(wish: Wish) -> dict[str, int]:
    """Reach of the picked character, the last one, by cell."""
    found = connectivity.together(wish.own)
    assert found is not None and wish.own.place == -1
    return {cell: int(felt.reaches[wish.own.towards][-1]) for cell, felt in found.felt.items()}


def as_told(wish: Wish) -> bool:
    return reaches(wish) == {"rnn": 17, "gru": 40, "lstm": 40}


CLAIMS = {"reach": as_told, "logit": as_told}
