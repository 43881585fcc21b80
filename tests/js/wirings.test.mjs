// The pure function of assets/wirings.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The script is an ES module named .js, as Streamlit wants it; older nodes need to be told so.
const { palette } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/wirings.js", import.meta.url), "utf8")))

test("the chart colours get their numbers", () => {
  assert.deepEqual(palette("#b47814, #006b7b"), [["--chart-0", "#b47814"], ["--chart-1", "#006b7b"]])
})

test("no palette is no colour", () => assert.deepEqual(palette(""), []))
