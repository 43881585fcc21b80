"""The networks that ship with the app, by names that hold on every server.

    weights=sentiment                              the network, reading an example
    weights=sentiment~the_music_was_good           reading this
    weights=characters-lstm~~eNoLycgsVgCiRIWS1...  reading what is no plain text: packed

So a link to a shipped network is good for ever: network and what it reads are made from the name.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

from pages.ui.results import stored
from pages.ui.stocks import stocks
from rnn_core.applications import captions, connectivity, distance, entities, sentiment, translation
from rnn_core.applications.captions import Sketch
from rnn_core.applications.distance import Distance
from rnn_core.applications.probe import Probe, probe
from rnn_core.applications.series import SHARES, wave_values
from rnn_core.experiment.settings import LONGEST_TEXT
from rnn_core.tasks import Batch
from rnn_core.tasks.sentences import ANSWERS, VOCABULARY, batch
from rnn_core.tasks.series import Prices, wave_batch
from rnn_core.training import models
from rnn_core.training.models import Model

FOLDER: Final = Path(__file__).resolve().parents[2] / "assets" / "models"
MOST_LETTERS: Final = 2000  # of what is read
_PLAIN: Final = re.compile(r"[A-Za-z0-9.,' ]*")


@stored()
def load(name: str) -> Model:
    """A shipped network; a `ValueError` says why it cannot be had, and is not kept."""
    return models.load(FOLDER, name)


@cache
def prices() -> Prices:
    """The weekly prices that ship inside Plotly."""
    return Prices.of({name: [*map(float, stocks()[name])] for name in SHARES})


def reading(model: Model, text: str) -> Probe:
    """The network with this before it; its name says both."""
    found = READERS[model.card.application](model, text)
    name = f"{model.card.name}~{_packed(text)}"
    return replace(found, origin=name) if len(name) <= LONGEST_TEXT else found


def opened(name: str) -> Probe | None:
    """The shipped network that goes by this name, with what it reads; None: there is none."""
    if name.partition("~")[0] not in _names(FOLDER):
        return None
    try:
        return _opened(name, load(name.partition("~")[0]))
    except (ValueError, KeyError, IndexError, zlib.error, binascii.Error):
        return None


@cache
def _names(folder: Path) -> frozenset[str]:
    return frozenset(models.names(folder))


@stored()
def _opened(name: str, _model: Model) -> Probe:
    rest, application = name.partition("~")[2], _model.card.application
    text = _unpacked(rest) if rest else EXAMPLES[application]
    return replace(READERS[application](_model, text), origin=name)


def _packed(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text.replace(" ", "_")
    packer = zlib.compressobj(9, wbits=-15)
    raw = packer.compress(text.encode()) + packer.flush()
    return "~" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpacked(code: str) -> str:
    if not code.startswith("~"):
        return code.replace("_", " ")
    raw = base64.urlsafe_b64decode(code[1:] + "=" * (-len(code[1:]) % 4))
    return zlib.decompressobj(wbits=-15).decompress(raw, MOST_LETTERS).decode()


# -- what each application reads -------------------------------------------------------------


def _sentiment(model: Model, text: str) -> Probe:
    return sentiment.probe_of(model.network, sentiment.understood(text))


def _entities(model: Model, text: str) -> Probe:
    kind = "both directions" if model.card.direction == "bidirectional" else "forward only"
    return entities.probe_of(kind, model.network, entities.understood(text))


def _translation(model: Model, text: str) -> Probe:
    return translation.probe_of(model, translation.understood(text))


def _characters(model: Model, text: str) -> Probe:
    return connectivity.probe_of(model, text)


def _captions(model: Model, text: str) -> Probe:
    """The drawing's pixels in hexadecimal, and what it is called."""
    first = captions.to_hex(captions.sketch(Sketch())[0])
    pixels, _, name = (text or f"{first} drawing 1").partition(" ")
    said = captions.describe(model.network, captions.from_hex(pixels))
    mark = f"{crc32(pixels.encode()):08x}"  # two drawings are two probes
    return captions.probe_of(model, said, f"{name or 'a drawing'} ({mark})")


def _sentences(model: Model, text: str) -> Probe:
    """Gap, filler and country, or one of the short sentences."""
    gap, _, rest = text.partition(" ")
    filler, _, country = rest.partition(" ")
    wish = (
        Distance(sentence=text)
        if not gap.isdigit()
        else Distance(gap=int(gap), filler=int(filler), country=country)
    )
    read = distance.sentence(wish)
    title = f"{model.card.cell.upper()}, clue and answer {read.gap} words apart"
    return probe(title, model.networks, batch((read,)), VOCABULARY.words, ANSWERS.words)


def of_distance(wish: Distance) -> str:
    """The sentence asked for, as `reading` takes it."""
    if wish.sentence == distance.FAR:
        return f"{wish.gap} {wish.filler} {wish.country}"
    return wish.sentence


def _wave(model: Model, text: str) -> Probe:
    """Which wave, and how many of its values are read."""
    wave, read = map(int, text.split())
    made = wave_batch(wave_values(wave)[:, : read + 1])
    return probe(f"Wave {wave}, next value", model.networks, made)


def _prices(model: Model, share: str) -> Probe:
    every, k = prices().batch("validation"), SHARES.index(share)
    one = slice(k, k + 1)
    made = Batch(every.x[one], every.targets[one], every.weights[one])
    return probe(f"{share}, next week's change", model.networks, made)


READERS: Final[Mapping[str, Callable[[Model, str], Probe]]] = {
    "sentiment": _sentiment,
    "entities": _entities,
    "translation": _translation,
    "captions": _captions,
    "characters": _characters,
    "python": _characters,
    "sentences": _sentences,
    "wave": _wave,
    "prices": _prices,
}
EXAMPLES: Final[Mapping[str, str]] = {  # what is read where a link names the network alone
    "sentiment": "the music was good",
    "entities": "Paris smiled .",
    "translation": "81",
    "captions": "",  # the first drawing
    "characters": "To be, or not to be",
    "python": "for name in names:",
    "sentences": "30 0 Canada",
    "wave": "0 40",
    "prices": SHARES[0],
}
