// The pure functions of assets/heatmaps.js and assets/plot.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The scripts are ES modules named .js, as Streamlit wants them; older nodes need to be told so.
const load = (name) => import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8")))
const maps = await load("heatmaps.js"), plots = await load("plot.js")

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, 32)])

function message(header, blocks) {
  const text = Buffer.from(JSON.stringify(header)), length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const parts = [Buffer.concat([length, text]), ...blocks.map((b) => Buffer.from(b.buffer))]
  return new Uint8Array(Buffer.concat(parts.map(padded)))
}

const panel = (values, units, more = {}) =>
  ({ name: "forget", label: "forget gate", symbol: "fₜ", kind: "unit", low: 0, high: 1, note: "",
    units, values, ...more })

test("a message is read back number for number, whatever the header's length", () => {
  for (const title of ["", "a", "ab", "abc", "日本"]) {
    const one = Float32Array.of(0.25, 0.5, 0.75), two = Float64Array.of(1e300, NaN, -Infinity)
    const header = { title, labels: ["h", "ü", " "], selected: 1, panels: [
      { units: 1, double: false }, { units: 1, double: true }] }
    const bytes = message(header, [one, two])
    const shifted = new Uint8Array(bytes.length + 3).subarray(3) // as a view at an odd address
    shifted.set(bytes)
    const model = maps.unpack(shifted)
    assert.deepEqual([...model.panels[0].values], [0.25, 0.5, 0.75])
    assert.deepEqual([...model.panels[1].values], [1e300, NaN, -Infinity])
    assert.deepEqual(model.labels, ["h", "ü", " "])
  }
})

test("colours: both ends, the exact middle, beyond the range, not a number", () => {
  const colours = maps.ramp(["#ff0000", "#fff", "rgb(0, 0, 255)"])
  assert.deepEqual(colours[maps.level(-1, -1, 1)], [255, 0, 0])
  assert.deepEqual(colours[maps.level(0, -1, 1)], [255, 255, 255])
  assert.deepEqual(colours[maps.level(1, -1, 1)], [0, 0, 255])
  assert.equal(maps.level(7, -1, 1), maps.level(1, -1, 1))
  assert.equal(maps.level(-7, -1, 1), 0)
  for (const odd of [NaN, Infinity, -Infinity]) assert.equal(maps.level(odd, 0, 1), -1)
})

test("sizes: never wider than the place unless cells are at their smallest, whole device pixels", () => {
  for (const width of [330, 358, 700, 980, 1400]) for (const steps of [1, 5, 20, 61, 200]) {
    for (const ratio of [1, 1.5, 2]) for (const units of [[16], [64, 64], Array(6).fill(16)]) {
      const s = maps.measure({ width, steps, units, ratio })
      assert.ok(s.columns * s.column + 28 * (s.columns - 1) <= width + 1)
      assert.ok(s.cell >= 4 - 1 / ratio && s.row >= 1)
      if (s.cell > 4) assert.ok(s.gutter + s.cell * steps <= s.column + 1)
      for (const side of [s.cell, s.row]) assert.ok(Math.abs(side * ratio - Math.round(side * ratio)) < 1e-9)
    }
  }
  assert.equal(maps.measure({ width: 358, steps: 20, units: [8, 8] }).columns, 1)
  assert.equal(maps.measure({ width: 980, steps: 20, units: [8, 8] }).columns, 2)
  assert.equal(maps.measure({ width: 980, steps: 20, units: [8] }).columns, 1)
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

test("a step in words: mean, lowest and highest over the units", () => {
  const model = { labels: ["h", " "], panels: [panel([0.25, 0.5, 0.75, 1], 2)] }
  assert.deepEqual(maps.summary(model.panels[0], 1, 2), { mean: 0.75, low: 0.5, high: 1 })
  assert.equal(maps.spoken(model, 1),
    "Step 2 of 2, input ␣. forget gate: mean 0.7500, from 0.5000 to 1.0000.")
})

test("the picture as SVG: every cell once, nothing of the reader's text becomes markup", () => {
  const gray = maps.ramp(["#000", "#fff"]), size = { columns: 1, gutter: 34, cell: 10, row: 5, column: 400 }
  const model = { title: `<script>"&`, labels: ["<", "b"], panels: [panel([0, 1, NaN, 0], 2)] }
  const look = { ramps: { unit: gray }, ink: "#000", paper: "#fff", lines: "#ccc", blank: "#8b8f94" }
  const text = maps.svg(model, size, look, 1)
  assert.ok(!text.includes("<script"))
  assert.ok(text.includes("&#60;") && text.startsWith("<svg"))
  const paths = maps.cells(model.panels[0], 2, size, gray, "#8b8f94")
  assert.equal(paths.match(/M/g).length, 4)
  assert.equal(paths.match(/<path/g).length, 3)
  assert.ok(paths.includes('fill="#8b8f94" d="M0 5h10v5h-10z"'))
})

test("panels are split column by column; notes name their panel", () => {
  assert.deepEqual(maps.split([..."ifgoch"], 2).map((c) => c.join("")), ["ifg", "och"])
  assert.deepEqual(maps.split([..."rznhx"], 2).map((c) => c.join("")), ["rzn", "hx"])
  assert.equal(maps.notes([panel([], 0), panel([], 0, { note: "2 overflowed" })]), "fₜ: 2 overflowed")
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
    yaxis: { type: "log" }, template: { layout: { font: { size: 9 } } } } }, () => "#123456", 24, 300)
  assert.equal(layout.template.layout.font.size, 9)
  assert.equal(layout.template.layout.font.color, "#123456")
  assert.deepEqual([layout.width, layout.height], [300, 450])
  assert.ok(layout.title.text.includes("<br>"))
  assert.equal(layout.uirevision, "keep")
  assert.ok(layout.yaxis.tickfont.size < 24)
})

test("fingerprints differ when the bytes differ", () => {
  for (const { digest } of [maps, plots]) {
    assert.notEqual(digest(Uint8Array.of(1, 2)), digest(Uint8Array.of(2, 1)))
    assert.equal(digest(Uint8Array.of(1, 2)), digest(Uint8Array.of(1, 2)))
  }
})
