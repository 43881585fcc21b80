import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/dragging.js", import.meta.url), "utf8")
const { byKey, oneByOne, settingOf, valueAt, whenItRests, written } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

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
  const { next } = oneByOne((value) => { sent.push(value); return new Promise((done) => ends.push(done)) })
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

test("when the hand lets go the last value does not wait for a picture that is no longer wanted", async () => {
  const sent = [], ends = []
  const { next, last } = oneByOne((value) => { sent.push(value); return new Promise((done) => ends.push(done)) })
  last()
  for (const value of [1, 2, 3]) next(value)
  last()
  assert.deepEqual(sent, [1, 3])
  ends[0]() // the picture of 1, overtaken: the slider is busy with 3 all the same
  await new Promise(setImmediate)
  next(4)
  assert.deepEqual(sent, [1, 3])
  ends[1]()
  await new Promise(setImmediate)
  assert.deepEqual(sent, [1, 3, 4])
  last()
  assert.deepEqual(sent, [1, 3, 4])
})

test("a picture that fails does not stop the slider", async () => {
  const sent = []
  const { next } = oneByOne((value) => { sent.push(value); return Promise.reject(new Error("no")) })
  await next(1).catch(() => {})
  await next(2).catch(() => {})
  assert.deepEqual(sent, [1, 2])
})

test("a value is reached by one key from the step beside it", () => {
  assert.deepEqual(byKey(1, scale), [0.95, "ArrowRight"])
  assert.deepEqual(byKey(0, scale), [0.05, "ArrowLeft"])
  assert.deepEqual(byKey(4, scale), [3.95, "ArrowRight"])
})

test("what a picture shows by itself is sent once, when the slider rests or is let go", async () => {
  const sent = [], hand = whenItRests((v) => sent.push(v), (v) => v < 3, 10)
  for (const value of [1, 2]) hand.move(value)
  assert.deepEqual(sent, [])
  await new Promise((done) => setTimeout(done, 30))
  assert.deepEqual(sent, [2])
  hand.move(1)
  hand.stop()
  hand.stop()
  assert.deepEqual(sent, [2, 1])
  hand.move(2)
  hand.move(3) // no picture shows this one: it is sent at once, and 2 no more
  hand.stop()
  assert.deepEqual(sent, [2, 1, 3])
})

test("a slider is known by the key of its widget", () => {
  const group = (className) => ({ closest: () => className && { className } })
  assert.equal(settingOf(group("stElementContainer st-key-set_forget_bias x")), "forget_bias")
  assert.equal(settingOf(group(undefined)), undefined)
})

test("the number on the thumb keeps its digits", () => {
  assert.deepEqual([written(1.5, "1.00"), written(12, "8"), written(2, " 0.5 ")], ["1.50", "12", "2.0"])
})
