import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/dragging.js", import.meta.url), "utf8")
const { byKey, oneByOne, valueAt } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

const track = { left: 100, width: 200 }
const scale = { min: "0", max: "4", step: "0.05" }

test("a place of the track is the nearest step, and never beyond its ends", () => {
  assert.equal(valueAt(100, track, scale), 0)
  assert.equal(valueAt(300, track, scale), 4)
  assert.equal(valueAt(151, track, scale), 1)
  assert.equal(valueAt(-50, track, scale), 0)
  assert.equal(valueAt(900, track, scale), 4)
  assert.equal(valueAt(299, track, { min: "1", max: "10", step: "4" }), 9)
})

test("one value is under way at a time, and of those that waited the latest is sent", async () => {
  const sent = [], ends = []
  const next = oneByOne((value) => { sent.push(value); return new Promise((done) => ends.push(done)) })
  for (const value of [1, 2, 3]) next(value)
  assert.deepEqual(sent, [1])
  ends[0]()
  await new Promise(setImmediate)
  assert.deepEqual(sent, [1, 3])
  ends[1]()
  await new Promise(setImmediate)
  next(3)
  assert.deepEqual(sent, [1, 3]) // it is on screen already
  next(4)
  assert.deepEqual(sent, [1, 3, 4])
})

test("a picture that fails does not stop the slider", async () => {
  const sent = []
  const next = oneByOne((value) => { sent.push(value); return Promise.reject(new Error("no")) })
  await next(1).catch(() => {})
  await next(2).catch(() => {})
  assert.deepEqual(sent, [1, 2])
})

test("a value is reached by one key from the step beside it", () => {
  assert.deepEqual(byKey(1, scale), [0.95, "ArrowRight"])
  assert.deepEqual(byKey(0, scale), [0.05, "ArrowLeft"])
  assert.deepEqual(byKey(4, scale), [3.95, "ArrowRight"])
})
