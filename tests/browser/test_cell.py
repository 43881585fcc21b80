"""Inside the cell, read back from the screen: wires, equations, sums are the engine's."""

import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rnn_core.analysis.edits import apply_edits, parse_edits
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.experiment.experiment import parse
from rnn_core.experiment.run import run
from rnn_core.notation.diagram import diagram
from tests.browser.driving import LOOKS, App, Look

SMALL = "hidden=3&steps=5"
LEAST_FRAMES = 30  # a second; alone the machine shows 60, shared with others perhaps not even 30
# A step for every frame, as a hand on the slider asks for: frames a second, script per step (ms).
SCRUB = """(root, steps) => new Promise(done => {
  const scrub = root.querySelector("[data-part=scrub]"), script = [], start = performance.now()
  const turn = () => {
    scrub.value = 1 + script.length % scrub.max
    const before = performance.now()
    if (steps) scrub.dispatchEvent(new Event("input"))
    script.push(performance.now() - before)
    if (performance.now() - start < 1000) return requestAnimationFrame(turn)
    const seconds = (performance.now() - start) / 1000
    done([script.length / seconds, script.sort((a, b) => a - b)[script.length >> 1]])
  }
  requestAnimationFrame(turn)
})"""
CELLS = ("cell=rnn", "cell=gru", "cell=gru&reset=before&update=takes", "cell=lstm&lstm=peephole")


def engine(query: str):
    wish, notes = parse(dict(pair.split("=") for pair in query.split("&")))
    assert not notes
    return run(wish)


def wires(app: App) -> dict[str, tuple[float, str]]:
    """Part -> the number it carries and how it is written."""
    read = "all => all.map(g => [g.dataset.q, Number(g.dataset.value), g.textContent])"
    found = app.page.locator("[data-component=cell] .chip").evaluate_all(read)
    return {q: (value, text) for q, value, text in found}


def numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]


@pytest.mark.parametrize("cell", CELLS)
def test_wires_and_equations_are_the_engines_numbers(app, cell):
    app.open(f"/cell?{cell}&{SMALL}&t=3&unit=2")
    trace = engine(f"{cell}&{SMALL}").stages[0].trace.layers[0]
    drawn, shown = diagram(trace.cell), wires(app)
    assert {*shown} == {i for i, p in drawn.parts.items() if p.node is not None}
    for i, (value, text) in shown.items():
        expected = trace.compute(drawn.parts[i].node)[0, 2, 1]
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-15)
        assert text == f"{abs(expected):.3f}".rjust(6, "−" if expected < 0 else " ").strip()
    check_equations(app)
    app.check_clean()


def check_equations(app: App) -> None:
    """Every equation ends in the number on its wire."""
    shown = wires(app)
    for line in app.page.locator("[data-part=equations] .equation").all():
        part = line.get_attribute("data-id")
        result = numbers(line.locator(".flow").inner_text())[-1]
        assert result == pytest.approx(shown[part][0], abs=0.51e-4)


def test_hello_with_three_units_shows_every_product(app):
    app.open(f"/cell?{SMALL}&t=2&unit=3")
    trace = engine(SMALL).stages[0].trace.layers[0]
    block = app.page.locator("[data-part=zoom] .equation[data-weight=W] .step")
    products, values, total = (numbers(t) for t in block.all_inner_texts())
    row, h = trace.weights.weight_ih[3 + 2], trace.before("h")[0, 1]  # input, then forget: unit 3
    assert np.abs(products[:-1]) == pytest.approx(np.abs(row), abs=0.51e-4)
    written = sum(round(v * 1e4) for v in signed(block.nth(1).inner_text()))
    sign = "=" if written == round(total[0] * 1e4) else "≈"  # every number is rounded by itself
    assert block.nth(2).inner_text().startswith(sign)
    assert np.abs(values[:-1]) == pytest.approx(np.abs(row * trace.x[0, 1]), abs=0.51e-4)
    assert len(values) == len(row) + 1
    block = app.page.locator("[data-part=zoom] .equation[data-weight=U] .step")
    factors = numbers(block.first.inner_text())
    assert np.abs(factors[1:-1:2]) == pytest.approx(np.abs(h), abs=0.51e-4)


def signed(text: str) -> list[float]:
    return numbers(re.sub(r"− (?=\d)", "−", text))


def test_a_wire_lights_its_term_and_a_term_its_wire(app):
    app.open(f"/cell?{SMALL}&t=2")
    root = app.page.locator("[data-component=cell]")
    drawn = diagram(engine(SMALL).stages[0].network.cell)
    product = drawn.lane[0]  # f * c
    root.locator(f".chip[data-q={product}]").hover()
    assert root.locator(f".q.lit[data-q={product}]").count() >= 1
    assert root.locator(".q.lit").count() == root.locator(f".q[data-q={product}]").count()
    gate = drawn.stacks[0].activation
    root.locator(f"[data-part=equations] .q[data-q={gate}]").first.hover()
    assert root.locator(f".wire.lit[data-q={gate}]").count() == 1
    assert root.locator(f".part.lit[data-q={gate}]").count() == 1
    assert f"{wires(app)[gate][0]:.4f}" in root.locator("[data-part=told]").inner_text()


def test_stepping_and_picking_a_unit_need_no_answer_and_end_in_the_link(app):
    app.open(f"/cell?cell=gru&{SMALL}")
    trace = engine(f"cell=gru&{SMALL}").stages[0].trace.layers[0]
    h = diagram(trace.cell).states["h"]
    app.page.context.set_offline(True)  # nobody answers
    for step in range(1, 4):
        app.page.get_by_role("button", name="One step on").click()
        assert wires(app)[h][0] == pytest.approx(trace.after("h")[0, step, 0], rel=1e-9)
    app.page.context.set_offline(False)
    app.page.get_by_role("combobox", name="Unit shown").select_option("2")
    assert wires(app)[h][0] == pytest.approx(trace.after("h")[0, 3, 1], rel=1e-9)
    app.page.wait_for_url("**t=4*")
    app.page.get_by_role("combobox", name="Unit shown").select_option("0")
    mean = trace.after("h")[0, 3].mean()
    assert wires(app)[h][0] == pytest.approx(mean, rel=1e-9)
    app.page.wait_for_url("**wires=mean*")
    assert wires(app.idle())[h][0] == pytest.approx(mean, rel=1e-9)


def test_scrubbing_is_smooth_and_keeps_the_elements_it_has(app):
    app.open("/cell?steps=60&t=2")
    root = app.page.locator("[data-component=cell]")
    terms = root.locator("[data-part=equations] .q").first.element_handle()
    tab = root.get_by_role("tab", selected=True)
    tab.focus()
    resting, (frames, script) = (max(root.evaluate(SCRUB, s) for _ in range(2)) for s in (0, 1))
    words = f"{frames:.0f} of {resting[0]:.0f} frames a second, {script:.1f} ms of script a step"
    assert frames >= min(LEAST_FRAMES, 0.5 * resting[0]), words
    assert terms.evaluate("e => e.isConnected")  # words were set, nothing was made anew
    assert tab.evaluate("e => e.getRootNode().activeElement === e")
    app.idle()
    step = int(root.get_attribute("data-step"))
    trace = engine("steps=60").stages[0].trace.layers[0]
    h = diagram(trace.cell).states["h"]
    assert wires(app)[h][0] == pytest.approx(trace.after("h")[0, step - 1, 0], rel=1e-9)
    check_equations(app)
    point = root.locator(".curve .point")
    gate = next(s for s in diagram(trace.cell).stacks if s.gate == root.get_attribute("data-gate"))
    assert float(point.get_attribute("data-v")) == pytest.approx(wires(app)[gate.activation][0])
    app.check_clean()


@pytest.mark.parametrize("end", ["svg", "png"])
def test_the_diagram_is_saved_with_its_numbers(app, end):
    app.open(f"/cell?cell=gru&{SMALL}&t=3")
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name=f"Download the diagram as {end.upper()}").click()
    assert download.value.suggested_filename == f"gru-cell-step-3.{end}"
    content = Path(download.value.path()).read_bytes()
    box = app.page.locator("[data-component=cell] svg.diagram")
    _, _, width, height = map(float, box.get_attribute("viewBox").split())
    if end == "png":
        assert content.startswith(b"\x89PNG")
        assert struct.unpack(">II", content[16:24]) == (2 * width, 2 * height)
    else:
        drawn = ElementTree.fromstring(content)
        texts = {"".join(t.itertext()) for t in drawn.iter("{http://www.w3.org/2000/svg}text")}
        assert texts >= {text for _, text in wires(app).values()}
        assert b"class=" not in content and b"data-" not in content
    app.check_clean()


def test_the_diagram_is_walked_by_keyboard(app):
    app.open(f"/cell?{SMALL}&t=2")
    root = app.page.locator("[data-component=cell]")
    root.locator(".part[tabindex='0']").focus()
    seen = []
    for _ in range(4):
        app.page.keyboard.press("ArrowRight")
        seen.append(root.get_attribute("data-lit"))
    assert len(set(seen)) == 4
    assert root.locator("[data-part=live]").inner_text()
    tab = root.get_by_role("tab", selected=True)
    before = tab.inner_text()
    tab.press("ArrowRight")
    assert root.get_by_role("tab", selected=True).inner_text() != before


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_nothing_is_smaller_than_twelve_pixels_or_wider_than_the_page(app):
    app.open(f"/cell?lstm=peephole&{SMALL}&t=2")
    smallest = app.page.locator("[data-component=cell] :is(text, tspan, span, p, small)")
    sizes = smallest.evaluate_all(
        "all => all.filter(e => e.textContent && e.checkVisibility?.())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12
    width = "() => document.documentElement.scrollWidth - window.innerWidth"
    assert app.page.evaluate(width) <= 0
    app.check_clean()


def test_a_held_gate_is_drawn_from_the_engines_numbers(app):
    app.open("/hold?steps=12&hold=input&held_at=0.25&held_steps=2,5-7")
    done = engine("steps=12")
    held = hold_gate(done, Hold("input", 0.25, (1, 4, 5, 6)))
    gradient, plot = app.plots()
    (line, _) = [t for t in gradient["traces"] if t["name"] == "held"]
    lines = [t for t in plot["traces"] if t["name"] == "held"]
    h = held.stages[0].trace.layers[0].states["h"][0]
    assert lines[0]["y"] == pytest.approx(np.linalg.norm(h, axis=-1), rel=1e-9)
    norms = held.stages[0].gradient.layers[0].norms("h")
    assert line["y"] == pytest.approx(norms, rel=1e-9)
    app.slide("Held at", -1)
    app.page.wait_for_url("**held_at=0.2*")
    app.wait_for_new_plots([gradient, plot])
    app.check_clean()


def test_a_changed_number_changes_everything_behind_it(app):
    change = "weight_hh_l0:0:1=1.5"
    app.open(f"/cell?cell=rnn&{SMALL}&t=3&edits={change}")
    made, _ = apply_edits(engine(f"cell=rnn&{SMALL}"), parse_edits(change))
    trace = made.stages[0].trace.layers[0]
    h = diagram(trace.cell).states["h"]
    assert wires(app)[h][0] == pytest.approx(trace.after("h")[0, 2, 0], rel=1e-9)
    app.page.get_by_role("button", name="Undo all").click()
    app.page.wait_for_function("() => !location.search.includes('edits')")
    free = engine(f"cell=rnn&{SMALL}").stages[0].trace.layers[0]
    assert wires(app.idle())[h][0] == pytest.approx(free.after("h")[0, 2, 0], rel=1e-9)
    app.check_clean()


@pytest.mark.parametrize("look", (Look(1280, 720),), indirect=True, ids=str)
def test_what_opens_is_a_unit_that_keeps_and_the_diagram_is_inside_the_window(app, look):
    app.open("/cell")
    root = app.page.locator("[data-component=cell]")
    place = root.locator(".diagram").bounding_box()
    assert place["y"] + place["height"] <= look.height and place["height"] > 350
    assert root.locator("[data-part=equations]").bounding_box()["x"] > place["x"] + place["width"]
    forget = root.locator(".chip[data-q] text", has_text="0.982")
    assert forget.count() == 1
    app.check_clean()
