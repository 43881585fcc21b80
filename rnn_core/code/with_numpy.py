"""The run with `rnn_core` itself: as a script, or in the cells of a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from rnn_core.code.about import arguments, inputs, is_drawn, settings, title, weights
from rnn_core.code.stored import stored
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run

WHERE: Final = (
    "Needs NumPy and rnn_core: put this file into the folder of Inside Recurrent Networks,\n"
    "or run `pip install .` there first."
)
_TABLE: Final = '''def tell(name, done):
    """Print the loss, then each layer's numbers at the boundaries between its steps."""
    print(f"{name}: loss {done.loss:.15g}")
    for stage in done.stages:
        for trace, gradient in zip(stage.trace.layers, stage.gradient.layers):
            columns = {}
            for state in trace.states:
                columns[f"|{state}|"] = np.linalg.norm(trace.states[state][0], axis=-1)
                columns[f"|dL/d{state}|"] = gradient.norms(state)
            for gate in trace.cell.sigmoid_gates:  # a gate has no value before the first step
                columns[f"mean {gate}"] = np.append(np.nan, trace.gates[gate][0].mean(axis=-1))
            print(f"{stage.name} {trace.suffix}")
            print("   t", *(f"{column:>22}" for column in columns))
            for t, row in enumerate(zip(*columns.values())):
                print(f"{t:4}", *(f"{value:22.15g}" for value in row))


for name, done in runs.items():
    tell(name, done)
'''


class Piece(NamedTuple):
    """One cell of a notebook with the words above it; a script is all pieces in a row."""

    words: str
    code: str


def script(run: Run, cells: tuple[str, ...] = (), series: Series | None = None) -> str:
    """A Python script; `cells`: the same for each of these, where the settings alone make it."""
    head = f'"""{title(run)}: every state, gate and gradient.\n\n{WHERE}\n"""\n'
    body = [f"{_comment(piece.words)}\n{piece.code}" for piece in pieces(run, cells, series)]
    return "\n".join([head, *body])


def pieces(run: Run, cells: tuple[str, ...] = (), series: Series | None = None) -> list[Piece]:
    """Everything to be done, in its order; `series`: what the source 'stocks' reads."""
    made = _by_settings(run, cells, series) if is_drawn(run) else _by_weights(run)
    words = "Loss, norms of states and gradients, means of the gates."
    return [*made, Piece(words, _TABLE)]


def _comment(words: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in words.splitlines())


def _by_settings(run: Run, cells: tuple[str, ...], series: Series | None) -> list[Piece]:
    """The settings decide everything: input, weights, loss."""
    e, more = run.experiment, ""
    lines = [
        *("from dataclasses import replace", "", "import numpy as np", ""),
        *("from rnn_core import Experiment, run", ""),
    ]
    if e.source == "stocks" and series is not None:
        lines += ["# Weekly closing prices.", f"PRICES = {_wrapped(_plain(series))}"]
        more = ", series=PRICES"
    given = "".join(f"    {name}={value!r},\n" for name, value in arguments(e).items())
    lines += [f"settings = Experiment({chr(10) if given else ''}{given})"]
    names = tuple(cell for cell in cells if cell in CELLS) or (e.cell,)
    lines += [f"runs = {{name: run(replace(settings, cell=name){more}) for name in {names!r}}}", ""]
    told = [f"* {label}: {value}" for label, value in settings(e)]
    return [Piece("\n".join(["The settings.", *told]), "\n".join(lines))]


def _plain(series: Series) -> list[float]:
    values = list(series.values()) if isinstance(series, Mapping) else series
    return [float(v) for v in np.asarray(values)]


def _wrapped(values: list[float]) -> str:
    """A list, eight numbers in a line."""
    rows = [values[at : at + 8] for at in range(0, len(values), 8)]
    return "[\n" + "".join(f"    {', '.join(map(repr, row))},\n" for row in rows) + "]"


def _by_weights(run: Run) -> list[Piece]:
    """Weights that no settings give: they are in the script, with all that is read."""
    arrays = weights(run) | inputs(run)
    words = "Weights, inputs and targets: a compressed .npz in base64."
    return [
        Piece(words, f'STORED = """\n{stored(arrays)}\n"""\n'),
        Piece("The networks, and both passes through them.", _PASSES + _networks(run)),
    ]


def _networks(run: Run) -> str:
    """The lines that differ from run to run."""
    lines = []
    for stage, part in zip(run.stages, run.parts, strict=True):
        network = stage.network
        made = f"{network.cell!r}, {network.direction!r}, {network.readout!r}, fed={part.fed}"
        lines.append(f"networks.append(add({stage.name!r}, {made}))")
    window = run.experiment.window or None
    name = run.stages[-1].network.cell.name
    return "\n".join([*lines, f"runs = {{{name!r}: passes({window})}}", ""])


_PASSES: Final = '''import base64
import io
from types import SimpleNamespace

import numpy as np

from rnn_core import GRU, LSTM, RNN, Network
from rnn_core.engine.wiring import Part, run_backward, run_forward
from rnn_core.experiment.run import stages_of

with np.load(io.BytesIO(base64.b64decode(STORED))) as file:
    arrays = {name: file[name] for name in file.files}
parts, networks = [], []


def within(prefix):
    """The arrays whose names begin so, without that beginning."""
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def add(stage, cell, direction, readout, fed):
    """A stage's network with its weights; what it reads goes to `parts`."""
    found = within(f"{stage}.")
    x = found.pop("x")
    targets, counts = found.pop("targets", np.zeros((len(x), 0))), found.pop("counts", None)
    counts = np.zeros(len(x)) if counts is None else counts
    parts.append(Part(stage, x[None], targets[None], counts[None], fed=fed))
    return Network(cell, found, direction, readout)


def passes(window):
    """Forward, and all the way back."""
    start = {state: a[:, None] for state, a in within("start.").items()} or None
    forward = run_forward(parts, networks, start)
    back = run_backward(parts, networks, forward, window)
    stages = stages_of(parts, networks, forward, back)
    return SimpleNamespace(loss=forward.total, stages=stages)


'''
