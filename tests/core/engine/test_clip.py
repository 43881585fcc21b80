"""Clipping: PyTorch's formula, the angle, and gradients that overflowed."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_core.engine.clip import MODES, angle_degrees, clip, global_norm

PAIR = {"w": np.array([3.0, 0.1])}
FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
GRADIENTS = st.fixed_dictionaries(
    {"w": arrays(np.float64, (2, 3), elements=FINITE), "b": arrays(np.float64, 3, elements=FINITE)}
)


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_by_value_turns_the_textbook_pair_by_3_8_degrees():
    """(3, .1) at threshold 1: from 1.91 to 5.71 degrees above the axis, a turn of 3.80."""
    got = clip(PAIR, "value", 1.0)
    np.testing.assert_array_equal(got.after["w"], [1.0, 0.1])
    assert math.degrees(math.atan2(0.1, 3)) == pytest.approx(1.9091524, abs=1e-7)
    assert math.degrees(math.atan2(0.1, 1)) == pytest.approx(5.7105931, abs=1e-7)
    assert got.angle_degrees == pytest.approx(3.8014407, abs=1e-7)
    assert got.changed


def test_by_norm_is_pytorchs_formula_over_all_parameters_together():
    gradient = {"w": np.array([[3.0]]), "b": np.array([4.0])}
    got = clip(gradient, "norm", 1.0)
    factor = 1 / (5 + 1e-6)
    assert got.norm_before == pytest.approx(5.0, rel=1e-15)
    np.testing.assert_allclose(got.after["w"], [[3 * factor]], rtol=1e-15)
    np.testing.assert_allclose(got.after["b"], [4 * factor], rtol=1e-15)
    assert got.norm_after == pytest.approx(5 * factor, rel=1e-15)
    assert got.norm_after < 1.0
    assert got.angle_degrees < 1e-12


@pytest.mark.parametrize("mode", MODES)
@given(gradient=GRADIENTS, threshold=st.floats(0, 1e7))
def test_a_ceiling_and_never_a_floor(mode, gradient, threshold):
    kept = {k: g.copy() for k, g in gradient.items()}
    got = clip(gradient, mode, threshold)
    assert all(np.array_equal(gradient[k], kept[k]) for k in kept)
    assert got.norm_after <= got.norm_before * (1 + 1e-12)
    if mode == "norm":
        assert got.norm_after <= threshold * (1 + 1e-12) + 1e-300  # the smallest numbers are coarse
    if mode == "value":
        assert all(np.abs(g).max() <= threshold for g in got.after.values())
    if mode == "off" or not got.changed:
        assert all(np.array_equal(got.after[k], kept[k]) for k in kept)
        assert got.angle_degrees == 0.0


@given(gradient=GRADIENTS, threshold=st.floats(1e-3, 1e6))
def test_by_norm_keeps_the_direction(gradient, threshold):
    assert clip(gradient, "norm", threshold).angle_degrees < 1e-9


def test_threshold_zero_and_infinity():
    for mode in ("norm", "value"):
        nothing = clip(PAIR, mode, 0.0)
        assert not nothing.after["w"].any() and nothing.norm_after == 0
        assert math.isnan(nothing.angle_degrees) and nothing.changed
        everything = clip(PAIR, mode, math.inf)
        np.testing.assert_array_equal(everything.after["w"], PAIR["w"])
        assert not everything.changed and everything.angle_degrees == 0


def test_norm_of_numbers_whose_squares_overflow_or_underflow():
    assert global_norm({"w": np.array([3e200, 4e200])}) == pytest.approx(5e200, rel=1e-15)
    assert global_norm({"w": np.array([3e-200, 4e-200])}) == pytest.approx(5e-200, rel=1e-15)
    assert global_norm({"w": np.zeros(3)}) == 0.0
    assert global_norm({}) == 0.0 == global_norm({"w": np.zeros((0, 4))})
    assert global_norm({"w": np.full(100, 1e308)}) == math.inf


def test_huge_gradients_are_clipped_exactly():
    got = clip({"w": np.array([3e200, 4e200])}, "norm", 1.0)
    np.testing.assert_allclose(got.after["w"], [0.6, 0.8], rtol=1e-15)
    assert got.angle_degrees < 1e-12


def test_an_infinite_gradient_as_in_pytorch():
    gradient = {"w": np.array([math.inf, 1.0])}
    by_norm = clip(gradient, "norm", 1.0)
    np.testing.assert_array_equal(by_norm.after["w"], [math.nan, 0.0])
    by_value = clip(gradient, "value", 1.0)
    np.testing.assert_array_equal(by_value.after["w"], [1.0, 1.0])
    for got in (by_norm, by_value):
        assert got.norm_before == math.inf and math.isnan(got.angle_degrees) and got.changed
    assert by_value.norm_after == pytest.approx(math.sqrt(2))


def test_a_nan_gradient_as_in_pytorch():
    gradient = {"w": np.array([math.nan, 5.0]), "b": np.array([math.inf])}
    by_norm = clip(gradient, "norm", 1.0)
    assert math.isnan(by_norm.norm_before) and math.isnan(by_norm.norm_after)
    assert all(np.isnan(g).all() for g in by_norm.after.values())
    by_value = clip(gradient, "value", 1.0)
    np.testing.assert_array_equal(by_value.after["w"], [math.nan, 1.0])
    assert not clip(gradient, "off", 1.0).changed
    assert math.isnan(clip(gradient, "off", 1.0).angle_degrees)


@pytest.mark.parametrize("tiny", [1e-3, 1e-9, 1e-14])
def test_tiny_angles_are_exact(tiny):
    """arccos of the cosine would give 0 below about 1e-8."""
    one, other = {"w": np.array([1.0, 0.0])}, {"w": np.array([1.0, tiny])}
    assert angle_degrees(one, other) == pytest.approx(math.degrees(math.atan(tiny)), rel=1e-6)


def test_opposite_and_right_angles():
    east = {"w": np.array([1e-300, 0.0])}
    assert angle_degrees(east, {"w": np.array([0.0, 1e300])}) == pytest.approx(90)
    assert angle_degrees(east, {"w": np.array([-2.0, 0.0])}) == pytest.approx(180)


@pytest.mark.parametrize(
    ("mode", "threshold", "word"),
    [("both", 1.0, "both.*off, norm"), ("norm", -1.0, "-1"), ("value", math.nan, "nan")],
)
def test_errors(mode, threshold, word):
    with pytest.raises(ValueError, match=word):
        clip(PAIR, mode, threshold)
