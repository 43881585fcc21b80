"""The app's figures in a notebook, for a network and an input of your own.

>>> from pages.handout import show
>>> seen = show.look(network, x, targets)    # one sequence, forward and all the way back
>>> show.gradients(seen)                     # Plotly figures
>>> show.gates(seen)
>>> show.saturation(seen)
>>> show.unrolled(seen)                      # drawn by the app's own script, to play with

A `Run` of `rnn_core.run(Experiment(...))` is shown in the same way.  No Streamlit is needed.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from pages.components.message import words
from pages.components.scripts import markup, styles
from pages.figures.gates.maps import gate_maps
from pages.figures.gates.panels import gate_panels
from pages.figures.gradients import curves_of, gradient_norms
from pages.figures.saturation import saturation_figure
from pages.figures.unrolled.graph import unrolled_graph
from pages.handout.document import document
from pages.handout.dressed import dressed
from pages.handout.exhibit import Exhibit, Sheet
from rnn_core.applications.probe import look as settings_of
from rnn_core.applications.probe import probe, run_of
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.readout import loss_weights
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, Stage
from rnn_core.notation.notation import HOUSE
from rnn_core.tasks import Batch

__all__ = ["Page", "gates", "gradients", "look", "saturation", "unrolled"]


def look(
    network: Network,
    x: Array,
    targets: Array,
    *,
    loss_at: str = "last",
    symbols: tuple[str, ...] = (),
) -> Run:
    """Run a network on the first sequence of a batch, forward and back.

    x (B, T, D) numbers, or (B, T) integers: which of the D inputs is 1.  targets (B, T, O), or
    (B, T) integers: the right class of each step.  `loss_at` "last" or "every" step, averaged.
    `symbols` say what the inputs stand for, and the outputs if there are as many.  At most 200
    steps are read.
    """
    x, targets = np.asarray(x), np.asarray(targets)
    steps = x.shape[1]
    counts = loss_weights(loss_at, "mean", np.array([steps]), steps)
    batch = Batch(x[:1], targets[:1], counts)
    outputs = symbols if len(symbols) == network.output_size else ()
    found = probe("Your network", (network,), batch, symbols, outputs)
    return run_of(found, settings_of(found, Experiment()))


def gradients(*runs: Run, mode: str = "light") -> go.Figure:
    """Norms of the total dL/dh and dL/dc at every step, on the app's fixed logarithmic axis."""
    curves = [c for run in runs for c in curves_of({run.stages[0].network.cell.name: run})]
    labels = runs[0].sequence.labels if runs else ()
    loss = runs[0].loss_at if runs else "no step"
    return dressed(gradient_norms(curves, loss=loss, labels=labels), mode)


def gates(run: Run, layer: int = 0, mode: str = "light") -> go.Figure:
    """Every gate and state of a layer, units by steps, each in its own fixed range."""
    trace, labels = _layer(run, layer)
    title = f"{type(trace.cell).__name__}, {trace.suffix}"
    return dressed(gate_maps(gate_panels({"": trace}, labels, title)), mode)


def saturation(run: Run, layer: int = 0, mode: str = "light") -> go.Figure:
    """Share of steps in which each unit's gates are as good as shut, or as good as open."""
    trace, _ = _layer(run, layer)
    name = type(trace.cell).__name__
    return dressed(saturation_figure({name: trace}, HOUSE.of(trace.cell)), mode)


def unrolled(run: Run) -> Page:
    """The unrolled graph with its player: states, outputs, losses, gradients of every step."""
    graph = unrolled_graph(run.stages, run.sequence, selected=0)
    css = styles("component.css", "drawing.css", "unrolled.css")
    message = words({"graph": graph, "selected": 0, "lit": "", "first": "weight_hh_l0"})
    exhibit = Exhibit("unrolled", "unrolled", markup("unrolled"), css, True, message)
    return Page(document(graph["title"], [Sheet("", graph["title"], "", (exhibit,))]))


@dataclass(frozen=True)
class Page:
    """A picture that is an HTML page of its own: shown in a notebook's cell, or saved."""

    text: str
    height: int = 640  # pixels in a notebook

    def save(self, path: str | Path) -> Path:
        """Write the file; it opens by double click."""
        file = Path(path)
        file.write_text(self.text, encoding="utf-8")
        return file

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.text)}" title="Unrolled graph" width="100%" '
            f'height="{self.height}" style="border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Page({len(self.text) / 1000:.0f} kB; save('file.html') opens in a browser)"


def _layer(run: Run, number: int) -> tuple[LayerTrace, tuple[str, ...]]:
    """A layer and direction, counted through all stages, and what it reads at each step."""
    places: list[tuple[Stage, LayerTrace, int]] = []
    first = 0
    for stage in run.stages:
        places += [(stage, trace, first) for trace in stage.trace.layers]
        first += stage.x.shape[1]
    if not -len(places) <= number < len(places):
        raise ValueError(f"layer: expected 0 to {len(places) - 1}; got {number}")
    stage, trace, start = places[number]
    return trace, tuple(run.sequence.labels[start : start + stage.x.shape[1]])
