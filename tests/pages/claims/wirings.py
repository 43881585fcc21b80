"""Wirings: where inputs enter and losses sit decides what the first steps are told."""

from pages.figures.wirings.cards import CARDS, facts, inputs_at, length, losses_at, profiles
from pages.ui.session import Wish
from rnn_core.engine.cells import CELLS
from tests.pages.claims.measured import again, every_seed


def ratio(found) -> float:
    start, end = facts(found).norms
    return start / end


def one_or_many(wish: Wish) -> bool:
    (many,) = (card for card in CARDS if card.key == "many-to-many")
    return all(
        ratio(again(r, cell=cell)) < 1e-3
        and 0.1 < ratio(again(r, cell=cell, **dict(many.changes))) < 10
        for r in every_seed(wish)
        for cell in CELLS
    )


def through_one_state(wish: Wish) -> bool:
    """The encoder counts no loss, and its first step gets less than its last."""
    for found in (again(r, cell=cell) for r in every_seed(wish) for cell in CELLS):
        steps = length(found.stages[0])
        h = profiles(found)["h"]
        if losses_at(found)[:steps].any() or h[0] > 0.1 * h[steps - 1]:
            return False
    return True


def once(wish: Wish) -> bool:
    """One input, a loss at every step, and a gradient at step 1 that has not vanished."""
    return all(
        list(inputs_at(r).nonzero()[0]) == [0] and losses_at(r).all() and ratio(r) > 0.1
        for seed in every_seed(wish)
        for r in (again(seed, cell=cell) for cell in CELLS)
    )


CLAIMS = {"one-loss": one_or_many, "translation": through_one_state, "image": once}
