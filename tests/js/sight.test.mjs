// What is out of sight waits with its news. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

let tell, running = false
globalThis.document = { querySelector: () => ({ dataset: { testScriptState: running ? "running" : "notRunning" } }) }
globalThis.location = { search: "?a=1" }
globalThis.IntersectionObserver = class {
  constructor(heard) { tell = (target, isIntersecting) => heard([{ target, isIntersecting }]) }
  observe() {}
  unobserve() {}
}
let frames = []
globalThis.requestAnimationFrame = (draw) => frames.push(draw)
globalThis.cancelAnimationFrame = (k) => { frames[k - 1] = () => {} }
const frame = () => { const due = frames; frames = []; due.forEach((draw) => draw()) }
const { drawSoon, forget } = await import("data:text/javascript," + encodeURIComponent(["message", "sight"].map(
  (name) => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")))
const moment = (time = 5) => new Promise((done) => setTimeout(done, time))
const rest = () => new Promise((done) => setTimeout(done, 350))

test("what is in sight is drawn at once for the first time, then when the whole answer is read", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  assert.deepEqual(drawn, [1])
  tell(node, true)
  running = true
  drawSoon(node, () => drawn.push(2))
  frame()
  drawSoon(node, () => drawn.push(3))
  frame()
  await moment()
  assert.deepEqual([drawn, node.dataset.waits], [[1], "for the answer"])
  running = false
  frame()
  assert.deepEqual(drawn, [1]) // what the slider wants next is sent first
  await moment()
  assert.deepEqual([drawn, node.dataset.waits], [[1, 3], undefined])
})

test("a run that goes on has answered once the settings are in the address", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, true)
  running = true
  for (const k of [2, 3]) {
    drawSoon(node, () => drawn.push(k))
    frame()
    await moment()
    assert.deepEqual(drawn.at(-1), k - 1)
    location.search = `?a=${k}`
    frame()
    await moment()
    assert.deepEqual(drawn.at(-1), k)
  }
  running = false
})

test("an answer that takes long is not waited for, though news come all the time", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(0))
  tell(node, true)
  running = true
  for (let k = 1; k < 12; k++) {
    drawSoon(node, () => drawn.push(k))
    frame()
    await moment(10)
  }
  running = false
  assert.ok(drawn.length > 1, "a picture that is never drawn")
})

test("out of sight only the last news is drawn, when no more come", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, false)
  for (const k of [2, 3, 4]) drawSoon(node, () => drawn.push(k))
  assert.deepEqual([drawn, node.dataset.waits], [[1], "for sight"])
  await rest()
  assert.deepEqual([drawn, node.dataset.waits], [[1, 4], undefined])
})

test("what comes into sight is drawn once, without waiting", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, false)
  drawSoon(node, () => drawn.push(2))
  tell(node, true)
  assert.deepEqual(drawn, [1, 2])
  await rest()
  assert.deepEqual(drawn, [1, 2])
})

test("who is gone is not drawn", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, false)
  drawSoon(node, () => drawn.push(2))
  forget(node)
  tell(node, true)
  await rest()
  assert.deepEqual(drawn, [1])
})
