"""The network unrolled over the reader's own input: trace and gradient in, plain payload out.

Nothing is computed here but norms and shares of what the engine recorded. Every list over states
has T+1 entries, one per boundary 0..T, as in the engine; every other list has T. JSON knows no
infinity, so an overflowed number is the word "inf", "-inf" or "nan".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from pages.figures.numbers import Array, norm, number, numbers, rms
from pages.figures.theme import FLOOR, PALETTE, range_of
from pages.figures.theme import number as said
from pages.figures.unrolled.weight_shares import symbol_of, weight_name, weights_of
from rnn_core.notation.notation import NOTATIONS, Letters

CEILING = 1e32  # widest and strongest from here on; the exact number is under the pointer
LEAST_DECADES = 2  # of the arrows' scale: a gradient that holds is not drawn as one that falls
NOTHING = "·"

# Stands in where the page hands over no scale of its own (Streamlit before its palettes arrive).
_FALLBACK = {
    "h": ["#f2f5f7", "#66b89d", "#0a3341"],
    "diverging": ["#6f2c05", "#c96a2a", "#f8d0b0", "#bcd8ec", "#4787bd", "#103d6b"],
}


def unrolled_graph(
    stages: Sequence[Any],
    sequence: Any,
    *,
    selected: int,
    unit: int | None = None,
    notation: str = "house",
) -> dict[str, Any]:
    """Payload of the unrolled graph of a run's `stages` over its `sequence`.

    `selected` is the step marked at first, 0-based, counted through all stages. Nodes show the
    root mean square over the units, or the value of one `unit` of every layer. States, inputs and
    outputs are written with the letters of `notation`.
    """
    steps = sum(map(_steps, stages))
    cell = stages[0].network.cell
    letters = NOTATIONS[notation].of(cell)
    return {
        "title": _title(stages, steps),
        "file": "unrolled-" + stages[0].network.cell.name,
        "selected": max(0, min(int(selected), steps - 1)),
        "steps": steps,
        "cell": cell.name.upper(),
        "loss": number(sum(map(_total_loss, stages))),
        "letters": _letters(notation, cell.name, cell.states, max(map(_steps, stages)) + 1),
        "stages": [
            _stage(stage, sequence, n, unit, letters)
            | {"weights": _weights(stages, stage, letters)}
            for stage, n in _offsets(stages)
        ],
        "conclusion": conclusion(stages, sequence),
        "colours": {mode: _FALLBACK | {"c": PALETTE["c"][k]} for k, mode in enumerate(_MODES)},
        **_scales(stages, unit, letters),
    }


def _scales(stages: Sequence[Any], unit: int | None, letters: Letters) -> dict[str, Any]:
    """Scales of the nodes' colours and the arrows' widths, and the legend of both."""
    fill, label = _fills(stages, unit, letters), _gradient_label(stages, letters)
    floor, ceiling = gradient_range(stages)
    return {
        "fill": fill,
        "gradient": {"floor": floor, "ceiling": ceiling, "label": label},
        "legend": _legend(fill, label, floor, ceiling),
    }


def gradient_range(stages: Sequence[Any]) -> tuple[float, float]:
    """The decades that the arrows of this very run lie in: its thinnest and its thickest one."""
    parts = [
        norm(getattr(gradient, part)[state])
        for stage in stages
        for gradient in stage.gradient.layers
        for state in gradient.states
        for part in ("from_output", "from_next")
    ]
    found = np.concatenate([part.ravel() for part in parts])
    found = found[np.isfinite(found) & (found > 0)]
    if not found.size:
        return 10.0**-LEAST_DECADES, 1.0
    low, high = np.floor(np.log10(found.min())), np.ceil(np.log10(found.max()))
    low = min(low, high - LEAST_DECADES)
    return max(FLOOR, float(10.0**low)), min(CEILING, float(10.0**high))


_MODES = ("light", "dark")


def unrolled_rows(
    stages: Sequence[Any],
    sequence: Any,
    *,
    unit: int | None = None,
    notation: str = "house",
) -> dict[str, list[Any]]:
    """The drawn numbers in long form: columns stage, step, symbol, layer, quantity, value.

    Steps count from 1; the state before the first step read is step 0 (T+1 for a reverse layer).
    """
    columns = ("stage", "step", "symbol", "layer", "quantity", "value")
    rows: list[tuple[Any, ...]] = []
    letters = NOTATIONS[notation].of(stages[0].network.cell)
    for stage, offset in _offsets(stages):
        symbols = [text for text, _ in _inputs(stage, sequence, offset)]
        for layer, gradient in zip(stage.trace.layers, stage.gradient.layers, strict=True):
            rows += _state_rows(stage.name, symbols, layer, gradient, unit, letters)
        rows += _step_rows(stage, symbols, letters) + _weight_rows(stage, symbols, letters)
    return {name: [row[k] for row in rows] for k, name in enumerate(columns)}


def step_numbers(run: Any, step: int, layer: int) -> dict[str, Any]:
    """Numbers of one step (0-based, through all stages) in one row of layers.

    `layer` indexes `trace.layers`. Each state has `rms` (norm / sqrt(H)), `norm`, and the norms of
    its gradient: `total`, `from_output`, `from_next`, and `own` (see `own_parts`). Numbers stay
    floats, overflowed or not.
    """
    stage, offset = _locate(run.stages, step)
    t = step - offset
    record, gradient = stage.trace.layers[layer], stage.gradient.layers[layer]
    b = boundary_after(record, t)
    symbol, words = _inputs(stage, run.sequence, offset)[t]
    loss = _losses(stage)[t]
    return {
        "stage": stage.name,
        "step": step,
        "symbol": symbol,
        "reads": words,
        "layer": layer_name(record),
        "above": _above(stage, record),
        "boundary": b,
        "states": {name: _state_numbers(record, gradient, name, b) for name in record.states},
        "input_gradient": float(norm(_input_gradient(stage)[t])),
        "outputs": _top_outputs(stage, run.sequence, t),
        "target": _targets(stage, run.sequence)[t][1] if loss is not None else None,
        "loss": loss,
    }


def conclusion(stages: Sequence[Any], sequence: Any) -> str:
    """The run in a sentence: a symbol that is read twice and answered differently where every step
    answers, or else how much of the last state's gradient is left at the start."""
    answers = sum(int(stage.counted[0].sum()) for stage in stages)
    if len(stages) == 1 and answers > 1 and (found := _two_answers(stages[0], sequence)):
        return found
    way = "With a loss at every step" if answers > 1 else "On its way back"
    return _left(stages, f"{way}, through {sum(map(_steps, stages))} steps, the gradient")


def _two_answers(stage: Any, sequence: Any) -> str:
    """The last symbol that is read at two steps with two answers; "" where there is none."""
    read = [text for text, _ in _inputs(stage, sequence, 0)]
    said, sure = _outputs(stage, sequence)["text"], stage.trace.outputs[0].max(axis=-1)
    if stage.trace.outputs.shape[-1] < 2 or stage.trace.fed:
        return ""
    pairs = [(s, t) for t in range(len(read)) for s in range(t)]
    differ = [p for p in pairs if read[p[0]] == read[p[1]] and said[p[0]] != said[p[1]]]
    if not differ:
        return ""
    s, t = max(differ, key=lambda p: float(min(sure[list(p)])))
    first, second = (f"“{said[k]}” ({sure[k]:.2f})" for k in (s, t))
    return f"“{read[t]}” is answered by {first} at step {s + 1} and by {second} at step {t + 1}."


def _left(stages: Sequence[Any], way: str) -> str:
    first, last = stages[0].gradient.top, stages[-1].gradient.top
    start = float(first.norms("h")[-1 if first.trace.reverse else 0])
    end = float(last.norms("h")[0 if last.trace.reverse else -1])
    if not (np.isfinite(start) and np.isfinite(end)):
        return "The gradient overflows on its way back."
    if start == 0 or end == 0:
        return "No gradient arrives at the start." if start == 0 else ""
    if 0.1 < start / end < 10:
        return f"{way} holds: {said(end)} at the end, {said(start)} at the start."
    does, factor = ("shrinks", end / start) if start < end else ("grows", start / end)
    return f"{way} {does} {said(factor)} times: {said(end)} at the end, {said(start)} at the start."


def origin(found: Mapping[str, Any]) -> str:
    """Origin of a step's gradient, in a sentence, out of its `step_numbers`."""
    h = found["states"]["h"]
    own, here, later = h["own"], found["above"], "**later steps**"
    if own is None:
        return "No gradient reaches this step" + (
            ", or it has overflowed." if not np.isfinite(h["total"]) else ": no loss depends on it."
        )
    percent = round(100 * own)
    if not 0 <= percent <= 100:
        return f"{_capital(here)} and {later} pull against each other; the stronger side wins."
    if percent in (0, 100):
        return f"All of it comes from {here if percent else later}."
    return f"{percent} % of it comes from {here}, {100 - percent} % from {later}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def boundary_after(layer: Any, t: int) -> int:
    """Index 0..T of the state right after reading step t; a reverse layer reads right to left."""
    return t if layer.reverse else t + 1


def layer_name(layer: Any) -> str:
    """ "layer 1", or "layer 1, reverse"."""
    return f"layer {layer.layer + 1}" + (", reverse" if layer.reverse else "")


# --- one stage ---------------------------------------------------------------------------------


def _stage(
    stage: Any, sequence: Any, offset: int, unit: int | None, letters: Letters
) -> dict[str, Any]:
    pairs = list(zip(stage.trace.layers, stage.gradient.layers, strict=True))
    inputs = _inputs(stage, sequence, offset)
    return {
        "name": stage.name,
        "offset": offset,
        "steps": _steps(stage),
        "inputs": {"text": [text for text, _ in inputs], "words": [words for _, words in inputs]},
        "fed": stage.trace.fed,
        "input_gradient": numbers(norm(_input_gradient(stage))),
        "outputs": _outputs(stage, sequence),
        "layers": [_layer(stage, layer, gradient, unit) for layer, gradient in pairs],
    }


def _weights(stages: Sequence[Any], stage: Any, letters: Letters) -> list[dict[str, Any]]:
    several = len(stages) > 1
    return [
        w | {"id": weight_name(stage, w, several), "symbol": symbol_of(w["kind"], letters)}
        for w in weights_of(stage)
    ]


def _layer(stage: Any, layer: Any, gradient: Any, unit: int | None) -> dict[str, Any]:
    several = len(stage.trace.layers) > 1
    mixed = len({one.reverse for one in stage.trace.layers}) > 1
    direction = ("reverse" if layer.reverse else "forward") if mixed or layer.reverse else ""
    number, arrow = layer.layer + 1, {"reverse": " ←", "forward": " →"}.get(direction, "")
    return {
        "layer": layer.layer,
        "reverse": layer.reverse,
        "direction": direction,
        "caption": f"layer {number}{arrow}" if several or direction else "",
        "brief": f"l. {number}{arrow}",
        "above": _above(stage, layer),
        "states": {name: _state(layer, gradient, name, unit) for name in layer.states},
    }


def _above(stage: Any, layer: Any) -> str:
    """Source of the gradient of h_t besides the next step, in words."""
    if layer.layer < stage.trace.layers[-1].layer:
        return "the layer above"
    return "this step's output" if stage.network.output_size else "this step (it has no output)"


def _state(layer: Any, gradient: Any, name: str, unit: int | None) -> dict[str, Any]:
    """Norms over the units at every boundary, (T+1,) each."""
    drawn: dict[str, Any] = {
        "rms": numbers(rms(layer.states[name][0])),
        "total": numbers(norm(gradient.states[name][0])),
        "from_output": numbers(norm(gradient.from_output[name][0])),
        "from_next": numbers(norm(gradient.from_next[name][0])),
        "own": own_parts(gradient, name),
    }
    if unit is not None:
        drawn["unit"] = numbers(layer.states[name][0, :, unit])
        drawn["unitName"] = f"unit {unit + 1}"
    return drawn


def own_parts(gradient: Any, name: str) -> list[float | None]:
    """How much of dL/ds comes from this step's own output at every boundary, 1 for all of it.

    Both sources are projected on their sum, so that this and the next step's part add up to 1;
    one of them is negative where they pull against each other. None where there is no direction.
    """
    total, own = gradient.states[name][0], gradient.from_output[name][0]
    with np.errstate(all="ignore"):
        length = norm(total)[:, None]
        parts = np.sum((own / length) * (total / length), axis=-1)
    return [float(part) if np.isfinite(part) else None for part in parts]


def _state_numbers(layer: Any, gradient: Any, name: str, b: int) -> dict[str, Any]:
    value = layer.states[name][0, b]
    return {
        "norm": float(norm(value)),
        "rms": float(rms(value)),
        "total": float(norm(gradient.states[name][0, b])),
        "from_output": float(norm(gradient.from_output[name][0, b])),
        "from_next": float(norm(gradient.from_next[name][0, b])),
        "own": own_parts(gradient, name)[b],
    }


def _steps(stage: Any) -> int:
    return int(stage.trace.layers[0].x.shape[1])


def _offsets(stages: Sequence[Any]) -> list[tuple[Any, int]]:
    """Every stage with the number of steps before it."""
    before = np.cumsum([0] + [_steps(stage) for stage in stages])
    return [(stage, int(n)) for stage, n in zip(stages, before, strict=False)]


def _locate(stages: Sequence[Any], step: int) -> tuple[Any, int]:
    """The stage that a step counted through all stages belongs to, and the steps before it."""
    for stage, offset in _offsets(stages):
        if 0 <= step - offset < _steps(stage):
            return stage, offset
    total = sum(map(_steps, stages))
    raise IndexError(f"step: expected 0 to {total - 1} for {total} steps in all; got {step}.")


# --- what goes in and comes out ----------------------------------------------------------------


def _inputs(stage: Any, sequence: Any, offset: int) -> list[tuple[str, str]]:
    """(short text, words) of what every step really reads, wiring and feedback included."""
    x = stage.trace.layers[0].x[0]
    found = [_describe(row, sequence.alphabet) for row in x]
    if x.shape[1] > 1 or stage.trace.fed:
        return found
    labels = sequence.labels[offset : offset + len(x)]  # a series' own labels, such as dates
    return [
        (text, words if _minus(label) == text else f"{words} ({label})")
        for (text, words), label in zip(found, labels, strict=True)
    ]


def seen(symbol: str) -> str:
    """A symbol that can be seen: a space is an open box."""
    return "␣" if symbol == " " else symbol


def _describe(row: Array, names: Sequence[str]) -> tuple[str, str]:
    """A one-hot row is its symbol; a row of zeros is nothing; other rows are their numbers."""
    if len(row) == 1:
        text = _plain(row[0])
        return text, text
    if not np.any(row):
        return NOTHING, "nothing (zeros)"
    top = int(np.argmax(row)) if np.all(np.isfinite(row)) else 0
    name = seen(names[top]) if top < len(names) else f"input {top + 1}"
    if row[top] == 1 and np.count_nonzero(row) == 1:
        return name, f"“{name}”"
    return f"~{name}", f"{len(row)} numbers, most of all “{name}” ({_plain(row[top])})"


def _input_gradient(stage: Any) -> Array:
    """dL/dx of the stage, (T, D): both directions of the first layer add up."""
    first = [
        g.x[0]
        for a, g in zip(stage.trace.layers, stage.gradient.layers, strict=True)
        if a.layer == 0
    ]
    return np.asarray(np.sum(first, axis=0))


def _outputs(stage: Any, sequence: Any) -> dict[str, Any]:
    y = stage.trace.outputs[0]
    if not y.shape[-1]:  # an encoder has no readout
        nothing = [None] * len(y)
        return dict.fromkeys(
            ("text", "words", "target_text", "targets", "loss", "gradient"), nothing
        )
    predictions = [_prediction(row, sequence.output_labels) for row in y]
    targets, losses = _targets(stage, sequence), _losses(stage)
    return {
        "text": [text for text, _ in predictions],
        "words": [words for _, words in predictions],
        "target_text": [text for text, _ in targets],
        "targets": [words for _, words in targets],
        "loss": [None if loss is None else number(loss) for loss in losses],
        "gradient": numbers(norm(stage.gradient.logits[0])),
    }


def _prediction(y: Array, names: Sequence[str]) -> tuple[str, str]:
    if len(y) == 1:
        return _plain(y[0]), _plain(y[0])
    if not np.all(np.isfinite(y)):
        return "∞", "overflow"
    top = int(np.argmax(y))
    name = seen(names[top])
    return name, f"“{name}” ({y[top]:.2f})"


def _targets(stage: Any, sequence: Any) -> list[tuple[str, str]]:
    return [_describe(row, sequence.output_labels) for row in stage.targets[0]]


def _losses(stage: Any) -> list[float | None]:
    """The loss of every step, None where there is none."""
    return [float(v) if w else None for v, w in zip(stage.loss[0], stage.counted[0], strict=True)]


def _total_loss(stage: Any) -> float:
    """The stage's part of L: its steps' losses, each as much as it counts."""
    counted = stage.counted
    with np.errstate(all="ignore"):
        return float((stage.weights * stage.loss)[counted].sum())


def _top_outputs(stage: Any, sequence: Any, t: int, most: int = 5) -> list[tuple[str, float]]:
    """(name, output) of the largest outputs; probabilities where the readout is softmax."""
    y = stage.trace.outputs[0, t]
    return [
        (seen(sequence.output_labels[k]), float(y[k])) for k in np.argsort(-y, kind="stable")[:most]
    ]


# --- rows for the download ---------------------------------------------------------------------


def _state_rows(
    stage: str, symbols: list[str], layer: Any, gradient: Any, unit: int | None, letters: Letters
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for name in layer.states:
        for quantity, values in _quantities(layer, gradient, name, unit, letters).items():
            for b, value in enumerate(values):
                step = b + 1 if layer.reverse else b
                symbol = symbols[step - 1] if 1 <= step <= len(symbols) else ""
                rows.append((stage, step, symbol, layer_name(layer), quantity, float(value)))
    return rows


def _quantities(
    layer: Any, gradient: Any, name: str, unit: int | None, letters: Letters
) -> dict[str, Array]:
    state, slope = letters.symbol(name).text, f"‖{letters.gradient(name)}‖"
    found = {
        f"‖{state}‖/√H": rms(layer.states[name][0]),
        slope: norm(gradient.states[name][0]),
        f"{slope} from output": norm(gradient.from_output[name][0]),
        f"{slope} from next step": norm(gradient.from_next[name][0]),
    }
    if unit is not None:
        found[f"{state}, unit {unit + 1}"] = layer.states[name][0, :, unit]
    return found


def _step_rows(stage: Any, symbols: list[str], letters: Letters) -> list[tuple[Any, ...]]:
    norms = norm(_input_gradient(stage))
    rows: list[tuple[Any, ...]] = [
        (stage.name, t + 1, symbol, "input", f"‖{letters.gradient('x')}‖", float(norms[t]))
        for t, symbol in enumerate(symbols)
    ]
    for t, loss in enumerate(_losses(stage)):
        if loss is not None:
            rows.append((stage.name, t + 1, symbols[t], "output", "loss", loss))
    return rows


def _weight_rows(stage: Any, symbols: list[str], letters: Letters) -> list[tuple[Any, ...]]:
    said = {"share": "‖share of dL/d{}‖", "sum": "‖sum of shares of dL/d{} so far‖"}
    return [
        (stage.name, t + 1, symbol, weight["name"], words.format(letter), float(weight[key][t]))
        for weight in weights_of(stage)
        for letter in ("_".join(filter(None, symbol_of(weight["kind"], letters))),)
        for key, words in said.items()
        for t, symbol in enumerate(symbols)
    ]


# --- words and scales --------------------------------------------------------------------------


def _title(stages: Sequence[Any], steps: int) -> str:
    network, layers = stages[0].network, stages[0].trace.layers
    depth = max(layer.layer for layer in layers) + 1
    kind = network.cell.name.upper()
    stacked = f"{depth} layers" if depth > 1 else "1 layer"
    return f"{kind} unrolled over {steps} steps, {stacked}, {network.direction}"


@lru_cache(maxsize=64)
def _letters(notation: str, cell: str, states: tuple[str, ...], most: int) -> dict[str, Any]:
    """How each quantity is written: in general, and at every step 0 to `most`."""
    letters = NOTATIONS[notation].of(cell)
    return {
        name: {
            "any": letters.symbol(name).text,
            "at": [letters.symbol(name, str(n)).text for n in range(most + 1)],
        }
        for name in (*states, "x", "y")
    }


def _fills(stages: Sequence[Any], unit: int | None, letters: Letters) -> dict[str, dict[str, Any]]:
    """Label and fixed range of the node colours, one entry per state."""
    cell = stages[0].network.cell
    return {name: _fill(cell, name, unit, letters.symbol(name).text) for name in cell.states}


def _fill(cell: Any, name: str, unit: int | None, letter: str) -> dict[str, Any]:
    spread = range_of(cell, name)
    what = {"h": "hidden state", "c": "cell state"}.get(name, name)
    label = f"{what}: ‖{letter}‖/√H (root mean square)"
    if unit is not None:
        label = f"{what}: value of unit {unit + 1}"
    low = 0.0 if unit is None else spread.low
    bounded = name == "h" and spread.kind != "wide"
    return {
        "state": name,
        "label": label,
        "low": _round(low),
        "high": _round(spread.high),
        "open": not bounded,
    }


def _gradient_label(stages: Sequence[Any], letters: Letters) -> str:
    names = [letters.symbol(name).text for name in stages[0].network.cell.states]
    states = ", ".join(f"‖∂L/∂{name}‖" for name in names)
    return f"gradient going back: {states}, scale of this run"


def _legend(fill: dict[str, dict[str, Any]], gradient: str, low: float, high: float) -> str:
    nodes = "; ".join(
        f"{f['label']}, coloured from {f['low']} to {f['high']}" for f in fill.values()
    )
    return (
        f"Nodes: {nodes}. Thin lines: forward pass. Arrows back: {gradient}, width and colour from "
        f"{low:g} to {high:g}; sideways from the next step, downwards from this step's "
        "output; dotted: exactly zero; dashed: overflow."
    )


# --- numbers -----------------------------------------------------------------------------------


def _round(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _plain(value: float) -> str:
    v = float(value)
    return _minus(f"{round(v, 2) + 0.0:.2f}" if abs(v) < 1e4 else f"{v:.1e}")


def _minus(text: str) -> str:
    return text.replace("-", "−")
