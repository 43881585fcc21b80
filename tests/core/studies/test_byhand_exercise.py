"""Exercises by hand: the reading and judging of answers, and the choice of numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.byhand import QUANTITIES, STAGES, WEIGHT_NAMES, write_out
from rnn_core.studies.byhand_exercise import (
    EMPTY,
    RIGHT,
    SIGN,
    TOO_SMALL,
    UNREADABLE,
    WRONG,
    blanks,
    judge,
    read_number,
)
from tests.core.studies.test_byhand import losses, steps, units, wishes


@pytest.mark.parametrize(
    "text",
    [
        "0.25",
        "0,25",
        ".25",
        "+,25",
        " 0.25 ",
        "1/4",
        "1 / 4",
        "2.5e-1",
        "2.5E-01",
        "2.5·10⁻¹",
        "2,5 · 10^-1",
        "2.5*10**-1",
        "25·10⁻²",
        "0.5/2",
        "-1/-4",
        "\u22120.5/\u22122",
    ],
)
def test_a_quarter_can_be_written_in_many_ways(text):
    assert read_number(text) == pytest.approx(0.25)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "nan",
        "inf",
        "-inf",
        "1/0",
        "1/2/3",
        "--1",
        "1,234.5",
        "1.2.3",
        "1e9999",
        "0x10",
        "1_000",
        "3 4",
        "٣",
        "½",
        "()",
        "1e",
        "e5",
        "-",
        "∞",
        "__import__('os')",
        "9" * 200,
    ],
)
def test_what_is_no_number_is_none(text):
    assert read_number(text) is None


@given(st.text(max_size=80))
def test_nothing_a_reader_types_breaks_anything(text):
    value = read_number(text)
    assert value is None or np.isfinite(value)
    assert judge(text, 0.3) in (RIGHT, SIGN, WRONG, UNREADABLE, EMPTY)


@given(st.floats(-1e6, 1e6))
def test_three_decimals_are_enough_and_the_double_is_not(truth):
    assert judge(f"{truth:.3f}", truth) == RIGHT
    assert judge(repr(truth), truth) == RIGHT
    if abs(truth) > 0.02:
        assert judge(repr(2 * truth), truth) == WRONG
        assert judge(repr(-truth), truth) == SIGN


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("0.4951", RIGHT),
        ("0.4949", WRONG),
        ("0,505", RIGHT),
        ("-0.5", SIGN),
        ("", EMPTY),
        ("half", UNREADABLE),
    ],
)
def test_the_tolerance_is_half_a_hundredth_or_one_per_cent(text, verdict):
    assert judge(text, 0.5) == verdict
    assert judge("-99.1", -100.0) == RIGHT and judge("-98.9", -100.0) == WRONG


@given(wishes, steps, units, losses, st.integers(1, 99), st.sampled_from(list(WEIGHT_NAMES)))
def test_blanks_are_numbers_of_the_stage(e, T, H, placement, seed, weight):
    w = write_out(e, T, H, placement)
    for stage in STAGES:
        found = blanks(w, stage, weight, seed)
        assert found == blanks(w, stage, weight, seed)
        assert 1 <= len(set(found)) == len(found) <= 4
        for blank in found:
            assert QUANTITIES[blank.quantity].stage == stage and blank.quantity != "x"
            assert np.isfinite(w.value(blank.quantity, blank.t, blank.index))


def test_another_seed_asks_for_other_numbers_and_none_that_a_zero_would_hit():
    w = write_out(Experiment(), 4, 2)
    for stage in STAGES:
        choices = {blanks(w, stage, "hh", seed) for seed in range(1, 30)}
        assert len(choices) > 10
        values = [abs(w.value(b.quantity, b.t, b.index)) for c in choices for b in c]
        assert min(values) >= TOO_SMALL
    kinds = {len({b.quantity for b in blanks(w, "errors", "hh", seed)}) for seed in range(1, 30)}
    assert kinds == {4}


def test_only_the_read_column_of_the_input_weights_is_asked_for():
    w = write_out(Experiment(init="zero"), 3, 2)
    for seed in range(1, 30):
        for blank in blanks(w, "weights", "xh", seed):
            assert blank.t == 4 or w.stage.x[0, blank.t - 1, blank.index[1]] == 1
