"""One experiment: the few values that decide every picture.

`Experiment` is at once the controls, the link, the preset type, the cache key and the seed.
Equal experiments give equal pictures.  Nothing is computed here: see `rnn_core.experiment.run`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rnn_core.engine.cells import CELLS, Cell
from rnn_core.engine.readout import parse_steps
from rnn_core.experiment.settings import (
    choice,
    levels,
    number,
    quote,
    read_row,
    settings_of,
    whole,
    words,
)
from rnn_core.experiment.settings import to_params as to_params

INPUT, NETWORK, VARIANT = "Input", "Network", "Cell variant"
START, LOSS, TRAINING = "Starting weights", "Loss and wiring", "Training gradient"
GROUPS: Final = (INPUT, NETWORK, VARIANT, START, LOSS, TRAINING)

TRAINED: Final = "Trained"  # has no control: weights come from the training page
MOST_NOTES: Final = 6
_WEIGHTS: Final = re.compile(r"[0-9a-f]{24}|[a-z]+(-[a-z0-9]+)*(~[A-Za-z0-9.,'_~-]*)?", re.ASCII)


def may_name_weights(text: str) -> bool:
    """Whether this could be the name of trained weights, or none; a `ValueError` says if not."""
    if text and not _WEIGHTS.fullmatch(text):
        raise ValueError(
            "Expected a name of trained weights: 24 digits and letters from a to f, or the name of "
            "a network that ships with the app."
        )
    return True


class CellNames(Mapping[str, str]):
    """Readers' names of the cells of `CELLS`: their classes'.  A view, never out of date."""

    def __getitem__(self, name: str) -> str:
        return CELLS[name].__name__

    def __iter__(self) -> Iterator[str]:
        return iter(CELLS)

    def __len__(self) -> int:
        return len(CELLS)


class CellsThat(Collection[str]):
    """The names of the cells of `CELLS` that `fit`.  A view, never out of date."""

    def __init__(self, fit: Callable[[type[Cell]], bool]) -> None:
        self._fit = fit

    def __contains__(self, name: object) -> bool:
        return name in CELLS and self._fit(CELLS[str(name)])

    def __iter__(self) -> Iterator[str]:
        return (name for name in CELLS if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def cells_with(setting: str) -> CellsThat:
    """Cells that have a setting (by its name in `Experiment`)."""
    return CellsThat(lambda kind: setting in kind.settings().values())


def cells_with_gate(gate: str) -> CellsThat:
    """Cells that have a gate in their default variant."""
    return CellsThat(lambda kind: gate in kind().gates)


@dataclass(frozen=True)
class Experiment:
    """Every setting of one run.  A field is a control and a parameter of the link."""

    source: str = choice(
        "text",
        "Read",
        INPUT,
        {
            "text": "your text",
            "sine": "a sine",
            "random": "random numbers",
            "stocks": "stock prices",
        },
        help="Text becomes one-hot characters; sine, random numbers and a real stock series "
        "are one number per step.",
    )
    text: str = words(
        "hello",
        "Your text",
        INPUT,
        shown={"source": ("text",)},
        help="Repeated or cut until it fills the sequence length. The network predicts the next "
        "character.",
    )
    steps: int = whole(
        20,
        "Sequence length T",
        INPUT,
        1,
        200,
        help="How many steps the network is unrolled over.",
    )
    cell: str = choice(
        "lstm",
        "Cell",
        NETWORK,
        CellNames(),
        help="The step that is repeated at every position.",
    )
    hidden: int = whole(16, "Hidden units H", NETWORK, 1, 64, help="Length of the state vector h.")
    layers: int = whole(
        1, "Layers", NETWORK, 1, 3, help="Each layer reads the hidden states of the one below."
    )
    direction: str = choice(
        "forward",
        "Direction",
        NETWORK,
        {"forward": "forward", "reverse": "reverse", "bidirectional": "bidirectional"},
        shown={"wiring": ("many-to-many", "many-to-one", "one-to-one")},
        help="Reverse reads right to left; bidirectional does both and joins the states.",
    )
    activation: str = choice(
        "tanh",
        "Activation (RNN)",
        VARIANT,
        {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "ReLU"},
        shown={"cell": cells_with("activation")},
        help="The function that squashes the RNN's new state.",
    )
    reset: str = choice(
        "after",
        "Reset gate (GRU)",
        VARIANT,
        {"after": "after the product", "before": "before the product"},
        shown={"cell": cells_with("reset")},
        help="After: PyTorch, cuDNN, Keras. Before: Cho et al. 2014.",
    )
    update: str = choice(
        "keeps",
        "Update gate (GRU)",
        VARIANT,
        {"keeps": "z keeps the past", "takes": "z takes the new"},
        shown={"cell": cells_with("update")},
        help="Keeps: PyTorch, Keras, Cho et al. Takes: Chung et al. 2014.",
    )
    lstm: str = choice(
        "forget",
        "LSTM variant",
        VARIANT,
        {"forget": "forget gate", "no-forget": "1997, no forget gate", "peephole": "peepholes"},
        shown={"cell": cells_with("lstm")},
        help="The 1997 cell had no forget gate (f = 1); peepholes let gates see the cell state.",
    )
    seed: int = whole(
        0, "Seed", START, 0, 99, help="Another seed, another draw of the weights and random input."
    )
    scale: float = number(
        1.0,
        "Weight scale",
        START,
        0.1,
        4.0,
        0.05,
        help="Multiplies the recurrent matrix of the same draw, nothing else.",
    )
    init: str = choice(
        "pytorch",
        "Initialisation",
        START,
        {
            "pytorch": "PyTorch default",
            "keras": "Keras default",
            "glorot": "Glorot uniform",
            "gaussian": "Gaussian, spectral radius",
            "orthogonal": "Orthogonal",
            "identity": "Identity (IRNN)",
            "zero": "Zero",
        },
        help="How the weights are drawn before the weight scale is applied.",
    )
    gain: float = number(
        1.0,
        "Gain",
        START,
        0.1,
        3.0,
        0.05,
        shown={"init": ("gaussian", "orthogonal", "identity")},
        help="Spectral radius of the Gaussian matrix; factor of the orthogonal or identity one.",
    )
    forget_bias: float = number(
        0.0,
        "Forget bias (LSTM)",
        START,
        -2.0,
        6.0,
        0.5,
        shown={"cell": cells_with_gate("forget"), "lstm": ("forget", "peephole")},
        help="Added to the forget gate's bias: at 1 an average gate stands at 0.73, at 3 at 0.95.",
    )
    update_bias: float = number(
        0.0,
        "Update bias (GRU)",
        START,
        -2.0,
        6.0,
        0.5,
        shown={"cell": cells_with_gate("update")},
        help="Added to the update gate's bias: with “z keeps the past”, more means longer memory.",
    )
    initial: str = choice(
        "zero",
        "Initial state",
        START,
        {"zero": "Zero", "random": "Random"},
        help="The state before the first step.",
    )
    wiring: str = choice(
        "many-to-many",
        "Wiring",
        LOSS,
        {
            "many-to-many": "many to many",
            "many-to-one": "many to one",
            "one-to-many-fed": "one to many, output fed back",
            "one-to-many-first": "one to many, input once",
            "encoder-decoder": "encoder and decoder",
            "one-to-one": "one to one",
        },
        help="Where inputs enter and where outputs leave.",
    )
    forcing: str = choice(
        "teacher",
        "Decoder input",
        LOSS,
        {"teacher": "teacher forcing", "free": "its own output"},
        shown={"wiring": ("encoder-decoder",)},
        help="Teacher forcing feeds the decoder the right answer of the step before.",
    )
    readout: str = choice(
        "auto",
        "Readout and loss",
        LOSS,
        {
            "auto": "automatic",
            "linear": "linear, squared error",
            "tanh": "tanh, squared error",
            "sigmoid": "sigmoid, binary cross-entropy",
            "sigmoid-squared": "sigmoid, squared error",
            "softmax": "softmax, cross-entropy",
            "softmax-squared": "softmax, squared error",
        },
        help="Automatic: softmax with cross-entropy for text, linear with squared error else.",
    )
    placement: str = choice(
        "last",
        "Loss at",
        LOSS,
        {"last": "the last step", "every": "every step", "chosen": "chosen steps"},
        shown={"wiring": ("many-to-many", "one-to-many-fed", "one-to-many-first")},
        help="With a loss at every step, gradients do not seem to vanish: each step adds its own.",
    )
    chosen: str = words(
        "1",
        "Steps with a loss",
        LOSS,
        parser=parse_steps,
        shown={"placement": ("chosen",)},
        help="Step numbers, counted from 1, such as 1,5-8.",
    )
    reduction: str = choice(
        "sum",
        "Losses are",
        LOSS,
        {"sum": "summed", "mean": "averaged"},
        help="Averaging divides every gradient by the number of losses.",
    )
    window: int = whole(
        0,
        "Truncated BPTT, window",
        TRAINING,
        0,
        200,
        help="Credit is cut every so many steps; 0 sends it all the way back.",
    )
    clip: str = choice(
        "off",
        "Gradient clipping",
        TRAINING,
        {"off": "Off", "norm": "By norm", "value": "By value"},
        help="What the optimiser would do to the weights' gradients. BPTT itself is never clipped.",
    )
    threshold: float = levels(
        1.0,
        "Clipping threshold",
        TRAINING,
        (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
        shown={"clip": ("norm", "value")},
        help="Largest norm of all weights' gradients together, or largest single entry.",
    )

    weights: str = words(
        "",
        "Trained weights",
        TRAINED,
        parser=may_name_weights,
        help="The name of a trained network that is looked at instead of a freshly drawn one.",
    )

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            setting.check(getattr(self, name))


SETTINGS: Final = settings_of(Experiment)


def matters(e: Experiment, name: str, every_cell: bool = False) -> bool:
    """Whether the setting changes this experiment (or, on request, any cell's variant of it)."""
    return all(
        (every_cell and other == "cell") or getattr(e, other) in values
        for other, values in SETTINGS[name].shown
    )


def normalise(e: Experiment) -> Experiment:
    """The same experiment with settings that do not matter put back to their defaults."""
    return Experiment(**{n: getattr(e, n) for n in SETTINGS if matters(e, n)})


def parse(params: Mapping[str, str]) -> tuple[Experiment, tuple[str, ...]]:
    """The experiment a link asks for, and a note for each thing it asked for in vain."""
    known = {name: text for name, text in params.items() if name in SETTINGS}
    experiment, notes = read_row(Experiment, known)
    unknown = tuple(f"{quote(n)} is not a setting of this app." for n in params if n not in known)
    return experiment, shorten(notes + unknown)


def shorten(notes: tuple[str, ...]) -> tuple[str, ...]:
    """The first few notes, and how many there are more."""
    more = len(notes) - MOST_NOTES
    return notes if more <= 0 else (*notes[:MOST_NOTES], f"And {more} more like these.")
