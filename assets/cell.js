// Inside a cell: wiring diagram, equations and one unit's sums, all from one description.
// The message is what pages/components/cell.py packs. Numbers are the engine's; only means, single
// products and the activation's curve are made here. The first half is pure (tests/js/cell.test.mjs).
// What it shares with other drawings is in drawing.js.

const DIGITS = 4, MOST = 6 // decimals in the equations; products written out at most

// ---------------------------------------------------------------- numbers

/** A part's number at a step (from 0): of one unit (from 1), or the mean over units (0). */
export function value(data, part, step, unit) {
  const block = data.numbers[part], from = (step - data.first) * block.columns
  if (unit) return block.all[from + unit - 1]
  let sum = 0
  for (let k = 0; k < block.columns; k++) sum += block.all[from + k]
  return sum / block.columns
}

export function fmt(v, digits = 3) {
  if (Number.isNaN(v)) return "NaN"
  if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞"
  const size = Math.abs(v), small = size !== 0 && size < 0.5 * 10 ** -digits
  const text = small || size >= 1e4 ? size.toExponential(small ? 0 : 1).replace("e+", "e").replace("e-", "e−") : size.toFixed(size >= 100 ? 1 : digits)
  return (v < 0 ? "−" : "") + text
}

/** Plain decimals, so that what is written can be added up on paper. */
export function decimals(v, digits = DIGITS) {
  if (!Number.isFinite(v) || Math.abs(v) >= 1e6) return fmt(v, digits)
  const text = Math.abs(v).toFixed(digits)
  return (v < 0 && +text !== 0 ? "−" : "") + text
}

/** Whether numbers, each as it is written, add up to the total as it is written. */
export function agree(values, total, digits = DIGITS) {
  const scale = 10 ** digits
  if (![total, ...values].every(v => Number.isFinite(v) && Math.abs(v) < 1e6)) return false
  const whole = v => Math.sign(v) * Math.round(Number(Math.abs(v).toFixed(digits)) * scale)
  return values.reduce((sum, v) => sum + whole(v), 0) === whole(total)
}

export const FUNCTIONS = {
  "σ": { f: a => 0.5 * (1 + Math.tanh(a / 2)), d: v => v * (1 - v), low: 0, high: 1 },
  tanh: { f: Math.tanh, d: v => 1 - v * v, low: -1, high: 1 },
  ReLU: { f: a => Math.max(a, 0), d: v => v > 0 ? 1 : 0, low: 0, high: 4 },
}

/** The products of a weighted sum, the longest ones cut short; `rest` is what is not written out. */
export function products(weights, values, most = MOST) {
  const all = Array.from(weights, (w, j) => ({ j, w, v: values[j], p: w * values[j] }))
  if (all.length <= most) return { shown: all, rest: null }
  const live = all.filter(t => t.v !== 0)
  if (live.length <= most) return { shown: live, rest: { count: all.length - live.length, sum: 0, zero: true } }
  const shown = [...live.slice(0, most - 2), live.at(-1)], left = live.filter(t => !shown.includes(t))
  return { shown, rest: { count: all.length - shown.length, sum: left.reduce((a, t) => a + t.p, 0), zero: false } }
}

// ---------------------------------------------------------------- equations

const WEIGHTS = new Set(["W", "U", "P"])
const leaf = t => t.kind === "name" || WEIGHTS.has(t.kind)
export const depth = t => leaf(t) ? 0 : 1 + Math.max(0, ...t.args.map(depth))
const escape = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c])
const mark = (id, html) => `<span class="q" data-q="${escape(id)}">${html}</span>`
export const math = ([letter, sub, sup]) => `<i>${escape(letter)}</i>` + (sub ? `<sub>${escape(sub)}</sub>` : "") + (sup ? `<sup>${escape(sup)}</sup>` : "")

/** The tree of one quantity inside another. */
export const find = (t, id) => t.id === id ? t : leaf(t) && t.kind === "name" ? null : t.args.map(a => find(a, id)).find(Boolean) ?? null

/** A line in symbols. */
export function symbolic(t, around = "") {
  if (t.kind === "name") return mark(t.id, math(t.symbol))
  const args = t.args.map(a => symbolic(a, t.kind))
  if (t.kind === "function") return mark(t.id, `${escape(t.name)}(${args[0]})`)
  if (t.kind === "one-minus") return mark(t.id, `(1 − ${args[0]})`)
  if (t.kind === "times" || t.kind === "scale") return mark(t.id, [...("constant" in t ? [t.constant] : []), ...args].join(" ⊙ "))
  if (WEIGHTS.has(t.kind)) {
    const inside = leaf(t.args[0]) ? args[0] : `(${args[0]})`, odot = t.kind === "P" ? " ⊙ " : " "
    const bias = t.bias_symbol ? ` + ${math(t.bias_symbol)}` : "", whole = math(t.symbol) + odot + inside + bias
    return mark(t.id, around === "times" && bias ? `(${whole})` : whole)
  }
  const whole = args.join(t.kind === "minus" ? " − " : " + ")
  return mark(t.id, around === "times" ? `(${whole})` : whole)
}

/** Words such as W_f x_t with their subscripts set low. */
export const pretty = words => escape(words).replace(/([A-Za-z])_([A-Za-z]+)(?:\^([A-Za-z]+))?/g, (_, a, b, c) => `${a}<sub>${b}</sub>${c ? `<sup>${c}</sup>` : ""}`)

const signed = (html, v, first) => first ? html(v) : v < 0 ? ` − ${html(-v)}` : ` + ${html(v)}`

/** The same line with numbers: whatever is at most `level` operations deep is worked out. */
export function numeric(t, level, read, around = "") {
  const known = a => depth(a) <= level
  if (known(t)) {
    const v = read(t.id), text = decimals(v)
    return mark(t.id, around === "times" && v < 0 ? `(${text})` : text)
  }
  if (t.kind === "plus") {
    const whole = t.args.map((a, k) => known(a)
      ? signed(v => mark(a.id, decimals(v)), read(a.id), k === 0)
      : (k ? " + " : "") + numeric(a, level, read, "plus")).join("")
    return mark(t.id, around === "times" ? `(${whole})` : whole)
  }
  const args = t.args.map(a => numeric(a, level, read, t.kind))
  if (t.kind === "function") return mark(t.id, `${escape(t.name)}(${args[0]})`)
  if (t.kind === "one-minus") return mark(t.id, `(1 − ${args[0]})`)
  if (t.kind === "minus") return mark(t.id, args.join(" − "))
  return mark(t.id, [...("constant" in t ? [decimals(t.constant, 2)] : []), ...args].join(" · "))
}

/** Whether the next level follows exactly from the digits shown: sums do where they agree. */
export function exact(t, level, read) {
  if (leaf(t)) return true
  if (depth(t) === level + 1) return t.kind === "one-minus" || t.kind === "plus" && agree(t.args.map(a => read(a.id)), read(t.id))
  return t.args.every(a => depth(a) <= level || exact(a, level, read))
}

/** All lines of one equation with one unit's numbers, as HTML. */
export function lines(equation, read) {
  const t = equation.tree, out = []
  for (let level = 0; level <= depth(t); level++) {
    const sign = level > 0 && exact(t, level - 1, read) ? "=" : "≈"
    const html = numeric(t, level, read)
    if (!out.length || html !== out.at(-1).html) out.push({ sign, html })
  }
  return out
}

/** W x + b written out: products, then their values, then the sum, each behind its sign. */
export function written(weights, values, bias, total, id) {
  const { shown, rest } = products(weights, values), biased = bias === null ? [] : [bias]
  const sums = [...shown.map(t => t.p), ...(rest && !rest.zero ? [rest.sum] : []), ...biased]
  const factor = v => Number.isInteger(v) ? String(v).replace("-", "−") : decimals(v)
  const one = (t, k) => signed(w => `<span class="product">${decimals(w)} · ${t.v < 0 ? `(${factor(t.v)})` : factor(t.v)}</span>`, t.w, k === 0)
  const dots = rest ? ` + … <small>(${rest.count} more${rest.zero ? ", all 0" : ""})</small>` : ""
  const first = (shown.map(one).join("") || "0") + dots + biased.map(b => signed(v => decimals(v), b, false)).join("")
  const second = sums.map((v, k) => signed(x => rest && !rest.zero && k === shown.length ? `<span title="the rest">[${decimals(x)}]</span>` : decimals(x), v, k === 0)).join("")
  return [["=", first], ["≈", second || decimals(0)], [agree(sums, total) ? "=" : "≈", mark(id, decimals(total))]]
}

// ---------------------------------------------------------------- shapes

const HALF = { W: [21, 13], U: [21, 13], P: [17, 12], sigmoid: [25, 15], tanh: [25, 15], relu: [25, 15], other: [25, 15], past: [0, 0], input: [0, 0] }
const half = kind => HALF[kind] ?? [12, 12]

/** A wire's corners with its last point on the edge of what it enters. */
export function trimmed(points, kind) {
  const line = points.map(p => [...p]), [w, h] = half(kind), [a, b] = line.slice(-2)
  if (!b) return line
  if (a[0] === b[0]) b[1] += Math.sign(a[1] - b[1]) * h
  else b[0] += Math.sign(a[0] - b[0]) * w
  return line
}

/** A path with rounded corners. */
export function path(points, radius = 7) {
  let d = `M${points[0]}`
  for (let k = 1; k < points.length; k++) {
    const [a, b, c] = [points[k - 1], points[k], points[k + 1]]
    if (!c) { d += `L${b}`; break }
    const cut = (p, q) => {
      const l = Math.hypot(q[0] - p[0], q[1] - p[1]), r = Math.min(radius, l / 2)
      return [p[0] + (q[0] - p[0]) * r / l, p[1] + (q[1] - p[1]) * r / l]
    }
    d += `L${cut(b, a)}Q${b} ${cut(b, c)}`
  }
  return d
}

export function sentence(data, step, unit) {
  const who = unit ? `unit ${unit}` : `mean of ${data.units} units`
  const all = data.picture.parts.filter(p => p.symbol && p.kind !== "input").map(p => `${p.label || p.text} ${fmt(value(data, p.id, step, unit))}`)
  return `Step ${step + 1} of ${data.steps}${data.text ? `, reads ${data.labels[step]}` : ""}, ${who}: ${all.join(", ")}.`
}

// ---------------------------------------------------------------- words that change in place

const TAGS = /(<[^>]*>)/
const kept = new WeakMap() // element -> what it was written from: texts and tags in turn, and its text nodes

/** Whether two texts in HTML, cut at their tags, differ in plain words alone. */
export const alike = (a, b) => a.length === b.length && a.every((piece, k) => piece === b[k] || k % 2 === 0 && piece && b[k] && !(piece + b[k]).includes("&"))

/** Write HTML. Where only numbers have changed only they are set: what has the focus keeps it, and
 * the browser has little to lay out. True if the elements are new. */
function write(host, html) {
  const now = html.split(TAGS), was = kept.get(host)
  if (was && alike(was.pieces, now)) {
    now.forEach((piece, k) => { if (piece !== was.pieces[k]) was.nodes[k].data = piece })
    was.pieces = now
    return false
  }
  host.innerHTML = html
  const walk = document.createTreeWalker(host, NodeFilter.SHOW_TEXT)
  kept.set(host, { pieces: now, nodes: now.map((piece, k) => piece && k % 2 === 0 ? walk.nextNode() : null) })
  return true
}

// ---------------------------------------------------------------- drawing the diagram

/** A letter with its subscript and superscript. */
function symbol(view, parent, x, y, [letter, sub, sup], attributes = {}) {
  const size = view.type(attributes["font-size"] ?? 16), least = view.type(SMALLEST), wide = least / SMALLEST
  const t = el(parent, "text", { x, y, "text-anchor": "middle", "font-family": MATH, "font-style": "italic", ...attributes, "font-size": size })
  t.appendChild(document.createTextNode(letter))
  if (sub) el(t, "tspan", { dy: 4, "font-size": least, "font-style": "normal" }, sub)
  if (sup) el(t, "tspan", { dy: sub ? -11 : -6, dx: sub ? -[...sub].reduce((w, letter) => w + wide * ("ijlt".includes(letter) ? 3.8 : 6.7), 0) : 0, "font-size": least, "font-style": "normal" }, sup)
  return t
}
const MATH = "'STIX Two Math','Latin Modern Math','Cambria Math',KaTeX_Main,'Times New Roman',serif"

const SMALLEST = 13.4 // text in the diagram, before it is fitted

/** How much larger or smaller the diagram is drawn than it was placed, so that it ends where the
 *  window does. */
function magnitude(view) {
  const { width, height } = view.data.picture, { scale, room } = view
  const most = Math.min(1.25 * scale, 0.62 * view.root.clientWidth / width) // the equations stand beside it
  return Math.max(12 / SMALLEST, Math.min(most, room / height)) // no text below 12 px
}

const BESIDE = 16.5, LARGEST = 2.2 // of the body text: the equations' width; the largest diagram in a hall

/** The same in a hall, where the diagram comes first: equations stand beside it only where it is
 *  large enough without their place. `text` is the size of the body text. */
export function inHall({ width, height }, text, [wide, tall]) {
  const fits = (across) => Math.min(LARGEST, across / width, tall / height), beside = fits(wide - (BESIDE + 1) * text)
  const large = beside * SMALLEST >= HALL * text
  return { magnitude: large ? beside : fits(wide), alone: !large }
}

function drawDiagram(view) {
  const { data, colours } = view, p = data.picture
  const svg = el(null, "svg", { class: "diagram", role: "group", "aria-label": `${data.title}: wiring with the numbers of the selected step. Arrow keys move along.`,
    width: p.width * view.magnitude, height: p.height * view.magnitude, viewBox: `0 0 ${p.width} ${p.height}`, "font-family": view.font })
  const [x, y, width, height] = p.body
  el(svg, "rect", { x, y, width, height, rx: 16, fill: colours.panel, stroke: colours.line })
  view.kinds = Object.fromEntries(p.parts.map(q => [q.id, q.kind]))
  wires(view, svg)
  for (const [source, cx, cy] of p.dots) el(svg, "circle", { cx, cy, r: 3.6, fill: colours.wire, "data-q": source, class: "dot" })
  p.parts.forEach((part, k) => drawPart(view, svg, part, k))
  for (const e of p.exits) symbol(view, svg, e.x + 22, e.y + 5, e.symbol, { fill: colours.text, "data-q": e.id, class: "end" })
  view.chips = p.parts.filter(q => q.id in data.numbers && q.kind !== "input").map(part => drawChip(view, svg, part))
  view.reads = svg.querySelector(".reads").appendChild(document.createTextNode(""))
  view.svg = svg
  view.box.replaceChildren(svg)
}

/** Wires of one quantity belong together: a rim in the panel's colour lets them cross others. */
function wires(view, svg) {
  const { data, colours } = view, p = data.picture
  const sources = [...new Set(p.wires.map(w => w.from))].sort((a, b) => p.wires.some(w => w.from === a && w.lane) - p.wires.some(w => w.from === b && w.lane))
  for (const source of sources) {
    const mine = p.wires.filter(w => w.from === source).map(w => ({ ...w, line: trimmed(w.points, view.kinds[w.to] ?? "past") }))
    mine.forEach(w => el(svg, "path", { d: path(w.line.slice()), fill: "none", stroke: colours.panel, "stroke-width": w.lane ? 10 : 7 }))
    for (const w of mine) {
      const colour = w.lane && /chart/.test(p.lane) ? view.paint(p.lane) : colours.wire
      const g = el(svg, "g", { "data-q": source, class: `wire${w.lane ? " lane" : ""}`, "data-to": w.to })
      el(g, "path", { d: path(w.line), fill: "none", stroke: colour, "stroke-width": w.lane ? 5 : 1.8, class: "line" })
      arrow(g, w.line, colour, w.lane ? 8 : 5)
      el(g, "path", { d: path(w.line), fill: "none", stroke: "transparent", "stroke-width": 14, class: "hit" })
    }
  }
}

function arrow(g, line, fill, size) {
  const [a, b] = line.slice(-2), dx = Math.sign(b[0] - a[0]), dy = Math.sign(b[1] - a[1]), [x, y] = b
  const back = [x - dx * size * 1.7, y - dy * size * 1.7]
  el(g, "path", { d: `M${x},${y}L${back[0] - dy * size},${back[1] + dx * size}L${back[0] + dy * size},${back[1] - dx * size}Z`, fill, class: "head" })
}

function drawPart(view, svg, part, k) {
  const { colours } = view, [w, h] = half(part.kind), box = { x: part.x - w, y: part.y - h, width: 2 * w, height: 2 * h }
  const g = el(svg, "g", { class: "part", "data-q": part.id, "data-kind": part.kind, "data-order": k, role: "img", tabindex: -1, "aria-label": part.words })
  if (part.kind === "past") return symbol(view, g, part.x - 20, part.y + 5, part.symbol, { fill: colours.text })
  if (part.kind === "input") {
    symbol(view, g, part.x - 8, part.y + 14, part.symbol, { fill: colours.text, "text-anchor": "end" })
    return el(g, "text", { x: part.x, y: part.y + 14, "font-size": view.type(14), fill: colours.text, class: "reads" })
  }
  if (part.weight) {
    el(g, "rect", { ...box, rx: 4, fill: colours.background, stroke: colours.wire, "stroke-width": 1.4 })
    return symbol(view, g, part.x, part.y + (part.weight[2] ? 6 : 4), part.weight, { fill: colours.text, "font-size": 15 })
  }
  if (w > 20) {
    const colour = view.paint(part.colour)
    el(g, "rect", { ...box, rx: 9, fill: mix(colours.background, colour, 0.2), stroke: colour, "stroke-width": 2 })
    return el(g, "text", { x: part.x, y: part.y + 5, "text-anchor": "middle", "font-size": view.type(part.sign.length > 1 ? 14 : 18), "font-family": MATH, fill: colours.text }, part.sign)
  }
  el(g, "circle", { cx: part.x, cy: part.y, r: 12, fill: colours.background, stroke: colours.wire, "stroke-width": 1.4 })
  return el(g, "text", { x: part.x, y: part.y + (part.sign.length > 1 ? 4.5 : 6), "text-anchor": "middle", "font-size": view.type(part.sign.length > 1 ? 13 : 19), fill: colours.text }, part.sign)
}

function drawChip(view, svg, part) {
  const [x, y] = part.chip
  const g = el(svg, "g", { class: "chip", "data-q": part.id })
  const box = el(g, "rect", { x: x - 24, y: y - 10.5, width: 48, height: 21, rx: 10.5, stroke: view.colours.line })
  const text = el(g, "text", { x, y: y + 4.7, "text-anchor": "middle", "font-size": view.type(SMALLEST) }), number = text.appendChild(document.createTextNode(""))
  if (part.symbol && part.kind !== "past" && !view.data.picture.exits.some(e => e.id === part.id)) symbol(view, svg, x + 27, y + 4, part.symbol, { "text-anchor": "start", "font-size": 14, fill: view.colours.text, class: "name", "pointer-events": "none" })
  return { id: part.id, range: part.range, g, box, text, number }
}

function fillNumbers(view) {
  const { data, colours, step, unit } = view
  for (const { id, range, g, box, text, number } of view.chips) {
    const v = value(data, id, step, unit), [paper, pen] = fill(v, range, colours)
    set(g, "data-value", v); set(box, "fill", paper); set(text, "fill", pen)
    say(number, fmt(v, view.hall ? 2 : 3))
  }
  const said = data.text ? ` = “${data.labels[step]}”` : ` (${data.numbers.x.columns} numbers from below)`
  const x = row(data.numbers.x, step - data.first)
  say(view.reads, x.length === 1 ? ` = ${fmt(x[0])}` : said)
}

// ---------------------------------------------------------------- equations beside it

function drawEquations(view) {
  const { data, step, unit } = view, read = id => value(data, id, step, unit)
  const parts = data.equations.map(e => {
    const rows = unit ? `<div class="flow">${chain(lines(e, read))}</div>` : ""
    return `<div class="equation" data-id="${escape(e.id)}"><div class="symbols"><span class="lhs">${mark(e.id, math(e.symbol))}</span><b>=</b><span>${symbolic(e.tree)}</span></div>${rows}</div>`
  })
  const note = unit ? `Unit ${unit}, step ${step + 1}. Every number is rounded to ${DIGITS} decimals by itself: = where the digits shown add up, ≈ where they do not. ⊙ and · multiply unit by unit.`
    : "On the wires: the mean over all units. Pick one unit to put its numbers into the equations (a mean of products is not the product of means)."
  return write(view.equations, `<div class="head"><strong>Equations</strong><button type="button" data-part="latex">Copy LaTeX</button></div>${parts.join("")}<p class="note">${note}</p>`)
}

const chain = steps => steps.map(l => `<span class="link">${l.sign} ${l.html}</span>`).join(" ")

async function copy(view, button) {
  try {
    await navigator.clipboard.writeText(view.data.latex)
    button.textContent = "Copied"
    setTimeout(() => { button.textContent = "Copy LaTeX" }, 2000)
  } catch { // no permission: hand the text over to be copied by hand
    if (view.equations.querySelector("textarea")) return
    const area = Object.assign(document.createElement("textarea"), { value: view.data.latex, readOnly: true, rows: 8 })
    area.setAttribute("aria-label", "LaTeX of the equations")
    button.parentElement.after(area)
    area.select()
  }
}

// ---------------------------------------------------------------- one unit of one gate

function drawZoom(view) {
  const { data, unit } = view, gate = data.gates.find(g => g.gate === view.gate) ?? data.gates[0]
  view.gate = gate.gate
  const tabs = data.gates.map(g => `<button type="button" role="tab" data-gate="${escape(g.gate)}" aria-selected="${g === gate}" tabindex="${g === gate ? 0 : -1}">${escape(g.label)}</button>`).join("")
  const title = `<strong>One unit${unit ? `: ${escape(gate.label)}, unit ${unit}` : ""}</strong>`
  const head = write(view.zoomHead, `${title}${data.gates.length > 1 ? `<div class="tabs" role="tablist" aria-label="Gate">${tabs}</div>` : ""}`)
  const body = write(view.sums, unit ? sums(view, gate) : `<p class="note">Pick one unit above to see its inputs, its weighted sum and where it stands on the curve.</p>`)
  curve(view, gate)
  return head || body
}

function sums(view, gate) {
  const { data, step, unit } = view, at = step - data.first, k = unit - 1, n = data.numbers
  const parts = Object.fromEntries(data.picture.parts.map(p => [p.id, p])), out = []
  for (const id of [gate.W, gate.U].filter(Boolean)) {
    const part = parts[id], input = row(n[part.inputs[0]], at), letter = part.kind === "W" ? "b" : "c"
    const text = written(row(n[`${part.kind}.${gate.gate}`], k), input, n[`${letter}.${gate.gate}`].all[k], value(data, id, step, unit), id)
    out.push(block(part, view.data.equations.map(q => find(q.tree, id)).find(Boolean), text))
  }
  const a = value(data, gate.sum, step, unit), v = value(data, gate.activation, step, unit), e = data.equations.find(q => q.id === gate.activation)
  const whole = e ? `<div class="flow">${chain(lines(e, id => value(data, id, step, unit)))}</div>` : ""
  const slope = FUNCTIONS[gate.function]?.d(v)
  return out.join("") + `<div class="equation"><div class="symbols"><span class="lhs">${mark(gate.activation, math(gate.symbol))}</span></div>${whole}</div>` +
    `<p class="note">${escape(gate.function)} at a = ${decimals(a)}: value ${decimals(v)}, slope ${slope === undefined ? "?" : decimals(slope)}. The gradient that passes this unit is multiplied by the slope.</p>`
}

function block(part, tree, steps) {
  const rows = steps.map(([sign, html]) => `<div class="step"><b>${sign}</b><span>${html}</span></div>`).join("")
  return `<div class="equation" data-weight="${escape(part.kind)}"><div class="symbols">${tree ? symbolic(tree) : mark(part.id, pretty(part.words))}</div>${rows}</div>`
}

/** The activation and its derivative, drawn once for a gate; the point is where this unit stands. */
function curve(view, gate) {
  const f = view.unit ? FUNCTIONS[gate.function] : null, drawn = f ? `${view.dressed} ${gate.gate}` : ""
  if (drawn !== view.curved) {
    view.curved = drawn
    view.curve.replaceChildren()
    if (f) view.marks = drawCurve(view, gate, f)
  }
  if (f) stand(view, gate, f)
}

const CURVE = { W: 330, H: 220, L: 38, B: 34, reach: 5 }

/** Places on the curve's axes: X of a, Y of the value; `low` and `high` are the ends of Y. */
function axes(f) {
  const { W, H, L, B, reach } = CURVE, low = Math.min(0, f.low) - 0.08, high = f.high + 0.1
  return { low, high, X: t => L + (t + reach) / (2 * reach) * (W - L - 10), Y: t => H - B - (t - low) / (high - low) * (H - B - 12) }
}

function drawCurve(view, gate, f) {
  const { colours, scale } = view, { W, H, L, B, reach } = CURVE, { low, high, X, Y } = axes(f), colour = view.paint(gate.colour), face = { "font-size": 12, fill: colours.text }
  const svg = el(view.curve, "svg", { viewBox: `0 0 ${W} ${H}`, width: W * scale, height: H * scale, role: "img", "font-family": view.font })
  for (const t of [f.low, 0, f.high].filter((t, k, all) => all.indexOf(t) === k)) {
    el(svg, "line", { x1: L, x2: W - 10, y1: Y(t), y2: Y(t), stroke: colours.line })
    el(svg, "text", { x: L - 6, y: Y(t) + 4, "text-anchor": "end", ...face }, String(t).replace("-", "−"))
  }
  for (const t of [-4, -2, 0, 2, 4]) el(svg, "text", { x: X(t), y: H - B + 18, "text-anchor": "middle", ...face }, String(t).replace("-", "−"))
  el(svg, "line", { x1: X(0), x2: X(0), y1: Y(high), y2: Y(low), stroke: colours.line })
  const along = g => "M" + Array.from({ length: 101 }, (_, k) => -reach + k * reach / 50).map(t => `${X(t).toFixed(1)},${Y(Math.min(high, g(t))).toFixed(1)}`).join("L")
  el(svg, "path", { d: along(t => f.d(f.f(t))), fill: "none", stroke: colours.text, "stroke-width": 1.6, "stroke-dasharray": "5 4" })
  el(svg, "path", { d: along(f.f), fill: "none", stroke: colour, "stroke-width": 2.6 })
  const tangent = el(svg, "line", { stroke: colours.text, "stroke-width": 1.4 }), drop = el(svg, "line", { y2: Y(low), stroke: colours.text, "stroke-dasharray": "2 3" })
  const point = el(svg, "circle", { r: 6, fill: colour, stroke: colours.background, "stroke-width": 2, class: "point" })
  const name = el(svg, "text", { x: W - 10, y: H - 5, "text-anchor": "end", ...face }, "a")
  el(svg, "text", { x: L + 6, y: 12, ...face }, `${gate.function}(a) thick, its derivative dashed`)
  return { svg, tangent, drop, point, name: name.firstChild }
}

/** Put the point, its tangent and its line to the axis where the unit stands at this step. */
function stand(view, gate, f) {
  const { data, step, unit } = view, { svg, tangent, drop, point, name } = view.marks, { low, high, X, Y } = axes(f), { reach } = CURVE
  const a = value(data, gate.sum, step, unit), v = value(data, gate.activation, step, unit), slope = f.d(v), inside = Number.isFinite(v) && Math.abs(a) <= reach
  const x = X(Math.max(-reach, Math.min(reach, a))), y = Y(Math.min(high, Math.max(low, v)))
  const put = (e, places) => { for (const [k, to] of Object.entries(places)) set(e, k, Number.isFinite(to) ? to.toFixed(2) : 0) }
  set(tangent, "visibility", inside ? "visible" : "hidden")
  if (inside) put(tangent, { x1: X(a - 1), y1: Y(v - slope), x2: X(a + 1), y2: Y(v + slope) })
  put(drop, { x1: x, x2: x, y1: y }); put(point, { cx: x, cy: y })
  set(point, "data-a", a); set(point, "data-v", v)
  say(name, `a${Math.abs(a) > reach ? ` = ${fmt(a)}, beyond the axis` : ""}`)
  set(svg, "aria-label", `${gate.function} with this unit at a = ${decimals(a)}, value ${decimals(v)}, slope ${decimals(slope)}`)
}

// ---------------------------------------------------------------- what the reader does

/** Light one quantity wherever it stands: wire, node, number, term. */
function light(view, id) {
  if (id === view.lit) return
  view.lit = id
  relight(view)
}

function relight(view) {
  const id = view.lit
  for (const e of view.root.querySelectorAll("[data-q]")) e.classList.toggle("lit", id !== null && e.dataset.q === id)
  view.root.dataset.lit = id ?? ""
  explain(view)
}

function explain(view) {
  const part = view.lit && view.data.picture.parts.find(p => p.id === view.lit)
  write(view.told, part ? pretty(tell(view, part)) : "Point at a wire, a node or a term: it lights up wherever it stands.")
}

function tell(view, part) {
  const { data, step, unit } = view, name = part.text
  const is = [name, part.label && `(${part.label})`].filter(Boolean).join(" ")
  if (part.kind === "input") return `${name}: ${data.text ? `“${data.labels[step]}”` : "what this layer reads"}, ${data.numbers.x.columns} numbers`
  const whole = [is, part.words === name ? "" : part.words].filter(Boolean).join(" = ")
  return `${whole} = ${fmt(value(data, part.id, step, unit), DIGITS)}${unit ? "" : ` (mean of ${data.units} units)`}`
}

function refresh(view) {
  const { data, root } = view
  view.target = Math.max(0, Math.min(data.steps - 1, view.target ?? 0))
  view.step = Math.max(data.first, Math.min(data.last - 1, view.target))
  fillNumbers(view)
  const anew = [drawEquations(view), drawZoom(view)].some(Boolean)
  if (anew || view.svg !== view.seenLit) relight(view)
  else explain(view)
  view.seenLit = view.svg
  set(view.scrub, "max", data.steps); view.scrub.value = view.step + 1
  view.scrub.setAttribute("aria-valuetext", `step ${view.step + 1} of ${data.steps}${data.text ? `, reads ${data.labels[view.step]}` : ""}`)
  view.where.textContent = `Step ${view.step + 1} of ${data.steps}${data.text ? ` reads “${data.labels[view.step]}”` : ""}`
  view.prev.disabled = view.step === 0; view.next.disabled = view.step === data.steps - 1
  view.select.value = String(view.unit)
  markDrawn(root, { step: view.step + 1, unit: view.unit, gate: view.gate })
}

function choose(view, step, unit) {
  const { data } = view, to = Math.max(0, Math.min(data.steps - 1, step))
  const changed = to !== view.target || unit !== view.unit
  Object.assign(view, { unit, target: to }) // a step that is not here yet comes with Python's answer
  if (!changed) return
  refresh(view)
  clearTimeout(view.timer) // a held key sends one message and says one sentence, not thirty
  view.timer = setTimeout(() => {
    if (to === view.step) view.live.textContent = sentence(data, view.step, view.unit)
    view.sent.push(`${to},${unit}`); view.send(to, unit)
  }, 250)
}

function listen(view) {
  const { root } = view
  view.prev.onclick = () => choose(view, view.target - 1, view.unit)
  view.next.onclick = () => choose(view, view.target + 1, view.unit)
  view.scrub.oninput = () => choose(view, +view.scrub.value - 1, view.unit)
  view.select.onchange = () => choose(view, view.target, +view.select.value)
  for (const end of ["svg", "png"]) view[`${end}Button`].onclick = () => saveAs(end, compose(view), fileName(view))
  const target = e => e.target.closest?.("[data-q]")
  root.onpointerover = e => { if (target(e)) light(view, target(e).dataset.q) }
  root.onpointerleave = () => light(view, null)
  root.onclick = e => {
    const tab = e.target.closest?.("[data-gate]"), part = target(e), latex = e.target.closest?.("[data-part=latex]")
    if (latex) return copy(view, latex)
    if (tab?.getAttribute("role") === "tab") return pick(view, tab.dataset.gate, true)
    if (!part) return
    light(view, part.dataset.q)
    const gate = view.data.picture.parts.find(p => p.id === part.dataset.q)?.gate
    if (gate) pick(view, gate, false)
  }
  root.onkeydown = e => keys(view, e)
}

function pick(view, gate, focus) {
  if (gate === view.gate) return
  view.gate = gate
  if (drawZoom(view)) relight(view)
  view.root.dataset.gate = gate
  if (focus) view.zoom.querySelector("[aria-selected=true]")?.focus()
}

function keys(view, e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key], part = e.target.closest?.(".part")
  const tab = e.target.closest?.("[role=tab]"), gates = view.data.gates.map(g => g.gate)
  if (tab && by) pick(view, gates[(gates.indexOf(view.gate) + by + gates.length) % gates.length], true)
  else if (part && by) {
    const all = [...view.svg.querySelectorAll(".part")], to = all[(all.indexOf(part) + by + all.length) % all.length]
    all.forEach(p => p.setAttribute("tabindex", p === to ? 0 : -1))
    to.focus()
    view.live.textContent = view.told.textContent
  } else if (part && (e.key === "Enter" || e.key === " ")) {
    const gate = view.data.picture.parts.find(p => p.id === part.dataset.q)?.gate
    if (gate) pick(view, gate, false)
  } else return
  e.preventDefault(); e.stopPropagation()
}

/** The diagram as one self-contained SVG, with the numbers of the step that is shown. */
function compose(view) {
  const svg = view.svg.cloneNode(true), { width, height } = view.data.picture
  svg.querySelectorAll(".hit").forEach(e => e.remove())
  svg.insertBefore(el(null, "rect", { width, height, fill: view.colours.background }), svg.firstChild)
  svg.insertBefore(el(null, "title", {}, sentence(view.data, view.step, view.unit)), svg.firstChild)
  for (const [name, to] of Object.entries({ xmlns: NS, width, height })) svg.setAttribute(name, to)
  return { text: bare(svg), width, height }
}

const fileName = view => `${view.data.title.toLowerCase().replaceAll(" ", "-")}-step-${view.step + 1}`

// ---------------------------------------------------------------- the page

const views = new WeakMap()

function open(root) {
  const part = name => root.querySelector(`[data-part="${name}"]`)
  const view = { root, sent: [], lit: null, gate: "", prev: part("prev"), next: part("next"), scrub: part("scrub"), where: part("where"), select: part("unit"),
    svgButton: part("svg"), pngButton: part("png"), box: part("box"), told: part("told"), equations: part("equations"), zoom: part("zoom"), live: part("live"), dressed: 0 }
  view.zoom.innerHTML = `<div class="head"></div><div class="unit"><div class="sums"></div><div class="curve"></div></div>`
  for (const [name, of] of [["zoomHead", ".head"], ["sums", ".sums"], ["curve", ".curve"]]) view[name] = view.zoom.querySelector(of)
  views.set(root, view)
  root.addEventListener("focusin", e => { // has no handler property
    const q = e.target.closest?.("[data-q]")
    if (q) light(view, q.dataset.q)
  })
  return view
}

/** How large the diagram is drawn, and the least size of its type, in its own units. */
function measure(view, text) {
  view.hall = text >= 20
  const hall = view.hall && inHall(view.data.picture, text, [view.root.clientWidth, view.room])
  view.magnitude = hall ? hall.magnitude : magnitude(view)
  view.type = size => view.hall ? Math.max(size, HALL * text / view.magnitude) : size
  view.root.dataset.shows = view.data.shows === "equations" ? "equations" : hall?.alone ? "diagram" : "all"
}

function drawAll(view) {
  const { data } = view, held = view.box.querySelector(".part:focus")?.dataset.q
  const text = bodyText()
  view.scale = magnified(text)
  const options = ["mean of all", ...Array.from({ length: data.units }, (_, k) => String(k + 1))]
  view.select.replaceChildren(...options.map((text, k) => Object.assign(document.createElement("option"), { value: String(k), textContent: text })))
  view.room ??= window.innerHeight - Math.max(0, view.box.getBoundingClientRect().top) - 4
  measure(view, text)
  drawDiagram(view)
  view.dressed++
  const first = view.svg.querySelector(held ? `.part[data-q="${held}"]` : ".part")
  first?.setAttribute("tabindex", 0)
  if (held) first?.focus({ preventScroll: true })
}

export default function ({ data: message, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="cell"]'), view = views.get(root) ?? open(root)
  view.data = unpack(bytesOf(message))
  view.send = (step, unit) => setStateValue("choice", { step, unit, at: Date.now() }) // the time makes every choice a change
  const { selected, unit } = view.data
  if (isNews(view, `${selected},${unit}`)) Object.assign(view, { target: selected, unit })
  view.unit = Math.min(view.unit ?? 0, view.data.units)
  const seen = JSON.stringify(view.data.picture) + view.data.units + view.data.shows
  if (resolveColours(view) || seen !== view.seen) drawAll(view)
  view.seen = seen
  view.zoom.hidden = !view.data.zoom
  refresh(view)
  listen(view)
  return () => { clearTimeout(view.timer); views.delete(root) }
}
