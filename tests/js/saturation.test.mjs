// The pure functions of assets/saturation.js under node.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["drawing", "saturation", "saving", "svg"].map(name => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const s = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"))

const runs = [{ name: "LSTM", values: "f", below: [0, 0.5, 0], above: [0.25, 0, 0.25] }]
const data = { low: 0.1, high: 0.9, units: 3, labels: ["h", "e", "l", "l"],
  gates: [{ gate: "forget", word: "forget gate", runs }, { gate: "input", word: "input gate", runs }],
  numbers: { f: { rows: 4, columns: 3, all: Float64Array.from({ length: 12 }, (_, k) => k / 12) } } }

test("units in one place stand together, and none is lost", () => {
  assert.deepEqual(s.places(runs[0].below, runs[0].above), [{ x: 0, y: 0.25, units: [1, 3] }, { x: 0.5, y: 0, units: [2] }])
  assert.deepEqual(s.places([], []), [])
})

test("pictures stand side by side while there is room, and are never too narrow", () => {
  assert.equal(s.spread(1000, 3).columns, 3)
  assert.equal(s.spread(1000, 5).columns, 3)
  assert.deepEqual(s.spread(358, 3), { columns: 1, each: 358 })
  assert.ok(s.spread(200, 3).each >= 270)
  for (let width = 300; width < 2000; width += 37) {
    const { columns, each } = s.spread(width, 3)
    assert.ok(columns * each + 16 * (columns - 1) <= width)
  }
})

test("two runs have a sign each", () => {
  assert.equal(s.signs(data), "")
  const both = [{ name: "LSTM" }, { name: "GRU" }]
  assert.equal(s.signs({ gates: [{ runs: both }, { runs: [{ name: "GRU" }] }] }), "● LSTM\u2003◇ GRU")
})

test("words count steps, name all units of a place, and read one value", () => {
  assert.match(s.words(data, [], ""), /^Point at a unit/)
  assert.equal(s.words(data, [2], "forget"), "Unit 2: forget gate below 0.1 at 2 of 4 steps (50 %), above 0.9 at 0 (0 %).")
  assert.match(s.words(data, [1, 3], "forget"), /^2 units here: 1, 3: forget gate below 0.1 at 0 of 4 steps/)
  assert.match(s.words(data, [2], "forget", 2), /at step 3, reading “l”: 0.583\.$/)
  assert.equal(s.words(data, [2], ""), "Unit 2, share of steps below 0.1 / above 0.9: forget gate 50 % / 0 % · input gate 50 % / 0 %.")
})
