// The pure functions of assets/leaves.js: parts that come one by one.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const { missing, withPart } = await import("data:text/javascript," +
  encodeURIComponent(readFileSync(new URL("../../assets/leaves.js", import.meta.url), "utf8")))

const part = (name, k) => ({ name, part: k, parts: 3, values: [k], leaves: [{ title: `${name}${k}` }] })

test("parts of the same leaves add up, in whichever order they come, and each once", () => {
  let kept = withPart(null, part("a", 1))
  kept = withPart(kept, part("a", 0))
  assert.deepEqual(kept.values, [1, 0])
  assert.equal(withPart(kept, part("a", 0)), kept)
  assert.deepEqual(kept.leaves.map(({ title }) => title), ["a1", "a0"])
})

test("leaves of another name begin anew", () => {
  const kept = withPart(withPart(null, part("a", 0)), part("b", 2))
  assert.deepEqual([kept.name, kept.values, kept.parts], ["b", [2], [2]])
})

test("the first part that is not here is the next, until all are", () => {
  const given = { name: "a", parts: 3 }
  let kept = null
  for (const wanted of [0, 1, 2]) {
    assert.equal(missing(kept, given), wanted)
    kept = withPart(kept, part("a", wanted))
  }
  assert.equal(missing(kept, given), null)
  assert.equal(missing(kept, { name: "b", parts: 3 }), 0)
})

test("a part that an overtaken run took along is asked for again, a few times", async () => {
  const heard = {}, node = { dataset: {}, isConnected: true }, asked = []
  globalThis.document = { addEventListener: (name, then) => { heard[name] = then }, removeEventListener() {} }
  globalThis.rnnLeaves = undefined
  const source = ["leaves", "message"].map((name) => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8"))
  const { default: show } = await import(`data:text/javascript,${encodeURIComponent(source.join("\n"))}`)
  const draw = (more) => show({ data: new TextEncoder().encode(JSON.stringify({ setting: "scale", name: "a", parts: 2, ...more })),
    parentElement: { querySelector: () => node }, setTriggerValue: (_, wish) => asked.push(wish) })
  draw({})
  assert.deepEqual(asked, []) // nobody is near
  heard["rnn-near"]({ detail: { setting: "scale" } })
  for (let k = 0; k < 6; k++) draw({})
  assert.deepEqual(asked, ["a 0", "a 0", "a 0", "a 0"])
  draw({ part: 0, values: [1], leaves: [{}] })
  draw({})
  draw({ part: 1, values: [2], leaves: [{}] })
  draw({})
  assert.deepEqual(asked.slice(4), ["a 1", "a 1"])
})
