// What is out of sight waits with its news. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

let tell
globalThis.IntersectionObserver = class {
  constructor(heard) { tell = (target, isIntersecting) => heard([{ target, isIntersecting }]) }
  observe() {}
  unobserve() {}
}
const { drawSoon, forget } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/sight.js", import.meta.url), "utf8")))
const rest = () => new Promise((done) => setTimeout(done, 350))

test("what is drawn for the first time, or is in sight, is drawn at once", () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, true)
  drawSoon(node, () => drawn.push(2))
  assert.deepEqual(drawn, [1, 2])
})

test("out of sight only the last news is drawn, when no more come", async () => {
  const node = { dataset: {} }, drawn = []
  drawSoon(node, () => drawn.push(1))
  tell(node, false)
  for (const k of [2, 3, 4]) drawSoon(node, () => drawn.push(k))
  assert.deepEqual([drawn, node.dataset.waits], [[1], "yes"])
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
