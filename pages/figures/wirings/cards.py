"""The wirings side by side: what each is for, what its run holds, and what that says in words.

A card is one entry of the engine's own table `rnn_core.engine.wiring.WIRINGS`; a decoder has two,
one for each way to feed it. Everything else is read from a run: shapes from its arrays, losses from
`Stage.counted`, fed-back outputs from `Trace.fed`. `wiring_svg` draws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import CEILING, FLOOR, number
from rnn_core.engine.trace import LayerTrace
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, Stage
from rnn_core.experiment.settings import Value
from rnn_core.notation.notation import HOUSE, Letters, Notation

Array = NDArray[np.float64]
Steps = NDArray[np.intp]


@dataclass(frozen=True)
class Words:
    """A wiring's names and its use. `image`: its one input vector is a picture.

    `other` is what lectures 001, 003 and 004 call it.
    """

    title: str
    other: str
    task: str
    image: bool = False


WORDS: dict[str, Words] = {
    "one-to-one": Words(
        "One to one",
        "vanilla mode, fixed size to fixed size",
        "**Image classification**: a small image to its class. Not recurrent yet: one step.",
        image=True,
    ),
    "one-to-many-fed": Words(
        "One to many, output fed back",
        "vector to sequence, sequence output",
        "**Captioning**: a small image to a word, each letter read again to find the next.",
        image=True,
    ),
    "one-to-many-first": Words(
        "One to many, input once",
        "vector to sequence, sequence output",
        "**Captioning** without feedback: only the state remembers the image.",
        image=True,
    ),
    "many-to-one": Words(
        "Many to one",
        "sequence to vector, sequence input",
        "**Sentiment**: a whole review to one answer, good or bad.",
    ),
    "many-to-many": Words(
        "Many to many, in step",
        "sequence to sequence, synced",
        "**Labelling** every frame of a video, or guessing the **next character**.",
    ),
    "encoder-decoder": Words(
        "Encoder and decoder",
        "sequence to vector, then vector to sequence",
        "**Translation**: read a whole sentence, then write another.",
    ),
}

FORCING: dict[str, str] = {"teacher": "teacher forcing", "free": "its own output"}

STACK = Words(
    "Stacked (cascaded) layers, both directions",
    "a group of nodes, cascaded",
    "**Any wiring** can have more layers, and most can be read both ways.",
)


@dataclass(frozen=True)
class Card:
    """One way to wire the cell: what changes in the reader's experiment, and its names."""

    key: str
    title: str
    words: Words
    changes: tuple[tuple[str, Value], ...]

    def wired(self, e: Experiment, **more: Value) -> Experiment:
        """The reader's experiment, wired like this."""
        return replace(e, **{**dict(self.changes), **more})  # type: ignore[arg-type]

    def fits(self, e: Experiment) -> bool:
        """Whether an experiment is wired like this; where its losses sit does not count."""
        return all(getattr(e, n) == v for n, v in self.changes if n != "placement")


def _cards() -> tuple[Card, ...]:
    """Every wiring of the engine, in the order of the lectures; unknown ones come last."""
    names = [*(n for n in WORDS if n in WIRINGS), *(n for n in WIRINGS if n not in WORDS)]
    ways = [(n, way) for n in names for way in (FORCING if WIRINGS[n].encoder else ("",))]
    stacked = (("wiring", "many-to-many"), _EVERY, ("layers", 2), ("direction", "bidirectional"))
    return (*(_card(name, way) for name, way in ways), Card("stack", STACK.title, STACK, stacked))


def _card(name: str, forcing: str) -> Card:
    """One entry of the table; every output that it has gets a loss."""
    entry = WIRINGS[name]
    words = WORDS.get(name, Words(entry.label, "", entry.task))
    changes: tuple[tuple[str, Value], ...] = (("wiring", name),)
    if entry.placement is None:
        changes += (_EVERY,)
    if not forcing:
        return Card(name, words.title, words, changes)
    title = f"{words.title}, {FORCING[forcing]}"
    return Card(f"{name}-{forcing}", title, words, (*changes, ("forcing", forcing)))


_EVERY: tuple[str, Value] = ("placement", "every")
CARDS = _cards()
CONTRASTS = ("many-to-one", "many-to-many", "encoder-decoder-teacher")  # a loss at the end, or many


FRONT = 3  # cards that open


def in_order(mine: Experiment) -> list[Card]:
    """All cards: the reader's own wiring, those whose path differs most, all others."""
    own = [card for card in CARDS if card.fits(mine)][:1]
    first = own + [card for key in CONTRASTS for card in CARDS if card.key == key]
    return [*dict.fromkeys([*first, *CARDS])]


# --- what a run holds --------------------------------------------------------------------------


def length(stage: Stage) -> int:
    """Number of steps of one stage, T."""
    return int(stage.trace.features.shape[1])


def inputs_at(run: Run) -> NDArray[np.bool_]:
    """(T,) True where something from outside enters, through all stages."""
    once = WIRINGS[run.experiment.wiring].reads == "first"
    found = []
    for stage in run.stages:
        outside = np.ones(length(stage), dtype=bool)
        outside[1:] = not (once or stage.trace.fed)
        found.append(outside)
    return np.concatenate(found)


def losses_at(run: Run) -> NDArray[np.bool_]:
    """(T,) True where a step's loss counts, through all stages."""
    return np.concatenate([stage.counted[0] for stage in run.stages])


def profiles(run: Run) -> dict[str, Array]:
    """State -> (T,) norm of the total dL/ds_t of the top layer right after reading each step."""
    found: dict[str, Array] = {}
    for state in run.stages[0].network.cell.states:
        tops = [stage.gradient.top for stage in run.stages]
        norms = [g.norms(state)[:-1] if g.trace.reverse else g.norms(state)[1:] for g in tops]
        found[state] = np.concatenate(norms)
    return found


def span(all_profiles: Sequence[Mapping[str, Array]]) -> tuple[float, float]:
    """The one axis of all cards, between FLOOR and CEILING at the most."""
    every = np.concatenate([v for each in all_profiles for v in each.values()] or [np.ones(1)])
    seen = np.clip(every[np.isfinite(every) & (every > 0)], FLOOR, CEILING)
    least, most = (seen.min(), seen.max()) if seen.size else (1.0, 1.0)
    low = 2 * np.floor(np.log10(least) / 2)  # even powers: the axis rests while a slider moves
    high = max(low + 2, 2 * np.ceil(np.log10(most) / 2))
    return float(10.0**low), float(10.0**high)


# --- in words ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """Lengths and norms of a wiring's gradient path. Steps count from 1.

    `nearest` is how many steps the worst-placed input (of step `farthest`) is from the nearest
    loss that it can reach; `lost` inputs can reach none; `last` is how far the last loss is from
    the first input; `norms` are those of dL/dh at the step read first (`first`) and at the step
    read last (`end`).
    """

    steps: int
    losses: tuple[int, ...]
    inputs: tuple[int, ...]
    farthest: int
    nearest: int
    lost: int
    last: int
    first: int
    end: int
    norms: tuple[float, float]


def facts(run: Run) -> Facts:
    """Read them from the run's own arrays."""
    losses, inputs = np.flatnonzero(losses_at(run)), np.flatnonzero(inputs_at(run))
    norms, directions = profiles(run)["h"], run.stages[0].network.direction
    ways = _ways(inputs, losses, directions)
    reached = np.isfinite(ways)
    worst = int(np.argmax(np.where(reached, ways, -1)))
    first, end = (len(norms) - 1, 0) if directions == "reverse" else (0, len(norms) - 1)
    return Facts(
        steps=len(norms),
        losses=tuple(int(t) + 1 for t in losses),
        inputs=tuple(int(t) + 1 for t in inputs),
        farthest=int(inputs[worst]) + 1,
        nearest=int(ways[worst]) if reached.any() else 0,
        lost=int((~reached).sum()),
        last=int(np.abs(losses - inputs[0]).max()) if len(losses) else 0,
        first=first + 1,
        end=end + 1,
        norms=(float(norms[first]), float(norms[end])),
    )


def _ways(inputs: Steps, losses: Steps, direction: str) -> Array:
    """(inputs,) steps from each input to the nearest loss in the direction of reading."""
    apart = losses[None, :] - inputs[:, None]
    if direction == "reverse":
        apart = -apart
    if direction == "bidirectional":
        apart = np.abs(apart)
    return np.asarray(np.where(apart >= 0, apart, np.inf).min(1, initial=np.inf))


def letters_of(run: Run, notation: Notation) -> Letters:
    """How the notation writes the run's cell."""
    return notation.of(run.stages[0].network.cell)


def sentence(run: Run, notation: Notation = HOUSE) -> str:
    """The card's computed words, in Markdown."""
    found, layers = facts(run), run.stages[0].trace.layers
    joined = _joined(layers[0], layers[-1]) if len({t.reverse for t in layers}) > 1 else ""
    norm = f"‖∂L/∂{letters_of(run, notation).letter('h').text}‖"
    parts = [joined, _losses(found), _distance(found), _ratio(found, norm)]
    return " ".join(part for part in parts if part)


def below(card: Card, run: Run, notation: Notation = HOUSE) -> str:
    """Text below a card's drawing: its task, its run, its other names, in Markdown."""
    names = f":small[{card.title}: {card.words.other}]"
    return f"{card.words.task} {sentence(run, notation)}  \n{names}"


def conclusion(run: Run, notation: Notation = HOUSE) -> str:
    """Gradient at the step read first beside that at the step read last, in a line."""
    found = facts(run)
    if found.steps == 1:
        return "One step: no past, no way back."
    if not found.losses:
        return "No loss, no gradient."
    start, end = found.norms
    if not all(map(np.isfinite, found.norms)) or start == 0 or end == 0:
        return _ratio(found, f"‖∂L/∂{letters_of(run, notation).letter('h').text}‖")
    times = number(max(start / end, end / start))
    if 0.1 < start / end < 10:
        return f"Step {found.first} gets **about as much** gradient as step {found.end}."
    how = "less" if start < end else "more"
    return f"Step {found.first} gets **{times} times {how}** gradient than step {found.end}."


def _joined(first: LayerTrace, last: LayerTrace) -> str:
    """Explanation of a second direction and a second layer, with their shapes."""
    each = shape(first.after("h"))
    words = f"One row reads to the right, one to the left: {each} each."
    if last.layer > 0:
        words += f" Layer 2 reads them joined, {shape(last.x)}, as its input."
    return words


def _losses(found: Facts) -> str:
    n = len(found.losses)
    if n == 0:
        return "**No loss**."
    if n == 1:
        return f"**1 loss**, at step {found.losses[0]} of {found.steps}."
    where = "one at every step"
    if n < found.steps:
        where = f"at steps {found.losses[0]} to {found.losses[-1]}"
    return f"**{n} losses**, {where}."


def _distance(found: Facts) -> str:
    if not found.losses or found.steps == 1:
        return "Nothing has to travel through time." if found.losses else ""
    if found.lost:
        return (
            f"**{found.lost} of {len(found.inputs)} inputs** are read after the last loss and "
            "cannot reach any."
        )
    if found.nearest > 0:
        many = len(found.inputs) > 1
        return (
            f"The {'farthest ' if many else ''}input, of step {found.farthest}, is "
            f"**{_steps(found.nearest)}** from the nearest loss it can reach."
        )
    if len(found.inputs) == 1:
        return (
            f"The only input has a loss at its own step, and the last loss comes "
            f"**{_steps(found.last)}** later."
        )
    return "Every input has a loss at its own step, **0 steps** away."


def _steps(n: int) -> str:
    return "1 step" if n == 1 else f"{n} steps"


def _ratio(found: Facts, norm: str) -> str:
    if found.steps == 1 or not found.losses:
        return ""
    at, norms = (found.first, found.end), found.norms
    for step, value in zip(at, norms, strict=True):
        if value == 0 or not np.isfinite(value):
            return f"{norm} at step {step} {'**overflows**' if value else 'is **exactly zero**'}."
    ratio = norms[0] / norms[1]
    times = f"{ratio:.2f}" if 0.1 < ratio < 10 else number(ratio)
    alike = len(found.losses) == found.steps and 0.1 < ratio < 10
    why = ": each step's own loss adds to it" if alike else ""
    return f"{norm} at step {at[0]} is **{times} times** that at step {at[1]}{why}."


def shape(array: NDArray[Any]) -> str:
    """(1, 20, 4), as NumPy writes it."""
    return str(tuple(int(n) for n in array.shape))


def said(value: float) -> str:
    """A norm or a loss in words."""
    return number(value) if np.isfinite(value) else "overflow"


def described(run: Run, notation: Notation = HOUSE) -> str:
    """Alternative text of the miniature."""
    x, h, y = (letters_of(run, notation).letter(name).text for name in ("x", "h", "y"))
    parts = []
    for stage in run.stages:
        layers = stage.trace.layers
        parts.append(
            f"{stage.name}: {x} {stage.x.shape}, {len(layers)} row{'s'[: len(layers) > 1]} of "
            f"cells with {h} {stage.trace.features.shape}"
            + (f", {y} {stage.trace.outputs.shape}" if stage.network.output_size else ", no output")
            + (", each output is the next input" if stage.trace.fed else "")
        )
    steps = [t + 1 for t in np.flatnonzero(losses_at(run))]
    ends = f"{steps[0]} to {steps[-1]}" if len(steps) > 1 else "".join(map(str, steps))
    start = "zero" if run.initial is None else "random"
    entering = np.flatnonzero(inputs_at(run)) + 1
    enters = f"{entering[0]} to {entering[-1]}" if len(entering) > 1 else str(entering[0])
    return (
        f"{'; '.join(parts)}. Initial state {start}. Inputs enter at step {enters}. "
        f"Losses at step {ends or 'none'}."
    )


# --- rows for the download ---------------------------------------------------------------------


def profile_rows(
    sheet: Mapping[Card, Mapping[str, Run]], notation: Notation = HOUSE
) -> dict[str, list[Any]]:
    """Long form, a row per wiring, cell, state and step (from 1): the drawn gradient norms.

    `quantity` names the norm in the notation's letters."""
    parts = [
        _rows(card, cell, run, notation)
        for card, runs in sheet.items()
        for cell, run in runs.items()
    ]
    return {name: [value for part in parts for value in part[name]] for name in parts[0]}


def _rows(card: Card, cell: str, run: Run, notation: Notation) -> dict[str, list[Any]]:
    """One run's rows, state after state."""
    found, letters = profiles(run), letters_of(run, notation)
    names = [stage.name for stage in run.stages for _ in range(length(stage))]
    T, S = len(names), len(found)
    return {
        "card": [card.key] * S * T,
        "wiring": [run.experiment.wiring] * S * T,
        "cell": [cell] * S * T,
        "state": [s for s in found for _ in range(T)],
        "stage": names * S,
        "step": [*range(1, T + 1)] * S,
        "input enters": inputs_at(run).tolist() * S,
        "loss": losses_at(run).tolist() * S,
        "quantity": [f"‖{letters.gradient(s)}‖" for s in found for _ in range(T)],
        "norm of dL/dstate": np.concatenate([*found.values()]).tolist(),
    }
