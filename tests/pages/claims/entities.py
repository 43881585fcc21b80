"""Named entities: what words after a name decide, and what words before it do."""

import numpy as np

from pages.ui.models import entities
from pages.ui.session import Wish
from rnn_core.applications.entities import Mention, Tagged
from rnn_core.tasks.entities import TAGS


def found(mention: Mention) -> Tagged:
    seen = entities.tagged(mention)
    assert seen is not None and seen.words[seen.word] == "Austin"
    return seen


def decided_later(wish: Wish, tag: str) -> bool:
    seen = found(wish.own)
    forward, both = seen.forward[seen.word], seen.both[seen.word]
    thirds = all(0.2 < forward[TAGS.index(t)] < 0.45 for t in ("person", "place", "company"))
    return thirds and both[TAGS.index(tag)] > 0.9


def alike(wish: Wish) -> bool:
    """Forward only answers as in the other sentence, whose words are the same up to the name."""
    other = found(Mention(sentence="i heard that Austin was born in Lima ."))
    seen = found(wish.own)
    return bool(np.array_equal(seen.forward[seen.word], other.forward[other.word]))


def decided_before(wish: Wish) -> bool:
    seen = found(wish.own)
    return all(p[seen.word, TAGS.index("person")] > 0.9 for p in (seen.forward, seen.both))


CLAIMS = {
    "person": lambda w: decided_later(w, "person"),
    "place": lambda w: decided_later(w, "place") and alike(w),
    "before": decided_before,
}
