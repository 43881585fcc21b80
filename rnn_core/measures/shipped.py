"""Trained networks that ship with the app: what they answer, on what, and against which baseline.

Everything is computed from their weights and held-out data, except where a network needs data that
`rnn_core` does not have (prices): there its card is read, whose numbers the tests make again.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np

from rnn_core.applications.captions import Sketch
from rnn_core.applications.characters import START, Reading, read
from rnn_core.applications.connectivity import NETWORKS, Connected, felt, probe_of, readable, shared
from rnn_core.applications.distance import Distance, Felt, feel, sentence, together, untrained
from rnn_core.applications.entities import Mention, growing, names, tags
from rnn_core.applications.entities import understood as mention_words
from rnn_core.applications.probe import look, run_of
from rnn_core.applications.scores import SEED, describe, translate
from rnn_core.applications.sentiment import (
    LAST_ORDER,
    Review,
    answers,
    bag_answers,
    kept_bag,
    ordered,
)
from rnn_core.applications.sentiment import understood as review_words
from rnn_core.applications.series import Forecast, errors
from rnn_core.applications.translation import held_out
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.measures.gradients import logarithm
from rnn_core.measures.measure import CELL_NAMES, Own, check_range
from rnn_core.measures.own_settings import row
from rnn_core.tasks import captions, translation
from rnn_core.tasks.baselines import Bag
from rnn_core.tasks.sentences import ANSWERS
from rnn_core.tasks.translation import DIGITS
from rnn_core.training import models
from rnn_core.training.models import Model

FOLDER: Final = Path(__file__).resolve().parents[2] / "assets" / "models"
SAMPLE: Final = 100  # numbers or drawings that a share is measured on


@lru_cache(maxsize=16)
def shipped_model(name: str) -> Model:
    """A network of the app's folder; a `ValueError` says what is wrong with it."""
    return models.load(FOLDER, name)


# -- a clue and its answer -----------------------------------------------------------------------

Cell = Literal["rnn", "gru", "lstm"]


def _felt(wish: Distance, cell: str, trained: bool) -> Felt:
    network, asked = shipped_model(f"sentences-{cell}").network, sentence(wish)
    fresh = (network,) if trained else untrained(network, wish.untrained)
    return together([feel(each, [asked]) for each in fresh])


def clue_left(
    e: Experiment, own: Own, *, cell: Cell, trained: Literal["yes", "no"] = "yes"
) -> float:
    """log10 of the answer's gradient at the clue over that at the last word, median of networks."""
    found = _felt(row(Distance, own), cell, trained == "yes").at_clue("share")
    return logarithm(float(np.median(found)))


def clue_felt_most(e: Experiment, own: Own, *, trained: Literal["yes", "no"] = "no") -> str:
    """The cell in which most of the answer's gradient reaches the clue."""
    shares = {cell: clue_left(e, own, cell=cell, trained=trained) for cell in CELL_NAMES}
    return max(shares, key=shares.__getitem__)


def answer_chance(e: Experiment, own: Own, *, cell: Cell) -> float:
    """Probability that the trained network gives to the right last word."""
    wish = row(Distance, own)
    (chances,) = _felt(wish, cell, True).answers
    return float(chances[ANSWERS.rows[sentence(wish).answer]])


# -- sentiment -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _bag() -> Bag:
    return kept_bag(shipped_model("sentiment"))


def _orders(own: Own) -> list[tuple[str, ...]]:
    """A review as typed, and in as many other orders as can be picked."""
    typed = review_words(row(Review, own).review)
    return [ordered(typed, k) for k in range(LAST_ORDER + 1)]


def orders_that_turn(e: Experiment, own: Own, *, who: Literal["network", "bag"]) -> float:
    """Share of shuffled orders in which the answer is another than in the order typed."""
    orders = _orders(own)
    network = shipped_model("sentiment").network
    found = answers(network, orders) if who == "network" else bag_answers(_bag(), orders)
    return float(np.mean((found[1:] > 0.5) != (found[0] > 0.5)))


def positive(e: Experiment, own: Own, *, who: Literal["network", "bag"] = "network") -> float:
    """Probability of “positive” for the review in the order picked."""
    wish = row(Review, own)
    words = ordered(review_words(wish.review), wish.order)
    found = answers(shipped_model("sentiment").network, [words])
    return float((found if who == "network" else bag_answers(_bag(), [words]))[0])


# -- names ---------------------------------------------------------------------------------------


def later_words(
    e: Experiment, own: Own, *, direction: Literal["forward", "both"] = "forward"
) -> float:
    """How far a name's tag probabilities move, at most, as the words after it are read."""
    wish = row(Mention, own)
    typed = mention_words(wish.sentence)
    ahead, around = (shipped_model(f"entities-{k}").network for k in ("forward", "both"))
    k = wish.word - 1 if wish.word else names(typed, tags(ahead, typed), tags(around, typed))[0]
    course = growing(ahead if direction == "forward" else around, typed, k)
    return float(np.abs(course - course[0]).max())


# -- translation, captions -----------------------------------------------------------------------


@lru_cache(maxsize=8)
def _right(hidden: int, digits: int) -> float:
    some = [n for n in held_out() if len(str(n)) == digits][:SAMPLE]
    found = translate(shipped_model(f"translation-{hidden}").networks, some)
    return float(np.mean([f == translation.french(n) for f, n in zip(found, some, strict=True)]))


def translated(e: Experiment, own: Own, *, hidden: Literal[16, 96] = 16, digits: int = 6) -> float:
    """Share of held-out numbers of so many digits that are translated without a fault."""
    check_range("digits", digits, 3, DIGITS)
    return _right(hidden, digits)


def translated_lost(e: Experiment, own: Own, *, hidden: Literal[16, 96] = 16) -> float:
    """Share translated rightly of numbers of three digits, less that of six digits."""
    return _right(hidden, 3) - _right(hidden, 6)


@lru_cache(maxsize=2)
def _captioned(which: str) -> float:
    rng = np.random.default_rng(SEED)
    images, truth = captions.drawings(rng, SAMPLE, "unseen" if which == "unseen" else "validation")
    said = describe(shipped_model("captions").network, images)
    return float(np.mean([s == t.words[:-1] for s, t in zip(said, truth, strict=True)]))


def captions_right(e: Experiment, own: Own) -> float:
    """Share of fresh drawings of the kind shown whose whole caption is right."""
    return _captioned(row(Sketch, own).which)


# -- characters ----------------------------------------------------------------------------------


def _read(own: Own, letters: int) -> tuple[Model, str, Array, Array]:
    wish = row(Reading, own)
    model = shipped_model(wish.writer)
    given, _ = readable(wish.opening, model.card.inputs)
    done = read(model, given, letters, wish.heat, wish.draw)
    return model, done.text.removeprefix(START)[len(given) :], done.bits, done.pairs


def bits_over_pairs(e: Experiment, own: Own) -> float:
    """Mean surprise of the network at the text typed, over that of who only counts pairs."""
    _, _, bits, pairs = _read(own, 0)
    return float(bits.mean() / pairs.mean())


def repeats(e: Experiment, own: Own) -> float:
    """Share of the characters written that belong to a passage of 12 written before."""
    _, text, _, _ = _read(own, 300)
    piece = 12
    seen: set[str] = set()
    again = 0
    for k in range(len(text) - piece + 1):
        again += text[k : k + piece] in seen
        seen.add(text[k : k + piece])
    return again / max(1, len(text) - piece + 1)


@lru_cache(maxsize=2)
def _medians(wish: Connected) -> dict[str, Array]:
    """Network by network, (N - 1,) the median norm at 1, 2, ... characters back."""
    several = {cell: shipped_model(name) for cell, name in NETWORKS.items()}
    text, _ = readable(wish.passage, shared(several.values()))
    found = {}
    for cell, model in several.items():
        piece = probe_of(model, text)
        done = run_of(piece, look(piece, Experiment()))
        found[cell] = felt(done, wish.foretold).medians[wish.towards]
    return found


def felt_back(e: Experiment, own: Own, *, cell: Cell, back: int = 20) -> float:
    """log10 of how strongly the character so many back is felt, over the latest one; median."""
    median = _medians(row(Connected, own))[cell]
    check_range("back", back, 1, len(median))
    return logarithm(float(median[back - 1])) - logarithm(float(median[0]))


def farthest_felt(e: Experiment, own: Own, *, back: int = 20) -> str:
    """The cell whose trained network feels the character so many back most, by its latest one."""
    felt_there = {cell: felt_back(e, own, cell=cell, back=back) for cell in CELL_NAMES}
    return max(felt_there, key=felt_there.__getitem__)


# -- series --------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _wave_errors(read_values: int) -> tuple[Array, Array, Array]:
    found = errors(shipped_model("wave").network, read_values)
    return found.network, found.naive, found.zero


def wave_error(e: Experiment, own: Own, *, against: Literal["naive", "zero"] = "naive") -> float:
    """Error of the forecast at the horizon over that of “the last value again” or of “always 0”."""
    wish = row(Forecast, own)
    network, naive, zero = _wave_errors(wish.read)
    k = wish.horizon - 1
    return float(network[k] / (naive if against == "naive" else zero)[k])


def price_error(e: Experiment, own: Own) -> float:
    """Error of the price network on held-out weeks over that of “no change”."""
    card = shipped_model("prices").card
    return card.scores["error in percent"] / card.baselines["no change"]
