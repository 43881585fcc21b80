// Scripts fetched ahead: shared with who needs them meanwhile, and asked for again after a failure.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/ahead.js", import.meta.url), "utf8")
const { fetchAll } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

test("scripts come one after the other, and each once", async () => {
  const asked = [], kept = { there: { default: 1 } }
  let running = 0
  await fetchAll(["there", "a", "b"], kept, async (name) => {
    assert.equal(++running, 1)
    await new Promise((done) => setTimeout(done))
    running--
    asked.push(name)
    return { name }
  })
  assert.deepEqual(asked, ["a", "b"])
  assert.deepEqual(kept, { there: { default: 1 }, a: { name: "a" }, b: { name: "b" } })
})

test("a script on its way is not asked for again", async () => {
  const kept = { a: Promise.resolve({ name: "a" }) }
  await fetchAll(["a"], kept, () => assert.fail("asked again"))
})

test("what could not be fetched is left to who needs it, and the others come", async () => {
  const kept = {}
  await fetchAll(["a", "b"], kept, async (name) => {
    if (name === "a") throw new Error("not served")
    return { name }
  })
  assert.deepEqual(kept, { b: { name: "b" } })
})
