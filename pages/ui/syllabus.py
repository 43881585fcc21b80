"""Five lectures, idea by idea: what is exactly so, and the place in the app that shows it.

Texts are in this app's letters; the page puts them into those of the lecture.  Settings are written
as in a link.  `loose` marks what a lecture says more loosely than it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rnn_core.notation import LECTURES, NOTATIONS
from rnn_core.settings import choice

Link = Mapping[str, str]


@dataclass(frozen=True)
class Idea:
    """One idea of a lecture."""

    name: str
    exact: str
    page: str  # in the table of contents
    link: Link = field(default_factory=dict)
    loose: bool = False

    @property
    def cell(self) -> str:
        """Whose letters the text is written in."""
        return self.link.get("cell", "rnn")


@dataclass(frozen=True)
class Syllabus:
    """Which lecture is shown."""

    lecture: str = choice(
        LECTURES[0], "Lecture", "Lectures", {n: NOTATIONS[n].label for n in LECTURES},
        help="Its ideas in its own order; links open the app in its letters.",
    )  # fmt: skip


Topics = Mapping[str, tuple[Idea, ...]]
FAR: Final = {"steps": "50", "hidden": "32"}

_MAHMOUD: Final[Topics] = {
    "Sequences": (
        Idea(
            "One observation is a matrix",
            "T steps of D features: (T, D), in a batch (B, T, D); the outputs are (B, T, O). The "
            "drawing writes the shape on every arrow.",
            "wirings",
        ),
        Idea(
            "Targets predicted in isolation ignore the order",
            "Shuffle the words: a model that only counts them cannot notice; a recurrent one can.",
            "sentiment", {"order": "1"},
        ),
        Idea(
            "A learned representation is passed on",
            "hₜ is a function of x₁ to xₜ, and of nothing later. How much of x₁ is left in it is "
            "another question.",
            "unrolled", {"cell": "rnn", "steps": "5"},
        ),
    ),
    "Architecture": (
        Idea(
            "The RNN node",
            "Two inputs, xₜ and hₜ₋₁. What it makes is one vector, hₜ; the output is made from it "
            "by the readout.",
            "cell", {"cell": "rnn", "steps": "5"}, loose=True,
        ),
        Idea(
            "Layers can be cascaded",
            "The layer above reads the hidden states of the one below. Each layer has weights of "
            "its own, shared over time.",
            "unrolled", {"cell": "rnn", "layers": "2", "steps": "6"},
        ),
        Idea(
            "Order of computation",
            "A cell can be computed once both its inputs are there: press Play and see the front "
            "run through layers and steps.",
            "unrolled", {"cell": "rnn", "layers": "3", "steps": "8"},
        ),
    ),
    "Forward pass": (
        Idea(
            "A random first hidden state",
            "Possible; PyTorch and Keras begin with zeros unless they are given something else.",
            "cell", {"cell": "rnn", "initial": "random"}, loose=True,
        ),
        Idea(
            "Weights and biases are shared through time",
            "Pick a weight: the same one lights at every step, and its gradient is the sum of one "
            "share per step.",
            "unrolled", {"cell": "rnn", "steps": "6", "placement": "every", "lit": "weight_hh_l0"},
        ),
    ),
    "Backpropagation through time": (
        Idea(
            "Backpropagation at each point in time",
            "Each loss is differentiated through all steps before it; the shares of all steps are "
            "added, and the weights are updated once.",
            "byhand", {"stage": "weights"}, loose=True,
        ),
        Idea(
            "Vanishing and exploding gradients",
            "The same loss, sent back through three cells: what is left of it at every step, on a "
            "logarithmic axis.",
            "gradients", FAR,
        ),
        Idea(
            "The crucial term wᵏ",
            "For one linear unit the gradient over k steps is wᵏ, exactly. |w| is compared with 1, "
            "not the power.",
            "scalar", {"phi": "linear", "w": "0.9"}, loose=True,
        ),
        Idea(
            "w above 1 explodes",
            "With tanh each step multiplies by φ′(aₜ)·w. Where the unit saturates φ′ is small, and "
            "w = 1.5 vanishes all the same.",
            "scalar", {"phi": "tanh", "w": "1.5"}, loose=True,
        ),
        Idea(
            "“Do we not also have a product of sigmoid terms?”",
            "Yes. σ′ is at most 1/4: with a sigmoid no step stretches unless |w| is above 4, and "
            "even then it need not.",
            "scalar", {"phi": "sigmoid", "w": "4.5"}, loose=True,
        ),
        Idea(
            "The rigorous proof",
            "Pascanu, Mikolov and Bengio (2013): σ_max γ below 1 is sufficient for vanishing, "
            "above 1 necessary for exploding. The slopes and W_hh are drawn apart.",
            "jacobians", {"cell": "rnn"},
        ),
    ),
    "Gates": (
        Idea(
            "A gate is weights, bias and activation",
            "A gate ends in a sigmoid, so its values lie between 0 and 1. The tanh branch is the "
            "candidate: content, not a gate.",
            "cell", {"cell": "gru"}, loose=True,
        ),
        Idea(
            "Update gate: how much past should matter now?",
            "Hold it at 1: here z keeps the past, and the state stands still. In other books z "
            "takes the new.",
            "hold", {"cell": "gru", "hold": "update", "held_at": "1"},
        ),
        Idea(
            "Reset gate: reset previous information?",
            "At 0 the candidate does not see the past; the state still does, through the update "
            "gate.",
            "hold", {"cell": "gru", "hold": "reset", "held_at": "0"}, loose=True,
        ),
        Idea(
            "Forget gate: erase a cell or not?",
            "At 0 every step begins with an empty cell state, and its gradient stops there.",
            "hold", {"cell": "lstm", "hold": "forget", "held_at": "0"},
        ),
        Idea(
            "Output gate: how much to reveal?",
            "At 0 the hidden state is zero; the cell state goes on, unseen.",
            "hold", {"cell": "lstm", "hold": "output", "held_at": "0"},
        ),
        Idea(
            "Backpropagation with GRU: a product of σ′",
            "Its direct path is a product of z itself, not of its slope; the whole Jacobian adds "
            "the ways through W_hh. All are drawn beside each other.",
            "jacobians", {"cell": "gru"}, loose=True,
        ),
        Idea(
            "LSTM, the first solution to vanishing",
            "With PyTorch's default start its gradient vanishes as the RNN's does. With forget "
            "bias 1 more than a thousand times as much arrives; it still vanishes.",
            "gradients", {**FAR, "cell": "lstm", "forget_bias": "1"}, loose=True,
        ),
        Idea(
            "Cell state and hidden state",
            "c is carried from step to step with nothing but f between; h is what the gates and "
            "the readout see of it. Two states; the output is made from h.",
            "gates", {"cell": "lstm", "maps": "states"}, loose=True,
        ),
    ),
    "Applications": (
        Idea(
            "Language modeling in the style of Shakespeare",
            "Three networks trained on his plays write, character by character, with the "
            "probabilities they drew from.",
            "characters",
        ),
        Idea(
            "One-hot encoding",
            "A vector of zeros and a single one: its product with W_ih picks one column.",
            "cell", {"cell": "rnn", "steps": "5", "hidden": "3"},
        ),
        Idea(
            "Sentiment classification", "Many to one; the word order decides.", "sentiment",
        ),
        Idea(
            "Named entity recognition",
            "Many to many in step; some names are decided by words that come later.",
            "entities",
        ),
        Idea(
            "Machine translation",
            "An encoder and a decoder, with one vector between them.",
            "translation",
        ),
    ),
}  # fmt: skip

_OLIVEIRA: Final[Topics] = {
    "Sequential data": (
        Idea(
            "A traditional network is stateless",
            "It answers each input by itself. A recurrent one may answer the same letter in two "
            "ways: l is read twice in “hello”, with two hidden states.",
            "unrolled", {"cell": "rnn", "steps": "5", "placement": "every"},
        ),
        Idea(
            "Context windows of any length",
            "It reads any length, but keeps H numbers of it. What does not fit is lost.",
            "translation", loose=True,
        ),
        Idea(
            "Time series such as stock prices",
            "They run; whether they can be foretold is another matter. Compare with “no change”.",
            "series", {"series": "prices"},
        ),
    ),
    "Long-term dependencies": (
        Idea(
            "“The clouds are in the sky”",
            "The clue is near: more than a tenth of the last word's gradient reaches it in every "
            "cell, trained or not.",
            "distance", {"sentence": "clouds"},
        ),
        Idea(
            "“I grew up in Canada … I speak fluent French”",
            "The gap is yours to set. What reaches the clue differs by powers of ten between the "
            "cells; once it is learnt, a right answer does not need much of it.",
            "distance", {"sentence": "far", "gap": "30"},
        ),
    ),
    "Architecture": (
        Idea(
            "Memory unit and output",
            "hₜ = tanh(W_ih xₜ + W_hh hₜ₋₁), and an output through tanh as well: few readouts are "
            "squashed like that today.",
            "cell", {"cell": "rnn", "readout": "tanh", "steps": "5"},
        ),
        Idea(
            "Recurrence by sharing three matrices",
            "Pick one of them: it lights at every step.",
            "unrolled", {"cell": "rnn", "steps": "6", "placement": "every", "lit": "weight_hh_l0"},
        ),
        Idea(
            "The nested formula",
            "Written out, the last state is the first one wrapped once per step. It grows with T "
            "below the walk.",
            "byhand", {"length": "5", "stage": "outputs"},
        ),
        Idea(
            "Information attenuates",
            "By what factor, for which weights: the product of the steps' Jacobians says it. It "
            "can also grow.",
            "jacobians", {"cell": "rnn", "steps": "50"}, loose=True,
        ),
    ),
    "Types of networks": (
        Idea(
            "(1) One to one", "No recurrence is used: one step.",
            "unrolled", {"wiring": "one-to-one", "cell": "rnn"},
        ),
        Idea(
            "(2) Sequence output: image captioning",
            "The drawing enters once; then the network reads its own words.", "captions",
        ),
        Idea(
            "(3) Sequence input: sentiment",
            "One loss, at the end: everything before it learns through the state only.",
            "unrolled", {"wiring": "many-to-one", "cell": "rnn", "steps": "6"},
        ),
        Idea(
            "(4) Sequence to sequence: translation",
            "Many to one, followed by one to many; only the last state passes between.",
            "unrolled", {"wiring": "encoder-decoder", "cell": "rnn", "steps": "6"},
        ),
        Idea(
            "(5) Synced sequences: a label for each frame",
            "A loss at every step, so that every step has an error of its own.",
            "unrolled", {"cell": "rnn", "steps": "6", "placement": "every"},
        ),
    ),
    "Backpropagation through time": (
        Idea(
            "Two sources of errors",
            "dL/dhₜ is the part from this step's output plus the part from the next step. Both "
            "are numbers on the way back.",
            "byhand", {"stage": "errors"},
        ),
        Idea(
            "The longer the sequence, the likelier",
            "Length and weight scale decide together: the map shows where nothing is left, where "
            "too much.",
            "phase", loose=True,
        ),
        Idea(
            "The total gradient is the sum over time",
            "Every step's share of dW_hh, and their sum.",
            "byhand", {"stage": "weights", "weight": "hh"},
        ),
        Idea(
            "Three steps of BPTT",
            "Outputs, errors, weight gradients: a walk through “hell”, with every number, and an "
            "exercise.",
            "byhand", {"stage": "outputs"},
        ),
    ),
    "Gated cells": (
        Idea(
            "The LSTM's repeating module",
            "The drawing is made from the equations, with the numbers of the selected step on "
            "every wire.",
            "cell", {"cell": "lstm"},
        ),
        Idea(
            "The GRU's equations",
            "This is one of four GRUs: reset before the product, z takes the new. PyTorch's has "
            "the reset after it and z keeps: other numbers from the same weights.",
            "notation", {"cell": "gru", "reset": "before", "update": "takes"}, loose=True,
        ),
    ),
}  # fmt: skip

_SIE: Final[Topics] = {
    "Recurrent neural network": (
        Idea(
            "Remembers “history”",
            "It remembers one vector of H numbers. How far back is what it read felt?",
            "connectivity", loose=True,
        ),
        Idea(
            "Attention-based models",
            "They are not recurrent and not in this app. The bottleneck that attention was made to "
            "remove is: one vector between encoder and decoder.",
            "translation",
        ),
        Idea(
            "Rolled and unrolled",
            "One cell with a loop, or the same cell once per step: switch between the drawings.",
            "unrolled", {"cell": "rnn", "steps": "6"},
        ),
        Idea(
            "Activation and output of a timestep",
            "Both equations with the numbers of the selected step put in.",
            "cell", {"cell": "rnn", "steps": "5"},
        ),
        Idea(
            "Zooming in to one hidden node",
            "Its inputs, the weighted sum, and where that lies on the activation's curve.",
            "cell", {"cell": "rnn", "steps": "5", "unit": "1"},
        ),
        Idea(
            "Sigmoid, tanh, ReLU",
            "Their slopes end at 1/4, 1 and 1: the activation is part of what a far state still "
            "counts for.",
            "starts", {"cell": "rnn", "vary": "activation"},
        ),
    ),
    "Backpropagation through time": (
        Idea(
            "Works backwards through the chain",
            "Step by step from the last loss to the first state; then all shares are added and "
            "the weights updated.",
            "unrolled", {"cell": "rnn", "steps": "8", "placement": "every"},
        ),
        Idea(
            "Error gradients get amplified or diminished",
            "Drag the weight scale and watch one become the other, for three cells and ten seeds.",
            "flow",
        ),
        Idea(
            "Longer and deeper makes it harder",
            "Depth as well: here one, two and three layers.",
            "starts", {"cell": "rnn", "vary": "layers"},
        ),
    ),
    "Limitations": (
        Idea(
            "Clipping caps the maximum value",
            "That is clipping by value, which turns the gradient. Clipping by norm shortens it and "
            "keeps its direction.",
            "clipping", {"clip": "value", "cell": "rnn", "init": "gaussian", "gain": "3"},
            loose=True,
        ),
        Idea(
            "Clipping solves exploding gradients",
            "It bounds the update, not the cause: the gradient still explodes, but the weights are "
            "no longer thrown off the cliff.",
            "cliff", loose=True,
        ),
        Idea(
            "Solving the vanishing gradient",
            "Clipping cannot: it is a ceiling, never a floor. Four trainings show both.",
            "ceiling",
        ),
        Idea(
            "GRU and LSTM were created for it",
            "By themselves they vanish as well, with usual starting weights. Compare the cells, "
            "then the starts.",
            "starts", {"cell": "gru", "vary": "bias"}, loose=True,
        ),
        Idea(
            "LSTM is a generalized version of GRU",
            "Neither contains the other: the GRU has no output gate and no second state, the LSTM "
            "no reset gate. The LSTM is older (1997; GRU 2014).",
            "cell", {"cell": "gru"}, loose=True,
        ),
    ),
    "LSTM": (
        Idea(
            "Cell state",
            "Important things can stay: if f is near 1 for long enough. How near is on these maps.",
            "gates", {"cell": "lstm", "forget_bias": "1"}, loose=True,
        ),
        Idea(
            "Forget gate",
            "A number between 0 and 1 for each number of cₜ₋₁. Fix it and see what is lost.",
            "hold", {"cell": "lstm", "hold": "forget", "held_at": "0"},
        ),
        Idea(
            "Input gate returns 0 or 1",
            "It returns numbers between, never quite 0 or 1. Untrained ones stand near one half.",
            "saturation", {"cell": "lstm"}, loose=True,
        ),
        Idea(
            "The tanh layer's candidate",
            "Content between −1 and 1, scaled by the input gate before it is added.",
            "cell", {"cell": "lstm", "steps": "5"},
        ),
        Idea(
            "“Update gate”: old state into new",
            "cₜ = f·cₜ₋₁ + i·g: two gates and a sum. An LSTM has no update gate; the GRU has.",
            "cell", {"cell": "lstm", "steps": "5", "quantity": "c"}, loose=True,
        ),
        Idea(
            "Output gate",
            "hₜ = o·tanh(cₜ): at 0 the cell state goes on, unseen.",
            "hold", {"cell": "lstm", "hold": "output", "held_at": "0"},
        ),
    ),
}  # fmt: skip

_BINDSCHAEDLER: Final[Topics] = {
    "Recurrent units": (
        Idea(
            "State is a function of the last state and the input",
            "hₜ depends on hₜ₋₁ and xₜ only: all the past it knows is in hₜ₋₁.",
            "unrolled", {"cell": "rnn", "steps": "5"},
        ),
        Idea(
            "Hidden state and output of a layer",
            "Two letters for what others write as one: the product with the matrix of the past, "
            "and the activation of the whole. The equations stand side by side.",
            "notation", {"cell": "rnn"},
        ),
        Idea(
            "Unrolling through time",
            "As many copies of the cell as there are steps, with one set of weights: the picture "
            "rolls up and out again.",
            "unrolled", {"cell": "rnn", "steps": "8"},
        ),
        Idea(
            "The first state can be zero",
            "It can be anything; a random one shows how long it is felt.",
            "cell", {"cell": "rnn", "initial": "random"},
        ),
    ),
    "Architecture and tasks": (
        Idea(
            "Sequence to sequence: stock prices",
            "The price of day n + 1 from n days; on held-out days it does not beat “no change”.",
            "series", {"series": "prices"},
        ),
        Idea(
            "Vector to sequence: image captioning",
            "A drawing to its words, one at a time.", "captions",
        ),
        Idea(
            "Sequence to vector: sentiment",
            "A review to a number; negation matters.", "sentiment",
        ),
        Idea(
            "Encoder-decoder: translation",
            "Sequence to vector, then vector to sequence; the vector is the bottleneck.",
            "translation",
        ),
    ),
    "Training": (
        Idea(
            "Loss is averaged over the output",
            "Sum or mean changes the gradient by a factor, the same everywhere: a threshold for "
            "clipping must know which.",
            "clipping", {"clip": "norm", "placement": "every", "reduction": "mean"},
        ),
        Idea(
            "Weights are shared across time",
            "So their gradient is a sum over time: one share per step.",
            "unrolled", {"cell": "rnn", "steps": "6", "placement": "every", "lit": "weight_ih_l0"},
        ),
        Idea(
            "Training is slow",
            "Step t waits for step t − 1, on the way there and on the way back. Truncated BPTT "
            "shortens the way back and drops what lies before.",
            "truncated", {"window": "5"},
        ),
        Idea(
            "Memory tasks",
            "Watch one learn: its loss falls below the dotted line only when it remembers.",
            "training",
        ),
    ),
    "Unstable gradients": (
        Idea(
            "ReLU can make things worse",
            "Its slope is 1 or 0: among units that are on, powers of W_hh act undamped. Started "
            "at the identity it can also hold (Le, Jaitly and Hinton 2015).",
            "starts", {"cell": "rnn", "vary": "init"}, loose=True,
        ),
        Idea(
            "No batch normalization across time, but clipping",
            "Clipping acts on the finished gradient and asks for no statistics over time.",
            "clipping", {"clip": "norm", "cell": "rnn", "init": "gaussian", "gain": "3"},
        ),
        Idea(
            "Short-term memory: information is lost at each step",
            "How far back three trained networks still feel what they read: click a character.",
            "connectivity", loose=True,
        ),
        Idea(
            "Mitigation: another type of cell",
            "And its start: with the usual weights the gradients of GRU and LSTM vanish as well.",
            "gradients", FAR, loose=True,
        ),
    ),
    "Gates and units": (
        Idea(
            "Update gate",
            "Near 1 it lets the previous state through, as written here; in the equations of "
            "others 1 takes the new. The page shows both.",
            "notation", {"cell": "gru"},
        ),
        Idea(
            "Reset gate",
            "At 0 the candidate is made from the input alone; the state still keeps its share "
            "through the update gate.",
            "hold", {"cell": "gru", "hold": "reset", "held_at": "0"}, loose=True,
        ),
    ),
}  # fmt: skip

_GAIN: Final[Topics] = {
    "Sequence modeling": (
        Idea(
            "Weight initialization",
            "In what is left of the gradient 50 steps back, an LSTM's starts differ by a larger "
            "factor than the three cells do from PyTorch's start.",
            "starts", {**FAR, "cell": "lstm", "vary": "init"},
        ),
        Idea(
            "Dropout",
            "Between layers, never between steps, as in PyTorch: see “More settings of training”.",
            "training", {"layers": "2", "dropout": "0.2"},
        ),
        Idea(
            "Prevent over-training",
            "Training stops when the loss on held-out examples has not fallen for as many looks as "
            "you allow; the best weights are kept.",
            "training", {"patience": "5"},
        ),
        Idea(
            "Captioning, sentiment, translation",
            "Inputs and outputs of any length: where they enter decides the gradient's path.",
            "wirings",
        ),
    ),
    "Recurrent networks": (
        Idea(
            "Old state to new state",
            "Two linear maps, a sum and a tanh; a third linear map makes the output.",
            "cell", {"cell": "rnn", "steps": "5"},
        ),
        Idea(
            "Parameters are fixed over time",
            "Pick one: it lights at every step.",
            "unrolled", {"cell": "rnn", "steps": "6", "placement": "every", "lit": "weight_hh_l0"},
        ),
        Idea(
            "Many to one",
            "One loss at the end: everything before it learns through the state only.",
            "unrolled", {"wiring": "many-to-one", "cell": "rnn", "steps": "6"},
        ),
        Idea(
            "A single input starts the state: one to many",
            "The input enters at the first step; after that the network runs on its state.",
            "unrolled", {"wiring": "one-to-many-first", "cell": "rnn", "steps": "6"},
        ),
        Idea(
            "Many to one followed by one to many",
            "Two networks, and one state that passes between them.",
            "unrolled", {"wiring": "encoder-decoder", "cell": "rnn", "steps": "6"},
        ),
        Idea(
            "The final state summarizes the sequence",
            "As far as H numbers can: accuracy against length shows where it ends.",
            "translation", loose=True,
        ),
        Idea(
            "“hello”, vocabulary h, e, l, o",
            "The slide's network with a softmax at its output, and every number of both passes.",
            "byhand", {"length": "4", "units": "3"},
        ),
        Idea(
            "Writing like Shakespeare",
            "Choose how boldly it draws, and see the five likeliest characters at each step.",
            "characters",
        ),
        Idea(
            "Producing code",
            "A network trained on Python's own source writes something like it.",
            "characters", {"writer": "python"},
        ),
        Idea("Image captioning", "A drawing to its words.", "captions"),
    ),
    "Gradient flow": (
        Idea(
            "One matrix for state and input",
            "W_hh hₜ₋₁ + W_ih xₜ is one product with the two vectors stacked; the numbers are the "
            "same.",
            "cell", {"cell": "rnn", "steps": "5", "hidden": "3"},
        ),
        Idea(
            "The backward pass multiplies by W",
            "By its transpose, and by the slope of tanh: both factors are drawn apart.",
            "jacobians", {"cell": "rnn"}, loose=True,
        ),
        Idea(
            "Unroll, then standard backpropagation",
            "Outputs, errors, weight gradients, by hand: nothing else is needed.",
            "byhand", {"stage": "errors"},
        ),
        Idea(
            "∂E₃/∂W as a sum over k",
            "The components, one for each state in between, and their sum beside the engine's "
            "gradient.",
            "byhand", {"length": "4", "losses": "every", "component": "2"},
        ),
        Idea(
            "Each state with respect to each other",
            "The whole matrix: every loss against every state.",
            "credit", {"cell": "rnn"},
        ),
    ),
    "LSTM": (
        Idea(
            "Input, forget, output and gain gate",
            "Three gates end in a sigmoid. The fourth ends in tanh: it is the candidate, content "
            "rather than a gate.",
            "cell", {"cell": "lstm"}, loose=True,
        ),
        Idea(
            "From cₜ back to cₜ₋₁ only a product with f",
            "Along the direct path, yes. cₜ also depends on cₜ₋₁ through hₜ₋₁ and the gates, with "
            "W_hh: compare the direct and the full path.",
            "jacobians", {"cell": "lstm", "forget_bias": "3", "steps": "50", "hidden": "32"},
            loose=True,
        ),
        Idea(
            "Uninterrupted gradient flow",
            "With PyTorch's default weights less than a millionth is left after 50 steps; a forget "
            "bias and orthogonal matrices bring it back.",
            "gradients", {**FAR, "cell": "lstm"}, loose=True,
        ),
        Idea(
            "Calculating and adding new values",
            "cₜ = f·cₜ₋₁ + i·g with the numbers of every unit.",
            "cell", {"cell": "lstm", "steps": "5", "quantity": "c"},
        ),
        Idea(
            "Vanilla RNNs do not work that well",
            "An orthogonal start carries a plain RNN far. Train the cells side by side on a memory "
            "task and judge.",
            "training", {"task": "copy", "versus": "cell", "init": "orthogonal"}, loose=True,
        ),
    ),
}  # fmt: skip

SYLLABUS: Final[Mapping[str, Topics]] = dict(
    zip(LECTURES, (_MAHMOUD, _OLIVEIRA, _SIE, _BINDSCHAEDLER, _GAIN), strict=True)
)


def link(lecture: str, idea: Idea) -> dict[str, str]:
    """The settings of an idea's place, in the lecture's letters."""
    return {**idea.link, "notation": lecture}
