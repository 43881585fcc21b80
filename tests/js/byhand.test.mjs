// The pure functions of assets/byhand.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The script is an ES module named .js, as Streamlit wants it; older nodes need to be told so.
const { around, curve, goOf, moveOf, reach } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/byhand.js", import.meta.url), "utf8")))

const box = (left, right, top, bottom) => ({ left, right, top, bottom })

test("an arrow leaves and arrives at the sides that face each other", () => {
  assert.equal(curve(box(0, 10, 20, 40), box(50, 60, 0, 20)), "M10 30C30 30 30 10 50 10")
  assert.equal(curve(box(50, 60, 0, 20), box(0, 10, 20, 40)), "M50 10C30 10 30 30 10 30")
})

test("boxes that touch still get a bend", () => {
  assert.equal(curve(box(0, 10, 0, 10), box(10, 20, 20, 30)), "M10 5C20 5 0 25 10 25")
})

test("a cell's numbers have one box, seen from the paper", () => {
  const found = around([box(12, 20, 5, 9), box(10, 18, 9, 13)], box(10, 99, 5, 99), 2)
  assert.deepEqual(found, box(-2, 12, 0, 8))
})

test("arrow keys walk, other keys do not", () => {
  assert.deepEqual(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "a", "Tab"].map(moveOf), [1, 1, -1, -1, 0, 0])
})

test("a cell knows its stage and its step; outside there is nothing to go to", () => {
  const cell = { dataset: { go: "3" }, closest: () => ({ dataset: { stage: "errors" } }) }
  assert.deepEqual(goOf(cell), { stage: "errors", go: 3 })
  assert.deepEqual(goOf({ dataset: { go: "2" }, closest: () => null }), { stage: "", go: 2 })
  assert.equal(goOf(null), null)
})

test("an equation that scrolls can be focused, one that fits cannot", () => {
  const made = (scrollWidth, clientWidth) => ({
    scrollWidth, clientWidth, tab: null,
    setAttribute(_, value) { this.tab = value }, removeAttribute() { this.tab = null },
  })
  const [long, short] = [made(500, 300), made(300, 300)]
  short.tab = "0"
  reach([long, short])
  assert.deepEqual([long.tab, short.tab], ["0", null])
})
