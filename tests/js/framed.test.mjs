import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["address", "framed"]
  .map((name) => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const { teller, whole } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

test("the link leads to the same settings on the whole page", () => {
  assert.equal(whole("http://x/a/gates?cell=gru&frame=only&controls=scale"), "http://x/a/gates?cell=gru")
})

test("the page round the frame is told each height once, and nobody where there is none", () => {
  const said = []
  const tell = teller({ parent: { postMessage: (...all) => said.push(all) } })
  for (const height of [0, 400.2, 401, 401, 300]) tell(height)
  assert.deepEqual(said, [401, 300].map((height) => [{ type: "inside-an-rnn", height }, "*"]))
  const alone = {}
  alone.parent = alone
  teller(alone)(400) // would fail: there is no postMessage
})
