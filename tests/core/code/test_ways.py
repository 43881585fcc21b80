"""Exported scripts: they run as they stand, and say the very numbers of the run."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.arrays import length
from rnn_core.code import with_keras, with_torch
from rnn_core.code.about import numbers
from rnn_core.code.stored import read
from rnn_core.code.ways import WAYS
from rnn_core.engine.cells import CELLS, GRU, LSTM, RNN
from rnn_core.engine.network import Network
from rnn_core.engine.wiring import Part, run_backward, run_forward
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, run, stages_of
from rnn_core.training.keras_order import from_keras
from tests.core.engine.test_golden import GOLDEN, load, make_network, one_hot, within
from tests.core.minimal_gated_unit import MGU

ROOT = Path(__file__).parents[3]
PRICES = {f"week {k}": 10.0 + np.sin(k) for k in range(30)}
EXPERIMENTS = {
    "as it is": Experiment(),
    "text": Experiment(text='"""\\ {x} \'$@TITLE@', cell="gru", hidden=3, steps=9),
    "prices": Experiment(source="stocks", cell="rnn", steps=8, hidden=4),
    "deep": Experiment(
        cell="gru",
        layers=2,
        direction="bidirectional",
        source="sine",
        hidden=4,
        window=3,
        placement="every",
        reduction="mean",
        readout="tanh",
        initial="random",
    ),
    "backwards": Experiment(cell="lstm", direction="reverse", layers=2, hidden=3, window=4),
    "translates": Experiment(
        wiring="encoder-decoder", forcing="free", cell="lstm", hidden=5, steps=11, window=2
    ),
    "writes": Experiment(
        wiring="one-to-many-fed",
        cell="rnn",
        activation="relu",
        hidden=5,
        steps=7,
        placement="every",
        initial="random",
        window=3,
    ),
    "judges": Experiment(wiring="many-to-one", source="random", readout="sigmoid", hidden=4),
    "classes": Experiment(source="sine", readout="softmax-squared", wiring="one-to-many-first"),
    "explodes": Experiment(
        cell="rnn",
        activation="relu",
        init="identity",
        gain=3.0,
        scale=4.0,
        source="sine",
        steps=180,
        hidden=8,
    ),
    "no loss": Experiment(placement="chosen", chosen="90", steps=4),
}
LIBRARIES = {"torch": with_torch, "keras": with_keras}


def made(name: str) -> Run:
    return run(EXPERIMENTS[name], series=PRICES)


def ran(text: str, folder: Path) -> str:
    """Output of a script that is run by itself."""
    file = folder / "script.py"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables(printed: str) -> dict[str, np.ndarray]:
    """The printed columns by layer and name; the loss by the run's."""
    found: dict[str, np.ndarray] = {}
    rows, where, names = [], "", []
    for line in printed.splitlines():
        if match := re.fullmatch(r"(?:(\w+): )?loss (\S+)", line):
            found[f"{match[1] or ''} loss".strip()] = np.array(float(match[2]))
        elif line.startswith("   t "):
            rows, names = [], re.findall(r"\|dL/d\w\||\|\w\||mean \w+", line)
            found |= {f"{where} {name}": rows for name in names}
        elif re.match(r" *[0-9]+ ", line):
            rows.append([float(v) for v in line.split()[1:]])
            for k, name in enumerate(names):
                found[f"{where} {name}"] = np.array(rows)[:, k]
        else:
            where = line
    return found


def close(ours: np.ndarray, theirs: np.ndarray, what: str) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14, err_msg=what)


def check_printed(printed: dict[str, np.ndarray], done: Run) -> None:
    cell = done.stages[-1].network.cell
    close(printed[f"{cell.name} loss"], np.array(done.loss), "loss")
    for stage in done.stages:
        for gradient in stage.gradient.layers:
            trace, where = gradient.trace, f"{stage.name} {gradient.trace.suffix}"
            for state in cell.states:
                size = length(trace.states[state][0])
                close(printed[f"{where} |{state}|"], size, where)
                close(printed[f"{where} |dL/d{state}|"], gradient.norms(state), where)
            for gate in cell.sigmoid_gates:
                mean = trace.gates[gate][0].mean(-1)
                close(printed[f"{where} mean {gate}"][1:], mean, gate)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_script_prints_the_numbers_of_the_run(name, tmp_path):
    done = made(name)
    text = WAYS["numpy"].write(done, (), PRICES)
    check_printed(tables(ran(text, tmp_path)), done)


def test_a_script_of_three_cells(tmp_path):
    done = run(Experiment(steps=5, hidden=3))
    printed = tables(ran(WAYS["numpy"].write(done, tuple(CELLS), None), tmp_path))
    for cell in CELLS:
        loss = run(Experiment(steps=5, hidden=3, cell=cell)).loss
        close(printed[f"{cell} loss"], np.array(loss), cell)


@pytest.mark.parametrize("name", ["deep", "translates"])
def test_weights_that_no_settings_give_are_in_the_script(name, tmp_path):
    """As of a trained network, or of one with numbers changed by hand."""
    drawn = made(name)
    networks = [
        s.network.load_state_dict({n: a * 1.25 for n, a in s.network.weights.items()})
        for s in drawn.stages
    ]
    forward = run_forward(drawn.parts, networks, drawn.initial)
    back = run_backward(drawn.parts, networks, forward, drawn.experiment.window)
    stages = stages_of(drawn.parts, tuple(networks), forward, back)
    done = Run(
        drawn.experiment, drawn.sequence, stages, drawn.parts, drawn.initial, forward.total,
        (), changed="by hand",
    )  # fmt: skip
    printed = tables(ran(WAYS["numpy"].write(done, (), None), tmp_path))
    check_printed(printed, done)
    assert abs(done.loss - drawn.loss) > 1e-6


def test_the_notebook_is_one_and_its_code_runs(tmp_path):
    done = made("deep")
    whole = json.loads(WAYS["notebook"].write(done, (), None))
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    code = [c for c in whole["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in code)
    text = "\n\n".join("".join(cell["source"]) for cell in code)
    check_printed(tables(ran(text, tmp_path)), done)


# -- other libraries -------------------------------------------------------------------------------


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_library_agrees_with_the_app(library, name, tmp_path):
    for package in ("torch", library):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: golden numbers stand in for it")
    done = made(name)
    printed = ran(WAYS[library].write(done, (), PRICES), tmp_path)
    if name == "explodes":  # beyond 1e154 a library's norm overflows: the script says so
        assert "overflows where" in printed
        return
    assert "the same numbers" in printed
    found = tables("\n".join(printed.splitlines()[:-1]).replace("network.", "network "))
    close(found["loss"], np.array(done.loss), "loss")


def golden_run(path: Path) -> Run:
    """The network of a golden file on its first sequence, as a run."""
    about, numbers = load(path)
    network, T = make_network(about, numbers), numbers["x"].shape[1]
    counts = np.any(numbers["dlogits"] != 0, axis=-1)[:1].astype(float)
    part = Part("network", numbers["x"][:1], one_hot(about, numbers)[:1], counts)
    initial = {s: a[:, :1] for s, a in within(numbers, "initial.").items()} or None
    forward = run_forward((part,), (network,), initial)
    back = run_backward((part,), (network,), forward, about["window"])
    stages = stages_of((part,), (network,), forward, back)
    e = Experiment(steps=T, cell=about["cell"], weights="golden")
    return Run(e, None, stages, (part,), initial, forward.total, ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", [p for p in sorted(GOLDEN.glob("[tk]*_*.npz")) if "padded" not in p.stem],
    ids=lambda p: p.stem,
)  # fmt: skip
def test_what_a_script_compares_with_is_what_the_library_said(path):
    library, (_, golden) = path.stem.partition("_")[0], load(path)
    kept = script_arrays(WAYS[library].write(golden_run(path), (), None))
    golden_x, golden_y = golden["x"][0], golden["outputs"][0]
    close(kept["network.x"], golden_x, "inputs")
    close(kept["app.network.outputs"], golden_y, "outputs")
    for k, trace in enumerate(golden_run(path).stages[0].trace.layers):
        dh = golden[f"layer{k}.total.h"][0]
        known = ~np.isnan(dh).any(-1)
        ours = kept[f"app.network.{trace.suffix}.dh"]
        close(ours[known], np.linalg.norm(dh, axis=-1)[known], trace.suffix)


def script_arrays(text: str) -> dict[str, np.ndarray]:
    """The arrays inside of a script."""
    compile(text, "script", "exec")
    return read(re.search(r'STORED = """\n(.*?)\n"""', text, re.DOTALL)[1])


@pytest.mark.parametrize("cell", [RNN(), GRU(), GRU(reset="before"), LSTM()], ids=repr)
def test_keras_weights_are_those_that_keras_would_save(cell):
    """The reader of Keras's files, tested on files that Keras wrote, finds the same network."""
    network = Network.create(cell, 3, 4, 2, layers=2, seed=1)
    x, y = np.zeros((1, 5, 3)), np.ones((1, 5, 2))
    part = Part("network", x, y, np.ones((1, 5)))
    forward = run_forward((part,), (network,), None)
    (stage,) = stages_of((part,), (network,), forward, run_backward((part,), (network,), forward))
    arrays = list(with_keras.weights(stage).values())
    found, facts = from_keras({f"arr_{k}": a for k, a in enumerate(arrays)}, {})
    assert facts.get("reset", "after") == getattr(cell, "reset", "after")
    for ending in ("_l0", "_l1"):
        given = {n: a for n, a in network.weights.items() if n.endswith(ending)}
        np.testing.assert_array_equal(
            found[f"arr_0.weight_ih{ending}"], given[f"weight_ih{ending}"]
        )
        np.testing.assert_array_equal(
            found[f"arr_0.weight_hh{ending}"], given[f"weight_hh{ending}"]
        )
        two = f"arr_0.bias_hh{ending}" in found
        bias = given[f"bias_ih{ending}"] + (0 if two else given[f"bias_hh{ending}"])
        np.testing.assert_array_equal(found[f"arr_0.bias_ih{ending}"], bias)


# -- what there is not -----------------------------------------------------------------------------

OTHERS = {
    "torch": [
        RNN("sigmoid"), GRU(reset="before"), GRU(update="takes"), LSTM("peephole"),
        LSTM("no-forget"), MGU(),
    ],
    "keras": [GRU(update="takes"), LSTM("peephole"), LSTM("no-forget"), MGU()],
}  # fmt: skip
HAVE = {
    "torch": [RNN(), RNN("relu"), GRU(), LSTM()],
    "keras": [RNN("sigmoid"), GRU(reset="before"), GRU(), LSTM()],
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_cell_that_a_library_has_not_is_refused_in_a_sentence(library):
    for cell in OTHERS[library]:
        said = LIBRARIES[library].refusal(cell)
        assert re.fullmatch(r"[A-Z].{15,70}\.", said), (cell, said)
    assert not any(LIBRARIES[library].refusal(cell) for cell in HAVE[library])


def test_a_held_gate_and_single_precision_are_refused():
    done = run(Experiment(steps=4, hidden=2))
    held = hold_gate(done, Hold("forget", 1.0))
    assert all("held" in way.refuse(held) for way in WAYS.values())
    assert not any(way.refuse(done) for way in WAYS.values())
    weights = {n: a.astype(np.float32) for n, a in done.stages[0].network.weights.items()}
    network, (given,) = Network(LSTM(), weights), done.parts
    single = Part("network", given.x.astype("f4"), given.targets.astype("f4"), given.weights)
    forward = run_forward((single,), (network,), None)
    back = run_backward((single,), (network,), forward)
    stages = stages_of((single,), (network,), forward, back)
    of_single = Run(done.experiment, done.sequence, stages, (single,), None, 0.0, ())
    assert all("single precision" in way.refuse(of_single) for way in WAYS.values())


def test_the_loss_is_compared_too():
    assert set(numbers(made("translates"))) >= {"app.loss", "app.decoder.outputs"}
    assert "app.encoder.outputs" not in numbers(made("translates"))
