"""The run in Keras: weights and inputs in the script, which compares itself with the app."""

from __future__ import annotations

from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.code.passes import filled
from rnn_core.engine.cells import GRU, LSTM, RNN, Cell
from rnn_core.engine.scan import Weights
from rnn_core.experiment.run import Run, Stage
from rnn_core.training.keras_order import ORDER

_ACTIVATIONS: Final = {
    "linear": "logits",
    "tanh": "ops.tanh(logits)",
    "sigmoid": "ops.sigmoid(logits)",
    "softmax": "ops.softmax(logits, axis=-1)",
}
_LOSSES: Final = {
    "squared": "0.5 * ops.sum((outputs - targets) ** 2, axis=-1)",
    "binary": (
        "ops.sum(ops.logaddexp(ops.zeros_like(logits), logits) - targets * logits, axis=-1)"
    ),
    "cross-entropy": "-ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1)",
}


def refusal(cell: Cell) -> str:
    """Why Keras has no such cell, in a sentence; "": it has."""
    match cell:
        case GRU(update="takes"):
            return "In Keras's GRU the update gate keeps the past."
        case LSTM(kind="no-forget"):
            return "Keras's LSTM always has a forget gate."
        case LSTM(kind="peephole"):
            return "Keras's LSTM has no peepholes."
        case RNN() | GRU() | LSTM():
            return ""
    return f"Keras has no {type(cell).__name__}."


def script(run: Run) -> str:
    """A Python script that needs NumPy, and Keras with PyTorch behind it."""
    cell, head = run.stages[-1].network.cell, run.stages[-1].network.head
    network = _NETWORK.replace("@LAYER@", _layer(cell))
    marks = {
        "@LIBRARY@": "Keras",
        "@NEEDS@": "keras, torch and numpy",
        "@IMPORTS@": _IMPORTS,
        "@NETWORK@": network.replace("@ACTIVATION@", _ACTIVATIONS[head.activation]),
        "@LOSS@": _LOSSES[head.loss],
        "@MORE@": "",  # a Keras layer has one bias where ours have two: other weights, another norm
    }
    return filled(run, {k: a for stage in run.stages for k, a in weights(stage).items()}, marks)


def _layer(cell: Cell) -> str:
    """The call that makes the layer."""
    match cell:
        case RNN(activation=name):
            return f'layers.SimpleRNN(hidden, activation="{name}")'
        case GRU(reset=place):
            return f"layers.GRU(hidden, reset_after={place == 'after'})"
    return "layers.LSTM(hidden)"


def weights(stage: Stage) -> dict[str, Array]:
    """A stage's weights in Keras's order of blocks, in columns, behind its name: `.0` kernel,
    `.1` recurrent kernel, `.2` bias of every layer; the readout's `.0` kernel and `.1` bias."""
    network, found = stage.network, {}
    for trace, layer in zip(stage.trace.layers, network.layers, strict=True):
        for k, array in enumerate(_arrays(layer, network.cell)):
            found[f"{stage.name}.{trace.suffix}.{k}"] = array
    if network.output_size:
        found[f"{stage.name}.readout.0"] = network.weights["readout.weight"].T
        found[f"{stage.name}.readout.1"] = network.weights["readout.bias"]
    return found


def _arrays(layer: Weights, cell: Cell) -> tuple[Array, Array, Array]:
    """A layer's `set_weights`."""
    blocks = len(cell.gates)

    def turned(array: Array) -> Array:
        parts = np.split(array, blocks)
        return np.concatenate([parts[k] for k in np.argsort(ORDER[blocks])]).T

    biases = turned(layer.bias_ih), turned(layer.bias_hh)
    two = isinstance(cell, GRU) and cell.reset == "after"
    bias = np.stack(biases) if two else biases[0] + biases[1]
    return turned(layer.weight_ih), turned(layer.weight_hh), bias


_IMPORTS: Final = """import base64
import io
import os

os.environ["KERAS_BACKEND"] = "torch"  # whose autograd gives the gradient of every state

import keras
import numpy as np
import torch
from keras import layers, ops
from keras.src.backend.common import dtypes

torch.set_default_dtype(torch.float64)
keras.config.set_floatx("float64")
chosen = dtypes.result_type  # Keras 3.15 multiplies float64 matrices in float32 (its issue 23704)
dtypes.result_type = lambda *types: (
    "float64" if any("float64" in str(t) for t in types) else chosen(*types)
)"""
_NETWORK: Final = '''class Network:
    """Recurrent layers and a readout, weights in place."""

    def __init__(self, name):
        inputs, hidden, outputs = SIZES[name]
        self.layers = []
        for number in range(LAYERS):
            for side in SIDES:
                layer = @LAYER@
                layer.build((1, None, hidden * len(SIDES) if number else inputs))
                layer.set_weights(arrays_of(f"{name}.l{number}{side}."))
                self.layers.append(layer)
        self.readout = None
        if outputs:
            self.readout = layers.Dense(outputs)
            self.readout.build((1, hidden * len(SIDES)))
            self.readout.set_weights(arrays_of(f"{name}.readout."))

    def cells(self):
        """Every layer and direction as a cell that is called step by step."""
        return [layer.cell for layer in self.layers]

    def answer(self, features):
        """Logits and outputs."""
        logits = self.readout(features)
        return logits, @ACTIVATION@


def arrays_of(prefix):
    """The weights of one layer, as `set_weights` takes them."""
    return [arrays[name] for name in sorted(n for n in arrays if n.startswith(prefix))]


def step(cell, x, state):
    """The states (h,) or (h, c) after one step."""
    return tuple(cell(x, list(state))[1])'''
