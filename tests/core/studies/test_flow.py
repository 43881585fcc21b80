"""The bench's curves and bound are those of single runs; moving its knob sweeps little anew."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies import flow

E = Experiment(hidden=4, steps=8, placement="last")


def swept(knob="scale", quantity="last", **settings):
    e = replace(E, **settings)
    return flow.bench(e, knob, quantity, flow.grid(e, knob, quantity))


def test_rows_are_order_statistics_of_single_runs():
    done = swept(seed=2)
    k = done.values.index(1.5)
    for curve in done.curves:
        runs = [run(replace(E, cell=curve.cell, scale=1.5, seed=s)) for s in done.seeds]
        norms = np.array([r.stages[0].gradient.top.norms(curve.state) for r in runs])
        logs = np.sort(np.log10(norms), axis=0)
        middle, low, high, own = curve.rows[k]
        np.testing.assert_allclose(middle, (logs[4] + logs[5]) / 2)
        np.testing.assert_allclose(low, logs[1])
        np.testing.assert_allclose(high, logs[8])
        np.testing.assert_allclose(own, np.log10(norms[0]))


def test_h_and_c_are_apart():
    assert [(c.cell, c.state) for c in swept().curves] == [
        ("rnn", "h"),
        ("gru", "h"),
        ("lstm", "h"),
        ("lstm", "c"),
    ]


@pytest.mark.parametrize("knob", ["scale", "forget_bias", "update_bias"])
@pytest.mark.parametrize("quantity", ["last", "spectral"])
def test_the_present_value_swept_alone_stands_where_it_does_among_all(knob, quantity):
    """Moving the knob sweeps one value instead of all forty."""
    e = replace(E, init="pytorch", steps=6, hidden=4, **{knob: 0.55})
    swept, apart = flow.swept(e, knob, quantity), flow.parts(e, knob, quantity)
    assert apart[1] == (0.55,) and 0.55 not in apart[0]
    assert apart[0] == flow.parts(replace(e, **{knob: 0.65}), knob, quantity)[0]
    values = flow.grid(e, knob, quantity)
    whole = flow.bench(swept, knob, quantity, values)
    found = flow.joined([flow.bench(swept, knob, quantity, part) for part in apart])
    assert found.values == whole.values == values
    pairs = list(zip(found.curves, whole.curves, strict=True))
    if whole.bound is not None:
        pairs.append((found.bound, whole.bound))
        np.testing.assert_allclose(found.bound.sigma, whole.bound.sigma, rtol=1e-9)
    for one, other in pairs:
        np.testing.assert_allclose(one.rows, other.rows, rtol=1e-9, atol=1e-9)


def test_a_knob_that_turns_nothing_is_not_offered():
    assert "gain" not in flow.knobs(E) and "gain" in flow.knobs(replace(E, init="orthogonal"))
    assert "forget_bias" not in flow.knobs(replace(E, lstm="no-forget"))
    assert flow.usable(E, "gain") == "scale"


def test_moving_the_knob_needs_no_new_sweep():
    for knob in ("scale", "forget_bias", "steps"):
        moved = {"scale": 2.0, "forget_bias": 3.0, "steps": 100}[knob]
        changed = replace(E, **{knob: moved}, cell="rnn", clip="norm")
        assert flow.swept(changed, knob, "last") == flow.swept(E, knob, "last")
        assert flow.grid(changed, knob, "last") == flow.grid(E, knob, "last") or knob == "steps"


def test_the_bound_holds_and_its_numbers_are_medians():
    done = swept(quantity="spectral")
    rnn = done.curves[0].rows[:, 0]
    assert (rnn <= done.bound.rows + 1e-9).all()
    half, whole = (done.values.index(v) for v in sorted(done.values)[1::3][:2])
    ratio = done.values[whole] / done.values[half]
    assert done.bound.sigma[whole] == pytest.approx(ratio * done.bound.sigma[half])
    assert swept(quantity="total").bound is None


def test_the_bound_of_every_length_starts_at_its_own_end():
    done = flow.bench(E, "steps", "last", (5, 8))
    for k, T in enumerate((5, 8)):
        assert np.isfinite(done.bound.rows[k, : T + 1]).all()
        assert np.isnan(done.bound.rows[k, T + 1 :]).all()
