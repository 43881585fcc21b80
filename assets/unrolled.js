// The unrolled graph: a network laid out over the reader's own input, as SVG.
// Numbers come from the payload (the engine's) and are only drawn here, never computed.
// The first half is pure (tests/js/unrolled.test.mjs); the second half touches the page.

const NS = "http://www.w3.org/2000/svg"
export const LIMIT = 60 // beyond this many steps the middle collapses around the selection
const ENDS = 3, REACH = 9 // steps kept at each end of a stage, and on each side of the selection

// ---------------------------------------------------------------- numbers

/** JSON has no infinity: the payload says "inf", "-inf" or "nan" in words. */
export const num = v => v === "inf" ? Infinity : v === "-inf" ? -Infinity : v === "nan" ? NaN : v

export function fmt(v) {
  const n = num(v)
  if (n === null || n === undefined) return "none"
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "overflow (not a number)" : "overflow (infinite)"
  if (n === 0) return "0"
  const size = Math.abs(n)
  return size < 1e-2 || size >= 1e4 ? n.toExponential(2) : String(+n.toPrecision(3))
}

/** The few characters that fit into a node. */
export function short(v) {
  const n = num(v)
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "NaN" : "∞"
  const size = Math.abs(n), minus = n < 0 ? "−" : ""
  if (size >= 99.5) return n.toExponential(0).replace("+", "").replace("-", "−")
  if (size >= 9.95) return minus + size.toFixed(0)
  if (size >= 0.995) return minus + size.toFixed(1)
  return n === 0 ? "0" : minus + size.toFixed(2).slice(1)
}

/** A text cut to so many characters; a number loses its leading zero and its last decimals instead. */
export function fit(text, room) {
  const points = [...text]
  if (points.length <= room) return text
  if (!/^−?\d+\.\d+$/.test(text)) return points.slice(0, Math.max(1, room - 1)).join("") + "…"
  const bare = text.replace(/^(−?)0\./, "$1.")
  return bare.slice(0, Math.max(room, bare.indexOf("."))).replace(/\.$/, "")
}

export const kind = v => {
  const n = num(v)
  return !Number.isFinite(n) ? "overflow" : n === 0 ? "zero" : "value"
}

/** Where a norm lies on the stated log scale: 0 at the floor, 1 at the ceiling, clamped. */
export function position(v, scale) {
  const [low, high] = [Math.log10(scale.floor), Math.log10(scale.ceiling)]
  const n = num(v)
  if (!Number.isFinite(n)) return 1
  return n <= 0 ? 0 : Math.max(0, Math.min(1, (Math.log10(n) - low) / (high - low)))
}

export const thickness = (v, scale) => 0.8 + 6.6 * position(v, scale)

// ---------------------------------------------------------------- colours

export function rgb(text) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())
  if (hex) {
    const h = hex[1].length < 6 ? [...hex[1]].map(c => c + c).join("") : hex[1]
    return [0, 2, 4].map(i => parseInt(h.slice(i, i + 2), 16)).concat(h.length > 6 ? parseInt(h.slice(6, 8), 16) / 255 : 1)
  }
  const n = (text.match(/-?[\d.]+/g) ?? [0, 0, 0]).map(Number)
  const unit = /^color\(/.test(text.trim()) ? 255 : 1
  return [n[0] * unit, n[1] * unit, n[2] * unit, n[3] ?? 1]
}

const hex = c => "#" + c.slice(0, 3).map(v => Math.round(Math.max(0, Math.min(255, v))).toString(16).padStart(2, "0")).join("")
export const mix = (a, b, share) => hex(rgb(a).map((v, i) => v + (rgb(b)[i] - v) * share))
const opaque = (text, background) => mix(background, hex(rgb(text)), rgb(text)[3])

export function luminance(text) {
  const [r, g, b] = rgb(text).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Black or white, whichever is read more easily on this colour. */
export const ink = fill => luminance(fill) > 0.179 ? "#000000" : "#ffffff"

export function along(stops, share) {
  const at = share * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2)
  return mix(stops[i], stops[i + 1], at - i)
}

/** Fill of a node: the app's sequential or diverging scale over a range that never follows the data. */
export function fillOf(v, range, colours) {
  const n = num(v)
  if (!Number.isFinite(n)) return colours.background
  const share = Math.max(0, Math.min(1, (n - range.low) / (range.high - range.low)))
  return along(range.low < 0 ? colours.diverging : colours[range.state], share)
}

// ---------------------------------------------------------------- time

/** States are indexed by boundary 0..T: which one a layer holds after and before reading step t. */
export const after = (layer, t) => layer.reverse ? t : t + 1
export const before = (layer, t) => layer.reverse ? t + 1 : t

/** The number a state wears: that of the step it was reached by. */
export const worn = (layer, b) => layer.reverse ? b + 1 : b

/** Which stage a step of the whole sequence belongs to, and its number inside that stage. */
export function locate(stages, step) {
  const s = stages.findLastIndex(stage => step >= stage.offset)
  return { s: Math.max(0, s), t: step - stages[Math.max(0, s)].offset }
}

/** Columns of one stage: steps, and gaps [from, to] standing for what is folded away. */
export function columns(T, centre, folded) {
  if (!folded) return Array.from({ length: T }, (_, t) => ({ kind: "step", from: t, to: t }))
  const shown = t => t < ENDS || t >= T - ENDS || (centre !== null && Math.abs(t - centre) <= REACH)
  const out = []
  for (let t = 0; t < T; t++) {
    const last = out.at(-1)
    if (shown(t)) out.push({ kind: "step", from: t, to: t })
    else if (last?.kind === "gap") last.to = t
    else out.push({ kind: "gap", from: t, to: t })
  }
  return out.flatMap(c => c.kind === "gap" && c.to - c.from < 5 // a handful is not worth folding
    ? Array.from({ length: c.to - c.from + 1 }, (_, i) => ({ kind: "step", from: c.from + i, to: c.from + i })) : [c])
}

/** The order of computation: a node's tick comes after those of all it reads. */
export function ticks(stages) {
  let base = 0
  const out = stages.map(stage => {
    const T = stage.steps, depth = Math.max(...stage.layers.map(l => l.layer)) + 1
    const both = stage.layers.some(l => l.reverse) && stage.layers.some(l => !l.reverse)
    const start = base, step = both ? T : 1
    const node = (layer, t) => start + layer.layer * step + (layer.reverse ? T - 1 - t : t)
    const back = stage.layers.every(l => l.reverse)
    const output = t => both ? start + depth * T + t : start + depth + (back ? T - 1 - t : t)
    base = start + (both ? (depth + 1) * T : T + depth)
    return { node, output }
  })
  return { stages: out, forward: base, end: 2 * base + 1 }
}

export function move(key, step, steps) {
  const to = { ArrowRight: step + 1, ArrowLeft: step - 1, Home: 0, End: steps - 1 }[key]
  return to === undefined ? null : Math.max(0, Math.min(steps - 1, to))
}

// ---------------------------------------------------------------- words

const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"
export const sub = n => [...String(n)].map(d => SUBSCRIPT[+d]).join("")
const many = payload => payload.stages.some(s => s.layers.length > 1)
export const rowName = layer => `layer ${layer.layer + 1}${layer.direction ? `, ${layer.direction}` : ""}`

function stateWords(state, layer, b, name) {
  return `norm of ${name}${worn(layer, b)} over root H ${fmt(layer.states[name].rms[b])}, its gradient ${fmt(state.total[b])}: ` +
    `from ${name === "h" ? layer.above : "the hidden state of this step"} ${fmt(state.from_output[b])}, from the next step ${fmt(state.from_next[b])}`
}

/** All the numbers of a step in a sentence, for a screen reader. */
export function sentence(payload, step) {
  const { s, t } = locate(payload.stages, step), stage = payload.stages[s]
  const rows = stage.layers.map(layer => `${many(payload) ? rowName(layer) + ": " : ""}` +
    Object.entries(layer.states).map(([name, state]) => stateWords(state, layer, after(layer, t), name)).join("; "))
  return `Step ${step + 1} of ${payload.steps}${payload.stages.length > 1 ? `, ${stage.name}` : ""}. ${outcome(stage, t)} ${rows.join(". ")}.`
}

export function outcome(stage, t) {
  const parts = [`Reads ${stage.inputs.words[t]}`]
  if (stage.outputs.words[t] !== null) parts.push(`predicts ${stage.outputs.words[t]}`)
  if (stage.outputs.loss[t] !== null) parts.push(`target ${stage.outputs.targets[t]}`, `loss ${fmt(stage.outputs.loss[t])}`)
  return parts.join(", ") + "."
}

const fullName = (layer, name, b) => `${name}${sub(worn(layer, b))}${layer.caption ? ` (${layer.caption})` : ""}`

export function nodeTip(layer, name, b) {
  const state = layer.states[name]
  const lines = [fullName(layer, name, b), `‖${name}‖/√H = ${fmt(state.rms[b])}`]
  if (state.unit) lines.push(`${state.unitName} = ${fmt(state.unit[b])}`)
  lines.push(`‖∂L/∂${name}‖ = ${fmt(state.total[b])}`, `  from ${name === "h" ? layer.above : "h of this step"} ${fmt(state.from_output[b])}`, `  from the next step ${fmt(state.from_next[b])}`)
  return lines.join("\n")
}

function edgeTip(what, from, value) {
  const n = num(value), log = Number.isFinite(n) && n > 0 ? `   (log₁₀ = ${Math.log10(n).toFixed(2).replace("-", "−")})` : n === 0 ? "   (exactly zero)" : ""
  return `${what} ${from}\n${fmt(value)}${log}`
}

// ---------------------------------------------------------------- layout

const BOX = 42, BEAD = 12, SMALL = 30, LIFT = 36, STRIP = 104
const hasCell = layer => "c" in layer.states

/** Everything's place, in CSS pixels at a 16 px root. `width` is what the page gives us. */
export function layout(payload, width, centre) {
  const stages = payload.stages
  const cell = stages.some(s => s.layers.some(hasCell))
  const both = stages.some(s => s.layers.some(l => l.reverse) && s.layers.some(l => !l.reverse))
  const folded = payload.steps > LIMIT, narrow = width < 520
  const gutter = narrow ? 58 : 84, least = (both ? 82 : 52) + (cell ? 8 : 0)
  const place = locate(stages, centre)
  const list = stages.map((stage, s) => withEnds(stage, s, columns(stage.steps, s === place.s ? place.t : null, folded)))
  const flat = list.flat(), gaps = flat.filter(c => c.kind === "gap").length
  const room = width - gutter - gaps * STRIP - (stages.length - 1) * 44 - 6
  const pitch = Math.max(least, Math.min(140, room / (flat.length - gaps)))
  const node = Math.max(cell ? 40 : 34, Math.min(60, pitch - (both ? 40 : 20)))
  const right = across(list, gutter, pitch, node)
  return { ...down(stages), list, pitch, node, gutter, right, width: Math.max(right + 6, width), cell, both, folded, narrow }
}

function withEnds(stage, s, cols) {
  const out = [...cols]
  if (s === 0 && stage.layers.some(l => !l.reverse)) out.unshift({ kind: "init", from: 0, to: -1, side: "left" })
  if (stage.layers.some(l => l.reverse)) out.push({ kind: "init", from: stage.steps, to: stage.steps, side: "right" })
  return out
}

function across(list, gutter, pitch, node) {
  let x = gutter
  list.forEach((cols, s) => {
    if (s) x += 44
    for (const c of cols) {
      const w = c.kind === "gap" ? STRIP : pitch
      const inner = c.kind === "gap" ? STRIP - 20 : node
      Object.assign(c, { left: x, w, x0: x + (w - inner) / 2, x1: x + (w + inner) / 2, cx: x + w / 2 })
      x += w
    }
  })
  return x
}

/** Heights, from the loss on top down to the step numbers. */
function down(stages) {
  const losses = stages.some(s => s.outputs.loss.some(v => v !== null))
  const count = Math.max(...stages.map(s => s.layers.length))
  let y = stages.length > 1 ? 28 : 8
  const title = 16, loss = y + 13, target = y + 31
  if (losses) y += 40
  const output = { top: y, bottom: y + SMALL }
  y += SMALL
  const rows = []
  for (let i = count - 1; i >= 0; i--) {
    const bead = stages.some(s => s.layers[i] && hasCell(s.layers[i]))
    y += LIFT
    const c = bead ? y + BEAD + 1 : null
    if (bead) y += 2 * BEAD + 9
    rows[i] = { c, top: y, bottom: y + BOX, middle: y + BOX / 2 }
    y += BOX
  }
  y += LIFT
  const input = { top: y, bottom: y + SMALL }
  return { title, loss: losses ? loss : null, target: losses ? target : null, output, rows, input, number: y + SMALL + 17, height: y + SMALL + 26 }
}

// ---------------------------------------------------------------- drawing: pieces

function el(parent, name, attributes = {}, text) {
  const e = document.createElementNS(NS, name)
  for (const k in attributes) if (attributes[k] !== null && attributes[k] !== undefined) e.setAttribute(k, attributes[k])
  if (text !== undefined) e.textContent = text
  parent?.appendChild(e)
  return e
}

const write = (p, x, y, text, a = {}) => el(p, "text", { x, y, "text-anchor": "middle", "font-size": 13, ...a }, text)

function tip(view, e, text) { view.tips.set(e, text); e.dataset.tip = ""; return e }
function lit(view, e, tick) { view.timed.push({ e, tick, on: true }); return e }

const HEADS = { right: [-1, 0], left: [1, 0], up: [0, 1], down: [0, -1] } // where the tail lies
function head(p, [x, y], way, long, wide, fill) {
  const [dx, dy] = HEADS[way], at = (a, b) => `${x + dx * long * a - dy * wide / 2 * b} ${y + dy * long * a + dx * wide / 2 * b}`
  return el(p, "path", { d: `M${x} ${y}L${at(1, 1)}L${at(1, -1)}Z`, fill })
}

const way = ([ax, ay], [bx, by]) => Math.abs(bx - ax) > Math.abs(by - ay) ? (bx > ax ? "right" : "left") : (by > ay ? "down" : "up")
const shorten = (points, by) => {
  const [x, y] = points.at(-1), [dx, dy] = HEADS[way(points.at(-2), points.at(-1))]
  return [...points.slice(0, -1), [x + dx * by, y + dy * by]]
}
const path = points => "M" + points.map(p => p.map(v => +v.toFixed(1)).join(" ")).join("L")

/** The forward pass: a thin quiet line. */
function forward(view, p, points, tick, { width = 1.6, bare = false, colour = view.colours.line } = {}) {
  const g = lit(view, el(p, "g", { class: "forward" }), tick)
  if (way(points[0], points[1]) === "up" && view.place?.cell) el(g, "path", { d: path(points), fill: "none", stroke: view.colours.background, "stroke-width": 4 })
  el(g, "path", { d: path(bare ? points : shorten(points, 5)), fill: "none", stroke: colour, "stroke-width": width, "stroke-linejoin": "round" })
  if (!bare) head(g, points.at(-1), way(points.at(-2), points.at(-1)), 7, 7 + width, colour)
  return g
}

/** A gradient on its way back: width and colour by log10 of its norm. */
function backward(view, p, points, value, tick, words, mark) {
  const scale = view.payload.gradient, what = kind(value), w = what === "zero" ? 1.4 : thickness(value, scale)
  const colour = what === "overflow" ? view.colours.overflow : what === "zero" ? view.colours.line : along(view.colours.gradient, position(value, scale))
  const g = lit(view, el(p, "g", { class: "backward", "data-kind": what, "data-value": String(value), ...mark }), tick)
  const long = Math.min(9, 4.5 + w * 0.6), clear = way(points[0], points[1]) === "down" && view.place?.cell
  if (clear) el(g, "path", { d: path(points), fill: "none", stroke: view.colours.background, "stroke-width": w + 3 })
  const style = what === "zero" ? { "stroke-dasharray": "0.1 3.6", "stroke-linecap": "round" } : what === "overflow" ? { "stroke-dasharray": "3 2" } : {}
  el(g, "path", { d: path(what === "zero" ? points : shorten(points, long - 0.5)), fill: "none", stroke: colour, "stroke-width": w, "stroke-linejoin": "round", ...style })
  if (what !== "zero") head(g, points.at(-1), way(points.at(-2), points.at(-1)), long, w + 4.5, colour)
  el(g, "path", { class: "hit", d: path(points), fill: "none", stroke: "transparent", "stroke-width": 14 })
  return tip(view, g, words + (what === "overflow" ? "\noverflow: drawn dashed" : ""))
}

// ---------------------------------------------------------------- drawing: nodes

function box(view, p, c, top, height, fill, { dashed = false, stroke = view.colours.edge, radius = 9 } = {}) {
  return el(p, "rect", { x: c.x0, y: top, width: c.x1 - c.x0, height, rx: radius, fill, stroke, "stroke-width": 1.3, "stroke-dasharray": dashed ? "4 3" : null })
}

function shown(layer, name) { const s = layer.states[name]; return s.unit ?? s.rms }

function hidden(view, p, place, layer, row, c, b, tick) {
  const value = shown(layer, "h")[b], fill = fillOf(value, view.payload.fill.h, view.colours), over = kind(value) === "overflow"
  const g = lit(view, el(p, "g", { class: "node", "data-state": "h", "data-layer": place.i, "data-stage": place.s, "data-boundary": b, "data-value": String(value) }), tick)
  box(view, g, c, row.top, BOX, fill, { dashed: c.kind === "init", stroke: over ? view.colours.overflow : view.colours.edge })
  const colour = ink(fill)
  write(g, c.cx, row.top + 17, `h${sub(worn(layer, b))}`, { "font-size": 14, "font-style": "italic", fill: colour })
  write(g, c.cx, row.top + 34, short(value), { "font-size": 12.5, fill: colour, class: "value" })
  tip(view, g, nodeTip(layer, "h", b))
}

const beadX = c => c.x0 + BEAD

function bead(view, p, place, layer, row, c, b, tick) {
  const value = shown(layer, "c")[b], fill = fillOf(value, view.payload.fill.c, view.colours), over = kind(value) === "overflow"
  const g = lit(view, el(p, "g", { class: "node", "data-state": "c", "data-layer": place.i, "data-stage": place.s, "data-boundary": b, "data-value": String(value) }), tick)
  el(g, "circle", { cx: beadX(c), cy: row.c, r: BEAD, fill, stroke: over ? view.colours.overflow : view.colours.edge, "stroke-width": 1.3, "stroke-dasharray": c.kind === "init" ? "4 3" : null })
  write(g, beadX(c), row.c + 4.3, short(value), { "font-size": 12, fill: ink(fill), class: "value" })
  tip(view, g, nodeTip(layer, "c", b))
}

/** x below, y above, with the target and the loss where a loss sits. */
function ends(view, p, stage, c, t) {
  const { place, colours, clock } = view, times = clock.stages[c.s]
  const g = lit(view, el(p, "g", { class: "node" }), times.node(stage.layers[0], stage.layers[0].reverse ? stage.steps - 1 : 0) - 1)
  box(view, g, c, place.input.top, SMALL, colours.panel, { radius: 8 })
  symbol(view, g, c, place.input.top + 20, stage.inputs.text[t], colours.text)
  tip(view, g, `x${sub(t + 1)} = ${stage.inputs.words[t]}\n‖∂L/∂x‖ = ${fmt(stage.input_gradient[t])}`)
  if (stage.outputs.text[t] === null) return
  const has = stage.outputs.loss[t] !== null
  const o = lit(view, el(p, "g", { class: "node" + (has ? "" : " quiet") }), times.output(t))
  box(view, o, c, place.output.top, SMALL, has ? colours.panel : colours.background, { radius: 8, dashed: !has })
  symbol(view, o, c, place.output.top + 20, stage.outputs.text[t], has ? colours.text : colours.soft)
  if (has) {
    write(o, c.cx, place.target, stage.outputs.target_text[t], { fill: colours.text, "font-size": 14 })
    write(o, c.cx, place.loss, short(stage.outputs.loss[t]), { fill: colours.soft, "font-size": 12, class: "loss" })
  }
  tip(view, o, [`y${sub(t + 1)}: ${stage.outputs.words[t]}`, has ? `target ${stage.outputs.targets[t]}, loss ${fmt(stage.outputs.loss[t])}` : "no loss at this step", `‖∂L/∂logits‖ = ${fmt(stage.outputs.gradient[t])}`].join("\n"))
}

function symbol(view, g, c, y, text, fill) {
  const size = text.length > 4 ? 12 : text.length > 2 ? 13 : 16
  const room = Math.max(1, Math.floor((c.x1 - c.x0 - 4) / (size * 0.54)))
  write(g, c.cx, y - (16 - size) / 3, fit(text, room), { fill, "font-size": size, class: "symbol" })
}

// ---------------------------------------------------------------- drawing: edges

/** Edges along time at one boundary, between the columns left and right of it. */
function along_time(view, p, stage, s, left, right, b, handed) {
  stage.layers.forEach((layer, i) => {
    if (layer.reverse ? left.kind === "init" || handed : right.kind === "init") return
    const row = view.place.rows[i], times = view.clock.stages[s]
    const reader = Math.max(0, Math.min(stage.steps - 1, layer.reverse ? b - 1 : b))
    const tick = times.node(layer, reader), back = 2 * view.clock.forward - tick
    for (const name of Object.keys(layer.states)) {
      const y = name === "h" ? row.middle : row.c, [up, low] = name === "h" ? [9, 8] : [6, 5]
      const [a, z] = name === "h" ? [left.x1 + 2, right.x0 - 2]
        : [(left.kind === "gap" ? left.x1 : beadX(left) + BEAD) + 2, (right.kind === "gap" ? right.x0 : beadX(right) - BEAD) - 2]
      const [from, to] = layer.reverse ? [z, a] : [a, z]
      forward(view, p, [[from, y - up], [to, y - up]], tick, name === "c" ? { width: 2.6, colour: view.colours.highway } : {})
      const value = layer.states[name].from_next[b], next = view.payload.stages.length > 1 && handed ? "the decoder" : "the next step"
      const place = handed ? `the encoder's last ${name}${layer.caption ? ` (${layer.caption})` : ""}` : fullName(layer, name, b)
      const words = edgeTip(`gradient arriving at ${place}`, `from ${next}`, value)
      backward(view, p, [[to, y + low], [from, y + low]], value, back, words, { "data-state": name, "data-layer": i, "data-stage": s, "data-boundary": b, "data-from": "next" })
    }
  })
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
  forward(view, p, [[f, tops.at(-1) - 2], [f, ends[0] + 2]], ticks[0])
  if (tops.length > 1) { // the forward layer's state goes round the reverse layer
    const x = c.x0 - 6
    forward(view, p, [[c.x0 + 6, tops[0] - 1], [c.x0 + 6, tops[0] - 8], [x, tops[0] - 8], [x, fork + 6], [f, fork + 6]], ticks[0], { bare: true })
  }
  if (ends.length > 1) { // and the input goes round the forward layer
    const x = c.x1 + 6
    el(lit(view, el(p, "g", { class: "forward" }), ticks[1]), "circle", { cx: f, cy: fork, r: 2.6, fill: view.colours.line })
    forward(view, p, [[f, fork], [x, fork], [x, ends[1] + 10], [f, ends[1] + 10], [f, ends[1] + 2]], ticks[1])
  }
  return fall(view, p, stage, c, t, { source, target, tops, ends, tick: Math.max(...ticks) })
}

/** The gradient that comes down the same edges. */
function fall(view, p, stage, c, t, { source, tops, ends, target, tick }) {
  const { g } = lanes(view, c), back = 2 * view.clock.forward - tick
  if (!source) {
    const value = stage.input_gradient[t]
    return backward(view, p, [[g, ends[0] + 2], [g, tops[0] - 2]], value, back, edgeTip("gradient of the input", `x${sub(t + 1)}`, value), { "data-stage": c.s, "data-step": t, "data-from": "input" })
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
const lanes = (view, c) => view.place.cell ? { f: c.x1 - 19 + (c.x1 - c.x0 > 50 ? 0 : 4), g: c.x1 - 5 } : { f: c.cx - 7, g: c.cx + 8 }

// ---------------------------------------------------------------- drawing: columns

/** Folded steps: each a thin strip, its value above and its gradient below. */
function fold(view, p, stage, c) {
  const n = c.to - c.from + 1, every = Math.ceil(n / 42), inner = c.x1 - c.x0, w = inner / Math.ceil(n / every)
  const g = el(p, "g", { class: "gap", role: "button", tabindex: 0, "data-from": stage.offset + c.from, "data-to": stage.offset + c.to, "aria-label": `${n} folded steps, ${stage.offset + c.from + 1} to ${stage.offset + c.to + 1}: press to go there` })
  el(g, "rect", { class: "gaphit", x: c.x0 - 3, y: view.place.output.top, width: inner + 6, height: view.place.number - view.place.output.top + 6, rx: 9, fill: view.colours.panel, "fill-opacity": 0.6 })
  stage.layers.forEach((layer, i) => Object.keys(layer.states).forEach(name => {
    const row = view.place.rows[i], [top, high] = name === "h" ? [row.top, BOX] : [row.c - BEAD, 2 * BEAD]
    for (let t = c.from, k = 0; t <= c.to; t += every, k++) strip(view, g, layer, name, t, [c.x0 + k * w, top, w, high])
  }))
  write(g, c.cx, view.place.input.top + 13, "… " + n, { fill: view.colours.text, "font-size": 13 })
  write(g, c.cx, view.place.input.top + 29, "steps …", { fill: view.colours.text, "font-size": 13 })
  write(g, c.cx, view.place.number, `${stage.offset + c.from + 1}–${stage.offset + c.to + 1}`, { fill: view.colours.soft, "font-size": 12 })
  tip(view, g, `${n} steps folded away${every > 1 ? `, one in ${every} drawn` : ""}: value above, gradient from the next step below\nclick to unfold here`)
}

function strip(view, g, layer, name, t, [x, top, w, high]) {
  const scale = view.payload.gradient, b = after(layer, t), value = shown(layer, name)[b], grad = layer.states[name].from_next[b]
  el(g, "rect", { x, y: top, width: w + 0.3, height: high / 2, "shape-rendering": "crispEdges", fill: kind(value) === "overflow" ? view.colours.overflow : fillOf(value, view.payload.fill[name], view.colours) })
  const what = kind(grad), tall = what === "zero" ? 1 : thickness(grad, scale)
  el(g, "rect", { x, y: top + high * 0.76 - tall / 2, width: w + 0.3, height: tall, "shape-rendering": "crispEdges", fill: what === "overflow" ? view.colours.overflow : what === "zero" ? view.colours.line : along(view.colours.gradient, position(grad, scale)) })
}

function stepColumn(view, bands, front, stage, c) {
  const { place, colours, clock } = view, t = c.from, step = stage.offset + t
  el(bands, "rect", { class: "band", "data-step": step, x: c.left + 1, y: 2 + (view.payload.stages.length > 1 ? 20 : 0), width: c.w - 2, height: place.height - 4 - (view.payload.stages.length > 1 ? 20 : 0), rx: 10, fill: colours.primary, "fill-opacity": colours.veil, stroke: colours.primary, "stroke-width": 1.5, "pointer-events": "none" })
  upwards(view, front, stage, c, t)
  stage.layers.forEach((layer, i) => {
    const b = after(layer, t), tick = clock.stages[c.s].node(layer, t), where = { s: c.s, i }
    if (place.rows[i].c !== null && hasCell(layer)) bead(view, front, where, layer, place.rows[i], c, b, tick)
    hidden(view, front, where, layer, place.rows[i], c, b, tick)
  })
  ends(view, front, stage, c, t)
  write(front, c.cx, place.number, String(step + 1), { fill: colours.soft, "font-size": 12 })
}

function initColumn(view, front, stage, c) {
  stage.layers.forEach((layer, i) => {
    if (layer.reverse !== (c.side === "right")) return
    const b = layer.reverse ? stage.steps : 0, row = view.place.rows[i], where = { s: c.s, i }
    if (hasCell(layer)) bead(view, front, where, layer, row, c, b, -1)
    hidden(view, front, where, layer, row, c, b, -1)
  })
}

function stageDraw(view, bands, front, stage, s) {
  const cols = view.place.list[s]
  cols.forEach(c => { c.s = s })
  if (s) handOver(view, front, s)
  if (stage.fed) cols.slice(1).forEach((right, k) => feed(view, front, stage, cols[k], right))
  cols.slice(1).forEach((right, k) => along_time(view, front, stage, s, cols[k], right, right.from, false))
  for (const c of cols) {
    if (c.kind === "gap") fold(view, front, stage, c)
    else if (c.kind === "init") initColumn(view, front, stage, c)
    else stepColumn(view, bands, front, stage, c)
  }
  if (view.payload.stages.length > 1) {
    const [a, z] = [cols[0].left + 4, cols.at(-1).left + cols.at(-1).w - 4]
    el(front, "path", { d: `M${a} 24V20H${z}V24`, fill: "none", stroke: view.colours.line, "stroke-width": 1.2 })
    write(front, (a + z) / 2, 14, stage.name, { fill: view.colours.text, "font-size": 13, "font-weight": 600 })
  }
}

/** An output that is the next step's input. */
function feed(view, front, stage, left, right) {
  if (left.kind !== "step" || right.kind === "init") return
  const { place, clock, colours } = view, x = right.left - 1, y = place.output.top + SMALL / 2
  const g = lit(view, el(front, "g", { class: "forward" }), clock.stages[right.s].node(stage.layers[0], right.from))
  const points = [[left.x1 + 1, y], [x, y], [x, place.input.top + SMALL / 2], [right.x0 - 2, place.input.top + SMALL / 2]]
  el(g, "path", { d: path(points), fill: "none", stroke: colours.line, "stroke-width": 1.4, "stroke-dasharray": "5 4", "stroke-linejoin": "round" })
  head(g, points.at(-1), "right", 6, 7, colours.line)
}

/** The encoder's last state is the decoder's first. */
function handOver(view, front, s) {
  const stage = view.payload.stages[s], left = view.place.list[s - 1].findLast(c => c.kind !== "init"), right = view.place.list[s][0]
  along_time(view, front, stage, s, left, right, 0, true)
  const x = (left.x1 + right.x0) / 2, y = view.place.rows.at(-1).bottom + 16
  write(front, x, y, "handed", { fill: view.colours.soft, "font-size": 12 })
  write(front, x, y + 14, "over", { fill: view.colours.soft, "font-size": 12 })
}

// ---------------------------------------------------------------- drawing: names and legend

/** Names of the rows; they stay at the left while the picture scrolls. */
function gutter(view) {
  const { place, colours, payload, scale } = view, w = place.gutter - 6
  const g = el(null, "svg", { class: "gutter", "aria-hidden": true, width: w * scale, height: place.height * scale, viewBox: `0 0 ${w} ${place.height}` })
  g.style.marginRight = `${-w * scale}px`
  el(g, "rect", { x: 0, y: 0, width: w, height: place.height, fill: colours.background })
  const name = (y, first, second) => {
    write(g, 2, y + (second ? -2 : 4), first, { "text-anchor": "start", fill: colours.text, "font-size": 13 })
    if (second) write(g, 2, y + 14, second, { "text-anchor": "start", fill: colours.soft, "font-size": 12 })
  }
  const longest = payload.stages.reduce((a, s) => s.layers.length > a.layers.length ? s : a, payload.stages[0])
  if (place.loss !== null) { name(place.loss - 4, "loss"); name(place.target - 4, "target") }
  name(place.output.top + SMALL / 2, "output y")
  longest.layers.forEach((layer, i) => {
    const row = place.rows[i]
    if (row.c !== null) name(row.c, place.narrow ? "cell c" : "cell state c")
    name(row.middle, place.narrow ? "hidden" : "hidden h", layer.caption ? (place.narrow ? layer.brief : layer.caption) : null)
  })
  name(place.input.top + SMALL / 2, "input x")
  name(place.number - 4, "step")
  return g
}

function legend(view, width) {
  const { colours, payload } = view, svg = el(null, "svg", { class: "legend", role: "img", "aria-label": `Legend. ${payload.legend}` })
  const items = [...Object.values(payload.fill).map(range => fillKey(view, range)), scaleKey(view), ...markKeys(view)]
  let x = 0, y = 0, tall = 0
  for (const { g, w, h } of items) {
    if (x && x + w > width) { x = 0; y += tall + 8; tall = 0 }
    g.setAttribute("transform", `translate(${x} ${y})`)
    svg.appendChild(g)
    x += w + 22; tall = Math.max(tall, h)
  }
  view.legendHeight = y + tall + 2
  const s = view.scale
  for (const [k, v] of Object.entries({ width: width * s, height: view.legendHeight * s, viewBox: `0 0 ${width} ${view.legendHeight}`, fill: colours.text })) svg.setAttribute(k, v)
  return svg
}

function fillKey(view, range) {
  const g = el(null, "g"), { colours } = view, n = 24, w = 150
  write(g, 0, 12, range.label, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
  for (let k = 0; k < n; k++) el(g, "rect", { x: k * w / n, y: 20, width: w / n + 0.3, height: 12, fill: fillOf(range.low + (range.high - range.low) * k / (n - 1), range, colours), "shape-rendering": "crispEdges" })
  el(g, "rect", { x: 0, y: 20, width: w, height: 12, fill: "none", stroke: colours.edge })
  const mark = (x, text, anchor) => write(g, x, 46, text, { "text-anchor": anchor, "font-size": 12, fill: colours.soft })
  mark(0, String(range.low).replace("-", "−"), "start"); mark(w, `${range.high}${range.open ? " and more" : ""}`, "end")
  if (range.low < 0) mark(w / 2, "0", "middle")
  return { g, w: Math.max(w, range.label.length * 5.9), h: 48 }
}

function scaleKey(view) {
  const { colours, payload: { gradient: scale } } = view, g = el(null, "g"), w = 250, y = 26
  write(g, 0, 12, scale.label, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
  const low = Math.log10(scale.floor), high = Math.log10(scale.ceiling), thin = thickness(0, scale) / 2, thick = thickness(Infinity, scale) / 2
  const ramp = el(el(g, "defs"), "linearGradient", { id: "unrolled-scale" })
  for (let k = 0; k <= 12; k++) el(ramp, "stop", { offset: k / 12, "stop-color": along(colours.gradient, k / 12) })
  el(g, "path", { d: `M0 ${y - thin}L${w} ${y - thick}V${y + thick}L0 ${y + thin}Z`, fill: "url(#unrolled-scale)" })
  const ticks = [low, -8, 0, high].filter((v, i, all) => all.indexOf(v) === i && v >= low && v <= high)
  for (const v of ticks) {
    const x = w * (v - low) / (high - low), end = v === low ? "≤" : v === high ? "≥" : ""
    const text = el(g, "text", { x, y: 46, "text-anchor": v === low ? "start" : v === high ? "end" : "middle", "font-size": 12, fill: colours.soft })
    if (v === 0) text.textContent = "1"
    else { text.textContent = end + "10"; el(text, "tspan", { dy: -4, "font-size": 12 }, String(v).replace("-", "−")) }
  }
  return { g, w: Math.max(w, scale.label.length * 5.9), h: 48 }
}

function markKeys(view) {
  const { colours, payload } = view, keys = [], held = { ...view, timed: [], tips: new Map() }, drawn = what => view.box.querySelector(`.backward[data-kind="${what}"]`)
  const key = (text, draw, x = 40) => {
    const g = el(null, "g")
    draw(g)
    write(g, x, 30, text, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
    keys.push({ g, w: x + 2 + text.length * 5.9, h: 40 })
  }
  key("forward pass", g => forward(held, g, [[2, 26], [32, 26]], 0))
  key("from the next step", g => backward(held, g, [[32, 26], [2, 26]], 1, 0, "", {}))
  key(many(payload) ? "from above, same step" : "from this step's output", g => backward(held, g, [[8, 12], [8, 38]], 1, 0, "", {}), 22)
  if (drawn("zero")) key("exactly zero", g => backward(held, g, [[32, 26], [2, 26]], 0, 0, "", {}))
  if (drawn("overflow")) key("overflow (∞ or not a number)", g => backward(held, g, [[32, 26], [2, 26]], "inf", 0, "", {}))
  return keys
}

// ---------------------------------------------------------------- the page

function resolveColours(view) {
  const host = view.root, style = getComputedStyle(host), probe = view.probe
  const read = (name, fallback) => {
    probe.style.color = ""; probe.style.color = `var(${name}, ${fallback})`
    return getComputedStyle(probe).color
  }
  const background = opaque(read("--st-background-color", "#ffffff"), "#ffffff"), text = opaque(read("--st-text-color", "#31333f"), background)
  const dark = luminance(background) < 0.18, own = view.payload.colours[dark ? "dark" : "light"]
  const scale = name => style.getPropertyValue(name).split(/,(?![^(]*\))/).map(c => c.trim()).filter(c => c && c !== "unset")
  const arms = scale("--st-chart-diverging-colors"), ramp = scale("--st-chart-sequential-colors")
  const two = arms.length > 3 ? arms : own.diverging, half = Math.floor(two.length / 2)
  const diverging = [...two.slice(0, half), background, ...two.slice(-half)]
  const primary = opaque(read("--st-primary-color", "#0072b2"), background)
  view.font = style.getPropertyValue("--st-font") || "sans-serif"
  view.colours = {
    overflow: text, diverging, h: ramp.length > 2 ? ramp : own.h, c: [0.05, 0.35, 0.68, 1].map(v => mix(background, own.c, v)),
    gradient: two.slice(0, half).reverse(), // the warm arm: pale or dim is little, strong is much
    background, text, primary, panel: opaque(read("--st-secondary-background-color", "#f0f2f6"), background),
    line: mix(background, text, 0.5), soft: mix(background, text, 0.72), edge: mix(background, text, 0.38), veil: dark ? 0.14 : 0.08,
    highway: mix(own.c, background, 0.1),
  }
}

function draw(view) {
  const { root, payload } = view, box = view.box, kept = box.scrollLeft
  view.scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1
  view.drawnWidth = box.clientWidth
  resolveColours(view)
  view.timed = []; view.tips = new Map(); view.clock = ticks(payload.stages)
  const width = Math.max(300, box.clientWidth / view.scale)
  const place = view.place = layout(payload, width, view.centre)
  const svg = el(null, "svg", { class: "graph", role: "radiogroup", "aria-label": payload.title, width: place.width * view.scale, height: place.height * view.scale, viewBox: `0 0 ${place.width} ${place.height}` })
  const front = el(svg, "g", { class: "picture" }), bands = el(svg, "g", { "aria-hidden": true }), hits = el(svg, "g", { class: "steps" })
  payload.stages.forEach((stage, s) => stageDraw(view, bands, front, stage, s))
  payload.stages.forEach((stage, s) => place.list[s].filter(c => c.kind === "step").forEach(c => radio(view, hits, stage, c)))
  const held = box.contains(box.getRootNode().activeElement) // the keyboard stays where it was
  view.bubble.hidden = true
  view.names = gutter(view); view.svg = svg
  box.replaceChildren(view.names, svg)
  view.legend.replaceChildren(legend(view, Math.max(300, view.legend.clientWidth / view.scale)))
  box.scrollLeft = kept
  if (held) box.querySelector(`.step[data-step="${view.selected}"]`)?.focus({ preventScroll: true })
  mark(view); show(view)
  root.dataset.steps = payload.steps; root.dataset.drawn = String(+(root.dataset.drawn ?? 0) + 1)
}

/** What is focused and pressed: one per step, under the pointer but over nothing seen. */
function radio(view, p, stage, c) {
  const step = stage.offset + c.from
  el(p, "rect", { class: "step", role: "radio", "data-step": step, "aria-label": sentence(view.payload, step), x: c.left + 1, y: view.payload.stages.length > 1 ? 22 : 2, width: c.w - 2, height: view.place.height - (view.payload.stages.length > 1 ? 24 : 4), rx: 10, fill: "none" })
}

function mark(view) {
  view.box.querySelectorAll(".step").forEach(e => {
    const on = +e.dataset.step === view.selected
    e.setAttribute("aria-checked", on); e.setAttribute("tabindex", on ? 0 : -1)
  })
  view.box.querySelectorAll(".band").forEach(e => e.setAttribute("visibility", +e.dataset.step === view.selected ? "visible" : "hidden"))
  view.root.dataset.selected = view.selected
  const { s, t } = locate(view.payload.stages, view.selected), stage = view.payload.stages[s]
  view.readout.textContent = `Step ${view.selected + 1}${view.payload.stages.length > 1 ? ` (${stage.name})` : ""}. ${outcome(stage, t)}`
}

/** Keep the selected column in sight: scrolls our own box, never the page. */
function reveal(view) {
  const e = view.box.querySelector(`.step[data-step="${view.selected}"]`)
  if (!e) return
  const [x, w, pad] = [e.x.baseVal.value * view.scale, e.width.baseVal.value * view.scale, view.place.pitch * view.scale]
  const left = x - view.place.gutter * view.scale - pad, right = x + w + pad - view.box.clientWidth
  if (view.box.scrollLeft > left) view.box.scrollLeft = Math.max(0, left)
  else if (view.box.scrollLeft < right) view.box.scrollLeft = right
}

function choose(view, step, { focus = false, send = true } = {}) {
  const old = view.selected
  view.selected = step
  if (view.place.folded && !view.box.querySelector(`.step[data-step="${step}"]`) || view.place.folded && Math.abs(step - view.centre) > REACH - 3) {
    view.centre = step
    draw(view)
  }
  mark(view); reveal(view)
  if (focus) view.box.querySelector(`.step[data-step="${step}"]`)?.focus({ preventScroll: true })
  if (!send || step === old) return
  view.live.textContent = sentence(view.payload, step)
  clearTimeout(view.timer) // a held key sends one message, not thirty
  view.timer = setTimeout(() => { view.sent.push(step); view.send(step) }, 90)
}

// ---------------------------------------------------------------- playing

function show(view) {
  const at = view.at ?? view.clock.end
  for (const part of view.timed) {
    const on = part.tick <= at
    if (on !== part.on) { part.e.classList.toggle("off", !on); part.on = on }
  }
  view.root.dataset.playing = view.playing ? "yes" : "no"
  view.scrub.max = view.clock.end; view.scrub.value = at
  view.scrub.setAttribute("aria-valuetext", phase(view, at))
  view.phase.textContent = phase(view, at)
  view.play.textContent = view.playing ? "❚❚ Pause" : "▶ Play"
  view.play.setAttribute("aria-label", view.playing ? "Pause" : "Play the forward pass, then the backward pass")
}

function phase(view, at) {
  const n = view.clock.forward
  return at >= view.clock.end ? "whole run" : at < n ? `forward pass, ${at + 1} of ${n}` : `backward pass, ${Math.min(n, at - n + 1)} of ${n}`
}

function seek(view, at) { view.at = Math.max(0, Math.min(view.clock.end, at)); follow(view); show(view) }

function follow(view) {
  const room = view.box.scrollWidth - view.box.clientWidth, n = view.clock.forward
  if (room > 0 && view.playing) view.box.scrollLeft = room * (view.at < n ? view.at / n : (2 * n - view.at) / n)
}

function play(view, on) {
  view.playing = on
  cancelAnimationFrame(view.frame)
  if (!on) return show(view)
  if ((view.at ?? view.clock.end) >= view.clock.end) view.at = 0
  const pace = Math.max(35, Math.min(320, 9000 / view.clock.end))
  let last = performance.now()
  const turn = now => {
    if (!view.playing || !view.root.isConnected) return
    const ahead = Math.floor((now - last) / pace)
    if (ahead > 0) { last += ahead * pace; seek(view, view.at + ahead) }
    if (view.at >= view.clock.end) return play(view, false)
    view.frame = requestAnimationFrame(turn)
  }
  seek(view, view.at)
  view.frame = requestAnimationFrame(turn)
}

// ---------------------------------------------------------------- taking it home

/** Picture and legend in one self-contained SVG: colours are attributes already. */
export function compose(view) {
  const { place, colours } = view, pad = 16
  const [w, h] = [Math.max(place.right + 6, place.gutter + 420) + 2 * pad, place.height + view.legendHeight + 3 * pad]
  const out = el(null, "svg", { xmlns: NS, width: w, height: h, viewBox: `0 0 ${w} ${h}`, "font-family": view.font.replace(/"/g, "'") + ", sans-serif" })
  el(out, "title", {}, view.payload.title)
  el(out, "desc", {}, sentence(view.payload, view.selected))
  el(out, "rect", { width: w, height: h, fill: colours.background })
  const parts = [[view.svg, pad], [view.names, pad], [view.legend.firstChild, place.height + 2 * pad]]
  for (const [source, y] of parts) {
    const g = el(out, "g", { transform: `translate(${pad} ${y})` })
    for (const child of source.cloneNode(true).childNodes) g.appendChild(child.cloneNode(true))
  }
  out.querySelectorAll(".steps, .hit, [visibility=hidden]").forEach(e => e.remove())
  out.querySelectorAll(".off").forEach(e => e.setAttribute("opacity", 0.12))
  out.querySelectorAll("*").forEach(e => { for (const a of [...e.attributes]) if (/^(class|role|tabindex|aria-|data-)/.test(a.name)) e.removeAttribute(a.name) })
  return { text: new XMLSerializer().serializeToString(out), w, h }
}

function save(view, blob, end) {
  const a = document.createElement("a")
  a.href = URL.createObjectURL(blob); a.download = `${view.payload.file}.${end}`
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 2000)
}

function saveSvg(view) { save(view, new Blob([compose(view).text], { type: "image/svg+xml" }), "svg") }

function savePng(view) {
  const { text, w, h } = compose(view), image = new Image(), ratio = Math.min(2, 16000 / w)
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }))
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: w * ratio, height: h * ratio })
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
    URL.revokeObjectURL(url)
    canvas.toBlob(blob => save(view, blob, "png"))
  }
  image.src = url
}

// ---------------------------------------------------------------- what the reader does

/** The step under a pointer: the columns lie below the marks, so ask for the place. */
function stepAt(view, event) {
  const x = (event.clientX - view.svg.getBoundingClientRect().left) / view.scale
  for (const [s, cols] of view.place.list.entries()) {
    const c = cols.find(c => c.kind === "step" && x >= c.left && x < c.left + c.w)
    if (c) return view.payload.stages[s].offset + c.from
  }
  return null
}

function unfold(view, gap, event) {
  const { from, to } = gap.dataset, area = gap.getBoundingClientRect()
  const share = event?.clientX ? Math.max(0, Math.min(1, (event.clientX - area.left) / area.width)) : 0.5
  choose(view, Math.round(+from + share * (to - from)), { focus: true })
}

function listen(view) {
  const { box } = view
  box.onclick = e => {
    const gap = e.target.closest?.(".gap")
    if (gap) return unfold(view, gap, e)
    if (e.target.closest?.(".gutter")) return
    const step = stepAt(view, e)
    if (step !== null) choose(view, step, { focus: true })
  }
  box.onkeydown = e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    view.bubble.hidden = true
    const gap = e.target.closest?.(".gap"), to = move(e.key, view.selected, view.payload.steps)
    if (gap && (e.key === "Enter" || e.key === " ")) unfold(view, gap)
    else if (to !== null) choose(view, to, { focus: true })
    else if (e.key === " ") play(view, !view.playing)
    else return
    e.preventDefault(); e.stopPropagation()
  }
  box.onpointermove = e => point(view, e)
  box.onpointerleave = () => { view.bubble.hidden = true }
  view.play.onclick = () => play(view, !view.playing)
  view.prev.onclick = () => { play(view, false); seek(view, (view.at ?? view.clock.end) - 1) }
  view.next.onclick = () => { play(view, false); seek(view, (view.at ?? view.clock.end) >= view.clock.end ? 0 : view.at + 1) }
  view.scrub.oninput = () => { play(view, false); seek(view, +view.scrub.value) }
  view.svgButton.onclick = () => saveSvg(view)
  view.pngButton.onclick = () => savePng(view)
}

function point(view, event) {
  const e = event.target.closest?.("[data-tip]"), bubble = view.bubble
  bubble.hidden = !e
  if (!e) return
  bubble.textContent = view.tips.get(e)
  const area = view.root.getBoundingClientRect(), w = bubble.offsetWidth, x = event.clientX - area.left
  bubble.style.left = `${Math.max(0, Math.min(x + 14, area.width - w - 2))}px`
  bubble.style.top = `${event.clientY - area.top + 18}px`
}

const views = new WeakMap()

function open(root) {
  const part = name => root.querySelector(`[data-part="${name}"]`)
  const view = { root, sent: [], at: null, playing: false, box: part("box"), legend: part("legend"), bubble: part("bubble"), live: part("live"), readout: part("readout"), probe: part("probe"),
    play: part("play"), prev: part("prev"), next: part("next"), scrub: part("scrub"), phase: part("phase"), svgButton: part("svg"), pngButton: part("png") }
  views.set(root, view)
  let asked = 0
  view.observer = new ResizeObserver(() => {
    cancelAnimationFrame(asked)
    asked = requestAnimationFrame(() => { if (view.payload && Math.abs(view.box.clientWidth - view.drawnWidth) > 1) { draw(view); reveal(view) } })
  })
  view.observer.observe(view.box)
  return view
}

/** Python's step counts when it is news: not when it is only the echo of what was sent. */
function adopt(view, step) {
  const echo = view.sent.indexOf(step)
  if (view.given === step) return
  view.given = step
  if (echo >= 0) { view.sent.splice(0, echo + 1); return }
  view.selected = step
  view.sent = []
}

export default function ({ data: message, parentElement, setStateValue }) {
  const data = JSON.parse(new TextDecoder().decode(message)), root = parentElement.querySelector('[data-component="unrolled"]')
  const view = views.get(root) ?? open(root), seen = JSON.stringify({ ...data.graph, selected: 0 }), news = seen !== view.seen
  Object.assign(view, { payload: data.graph, seen, send: step => setStateValue("choice", { step, at: Date.now() }) }) // the time makes every choice a change
  adopt(view, data.selected)
  view.selected = Math.max(0, Math.min(data.graph.steps - 1, view.selected ?? 0))
  if (news) Object.assign(view, { at: null, playing: false, centre: view.selected })
  const old = JSON.stringify(view.colours)
  resolveColours(view)
  if (news || old !== JSON.stringify(view.colours)) draw(view) // an echo of the selection moves nothing
  choose(view, view.selected, { send: false })
  listen(view)
  return () => { view.observer.disconnect(); clearTimeout(view.timer); view.playing = false; views.delete(root) }
}
