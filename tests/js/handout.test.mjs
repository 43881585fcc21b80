import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"
import { gzipSync } from "node:zlib"

const source = readFileSync(new URL("../../assets/handout/handout.js", import.meta.url), "utf8")
const { message, unpacked } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

test("what was packed comes out again, bytes of every kind", async () => {
  const raw = Uint8Array.from({ length: 1000 }, (_, k) => (k * 7) % 256)
  assert.deepEqual(await unpacked(gzipSync(raw).toString("base64")), raw)
})

test("each exhibit gets its own message, as on screen and at a position of the slider", () => {
  const all = new TextEncoder().encode("first   secondthird   "), about = {
    places: { "0.norms": [0, 5], "0.norms.2": [8, 6], "1.norms": [14, 5] },
  }
  const text = (...which) => new TextDecoder().decode(message(about, all, ...which))
  assert.equal(text(0, "norms"), "first")
  assert.equal(text(0, "norms", 2), "second")
  assert.equal(text(1, "norms"), "third")
})

test("a message is a copy of its own: numbers in it begin where memory may", () => {
  const { byteOffset, buffer } = message({ places: { "0.a": [8, 8] } }, new Uint8Array(24), 0, "a")
  assert.deepEqual([byteOffset, buffer.byteLength], [0, 8])
})
