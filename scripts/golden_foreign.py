"""Weight files as PyTorch and Keras users save them, and what those networks answer.

    KERAS_BACKEND=torch python scripts/golden_foreign.py

`tests/golden/foreign` holds one file of weights per network, written by safetensors' own library or
by `numpy.savez`, and `outputs.npz` with what each network reads (`NAME.x`) and answers (`NAME.y`).
16-bit weights are saved as they are; their answers are those of the same numbers in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import torch
from golden_libraries import versions  # also sets float64, and mends Keras's products in it
from safetensors.torch import save_file
from torch import Tensor, nn

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden" / "foreign"
B, T, D, H, O = 2, 6, 3, 4, 5  # noqa: E741


class Case(NamedTuple):
    """A PyTorch module, how it answers, and the type its weights are saved in."""

    name: str
    module: nn.Module
    answer: Callable[[nn.Module, Tensor], Tensor]
    saved: torch.dtype = torch.float64


def through(recurrent: str, head: str = "") -> Callable[[nn.Module, Tensor], Tensor]:
    """All steps through a recurrent module, then through a Linear, both by their names."""

    def answer(module: nn.Module, x: Tensor) -> Tensor:
        y = module.get_submodule(recurrent)(x)[0]
        return module.get_submodule(head)(y) if head else y

    return answer


def stepped(module: nn.Module, x: Tensor) -> Tensor:
    """A cell step by step, then the Linear `out`."""
    state, found = None, []
    for step in x.unbind(1):
        state = module.cell(step, state)
        found.append(module.out(state[0] if isinstance(state, tuple) else state))
    return torch.stack(found, 1)


def named(**parts: nn.Module) -> nn.Module:
    module = nn.Module()
    for name, part in parts.items():
        module.add_module(name, part)
    return module


def torch_cases() -> Iterator[Case]:
    first = {"batch_first": True}
    alone = through("")
    yield Case(
        "torch_lstm_prefix",
        named(rnn=nn.LSTM(D, H, 2, **first), fc=nn.Linear(H, O)),
        through("rnn", "fc"),
        torch.float32,
    )
    yield Case("torch_gru_sequential", nn.Sequential(nn.GRU(D, H, **first)), through("0"))
    both = nn.LSTM(D, H, 2, bidirectional=True, **first)
    yield Case(
        "torch_lstm_both",
        named(encoder=named(lstm=both), head=nn.Linear(2 * H, O, False)),
        through("encoder.lstm", "head"),
    )
    yield Case("torch_lstm_no_bias", nn.LSTM(D, H, bias=False, **first), alone)
    yield Case(
        "torch_gru_both_no_bias", nn.GRU(D, H, bias=False, bidirectional=True, **first), alone
    )
    yield Case(
        "torch_rnn_relu", named(rnn=nn.RNN(D, H, nonlinearity="relu", **first)), through("rnn")
    )
    for kind in (nn.LSTMCell, nn.GRUCell, nn.RNNCell):
        yield Case(
            f"torch_{kind.__name__.lower()}", named(cell=kind(D, H), out=nn.Linear(H, O)), stepped
        )
    for short, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        yield Case(
            f"torch_lstm_{short}",
            named(net=nn.LSTM(D, H, **first), out=nn.Linear(H, O)),
            through("net", "out"),
            dtype,
        )
    pair = named(
        encoder=named(rnn=nn.GRU(D, H, **first)),
        decoder=named(rnn=nn.GRU(O, H, **first), fc=nn.Linear(H, O)),
    )
    yield Case("torch_gru_two", pair, through("encoder.rnn"))
    yield Case("torch_lstm_projection", nn.LSTM(D, H, proj_size=2, **first), alone)


def save_torch(case: Case) -> dict[str, np.ndarray]:
    """Write one module's state dict; what it reads and answers."""
    module = case.module.to(case.saved)
    save_file(module.state_dict(), FOLDER / f"{case.name}.safetensors")
    wide = torch.promote_types(case.saved, torch.float32)
    x = torch.randn(B, T, D, dtype=wide)
    return {"x": x.numpy(), "y": case.answer(module.to(wide), x).detach().numpy()}


def keras_models() -> Iterator[tuple[str, int, list[keras.Layer]]]:
    of, wide = keras.layers, keras.initializers.RandomNormal
    every = {"return_sequences": True, "bias_initializer": wide(stddev=0.5, seed=1)}
    dense = {"bias_initializer": wide(stddev=0.5, seed=2)}
    yield "keras_lstm_dense", D, [of.LSTM(H, **every), of.Dense(O, **dense)]
    yield "keras_lstm_2", H, [of.LSTM(H, **every), of.LSTM(H, **every)]
    yield "keras_gru_after", D, [of.GRU(H, **every), of.Dense(O, use_bias=False)]
    yield "keras_gru_before", D, [of.GRU(H, reset_after=False, **every)]
    yield "keras_gru_before_no_bias", D, [of.GRU(H, reset_after=False, use_bias=False, **every)]
    yield "keras_rnn", D, [of.SimpleRNN(H, **every), of.Dense(O, **dense)]
    both = [of.Bidirectional(of.LSTM(H, **every)) for _ in range(2)]
    yield "keras_lstm_both", D, [*both, of.Dense(O, **dense)]


def save_keras(name: str, inputs: int, layers: list[keras.Layer]) -> dict[str, np.ndarray]:
    """Write one model's `get_weights()`; what it reads and answers."""
    model = keras.Sequential([keras.Input((T, inputs)), *layers])
    np.savez(FOLDER / f"{name}.npz", *model.get_weights())
    x = np.random.default_rng(0).normal(size=(B, T, inputs))
    return {"x": x, "y": model(x).detach().numpy()}


def main() -> None:
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = {case.name: save_torch(case) for case in torch_cases()}
    found |= {name: save_keras(name, *made) for name, *made in keras_models()}
    flat = {f"{name}.{key}": a for name, pair in found.items() for key, a in pair.items()}
    np.savez_compressed(FOLDER / "outputs.npz", **flat)
    torch.save(nn.GRU(1, 1).state_dict(), FOLDER / "torch_saved.pt")
    size = sum(file.stat().st_size for file in FOLDER.iterdir()) / 1000
    print(f"{len(found)} foreign files, {size:.0f} kB; {versions()}")


if __name__ == "__main__":
    main()
