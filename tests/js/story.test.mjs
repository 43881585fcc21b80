// The pure functions of assets/story.js and assets/rail.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The scripts are ES modules named .js, as Streamlit wants them; older nodes need to be told so.
const read = async (name) => import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")))
const { alike, belongs, changes, palette } = await read("story")
const { spoken } = await read("rail")

test("a leap changes what is live, to the values of its position", () => {
  const size = { live: [[0, "d"], [3, "text"]], values: [["M0 0", "a"], ["M1 1", "b"]] }
  assert.deepEqual(changes(size, 1), [[0, "d", "M1 1"], [3, "text", "b"]])
  assert.deepEqual(changes({ live: [], values: [[]] }, 0), [])
})

test("a drawing becomes another one only if it has the same elements", () => {
  const of = (...names) => names.map(tagName => ({ tagName }))
  assert.ok(alike(of("rect", "path"), of("rect", "path")))
  assert.ok(!alike(of("rect", "path"), of("path", "rect")))
  assert.ok(!alike(of("rect"), of("rect", "rect")))
})

test("a key belongs to the control that has the focus, or to the story", () => {
  for (const key of ["ArrowRight", "PageDown", "Home", " "]) assert.ok(belongs(key, "INPUT", "range"))
  assert.ok(belongs("ArrowRight", "INPUT", "text") && belongs(" ", "INPUT", "text") && belongs("b", "INPUT", "text"))
  assert.ok(!belongs("PageDown", "INPUT", "text") && !belongs("Escape", "INPUT", "range"))
  assert.ok(!belongs("ArrowRight", "BODY") && !belongs("ArrowRight", "BUTTON"))
})

test("colours with commas of their own stay whole", () => {
  assert.deepEqual(palette("d", "#123456, rgb(1, 2, 3)"), [["--d-0", "#123456"], ["--d-1", "rgb(1, 2, 3)"]])
})

test("a screen reader hears the act, its name and what became of its question", () => {
  assert.equal(spoken({ name: "Gates", mark: "a surprise" }, 4), "Act 5: Gates, a surprise")
  assert.equal(spoken({ name: "It reads", mark: "" }, 0), "Act 1: It reads")
})
