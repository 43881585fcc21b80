"""Next-character tasks: `hello`, and any text."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array
from rnn_core.tasks.task import Baseline, Batch, Split, Task, every_step

FALLBACK = "hello"
MOST_CHARACTERS = 256  # an alphabet's size; rarer characters share one place
OTHER = "\ufffd"
MOST_BYTES = 2_000_000  # of a reader's own text
LEAST_CHARACTERS = 20
HELD_OUT = 0.1  # the last part of a text is kept for validation, if it is long enough


def read_text(raw: bytes) -> str:
    """A text file's content.  What cannot be used is said in a ValueError."""
    if len(raw) > MOST_BYTES:
        raise ValueError(
            f"Expected a text of at most {MOST_BYTES // 1_000_000} MB, but this one has "
            f"{len(raw) / 1e6:.1f} MB. Cut out a part of it."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            "Expected a text in UTF-8, but some bytes of this file are none. Save it as UTF-8."
        ) from None
    text = text.replace("\r\n", "\n").replace("\0", "")
    if len(text.strip()) < LEAST_CHARACTERS:
        raise ValueError(
            f"Expected at least {LEAST_CHARACTERS} characters, but there are {len(text.strip())}. "
            "Choose a longer text."
        )
    return text


def check_text(text: str, sha256: str) -> str:
    """The text, if it is the one with this checksum; else a ValueError."""
    found = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if found != sha256:
        raise ValueError(
            f"Expected a text with the checksum {sha256[:12]}…, but what came has {found[:12]}…. "
            "It is not used. Try again, or choose a file of yours."
        )
    return text


@dataclass(frozen=True)
class NextCharacter(Task):
    """Windows of a text at random places; the target is always the character that follows."""

    text: str = FALLBACK
    length: int = 50
    label: ClassVar[str] = "next character"
    help: ClassVar[str] = (
        "Windows of T characters from random places of the text; at every step, which character "
        "follows? The last tenth of the text is kept for validation."
    )
    goal: ClassVar[float] = 1.0

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(text if len(text) > 1 else FALLBACK, length)

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        """The characters of the text in order; the rarest give way to one that stands for them."""
        counts = Counter(self.text)
        if len(counts) <= MOST_CHARACTERS:
            return tuple(sorted(counts))
        kept = (c for c, _ in counts.most_common(MOST_CHARACTERS - 1) if c != OTHER)
        return (*sorted(kept), OTHER)

    def encode(self, text: str) -> Array:
        """(N,) the numbers of the characters; those the alphabet lacks count as its last one."""
        places = {c: k for k, c in enumerate(self.alphabet)}
        other = len(self.alphabet) - 1
        return np.array([places.get(c, other) for c in text], dtype=int)

    def decode(self, numbers: Array) -> str:
        """The characters of numbers."""
        return "".join(self.alphabet[int(n)] for n in numbers)

    @cached_property
    def encoded(self) -> Array:
        """(N,) the whole text as numbers."""
        return self.encode(self.text)

    @property
    def steps(self) -> int:
        """T, or less where the text is shorter."""
        return min(self.length, len(self.text) - 1)

    @cached_property
    def _parts(self) -> dict[Split, Array]:
        """A text too short to give up a tenth is validated on what was learnt."""
        held = int(len(self.text) * HELD_OUT)
        if held < self.steps + 1:
            return {"train": self.encoded, "validation": self.encoded}
        return {"train": self.encoded[:-held], "validation": self.encoded[-held:]}

    @property
    def input_size(self) -> int:
        return len(self.alphabet)

    @property
    def output_size(self) -> int:
        return len(self.alphabet)

    @property
    def output_labels(self) -> tuple[str, ...]:
        return self.alphabet

    @cached_property
    def baseline(self) -> Baseline:
        counts = np.bincount(self.encoded)
        p = counts[counts > 0] / len(self.text)
        loss = abs(float(-(p * np.log(p)).sum()))
        words = "knowing how often each character comes, and nothing of what came before"
        return Baseline(loss, "entropy of the characters", words)

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        part = self._parts[split]
        starts = rng.integers(0, len(part) - self.steps, size)
        windows = part[starts[:, None] + np.arange(self.steps + 1)]
        return Batch(windows[:, :-1], windows[:, 1:], every_step(size, self.steps))


@dataclass(frozen=True)
class Hello(NextCharacter):
    """The whole word at once: after h comes e, after the first l another, after the second an o."""

    label: ClassVar[str] = "hello"
    help: ClassVar[str] = (
        "The word as it stands, read character by character; at every step, which character "
        "follows? In “hello” an l is followed by l once and by o once, so the state must remember."
    )

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        text = text if len(text) > 1 else FALLBACK
        return cls(text, len(text) - 1)

    @property
    def baseline(self) -> Baseline:
        pairs = Counter(zip(self.text, self.text[1:], strict=False))
        starts = Counter(self.text[:-1])
        total = sum(n * math.log(n / starts[c]) for (c, _), n in pairs.items())
        words = "knowing which characters follow each, without remembering which came before"
        return Baseline(abs(total) / (len(self.text) - 1), "conditional entropy", words)

    @cached_property
    def _only(self) -> Batch:
        x, targets = self.encoded[None, :-1], self.encoded[None, 1:]
        return Batch(x, targets, every_step(*x.shape))

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        return self._only

    def oracle(self, batch: Batch) -> Array:
        """Knows the word by heart: how far it has read says what follows."""
        return np.array([[self.encoded[t + 1] for t in range(batch.steps)]])
