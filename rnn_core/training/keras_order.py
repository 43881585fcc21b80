"""Keras's `get_weights()`, saved by `numpy.savez`, brought under PyTorch's names.

Arrays come in the layers' order, without names: arr_0, arr_1, …  A recurrent layer is kernel
(D, G H), recurrent kernel (H, G H) and bias; a Dense is kernel (F, O) and bias (O,).  A GRU's bias
is (2, 3H) where the reset gate stands after the product (`reset_after=True`), (3H,) where before.
Keras orders its blocks i f c o (LSTM) and z r h (GRU), in columns; z keeps the past, as in PyTorch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from rnn_core.arrays import Array
from rnn_core.training.questions import Answers, choose
from rnn_core.training.refusal import refusal

ORDER: Final = {1: (0,), 3: (1, 0, 2), 4: (0, 1, 2, 3)}  # of Keras's blocks, as PyTorch stacks them
_NAME: Final = re.compile(r"arr_[0-9]{1,4}")
_ADVICE: Final = "Save one model: numpy.savez(name, *model.get_weights())."
_LAYER: Final = "Save a recurrent layer alone: numpy.savez(name, *layer.get_weights())."


class Layer(NamedTuple):
    """A recurrent layer, one direction of it."""

    kernel: Array  # (D, G H)
    recurrent: Array  # (H, G H)
    bias: Array | None  # (G H,), or (2, G H)

    @property
    def shape(self) -> tuple[int, int, int]:
        """D, H, G."""
        hidden, columns = self.recurrent.shape
        return len(self.kernel), hidden, columns // hidden


def is_keras(arrays: Mapping[str, Array]) -> bool:
    """Whether arrays have the names that `numpy.savez` gives to nameless ones."""
    return all(_NAME.fullmatch(name) for name in arrays)


def from_keras(
    arrays: Mapping[str, Array], answers: Answers
) -> tuple[dict[str, Array], dict[str, str]]:
    """The same arrays under PyTorch's names and in its layout, and what shapes say of the cell.

    Modules are called by their first array: `arr_0.weight_ih_l0`, `arr_3.weight`.  What stands
    before the recurrent layers reads no features: `arr_0.kernel`."""
    names = sorted(arrays, key=lambda name: int(name[4:]))
    layers, dense = _split(names, [arrays[name] for name in names])
    found = _named(dense, [names.index(name) for name in layers], names)
    if not layers:
        return found, {}
    direction = choose("direction", "how its recurrent layers are joined", _ways(layers), answers)
    facts = {"direction": direction} | _reset(layers, answers)
    sides = 2 if direction == "bidirectional" else 1
    first = next(iter(layers))
    for k, layer in enumerate(layers.values()):
        ending = f"_l{k // sides}" + ("_reverse" if k % sides else "")
        found |= {f"{first}.{kind}{ending}": a for kind, a in _turned(layer).items()}
    return found, facts


def _split(
    names: Sequence[str], arrays: Sequence[Array]
) -> tuple[dict[str, Layer], dict[str, tuple[Array, ...]]]:
    """Recurrent layers by the name of their first array; kernels and biases of all others."""
    layers: dict[str, Layer] = {}
    others: dict[str, tuple[Array, ...]] = {}
    at = 0
    while at < len(arrays):
        name, kernel, rest = names[at], arrays[at], arrays[at + 1 :]
        if kernel.ndim != 2:
            raise refusal(
                f"a kernel (inputs, columns) as {name}", f"the shape {kernel.shape}", _ADVICE
            )
        if rest and _recurrent(kernel, rest[0]):
            _check_matrices(name, kernel, rest)
            bias = _bias(kernel, rest[0], rest[1:])
            layers[name] = Layer(kernel, rest[0], bias)
            at += 2 + (bias is not None)
            continue
        biased = bool(rest) and rest[0].shape == kernel.shape[1:]
        others[name] = (kernel, *rest[:1]) if biased else (kernel,)
        at += 1 + biased
    return layers, others


def _named(
    dense: Mapping[str, tuple[Array, ...]], recurrent: Sequence[int], names: Sequence[str]
) -> dict[str, Array]:
    """Dense layers as PyTorch's Linear where they follow the recurrent ones."""
    found: dict[str, Array] = {}
    for name, (kernel, *bias) in dense.items():
        place = names.index(name)
        if recurrent and recurrent[0] < place < recurrent[-1]:
            raise refusal(
                "recurrent layers next to each other",
                f"{name} between two of them",
                _LAYER,
            )
        if recurrent and place > recurrent[-1]:
            found[f"{name}.weight"] = kernel.T
        else:
            found[f"{name}.kernel"] = kernel
        found |= {f"{name}.bias": b for b in bias}
    return found


def _recurrent(kernel: Array, following: Array) -> bool:
    """Whether the array after a kernel (D, G H) is its recurrent kernel (H, G H)."""
    if following.ndim != 2 or following.shape[1] != kernel.shape[1]:
        return False
    hidden, columns = following.shape
    return columns % hidden == 0 and columns // hidden in ORDER


def _bias(kernel: Array, recurrent: Array, rest: Sequence[Array]) -> Array | None:
    columns = kernel.shape[1]
    shapes = [(columns,)] + [(2, columns)] * (columns == 3 * len(recurrent))
    return rest[0] if rest and rest[0].shape in shapes else None


def _check_matrices(name: str, kernel: Array, rest: Sequence[Array]) -> None:
    """Embedding and SimpleRNN, or a SimpleRNN without bias and another matrix: both look alike."""
    square = rest[0].shape[0] == rest[0].shape[1]
    if square and len(rest) > 1 and rest[1].shape == rest[0].shape:
        raise refusal(
            f"one kernel and one recurrent kernel from {name} on",
            "three matrices that could be",
            _LAYER,
        )


def _ways(layers: Mapping[str, Layer]) -> dict[str, str]:
    """In which ways these layers can be stacked: each reads what the one below it shows."""
    shapes = [layer.shape for layer in layers.values()]
    _, hidden, blocks = shapes[0]
    alike = all(shape[1:] == (hidden, blocks) for shape in shapes)
    pairs = list(zip(shapes[::2], shapes[1::2], strict=False))
    paired = len(shapes) % 2 == 0 and all(a == b for a, b in pairs)
    ways = {}
    if alike and all(inputs == hidden for inputs, _, _ in shapes[1:]):
        ways["forward"] = f"{len(shapes)} layers, one on another"
    if alike and paired and all(a[0] == 2 * hidden for a, _ in pairs[1:]):
        ways["bidirectional"] = f"{len(pairs)} layers, each in both directions"
    if not ways:
        came = "; ".join(f"{inputs} inputs, {units} units" for inputs, units, _ in shapes)
        expected = "recurrent layers of one kind and size, each reading the one below"
        raise refusal(expected, f"layers of {came}", _LAYER)
    return ways


def _reset(layers: Mapping[str, Layer], answers: Answers) -> dict[str, str]:
    """Place of a GRU's reset gate, as the shape of its bias says."""
    if next(iter(layers.values())).shape[2] != 3:
        return {}
    biases = [layer.bias for layer in layers.values()]
    found = {"after" if b.ndim == 2 else "before" for b in biases if b is not None}
    if len(found) == 2:
        raise refusal("one kind of GRU", "some that reset before the product, some after", _ADVICE)
    if found:
        return {"reset": found.pop()}
    options = {"after": "after the product (reset_after=True)", "before": "before it"}
    return {"reset": choose("reset", "where the GRU's reset gate stands", options, answers)}


def _turned(layer: Layer) -> dict[str, Array]:
    """Columns to rows, Keras's order of blocks to PyTorch's."""
    blocks = layer.shape[2]
    found = {"weight_ih": layer.kernel.T, "weight_hh": layer.recurrent.T}
    if layer.bias is not None:
        one_or_two = layer.bias.reshape(-1, layer.bias.shape[-1])
        found |= dict(zip(("bias_ih", "bias_hh"), one_or_two, strict=False))
    return {
        name: np.concatenate([np.split(array, blocks)[k] for k in ORDER[blocks]])
        for name, array in found.items()
    }
