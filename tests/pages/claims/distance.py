"""Long-term dependency: who still answers, and how much gradient is left at the clue."""

import numpy as np

from pages.ui.models import distance
from pages.ui.session import Wish
from rnn_core.tasks.sentences import ANSWERS


def seen(wish: Wish) -> tuple[dict[str, str], dict[str, float], str]:
    """Answers and shares of the gradient at the clue, by trained cell, and the right answer."""
    found = distance.reading(wish.own, distance.models())
    said = {c: ANSWERS.words[int(np.argmax(f.answers[0]))] for c, f in found.trained.items()}
    left = {c: float(f.at_clue("share")[0]) for c, f in found.trained.items()}
    return said, left, found.sentence.answer


def gates_answer(wish: Wish) -> bool:
    said, _, right = seen(wish)
    return said["gru"] == said["lstm"] == right


def vanished_but_known(wish: Wish) -> bool:
    said, left, right = seen(wish)
    return gates_answer(wish) and said["rnn"] != right and left["lstm"] < 1e-4


CLAIMS = {
    "canada": lambda w: (
        gates_answer(w) and seen(w)[0]["rnn"] != "French" and seen(w)[1]["lstm"] < 1e-4
    ),
    "near": lambda w: gates_answer(w) and min(seen(w)[1].values()) > 1e-2,
    "far": gates_answer,
}
