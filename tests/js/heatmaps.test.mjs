// The pure functions of assets/heatmaps.js and assets/plot/dress.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The scripts are ES modules named .js, as Streamlit wants them; older nodes need to be told so.
const load = (...names) => import("data:text/javascript," +
  encodeURIComponent(names.map((name) => readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8")).join("\n")))
const maps = await load("heatmaps.js", "message.js", "svg.js"), plots = await load("message.js", "plot/dress.js")

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, 32)])

function json(part) {
  const text = Buffer.from(JSON.stringify(part)), length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text])
}

const message = (choice, header, blocks) =>
  new Uint8Array(Buffer.concat([json(choice), json(header), ...blocks.map((b) => Buffer.from(b.buffer))].map(padded)))

const panel = (values, rows, more = {}) =>
  ({ name: "forget", label: "forget gate", symbol: "fₜ", kind: "unit", low: 0, high: 1, note: "",
    form: "map", set: 0, rows, values, ...more })
const picture = (labels, panels, more = {}) =>
  ({ title: "", labels, sets: ["LSTM"], across: false, series: [], panels,
    order: Array.from({ length: panels[0].rows }, (_, u) => u), units: panels[0].rows, ...more })

test("a message is what is picked, and the picture's numbers row by row", () => {
  const one = Float32Array.of(0.25, 0.5, 0.75), two = Float64Array.of(1e300, NaN, -Infinity)
  const panels = [{ values: { array: [0, 1, 3], double: false } }, { values: { array: [16, 1, 3], double: true } }]
  const { choice, model } = maps.opened(message({ step: 1 }, { labels: ["h", "ü", " "], panels }, [one, two]))
  assert.deepEqual(choice, { step: 1 })
  assert.deepEqual(model.panels.map((p) => [p.rows, [...p.values]]), [[1, [...one]], [1, [...two]]])
  assert.deepEqual(model.labels, ["h", "ü", " "])
})

test("another step picked is the same picture; another number is not", () => {
  const panels = [{ values: { array: [0, 1, 1], double: false } }]
  const seen = (step, value) => maps.opened(message({ step }, { panels }, [Float32Array.of(value)])).digest
  assert.equal(seen(1, 0.5), seen(2000, 0.5))
  assert.notEqual(seen(1, 0.5), seen(1, 0.25))
})

test("what Python says counts when it is news, not when it is an echo or as before", () => {
  const at = (step) => ({ step, unit: 0, quantity: "h" }), state = { choice: null, known: null, sent: [] }
  maps.follow(state, at(0))
  state.choice = at(8); state.sent.push("8 0 h")
  maps.follow(state, at(0)) // an answer to something asked earlier
  assert.equal(state.choice.step, 8)
  maps.follow(state, at(8)) // the echo
  maps.follow(state, at(10)) // another control moved on
  assert.equal(state.choice.step, 10)
  state.choice = at(8); state.sent.push("8 0 h") // and back again
  maps.follow(state, at(8))
  assert.deepEqual([state.choice.step, state.sent], [8, []])
})

test("colours: both ends, the exact middle, beyond the range, not a number", () => {
  const colours = maps.ramp(["#ff0000", "#fff", "rgb(0, 0, 255)"], 257)
  assert.deepEqual(colours[maps.level(-1, -1, 1)], [255, 0, 0])
  assert.deepEqual(colours[maps.level(0, -1, 1)], [255, 255, 255])
  assert.deepEqual(colours[maps.level(1, -1, 1)], [0, 0, 255])
  assert.equal(maps.level(7, -1, 1), maps.level(1, -1, 1))
  assert.equal(maps.level(-7, -1, 1), 0)
  for (const odd of [NaN, Infinity, -Infinity]) assert.equal(maps.level(odd, 0, 1), -1)
})

test("sizes: never wider than the place unless cells are at their smallest, whole device pixels", () => {
  for (const width of [330, 358, 700, 980, 1400]) for (const steps of [1, 5, 20, 61, 200]) {
    for (const ratio of [1, 1.5, 2]) for (const [panels, units] of [[1, 16], [2, 64], [6, 16]]) {
      const s = maps.measure({ width, steps, panels, units, ratio })
      assert.ok(s.columns * s.column + 28 * (s.columns - 1) <= width + 1)
      assert.ok(s.cell >= 4 - 1 / ratio && s.row >= 1)
      if (s.cell > 4) assert.ok(s.gutter + s.cell * steps <= s.column + 1)
      for (const side of [s.cell, s.row]) assert.ok(Math.abs(side * ratio - Math.round(side * ratio)) < 1e-9)
    }
  }
  const columns = (width, panels, beside) => maps.measure({ width, steps: 20, panels, units: 8, beside }).columns
  assert.deepEqual([columns(358, 2), columns(980, 2), columns(980, 1)], [1, 2, 1])
  assert.deepEqual([columns(760, 2), columns(760, 2, true), columns(358, 2, true)], [1, 2, 1])
})

test("axis: labels do not touch, numbers are round, a repeated text is not always the same letter", () => {
  const labels = [..."hello".repeat(40)]
  const { symbols, numbers } = maps.axis(labels, 4, 12)
  assert.ok(symbols.every((t, i) => i === 0 || (t - symbols[i - 1]) * 4 >= 12))
  assert.ok(new Set(symbols.map((t) => labels[t])).size > 1)
  assert.deepEqual(numbers.slice(0, 3).map((t) => t + 1), [1, 10, 20])
  assert.deepEqual(maps.axis([..."hello"], 40, 12).symbols, [0, 1, 2, 3, 4])
  assert.deepEqual(maps.axis([..."hello"], 40, 12).numbers, [0, 1, 2, 3, 4])
})

test("blanks on the axis can be seen, long words are cut, no word is broken inside a letter", () => {
  assert.deepEqual([" ", "\n", "", "a"].map(maps.shown), ["␣", "↵", "∅", "a"])
  assert.equal(maps.shown("2018-01-01"), "2018-01…")
  assert.equal(maps.shown("😀"), "😀")
})

test("numbers for people", () => {
  assert.equal(maps.number(0.51234), "0.5123")
  assert.equal(maps.number(-0.5), "−0.5000")
  assert.equal(maps.number(0), "0")
  assert.equal(maps.number(3.2e-9), "3.20·10⁻⁹")
  assert.equal(maps.number(-1.46e213), "−1.46·10²¹³")
  assert.deepEqual([NaN, Infinity, -Infinity].map(maps.number), ["nan", "inf", "−inf"])
  assert.equal(maps.edge(-2), "−2")
})

test("a step in words: mean, lowest and highest over the units, or the picked unit's own", () => {
  const model = picture(["h", " "], [panel([0.25, 0.5, 0.75, 1], 2)])
  assert.deepEqual(maps.summary(model.panels[0], 1, 2), { mean: 0.75, low: 0.5, high: 1 })
  assert.equal(maps.spoken(model, 1),
    "Step 2 of 2, input ␣. forget gate: mean 0.7500, from 0.5000 to 1.0000.")
  assert.equal(maps.spoken(model, 1, 2), "Step 2 of 2, input ␣, unit 2. forget gate: 1.0000.")
  const band = panel([0.5, 0.6, 0.1, 0.2, 0.8, 0.9], 3, { form: "band" })
  assert.deepEqual(maps.summary(band, 1, 2), { mean: 0.6, low: 0.2, high: 0.9 })
})

test("the text is coloured by one unit's own numbers, in words as well", () => {
  const h = panel([0, 1, -0.5, 0.25], 2, { name: "h", label: "hidden state", kind: "signed", low: -1 })
  const model = picture(["a", " "], [panel([0, 0, 0, 0], 2), h])
  assert.equal(maps.source(model, "h"), h)
  assert.equal(maps.source(model, "update"), h) // not in this cell
  assert.deepEqual([...maps.course(h, 2, 2)], [-0.5, 0.25])
  assert.equal(maps.coloured(model, h, 2), "Coloured by hidden state of unit 2: a −0.5000, ␣ 0.2500")
  assert.match(maps.coloured(model, h, 0), /No unit/)
})

test("ink on a colour is readable: contrast of at least 4.5", () => {
  const light = (c) => c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  for (const colour of maps.ramp(["#0a3341", "#3a9f91", "#fbf8e6", "#e99a5f", "#6f2c05"], 257)) {
    const back = light(colour), front = maps.ink(`rgb(${colour})`) === "#000000" ? 0 : 1
    assert.ok((Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05) >= 4.5)
  }
})

test("lines leave gaps where a number is missing; a flat series lies in the middle", () => {
  assert.equal(maps.line([0, null, 1, 2], 10, (v) => v), "M5 0M25 1L35 2")
  assert.equal(maps.curve([3, 3], 10, 44).y(3), 22)
  const { low, high, y } = maps.curve([null, -1, 2], 10, 44)
  assert.deepEqual([low, high, y(2), y(-1)], [-1, 2, 4, 40])
})

test("a band is drawn in the panel's fixed range, cut where it overflowed", () => {
  const one = panel([0.5, 0.5, 0, 0.25, 1, 0.75], 3, { form: "band" })
  const { mean, area } = maps.band(one, 2, 10, 100)
  assert.equal(mean, "M5 50L15 50")
  assert.equal(area, "M5 0L15 25L15 75L5 100Z")
  assert.equal(maps.band(panel([NaN, 0.5, NaN, 0, NaN, 1], 3, { form: "band" }), 2, 10, 100).area, "M15 0L15 100Z")
})

test("the picture as SVG: every cell once, nothing of the reader's text becomes markup", () => {
  const gray = maps.ramp(["#000", "#fff"], 257), size = { columns: 1, gutter: 34, cell: 10, row: 5, column: 400, tall: 96 }
  const model = picture(["<", "b"], [panel([0, 1, NaN, 0], 2)], { title: `<script>"&`, sets: ["<b>", "&"] })
  const look = { ramps: { unit: gray }, ink: "#000", paper: "#fff", lines: "#ccc", blank: "#8b8f94", colour: (c) => c }
  const { text } = maps.svg(model, size, look, { step: 1, unit: 2, quantity: "forget" })
  assert.ok(!text.includes("<script") && !text.includes("<b>"))
  assert.ok(text.includes("&#60;") && text.startsWith("<svg"))
  const paths = maps.cells(model.panels[0], 2, size, gray, "#8b8f94", [0, 1])
  assert.equal(paths.match(/M/g).length, 4)
  assert.equal(paths.match(/<path/g).length, 3)
  assert.ok(paths.includes('fill="#8b8f94" d="M0 5h10v5h-10z"'))
  assert.ok(maps.cells(model.panels[0], 2, size, gray, "#8b8f94", [1, 0]).includes('fill="#8b8f94" d="M0 0h10v5h-10z"'))
})

test("panels: column by column; runs and states beside one another; twins in pairs on a phone", () => {
  assert.deepEqual(maps.split([..."ifgoch"], 2).map((c) => c.join("")), ["ifg", "och"])
  assert.deepEqual(maps.split([..."rznhx"], 2).map((c) => c.join("")), ["rzn", "hx"])
  const of = (set, names) => [...names].map((name) => panel([0], 1, { name, set }))
  const both = picture(["a"], [...of(0, "igh"), ...of(1, "rgh")], { sets: ["LSTM", "GRU"] })
  assert.deepEqual(maps.arrange(both, 2), [[0, 1, 2], [3, 4, 5]])
  assert.deepEqual(maps.arrange(both, 1), [[0, 1, 4, 2, 5, 3]])
  const states = picture(["a"], of(0, "ch"), { across: true })
  assert.deepEqual(maps.arrange(states, 2), [[0], [1]])
  assert.deepEqual(maps.arrange(states, 1), [[0, 1]])
  const odd = [panel([0], 1), panel([0], 1, { note: "2 overflowed", set: 1 })]
  assert.equal(maps.notes(picture(["a"], odd)), "fₜ: 2 overflowed")
  assert.equal(maps.notes(picture(["a"], odd, { sets: ["LSTM", "GRU"] })), "GRU, fₜ: 2 overflowed")
})

test("plot: tokens become the theme's colours, numbers and arrays stay", () => {
  const colour = plots.lookup((name) => ({ "--st-chart-categorical-colors": "#111, #222,#333",
    "--st-text-color": "#eee" })[name])
  const spec = { data: [{ line: { color: "var(--chart-1)" }, y: { bdata: "AAA=" }, x: [1, null] }],
    layout: { font: { color: "var(--st-text-color)" }, title: "var(--chart-1) in a text" } }
  assert.deepEqual(plots.painted(spec, colour), {
    data: [{ line: { color: "#222" }, y: { bdata: "AAA=" }, x: [1, null] }],
    layout: { font: { color: "#eee" }, title: "var(--chart-1) in a text" } })
})

test("plot: the figure's own settings win over the house template, the place decides the width", () => {
  const { layout } = plots.dressed({ data: [], layout: { height: 300, title: { text: "A title of more words than fit into a line" },
    yaxis: { type: "log" }, template: { layout: { font: { size: 40 } } } } }, () => "#123456", 24, 300)
  assert.equal(layout.template.layout.font.size, 60) // 40 at body text of 16
  assert.equal(layout.template.layout.font.color, "#123456")
  assert.deepEqual([layout.width, layout.height], [300, 450])
  assert.ok(layout.title.text.includes("<br>"))
  assert.equal(layout.uirevision, "keep")
  assert.ok(layout.yaxis.tickfont.size < 24)
})
