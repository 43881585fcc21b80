import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/download.js", import.meta.url), "utf8")
const { gathered, progress } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

test("a text arrives whole, and how far it is is told", async () => {
  const told = []
  assert.equal(await gathered(new Response("to be or not"), 100, (n) => told.push(n)), "to be or not")
  assert.deepEqual(told, [12])
})

test("what is refused or too large is not taken", async () => {
  await assert.rejects(gathered(new Response("", { status: 404 }), 9, () => {}), /404/)
  await assert.rejects(gathered(new Response("0123456789"), 9, () => {}), /larger/)
})

test("progress in words", () => assert.equal(progress(500_000, 1_115_394), "0.5 of 1.1 MB"))
