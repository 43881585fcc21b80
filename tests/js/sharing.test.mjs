import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["address", "sharing"]
  .map((name) => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const { changed, copied, frame, tall } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

test("an address is changed where it says so, whatever path it lies behind", () => {
  const here = "https://a.example/behind/a/proxy/gates?cell=gru&present=1&embed=true#top"
  assert.equal(changed(here, { present: null }), "https://a.example/behind/a/proxy/gates?cell=gru")
  assert.equal(
    changed(here, { present: null, frame: "only", controls: "scale,clip" }),
    "https://a.example/behind/a/proxy/gates?cell=gru&frame=only&controls=scale,clip",
  )
  assert.equal(changed(here, { present: null, cell: null }, "flow"), "https://a.example/behind/a/proxy/flow")
  assert.equal(changed("http://localhost:8501/?text=a%26b", {}), "http://localhost:8501/?text=a%26b")
})

test("a frame's HTML holds the address and the title as data, and is high enough", () => {
  const html = frame('http://x/?text="><script>&cell=gru', 'Gates "<b>"', 100.2)
  assert.equal(html.match(/</g).length, 2)
  assert.match(html, /src="http:\/\/x\/\?text=&quot;&gt;&lt;script&gt;&amp;cell=gru"/)
  assert.match(html, /title="Gates &quot;&lt;b&gt;&quot;" width="100%" height="320"/)
  assert.match(frame("http://x/", "Gates", 501.2), /height="502"/)
})

test("a frame is as high as the first part and the controls above it", () => {
  const element = (height, isControls) => ({
    matches: () => isControls,
    getBoundingClientRect: () => ({ height }),
  })
  const root = { querySelectorAll: () => [element(80, true), element(400, false), element(900, false)] }
  assert.equal(tall(root), 80 + 400 + 48)
})

test("where the clipboard is closed the text is selected, and that is said", async () => {
  const seen = []
  const field = { select: () => seen.push("selected") }
  const open = { clipboard: { writeText: async (text) => seen.push(text) } }
  assert.equal(await copied("a", field, { navigator: open, document: {} }), true)
  const old = { execCommand: () => true }, none = { execCommand: () => { throw new Error() } }
  assert.equal(await copied("b", field, { navigator: {}, document: old }), true)
  assert.equal(await copied("c", field, { navigator: {}, document: none }), false)
  assert.deepEqual(seen, ["a", "selected", "selected"])
})
