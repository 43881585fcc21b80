"""Captions: right on drawings never trained on, also where copying cannot be."""

from dataclasses import replace

from pages.ui import trained
from pages.ui.models import captions
from pages.ui.session import Wish


def said(wish: Wish) -> tuple[bool, bool]:
    """Whether the network's caption and the nearest drawing's are right."""
    there, model = captions.drawing(wish.own), trained.model("captions")
    assert model is not None and there.subject is not None
    found = captions.caption(model, there.image, wish.own.slope)
    right = there.subject.words
    near = captions.neighbour(there.image).subject
    return tuple(s.word for s in found.spoken) == right, near.words == right


def right_here_often_wrong(wish: Wish) -> bool:
    others = [replace(wish.own, drawn=k) for k in range(1, 13)]
    right = sum(said(wish._replace(own=other))[0] for other in others)
    return said(wish) == (True, False) and right <= len(others) / 2


CLAIMS = {"seen": lambda w: said(w)[0], "unseen": right_here_often_wrong}
