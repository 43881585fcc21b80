"""Character model: a unit that counts the line, a loop at temperature 0, indented code."""

from pages.figures.characters import unit_of
from pages.ui.models import characters
from pages.ui.session import Wish
from rnn_core.applications.characters import Read

LETTERS = 12  # of a piece that is looked for twice


def read(wish: Wish) -> Read:
    model = characters.network(wish.own)
    assert model is not None and model.card.name == wish.own.writer
    return characters.reading(model, wish.own)[0]


def counts_the_line(wish: Wish) -> bool:
    """The unit on screen goes along with the place in the line, on text that it was not chosen on.

    Blue is +1: the correlation is negative."""
    model, seen = characters.network(wish.own), read(wish)
    assert model is not None
    found = characters.searched(model, seen, wish.own)
    (line,) = [f for f in found if f.feature == "line"]
    return line.unit == unit_of(wish.own, seen, found) and line.measured < -0.9


def new_pieces(seen: Read) -> float:
    """The share of pieces of its own writing that come for the first time."""
    text = seen.text[seen.given :]
    pieces = [text[k : k + LETTERS] for k in range(len(text) - LETTERS)]
    return len(set(pieces)) / len(pieces)


def repeats_itself(wish: Wish) -> bool:
    warm = type(wish.own)(letters=wish.own.letters)
    return new_pieces(read(wish)) < 0.7 and new_pieces(read(wish._replace(own=warm))) > 0.97


def indents(wish: Wish) -> bool:
    lines = [x for x in read(wish).text.split("\n")[2:] if x.strip()]
    return sum(x.startswith("    ") for x in lines) >= 0.6 * len(lines) > 1


CLAIMS = {"line": counts_the_line, "cold": repeats_itself, "python": indents}
