// Pieces: the lines, heads and texts that the picture is made of.

const write = (p, x, y, text, a = {}) => el(p, "text", { x, y, "text-anchor": "middle", "font-size": 13, ...a }, text)

function tip(view, e, text) { view.tips.set(e, text); e.dataset.tip = ""; return e }

/** Shown from this tick on. A node is ringed when it is computed, and when its gradient passes. */
function lit(view, e, tick, ring = null) { view.timed.push({ e, tick, ring, on: true }); return e }

const HEADS = { right: [-1, 0], left: [1, 0], up: [0, 1], down: [0, -1] } // where the tail lies
function head(p, /** @type {number[]} */ [x, y], way, long, wide, fill) {
  const [dx, dy] = HEADS[way], at = (a, b) => `${x + dx * long * a - dy * wide / 2 * b} ${y + dy * long * a + dx * wide / 2 * b}`
  return el(p, "path", { d: `M${x} ${y}L${at(1, 1)}L${at(1, -1)}Z`, fill })
}

const way = ([ax, ay], [bx, by]) => Math.abs(bx - ax) > Math.abs(by - ay) ? (bx > ax ? "right" : "left") : (by > ay ? "down" : "up")
const shorten = (points, by) => {
  const [x, y] = points.at(-1), [dx, dy] = HEADS[way(points.at(-2), points.at(-1))]
  return [...points.slice(0, -1), [x + dx * by, y + dy * by]]
}
const path = points => "M" + points.map(p => p.map(v => +v.toFixed(1)).join(" ")).join("L")

/** The forward pass: a thin quiet line; a strong one where the lit weight is used. */
function forward(view, p, points, tick, { width = 1.6, bare = false, colour = view.colours.line, weight = null } = {}) {
  const on = weight && weight === view.weight
  if (on) [width, colour] = [3.4, view.colours.primary]
  const g = lit(view, el(p, "g", { class: "forward", "data-weight": weight?.id, "data-lit": on ? "" : null }), tick)
  if (way(points[0], points[1]) === "up" && view.place?.cell) el(g, "path", { d: path(points), fill: "none", stroke: view.colours.background, "stroke-width": 4 })
  el(g, "path", { d: path(bare ? points : shorten(points, 5)), fill: "none", stroke: colour, "stroke-width": width, "stroke-linejoin": "round" })
  if (!bare) head(g, points.at(-1), way(points.at(-2), points.at(-1)), 7, 7 + width, colour)
  return g
}

const paint = (view, value) => {
  const what = kind(value)
  return what === "overflow" ? view.colours.overflow : what === "zero" ? view.colours.line : along(view.colours.gradient, position(value, view.payload.gradient))
}

/** A gradient on its way back: width and colour by log10 of its norm. */
function backward(view, p, points, value, tick, words, mark) {
  const what = kind(value), w = what === "zero" ? 1.4 : thickness(value, view.payload.gradient), colour = paint(view, value)
  const g = lit(view, el(p, "g", { class: "backward", "data-kind": what, "data-value": String(value), ...mark }), tick)
  const long = Math.min(9, 4.5 + w * 0.6), clear = way(points[0], points[1]) === "down" && view.place?.cell
  if (clear) el(g, "path", { d: path(points), fill: "none", stroke: view.colours.background, "stroke-width": w + 3 })
  const style = what === "zero" ? { "stroke-dasharray": "0.1 3.6", "stroke-linecap": "round" } : what === "overflow" ? { "stroke-dasharray": "3 2" } : {}
  el(g, "path", { d: path(what === "zero" ? points : shorten(points, long - 0.5)), fill: "none", stroke: colour, "stroke-width": w, "stroke-linejoin": "round", ...style })
  if (what !== "zero") head(g, points.at(-1), way(points.at(-2), points.at(-1)), long, w + 4.5, colour)
  el(g, "path", { class: "hit", d: path(points), fill: "none", stroke: "transparent", "stroke-width": 14 })
  return tip(view, g, words + (what === "overflow" ? "\noverflow: drawn dashed" : ""))
}
