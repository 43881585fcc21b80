// The pure files of assets/unrolled/ under node: numbers, scales, folding, order of computation.
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import test from "node:test"

// The page runs all files as one script, joined as pages/components/scripts.py joins them.
const folder = new URL("../../assets/unrolled/", import.meta.url)
const files = ["../svg.js", ...readdirSync(folder).filter(name => name.endsWith(".js")).sort()]
const source = files.map(name => readFileSync(new URL(name, folder), "utf8")).join("\n")
const u = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"))

const scale = { floor: 1e-16, ceiling: 1e8 }
const layer = (n, reverse = false) => ({ layer: n, reverse, caption: "", above: "this step's output", states: {} })
const stage = (steps, layers, offset = 0) => ({ steps, layers, offset, outputs: { text: Array(steps).fill("e") } })

test("overflowed numbers arrive as words", () => {
  assert.equal(u.num("inf"), Infinity)
  assert.equal(u.num("-inf"), -Infinity)
  assert.ok(Number.isNaN(u.num("nan")))
  assert.deepEqual([0, 1e-300, "inf", "nan"].map(u.kind), ["zero", "value", "overflow", "overflow"])
  assert.match(u.fmt("nan"), /overflow/)
})

test("numbers are written shortly, small and huge ones with an exponent", () => {
  assert.equal(u.fmt(0.12345), "0.123")
  assert.equal(u.fmt(1.5e-7), "1.50·10⁻⁷")
  assert.equal(u.fmt(-2.25e12), "−2.25·10¹²")
  assert.deepEqual([0.03, 2e-5, -3e-15, 1e75, 0, "inf"].map(u.brief), [".03", "2e−5", "−3e−15", "1e75", "0", "∞"])
  assert.equal(u.fmt(0), "0")
  assert.deepEqual([0.434, -0.02, 1.94, 12.3, 1e75, "inf", 0, 0.996].map(u.short), [".43", "−.02", "1.9", "12", "1e75", "∞", "0", "1.0"])
  for (let v = 0.001; v < 1e5; v *= 1.07) assert.ok(u.short(v).length <= 4, `${v}: ${u.short(v)}`)
})

test("texts are cut to fit, numbers stay numbers", () => {
  assert.deepEqual(["−0.87", "−1.00", "0.50", "12.34", "−12.34"].map(v => u.fit(v, 4)), ["−.87", "−1.0", "0.50", "12.3", "−12"])
  assert.equal(u.fit("rises", 4), "ris…")
  assert.equal(u.fit("e", 4), "e")
})

test("the log scale is linear in decades and clamps at floor and ceiling", () => {
  assert.equal(u.position(1e-16, scale), 0)
  assert.equal(u.position(1e-40, scale), 0)
  assert.equal(u.position(1e8, scale), 1)
  assert.equal(u.position(1e90, scale), 1)
  assert.equal(u.position("inf", scale), 1)
  assert.ok(Math.abs(u.position(1e-4, scale) - 0.5) < 1e-12)
  assert.ok(u.thickness(1, scale) > u.thickness(1e-3, scale))
  const run = { floor: 1e-5, ceiling: 1 } // a fall of 10⁴ on the run's own scale
  assert.ok(u.thickness(0.5, run) > 4 * u.thickness(0.5e-4, run))
})

test("in lecture mode the smallest type of a drawing is 20 of 22 pixels, on any screen", () => {
  assert.deepEqual([12, 16, 18].map(u.magnified), [0.75, 1, 1.125])
  assert.ok(12 * u.magnified(22) >= 20)
  for (const text of [20, 22, 40]) assert.ok(Math.abs(12 * u.magnified(text) - 0.91 * text) < 1e-9)
  assert.equal(u.magnified(NaN), 1)
})

test("the numbers at both ends are short", () => {
  assert.deepEqual([0.5321, 3.2e-5, 1e-6, 7.5e5, 0, "inf", "nan"].map(u.beside), ["0.53", "3·10⁻⁵", "10⁻⁶", "8·10⁵", "0", "∞", "NaN"])
})

test("colours", () => {
  assert.equal(u.mix("#000000", "#ffffff", 0.5), "#808080")
  assert.deepEqual(u.rgb("rgba(10, 20, 30, 0.5)"), [10, 20, 30, 0.5])
  assert.deepEqual(u.rgb("#fff"), [255, 255, 255, 1])
  assert.equal(u.ink("#ffffff"), "#000000")
  assert.equal(u.ink("#0a3341"), "#ffffff")
  const contrast = (a, b) => (Math.max(u.luminance(a), u.luminance(b)) + 0.05) / (Math.min(u.luminance(a), u.luminance(b)) + 0.05)
  for (let v = 0; v < 256; v++) assert.ok(contrast(u.mix("#000000", "#ffffff", v / 255), u.ink(u.mix("#000000", "#ffffff", v / 255))) >= 4.5)
  assert.equal(u.along(["#000000", "#ffffff"], 1), "#ffffff")
})

test("a node's colour belongs to its meaning", () => {
  const colours = { background: "#ffffff", h: ["#ffffff", "#000000"], diverging: ["#ff0000", "#ffffff", "#0000ff"] }
  const share = { state: "h", low: 0, high: 1 }, signed = { state: "h", low: -1, high: 1 }
  assert.equal(u.fillOf(0, share, colours), "#ffffff")
  assert.equal(u.fillOf(7, share, colours), "#000000")
  assert.equal(u.fillOf(-1, signed, colours), "#ff0000")
  assert.equal(u.fillOf(0, signed, colours), "#ffffff")
  assert.equal(u.fillOf("nan", signed, colours), "#ffffff")
})

test("boundaries: a forward layer writes to the right, a reverse layer to the left", () => {
  assert.deepEqual([u.before(layer(0), 4), u.after(layer(0), 4)], [4, 5])
  assert.deepEqual([u.before(layer(0, true), 4), u.after(layer(0, true), 4)], [5, 4])
  assert.equal(u.worn(layer(0), u.after(layer(0), 4)), 5)
  assert.equal(u.worn(layer(0, true), u.after(layer(0, true), 4)), 5)
})

test("steps are counted through both stages", () => {
  const stages = [stage(6, [layer(0)]), stage(5, [layer(0)], 6)]
  assert.deepEqual(u.locate(stages, 0), { s: 0, t: 0 })
  assert.deepEqual(u.locate(stages, 5), { s: 0, t: 5 })
  assert.deepEqual(u.locate(stages, 6), { s: 1, t: 0 })
})

test("short sequences show every step, long ones fold around the selection", () => {
  assert.equal(u.columns(60, 3, false).length, 60)
  for (const [T, centre] of [[61, 0], [200, 0], [200, 100], [200, 199], [100, null], [200, 12]]) {
    const cols = u.columns(T, centre, true)
    const covered = cols.flatMap(c => Array.from({ length: c.to - c.from + 1 }, (_, i) => c.from + i))
    assert.deepEqual(covered, Array.from({ length: T }, (_, t) => t)) // nothing lost, nothing twice
    assert.ok(cols.length < 40)
    assert.ok(cols.filter(c => c.kind === "gap").every(c => c.to - c.from >= 5))
    if (centre !== null) assert.ok(cols.some(c => c.kind === "step" && c.from === centre))
  }
})

test("a node is computed after all it reads", () => {
  for (const sides of [[false], [true], [false, true]]) {
    const layers = [0, 1, 2].flatMap(n => sides.map(reverse => layer(n, reverse))), T = 7
    const clock = u.ticks([stage(T, layers), stage(T, layers, T)])
    for (const [s, times] of clock.stages.entries()) {
      const top = layers.filter(l => l.layer === 2)
      for (let t = 0; t < T; t++) {
        for (const l of layers) {
          if (l.reverse ? t < T - 1 : t > 0) assert.ok(times.node(l, t) > times.node(l, l.reverse ? t + 1 : t - 1))
          for (const below of layers.filter(b => b.layer === l.layer - 1)) assert.ok(times.node(l, t) > times.node(below, t))
          if (s) assert.ok(times.node(l, t) > clock.stages[0].node(l, l.reverse ? 0 : T - 1))
        }
        for (const l of top) assert.ok(times.output(t) > times.node(l, t))
        assert.ok(times.output(t) < clock.forward)
      }
    }
  }
})

test("nothing is computed before its turn, everything once, and back in the mirrored order", () => {
  for (const sides of [[false], [true], [false, true]]) {
    const layers = [0, 1, 2].flatMap(n => sides.map(reverse => layer(n, reverse))), T = 6
    const stages = [stage(T, layers), stage(T, layers, T)], clock = u.ticks(stages), log = u.events(stages, clock)
    const forward = log.flatMap(e => e.cells.map(c => [c.s, c.i, c.t].join()))
    assert.equal(new Set(forward).size, forward.length)
    assert.equal(forward.length, 2 * T * layers.length)
    const back = []
    for (let at = 0; at <= clock.end; at++) {
      const now = u.moment(at, clock, log)
      assert.equal(now.phase, at < clock.forward ? "forward" : at === clock.forward ? "loss" : at < clock.end ? "backward" : "whole")
      if (now.phase === "backward") back.push(...now.cells.map(c => [c.s, c.i, c.t].join()))
    }
    assert.deepEqual([...back].reverse().sort(), [...forward].sort())
    for (const [early, late] of [["0,0", "0,2"], ["0,2", "1,0"]]) // what came first gets its gradient last
      assert.ok(back.findIndex(c => c.startsWith(early)) > back.findIndex(c => c.startsWith(late)))
  }
})

test("stacked layers are computed in a slanting front", () => {
  const stages = [stage(5, [layer(0), layer(1), layer(2)])], clock = u.ticks(stages), log = u.events(stages, clock)
  assert.deepEqual(log[3].cells.map(c => [c.i, c.t]), [[0, 3], [1, 2], [2, 1]])
  assert.deepEqual(log[3].outputs, [{ s: 0, t: 0 }])
})

test("where a gradient comes from", () => {
  assert.match(u.sources(0, "this step's output"), /^all from the next step$/)
  assert.match(u.sources(1, "this step's output"), /^all from this step's output$/)
  assert.match(u.sources(0.25, "the layer above"), /25 % from the layer above, 75 % from the next step/)
  assert.match(u.sources(1.26, "h₉"), /against each other: 126 % from h₉, −26 %/)
  assert.match(u.sources(null, "h₉"), /no gradient/)
  const stages = [stage(5, [layer(0)]), stage(4, [layer(0)], 5)]
  assert.equal(u.giver({ stages }, { s: 0, t: 4 }), "the decoder")
  assert.equal(u.giver({ stages }, { s: 0, t: 3 }), "the next step")
  assert.equal(u.giver({ stages }, { s: 1, t: 3 }), "the next step")
})

test("a lit weight says what it is and what each step adds", () => {
  const weight = { s: 0, kind: "loop", layer: 0, symbol: ["W", "hh"], shape: [64, 16], stacked: "4 gates stacked", share: [0, 0.25], sum: [0.5, 0.25], total: 0.5 }
  const said = u.weightWords({ stages: [{ name: "network", ...stage(2, [layer(0)]) }] }, weight)
  for (const part of ["W_hh", "64×16", "4 gates stacked", "one matrix, used 2 times", "sum of 2 shares", "0.5"]) assert.ok(said.includes(part), part)
  assert.match(u.shareWords(weight, 1), /Step 2 adds a share of norm 0.25; sum so far 0.25 of 0.5/)
})

test("letters are those of the notation that Python sent", () => {
  const letters = { h: { any: "aₜ", at: ["a₀", "a₁"] } }
  assert.equal(u.letter(letters, "h", 1), "a₁")
  assert.equal(u.letter(undefined, "c", 12), "c₁₂")
})

test("rolled up, each stage shows the selected step or the one next to the other stage", () => {
  const stages = [stage(6, [layer(0)]), stage(5, [layer(0)], 6)]
  assert.deepEqual(u.shownSteps(stages, 3), [3, 0])
  assert.deepEqual(u.shownSteps(stages, 8), [5, 2])
})

test("steps are tight only where that makes all of them fit", () => {
  const fits = (width, T, states) => {
    const place = u.layout({ steps: T, stages: [{ ...stage(T, [{ ...layer(0), states }]), outputs: { loss: Array(T).fill(1) } }] }, width, 0)
    return [place.tight, place.right <= width]
  }
  assert.deepEqual(fits(980, 20, { h: {}, c: {} }), [true, true]) // the default, 1440 wide
  assert.deepEqual(fits(980, 12, { h: {} }), [false, true])
  assert.deepEqual(fits(980, 60, { h: {} }), [false, false]) // would scroll anyway: comfortable
  assert.deepEqual(fits(358, 20, { h: {}, c: {} }), [false, false])
})

test("keys", () => {
  assert.equal(u.move("ArrowRight", 3, 5), 4)
  assert.equal(u.move("ArrowRight", 4, 5), 4)
  assert.equal(u.move("ArrowLeft", 0, 5), 0)
  assert.equal(u.move("Home", 3, 5), 0)
  assert.equal(u.move("End", 3, 5), 4)
  assert.equal(u.move("a", 3, 5), null)
})

test("layout: columns do not overlap, a wide page needs no scrolling, narrow ones keep full size", () => {
  const nothing = { loss: [1, null, null, null, null] }
  const make = (T, states) => ({ steps: T, stages: [{ ...stage(T, [{ ...layer(0), states }]), outputs: nothing }] })
  for (const width of [320, 1100]) {
    const place = u.layout(make(5, { h: {}, c: {} }), width, 0)
    const cols = place.list[0]
    assert.equal(cols.length, 6) // h_0 and five steps
    for (let k = 1; k < cols.length; k++) assert.ok(cols[k].x0 - cols[k - 1].x1 >= (place.tight ? 10 : 18))
    assert.ok(width < 400 || place.right <= width)
  }
  assert.ok(u.layout(make(24, { h: {} }), 1400, 0).right <= 1400)
  assert.ok(u.layout(make(200, { h: {} }), 1100, 100).list[0].length < 40)
})

test("a hall does not scroll: steps are folded and rows are lowered until all fits", () => {
  const make = (T, layers) => ({ steps: T, stages: [{ ...stage(T, Array.from({ length: layers }, (_, k) => ({ ...layer(k), states: { h: {} } }))), outputs: { loss: Array(T).fill(1) } }] })
  for (const T of [5, 8, 20, 50, 200]) for (const centre of [0, T >> 1, T - 1]) {
    const place = u.layout(make(T, 1), 552, centre, false, 360)
    assert.ok(place.right <= 552, `${T} steps at ${centre}: ${place.right}`)
    const steps = place.list[0].filter(c => c.kind === "step").map(c => c.from)
    assert.ok(steps.includes(centre) && steps.includes(0) && steps.includes(T - 1))
    assert.equal(place.folded, T > 9)
  }
  assert.ok(u.layout(make(8, 1), 1100, 0).height <= u.layout(make(8, 1), 1100, 0, false, 9999).height)
  for (const layers of [1, 2, 3]) assert.ok(u.layout(make(5, layers), 552, 0, false, 360).height <= 360)
  assert.equal(u.layout(make(50, 1), 552, 0).folded, false)
})

test("the sentence for a screen reader has the numbers", () => {
  const states = { h: { rms: [0, 0.5], total: [0, 0.25], from_output: [0, "inf"], from_next: [0, 0] } }
  const payload = { steps: 1, stages: [{ name: "network", ...stage(1, [{ ...layer(0), states }]), inputs: { words: ["“h”"] }, outputs: { words: ["“e” (0.40)"], targets: ["“e”"], loss: [0.916] } }] }
  const said = u.sentence(payload, 0)
  for (const part of ["Step 1 of 1", "“h”", "“e” (0.40)", "loss 0.916", "0.5", "0.25", "overflow"]) assert.ok(said.includes(part), part)
})

test("a weight is found by its name in the link, else one of its kind", () => {
  const all = ["encoder.weight_ih_l0", "encoder.weight_hh_l0", "encoder.weight_ih_l1", "decoder.weight_ih_l0", "decoder.weight_hh_l0", "decoder.readout.bias"]
    .map(id => ({ id, name: id.replace(/^[a-z]+\./, ""), kind: id.includes("hh") ? "loop" : "other" }))
  const found = name => u.weightOfName(all, name)?.id ?? null
  assert.equal(found("decoder.weight_hh_l0"), "decoder.weight_hh_l0")
  assert.equal(found("weight_ih_l1"), "encoder.weight_ih_l1")
  assert.equal(found("weight_ih_l2_reverse"), "encoder.weight_ih_l0")
  assert.equal(found("readout.bias"), "decoder.readout.bias")
  assert.equal(found("weight_ph_l0"), "encoder.weight_hh_l0")
  assert.equal(found("none"), null)
})
