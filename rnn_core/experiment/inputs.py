"""Inputs: a typed text, a sine, noise or a real series, each with its targets.

A longer sequence only adds steps: the first steps, the alphabet and every scale stay as they were,
so that runs of different length can be compared.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_core.arrays import Array
from rnn_core.engine.readout import READOUTS

Series = ArrayLike | Mapping[str, float]

MAX_CHARACTERS = 500
MAX_ALPHABET = 64
MAX_MARKS = 16  # code points in one user-visible character; a family emoji needs 11
FALLBACK_TEXT = "hello"
OTHER = "□"
SINE_PERIOD = 12
NOISE_RANGE = 3.0  # a tanh readout's target for noise is the value / 3, cut to [-1, 1]
NOISE_STREAM = 1  # keeps the noise apart from the draws that default_rng(seed) gives the weights

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "⏎", "\u00a0": "⍽", "\x7f": "␡"}


@dataclass(frozen=True)
class Sequence:
    """One sequence with its targets.

    labels: what stands under each step, (T,) strings.
    x: inputs (1, T, D); targets: (1, T, O).
    alphabet: what each one-hot input stands for, (D,) strings; empty for numbers.
    values: the raw series (T,) to draw, or None for text.
    notes: what the page must say about how the input was read.
    target_labels: the right answer of each step, (T,) strings.
    output_labels: what each output stands for, (O,) strings.
    """

    labels: tuple[str, ...]
    x: Array
    targets: Array
    alphabet: tuple[str, ...]
    values: Array | None
    notes: tuple[str, ...]
    target_labels: tuple[str, ...]
    output_labels: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """Arguments of `make_sequence`; a source reads the fields it needs."""

    steps: int
    text: str
    seed: int
    series: Series | None
    readout: str


@dataclass(frozen=True)
class Source:
    """One kind of input: `make` builds the sequence, `needs` names the field it reads."""

    label: str
    help: str
    make: Callable[[Request], Sequence]
    needs: str = ""


@dataclass(frozen=True)
class Numbers:
    """A series of T+1 numbers on its way to a Sequence; `peak` scales a tanh readout's target."""

    values: Array
    labels: tuple[str, ...]
    peak: float
    notes: tuple[str, ...] = ()


def make_sequence(
    source: str,
    steps: int,
    *,
    text: str = FALLBACK_TEXT,
    seed: int = 0,
    series: Series | None = None,
    readout: str = "softmax",
) -> Sequence:
    """T = `steps` inputs and their targets: always what comes next.

    Text is one-hot over its own characters. A series of numbers has D = 1, and its target follows
    the readout's activation: the next value (linear), the next value scaled into [-1, 1] (tanh),
    1 if the next value is higher and else 0 (sigmoid), one-hot falls (or stays) / rises (softmax).
    """
    if source not in SOURCES:
        raise ValueError(f"Unknown input {source!r}; choose one of {', '.join(SOURCES)}.")
    if readout not in READOUTS:
        raise ValueError(f"Unknown readout {readout!r}; choose one of {', '.join(READOUTS)}.")
    if steps < 1:
        raise ValueError(f"A sequence has at least 1 step, but {steps} were asked for.")
    return SOURCES[source].make(Request(steps, text, seed, series, readout))


def longest(source: str, series: Series | None = None) -> int | None:
    """The largest T this source can give, or None where there is no end."""
    if source != "stocks" or series is None:
        return None
    return len(_read_series(series)[0]) - 1


def characters(text: str) -> Iterator[str]:
    """Split into user-visible characters, as far as the standard library can tell.

    Combining marks, variation selectors, skin tones, joined emoji and flags stay in one piece.
    """
    piece = ""
    for code in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
        if piece and _continues(piece, code):
            piece += code
            continue
        if piece:
            yield _symbol(piece)
        piece = code
    if piece:
        yield _symbol(piece)


def _continues(piece: str, code: str) -> bool:
    """Whether `code` belongs to the user-visible character begun by `piece`."""
    if _is_control(piece[0]) or piece[0] in VISIBLE:
        return False
    if _is_flag_half(code):
        return len(piece) == 1 and _is_flag_half(piece)
    joined = piece[-1] == "\u200d" and unicodedata.category(code) == "So"
    return joined or _extends(code)


def _extends(code: str) -> bool:
    """Marks, zero-width joiner and non-joiner, skin tones, and the tags of regional flags."""
    return (
        unicodedata.category(code) in ("Mn", "Mc", "Me")
        or code in "\u200c\u200d"
        or "\U0001f3fb" <= code <= "\U0001f3ff"
        or "\U000e0020" <= code <= "\U000e007f"
    )


def _is_flag_half(code: str) -> bool:
    return "\U0001f1e6" <= code <= "\U0001f1ff"


def _is_control(code: str) -> bool:
    """Anything that shows nothing by itself: controls, formats, separators, lone surrogates."""
    return unicodedata.category(code) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")


def _symbol(piece: str) -> str:
    """A visible label for one character; invisible ones get a sign or their number."""
    first = piece[0]
    if first in VISIBLE:
        return VISIBLE[first]
    if first < " ":
        return chr(0x2400 + ord(first))
    if _is_control(first):
        return f"U+{ord(first):04X}"
    if _extends(first) and unicodedata.category(first)[0] == "M":
        return ("◌" + piece)[:MAX_MARKS]
    return piece[:MAX_MARKS]


def _text(request: Request) -> Sequence:
    symbols, alphabet, notes = _read_text(request.text)
    used = tuple(itertools.islice(itertools.cycle(symbols), request.steps + 1))
    notes += _length_notes(symbols, request.steps)
    rows = np.eye(len(alphabet))[[alphabet.index(s) for s in used]]
    return Sequence(
        labels=used[:-1],
        x=rows[None, :-1],
        targets=rows[None, 1:],
        alphabet=alphabet,
        values=None,
        notes=notes,
        target_labels=used[1:],
        output_labels=alphabet,
    )


def _read_text(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(symbols, alphabet, notes). The alphabet never depends on T: in order of appearance."""
    notes = []
    window = text[: MAX_CHARACTERS * MAX_MARKS]  # bounds the work for a huge paste
    if all(_is_control(code) for code in window):
        notes.append(f"The text has no visible character, so “{FALLBACK_TEXT}” is used instead.")
        text = window = FALLBACK_TEXT
    found = tuple(itertools.islice(characters(window), MAX_CHARACTERS + 1))
    symbols = found[:MAX_CHARACTERS]
    if len(found) > MAX_CHARACTERS or len(text) > len(window):
        notes.append(f"Only the first {_counted(symbols)} of the text are used.")
    different = len(set(symbols))
    if different > MAX_ALPHABET:
        notes.append(
            f"The text has {different} different characters; the first {MAX_ALPHABET - 1} are "
            f"kept and all others read as {OTHER}."
        )
        symbols = _with_fewer(symbols)
    if different == 1:
        notes.append("The text is one character over and over: there is nothing to predict.")
    return symbols, tuple(dict.fromkeys(symbols)), tuple(notes)


def _with_fewer(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first different symbols; everything else becomes one symbol, to fit the limit."""
    kept = set(list(dict.fromkeys(symbols))[: MAX_ALPHABET - 1])
    return tuple(s if s in kept else OTHER for s in symbols)


def _counted(symbols: tuple[str, ...]) -> str:
    return "1 character" if len(symbols) == 1 else f"{len(symbols)} characters"


def _length_notes(symbols: tuple[str, ...], steps: int) -> tuple[str, ...]:
    """The last step's target is one more character, so T steps read T+1."""
    need = f"{steps + 1} characters (the last one only as a target)"
    if len(symbols) < steps + 1:
        return (f"T = {steps} reads {need}; the text has {_counted(symbols)} and is repeated.",)
    if len(symbols) > steps + 1:
        return (f"T = {steps} reads the first {need} of the text's {len(symbols)}.",)
    return ()


def _sine(request: Request) -> Sequence:
    phase = np.arange(request.steps + 1) % SINE_PERIOD  # so that every period is exactly the same
    values = np.sin(2 * np.pi * phase / SINE_PERIOD)
    note = f"A sine with a period of {SINE_PERIOD} steps; one input."
    return _numbers(request, Numbers(values, _number_labels(values), 1.0, (note,)))


def _random(request: Request) -> Sequence:
    rng = np.random.default_rng([request.seed, NOISE_STREAM])
    values = rng.standard_normal(request.steps + 1)
    note = "Gaussian noise with mean 0 and standard deviation 1; one input. It cannot be predicted."
    return _numbers(request, Numbers(values, _number_labels(values), NOISE_RANGE, (note,)))


def _stocks(request: Request) -> Sequence:
    if request.series is None:
        raise ValueError("The stock input needs a series of numbers, but none was given.")
    raw, labels = _read_series(request.series)
    if len(raw) < request.steps + 1:
        raise ValueError(
            f"The series has {len(raw)} values, so it gives at most {len(raw) - 1} steps "
            f"(the last value is a target); {request.steps} were asked for."
        )
    values = _standardised(raw)
    peak = float(np.max(np.abs(values))) or 1.0
    note = "The whole series is standardised to mean 0 and standard deviation 1; one input."
    if not values.any():
        note = "The series never changes, so it is read as zeros; one input."
    end = request.steps + 1
    names = labels[:end] or _number_labels(values[:end])
    return _numbers(request, Numbers(values[:end], names, peak, (note,)))


def _standardised(raw: Array) -> Array:
    """By mean and spread of the whole series, not of the used part: T moves no earlier step."""
    scaled = raw / (np.max(np.abs(raw)) or 1.0)  # first into [-1, 1]: the squares cannot overflow
    spread = float(np.std(scaled))
    return (scaled - np.mean(scaled)) / spread if spread > 1e-12 else np.zeros_like(raw)


def _read_series(series: Series) -> tuple[Array, tuple[str, ...]]:
    """The numbers (N,) of a series, and their labels if it is a mapping from label to number."""
    labels = tuple(str(k) for k in series) if isinstance(series, Mapping) else ()
    numbers = list(series.values()) if isinstance(series, Mapping) else series
    values = np.asarray(numbers, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"A series is at least 2 numbers in a row, not of shape {values.shape}.")
    if not np.all(np.isfinite(values)):
        raise ValueError("The series must be finite numbers, but it contains inf or nan.")
    return values, labels


def _numbers(request: Request, numbers: Numbers) -> Sequence:
    """A series of T+1 numbers as T steps with D = 1 and the readout's kind of target."""
    now, after = numbers.values[:-1], numbers.values[1:]
    target = TARGETS[READOUTS[request.readout].activation]
    rows, output_labels, note = target(now, after, numbers.peak)
    return Sequence(
        labels=numbers.labels[:-1],
        x=now[None, :, None],
        targets=rows[None],
        alphabet=(),
        values=now,
        notes=(*numbers.notes, note),
        target_labels=_target_labels(rows, output_labels),
        output_labels=output_labels,
    )


TargetRule = Callable[[Array, Array, float], tuple[Array, tuple[str, ...], str]]


def _next_value(now: Array, after: Array, peak: float) -> tuple[Array, tuple[str, ...], str]:
    return after[:, None], ("next value",), "The target is the next value."


def _next_scaled(now: Array, after: Array, peak: float) -> tuple[Array, tuple[str, ...], str]:
    rows = np.clip(after / peak, -1, 1)[:, None]
    scale = "" if peak == 1 else f" divided by {peak:.3g} and cut to [-1, 1], the range of tanh"
    return rows, ("next value, scaled",), f"The target is the next value{scale}."


def _rises(now: Array, after: Array, peak: float) -> tuple[Array, tuple[str, ...], str]:
    rows = (after > now).astype(np.float64)[:, None]
    return rows, ("rises",), "The target is 1 where the next value is higher, else 0."


def _falls_or_rises(now: Array, after: Array, peak: float) -> tuple[Array, tuple[str, ...], str]:
    rises = after > now
    rows = np.stack([~rises, rises], axis=-1).astype(np.float64)
    return rows, ("falls", "rises"), "The target is whether the next value rises, or not (falls)."


TARGETS: dict[str, TargetRule] = {
    "linear": _next_value,
    "tanh": _next_scaled,
    "sigmoid": _rises,
    "softmax": _falls_or_rises,
}


def _target_labels(rows: Array, output_labels: tuple[str, ...]) -> tuple[str, ...]:
    if "rises" in output_labels:
        return tuple("rises" if row[-1] == 1 else "falls" for row in rows)
    return _number_labels(rows[:, 0])


def _number_labels(values: Array) -> tuple[str, ...]:
    """Two decimals; adding 0 turns a rounded -0.00 into 0.00."""
    return tuple(f"{round(float(v), 2) + 0.0:.2f}" for v in values)


SOURCES: dict[str, Source] = {
    "text": Source(
        "Your text",
        "One-hot characters; the target is the next character.",
        _text,
        needs="text",
    ),
    "sine": Source("Sine", f"A sine with a period of {SINE_PERIOD} steps.", _sine),
    "random": Source("Random", "Gaussian noise from the seed; one input.", _random, needs="seed"),
    "stocks": Source(
        "Stock price", "A real series, standardised; one input.", _stocks, needs="series"
    ),
}
