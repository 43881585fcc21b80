// The pure functions of assets/pixels.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The script is an ES module named .js, as Streamlit wants it; older nodes need to be told so.
const { between, brush, darkness, moved, painted, told } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/pixels.js", import.meta.url), "utf8")))

test("a stroke paints ink on paper and paper on ink, whatever the noise", () => {
  for (const digit of "01234567") assert.equal(brush(digit, "4", "c"), "c")
  for (const digit of "89abcdef") assert.equal(brush(digit, "4", "c"), "4")
})

test("one pixel is painted and no other", () => {
  assert.equal(painted("0123", 0, "f"), "f123")
  assert.equal(painted("0123", 3, "f"), "012f")
})

test("arrow keys stay on the paper", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map(key => moved(key, 0)), [1, 0, 8, 0])
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map(key => moved(key, 63)), [63, 62, 63, 55])
  assert.deepEqual([moved("Home", 13), moved("End", 13), moved("Enter", 13), moved("Tab", 13)], [8, 15, null, null])
})

test("a quick stroke leaves no gaps", () => {
  assert.deepEqual(between(9, 12), [9, 10, 11, 12])
  assert.deepEqual(between(12, 9), [12, 11, 10, 9])
  assert.deepEqual(between(0, 27), [0, 9, 18, 27])
  assert.deepEqual(between(5, 5), [5])
})

test("darker digits are drawn darker, up to the edges", () => {
  const shades = [..."0123456789abcdef"].map(digit => darkness(digit, "4", "c"))
  assert.deepEqual(shades, [...shades].sort((a, b) => a - b))
  assert.deepEqual([shades[0], shades[2], shades[14], shades[15]], [0, 0, 1, 1])
})

test("a pixel is told by its place and its grey value", () => {
  const hex = "0".repeat(9) + "c" + "0".repeat(54)
  assert.equal(told(hex, 9, "4", "c"), "row 2, column 2: 1")
  assert.equal(told(hex, 0, "4", "c"), "row 1, column 1: −0.5")
})
