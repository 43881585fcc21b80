// The functions of assets/message.js under node: what pages/components/message.py packs is read back.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const m = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/message.js", import.meta.url), "utf8")))

const padded = bytes => Buffer.concat([bytes, Buffer.alloc((8 - bytes.length % 8) % 8, 32)])

function part(said) {
  const text = Buffer.from(JSON.stringify(said)), length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return padded(Buffer.concat([length, text]))
}

/** As a view at an odd address, as it may come from the socket. */
function shifted(...parts) {
  const bytes = Buffer.concat(parts), found = new Uint8Array(bytes.length + 3).subarray(3)
  found.set(bytes)
  return found
}

test("a message is read back number for number, wherever its arrays stand and whatever its length", () => {
  const one = Float32Array.of(1, 2, 3, 0.5, -Infinity), two = Float64Array.of(1e300, NaN, 0.1)
  for (const title of ["", "a", "ab", "abc", "日本"]) {
    const said = { title, list: [{ a: { array: [0, 1, 5], double: false } }], b: { array: [24, 3], double: true }, none: null }
    const bytes = shifted(part(said), padded(Buffer.from(one.buffer)), Buffer.from(two.buffer))
    const { list: [{ a }], b, ...rest } = m.unpack(bytes)
    assert.deepEqual(rest, { title, none: null })
    assert.deepEqual([a.shape, a.rows, a.columns, [...a.all]], [[1, 5], 1, 5, [...one]])
    assert.deepEqual([b.rows, b.columns, [...b.all]], [3, 1, [...two]])
    assert.deepEqual([...m.row(b, 2)], [0.1])
  }
})

test("a part says where the next one begins", () => {
  const first = part({ step: 1 }), { text, end } = m.part(shifted(first, part({})))
  assert.deepEqual([text, end], ['{"step":1}', first.length])
})

test("text comes as bytes or as a buffer", () => {
  const bytes = new TextEncoder().encode("hₜ")
  assert.equal(m.textOf(bytes), "hₜ")
  assert.equal(m.textOf(bytes.buffer), "hₜ")
})

test("another byte is another message", () => {
  assert.equal(m.digest(Uint8Array.of(1, 2)), m.digest(Uint8Array.of(1, 2)))
  assert.notEqual(m.digest(Uint8Array.of(1, 2)), m.digest(Uint8Array.of(2, 1)))
})

test("what Python says is news unless it said so before, or only echoes what was sent", () => {
  const state = { sent: [] }
  assert.ok(m.isNews(state, "a"))
  assert.ok(!m.isNews(state, "a"))
  state.sent.push("b", "c")
  assert.ok(!m.isNews(state, "b"))
  assert.ok(!m.isNews(state, "c"))
  assert.ok(m.isNews(state, "d"))
})

test("what was sent before the news is no echo after it", () => {
  const state = { sent: [], known: "a" }
  state.sent.push("a") // back where it was: nothing is asked, and no echo comes
  assert.ok(m.isNews(state, "b"))
  assert.ok(m.isNews(state, "a"))
})
