"""The story's acts: what their pictures claim, measured, over several draws."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.experiment.settings import settings_of
from rnn_core.studies import story
from rnn_core.studies.cliff import descend
from rnn_core.studies.story import FRESH, THRESHOLD, Story, cut, fate, highway, travelled, walked

KNOWN = settings_of(Story)
SEEDS = range(5)


def left(strength: float, seed: int) -> float:
    norms = run(replace(story.spread(strength), seed=seed)).stages[-1].gradient.top.norms("h")
    return float(np.log10(norms[0] / norms[-1]))


# -- act 3 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slider_crosses_from_vanishing_to_exploding(seed):
    low, high = KNOWN["strength"].low, KNOWN["strength"].high
    assert left(low, seed) < -6 and left(high, seed) > 3
    assert fate(left(Story().strength, seed)) == "holds"


@pytest.mark.parametrize("seed", SEEDS)
def test_doubled_weights_grow_far_less_than_their_power(seed):
    assert 0 < left(2.0, seed) < 6 < 50 * np.log10(2)


def test_what_travels_is_the_gradient_by_its_last_value():
    logs = travelled(1.0)
    assert logs.shape == (51,) and logs[-1] == 0
    assert logs[0] == pytest.approx(left(1.0, 0))


# -- act 4 -----------------------------------------------------------------------------------------


def test_clipping_cuts_the_exploding_update_and_leaves_the_vanishing_one():
    free, clipped = (cut(Story(clipping=c)) for c in ("off", "on"))
    assert free.norm_before == free.norm_after == pytest.approx(666_491, rel=1e-5)
    assert clipped.norm_before == free.norm_before
    assert clipped.norm_after == pytest.approx(THRESHOLD)
    off, on = (cut(Story(begins="vanishing", clipping=c)) for c in ("off", "on"))
    assert on.norm_after == on.norm_before == off.norm_after < THRESHOLD
    assert not on.changed


@pytest.mark.parametrize("seed", SEEDS)
def test_no_vanishing_start_is_long_enough_to_be_cut(seed):
    start = replace(story.STARTS["vanishing"], seed=seed, clip="norm", threshold=THRESHOLD)
    assert not run(start).clipped.changed


def test_the_ball_is_thrown_or_walks_down():
    thrown, walks = (walked(Story(clipping=c)) for c in ("off", "on"))
    assert thrown.longest > 1 > walks.longest
    assert thrown.end > 100 * walks.end
    plain, same = (walked(Story(begins="vanishing", clipping=c)) for c in ("off", "on"))
    assert np.array_equal(plain.ball, same.ball)
    assert np.ptp(plain.ball[:, 0]) < 0.1  # it hardly moves


def test_the_ball_rolls_on_the_ground_that_is_drawn():
    """Where the descent runs along the line that is drawn, its errors are the ground's."""
    walk, free = walked(Story()), descend(story.CLIFFS["exploding"], "off")
    k = int(np.argmax(free.lengths))
    assert walk.ball[k, 0] == pytest.approx(0, abs=1e-12)
    for place, error in walk.ball[k : k + 2]:
        assert error == pytest.approx(np.interp(place, walk.along, walk.ground), abs=0.01)


# -- act 5 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_an_open_gate_keeps_what_a_fresh_one_loses(seed):
    done = run(replace(FRESH, seed=seed))
    assert highway(done, None).left[0] < -6
    assert highway(done, 1.0).left[0] > 0.1
    assert highway(done, 0.0).left[0] == -np.inf


def test_the_highway_is_the_held_runs():
    done = run(FRESH)
    way = highway(done, 0.75)
    norms = hold_gate(done, Hold("forget", 0.75)).stages[-1].gradient.top.norms("c")
    np.testing.assert_allclose(way.left, np.log10(norms / norms[-1]))
    assert (way.open == 0.75).all()
    free = done.stages[-1].trace.top.gates["forget"][0]
    np.testing.assert_allclose(highway(done, None).open, free.mean(-1))


def test_every_act_reads_fifty_letters_with_the_same_size():
    for e in (story.spread(1.0), *story.STARTS.values(), FRESH):
        assert (e.steps, e.hidden, e.text, e.placement) == (50, 32, Experiment().text, "last")
