// While a slider is dragged, a figure that has all its leaves shows the one of each value at once:
// lines, the labels at their ends, bars with their numbers, title. They are drawn over the plot,
// whose own stay hidden until the slider rests and Plotly draws them anew. Every number came from
// the server (pages/figures/leaves.py).

const SVG = "http://www.w3.org/2000/svg"
const HIDDEN = ".scatterlayer, .barlayer, .g-gtitle"
const MARKS = 12 // of a line
const SETTLED = 400 // ms after the page rests; then a figure that was to come is drawn
const SHAPES = { circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", square: "M-4-4h8v8h-8z", diamond: "M0-5l5 5l-5 5l-5-5z" }

/** Which leaf belongs to a value: its number, or -1. */
export const leafOf = ({ values }, value) => values.findIndex((v) => Math.abs(v - value) < 1e-9)

/** The path through points; where a number is missing the line is broken. */
export function through(logs, x, y) {
  let d = "", pen = "M"
  logs.forEach((log, t) => {
    if (log === null) { pen = "M"; return }
    d += `${pen}${x(t).toFixed(1)} ${y(log).toFixed(1)}`
    pen = "L"
  })
  return d
}

/** The marks of a line: at a few of its points. */
export function marked(logs, shape, x, y) {
  const every = Math.max(1, Math.ceil(logs.length / MARKS))
  return logs.map((log, t) => (log === null || t % every ? "" :
    shape.replace(/^M(-?\d+)(?: (-?\d+)|(-\d+))/, (_, a, b, c) => `M${(x(t) + +a).toFixed(1)} ${(y(log) + +(b ?? c)).toFixed(1)}`))).join("")
}

/** Bold and plain pieces of a text, in turn: [[text, is bold]]. */
export function pieces(text) {
  return text.split(/(<b>.*?<\/b>)/).filter(Boolean)
    .map((part) => (part.startsWith("<b>") ? [part.slice(3, -4), true] : [part, false]))
}

const put = (name, attributes, parent) => {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  parent.append(node)
  return node
}

/** Words in the dress that Plotly gave the text that they stand in for. */
function write(parent, like, text, at) {
  const node = put("text", { ...at, style: like?.getAttribute("style") ?? "" }, parent)
  node.style.visibility = "visible"
  if (at["text-anchor"]) node.style.textAnchor = at["text-anchor"]
  for (const [words, bold] of pieces(text)) put("tspan", bold ? { "font-weight": "bold" } : {}, node).textContent = words
}

/** The leaves of the figure on screen, if they are here. */
const leavesOf = ({ about }) => (about.drag && globalThis.rnnLeaves?.name === about.drag.name ? globalThis.rnnLeaves : null)

/** Show a leaf; false where the figure has none of that value. */
function leap(state, value) {
  const all = leavesOf(state), k = all && state.figure ? leafOf(all, value) : -1
  if (k < 0) return false
  const layer = leafLayer(state), leaf = all.leaves[k]
  layer.replaceChildren()
  drawBars(state, layer, leaf)
  drawLines(state, layer, leaf)
  drawWords(state, layer, leaf)
  drawTitle(state, layer, leaf)
  state.node.dataset.drawn = String(++state.drawn)
  state.node.dataset.leaf = String(value)
  return true
}

/** A layer over the whole figure; what it stands in for is hidden. */
function leafLayer(state) {
  const { node } = state
  if (!state.layer?.isConnected) {
    state.layer = put("svg", { class: "pl-leaf", "aria-hidden": "true" }, node)
    state.layer.style.cssText = "position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none"
    for (const each of hidden(state)) each.style.visibility = "hidden"
  }
  return state.layer
}

function hidden({ node, figure }) {
  const moving = (figure.layout.annotations ?? []).map((note, k) => [note, k]).filter(([note]) => moves(note))
  const notes = moving.map(([, k]) => node.querySelector(`.annotation[data-index="${k}"]`)).filter(Boolean)
  return [...node.querySelectorAll(HIDDEN), ...notes]
}

/** Which annotations go with the numbers; as `moves` in pages/figures/leaves.py. */
export const moves = (note) => note.axref === "x" || note.xref === "x2"

/** Plotly has drawn the figure of the value on which the slider rests. */
function layDown(state) {
  if (!state.layer) return
  state.layer.remove()
  state.layer = null
  delete state.node.dataset.leaf
  for (const each of hidden(state)) each.style.visibility = ""
}

const axes = ({ node: { _fullLayout: { xaxis, yaxis } } }) =>
  [(t) => xaxis._offset + xaxis.d2p(t), (log) => yaxis._offset + yaxis.l2p(log)]

function drawLines(state, layer, { lines }) {
  const [x, y] = axes(state), traces = state.figure.data.filter((t) => t.type === "scatter" && t.mode.includes("lines"))
  lines.forEach((logs, k) => {
    const { line, marker } = traces[k], [shape, open] = marker.symbol.split("-")
    const stroke = { stroke: line.color, "stroke-width": line.width }
    put("path", { d: through(logs, x, y), fill: "none", ...stroke, "stroke-dasharray": line.dash === "dash" ? "9 9" : "none", "data-line": traces[k].name }, layer)
    put("path", { d: marked(logs, SHAPES[shape] ?? SHAPES.circle, x, y), fill: open ? paperOf(state) : line.color, ...stroke, "stroke-width": open ? 2 : 0 }, layer)
  })
}

const paperOf = (state) => variablesOf(state.node)("--st-background-color")

function drawBars(state, layer, { bars }) {
  const { xaxis2, yaxis } = state.node._fullLayout, traces = state.figure.data.filter((t) => t.type === "bar")
  bars.forEach((log, k) => {
    const { width: [wide], marker } = traces[k], top = yaxis._offset + yaxis.l2p(log ?? yaxis.range[0])
    const bottom = yaxis._offset + yaxis._length, [left, right] = [-wide / 2, wide / 2].map((v) => xaxis2._offset + xaxis2.d2p(v))
    put("rect", { x: left, width: right - left, y: top, height: Math.max(0, bottom - top), fill: marker.color,
      stroke: marker.line.color, "stroke-width": marker.line.width }, layer)
  })
  for (const line of state.node.querySelectorAll(".layer-above > .shapelayer > *")) layer.append(line.cloneNode(true))
}

function drawWords(state, layer, { words }) {
  const [x, y] = axes(state), notes = (state.figure.layout.annotations ?? []).map((note, k) => ({ note, k })).filter(({ note }) => moves(note))
  words.forEach(({ text, at, place }, i) => {
    const { note, k } = notes[Math.min(i, notes.length - 1)], like = state.node.querySelector(`.annotation[data-index="${k}"] text`)
    if (note.axref === "x") {
      put("path", { d: `M${x(0)} ${y(at)}L${x(note.ax) + 4} ${y(place)}`, stroke: note.arrowcolor, "stroke-width": note.arrowwidth }, layer)
      write(layer, like, text, { x: x(note.ax) - 2, y: y(place), dy: "0.35em", "text-anchor": "end" })
    } else {
      const { xaxis2 } = state.node._fullLayout, below = text.includes("→")
      write(layer, like, text, { x: xaxis2._offset + xaxis2.d2p(0), y: y(at), dy: below ? "1.2em" : "-0.4em", "text-anchor": "middle" })
    }
  })
}

function drawTitle(state, layer, leaf) {
  const title = state.node.querySelector(".g-gtitle text"), row = title?.querySelector("tspan.line") ?? title
  if (!title) return
  const text = bodyText()
  const lines = wrapped(state.width < NARROW ? leaf.narrow : leaf.title, lettersOf(state.width, text)).split("<br>")
  const x = row.getAttribute("x") ?? title.getAttribute("x"), y = row.getAttribute("y") ?? title.getAttribute("y")
  const group = put("g", { transform: title.getAttribute("transform") ?? "" }, layer)
  lines.forEach((words, k) => write(group, title, words, { x, y, dy: `${1.3 * k}em` }))
}

/** A slider moves: show the leaf, if it is there. It rests where it was: no new figure comes, and the
 *  one that is here takes its place again. */
function follower(state) {
  const ours = (/** @type {any} */ { detail }) => state.about.drag?.setting === detail.setting
  const drag = (event) => { if (ours(event) && leap(state, event.detail.value)) event.preventDefault() }
  const lies = (value) => state.layer && state.node.dataset.leaf === String(value)
  const rest = (event) => {
    const { value } = event.detail
    if (ours(event)) setTimeout(() => { if (lies(value)) draw(state) }, SETTLED)
  }
  document.addEventListener("rnn-drag", drag)
  document.addEventListener("rnn-rest", rest)
  return () => {
    document.removeEventListener("rnn-drag", drag)
    document.removeEventListener("rnn-rest", rest)
  }
}
