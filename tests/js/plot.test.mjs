// The pure functions of assets/plot/: dress, and what moves. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The scripts are ES modules named .js, as Streamlit wants them; older nodes need to be told so.
const load = (...names) => import("data:text/javascript;base64," + Buffer.concat(
  names.map((name) => readFileSync(new URL(`../../assets/${name}`, import.meta.url)))).toString("base64"))
const { decades, dressed, fitted, indexed, lookup, painted, sized, typed, wrapped } = await load("message.js", "plot/dress.js")
const { along, first, glides } = await load("plot/motion.js")
const { leafOf, marked, moves, pieces, through } = await load("plot/leaves.js")

const page = { "--st-chart-categorical-colors": "#a, #b", "--st-chart-sequential-colors": "#pale, #mid, #deep",
  "--st-chart-diverging-colors": "#hot, #warm, #cool", "--st-text-color": "#ink" }
const colour = lookup((name) => page[name])

test("a token is a colour of the palette, of the ramp, or a variable of the page", () => {
  assert.equal(colour("--chart-1"), "#b")
  assert.equal(colour("--chart-2"), "#a")
  assert.equal(colour("--ramp-0"), "#pale")
  assert.equal(colour("--ramp-2"), "#deep")
  assert.equal(colour("--heat-2"), "#cool")
  assert.equal(colour("--st-text-color"), "#ink")
})

test("an index that Unicode has no sign for is set as one; other names are left alone", () => {
  assert.equal(indexed("‖∂h_T/∂hₜ‖ of W_hh"), "‖∂h<sub>T</sub>/∂hₜ‖ of W<sub>hh</sub>")
  assert.equal(indexed("weight_hh_l0, x_1, max_T_, h_Tx"), "weight_hh_l0, x_1, max_T_, h_Tx")
  assert.deepEqual(typed({ title: { text: "dL_T" } }, 16), { title: { text: "dL<sub>T</sub>" } })
  assert.deepEqual(typed({ title: { text: "dL_T" } }, 22), { title: { text: "dL_T" } })
})

test("the page's first figure fills a tall window if it is wide, and no other does", () => {
  const height = (...given) => dressed({ data: [], layout: { height: 400 } }, colour, 16, ...given).layout.height
  assert.deepEqual([height(1200, 500, true), height(1200, 900, true), height(700, 900, true)], [500, 560, 400])
  assert.deepEqual([height(1200, 900, false), height(1200, 300, true)], [400, 400])
})

test("tokens are found wherever they stand, and nothing else is touched", () => {
  const figure = { data: [{ colorscale: [[0, "var(--ramp-0)"], [1, "var(--ramp-2)"]], x: [1, 2], name: "var" }] }
  assert.deepEqual(painted(figure, colour),
    { data: [{ colorscale: [[0, "#pale"], [1, "#deep"]], x: [1, 2], name: "var" }] })
})

test("a long title is broken between words", () => {
  assert.equal(wrapped("Norm of the gradient for every pair", 16), "Norm of the<br>gradient for<br>every pair")
  assert.equal(wrapped("two lines<br>of its own", 16), "two lines<br>of its own")
})

test("on a narrow screen a figure may have another layout, and a line other axes", () => {
  const narrow = { height: 900, yaxis: { domain: [0.5, 1] } }, data = [{ xaxis: "x", meta: { narrow: { xaxis: "x2" } } }]
  const spec = { data, layout: { height: 400, yaxis: { domain: [0, 1], type: "log" }, meta: { narrow } } }
  const at = (width) => dressed(spec, () => "#ink", 16, width).layout
  assert.deepEqual([at(900).height, at(900).yaxis.domain], [400, [0, 1]])
  assert.deepEqual([at(400).height, at(400).yaxis.domain, at(400).yaxis.type], [900, [0.5, 1], "log"])
  assert.deepEqual([900, 400].map((width) => dressed(spec, () => "#ink", 16, width).data[0].xaxis), ["x", "x2"])
})

const fonts = (part) => part === null || typeof part !== "object" ? [] : Object.entries(part).flatMap(([key, v]) =>
  /font$/.test(key) && v?.size ? [v.size] : fonts(v))

test("in lecture mode no type of a figure is under 20 pixels, and elsewhere it is nearly the text's", () => {
  const layout = { title: { text: "T" }, annotations: [{ text: "a", font: { size: 11 } }, { text: "b" }],
    yaxis: { type: "log", range: [-9, 7] }, xaxis: { type: "log", range: [0, 1] } }
  const on = (text) => fonts(dressed({ data: [{ marker: { colorbar: { tickfont: { size: 8 } } } }], layout }, () => "#ink", text, 1200))
  assert.ok(on(22).length >= 8)
  assert.ok(Math.min(...on(22)) >= 20, String(on(22)))
  assert.deepEqual([sized(16, 0.875), sized(22, 0.5), sized(19, 0.5)], [14, 20, 10])
  assert.equal(typed({ font: { size: 40 } }, 22).font.size, 55)
})

test("a figure grows with its type, but no further than the window has room", () => {
  const height = (text, room) => dressed({ data: [], layout: { height: 460 } }, () => "#ink", text, 1200, room).layout.height
  assert.deepEqual([height(16, 504), height(22, 504), height(22, 5000), height(22, 300), height(22, 99), height(16, 99)], [460, 504, 900, 300, 280, 460])
})

test("decades are written in one piece, and thinned where there is little room", () => {
  assert.deepEqual(decades([-9.1, 7.1], 330, 24), [-8, -6, -4, -2, 0, 2, 4, 6])
  assert.deepEqual(decades([-9.1, 7.1], 150, 34), [-8, -4, 0, 4])
  const { layout } = dressed({ data: [], layout: { yaxis: { type: "log", range: [-9.1, 7.1] } } }, () => "#ink", 16, 1200)
  assert.equal(layout.yaxis.ticktext[layout.yaxis.tickvals.indexOf(1)], "1")
  assert.ok(layout.yaxis.ticktext.includes("10⁻⁶"))
})

test("a title too long for its width stands in lines, and the margin grows with it", () => {
  const one = fitted({ title: { text: "short" }, margin: { t: 50 } }, 16, 1200, 400)
  const many = fitted({ title: { text: "many words ".repeat(30) }, margin: { t: 50 } }, 16, 1200, 400)
  assert.ok(many.title.text.includes("<br>") && !one.title.text.includes("<br>"))
  assert.ok(many.margin.t > one.margin.t + 15)
})

const bar = (value, mode, name = "after") =>
  ({ data: [{ name, base: [1e-9], x: [value], meta: { glide: "x" } }], layout: { meta: { glide: mode }, xaxis: { type: "log" } } })

test("a bar glides where what is shown has changed, and only then", () => {
  const [move] = glides(bar(1e6, "off"), bar(1, "norm"))
  assert.deepEqual(move, { index: 0, old: 0, key: "x" })
  assert.deepEqual(glides(bar(1e6, "norm"), bar(1, "norm")), []) // a slider moved
  assert.deepEqual(glides(bar(1, "off"), bar(1, "norm")), []) // nothing to move
  assert.deepEqual(glides(undefined, bar(1, "norm")), [])
  assert.deepEqual(glides(bar(1e6, "off", "another"), bar(1, "norm")), [])
})

test("a glide begins where the bar ended and where the line stood", () => {
  const box = (x, y, width, height) => ({ x, y, width, height })
  assert.equal(first("x", true, box(0, 0, 800, 40), box(0, 0, 400, 40)), "scaleX(2)")
  assert.equal(first("y", true, box(0, 0, 40, 100), box(0, 0, 40, 400)), "scaleY(0.25)")
  assert.equal(first("x", true, box(0, 0, 800, 40), box(0, 0, 0, 40)), "scaleX(1600)") // not without end
  assert.equal(first("y", false, box(0, 50, 9, 9), box(0, 80, 9, 9)), "translateY(-30px)")
})

test("a ball starts at the path's first point, passes the others, and rests at the last", () => {
  const path = { x: [0, 2, 4], y: [1, 3, -1] }
  assert.deepEqual([0, 1, 2, 9].map((n) => along(path, n)), [[0, 1], [2, 3], [4, -1], [4, -1]])
  assert.deepEqual(along(path, 0.5), [1, 2])
  assert.deepEqual(along({ x: [7], y: [8] }, 3), [7, 8])
})

test("a value has the leaf of that very value, or none", () => {
  const all = { values: [0.1, 0.15, 0.2] }
  assert.deepEqual([leafOf(all, 0.15), leafOf(all, 0.1 + 0.1), leafOf(all, 0.17)], [1, 2, -1])
})

test("a line is broken where a number is missing, and marked at a few of its points", () => {
  const x = (t) => 10 * t, y = (log) => -log
  assert.equal(through([1, 2, null, 4], x, y), "M0.0 -1.0L10.0 -2.0M30.0 -4.0")
  assert.equal(through([null], x, y), "")
  assert.equal(marked([1, null, 3], "M0-5l5 5z", x, y), "M0.0 -6.0l5 5zM20.0 -8.0l5 5z")
  assert.equal(marked(Array(51).fill(0), "M-4-4h8z", x, y).match(/M/g).length, 11)
})

test("bold words are told from plain ones", () => {
  assert.deepEqual(pieces("<b>RNN</b> ↓ 10⁻⁹"), [["RNN", true], [" ↓ 10⁻⁹", false]])
  assert.deepEqual(pieces("holds"), [["holds", false]])
})

test("annotations that go with the numbers are known by their axes", () => {
  assert.deepEqual([{ axref: "x" }, { xref: "x2" }, { xref: "x domain" }].map(moves), [true, true, false])
})

test("a figure may know better what a phone shows, and what a hall does", () => {
  const spec = { data: [], layout: { showlegend: true, meta: { narrow: { a: 1 }, hall: { showlegend: false } } } }
  const { layout: hall } = dressed(spec, colour, 22, 900), { layout: desk } = dressed(spec, colour, 16, 900)
  assert.deepEqual([hall.showlegend, desk.showlegend, dressed(spec, colour, 22, 300).layout.a], [false, true, 1])
})

const { frameOf } = await load("plot/quick.js")

test("a figure stays in its frame while only its lines and the words of its title move", () => {
  const line = (more) => ({ type: "scatter", mode: "lines", x: [0, 1], y: [1, 2], line: { color: "#a" }, ...more })
  const figure = (trace, title, more) => ({ data: [line(trace)], layout: { title: { text: title, x: 0 }, yaxis: { range: [0, 1] }, ...more } })
  const frame = frameOf(figure({}, "One"))
  assert.equal(frameOf(figure({ x: [5], y: [null], text: ["no"] }, "Two")), frame)
  for (const other of [figure({ line: { color: "#b" } }, "One"), figure({ name: "n" }, "One"), figure({}, "One<br>more"),
    figure({}, "One", { yaxis: { range: [0, 2] } }), figure({}, "One", { annotations: [{ text: "end" }] }),
    { ...figure({}, "One"), data: [line(), line()] }]) assert.notEqual(frameOf(other), frame)
})

test("a figure of which more moves than lines and words is in no frame", () => {
  const layout = { title: { text: "One" } }, of = (trace, title = "One") => frameOf({ data: [trace], layout: { title: { text: title } } })
  const line = { type: "scatter", mode: "lines", y: [1] }
  for (const trace of [{ ...line, mode: "lines+markers" }, { type: "bar" }, { ...line, meta: { roll: true } }, { ...line, meta: { glide: "y" } }])
    assert.equal(of(trace), "")
  assert.equal(of(line, "h<sub>T</sub>"), "")
  assert.notEqual(frameOf({ data: [line], layout }), "")
})

const { path, places, sketched } = await load("plot/sketch.js")
const axes = { width: 400, height: 300, margin: { l: 100, r: 0, t: 0, b: 100 }, template: { layout: { title: { font: { size: 20 } }, font: {} } },
  xaxis: { range: [0, 10], domain: [0, 0.5] }, xaxis2: { range: [-1, 1], domain: [0.5, 1] }, yaxis: { type: "log", range: [-2, 2] } }

test("a sketch stands where its axes say: their range, their part of the width, powers of ten", () => {
  const { box, on } = places({ layout: axes })
  assert.deepEqual(box, { left: 100, right: 400, top: 0, bottom: 200 })
  assert.deepEqual([0, 10].map(on("x")), [100, 250])
  assert.deepEqual([-1, 0, 1].map(on("x2")), [250, 325, 400])
  assert.deepEqual([0.01, 1, 100].map(on("y")), [200, 100, 0])
  assert.equal(on("x3"), null)
})

test("a sketched line lifts the pen where a number is missing, and where no axis has it", () => {
  const { on } = places({ layout: axes })
  assert.equal(path({ x: [0, 5, 10], y: [1, null, 100] }, on("x"), on("y")), "M100.0 100.0M250.0 0.0")
  assert.equal(path({ x: [0, 5, 10], y: [1, 0, 100] }, on("x"), on("y")), "M100.0 100.0M250.0 0.0")
  assert.equal(path({ y: [1, 100] }, on("x"), on("y")), "M100.0 100.0L115.0 0.0")
})

test("lines, bars, zones and a title are sketched; a map, or a figure without ranges, waits for Plotly", () => {
  const line = { type: "scatter", x: [0, 10], y: [1, 1], line: { color: "#a", dash: "dash" } }
  const bar = { type: "bar", orientation: "v", x: [0], y: [9.99], base: [0.01], width: [1], xaxis: "x2", marker: { color: "#b" } }
  const zone = { type: "rect", xref: "paper", yref: "y", y0: 0.01, y1: 1, fillcolor: "#cool", opacity: 0.4 }
  const layout = { ...axes, shapes: [zone], title: { text: "<b>One</b><br>two" } }
  const drawn = sketched({ data: [line, bar, { type: "heatmap", z: [[1]] }], layout })
  assert.deepEqual(drawn.map(([name]) => name), ["rect", "path", "rect", "text", "text"])
  assert.deepEqual([drawn[0][1].y, drawn[0][1].height], [100, 100])
  assert.deepEqual([drawn[2][1].x, drawn[2][1].width, drawn[2][1].y, drawn[2][1].height], [287.5, 75, 50, 150])
  assert.deepEqual(drawn.slice(3).map(([, , text]) => text), ["One", "two"])
  assert.deepEqual(sketched({ data: [line], layout: { ...axes, xaxis: {} } }), [])
  assert.deepEqual(sketched({ data: [{ type: "heatmap", z: [[1]] }], layout }), [])
})
