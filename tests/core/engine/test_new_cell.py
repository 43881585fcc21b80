"""A cell that is not in the project joins `CELLS`, and everything the engine does works for it.

Its class and its entry in the table are all that it is given: see `minimal_gated_unit`.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from rnn_core import CELLS, GRU, LSTM, RNN, Experiment, Network, run
from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.analysis.jacobians import direct_path, jacobians
from rnn_core.analysis.stack import family
from rnn_core.analysis.stack_passes import forward, pull_back
from rnn_core.applications.probe import look, of_task, run_of
from rnn_core.arrays import length
from rnn_core.engine.cells import make_cell
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import SETTINGS, matters, normalise, parse, to_params
from rnn_core.experiment.run import Run
from rnn_core.notation.equations import equations
from rnn_core.notation.notation import NOTATIONS, differences, other_variants
from rnn_core.notation.prose import translated
from rnn_core.studies.starts import starts
from rnn_core.studies.truncated import training
from rnn_core.training.trainer import Lesson, Trainer, Training, training_of
from tests.core.cells_under_test import VARIANTS
from tests.core.minimal_gated_unit import MGU


@pytest.fixture(autouse=True)
def mgu(monkeypatch):
    monkeypatch.setitem(CELLS, "mgu", MGU)


@dataclass(frozen=True)
class Noisy(MGU):
    """A minimal gated unit with a variant of its own, and one that it shares with the RNN."""

    activation: str = "tanh"
    kind: str = "plain"


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_a_cell_is_made_from_its_settings_and_its_settings_from_it(cell):
    names = cell.settings()
    e = Experiment(cell=cell.name, **{names[f]: value for f, value in vars(cell).items()})
    assert make_cell(e) == cell
    assert (
        make_cell(
            Training(cell=cell.name, **{names[f.name]: getattr(cell, f.name) for f in fields(cell)})
        )
        == cell
    )


def test_what_a_setting_of_a_cell_is_called():
    assert (RNN.settings(), LSTM.settings()) == ({"activation": "activation"}, {"kind": "lstm"})
    assert GRU.settings() == {"reset": "reset", "update": "update"} and MGU.settings() == {}


def test_a_variant_without_a_setting_stays_at_its_default(monkeypatch):
    monkeypatch.setitem(CELLS, "mgu", Noisy)
    assert make_cell(Experiment(cell="mgu", activation="relu")) == Noisy("relu")
    assert matters(Experiment(cell="mgu"), "activation")


def test_the_new_cell_is_built_and_not_another_one():
    (stage,) = run(Experiment(cell="mgu", hidden=5)).stages
    assert stage.network.cell == MGU()
    assert set(stage.trace.layers[0].gates) == {"forget", "candidate"}
    assert stage.network.weights["weight_hh_l0"].shape == (10, 5)


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("more", [{}, {"layers": 2, "direction": "bidirectional"}], ids=str)
def test_it_runs_in_every_wiring_and_its_gradient_is_checked(wiring, more):
    done = run(Experiment(cell="mgu", wiring=wiring, steps=7, hidden=4, initial="random", **more))
    found = gradient_check(done)
    assert isinstance(done, Run) and found.ok, found.words


def test_a_link_asks_for_it():
    e = Experiment(cell="mgu", hidden=5, forget_bias=2.0)
    assert to_params(e)["cell"] == "mgu" and parse(to_params(e)) == (e, ())
    assert "mgu" in SETTINGS["cell"].options and "MGU" in SETTINGS["cell"].words
    wrong, notes = parse({"cell": "mgru"})
    assert wrong == Experiment() and "rnn, gru, lstm, mgu" in notes[0]


def test_only_what_it_has_matters():
    e = Experiment(cell="mgu", forget_bias=2.0, update_bias=2.0, lstm="forget", reset="before")
    assert [
        n for n in ("forget_bias", "update_bias", "lstm", "reset", "activation") if matters(e, n)
    ] == ["forget_bias"]
    assert normalise(e) == Experiment(cell="mgu", forget_bias=2.0)
    bias = [run(replace(e, forget_bias=b)).stages[0].network.weights["bias_ih_l0"] for b in (2, 0)]
    np.testing.assert_allclose(bias[0] - bias[1], [2.0] * 16 + [0.0] * 16, atol=1e-12)


@pytest.mark.parametrize("lstm", SETTINGS["lstm"].options)
def test_a_run_is_that_of_its_normal_form(lstm):
    """Settings of other cells change nothing."""
    e = Experiment(cell="mgu", forget_bias=2.0, lstm=lstm)
    assert run(e).loss == run(normalise(e)).loss


@pytest.mark.parametrize("lstm", ["forget", "no-forget"])
def test_training_starts_from_the_weights_that_a_run_shows(lstm):
    e = Experiment(text="hello", steps=5, cell="mgu", forget_bias=2.0, lstm=lstm, seed=3)
    (stage,) = run(e).stages
    network = Trainer(training_of(e, Lesson(task="hello"))).network
    for name, weight in stage.network.weights.items():
        np.testing.assert_array_equal(network.weights[name], weight)


@pytest.mark.parametrize("forcing", ["teacher", "free"])
def test_it_learns(forcing):
    s = Training(
        task="hello",
        cell="mgu",
        hidden=12,
        rate=0.02,
        updates=60,
        batch=4,
        seed=1,
        forcing=forcing,
        forget_bias=1.0,
        clip="norm",
    )
    trainer = Trainer(s)
    losses = [update.loss for update in trainer.updates()]
    assert trainer.network.cell == MGU()
    assert losses[-1] < losses[0] / 4


def test_a_trained_one_is_looked_at():
    trainer = Trainer(Training(task="echo", length=12, batch=3, hidden=5, cell="mgu"))
    trainer.step()
    found = of_task("trained", trainer.networks, trainer.task)
    wish = look(found, Experiment())
    assert wish.cell == "mgu" and gradient_check(run_of(found, wish)).ok


@pytest.mark.parametrize("knob", ["scale", "forget_bias"])
def test_a_sweep_measures_what_runs_show(knob):
    """M seeds and S values at once give the loss gradients that single runs give."""
    e = Experiment(cell="mgu", hidden=4, steps=6, placement="last")
    done = forward(family(e, knob, [0.5, 2.0], [0, 1]))
    assert done.stack.shape == (2, 2)
    for m, seed in enumerate([0, 1]):
        for k, value in enumerate([0.5, 2.0]):
            (stage,) = run(replace(e, seed=seed, **{knob: value})).stages
            found = np.stack([states[m, k] for states in done.states["h"]])
            np.testing.assert_allclose(found, stage.trace.layers[0].states["h"][0], rtol=1e-9)
    steps = pull_back(
        done, lambda t: {"h": np.ones((1, 2, 2, 4))} if t == 5 else None, lambda t, n: None
    )
    assert all(np.isfinite(length(step.carried["h"])).all() for step in steps)


@dataclass(frozen=True)
class Moving(MGU):
    """The minimal gated unit with its state written as the old one moved towards the candidate."""

    def step(self, u, U, P, past):
        gates, _ = super().step(u, U, P, past)
        return gates, {"h": past.h + gates["forget"] * (gates["candidate"] - past.h)}


@pytest.mark.parametrize("cell", [MGU(), Moving()], ids=["mixed", "moved"])
def test_its_direct_path_is_read_from_its_equations(cell):
    network = Network.create(cell, 3, 4, 0, seed=2)
    layer = network.forward(np.random.default_rng(0).normal(size=(1, 6, 3))).layers[0]
    keeps = 1 - layer.gates["forget"][0]
    path = direct_path(layer)
    np.testing.assert_allclose(path[2], keeps[2:].prod(0), rtol=1e-12)
    alone = {n: np.zeros_like(w) if "hh" in n else w for n, w in network.weights.items()}
    still = network.load_state_dict(alone).forward(layer.x).layers[0]
    product = np.linalg.multi_dot(jacobians(still)[::-1])
    np.testing.assert_allclose(product, np.diag(direct_path(still)[0]), rtol=1e-12, atol=1e-15)


def test_its_starts_are_compared():
    found = starts(Experiment(cell="mgu", steps=5, hidden=4), "bias")
    assert all(name.startswith("forget bias") for name in found)
    assert {e.cell for e in found.values()} == {"mgu"}
    assert all(e.activation == "tanh" for e in starts(Experiment(cell="mgu"), "init").values())
    assert training("mgu", 0, 5).cell == "mgu"


@pytest.mark.parametrize("name", NOTATIONS)
def test_it_is_written_in_every_notation(name):
    notation, cell = NOTATIONS[name], MGU()
    letters = notation.of(cell)
    assert letters.symbol("forget", "t").text and letters.symbol("h", "t").text
    assert len(equations(cell, notation)) == 3
    assert differences(notation, cell, biases=False) == ()
    assert other_variants(notation, [cell]) == ()
    assert translated("∂L/∂hₜ", notation, "lstm")


def test_its_weights_go_out_and_in():
    network = Network.create(CELLS["mgu"](), 3, 4, 2)
    assert network.load_state_dict(network.state_dict()).weights.keys() == network.weights.keys()
