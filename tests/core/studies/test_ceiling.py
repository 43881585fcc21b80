"""A ceiling, never a floor: measured in real training, on several draws."""

from functools import cache

import numpy as np
import pytest

from rnn_core.experiment.settings import read_row, to_params
from rnn_core.studies.ceiling import UPDATES, Ceiling, Course, courses, training, untouched
from rnn_core.training.trainer import Trainer

DRAWS = range(5)


@cache
def whole(draw: int = 0, **changes: float) -> dict[tuple[str, str], Course]:
    found = list(courses(Ceiling(draw=draw, **changes)))
    assert len(found) == 4
    return {(c.start, c.mode): c for c in found}


def test_clipping_tames_the_explosion():
    """Of the median: an exploding run turns a rounding error into another run."""
    ends = {
        mode: np.median([whole(draw)["exploding", mode].final_loss for draw in DRAWS])
        for mode in ("off", "norm")
    }
    baseline = whole()["exploding", "off"].baseline
    assert baseline == pytest.approx(np.log(2))
    assert ends["off"] > 0.9 * baseline and ends["norm"] < 0.1 * baseline


@pytest.mark.parametrize("draw", DRAWS)
def test_what_is_above_the_threshold_is_clipped_and_nothing_else(draw):
    done = whole(draw)
    off, on = done["exploding", "off"], done["exploding", "norm"]
    assert off.growth > 5 and on.growth == off.growth
    assert 0 < on.clipped.sum() < UPDATES and not off.clipped.any()
    assert max(u.norm_after for u in on.updates) <= Ceiling().limit
    np.testing.assert_array_equal(on.clipped, on.norms > Ceiling().limit)


@pytest.mark.parametrize("draw", DRAWS)
def test_it_changes_nothing_where_the_gradient_vanishes(draw):
    done = whole(draw)
    off, on = done["vanishing", "off"], done["vanishing", "norm"]
    assert not on.clipped.any()
    np.testing.assert_array_equal(off.losses, on.losses)
    np.testing.assert_array_equal(off.norms, on.norms)
    assert off.share(-1) == on.share(-1) < 1e-4 and off.growth < 1e-3
    assert on.final_loss > 0.97 * on.baseline


@pytest.mark.parametrize("mode", ["norm", "value"])
@pytest.mark.parametrize("limit", [0.01, 0.5, 100.0])
def test_a_run_that_no_threshold_touches_is_its_own_twin(mode, limit):
    for (start, clip), off in whole(mode=mode, limit=limit).items():
        if clip == "off" and untouched(off, limit):
            twin = whole(mode=mode, limit=limit)[start, mode]
            np.testing.assert_array_equal(twin.losses, off.losses)
            np.testing.assert_array_equal(twin.used, off.used)
    vanishing = whole(mode=mode, limit=limit)["vanishing", "off"]
    assert untouched(vanishing, limit) == (limit > 0.01)


def test_both_starts_share_draw_and_data():
    wish = Ceiling()
    large, small = (Trainer(training(wish, s, "off")).weights for s in ("exploding", "vanishing"))
    for name, array in large.items():
        ratio = wish.large / wish.small if name.startswith("weight_hh") else 1.0
        np.testing.assert_allclose(array, small[name] * ratio, rtol=1e-12)


def test_a_smaller_threshold_fires_and_mends_nothing():
    done = whole(limit=0.01)
    on = done["vanishing", "norm"]
    assert on.clipped.sum() > 0.9 * UPDATES
    assert on.share(-1) < 1e-4 and on.final_loss > 0.97 * on.baseline


def test_a_threshold_of_zero_learns_nothing():
    on = whole(limit=0.0)["exploding", "norm"]
    assert on.clipped.all() and not any(u.norm_after for u in on.updates)


def test_the_settings_have_a_link():
    wish = Ceiling(large=2.5, small=0.5, limit=2.0, mode="value", rate=0.1, length=20, draw=7)
    assert read_row(Ceiling, to_params(wish)) == (wish, ())
