"""One weight: the scalar rule, the real product, and what stands in links."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.experiment.settings import read_row, settings_of, to_params
from rnn_core.studies.scalar import Scalar, unroll_unit

PHI = {"linear": lambda a: a, "tanh": np.tanh, "sigmoid": lambda a: 1 / (1 + np.exp(-a))}
weights = st.integers(0, 160).map(lambda n: n * 0.05)


def by_hand(wish: Scalar, start: float) -> float:
    h, x = start, 0.0 if wish.phi == "linear" else wish.x
    for _ in range(wish.n):
        h = PHI[wish.phi](wish.w * h + x)
    return float(h)


@settings(deadline=None, max_examples=60)
@given(
    weights, st.integers(1, 12), st.sampled_from(list(PHI)), st.floats(0.05, 0.95), st.floats(-4, 4)
)
def test_the_product_is_the_derivative_of_the_last_state(w, n, activation, start, x):
    wish = Scalar(w, n, activation, start, x)
    done = unroll_unit(wish)
    assert done.states[-1] == pytest.approx(by_hand(wish, start), rel=1e-9, abs=1e-12)
    ends = [by_hand(wish, start + step) for step in (1e-6, -1e-6)]
    scale = max(1.0, abs(ends[0]))
    numeric = abs(ends[0] - ends[1]) / 2e-6
    assert done.product[-1] == pytest.approx(numeric, rel=1e-6, abs=1e-8 * scale)


@settings(deadline=None, max_examples=40)
@given(weights, st.integers(1, 200), st.floats(0.01, 0.99))
def test_the_rule_is_exact_for_the_linear_unit(w, n, start):
    done = unroll_unit(Scalar(w, n, "linear", start))
    np.testing.assert_allclose(done.product, done.powers, rtol=1e-12)


@settings(deadline=None, max_examples=40)
@given(weights, st.integers(1, 60), st.sampled_from(["tanh", "sigmoid"]), st.floats(-4, 4))
def test_one_weight_and_its_slopes_multiply_to_the_product(w, n, activation, x):
    done = unroll_unit(Scalar(w, n, activation, 0.5, x))
    np.testing.assert_allclose(done.product, done.powers * done.slopes, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(done.slopes[1:], np.cumprod(done.each[::-1]), rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(weights, st.sampled_from(list(PHI)), st.floats(0.01, 0.99), st.floats(-4, 4))
def test_below_the_limit_every_step_shrinks(w, activation, start, x):
    done = unroll_unit(Scalar(w, 20, activation, start, x))
    if w < done.limit:
        assert (np.diff(done.product) <= 0).all()


def test_what_a_sigmoid_below_four_and_a_linear_unit_below_one_do():
    low, slow = unroll_unit(Scalar(3.5, phi="sigmoid")), unroll_unit(Scalar(0.9, 100, "linear"))
    assert low.powers[-1] > 1e20 and (np.diff(low.product) < 0).all()
    assert slow.product[-1] == pytest.approx(slow.powers[-1], rel=1e-12) and slow.product[-1] < 1e-4


def test_every_setting_can_be_linked_to_and_shown_by_its_control():
    wish = Scalar(w=6.0, phi="sigmoid", x=-3.0, n=25)
    assert read_row(Scalar, to_params(wish)) == (wish, ())
    assert all(s.snap(getattr(wish, n)) == getattr(wish, n) for n, s in settings_of(Scalar).items())
