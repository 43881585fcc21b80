"""A run in words and arrays, as the scripts for every library need it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_core.arrays import Array
from rnn_core.experiment.experiment import SETTINGS, TRAINED, Experiment
from rnn_core.experiment.run import Run
from rnn_core.experiment.settings import Value, relevant, to_params


def is_drawn(run: Run) -> bool:
    """Whether the settings alone make this run: no trained weights, nothing changed by hand."""
    return not (run.experiment.weights or run.changed)


def title(run: Run) -> str:
    """The network in a line."""
    network = run.stages[-1].network
    layers = len(network.layers) // len(network.reverses)
    shape = "1 layer" if layers == 1 else f"{layers} layers"
    steps = sum(stage.x.shape[1] for stage in run.stages)
    cell = type(network.cell).__name__
    return f"{cell}, {network.hidden_size} hidden units, {shape}, {network.direction}, T = {steps}"


def arguments(e: Experiment) -> dict[str, Value]:
    """The settings that matter and differ from the defaults, as `Experiment` takes them."""
    matter = relevant(e)
    return {name: getattr(e, name) for name in to_params(e) if name in matter}


def settings(e: Experiment) -> Iterator[tuple[str, str]]:
    """Every setting that changes anything, in readers' words: its label and its value."""
    for name in relevant(e):
        if SETTINGS[name].group != TRAINED:
            yield SETTINGS[name].label, SETTINGS[name].said(getattr(e, name))


def weights(run: Run) -> dict[str, Array]:
    """Every network's weights by PyTorch's names, behind the stage's name."""
    return {
        f"{stage.name}.{name}": array
        for stage in run.stages
        for name, array in stage.network.weights.items()
    }


def inputs(run: Run) -> dict[str, Array]:
    """Everything that goes in, by the stage's name: x (T, D), targets (T, O), weights of the
    losses (T,), the states it begins with (L*dirs, H)."""
    found = {}
    for stage in run.stages:
        found[f"{stage.name}.x"] = stage.x[0]
        if stage.targets.shape[2]:
            found[f"{stage.name}.targets"] = stage.targets[0]
            found[f"{stage.name}.counts"] = stage.weights[0]
    for state in run.stages[0].network.cell.states:
        if run.initial is not None:
            found[f"start.{state}"] = run.initial[state][:, 0]
    return found


def numbers(run: Run) -> dict[str, Array]:
    """Results that can be compared: the loss, the norm of all weights' gradients, each stage's
    outputs, and for each of its layers the norms of h and of dL/dh at the boundaries 0..T."""
    norm = np.array(run.clipped.norm_before)
    found = {"app.loss": np.array(run.loss), "app.weights": norm}
    for stage in run.stages:
        if stage.network.output_size:
            found[f"app.{stage.name}.outputs"] = stage.trace.outputs[0]
        for gradient in stage.gradient.layers:
            where = f"app.{stage.name}.{gradient.trace.suffix}"
            found[f"{where}.h"] = np.linalg.norm(gradient.trace.states["h"][0], axis=-1)
            found[f"{where}.dh"] = np.linalg.norm(gradient.states["h"][0], axis=-1)
    return found
