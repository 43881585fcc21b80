"""Act one: a chain of cells that reads the reader's text and goes on, and the one cell it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from pages.figures.story.canvas import (
    SIZES,
    Drawing,
    Item,
    Position,
    Size,
    box,
    item,
    line,
    path,
    text,
)
from rnn_core.applications.characters import Read
from rnn_core.training.models import Model

SHOWN: Final = {" ": "␣", "\n": "↵"}
LIKELY: Final = 3  # guesses that are drawn
Guess = tuple[str, float]


class Column(NamedTuple):
    """One letter that was read, and the likeliest next ones."""

    letter: str
    own: bool  # written by the network itself
    guesses: tuple[Guess, ...]


@dataclass(frozen=True)
class Chain:
    """The network's text: read and written letters, and the number of its weights."""

    given: str
    written: str
    columns: tuple[Column, ...]  # one for each letter of both
    weights: int


def chain_of(read: Read, model: Model) -> Chain:
    """The text that a network read and wrote, with its candidates for each next letter."""
    text, alphabet = read.text[1:], model.card.inputs
    columns = tuple(
        Column(
            letter,
            k + 1 >= read.given,
            tuple(
                (alphabet[n], float(p))
                for n, p in zip(read.candidates[k + 1], read.chances[k + 1], strict=True)
            ),
        )
        for k, letter in enumerate(text[:-1])
    )
    given = text[: read.given - 1]
    layers = model.network.layers
    weights = sum(w.size for layer in layers for w in layer if w is not None)
    return Chain(given, text[read.given - 1 :], columns, weights)


def letter_words(letter: str) -> str:
    """A letter as it is drawn; blanks and line breaks are seen."""
    return SHOWN.get(letter, letter)


def said(chain: Chain) -> str:
    """The conclusion: what comes next, and how sure the network is of it."""
    letter, chance = chain.columns[len(chain.given) - 1].guesses[0]
    return (
        f"After “{_end(chain.given, 24)}” it expects “{letter_words(letter)}” "
        f"({100 * chance:.0f} %)"
    )


def _end(words: str, most: int) -> str:
    return words if len(words) <= most else "…" + words[-most:].lstrip()


def shown(chain: Chain, size: Size) -> tuple[Column, ...]:
    """The columns on screen: the last that were given, and the first of its own."""
    before, after = (4, 2) if size.narrow else (9, 5)
    first = max(0, len(chain.given) - before)
    return chain.columns[first : len(chain.given) + after]


# -- the two lines ---------------------------------------------------------------------------------


def lines(chain: Chain, size: Size) -> Iterator[Item]:
    """The typed text and the network's continuation, each on a line."""
    most = 30 if size.narrow else 84
    written = (chain.written.rsplit(None, 1) or [""])[0].replace("\n", " ↵ ")
    yield text(0, 26, _end(chain.given, most), "typed")
    yield text(0, 62, "… " + written.strip()[:most], "written")


# -- the chain -------------------------------------------------------------------------------------

GUESSES, CELL, READ = 98, 246, 348  # where rows begin
HIGH: Final = (58, 38)  # of a cell, of a letter's box


def chained(columns: tuple[Column, ...], size: Size, rolled: bool) -> Iterator[Item]:
    """Every column in its place, or all cells in the one place they share."""
    wide = size.width / max(len(columns), 1)
    for k, column in enumerate(columns):
        last = k == len(columns) - 1
        x = wide * (k + 0.5)
        yield from _cell(x, wide, size, rolled, k)
        yield from _letter(column, x, wide, size, rolled, last)
        yield from _guesses(column, x, wide, size, rolled, last)


def _seen(yes: bool) -> str:
    return "1" if yes else "0"


def _cell(x: float, wide: float, size: Size, rolled: bool, k: int) -> Iterator[Item]:
    half = min(26.0, wide / 2 - 8)
    arrow = item(
        "line", "wire", x1=x - wide + half, y1=CELL + 29.0, x2=x - half - 3, y2=CELL + 29.0
    )
    yield _faded(arrow, not rolled and k > 0)
    if rolled:
        yield box(size.width / 2 - 75, CELL - 34, 150, 126, "cell", 14)
        yield text(size.width / 2, CELL + 37, "GRU", "cell-name large", "middle")
    else:
        yield box(x - half, CELL, 2 * half, HIGH[0], "cell", 8)
        yield text(x, CELL + 35, "GRU", "cell-name", "middle")


def _letter(
    column: Column, x: float, wide: float, size: Size, rolled: bool, last: bool
) -> Iterator[Item]:
    look = "read own" if column.own else "read"
    half, seen = min(21.0, wide / 2 - 6), not rolled or last
    place = x
    y = float(READ)
    wire = line(x, READ - 3, x, CELL + HIGH[0] + 3, "wire")
    if rolled:
        place, y = size.width / 2 - (140 if size.narrow else 250), CELL + 10.0
        wire = line(place + half + 4, CELL + 29, size.width / 2 - 80, CELL + 29, "wire")
    yield _faded(wire, seen)
    yield _faded(box(place - half, y, 2 * half, HIGH[1], look, 8), seen)
    name = text(place, y + 26, letter_words(column.letter), f"letter {look}", "middle")
    yield _faded(name, seen)


def _guesses(
    column: Column, x: float, wide: float, size: Size, rolled: bool, last: bool
) -> Iterator[Item]:
    seen, step, full = not rolled or last, 34.0, wide - 34
    left, top = x - wide / 2 + 8, float(GUESSES)
    wire = line(x, CELL - 3, x, GUESSES + 3 * step + 8, "wire")
    if rolled:
        left, top = size.width / 2 + (104 if size.narrow else 190), CELL - 22.0
        full = 50.0 if size.narrow else 260.0
        wire = line(size.width / 2 + 80, CELL + 29, left - 8, CELL + 29, "wire")
    yield _faded(wire, seen)
    for k, (letter, chance) in enumerate(column.guesses[:LIKELY]):
        y = top + k * step
        yield _faded(text(left + 6, y + 21, letter_words(letter), "guess", "middle"), seen)
        bar = box(left + 18, y + 6, full * chance, 20, "chance" if k else "chance best", 3)
        yield _faded(bar, seen)


def _faded(each: Item, seen: bool) -> Item:
    return each._replace(attributes={**each.attributes, "opacity": _seen(seen)})


def loop(chain: Chain, size: Size, rolled: bool) -> Iterator[Item]:
    """The way from the cell back to itself, and what it carries along."""
    x, top = size.width / 2, CELL - 34.0
    points = [(x + 30, top), (x + 30, top - 46), (x - 30, top - 46), (x - 30, top - 6)]
    yield _faded(path(points, "wire loop"), rolled)
    yield _faded(text(x, top - 56, "state → next state", "soft", "middle"), rolled)
    words = f"{chain.weights:,} weights, the same at every letter"
    yield _faded(text(x, CELL + 130, words, "reading", "middle"), rolled)
    note = (
        "bars: chance of the next letter"
        if size.narrow
        else (
            "top: the likeliest next letters, and how likely · middle: the network at that letter "
            "· bottom: what it reads (coloured: what it wrote itself)"
        )
    )
    yield _faded(text(0, size.height - 12, note, "soft"), not rolled)


def draw(chain: Chain, rolled: bool, size: Size) -> Drawing:
    """The picture of act one."""
    columns = shown(chain, size)
    return (*lines(chain, size), *chained(columns, size, rolled), *loop(chain, size, rolled))


def position(chain: Chain, rolled: bool) -> Position:
    """The picture of act one, unrolled or rolled up."""
    form = "one cell that feeds itself" if rolled else "a chain of equal cells, one per letter"
    alt = f"The network as {form}. It read “{chain.given}” and wrote “{chain.written}”."
    words = f"{chain.weights:,} weights read every letter: the chain is one cell, used again"
    return Position(
        words if rolled else said(chain), alt, tuple(draw(chain, rolled, size) for size in SIZES)
    )
