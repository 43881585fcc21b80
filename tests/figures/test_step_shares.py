"""Each step's share of the weights' gradient: the engine's, and what clipping makes of it."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import step_shares
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run

WILD = Experiment(
    cell="rnn", hidden=8, steps=20, init="gaussian", gain=3.0, clip="norm", threshold=0.01
)


def test_the_shares_are_those_that_sum_to_the_gradient():
    done = run(WILD)
    each = done.stages[0].gradient.top.share("weight_hh")
    np.testing.assert_allclose(step_shares.shares(done), np.linalg.norm(each, axis=(1, 2)))
    whole = done.stages[0].gradient.weights
    name = next(n for n in whole if "weight_hh" in n)
    np.testing.assert_allclose(each.sum(axis=0), whole[name])


def test_by_norm_every_share_becomes_smaller_by_one_factor():
    done = run(WILD)
    figure = go.Figure(step_shares.step_shares(done))
    before, after = figure.data
    factor = done.clipped.norm_after / done.clipped.norm_before
    assert factor < 0.5
    assert np.isnan(before.y[0]) and np.isnan(after.y[0])  # it reads a state of zeros
    np.testing.assert_allclose(after.y[1:], np.asarray(before.y[1:]) * factor)
    assert "times smaller" in figure.layout.title.text


@pytest.mark.parametrize("mode", ["off", "value"])
def test_off_nothing_changes_and_by_value_no_share_has_an_after(mode):
    done = run(replace(WILD, clip=mode))
    names = [line.name for line in go.Figure(step_shares.step_shares(done)).data]
    assert names == ["before clipping", "after clipping"][: 2 if mode == "off" else 1]


def test_the_axis_is_that_of_every_norm():
    wild, calm = (step_shares.step_shares(run(replace(WILD, gain=g))) for g in (3.0, 0.5))
    assert wild["layout"]["yaxis"]["range"] == calm["layout"]["yaxis"]["range"]
