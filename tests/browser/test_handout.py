"""Pictures taken home: files that open without a server, with the engine's own numbers.

One reader takes every file from the app, by its button; one tab, which can reach nothing, opens
them one after another. What is read back from a file is compared with a run of the engine.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from pages.figures.clipping import plane
from pages.handout.document import document
from pages.ui import session
from pages.ui.contents import PAGES
from pages.ui.shelf import shelf
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.applications.connectivity import felt, probe_of
from rnn_core.applications.probe import look, run_of
from rnn_core.decks import Scene
from rnn_core.decks.records import spelled
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.diagram import diagram
from rnn_core.studies import phase
from rnn_core.studies.byhand import QUANTITIES, write_out
from rnn_core.studies.jacobians import measure
from rnn_core.studies.scalar import Scalar, unroll_unit
from rnn_core.training.models import load
from scripts.handout import sheets
from tests.browser import test_byhand, test_cell, test_flow, test_gates, test_saturation
from tests.browser import test_unrolled as unrolled
from tests.browser.at_home import Home, at_home, take
from tests.browser.driving import App
from tests.browser.serving import ROOT

LIMIT = 3_000_000  # bytes of a page's file
LOWEST, HIGHEST = 1e-9, 1e4  # what every figure's axis holds


@pytest.fixture(scope="module")
def reader(browser, server) -> Iterator[App]:
    """The reader at the app who takes the files home."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    yield App(context.new_page(), server)
    context.close()


@pytest.fixture(scope="module")
def home(browser) -> Iterator[Home]:
    """The tab in which the files are opened."""
    with at_home(browser) as found:
        yield found


def same(drawn: object, expected: object, **more: float) -> None:
    np.testing.assert_allclose(np.asarray(drawn, float), expected, **({"rtol": 1e-9} | more))


def check_lines(traces: list[dict], *expected: np.ndarray) -> None:
    """A figure has a line for each of these; what its axis does not hold is not drawn as it is."""
    lines = [np.asarray(t["y"], float) for t in traces if t["type"] == "scatter"]
    for values in expected:
        inside = (values > LOWEST) & (values < HIGHEST)
        assert inside.sum() > 2
        found = [y for y in lines if y.shape == values.shape]
        assert any(np.allclose(y[inside], values[inside], 1e-9, 0) for y in found)


# -- one page after another ------------------------------------------------------------------------

LSTM = Experiment(steps=6, hidden=4, cell="lstm")
GATES = Experiment(steps=12, hidden=8, seed=5)
EXPLODING = Experiment(cell="rnn", init="gaussian", gain=3.0, steps=30, clip="value")
SMALL = Experiment(steps=12, hidden=6, seed=2)
TYPED = "Now is the winter of our discontent"


def of_unrolled(home: Home) -> None:
    (stage,) = run(LSTM).stages
    for m in unrolled.marks(home, ".node[data-state=h]"):
        h = stage.trace.layers[0].states["h"][0, int(m["boundary"])]
        unrolled.close(m["value"], np.linalg.norm(h) / np.sqrt(len(h)))
    part = stage.gradient.layers[0].from_next
    found = [m for m in unrolled.marks(home, ".graph .backward") if m["from"] == "next"]
    for m in found:
        norms = np.linalg.norm(part[m["state"]][0], axis=-1)
        unrolled.close(m["value"], norms[int(m["boundary"])])
    assert len(found) == 2 * 6
    before = unrolled.state(home, "at")
    home.page.get_by_role("button", name="One computation on").click()
    assert unrolled.state(home, "at") != before, "it can be played"


def of_gates(home: Home) -> None:
    layer = run(GATES).stages[0].trace.layers[0]
    values = layer.gates | {"c": layer.after("c"), "h": layer.after("h")}
    for name, each in values.items():
        words = test_gates.panel(home, name).locator(".hm-now").text_content()
        assert test_gates.numbers(words) == pytest.approx([3, each[0, 4, 2], 5], abs=6e-5)
        found = test_gates.numbers(test_gates.hover(home, name, 9, 6))
        assert found == pytest.approx([7, 10, each[0, 9, 6]], abs=6e-5)


def of_saturation(home: Home) -> None:
    for gate, each in run(GATES).stages[0].trace.layers[0].gates.items():
        if gate == "candidate":
            continue
        for unit, place in test_saturation.points(home, gate).items():
            values = each[0, :, unit - 1]
            assert place == pytest.approx(((values < 0.1).mean(), (values > 0.9).mean()))


def of_cell(home: Home) -> None:
    trace = run(LSTM).stages[0].trace.layers[0]
    drawn, shown = diagram(trace.cell), test_cell.wires(home)
    assert {*shown} == {i for i, p in drawn.parts.items() if p.node is not None}
    for i, (value, _) in shown.items():
        same(value, trace.compute(drawn.parts[i].node)[0, 2, 1], atol=1e-15)
    test_cell.check_equations(home)
    home.page.get_by_role("button", name="One step on").click()
    h = drawn.states["h"]
    same(test_cell.wires(home)[h][0], trace.after("h")[0, 3, 1])


def free() -> np.ndarray:
    return run(LSTM).stages[0].gradient.layers[0].norms("h")


def held(at: float) -> np.ndarray:
    return hold_gate(run(LSTM), Hold("forget", at, ())).stages[0].gradient.layers[0].norms("h")


def of_hold(home: Home) -> None:
    for words in home.positions("", "End"):
        check_lines(home.traces("held"), free(), held(float(words)))


def of_gradients(home: Home) -> None:
    for words in home.positions("", "ArrowLeft", "End"):
        runs = [run(replace(LSTM, cell=cell, scale=float(words))) for cell in CELLS]
        norms = [each.stages[0].gradient.top.norms() for each in runs]
        check_lines(home.traces("norms"), *norms)


def of_clipping(home: Home) -> None:
    for words in home.positions("", "ArrowLeft"):
        drawn = plane(run(replace(EXPLODING, threshold=float(words))).clipped)
        arrows = {t["name"]: t for t in home.traces("arrows")}
        for name, end in (("before clipping", drawn.before), ("after clipping", drawn.after)):
            same([arrows[name][axis][1] for axis in "xy"], end)


def of_scalar(home: Home) -> None:
    for words in home.positions("", "ArrowRight"):
        done = unroll_unit(Scalar(n=20, w=float(words)))
        check_lines(home.traces("unit"), done.powers, done.product)


def of_flow(home: Home) -> None:
    bench = home.page.locator("[data-component=flow]")
    for k in (0, 5, 9):
        value = bench.evaluate(test_flow.TURN, k)
        drawn = bench.evaluate(test_flow.CURVES)
        assert len(drawn["own"]) == 4
        for curve, points in drawn["own"].items():
            label, state = curve.split()
            true = test_flow.expected(label.lower(), state, seed=3, scale=value)
            shown = np.clip(true, drawn["low"], drawn["high"])
            same([y for _, y in points], shown, atol=1e-3)


PLACE = r"Scale ([\d.]+), T = (\d+): (.*)\."
RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"


def ratio(words: str) -> float:
    """A number as the map writes it: 0.12, 10⁻³, 1.5·10⁻³."""
    head, _, power = re.fullmatch(rf"(.*?)(10([{RAISED}]+))?", words).groups()
    plain = (power or "⁰").translate(str.maketrans(RAISED, "-0123456789"))
    return float(head.rstrip("·") or 1) * 10.0 ** int(plain)


def of_phase(home: Home) -> None:
    e = Experiment(hidden=8)
    lengths = phase.lengths_of(e)
    maps = {cell: phase.ratios(phase.mapped(e, cell), lengths, None) for cell in CELLS}
    field = home.page.locator("[data-component=flowmap] .field").first
    assert "lick" not in home.page.locator("main").inner_text(), "there is nowhere to go"
    field.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"):
        field.press(key)
        words = home.page.locator("[data-component=flowmap] [data-part=where]").inner_text()
        scale, steps, said = re.fullmatch(PLACE, words).groups()
        at = phase.SCALES.index(float(scale)), lengths.index(int(steps))
        found = dict(part.split(" ") for part in said.split(", "))
        for cell, each in maps.items():
            same(ratio(found[cell.upper()]), 10 ** each[at], rtol=6e-3)


def of_byhand(home: Home) -> None:
    w = write_out(Experiment(seed=3, initial="random"), 3, 2)
    for name in ("a", "h", "y", "dz", "dh", "delta", "hh"):
        for t in (1, 2, 3):
            found = test_byhand.numbers(home, f'[data-cell="{name}:{t}"]')
            assert found == list(np.ravel(QUANTITIES[name].of(w)[t - 1]))


def of_connectivity(home: Home) -> None:
    for cell in CELLS:
        probe = probe_of(load(ROOT / "assets" / "models", f"characters-{cell}"), TYPED)
        norms = felt(run_of(probe, look(probe, Experiment())), "loss").norms["x"]
        check_lines(home.traces("Back"), norms[19, :20][::-1])


def of_jacobians(home: Home) -> None:
    done = measure(run(SMALL).stages[0].trace.top)
    lines = [t for p in home.plots() for t in p["traces"] if "the spectral norm" in t["name"]]
    assert lines
    for line in lines:
        same(line["y"], done.norms["s"])


def of_credit(home: Home) -> None:
    (layer,) = loss_state_matrix(run(GATES))
    (cells,) = [t for p in home.plots() for t in p["traces"] if t["type"] == "heatmap"]
    same(10.0 ** np.array(cells["z"], float), layer.norms["h"], rtol=1e-6)


LINKS: dict[str, tuple[str, Callable[[Home], None]]] = {
    "unrolled": ("steps=6&hidden=4&cell=lstm&t=3", of_unrolled),
    "gates": ("steps=12&hidden=8&seed=5&maps=all&sort=number&t=5&unit=3", of_gates),
    "saturation": ("steps=12&hidden=8&seed=5", of_saturation),
    "cell": ("steps=6&hidden=4&cell=lstm&t=3&unit=2", of_cell),
    "hold": ("steps=6&hidden=4&cell=lstm&hold=forget&held_at=0.5", of_hold),
    "gradients": ("steps=6&hidden=4&cell=lstm&scale=1.5", of_gradients),
    "clipping": ("cell=rnn&init=gaussian&gain=3&steps=30&clip=value", of_clipping),
    "scalar": ("n=20&w=1.5", of_scalar),
    "flow": ("seed=3", of_flow),
    "phase": ("hidden=8", of_phase),
    "byhand": ("seed=3&length=3&initial=random&error=3", of_byhand),
    "connectivity": (f"passage={TYPED.replace(' ', '+')}&place=21", of_connectivity),
    "jacobians": ("steps=12&hidden=6&seed=2", of_jacobians),
    "credit": ("steps=12&hidden=8&seed=5", of_credit),
}


@pytest.mark.parametrize("page", LINKS)
def test_a_page_at_home_has_the_engines_numbers(reader, home, tmp_path, page):
    link, check = LINKS[page]
    file = take(reader, f"/{page}?{link}", tmp_path)
    assert file.stat().st_size <= LIMIT
    check(home.open(file))
    home.check_clean()


# -- a deck ----------------------------------------------------------------------------------------

DECK = shelf().decks["000"]
SCENES = (
    *("the-rnn-node", "backpropagation-at-each-point-in-time"),
    *("vanishing-and-exploding-gradients", "the-crucial-term-wk"),
    *("forget-gate-erase-a-cell-or-not", "cell-state-and-hidden-state"),
)


def wish_of(scene: Scene) -> session.Wish:
    """The settings at which a scene ends."""
    after = {name: spelled(value) for name, value in scene.then.items()}
    return session.read(DECK.link(scene) | after, PAGES[scene.page])


def scene_of_cell(home: Home, n: int, wish: session.Wish) -> None:
    trace = run(wish.experiment).stages[0].trace.layers[0]
    drawn, place = diagram(trace.cell), home.page.locator("[data-component=cell]")
    t, unit = (int(place.get_attribute(f"data-{name}") or 0) for name in ("step", "unit"))
    for i, (value, _) in test_cell.wires(home).items():
        same(value, trace.compute(drawn.parts[i].node)[0, t - 1, unit - 1], atol=1e-15)


def scene_of_byhand(home: Home, n: int, wish: session.Wish) -> None:
    w = write_out(wish.experiment, wish.own.length, wish.own.units)
    for t in range(1, wish.own.length + 1):
        found = test_byhand.numbers(home, f'[data-cell="delta:{t}"]')
        assert found == list(np.ravel(QUANTITIES["delta"].of(w)[t - 1]))


def scene_of_gradients(home: Home, n: int, wish: session.Wish) -> None:
    for cell in CELLS:
        gradient = run(replace(wish.experiment, cell=cell)).stages[0].gradient
        check_lines(home.traces("norms", n), gradient.top.norms())


def scene_of_scalar(home: Home, n: int, wish: session.Wish) -> None:
    done = unroll_unit(wish.own)
    check_lines(home.traces("unit", n), done.powers, done.product)


def scene_of_hold(home: Home, n: int, wish: session.Wish) -> None:
    done = run(wish.experiment)
    hold = Hold(wish.view.hold, wish.view.held_at, ())
    for each in (done, hold_gate(done, hold)):
        norms = each.stages[0].gradient.layers[0].norms("h")
        check_lines(home.traces("held", n), norms)


def scene_of_gates(home: Home, n: int, wish: session.Wish) -> None:
    trace = run(wish.experiment).stages[0].trace.layers[0]
    for name in ("c", "h"):
        found = test_gates.numbers(test_gates.hover(home, name, 0, 0))
        unit, step, value = int(found[0]), int(found[1]), found[2]
        assert value == pytest.approx(trace.after(name)[0, step - 1, unit - 1], abs=6e-5)


OF_SCENES: dict[str, Callable[[Home, int, session.Wish], None]] = {
    "cell": scene_of_cell,
    "byhand": scene_of_byhand,
    "gradients": scene_of_gradients,
    "scalar": scene_of_scalar,
    "hold": scene_of_hold,
    "gates": scene_of_gates,
}


def test_a_deck_at_home_has_the_engines_numbers(home, tmp_path):
    chosen = tuple(s for s in DECK.scenes if s.id in SCENES)
    file = tmp_path / "deck.html"
    file.write_text(document(DECK.title, sheets(replace(DECK, scenes=chosen))), encoding="utf-8")
    assert file.stat().st_size <= LIMIT
    home.open(file)
    for n, scene in enumerate(chosen):
        OF_SCENES[scene.page](home, n, wish_of(scene))
        heading = DECK.lettered(scene, scene.title)
        assert home.page.locator(f"#sheet-{n} h2").inner_text() == heading
    assert {scene.page for scene in chosen} == OF_SCENES.keys()
    home.check_clean()
