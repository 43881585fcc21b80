"""Prices before a computation: the numbers of the very kernels and records, and what costs more."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.kernel import Kernel
from rnn_core.engine.network import Network
from rnn_core.engine.price import Price, layer_pass, network_pass, record
from tests.core.minimal_gated_unit import MGU

CELLS = [RNN(), GRU(), GRU("before", "takes"), LSTM(), LSTM("peephole"), LSTM("no-forget"), MGU()]
SHAPES = [(200, 1, 8, 16), (500, 1, 64, 64), (100, 32, 4, 32), (40, 128, 200, 64)]


def held(thing, seen: dict[int, np.ndarray], depth: int = 0) -> dict[int, np.ndarray]:
    """Every array that owns its numbers and is held by a thing's attributes, each once."""
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
        seen[id(thing)] = thing
    elif isinstance(thing, Mapping | list | tuple) and depth < 3:
        for part in thing.values() if isinstance(thing, Mapping) else thing:
            held(part, seen, depth + 1)
    return seen


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_numbers_kept_are_those_of_the_plan(cell, shape):
    T, B, D, H = shape
    kernel = Kernel(cell, T, B, D, H)
    found = sum(a.size for a in held(vars(kernel), {}).values())
    assert layer_pass(cell, T=T, B=B, D=D, H=H).floats == pytest.approx(found, rel=0.3)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_a_picture_keeps_is_the_records(cell):
    T, D, H = 60, 7, 16
    network = Network.create(cell, D, H, 3, layers=2, direction="bidirectional", seed=0)
    trace = network.forward(np.ones((2, T, D)))
    gradient = network.backward(trace, np.ones_like(trace.logits))
    seen: dict[int, np.ndarray] = {}
    for layer in (*trace.layers, *gradient.layers):
        held({k: v for k, v in vars(layer).items() if k != "weights"}, seen)
    found = sum(a.size for a in seen.values())
    price = record(cell, T=T, B=2, D=D, H=H, layers=2, sides=2)
    assert price.floats == pytest.approx(found, rel=0.3)


def test_whatever_is_larger_costs_more():
    small = {"T": 20, "B": 2, "D": 4, "H": 8, "outputs": 3, "layers": 1, "sides": 1}
    cost = network_pass(LSTM(), **small)
    for name, value in small.items():
        more = network_pass(LSTM(), **{**small, name: 2 * value})
        assert more.floats > cost.floats and more.seconds > cost.seconds, name
    cells = [network_pass(cell, **small).seconds for cell in (RNN(), GRU(), LSTM())]
    assert all(a < b for a, b in pairwise(cells))


def test_multiplications_are_those_of_the_products():
    """One step of a plain RNN: [h, x, 1] W forward, dW, W_hh^T d and W_ih^T d, by hand."""
    assert layer_pass(RNN(), T=1, B=1, D=3, H=2).multiplications == 2 * 6 + 2 * 6 + 2 * 2 + 2 * 3


def test_prices_add_up():
    one = Price(2, 3, 4)
    assert one.plus(one) == one.times(2) == Price(4, 6, 8)
    assert one.bytes == 16 and one.times(3).seconds == pytest.approx(3 * one.seconds)
