// The pure functions of assets/spoken.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The script is an ES module named .js, as Streamlit wants it; older nodes need to be told so.
const { asked, stops } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/spoken.js", import.meta.url), "utf8")))

test("the diverging colours become custom properties in their order", () => {
  assert.deepEqual(stops("#aa0000, rgb(1, 2, 3),#0000aa"),
    [["--d-0", "#aa0000"], ["--d-1", "rgb(1, 2, 3)"], ["--d-2", "#0000aa"]])
  assert.deepEqual(stops(""), [])
})

test("a button says which word it is; beside one there is nothing", () => {
  assert.equal(asked({ dataset: { go: "3" } }), 3)
  assert.equal(asked(null), null)
})
