"""The oracle's networks through torch.nn and keras.layers, in float64, under PyTorch's names."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import oracle as hand
import torch
from golden_specs import Numbers, keeps_two_biases
from keras.src.backend.common import dtypes
from oracle import Spec

torch.set_default_dtype(torch.float64)
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")


def keep_double(result_type: Callable[..., str]) -> Callable[..., str]:
    """Keras 3.15 multiplies float64 matrices in float32 on torch (keras issue 23704)."""

    def wrapped(*types: object) -> str:
        return "float64" if any("float64" in str(t) for t in types) else result_type(*types)

    return wrapped


dtypes.result_type = keep_double(dtypes.result_type)


def run_torch(spec: Spec, weights: Numbers, data: Numbers) -> Numbers:
    """Numbers of a golden file by torch.nn.RNN, GRU or LSTM."""
    module = torch_module(spec, weights)
    d, w = (
        hand.leaves(data),
        hand.leaves({k: v for k, v in weights.items() if k.startswith("readout")}),
    )
    hx = tuple(d[f"initial.{state}"] for state in spec.states)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        d["x"], torch.tensor(spec.lengths or [spec.T] * spec.B), batch_first=True
    )
    out, final = module(packed, hx if spec.cell == "lstm" else hx[0])
    features, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
    logits = hand.kept(hand.read_out(w, features))
    losses = hand.loss_per_step(spec, logits, d["targets"]) * hand.loss_mask(spec)
    losses.sum().backward()
    finals = final if spec.cell == "lstm" else (final,)
    found = {"loss": losses, "dx": d["x"].grad, "dlogits": logits.grad}
    found |= {f"gradient.{k}": v.grad for k, v in [*module.named_parameters(), *w.items()]}
    for state, value in zip(spec.states, finals, strict=True):
        found |= {f"final.{i}.{state}": row for i, row in enumerate(value)}
        found[f"initial_gradient.{state}"] = d[f"initial.{state}"].grad
    if spec.lengths is None:
        found |= {"features": features, "logits": logits}
    return {k: v.detach().numpy() for k, v in found.items()}


def torch_module(spec: Spec, weights: Numbers) -> torch.nn.RNNBase:
    kinds = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
    extra = {"nonlinearity": spec.options.get("activation", "tanh")} if spec.cell == "rnn" else {}
    both = spec.direction == "bidirectional"
    module = kinds[spec.cell](
        spec.D, spec.H, spec.layers, batch_first=True, bidirectional=both, **extra
    )
    own = {k: torch.tensor(v) for k, v in weights.items() if not k.startswith("readout")}
    module.load_state_dict(own)
    return module


KERAS_ORDER = {
    "rnn": ("candidate",),
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}


def regroup(spec: Spec, rows: np.ndarray, order: Callable[[Spec], tuple[str, ...]]) -> np.ndarray:
    """Rows (G*H, ...) grouped in one order -> the other order's groups."""
    source = KERAS_ORDER[spec.cell] if order is to_torch else spec.gates
    groups = dict(zip(source, np.split(rows, len(source)), strict=True))
    return np.concatenate([groups[gate] for gate in order(spec)])


def to_torch(spec: Spec) -> tuple[str, ...]:
    return spec.gates


def to_keras(spec: Spec) -> tuple[str, ...]:
    return KERAS_ORDER[spec.cell]


def keras_layer(spec: Spec) -> keras.layers.Layer:
    kinds = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
    extra = {"reset_after": keeps_two_biases(spec)} if spec.cell == "gru" else {}
    layer = kinds[spec.cell](spec.H, return_sequences=True, return_state=True, **extra)
    layer.build((spec.B, spec.T, spec.D))
    return layer


def run_keras(spec: Spec, weights: Numbers, data: Numbers) -> Numbers:
    """Numbers of a golden file by a Keras layer, brought into PyTorch's layout."""
    layer = keras_layer(spec)
    fill(spec, layer, weights)
    d, w = (
        hand.leaves(data),
        hand.leaves({k: v for k, v in weights.items() if k.startswith("readout")}),
    )
    lengths = torch.tensor(spec.lengths or [spec.T] * spec.B)[:, None]
    mask = torch.arange(spec.T)[None] < lengths
    start = [d[f"initial.{state}"][0] for state in spec.states]
    features, *finals = layer(d["x"], initial_state=start, mask=mask if spec.lengths else None)
    losses = hand.loss_per_step(spec, hand.read_out(w, features), d["targets"]) * hand.loss_mask(
        spec
    )
    losses.sum().backward()
    found = {"loss": losses, "dx": d["x"].grad} | {f"gradient.{k}": v.grad for k, v in w.items()}
    found |= {f"final.0.{s}": final for s, final in zip(spec.states, finals, strict=True)}
    found |= {f"initial_gradient.{s}": d[f"initial.{s}"].grad for s in spec.states}
    if spec.lengths is None:
        found["features"] = features
    plain = {k: v.detach().numpy() for k, v in found.items()}
    return plain | keras_gradients(spec, layer)


def fill(spec: Spec, layer: keras.layers.Layer, weights: Numbers) -> None:
    """PyTorch's layout -> Keras's. The LSTM starts from Keras's own biases (forget bias 1)."""
    ih, hh = (regroup(spec, weights[f"weight_{k}_l0"], to_keras).T for k in ("ih", "hh"))
    biases = [regroup(spec, weights[f"bias_{k}_l0"], to_keras) for k in ("ih", "hh")]
    layer.set_weights([ih, hh, np.stack(biases) if keeps_two_biases(spec) else sum(biases)])


def keras_gradients(spec: Spec, layer: keras.layers.Layer) -> Numbers:
    ih, hh, bias = (v.value.grad.numpy() for v in layer.trainable_variables)
    names = {"weight_ih_l0": ih.T, "weight_hh_l0": hh.T}
    names |= (
        dict(zip(("bias_ih_l0", "bias_hh_l0"), bias, strict=True))
        if bias.ndim == 2
        else {"bias_ih_l0": bias}
    )
    return {f"gradient.{k}": regroup(spec, v, to_torch) for k, v in names.items()}


def keras_own_start(spec: Spec, weights: Numbers) -> Numbers:
    """A fresh Keras LSTM's bias (unit_forget_bias), in PyTorch's layout."""
    if spec.cell != "lstm" or spec.library != "keras":
        return weights
    bias = keras_layer(spec).get_weights()[2]
    return weights | {"bias_ih_l0": regroup(spec, bias, to_torch)}


LIBRARIES = {"torch": run_torch, "keras": run_keras}


def versions() -> str:
    return f"torch {torch.__version__}, keras {keras.__version__}"
