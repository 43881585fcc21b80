import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/notebook.js", import.meta.url), "utf8")
const { noted, undone, written } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

/** A browser's storage. */
const drawer = (content = {}) => ({
  content,
  setItem: (key, text) => { content[key] = text },
  getItem: (key) => content[key] ?? null,
  removeItem: (key) => { delete content[key] },
})
const none = { put: [], ask: [], urgent: [] }

test("a text is kept, read again and let go of", () => {
  const storage = drawer(), at = () => storage
  assert.deepEqual(noted({ ...none, put: [{ name: "mine", text: "a deck" }] }, at), [])
  assert.deepEqual(storage.content, { "inside-an-rnn/mine": "a deck" })
  assert.deepEqual(noted({ ...none, ask: ["mine", "answers"] }, at), [{ read: "mine", text: "a deck" }])
  noted({ ...none, put: [{ name: "mine", text: "" }] }, at)
  assert.deepEqual(storage.content, {})
})

test("that there is none is said only where somebody waits for it", () => {
  const at = () => drawer()
  assert.deepEqual(noted({ ...none, ask: ["mine"] }, at), [])
  assert.deepEqual(noted({ ...none, ask: ["mine"], urgent: ["mine"] }, at), [{ read: "mine", text: "" }])
})

test("a browser without storage says why nothing is kept", () => {
  const closed = () => { throw new Error("not allowed here") }
  const said = noted({ put: [{ name: "a", text: "b" }], ask: ["a"], urgent: ["a"] }, closed)
  assert.deepEqual(said, [{ unnoted: "not allowed here" }, { read: "a", text: "" }])
})

test("nothing is done twice, and a new session asks anew", () => {
  const seen = new Set()
  const fresh = (mark) => !seen.has(mark) && Boolean(seen.add(mark))
  const notes = { put: [{ name: "a", stamp: "1", text: "x" }], ask: ["a"], urgent: [], stamp: "s" }
  assert.equal(undone(notes, fresh).put.length, 1)
  assert.deepEqual(undone(notes, fresh), none)
  assert.deepEqual(undone({ ...notes, stamp: "t" }, fresh).ask, ["a"])
  assert.deepEqual(undone({ ...notes, urgent: ["a"] }, fresh).ask, ["a"])
})

test("a message of networks alone asks for nothing", () => {
  assert.deepEqual(undone(undefined, () => true), none)
})

test("what another tab writes is heard, if it is ours", () => {
  assert.deepEqual(written({ key: "inside-an-rnn/mine", newValue: "x" }), { read: "mine", text: "x" })
  assert.deepEqual(written({ key: "inside-an-rnn/mine", newValue: null }), { read: "mine", text: "" })
  assert.equal(written({ key: "stStorage", newValue: "x" }), undefined)
  assert.equal(written({ key: null, newValue: null }), undefined)
})
