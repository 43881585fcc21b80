// The pure functions of assets/flow.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["flow", "svg"].map(name => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const flow = await import("data:text/javascript," + encodeURIComponent(source))

test("a line is one of its position's", () => {
  const rows = { shape: [2, 4, 1], all: Float32Array.of(1, 2, 3, 4, 5, -Infinity, NaN, 8) }
  assert.deepEqual([...flow.line(rows, 0, 3)], [4])
  assert.deepEqual([...flow.line(rows, 1, 0)], [5])
  assert.deepEqual([...flow.line(rows, 1, 1)], [-Infinity])
})

test("a single row holds for every position of the slider", () => {
  const rows = { shape: [1, 4, 2], all: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7) }
  assert.deepEqual([...flow.line(rows, 17, 2)], [4, 5])
  assert.deepEqual([...flow.line({ shape: [2, 3], all: Float32Array.of(0, 1, 2, 3, 4, 5) }, 1)], [3, 4, 5])
})

test("logarithms are said as numbers", () => {
  assert.equal(flow.said(0), "1")
  assert.equal(flow.said(Math.log10(0.528)), "0.528")
  assert.equal(flow.said(Math.log10(1.46e-6)), "1.46·10⁻⁶")
  assert.equal(flow.said(Math.log10(9.9999e-9)), "10⁻⁸")
  assert.equal(flow.said(250), "10²⁵⁰")
  assert.deepEqual([Infinity, -Infinity, NaN].map((v) => flow.said(v)), ["overflow", "0", "–"])
})

test("the factor per step back leaves out steps that do not exist", () => {
  assert.ok(Math.abs(flow.factor([-3, -2, -1, 0], 3) - -1) < 1e-12)
  assert.ok(Math.abs(flow.factor([NaN, -2, -1, 0], 3) - -1) < 1e-12)
  assert.ok(Number.isNaN(flow.factor([0], 0)))
})

test("the nearest value, the edge of the axis, its ticks", () => {
  assert.equal(flow.nearest([0.1, 0.2, 0.3], 0.24), 1)
  assert.deepEqual([-99, -3, Infinity].map((v) => flow.edged(v, -16, 4)), [-16, -3, 4])
  assert.deepEqual(flow.ticks(20, 10), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
  assert.deepEqual(flow.decades(-16, 2), [-16, -14, -12, -10, -8, -6, -4, -2, 0, 2])
})

test("paths pass over what is not there, and bands close", () => {
  const x = (t) => 10 * t, y = (v) => -v
  assert.equal(flow.path([NaN, 1, NaN, 2], 3, x, y), "M10.00 -1.000L30.00 -2.000")
  assert.equal(flow.path([NaN], 0, x, y), "")
  assert.equal(flow.band([1, 2], [3, 4], 1, x, y), "M0.00 -3.00L10.00 -4.00L10.00 -2.00L0.00 -1.00Z")
})

test("the bound is sufficient below one, necessary above, never both", () => {
  const bound = { radius: [0.5, 1.5], sigma: [0.9, 2], gamma: 1, weight: "W_aa" }
  assert.ok(flow.boundWords(bound, 0).includes("spectral radius of W_aa 0.5"))
  assert.ok(/sufficient for vanishing/.test(flow.boundWords(bound, 0)))
  assert.ok(/necessary for exploding, not sufficient/.test(flow.boundWords(bound, 1)))
  assert.ok(flow.boundWords({ ...bound, gamma: 0.25 }, 1).includes("= 0.5."))
})

test("what is spoken has the numbers", () => {
  const rows = { shape: [1, 4, 2], all: Float32Array.of(-3, 0, -4, -1, -2, 1, -3, 0) }
  const model = { knob: "scale", knobs: { scale: "Weight scale" }, values: [2], ends: [1], curves: [{ label: "RNN", state: "h", symbol: "a⟨t⟩", rows }] }
  assert.equal(flow.spoken(model, 0, 0), "Weight scale 2, step 0 of 1. RNN a⟨t⟩: median 10⁻³, band 10⁻⁴ to 0.01, factor per step back 10⁻³.")
})

test("colours of the map: middle, ends, beyond, not a number", () => {
  const colours = flow.ramp(["#000", "#fff", "rgb(255, 0, 0)"], 129)
  assert.deepEqual(colours[flow.shade(0, 8, 129)], [255, 255, 255])
  assert.deepEqual(colours[flow.shade(-Infinity, 8, 129)], [0, 0, 0])
  assert.deepEqual(colours[flow.shade(300, 8, 129)], [255, 0, 0])
  assert.equal(flow.shade(NaN, 8, 129), -1)
})

test("a setting between the map's cells has its place between them", () => {
  const values = [0.2, 0.4, 0.6, 0.8]
  assert.ok(Math.abs(flow.placed(values, 0.2) - 0.125) < 1e-9)
  assert.ok(Math.abs(flow.placed(values, 0.5) - 0.5) < 1e-9)
  assert.equal(flow.placed(values, 9), 1)
})

const zones = { vanished: -6, exploded: 3 }

test("one word says how much is left", () => {
  assert.deepEqual([-7, -5, -0.5, 2, 4, Infinity, -Infinity, NaN].map((v) => flow.fate(v, zones)),
    ["vanishes", "shrinks", "holds", "grows", "explodes", "explodes", "vanishes", "has no gradient"])
})

test("the conclusion is that of the slider's position, of hidden states alone", () => {
  const rows = (...pairs) => ({ shape: [2, 1, 2], all: Float32Array.from(pairs.flat()) })
  const model = { ends: [1, 1], zones, curves: [{ label: "RNN", state: "h", rows: rows([-8, 0], [4, 0]) },
    { label: "LSTM", state: "c", rows: rows([0, 0], [0, 0]) }] }
  assert.equal(flow.conclusion(model, 0), "1 steps back: RNN vanishes, 10⁻⁸ times")
  assert.equal(flow.conclusion(model, 1), "1 steps back: RNN explodes, 10⁴ times")
})

test("labels keep apart, in order, between the ends", () => {
  assert.deepEqual(flow.apart([10, 10, 90], 20, 0, 100), [10, 30, 90])
  assert.deepEqual(flow.apart([95, 99, 97], 20, 0, 100), [60, 100, 80])
  assert.deepEqual(flow.apart([], 20, 0, 100), [])
})
