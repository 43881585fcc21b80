import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/again.js", import.meta.url), "utf8")
const { whenPainted } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

/** Frames that pass one by one, and a page that rests from one of them on. */
function page(restsFrom, overFrom = Infinity) {
  let now = 0, asked = null
  const waiting = []
  whenPainted(() => { asked = now }, () => now >= overFrom, () => now >= restsFrom, (f) => waiting.push(f))
  while (waiting.length && now < 50) { now += 1; waiting.shift()() }
  return asked
}

test("the next run is asked for a frame after the page rests", () => {
  assert.equal(page(1), 2)
  assert.equal(page(7), 8)
})

test("a run that another has overtaken asks for nothing", () => {
  assert.equal(page(7, 5), null)
  assert.equal(page(7, 8), null)
  assert.equal(page(Infinity, 9), null)
})
