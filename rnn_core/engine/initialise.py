"""Initialisation of a layer's weights and of the readout.

Shapes: `weight_ih (G*H, D)`, `weight_hh (G*H, H)`, `bias_ih (G*H,)`, `bias_hh (G*H,)` and, where a
cell has peepholes, `weight_ph (P, H)`. The G gates are stacked as blocks of H rows, as in PyTorch.

Equal generators give equal draws. The gain only multiplies a finished draw, so changing it keeps
the same matrix up to that factor; peepholes are drawn last, so having them moves nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array
from rnn_core.engine.incoming import is_finite, whole

Weights = dict[str, Array]

# Le, Jaitly and Hinton (2015) draw the IRNN's input weights with a standard deviation of 0.001 and
# let training grow them. Here most networks are untrained, and 0.001 would draw an empty picture.
IDENTITY_INPUT_STD = 0.1


@dataclass(frozen=True)
class Layer:
    """Gates by name, sizes and gain of the layer to be drawn."""

    gates: tuple[str, ...]
    input_size: int
    hidden_size: int
    gain: float

    @property
    def rows(self) -> int:
        """G*H, the height of both weight matrices."""
        return len(self.gates) * self.hidden_size


@dataclass(frozen=True)
class Init:
    """One way to start: `draw` fills a layer, `readout` fills the (O, F) weights of the readout."""

    label: str
    help: str
    draw: Callable[[Layer, Generator], Weights]
    readout: Callable[[int, int, Generator], Weights]
    gain: str = ""  # what the gain means here; empty: it is ignored


def initialise(
    name: str,
    gates: tuple[str, ...],
    input_size: int,
    hidden_size: int,
    rng: Generator,
    *,
    gain: float = 1.0,
    peepholes: int = 0,
) -> Weights:
    """Draw one layer's weights by the scheme `name`, one of `INITS`."""
    init = _find(name)
    _check_sizes(input_size=input_size, hidden_size=hidden_size, gates=len(gates))
    if not is_finite(gain) or gain < 0:
        raise ValueError(f"The gain must be a finite number >= 0, but it is {gain!r}.")
    weights = init.draw(Layer(gates, input_size, hidden_size, gain), rng)
    if peepholes:
        weights["weight_ph"] = _peepholes(name, peepholes, hidden_size, rng)
    return weights


def initialise_readout(name: str, input_size: int, output_size: int, rng: Generator) -> Weights:
    """Draw the readout: `weight (O, F)` and `bias (O,)`."""
    init = _find(name)
    _check_sizes(input_size=input_size, output_size=output_size)
    return init.readout(input_size, output_size, rng)


def scale_recurrent(weights: Mapping[str, Array], scale: float) -> Weights:
    """The same weights with every recurrent matrix `weight_hh…` multiplied by `scale`."""
    return {k: v * scale if k.startswith("weight_hh") else v for k, v in weights.items()}


def add_gate_bias(
    weights: Mapping[str, Array], gates: tuple[str, ...], gate: str, amount: float
) -> Weights:
    """The same weights with `amount` added to one gate's block of every `bias_ih…`.

    A gate has two biases in PyTorch's layout and sees their sum: only `bias_ih` is moved.
    """
    if gate not in gates:
        raise ValueError(f"This cell has the gates {', '.join(gates)}, but no gate {gate!r}.")
    return {
        k: _add_to_block(v, gates, gate, amount) if k.startswith("bias_ih") else v
        for k, v in weights.items()
    }


def add_gate_biases(
    weights: Mapping[str, Array], gates: tuple[str, ...], settings: Mapping[str, Any]
) -> Weights:
    """The same weights with every amount added that settings name, such as "forget_bias"."""
    weights = dict(weights)
    for gate in gates:
        if amount := settings.get(f"{gate}_bias", 0.0):
            weights = add_gate_bias(weights, gates, gate, amount)
    return weights


def spectral_radius(matrix: Array) -> float:
    """The largest absolute value of the eigenvalues of an (H, H) matrix."""
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))


def _pytorch(layer: Layer, rng: Generator) -> Weights:
    """All U(-1/sqrt H, 1/sqrt H), both biases too, in PyTorch's order of drawing."""
    bound = 1 / math.sqrt(layer.hidden_size)
    shapes = {
        "weight_ih": (layer.rows, layer.input_size),
        "weight_hh": (layer.rows, layer.hidden_size),
        "bias_ih": (layer.rows,),
        "bias_hh": (layer.rows,),
    }
    return {name: rng.uniform(-bound, bound, shape) for name, shape in shapes.items()}


def _keras(layer: Layer, rng: Generator) -> Weights:
    """Keras draws all gates as one kernel, (D, G*H) and (H, G*H), transposed in this layout.

    So the Glorot bound counts all G*H columns, and orthogonality is a property of the whole kernel:
    with several gates a single gate's H x H block is *not* orthogonal (its singular values are
    at most 1, and their squares sum to H over all gates together).
    """
    weight_ih = _glorot(rng, layer.rows, layer.input_size)
    weights = _with_zero_bias(weight_ih, _orthogonal_columns(layer.rows, layer.hidden_size, rng))
    if "forget" in layer.gates:
        return add_gate_bias(weights, layer.gates, "forget", 1.0)
    return weights


def _glorot_per_gate(layer: Layer, rng: Generator) -> Weights:
    return _with_zero_bias(
        _stack(layer, lambda: _glorot(rng, layer.hidden_size, layer.input_size)),
        _stack(layer, lambda: _glorot(rng, layer.hidden_size, layer.hidden_size)),
    )


def _gaussian(layer: Layer, rng: Generator) -> Weights:
    """Each gate's H x H block is Gaussian, scaled so that its spectral radius is the gain."""
    return _with_zero_bias(
        _small_input(layer, rng),
        layer.gain * _stack(layer, lambda: _unit_radius(layer.hidden_size, rng)),
    )


def _orthogonal(layer: Layer, rng: Generator) -> Weights:
    """Each gate's H x H block is gain times an orthogonal matrix."""
    size = layer.hidden_size
    return _with_zero_bias(
        _small_input(layer, rng),
        layer.gain * _stack(layer, lambda: _orthogonal_columns(size, size, rng)),
    )


def _identity(layer: Layer, rng: Generator) -> Weights:
    """Each gate's H x H block is gain times the identity."""
    return _with_zero_bias(
        rng.normal(0.0, IDENTITY_INPUT_STD, (layer.rows, layer.input_size)),
        layer.gain * _stack(layer, lambda: np.eye(layer.hidden_size)),
    )


def _zero(layer: Layer, rng: Generator) -> Weights:
    return _with_zero_bias(
        np.zeros((layer.rows, layer.input_size)), np.zeros((layer.rows, layer.hidden_size))
    )


def _readout_pytorch(input_size: int, output_size: int, rng: Generator) -> Weights:
    """`torch.nn.Linear`: weight and bias U(-1/sqrt F, 1/sqrt F)."""
    bound = 1 / math.sqrt(input_size)
    return {
        "weight": rng.uniform(-bound, bound, (output_size, input_size)),
        "bias": rng.uniform(-bound, bound, output_size),
    }


def _readout_glorot(input_size: int, output_size: int, rng: Generator) -> Weights:
    """Keras's `Dense`: Glorot uniform, zero bias."""
    return {"weight": _glorot(rng, output_size, input_size), "bias": np.zeros(output_size)}


def _readout_zero(input_size: int, output_size: int, rng: Generator) -> Weights:
    return {"weight": np.zeros((output_size, input_size)), "bias": np.zeros(output_size)}


INITS: dict[str, Init] = {
    "pytorch": Init(
        "PyTorch's default",
        "All weights and biases uniform between -1/√H and 1/√H.",
        _pytorch,
        _readout_pytorch,
    ),
    "keras": Init(
        "Keras's default",
        "Glorot-uniform input weights, one orthogonal recurrent kernel for all gates together, "
        "zero biases, forget bias 1.",
        _keras,
        _readout_glorot,
    ),
    "glorot": Init(
        "Glorot uniform",
        "Input and recurrent weights uniform within √(6 / (inputs + outputs)), gate by gate; "
        "zero biases.",
        _glorot_per_gate,
        _readout_glorot,
    ),
    "gaussian": Init(
        "Gaussian, set spectral radius",
        "Every gate's recurrent matrix is Gaussian, scaled to the spectral radius you set; "
        "input weights uniform between -1/√H and 1/√H, zero biases.",
        _gaussian,
        _readout_glorot,
        gain="spectral radius",
    ),
    "orthogonal": Init(
        "Orthogonal",
        "Every gate's recurrent matrix is the gain times an orthogonal matrix; "
        "input weights uniform between -1/√H and 1/√H, zero biases.",
        _orthogonal,
        _readout_glorot,
        gain="gain",
    ),
    "identity": Init(
        "Identity (IRNN)",
        "Every gate's recurrent matrix is the gain times the identity, zero biases "
        "(Le et al. 2015, for ReLU). Gaussian input weights of standard deviation 0.1; "
        "the paper's 0.001 would leave an untrained network's picture empty.",
        _identity,
        _readout_glorot,
        gain="gain",
    ),
    "zero": Init(
        "Zero",
        "All weights and biases 0: every unit stays the same, and symmetry is never broken.",
        _zero,
        _readout_zero,
    ),
}


def _glorot(rng: Generator, fan_out: int, fan_in: int) -> Array:
    """(fan_out, fan_in), uniform within sqrt(6 / (fan_in + fan_out))."""
    bound = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_out, fan_in))


def _small_input(layer: Layer, rng: Generator) -> Array:
    """(G*H, D) like PyTorch's, so that only the recurrent matrix differs from its default."""
    bound = 1 / math.sqrt(layer.hidden_size)
    return rng.uniform(-bound, bound, (layer.rows, layer.input_size))


def _unit_radius(size: int, rng: Generator) -> Array:
    block = rng.standard_normal((size, size))
    return block / spectral_radius(block)


def _orthogonal_columns(rows: int, columns: int, rng: Generator) -> Array:
    """(rows, columns) with rows >= columns: Q of a Gaussian's QR, columns orthonormal.

    QR leaves each column's sign to the library; multiplying by the signs of R's diagonal makes the
    result uniformly distributed over all orthogonal matrices.
    """
    q, r = np.linalg.qr(rng.standard_normal((rows, columns)))
    return q * np.where(np.diag(r) < 0, -1.0, 1.0)


def _stack(layer: Layer, block: Callable[[], Array]) -> Array:
    """One block per gate, drawn one after the other, stacked as rows."""
    return np.concatenate([block() for _ in layer.gates])


def _with_zero_bias(weight_ih: Array, weight_hh: Array) -> Weights:
    rows = len(weight_hh)
    return {
        "weight_ih": weight_ih,
        "weight_hh": weight_hh,
        "bias_ih": np.zeros(rows),
        "bias_hh": np.zeros(rows),
    }


def _peepholes(name: str, rows: int, hidden_size: int, rng: Generator) -> Array:
    """(P, H), U(-1/sqrt H, 1/sqrt H): neither framework has peepholes, so no default to follow."""
    if name == "zero":
        return np.zeros((rows, hidden_size))
    bound = 1 / math.sqrt(hidden_size)
    return rng.uniform(-bound, bound, (rows, hidden_size))


def _add_to_block(bias: Array, gates: tuple[str, ...], gate: str, amount: float) -> Array:
    size, rest = divmod(len(bias), len(gates))
    if rest:
        raise ValueError(f"A bias of {len(bias)} numbers does not divide into {len(gates)} gates.")
    start = gates.index(gate) * size
    moved = bias.astype(np.result_type(bias, 0.0))
    moved[start : start + size] += amount
    return moved


def _find(name: str) -> Init:
    if name not in INITS:
        raise ValueError(f"Unknown initialisation {name!r}; choose one of {', '.join(INITS)}.")
    return INITS[name]


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        whole(name, size, 1)
