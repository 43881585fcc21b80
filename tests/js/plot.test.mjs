// The pure functions of assets/plot.js. Run with `node --test tests/js/`.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

// The script is an ES module named .js, as Streamlit wants it; older nodes need to be told so.
const { dressed, lookup, painted, wrapped } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/plot.js", import.meta.url), "utf8")))

const page = { "--st-chart-categorical-colors": "#a, #b", "--st-chart-sequential-colors": "#pale, #mid, #deep",
  "--st-text-color": "#ink" }
const colour = lookup((name) => page[name])

test("a token is a colour of the palette, of the ramp, or a variable of the page", () => {
  assert.equal(colour("--chart-1"), "#b")
  assert.equal(colour("--chart-2"), "#a")
  assert.equal(colour("--ramp-0"), "#pale")
  assert.equal(colour("--ramp-2"), "#deep")
  assert.equal(colour("--st-text-color"), "#ink")
})

test("tokens are found wherever they stand, and nothing else is touched", () => {
  const figure = { data: [{ colorscale: [[0, "var(--ramp-0)"], [1, "var(--ramp-2)"]], x: [1, 2], name: "var" }] }
  assert.deepEqual(painted(figure, colour),
    { data: [{ colorscale: [[0, "#pale"], [1, "#deep"]], x: [1, 2], name: "var" }] })
})

test("a long title is broken between words", () => {
  assert.equal(wrapped("Norm of the gradient for every pair", 16), "Norm of the<br>gradient for<br>every pair")
})

test("on a narrow screen a figure may have another layout", () => {
  const narrow = { height: 900, yaxis: { domain: [0.5, 1] } }
  const spec = { data: [], layout: { height: 400, yaxis: { domain: [0, 1], type: "log" }, meta: { narrow } } }
  const at = (width) => dressed(spec, () => "#ink", 16, width).layout
  assert.deepEqual([at(900).height, at(900).yaxis.domain], [400, [0, 1]])
  assert.deepEqual([at(400).height, at(400).yaxis.domain, at(400).yaxis.type], [900, [0.5, 1], "log"])
})
