// The pure half of assets/cell.js under node: numbers, sums that add up, equations, paths.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = ["cell", "drawing", "message", "svg"].map(name => readFileSync(new URL(`../../assets/${name}.js`, import.meta.url), "utf8")).join("\n")
const c = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"))

const plain = html => html.replace(/<[^>]*>/g, "")
const number = text => Number(text.replaceAll("−", "-").replace(/[()]/g, ""))
/** The numbers of a written sum, with their signs. */
const terms = text => [...text.replaceAll(" − ", " + −").split(" + ")].map(number)

test("a number on a wire is a unit's, or the mean of all", () => {
  const data = { first: 4, numbers: { a: { rows: 2, columns: 2, all: Float64Array.of(1, 2, 3, 1e300) } } }
  assert.equal(c.value(data, "a", 4, 2), 2)
  assert.equal(c.value(data, "a", 4, 0), 1.5)
})

test("numbers on the wires are short, also the huge, the tiny and the infinite", () => {
  assert.deepEqual([0.12345, -0.5, 0, 1e-7, -2.5e9, 123.456, Infinity, -Infinity, NaN].map(v => c.fmt(v)),
    ["0.123", "−0.500", "0.000", "1e−7", "−2.5e9", "123.5", "∞", "−∞", "NaN"])
  assert.equal(c.decimals(-0.00001), "0.0000")
})

test("numbers agree with their total where the digits shown add up, and only there", () => {
  assert.ok(c.agree([0.1, 0.2], 0.3))
  assert.ok(!c.agree([-0.10066, 0.03653], -0.06413)) // written −0.1007 + 0.0365, which is −0.0642
  assert.ok(!c.agree([1e300, 1], Infinity))
  let seed = 1
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5
  for (let k = 0; k < 500; k++) {
    const values = Array.from({ length: 1 + k % 9 }, random), total = values.reduce((a, b) => a + b, 0)
    const shown = values.map(v => number(c.decimals(v))).reduce((a, b) => a + Math.round(b * 1e4), 0)
    assert.equal(c.agree(values, total), shown === Math.round(number(c.decimals(total)) * 1e4))
  }
})

test("products are all written out where there are few, else the rest is counted", () => {
  assert.equal(c.products([1, 2, 3], [4, 5, 6]).rest, null)
  const hot = c.products(Array(12).fill(0.5), Array.from({ length: 12 }, (_, j) => +(j === 7)))
  assert.deepEqual([hot.shown.map(t => t.j), hot.rest], [[7], { count: 11, sum: 0, zero: true }])
  const many = c.products(Array(16).fill(1), Array.from({ length: 16 }, (_, j) => j + 1))
  assert.equal(many.shown.length + many.rest.count, 16)
  assert.equal(many.shown.reduce((a, t) => a + t.p, 0) + many.rest.sum, 136)
})

test("a weighted sum is written with every number rounded by itself, and says whether it adds up", () => {
  const weights = [0.41272, -0.53861, 0.26519, -0.3745], values = [0, 1, 0, 0], bias = 0.49891
  const [first, second, total] = c.written(weights, values, bias, -0.0397, "q1").map(([sign, html]) => sign + plain(html))
  assert.equal(first, "=0.4127 · 0 − 0.5386 · 1 + 0.2652 · 0 − 0.3745 · 0 + 0.4989")
  assert.equal(second, "≈0.0000 − 0.5386 + 0.0000 + 0.0000 + 0.4989")
  assert.equal(total, "=−0.0397")
  const apart = c.written([-0.10066], [1], 0.03653, -0.06413, "q1").map(([sign, html]) => sign + plain(html))
  assert.deepEqual(apart, ["=−0.1007 · 1 + 0.0365", "≈−0.1007 + 0.0365", "≈−0.0641"])
})

const name = (id, symbol) => ({ kind: "name", id, symbol: [symbol, "t", ""] })
const gate = { kind: "function", name: "σ", id: "f", args: [{ kind: "plus", id: "a", args: [
  { kind: "W", id: "u", symbol: ["W", "f", ""], bias_symbol: ["b", "f", ""], args: [name("x", "x")] },
  { kind: "U", id: "v", symbol: ["U", "f", ""], bias_symbol: ["c", "f", ""], args: [name("h", "h")] }] }] }
const mixture = { kind: "plus", id: "h", args: [
  { kind: "times", id: "k", args: [name("z", "z"), name("p", "h")] },
  { kind: "times", id: "m", args: [{ kind: "one-minus", id: "y", args: [name("z", "z")] }, name("n", "n")] }] }

test("an equation in symbols and, level by level, in numbers", () => {
  assert.equal(plain(c.symbolic(gate)), "σ(Wf xt + bf + Uf ht + cf)")
  assert.equal(plain(c.symbolic(mixture)), "zt ⊙ ht + (1 − zt) ⊙ nt")
  const read = id => ({ u: 0.12344, v: -0.4, a: -0.27656, f: 0.4313 })[id]
  assert.deepEqual(c.lines({ tree: gate }, read).map(l => l.sign + plain(l.html)), ["≈σ(0.1234 − 0.4000)", "=σ(−0.2766)", "≈0.4313"])
  const apart = id => ({ u: 0.12344, v: -0.40004, a: -0.2766, f: 0.4313 })[id]
  assert.equal(c.lines({ tree: gate }, apart)[1].sign, "=")
  assert.equal(c.lines({ tree: gate }, id => id === "a" ? -0.27666 : apart(id))[1].sign, "≈")
})

test("where the digits of a sum agree it says =, elsewhere ≈; exact steps say =, rounded ones ≈", () => {
  const v = { z: 0.27113, p: -0.02004, n: -0.35051 }
  Object.assign(v, { y: 1 - v.z, k: v.z * v.p }); v.m = v.y * v.n; v.h = v.k + v.m
  const shown = c.lines({ tree: mixture }, id => v[id]).map(l => [l.sign, plain(l.html)])
  assert.equal(shown[0][1], "0.2711 · (−0.0200) + (1 − 0.2711) · (−0.3505)")
  const sum = Math.round(terms(shown[2][1]).reduce((a, b) => a + b, 0) * 1e4)
  assert.equal(shown[3][0], sum === Math.round(v.h * 1e4) ? "=" : "≈")
})

test("terms carry the diagram's names, and strangers' characters mean nothing", () => {
  assert.match(c.symbolic(gate), /data-q="u"/)
  assert.match(c.numeric(gate, 0, () => 1), /data-q="v"/)
  assert.doesNotMatch(c.math(["<b>", "&", ""]), /<b>/)
  assert.equal(c.find(gate, "v").kind, "U")
  assert.equal(c.find(gate, "nothing"), null)
})

test("activations and their slopes", () => {
  for (const f of Object.values(c.FUNCTIONS)) for (const a of [-3, -0.5, 0.2, 2]) {
    const slope = (f.f(a + 1e-6) - f.f(a - 1e-6)) / 2e-6
    assert.ok(Math.abs(slope - f.d(f.f(a))) < 1e-8)
  }
})

test("wires end on the edge of what they enter, corners are round", () => {
  assert.deepEqual(c.trimmed([[0, 0], [0, 100]], "times").at(-1), [0, 88])
  assert.deepEqual(c.trimmed([[100, 0], [0, 0]], "U").at(-1), [21, 0])
  assert.deepEqual(c.trimmed([[5, 5]], "plus"), [[5, 5]])
  assert.equal(c.path([[0, 0], [0, 50], [40, 50]]), "M0,0L0,43Q0,50 7,50L40,50")
})

test("colours belong to the range, not to the data", () => {
  const colours = { sequential: c.levels(["#000000", "#ffffff"]), diverging: c.levels(["#ff0000", "#ffffff", "#0000ff"]), lost: ["#888888", "#000000"] }
  assert.deepEqual(c.fill(0.5, ["unit", 0, 1], colours), ["#808080", "#000000"])
  assert.equal(c.fill(0, ["signed", -1, 1], colours)[0], "#ffffff")
  assert.equal(c.fill(9, ["wide", -2, 2], colours)[0], "#0000ff")
  assert.equal(c.fill(NaN, ["wide", -2, 2], colours)[0], "#888888")
  assert.deepEqual([c.ink("#ffffff"), c.ink("#000000")], ["#000000", "#ffffff"])
})

test("lines of the same shape differ in words alone; another sign is a word, another tag is not", () => {
  const cut = html => html.split(/(<[^>]*>)/)
  assert.ok(c.alike(cut("<b>1</b> + 2"), cut("<b>3</b> − 4")))
  assert.ok(!c.alike(cut("<b>1</b> + 2"), cut("<i>1</i> + 2")))
  assert.ok(!c.alike(cut("<b>1</b>"), cut("<b></b>")))
  assert.ok(!c.alike(cut("<b>1</b>"), cut("<b>&lt;</b>")))
})
