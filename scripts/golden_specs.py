"""Specifications of the golden files, and the random numbers each starts from."""

from __future__ import annotations

import zlib

import numpy as np
from oracle import Spec

Numbers = dict[str, np.ndarray]

PLAIN = [
    Spec("torch_rnn_tanh", "rnn", {"activation": "tanh"}, library="torch"),
    Spec(
        "torch_rnn_relu",
        "rnn",
        {"activation": "relu"},
        readout="softmax",
        loss="softmax",
        library="torch",
    ),
    Spec("torch_gru", "gru", readout="sigmoid", loss="binary", steps="chosen", library="torch"),
    Spec("torch_lstm", "lstm", readout="softmax", loss="softmax", steps="last", library="torch"),
]
STACKED = [
    Spec("torch_rnn_2", "rnn", layers=2, readout="sigmoid", loss="binary", library="torch"),
    Spec("torch_gru_2", "gru", layers=2, readout="softmax", loss="softmax", library="torch"),
    Spec("torch_lstm_2", "lstm", layers=2, steps="last", library="torch"),
    Spec(
        "torch_rnn_both", "rnn", {"activation": "relu"}, direction="bidirectional", library="torch"
    ),
    Spec("torch_gru_both", "gru", direction="bidirectional", steps="last", library="torch"),
    Spec(
        "torch_lstm_both",
        "lstm",
        direction="bidirectional",
        loss="binary",
        readout="sigmoid",
        library="torch",
    ),
]
PADDED = [
    Spec(
        f"torch_{cell}_2_both_padded",
        cell,
        layers=2,
        direction="bidirectional",
        B=3,
        lengths=(5, 3, 1),
        readout="softmax",
        loss="softmax",
        steps=steps,
        library="torch",
    )
    for cell, steps in (("rnn", "every"), ("gru", "last"), ("lstm", "every"))
] + [
    Spec("hand_lstm_reverse_padded", "lstm", direction="reverse", B=3, lengths=(2, 5, 4)),
    Spec(
        "hand_gru_reverse_before_padded",
        "gru",
        {"reset": "before"},
        direction="reverse",
        B=3,
        lengths=(1, 5, 4),
        steps="last",
    ),
]
KERAS = [
    Spec("keras_rnn", "rnn", library="keras"),
    Spec("keras_gru_after", "gru", {"reset": "after"}, library="keras"),
    Spec("keras_gru_before", "gru", {"reset": "before"}, library="keras"),
    Spec("keras_lstm", "lstm", library="keras"),
    Spec("keras_lstm_padded", "lstm", B=3, lengths=(5, 2, 4), library="keras"),
]
VARIANTS = [
    Spec("hand_rnn_sigmoid_tanh_readout", "rnn", {"activation": "sigmoid"}, readout="tanh"),
    Spec("hand_gru_after_takes", "gru", {"reset": "after", "update": "takes"}),
    Spec("hand_gru_before_takes", "gru", {"reset": "before", "update": "takes"}, readout="tanh"),
    Spec("hand_lstm_no_forget", "lstm", {"kind": "no-forget"}, readout="softmax", loss="softmax"),
    Spec("hand_lstm_peephole", "lstm", {"kind": "peephole"}, readout="tanh"),
    Spec(
        "hand_lstm_peephole_2_both_padded",
        "lstm",
        {"kind": "peephole"},
        layers=2,
        H=2,
        B=3,
        direction="bidirectional",
        lengths=(5, 2, 4),
        readout="sigmoid",
        loss="binary",
    ),
]
TRUNCATED = [
    Spec(f"hand_{cell}_window_2", cell, window=2, steps=steps)
    for cell, steps in (("rnn", "every"), ("gru", "last"), ("lstm", "every"))
]
FED = [
    Spec("hand_rnn_fed", "rnn", wiring="fed"),
    Spec("hand_gru_fed", "gru", readout="softmax", loss="softmax", wiring="fed"),
    Spec("hand_lstm_fed_2", "lstm", layers=2, readout="tanh", steps="last", wiring="fed"),
    Spec(
        "hand_lstm_peephole_fed_2",
        "lstm",
        {"kind": "peephole"},
        layers=2,
        readout="sigmoid",
        loss="binary",
        wiring="fed",
    ),
]
SPECS = PLAIN + STACKED + PADDED + KERAS + VARIANTS + TRUNCATED + FED
PAIRS = [
    Spec(
        "hand_gru_encoder_decoder_teacher",
        "gru",
        readout="softmax",
        loss="softmax",
        T=3,
        wiring="teacher",
    ),
    Spec("hand_lstm_2_encoder_decoder_teacher", "lstm", layers=2, T=3, wiring="teacher"),
    Spec("hand_rnn_2_encoder_decoder_free", "rnn", layers=2, T=3, readout="tanh", wiring="free"),
    Spec(
        "hand_lstm_encoder_decoder_free",
        "lstm",
        T=3,
        readout="softmax",
        loss="softmax",
        wiring="free",
    ),
]


def generator(spec: Spec) -> np.random.Generator:
    """One stream per name, so that a new file leaves the others as they are."""
    return np.random.default_rng(zlib.crc32(spec.name.encode()))


def draw_weights(spec: Spec, rng: np.random.Generator) -> Numbers:
    """Weights under PyTorch's names. Keras's GRU has no second bias when it resets before."""
    G, H, ways = len(spec.gates), spec.H, 2 if spec.direction == "bidirectional" else 1
    weights: Numbers = {}
    for index, suffix in enumerate(spec.suffixes):
        D = spec.D if index < ways else ways * H
        weights[f"weight_ih{suffix}"] = rng.normal(size=(G * H, D)) * 0.6
        weights[f"weight_hh{suffix}"] = rng.normal(size=(G * H, H)) * 0.6
        weights[f"bias_ih{suffix}"] = rng.normal(size=G * H) * 0.4
        weights[f"bias_hh{suffix}"] = rng.normal(size=G * H) * 0.4
        if spec.options.get("kind") == "peephole":
            weights[f"weight_ph{suffix}"] = rng.normal(size=(3, H)) * 0.5
    if spec.library == "keras" and not keeps_two_biases(spec):
        weights["bias_hh_l0"] = np.zeros(G * H)
    weights["readout.weight"] = rng.normal(size=(spec.O, ways * H)) * 0.7
    weights["readout.bias"] = rng.normal(size=spec.O) * 0.3
    return weights


def keeps_two_biases(spec: Spec) -> bool:
    return spec.cell == "gru" and spec.options.get("reset", "after") == "after"


def draw_data(spec: Spec, rng: np.random.Generator) -> Numbers:
    """Inputs, targets and given initial states."""
    shape, layers = (spec.B, spec.T, spec.O), len(spec.suffixes)
    targets = {
        "softmax": lambda: rng.integers(spec.O, size=shape[:2]),
        "binary": lambda: rng.integers(2, size=shape).astype(float),
        "squared": lambda: rng.normal(size=shape) * 0.5,
    }
    data = {"x": rng.normal(size=(spec.B, spec.T, spec.D)), "targets": targets[spec.loss]()}
    for state in spec.states:
        data[f"initial.{state}"] = rng.normal(size=(layers, spec.B, spec.H)) * 0.5
    return data
