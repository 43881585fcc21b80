// The pure functions of assets/letters.js under node.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["drawing", "letters", "message", "svg"].map(name => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const s = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"))

const block = (rows, columns, ...all) => ({ rows, columns, all: Float64Array.from(all) })
const data = {
  chars: ["\n", "a", "b"], alphabet: ["a", "b"], from: 0, pick: 2, nothing: "no colour", picked: "the picked one",
  rows: [{ short: "RNN", values: "text 0" }, { short: "GRU", values: "text 1" }],
  numbers: { "text 0": block(3, 1, NaN, 0.00012, NaN), "text 1": block(3, 1, NaN, -1.5, NaN) },
}
const model = {
  ...data, rows: [{ short: "", values: "text 0" }],
  numbers: { ...data.numbers, bits: block(3, 1, NaN, 1, 2), best: block(2, 2, 1, 0, 0, 1), chances: block(2, 2, 0.6, 0.4, 0.9, 0.1) },
}

test("numbers are short, with a true minus", () => {
  assert.deepEqual([0, 0.5, -0.5, 12345, 0.00012, NaN, Infinity].map(s.brief), ["0", "0.5", "−0.5", "1.2e+4", "1.2e−4", "–", "overflow"])
  assert.deepEqual([1, 0.1234, 0.0001, 0].map(s.percent), ["100.0 %", "12.3 %", "< 0.1 %", "0.0 %"])
})

test("blanks and line breaks have a sign of their own", () => {
  assert.deepEqual([" ", "\n", "é"].map(s.named), ["␣", "↵", "é"])
})

test("a logarithmic scale has a floor, also for nothing at all", () => {
  const log = { log: true, low: -6 }
  assert.equal(s.onScale(0.01, log), -2)
  assert.equal(s.onScale(0, log), -6)
  assert.equal(s.onScale(-0.3, { log: false }), -0.3)
})

test("keys stay between the first character that may be picked and the last", () => {
  assert.equal(s.moved("ArrowRight", 3, 1, 5), 4)
  assert.equal(s.moved("ArrowLeft", 1, 1, 5), 1)
  assert.equal(s.moved("End", 1, 1, 5), 5)
  assert.equal(s.moved("Home", 4, 1, 5), 1)
  assert.equal(s.moved("a", 4, 1, 5), null)
})

test("a character says its numbers, or why it has none", () => {
  assert.equal(s.words(data, 1), "Character 1 “a”: RNN 1.2e−4, GRU −1.5")
  assert.equal(s.words(data, 2), "Character 2 “b”: the picked one")
  assert.equal(s.words(data, 0), "Character 0 “↵”: no colour")
})

test("surprise is said once, and the candidates are those of the character's own place", () => {
  assert.equal(s.words(model, 1), "Character 1 “a”: surprise 1 bits (p = 0.5); the likeliest in its place:")
  assert.deepEqual(s.candidates(model, 1), [{ c: "b", p: 0.6, came: false }, { c: "a", p: 0.4, came: true }])
  assert.deepEqual(s.candidates(model, 2), [{ c: "a", p: 0.9, came: false }, { c: "b", p: 0.1, came: true }])
  assert.deepEqual(s.candidates(model, 0), [])
  assert.deepEqual(s.candidates(data, 1), [])
})
