"""The run in PyTorch: weights and inputs in the script, which compares itself with the app."""

from __future__ import annotations

from typing import Final

from rnn_core.code.about import weights
from rnn_core.code.passes import filled
from rnn_core.engine.cells import GRU, LSTM, RNN, Cell
from rnn_core.experiment.run import Run

_ACTIVATIONS: Final = {
    "linear": "logits",
    "tanh": "torch.tanh(logits)",
    "sigmoid": "torch.sigmoid(logits)",
    "softmax": "torch.softmax(logits, dim=-1)",
}
_LOSSES: Final = {
    "squared": "0.5 * ((outputs - targets) ** 2).sum(-1)",
    "binary": ('F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1)'),
    "cross-entropy": "-(targets * F.log_softmax(logits, dim=-1)).sum(-1)",
}


def refusal(cell: Cell) -> str:
    """Why PyTorch has no such cell, in a sentence; "": it has."""
    match cell:
        case RNN(activation="sigmoid"):
            return "PyTorch's RNN has tanh and ReLU, not the sigmoid."
        case GRU(reset="before"):
            return "PyTorch's GRU resets after the product only."
        case GRU(update="takes"):
            return "In PyTorch's GRU the update gate keeps the past."
        case LSTM(kind="no-forget"):
            return "PyTorch's LSTM always has a forget gate."
        case LSTM(kind="peephole"):
            return "PyTorch's LSTM has no peepholes."
        case RNN() | GRU() | LSTM():
            return ""
    return f"PyTorch has no {type(cell).__name__}."


def script(run: Run) -> str:
    """A Python script that needs NumPy and PyTorch only."""
    cell, head = run.stages[-1].network.cell, run.stages[-1].network.head
    relu = getattr(cell, "activation", "") == "relu"
    network = _NETWORK.replace("@KIND@", type(cell).__name__)
    network = network.replace("@EXTRA@", ', nonlinearity="relu"' if relu else "")
    marks = {
        "@LIBRARY@": "PyTorch",
        "@NEEDS@": "torch and numpy",
        "@IMPORTS@": _IMPORTS,
        "@NETWORK@": network.replace("@ACTIVATION@", _ACTIVATIONS[head.activation]).strip(),
        "@LOSS@": _LOSSES[head.loss],
        "@MORE@": _MORE,
    }
    return filled(run, weights(run), marks)


_IMPORTS: Final = """import base64
import io

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)"""
_MORE: Final = """squares = [
    weight.grad.square().sum()
    for network in networks.values() for weight in network.parameters() if weight.grad is not None
]
ours["weights"] = np.sqrt(float(sum(squares)))  # norm of all weights' gradients, not clipped
"""
_NETWORK: Final = '''class Network(nn.Module):
    """Recurrent layers and a readout, weights in place."""

    def __init__(self, name):
        super().__init__()
        inputs, hidden, outputs = SIZES[name]
        both = len(SIDES) == 2
        self.rnn = nn.@KIND@(inputs, hidden, LAYERS, bidirectional=both@EXTRA@)
        self.rnn.load_state_dict(layers_of(within(f"{name}.")))
        self.readout = None
        if outputs:
            self.readout = nn.Linear(hidden * len(SIDES), outputs)
            self.readout.load_state_dict(within(f"{name}.readout."))

    def cells(self):
        """Every layer and direction as a cell that is called step by step: the same weights."""
        for layer in range(LAYERS):
            for side in SIDES:
                cell = nn.@KIND@Cell(1, 1@EXTRA@)
                for weight in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    setattr(cell, weight, getattr(self.rnn, weight + ending(layer, side)))
                yield cell

    def answer(self, features):
        """Logits and outputs."""
        logits = self.readout(features)
        return logits, @ACTIVATION@


def ending(layer, side):
    """Of a weight's name. nn.@KIND@ calls what reads in one direction only forward."""
    return f"_l{layer}{side if len(SIDES) == 2 else ''}"


def layers_of(stored):
    """The weights of the recurrent layers, by the names that nn.@KIND@ has for them."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {
        name + ending(layer, side): stored[f"{name}_l{layer}{side}"]
        for layer in range(LAYERS) for side in SIDES for name in names
    }


def step(cell, x, state):
    """The states (h,) or (h, c) after one step."""
    new = cell(x, state if len(state) > 1 else state[0])
    return new if isinstance(new, tuple) else (new,)
'''
