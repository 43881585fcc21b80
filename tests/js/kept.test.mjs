import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/kept.js", import.meta.url), "utf8")
const { answers, surplus } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

const record = (name, when, letters = 10) => ({ name, when, raw: "x".repeat(letters) })

test("the oldest go first where there are too many", () => {
  const nine = [3, 1, 2, 9, 8, 7, 6, 5, 4].map((k) => record(`n${k}`, k))
  assert.deepEqual(surplus(nine, 8), ["n1"])
  assert.deepEqual(surplus(nine, 2).sort(), ["n1", "n2", "n3", "n4", "n5", "n6", "n7"])
  assert.deepEqual(surplus([], 8), [])
})

test("the newest stays however large it is", () => {
  assert.deepEqual(surplus([record("old", 1, 5), record("new", 2, 50)], 8, 20), ["old"])
  assert.deepEqual(surplus([record("old", 1, 5), record("new", 2, 10)], 8, 20), [])
})

test("without a database that is said, for what is kept and for what is asked", async () => {
  const said = await answers({ put: [record("a", 1)], ask: "b" })
  assert.deepEqual(said, [
    { asked: "b", raw: null, why: "it has no database" },
    { failed: "it has no database" },
  ])
  assert.deepEqual(await answers({ put: [], ask: "" }), [])
})
