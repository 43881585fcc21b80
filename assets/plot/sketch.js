// A figure's lines and bars as a plain drawing, for as long as plotly.js is on its way: in the same
// place, on the same axes, of the same numbers. What needs more than a line has to wait for Plotly.

const DASHES = { dash: "8 5", dot: "2 4", dashdot: "8 4 2 4" }

/** Where a number stands on an axis that has a range: pixels, or null where there is none. */
function scale(axis, from, to) {
  if (!axis?.range) return null
  const [low, high] = axis.range, [start, end] = axis.domain ?? [0, 1]
  const whole = to - from, at = (axis.type === "log" ? Math.log10 : Number)
  return (value) => from + whole * (start + (end - start) * ((at(value) - low) / (high - low)))
}

/** The box of the axes, and where numbers stand on an axis by its name ("x2", "y"). */
export function places({ layout }) {
  const { l = 80, r = 80, t = 100, b = 80 } = layout.margin ?? {}
  const box = { left: l, right: layout.width - r, top: t, bottom: layout.height - b }
  const on = (name) => {
    const axis = layout[`${name[0]}axis${name.slice(1)}`]
    return name[0] === "x" ? scale(axis, box.left, box.right) : scale(axis, box.bottom, box.top)
  }
  return { box, on }
}

/** The path of a line; it is lifted where a number is missing. */
export function path({ x, y }, across, up) {
  let pen = "M"
  return Array.from(y, (value, k) => {
    const point = [across(x ? x[k] : k), up(value)]
    const there = value !== null && point.every(Number.isFinite)
    const step = there ? pen + point.map((p) => p.toFixed(1)).join(" ") : ""
    pen = there ? "L" : "M"
    return step
  }).join("")
}

/** Elements [name, attributes, text] of the drawing; none where no axis says its range. */
export function sketched(figure) {
  const { data, layout } = figure, { box, on } = places(figure)
  const drawn = data.flatMap((trace) => {
    const across = on(trace.xaxis ?? "x"), up = on(trace.yaxis ?? "y")
    return across && up ? [...ofLine(trace, across, up), ...ofBars(trace, across, up)] : []
  })
  return drawn.length ? [...ofZones(layout, box, on), ...drawn, ...ofTitle(layout, box)] : []
}

function ofLine(trace, across, up) {
  if (trace.type !== "scatter" || !/lines/.test(trace.mode ?? "lines") || trace.visible === false) return []
  const { color, width = 2, dash } = trace.line ?? {}
  return [["path", { d: path(trace, across, up), fill: "none", stroke: color, "stroke-width": width,
    "stroke-dasharray": DASHES[dash], opacity: trace.opacity }]]
}

function ofBars({ type, orientation, x, y, base, width, marker }, across, up) {
  if (type !== "bar" || orientation !== "v" || !base || !width) return []
  return x.map((at, k) => {
    const [left, right] = [at - width[k] / 2, at + width[k] / 2].map(across), [low, high] = [base[k], base[k] + y[k]].map(up)
    return ["rect", { x: left, y: high, width: right - left, height: low - high, fill: marker?.color, stroke: marker?.line?.color }]
  })
}

function ofZones({ shapes = [] }, { left, right }, on) {
  const up = on("y")
  return shapes.filter((s) => up && s.type === "rect" && s.xref === "paper" && s.yref === "y").map(({ y0, y1, fillcolor, opacity }) =>
    ["rect", { x: left, y: up(y1), width: right - left, height: up(y0) - up(y1), fill: fillcolor, opacity }])
}

function ofTitle({ title, height, template }, { left }) {
  const size = template.layout.title.font.size, lines = (title?.text ?? "").split("<br>")
  return lines.map((line, k) => ["text", { x: title?.xref === "container" ? 4 : left, y: height * (1 - (title?.y ?? 1)) + size * (0.35 + 1.3 * k),
    "font-size": size, fill: template.layout.font.color }, line.replace(/<[^>]*>/g, "")])
}

/** Draws it into the place of a figure, anew where the window has got another size; whether it did. */
function sketch(node, figure) {
  const elements = sketched(figure)
  if (!elements.length) return false
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const { width, height } = figure.layout
  for (const [name, value] of Object.entries({ width, height, "aria-hidden": "true" })) svg.setAttribute(name, String(value))
  for (const [name, attributes, text] of elements) {
    const element = document.createElementNS(svg.namespaceURI, name)
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, String(value))
    if (text) element.textContent = text
    svg.append(element)
  }
  node.replaceChildren(svg)
  node.dataset.sketched = "yes"
  return true
}

/** Once it is painted: plotly.js keeps the browser busy for most of a second as it comes. A tab in
 *  the background paints nothing. */
const shown = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done))
  setTimeout(done, 100)
})
