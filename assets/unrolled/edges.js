// Edges: along time, upwards, and the gradient back along both.

/** Edges along time at one boundary, between the columns left and right of it. */
function along_time(view, p, stage, s, left, right, b, handed) {
  stage.layers.forEach((layer, i) => {
    if (layer.reverse ? left.kind === "init" || handed : right.kind === "init") return
    const row = view.place.rows[i], times = view.clock.stages[s]
    const reader = Math.max(0, Math.min(stage.steps - 1, layer.reverse ? b - 1 : b))
    const tick = times.node(layer, reader), back = mirror(view.clock, tick)
    for (const name of Object.keys(layer.states)) {
      const y = name === "h" ? row.middle : row.c, [up, low] = name === "h" ? [9, 8] : [6, 5]
      const [a, z] = name === "h" ? [left.x1 + 2, right.x0 - 2]
        : [(left.kind === "gap" ? left.x1 : beadX(view, left) + view.place.bead) + 2, (right.kind === "gap" ? right.x0 : beadX(view, right) - view.place.bead) - 2]
      const [from, to] = layer.reverse ? [z, a] : [a, z]
      forward(view, p, [[from, y - up], [to, y - up]], tick, name === "c" ? { width: 2.6, colour: view.colours.highway, weight: weightOf(stage, "peep", i) } : { weight: weightOf(stage, "loop", i) })
      const value = layer.states[name].from_next[b], next = view.payload.stages.length > 1 && handed ? "the decoder" : "the next step"
      const place = handed ? `the encoder's last ${anyLetter(layer.letters, name)}${layer.caption ? ` (${layer.caption})` : ""}` : fullName(layer, name, b)
      const words = edgeTip(`gradient arriving at ${place}`, `from ${next}`, value)
      backward(view, p, [[to, y + low], [from, y + low]], value, back, words, { "data-state": name, "data-layer": i, "data-stage": s, "data-boundary": b, "data-from": "next" })
      if (name === "h") marked(view, p, stage, layer, i, b, (from + to) / 2, value, back)
    }
  })
}

/** The number beside the first and the last arrow along time that carries a gradient. */
function marked(view, p, stage, layer, i, b, x, value, tick) {
  const values = layer.states.h.from_next, carries = values.map((v, k) => kind(v) === "zero" ? -1 : k).filter(k => k >= 0)
  if (b !== carries[0] && b !== carries.at(-1) || kind(value) === "zero") return
  const g = lit(view, el(p, "g", { class: "gradientmark", "aria-hidden": true, "data-boundary": b, "data-value": String(value) }), tick)
  const halo = { stroke: view.colours.background, "stroke-width": 4, "paint-order": "stroke" }
  const row = view.place.rows[i], last = b === carries.at(-1) && b !== carries[0] // below it a column's own arrows
  write(g, x, last ? row.top - 5 : row.bottom + 15, beside(value), { fill: view.colours.text, "font-weight": 700, "font-size": 14, ...halo })
}

/** Edges between the levels of one step: x to the first layer, layer to layer, last layer to y. */
function upwards(view, p, stage, c, t) {
  const levels = [...new Set(stage.layers.map(l => l.layer))].map(n => stage.layers.map((layer, i) => ({ layer, i })).filter(r => r.layer.layer === n))
  levels.forEach((level, k) => climb(view, p, stage, c, t, k ? levels[k - 1] : null, level))
  if (stage.outputs.text[t] !== null) climb(view, p, stage, c, t, levels.at(-1), null)
}

function climb(view, p, stage, c, t, source, target) {
  const { place, clock } = view, rows = place.rows, { f } = lanes(view, c)
  const tops = source ? source.map(r => rows[r.i].top) : [place.input.top]
  const ends = target ? target.map(r => rows[r.i].bottom) : [place.output.bottom]
  const ticks = target ? target.map(r => clock.stages[c.s].node(r.layer, t)) : [clock.stages[c.s].output(t)]
  const fork = ends[0] + 13
  const weights = target ? target.map(r => weightOf(stage, "in", r.i)) : [weightOf(stage, "out", null)]
  forward(view, p, [[f, tops.at(-1) - 2], [f, ends[0] + 2]], ticks[0], { weight: weights[0] })
  if (tops.length > 1) { // the forward layer's state goes round the reverse layer
    const x = c.x0 - 6
    forward(view, p, [[c.x0 + 6, tops[0] - 1], [c.x0 + 6, tops[0] - 8], [x, tops[0] - 8], [x, fork + 6], [f, fork + 6]], ticks[0], { bare: true, weight: target ? null : weights[0] })
  }
  if (ends.length > 1) { // and the input goes round the forward layer
    const x = c.x1 + 6
    el(lit(view, el(p, "g", { class: "forward" }), ticks[1]), "circle", { cx: f, cy: fork, r: 2.6, fill: view.colours.line })
    forward(view, p, [[f, fork], [x, fork], [x, ends[1] + 10], [f, ends[1] + 10], [f, ends[1] + 2]], ticks[1], { weight: weights[1] })
  }
  return fall(view, p, stage, c, t, { source, tops, ends, tick: Math.max(...ticks) })
}

/** The gradient that comes down the same edges. */
function fall(view, p, stage, c, t, { source, tops, ends, tick }) {
  const { g } = lanes(view, c), back = mirror(view.clock, tick)
  if (!source) {
    const value = stage.input_gradient[t]
    return backward(view, p, [[g, ends[0] + 2], [g, tops[0] - 2]], value, back, edgeTip("gradient of the input", letter(view.payload.letters, "x", t + 1), value), { "data-stage": c.s, "data-step": t, "data-from": "input" })
  }
  source.forEach(({ layer, i }, k) => {
    const b = after(layer, t), value = layer.states.h.from_output[b], x = c.x0 - 15
    const words = edgeTip(`gradient arriving at ${fullName(layer, "h", b)}`, `from ${layer.above}`, value)
    const points = k === tops.length - 1 ? [[g, ends[0] + 2], [g, tops[k] - 2]]
      : [[c.x0 + 3, ends[0] + 4], [x, ends[0] + 4], [x, tops[k] + 8], [c.x0 - 2, tops[k] + 8]]
    backward(view, p, points, value, back, words, { "data-state": "h", "data-layer": i, "data-stage": c.s, "data-boundary": b, "data-from": "output" })
  })
}

/** Beside a cell-state bead the vertical edges keep to the right. */
const lanes = (view, c) => view.place.tight ? (view.place.cell ? { f: c.x1 - 10, g: c.x1 - 3 } : { f: c.cx - 5, g: c.cx + 5 })
  : view.place.cell ? { f: c.x1 - 19 + (c.x1 - c.x0 > 50 ? 0 : 4), g: c.x1 - 5 } : { f: c.cx - 7, g: c.cx + 8 }

/** The weight that sits on an arrow: into a layer, along time in it, or out to the readout. */
const weightOf = (stage, what, i) => stage.weights.find(w => w.kind === what && w.layer === i) ?? null
