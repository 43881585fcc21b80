"""Measures: each against what it is defined as, by another way or a number known beforehand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.measures import MEASURES
from rnn_core.measures.measure import Measure, as_number, as_power, as_share

SMALL = Experiment(cell="rnn", steps=8, hidden=6, seed=3)
FAR = Experiment(cell="rnn", steps=50, hidden=32)
HELD = {"held_at": 1.0, "held_steps": "all"}


def measure(name, e=SMALL, own=None, **parameters):
    return MEASURES[name](e, own or {}, parameters)


# -- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_says_what_it_is(name):
    found = MEASURES[name]
    assert found.compute.__name__ == name
    assert 15 < len(found.label) < 120 and "\n" not in found.label
    assert bool(found.names) == (found.kind == "name")


def twice(e, own, *, factor: float = 1.0, which: str) -> float:
    """Twice a factor."""
    return 2 * factor if which == "all" else math.nan


def named(e, own) -> str:
    """A name that is none of those declared."""
    return "mgu"


def test_parameters_are_checked():
    found = Measure(twice, "number")
    assert found(SMALL, {}, {"which": "all", "factor": 3}) == 6
    for wrong, words in (
        ({}, "which is missing"),
        ({"which": 3}, "expected a text"),
        ({"which": "all", "factor": "3"}, "expected a number"),
        ({"which": "all", "factor": True}, "expected a number"),
        ({"which": "all", "size": 1}, "unknown parameter"),
    ):
        with pytest.raises(ValueError, match=words):
            found.check(wrong)


def test_what_is_no_answer_is_none():
    with pytest.raises(ValueError, match="Not defined"):
        Measure(twice, "number")(SMALL, {}, {"which": "none"})
    with pytest.raises(ValueError, match="one of rnn"):
        Measure(named, "name", ("rnn",))(SMALL, {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "1"),
        (-2.0, "0.01"),
        (2.3, "200"),
        (-12.5, "3·10⁻¹³"),
        (-12.0, "10⁻¹²"),
        (5.98, "10⁶"),
        (-math.inf, "0"),
        (math.inf, "more than a number can hold"),
    ],
)
def test_powers_are_written_in_words_of_a_text(value, text):
    assert as_power(value) == text


def test_numbers_and_shares():
    assert [as_number(v) for v in (0.0, -0.4712, 1.0, 12345.0, 2e-5, -3e7)] == [
        "0",
        "−0.471",
        "1",
        "12,345",
        "2·10⁻⁵",
        "−3·10⁷",
    ]
    assert as_share(0.215) == "21.5 %" and MEASURES["clip_angle"].shown(4e-15) == "0°"
    assert MEASURES["keeps_most"].shown("lstm") == "LSTM"


# -- gradients -----------------------------------------------------------------------------------


def test_what_is_left_of_a_gradient():
    norms = run(SMALL).stages[0].gradient.top.states["h"][0]
    first, last = np.linalg.norm(norms[0]), np.linalg.norm(norms[-1])
    assert measure("gradient_left") == pytest.approx(np.log10(first / last))
    assert measure("factor_per_step") ** 8 == pytest.approx(first / last)
    assert measure("gradient_left", replace(FAR, init="gaussian", gain=3.0)) > 3  # it explodes
    with pytest.raises(ValueError, match="expected h; got 'c'"):  # an RNN has none
        measure("gradient_left", SMALL, state="c")


def test_gained_is_a_quotient_and_so_turns_round():
    there = replace(SMALL, scale=2.0)
    more = measure("gained", there, setting="scale", instead="1")
    assert more == pytest.approx(-measure("gained", SMALL, setting="scale", instead="2"))
    assert more == pytest.approx(measure("gradient_left", there) - measure("gradient_left"))
    assert more > 0
    with pytest.raises(ValueError, match="expected one of"):
        measure("gained", SMALL, setting="beauty", instead="1")
    with pytest.raises(ValueError, match="expected a number"):
        measure("gained", SMALL, setting="scale", instead="9")


def test_the_cell_that_keeps_most():
    assert measure("keeps_most", replace(FAR, init="orthogonal")) == "rnn"
    assert measure("keeps_most", replace(FAR, forget_bias=1.0)) == "lstm"
    assert measure("keeps_most", replace(FAR, update_bias=3.0)) == "gru"


@pytest.mark.parametrize(("window", "zeros"), [(0, 0), (2, 7), (4, 5), (8, 0), (1, 8)])
def test_a_window_leaves_exact_zeros(window, zeros):
    assert measure("zero_gradients", replace(SMALL, window=window)) == zeros


def test_an_encoder_hears_of_the_decoders_loss():
    assert measure("encoder_share", replace(SMALL, wiring="encoder-decoder")) > 0
    with pytest.raises(ValueError, match="encoder-decoder"):
        measure("encoder_share")


def test_shares_of_steps_and_losses():
    one = replace(SMALL, steps=1)
    assert measure("early_share", replace(SMALL, window=1)) == 0
    assert measure("last_loss_share") == pytest.approx(0, abs=1e-12)  # the only loss there is
    assert measure("last_loss_share", replace(SMALL, placement="every")) < 0
    for state in range(1, 9):
        assert measure("losses_felt", SMALL, state=state) == 8 - state + 1
    assert measure("losses_felt", one, state=1) == 1


def test_truncation_against_the_whole():
    assert measure("truncated_angle", replace(SMALL, window=8)) == 0
    angle = measure("truncated_angle", replace(SMALL, window=2))
    assert 0 < angle < 90
    cosine = measure("truncated_cosine", replace(SMALL, window=2))
    assert np.degrees(np.arccos(cosine)) == pytest.approx(angle)
    assert measure("truncated_angle", replace(SMALL, window=2), part="all") < angle
    with pytest.raises(ValueError, match="a window"):
        measure("truncated_angle")


def test_a_mean_divides_by_the_number_of_losses():
    mean = replace(SMALL, placement="every", reduction="mean")
    assert measure("norm_factor", mean, setting="reduction", instead="sum") == pytest.approx(1 / 8)


# -- Jacobians -----------------------------------------------------------------------------------


def test_a_unit_that_is_on_passes_everything_and_one_that_is_off_nothing():
    """ReLU from the identity: the slope is 1 or 0, and nothing else is multiplied."""
    for seed in range(4):
        e = replace(SMALL, activation="relu", init="identity", hidden=1, seed=seed)
        on = run(e).stages[0].trace.top.after("h")[0, -1, 0] > 0
        assert measure("stretch", e) == float(on)
        assert measure("singular_value", e) == 1 and measure("spectral_radius", e) == 1


def test_stretches_and_bounds():
    e = replace(SMALL, init="gaussian", gain=0.9)
    assert measure("spectral_radius", e) == pytest.approx(0.9)
    assert measure("singular_value", e) > 0.9
    assert measure("stretch", e) <= measure("singular_value", e)
    assert measure("stretch", e, steps=0) == pytest.approx(1)
    assert 10 ** measure("jacobian_growth", e) == pytest.approx(measure("stretch", e, steps=8))
    assert 0 < measure("stretch_of_bound", e) <= 1
    assert measure("stretch_of_bound", replace(e, activation="sigmoid")) <= 0.25


def test_paths_through_gates():
    lstm = replace(FAR, cell="lstm", forget_bias=3.0)
    assert measure("over_direct_path", lstm) > 1
    assert measure("over_direct_path", replace(lstm, scale=0.1)) < measure("over_direct_path", lstm)
    gru = replace(SMALL, cell="gru")
    z = run(gru).stages[0].trace.top.gates["update"][0]
    expected = np.log10((z * (1 - z)).prod(0).max()) - np.log10(z.prod(0).max())
    assert measure("slope_over_direct", gru) == pytest.approx(expected)
    for name in ("over_direct_path", "slope_over_direct"):
        with pytest.raises(ValueError, match="expected"):
            measure(name)


def test_starts_side_by_side():
    assert measure("best_activation", Experiment(cell="rnn")) == "tanh"
    assert measure("starts_apart", FAR, {"vary": "activation"}) > 3


# -- clipping ------------------------------------------------------------------------------------


def test_clipping_by_norm_and_by_value():
    e = replace(FAR, init="gaussian", gain=3.0, clip="norm", threshold=1.0)
    assert measure("norm_before", e) > 1e3
    assert measure("norm_after", e) == pytest.approx(1, rel=1e-5)
    assert measure("update_kept", e) == pytest.approx(1 / measure("norm_before", e), rel=1e-5)
    assert measure("clip_angle", e) < 1e-6 < 30 < measure("clip_angle", replace(e, clip="value"))
    assert measure("inside_changed", e) == 0


def test_descents_and_trainings():
    assert measure("longest_update", own={}, clipped="yes") == pytest.approx(0.2 * 0.5)
    assert measure("longest_update", own={}) > 1
    assert measure("descent_error", own={}) < 0.01 < measure("descent_error", own={}, clipped="no")
    short = {"task": "echo", "length": 6, "updates": 60, "rate": 0.01}
    assert measure("loss_over_baseline", SMALL, short) < 1
    with pytest.raises(ValueError, match="300 at most"):
        measure("loss_over_baseline", SMALL, {**short, "updates": 301})
    few = {"updates": 3, "length": 6, "dropout": 0.5}
    assert measure("dropout_changes", SMALL, few) == 0
    assert measure("dropout_changes", replace(SMALL, layers=2), few) > 0


# -- states --------------------------------------------------------------------------------------


def test_distances_of_states():
    assert measure("state_distance", one=4, other=4) == 0
    h = run(SMALL).stages[0].trace.top.states["h"][0]
    expected = np.linalg.norm(h[3] - h[4]) / np.linalg.norm(h[3])
    assert measure("state_distance", one=3, other=4) == pytest.approx(expected)
    assert measure("state_changed", setting="scale", instead="1") == 0
    assert measure("state_changed", setting="scale", instead="2") > 0


def test_a_first_state_is_felt_less_and_less():
    felt = [measure("start_felt", replace(SMALL, steps=n)) for n in (2, 8, 20)]
    assert felt == sorted(felt, reverse=True) and felt[0] < 0


def test_sizes_and_saturation():
    free = replace(SMALL, cell="lstm", lstm="no-forget", steps=100)
    assert measure("largest_state", free) > 2 * measure("largest_state", replace(free, steps=20))
    assert measure("largest_state", free, state="h") < 1
    lstm = replace(SMALL, cell="lstm", forget_bias=6.0)
    assert measure("saturated", lstm, gate="forget", side="open") == 1
    assert measure("saturated", lstm, gate="forget", side="shut") == 0
    assert (
        measure("lowest_gate", lstm, gate="candidate")
        < 0
        < measure("lowest_gate", lstm, gate="input")
    )
    with pytest.raises(ValueError, match="expected one of"):
        measure("saturated", lstm, gate="candidate", side="open")


def test_held_gates():
    gru, lstm = (replace(SMALL, cell=c, initial="random") for c in ("gru", "lstm"))
    assert measure("held_moves", gru, {**HELD, "hold": "update"}) == 0
    assert measure("held_moves", gru, {**HELD, "hold": "update", "held_at": 0.0}) > 0
    assert measure("held_size", lstm, {**HELD, "hold": "forget", "held_at": 0.0}) < 1
    assert measure("held_gained", lstm, {**HELD, "hold": "forget"}, state="c") > 0
    with pytest.raises(ValueError, match="Not defined"):  # no gradient at either end
        measure("held_gained", lstm, {**HELD, "hold": "output", "held_at": 0.0}, state="c")


def test_numbers_of_weights():
    D, H = 4, 16  # "hello" has four letters
    for cell, gates in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        e = Experiment(cell=cell, hidden=H)
        assert measure("weights", e) == gates * (H * (D + H) + 2 * H)
    lstm = Experiment(cell="lstm")
    assert measure("weights_factor", lstm, setting="cell", instead="gru") == pytest.approx(4 / 3)
    assert measure("weights_factor", lstm, setting="steps", instead="5") == 1


@pytest.mark.parametrize(("bias", "steps"), [(0, 1.0), (1, 2.2), (2, 5.5), (3, 14.3), (5, 103)])
def test_half_lives(bias, steps):
    found = measure("half_life", Experiment(forget_bias=float(bias)))
    assert found == pytest.approx(steps, rel=0.01)


@pytest.mark.parametrize(
    ("wiring", "losses"), [("many-to-one", 1), ("encoder-decoder", 4), ("one-to-one", 1)]
)
def test_losses_are_counted(wiring, losses):
    assert measure("counted_losses", replace(SMALL, wiring=wiring)) == losses


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("state_distance", {"one": 3, "other": -1}),
        ("state_distance", {"one": 9, "other": 1}),
        ("stretch", {"steps": 9}),
        ("losses_felt", {"state": -1}),
        ("from_next_share", {"step": 0}),
        ("step_share", {"step": 5}),
        ("felt_back", {"cell": "rnn", "back": 0}),
        ("translated", {"digits": 2}),
    ],
)
def test_steps_that_are_not_there_are_refused(name, parameters):
    with pytest.raises(ValueError, match="expected a whole number from"):
        measure(name, SMALL, {}, **parameters)


def test_gates_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="no 'forget'"):
        measure("lowest_gate", SMALL, gate="forget")


# -- one unit, by hand ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("w", "rest", "slope"), [(1.5, 0.8586, 0.3943), (2.0, 0.9575, 0.1664), (3.0, 0.9949, 0.0305)]
)
def test_where_a_unit_comes_to_rest(w, rest, slope):
    own = {"w": w, "n": 200}
    assert measure("unit_rest", own=own) == pytest.approx(rest, abs=1e-4)
    assert measure("unit_slope", own=own) == pytest.approx(slope, abs=1e-4)


def test_a_linear_units_product_is_the_power():
    own = {"phi": "linear", "w": 0.9, "n": 50}
    assert measure("unit_product", own=own) == pytest.approx(50 * np.log10(0.9))


def test_by_hand():
    shares = [measure("step_share", own={"length": 4}, step=t) for t in range(1, 5)]
    assert shares[0] == 0 and sum(shares) == pytest.approx(1)
    assert measure("from_next_share", own={"length": 4}, step=4) == 0
    assert measure("from_next_share", own={"length": 4, "losses": "last"}, step=2) == 1
    assert 0 < measure("sum_over_shares", own={"length": 4}) < 1
    assert measure("sum_over_shares", own={"length": 2}) == pytest.approx(1)  # only one share


# -- trained networks ----------------------------------------------------------------------------


def test_clues_and_answers():
    own = {"gap": 30}
    left = {c: measure("clue_left", own=own, cell=c) for c in ("rnn", "gru", "lstm")}
    assert measure("clue_felt_most", own=own, trained="yes") == max(left, key=left.__getitem__)
    assert measure("answer_chance", own=own, cell="lstm") > 0.99
    assert measure("answer_chance", own=own, cell="rnn") < 0.9


def test_sentiment_and_names():
    said = {"review": "nobody said that the film was bad", "order": 0}
    assert measure("positive", own=said) > 0.9
    assert measure("orders_that_turn", own=said, who="network") > 0
    assert measure("later_words", own={}) == 0 < measure("later_words", own={}, direction="both")


def test_writing_and_forecasts():
    circle, free = ({"heat": heat} for heat in (0.0, 1.0))
    assert measure("repeats", own=circle) > measure("repeats", own=free)
    assert 0 < measure("bits_over_pairs", own={}) < 1
    assert measure("wave_error", own={"horizon": 5}) < 1
    assert measure("wave_error", own={"horizon": 5}, against="zero") < 1
    assert measure("price_error") == pytest.approx(3.18672 / 3.11838)


def test_drawings_and_numbers():
    seen, unseen = (measure("captions_right", own={"which": w}) for w in ("held-out", "unseen"))
    assert unseen < seen
    short, long = (measure("translated", digits=d) for d in (3, 6))
    assert measure("translated_lost") == pytest.approx(short - long) and short > long
