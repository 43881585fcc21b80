"""Ready-made experiments.  Each is a claim about what its picture shows, and each has a test.

Most guesses about gated cells turn out wrong when they are measured, so nothing is claimed here
that `tests/core/experiment/test_presets.py` does not measure, on this seed and on others.
"""

from dataclasses import dataclass, replace
from typing import Final

from rnn_core.experiment.experiment import Experiment


@dataclass(frozen=True)
class Preset:
    """An experiment and what one can see in it."""

    experiment: Experiment
    claim: str


FAR: Final = Experiment(steps=50, hidden=32)  # far enough back to see where the gradient goes
RNN: Final = replace(FAR, cell="rnn")
EXPLODING: Final = replace(RNN, init="gaussian", gain=3.0)

PRESETS: Final = {
    "hello": Preset(
        Experiment(cell="rnn", steps=5, placement="every"),
        "The letter l is read twice and leaves two different hidden states: the second time, "
        "the network has another past.",
    ),
    "Default LSTM vanishes": Preset(
        replace(FAR, cell="lstm"),
        "With PyTorch's default weights the LSTM's gradient vanishes as the RNN's does: less than "
        "a millionth is left after 50 steps. Gates alone do not save it.",
    ),
    "Forget bias 1": Preset(
        replace(FAR, cell="lstm", forget_bias=1.0),
        "One number changed: with forget bias 1, more than a thousand times as much of the "
        "LSTM's gradient arrives at the start. It still vanishes.",
    ),
    "Forget bias 1, orthogonal": Preset(
        replace(FAR, cell="lstm", forget_bias=1.0, init="orthogonal"),
        "With forget bias 1 and orthogonal recurrent matrices, more than a thousandth of the "
        "LSTM's gradient is left after 50 steps: initialisation does what gates alone did not.",
    ),
    "Forget bias 5 overshoots": Preset(
        replace(FAR, cell="lstm", forget_bias=5.0),
        "Gates wide open: the gradient of the LSTM's cell state is larger at the start than at "
        "the end. What does not vanish can grow.",
    ),
    "Forget bias 3, the indirect path": Preset(
        replace(FAR, cell="lstm", forget_bias=3.0),
        "The direct path, the product of f, keeps less than half in every unit over 50 steps; the "
        "Jacobian of the whole state grows. What grows comes by the gates, through W_hh.",
    ),
    "Orthogonal RNN": Preset(
        replace(RNN, init="orthogonal"),
        "No gate at all: a plain RNN with an orthogonal recurrent matrix keeps more than a "
        "hundredth of the gradient over 50 steps. With PyTorch's default it keeps almost nothing.",
    ),
    "Sigmoid RNN": Preset(
        replace(RNN, activation="sigmoid", scale=4.0),
        "The sigmoid's slope is at most 1/4: even with weights four times as large, the RNN's "
        "gradient vanishes.",
    ),
    "Exploding RNN": Preset(
        EXPLODING,
        "Spectral radius 3: the RNN's gradient grows more than a thousandfold on its way back.",
    ),
    "Spectral radius 0.9 grows first": Preset(
        replace(RNN, init="gaussian", gain=0.9),
        "W_hh has spectral radius 0.9 and a largest singular value well above 1: over one step the "
        "Jacobian stretches, over 50 steps less than a hundredth is left.",
    ),
    "Clipping an explosion": Preset(
        replace(EXPLODING, clip="norm"),
        "Clipping by norm brings the weights' gradients down to the threshold and keeps their "
        "direction. The gradient inside BPTT explodes as before.",
    ),
    "Clipping by value turns": Preset(
        replace(EXPLODING, clip="value"),
        "Clipping by value turns the same exploding gradient by more than 40 degrees: entries far "
        "apart in size are all cut to the threshold.",
    ),
    "Clipping cannot mend vanishing": Preset(
        replace(RNN, clip="norm"),
        "Clipping is a ceiling, not a floor: it is on, and still less than a millionth of the "
        "RNN's gradient arrives.",
    ),
    "Loss at every step": Preset(
        replace(RNN, placement="every"),
        "The same RNN with a loss at every step: the total gradient does not seem to vanish, "
        "because each step adds its own. What comes from the far end is as small as ever.",
    ),
    "Truncated BPTT": Preset(
        replace(RNN, init="orthogonal", window=10),
        "Credit is cut every 10 steps: earlier states get a gradient of exactly zero.",
    ),
}
