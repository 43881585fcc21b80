// The gradient-flow bench: curves that follow the slider, and the phase map. The message is what
// pages/components/flow.py packs: every position of the slider comes with its own numbers of the
// engine, so dragging asks nobody and makes up nothing. Pure functions first (tests/js/flow.test.mjs).

const MEDIAN = 0, LOW = 1, HIGH = 2, OWN = 3
const COMMIT_AFTER = 300, SPEAK_AFTER = 600 // ms
const SHAPES = { RNN: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", GRU: "M-4-4h8v8h-8z", LSTM: "M0-5l5 5l-5 5l-5-5z" }

/** One line's logarithms for position k of the slider; a single row holds for every position. */
export function line({ shape, all }, k, which = 0) {
  const kinds = shape.length === 3 ? shape[1] : 1, points = shape.at(-1)
  const from = ((shape[0] > 1 ? k : 0) * kinds + which) * points
  return all.subarray(from, from + points)
}

// ---------------------------------------------------------------- numbers

const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])

/** The number whose logarithm this is, for people. */
export function said(log, digits = 3) {
  if (Number.isNaN(log)) return "–"
  if (log === Infinity) return "overflow"
  if (log === -Infinity) return "0"
  let power = Math.floor(log), head = (10 ** (log - power)).toPrecision(digits)
  if (+head >= 10) { power += 1; head = (+head / 10).toPrecision(digits) }
  if (power >= -2 && power <= 3) return String(+(10 ** log).toPrecision(digits))
  return `${+head === 1 ? "" : `${+head}·`}10${raised(power)}`
}

/** Geometric mean factor for each step back, from the curve's last number to its first. */
export function factor(logs, end) {
  let first = 0
  while (first < end && Number.isNaN(logs[first])) first++
  return end > first ? (logs[first] - logs[end]) / (end - first) : NaN
}

/** The position of the slider whose value lies nearest. */
export function nearest(values, wanted) {
  return values.reduce((best, v, k) => (Math.abs(v - wanted) < Math.abs(values[best] - wanted) ? k : best), 0)
}

/** Where a logarithm is drawn: on the edge if it lies beyond; nan has no place. */
export const edged = (log, low, high) => Math.min(high, Math.max(low, log))

/** Round steps for an axis from 0 to `end`. */
export function ticks(end, most) {
  const every = [1, 2, 5, 10, 20, 25, 50, 100].find((s) => end / s <= most) ?? 200, all = []
  for (let t = 0; t <= end; t += every) all.push(t)
  return all
}

/** Decades to be named between two of them. */
export function decades(low, high) {
  const every = Math.max(1, Math.ceil((high - low) / 9)), all = []
  for (let d = Math.ceil(low / every) * every; d <= high; d += every) all.push(d)
  return all
}

/** SVG path through a line's points; a number that is not there is passed over. */
export function path(logs, end, x, y) {
  let d = ""
  for (let t = 0; t <= end; t++) {
    if (!Number.isNaN(logs[t])) d += `${d ? "L" : "M"}${x(t).toFixed(2)} ${y(logs[t]).toFixed(3)}`
  }
  return d
}

/** The area between two lines. */
export function band(low, high, end, x, y) {
  let there = "", back = ""
  for (let t = 0; t <= end; t++) {
    if (Number.isNaN(low[t]) || Number.isNaN(high[t])) continue
    there += `${there ? "L" : "M"}${x(t).toFixed(2)} ${y(high[t]).toFixed(2)}`
    back = `L${x(t).toFixed(2)} ${y(low[t]).toFixed(2)}${back}`
  }
  return there && `${there}${back}Z`
}

/** One word for how much is left of a gradient, by the logarithm of the ratio. */
export function fate(log, { vanished, exploded }) {
  if (Number.isNaN(log)) return "has no gradient"
  if (log > 1) return log > exploded ? "explodes" : "grows"
  if (log < -1) return log < vanished ? "vanishes" : "shrinks"
  return "holds"
}

/** What the slider's position does to every cell on the way back, in a line. */
export function conclusion(model, k) {
  const end = model.ends[k]
  const words = model.curves.filter((c) => c.state === "h").map((c) => {
    const logs = line(c.rows, k, MEDIAN), first = logs.find((v) => !Number.isNaN(v)), ratio = first - logs[end]
    return `${c.label} ${fate(ratio, model.zones)}${Number.isNaN(ratio) ? "" : `, ${said(ratio)} times`}`
  })
  return `${end} steps back: ${words.join("; ")}`
}

/** Heights of labels that keep a gap from each other, near their places, between two ends. */
export function apart(places, gap, low, high) {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]), found = []
  for (const i of order) found.push(Math.max(Math.min(high, Math.max(low, places[i])), (found.at(-1) ?? -Infinity) + gap))
  for (let n = found.length - 1, most = high; n >= 0; n--, most = found[n + 1] - gap) found[n] = Math.min(found[n], most)
  const back = []
  order.forEach((i, n) => { back[i] = found[n] })
  return back
}

/** What the bound says of the RNN at this position, in words that claim no more than it does. */
export function boundWords({ radius, sigma, gamma, weight }, k) {
  const at = (list) => list[list.length > 1 ? k : 0], s = at(sigma), product = s * gamma
  const numbers = `RNN, medians over the seeds: spectral radius of ${weight} ${+at(radius).toPrecision(3)}, ` +
    `largest singular value σₘₐₓ ${+s.toPrecision(3)}, σₘₐₓ·γ = ${+product.toPrecision(3)}. `
  if (product < 1) return numbers + "Below 1: sufficient for vanishing."
  return numbers + (product === 1 ? "Exactly 1: no step can stretch." : "Above 1: necessary for exploding, not sufficient.")
}

/** The drawn numbers of one position as rows of a table. */
export function rows(model, k, t) {
  const end = model.ends[k], at = Math.min(t, end)
  return model.curves.map((c) => {
    const of = (which) => line(c.rows, k, which)
    return { name: `${c.label} ${c.symbol}`, median: said(of(MEDIAN)[at]), own: said(of(OWN)[at]),
      low: said(of(LOW)[at]), high: said(of(HIGH)[at]), last: said(of(MEDIAN)[end]),
      factor: said(factor(of(MEDIAN), end)) }
  })
}

export function spoken(model, k, t) {
  const { low, high } = { low: model.values[k], high: Math.min(t, model.ends[k]) }
  const words = rows(model, k, t).map((r) => `${r.name}: median ${r.median}, band ${r.low} to ${r.high}, factor per step back ${r.factor}`)
  return `${model.knobs[model.knob]} ${low}, step ${high} of ${model.ends[k]}. ${words.join(". ")}.`
}

/** Colour of a logarithm on the map: 0 in the middle, -limit and limit at the ends, nan none. */
export function shade(log, limit, count) {
  if (Number.isNaN(log)) return -1
  return Math.round(((edged(log, -limit, limit) + limit) / (2 * limit)) * (count - 1))
}

// ---------------------------------------------------------------- helpers of the page

const views = new WeakMap()
const make = (name, attributes = {}, parent = null) => el(parent, name, attributes)
const element = (name, attributes = {}, text = "") => {
  const node = Object.assign(document.createElement(name), { textContent: text })
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  return node
}
const coloured = (root) => {
  const style = getComputedStyle(root)
  for (const [name, variable] of [["chart", "categorical"], ["heat", "diverging"]]) {
    const list = style.getPropertyValue(`--st-chart-${variable}-colors`).split(",")
    list.forEach((c, k) => root.style.setProperty(`--${name}-${k}`, c.trim()))
  }
}
const tinted = (root, { colours }) => {
  for (const [name, token] of Object.entries(colours)) root.style.setProperty(`--${name}`, token)
}

// ---------------------------------------------------------------- the bench

const BENCH = `<div class="drag"><label><span data-part="name"></span><input type="range" data-part="slider" step="1"></label>
<output data-part="value"></output></div>
<p class="said" data-part="said"></p>
<div class="axis" data-part="axis"></div>
<div class="plot" data-part="plot" tabindex="0" role="group"></div>
<div class="choices"><fieldset data-part="quantity"><legend>Gradient drawn</legend></fieldset>
<fieldset data-part="knob"><legend>Slider turns</legend></fieldset></div>
<p class="under" data-part="under"></p>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the picture"><table><thead></thead><tbody></tbody></table></div>
<p class="bound" data-part="bound"></p><p class="notes" data-part="notes"></p>
<div class="sr-only" data-part="live" aria-live="polite"></div>`

function openBench(root) {
  root.innerHTML = BENCH
  const part = (name) => root.querySelector(`[data-part=${name}]`)
  /** @type {Record<string, any>} */
  const state = { root, part, k: 0, t: 0, sent: [], known: null, digest: null, frame: 0 }
  const slider = part("slider"), plot = part("plot")
  slider.oninput = () => { state.k = +slider.value; state.dragging = true; soon(state) }
  slider.onpointerdown = () => { state.held = true }
  slider.onkeydown = () => { state.held = false }
  slider.onchange = () => { // a pointer lets go once; keys go on, and the last of them counts
    clearTimeout(state.timer)
    state.timer = setTimeout(() => { state.dragging = false; send(state, {}) }, state.held ? 0 : COMMIT_AFTER)
  }
  plot.onpointermove = (event) => probe(state, stepAt(state, event))
  plot.onpointerdown = plot.onpointermove
  plot.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -999, End: 999 }[event.key]
    if (!by) return
    event.preventDefault()
    probe(state, state.t + by)
  }
  state.observer = new ResizeObserver(() => { if (state.model && root.clientWidth !== state.width) build(state) })
  state.observer.observe(root)
  views.set(root, state)
  return state
}

function stepAt(/** @type {any} */ { plot }, event) {
  const box = plot.svg.getBoundingClientRect()
  return Math.round(((event.clientX - box.left - plot.left) / (plot.right - plot.left)) * plot.end)
}

function probe(state, t) {
  const step = Math.min(state.model.ends[state.k], Math.max(0, t))
  if (step === state.t) return
  state.t = step
  soon(state)
}

/** One drawing per frame, however fast the slider moves. */
function soon(state) {
  if (!state.frame) state.frame = requestAnimationFrame(() => { state.frame = 0; paint(state) })
}

function send(state, wish) {
  const { model, k } = state
  const choice = { knob: model.knob, quantity: model.quantity, value: model.values[k], ...wish }
  state.sent.push(keyOf(choice))
  if (keyOf(choice) !== state.known) state.setStateValue("choice", { ...choice, at: Date.now() })
}

const keyOf = ({ knob, quantity, value }) => `${knob} ${quantity} ${value}`

function offer(state, name, options, chosen) {
  const place = state.part(name), names = JSON.stringify(options)
  if (place.dataset.names !== names) {
    for (const old of place.querySelectorAll("label")) old.remove()
    for (const [value, words] of Object.entries(options)) {
      const label = element("label"), input = element("input", { type: "radio", name: `flow-${name}`, value })
      input.onchange = () => send(state, name === "knob" ? { knob: value } : { quantity: value })
      label.append(input, element("span", {}, words))
      place.append(label)
    }
    place.dataset.names = names
  }
  for (const input of place.querySelectorAll("input")) input.checked = input.value === chosen
}

/** Words of our own, their letters with indices; a hall could not read those. */
function write(node, words) {
  node.innerHTML = bodyText() >= 20 ? words : indexed(words)
}

/** Everything that rests while the slider moves. */
function build(state) {
  const { root, model, part } = state
  const text = bodyText(), hall = text >= 20
  write(part("axis"), `${model.axis}. Logarithmic, 10${raised(model.low)} to 10${raised(model.high)}: what is beyond lies on the border.`) // first: the plot's room is what its words leave
  state.width = root.clientWidth
  root.toggleAttribute("data-hall", hall)
  const width = Math.max(300, state.width), height = width < 600 ? 300 : Math.round(roomBelow(part("plot"), hall))
  const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" })
  const small = text * (hall ? 0.91 : 0.875), every = thinned(model, (height - text * 3.7) / (small * 1.5))
  const left = text * 3.1, start = left + small * (width < 600 ? 5.5 : 8.5), right = width - text * 1.1, top = text * 0.8, bottom = height - text * 2.9
  const span = model.high - model.low
  const y = (log) => bottom - ((edged(log, model.low, model.high) - model.low) / span) * (bottom - top)
  shaded(svg, model, { left, right, y })
  for (const d of decades(model.low, model.high).filter((d) => d % every === 0)) {
    make("line", { x1: left, x2: right, y1: y(d), y2: y(d), class: d === 0 ? "zero" : "grid" }, svg)
    make("text", { x: left - 6, y: y(d) + text * 0.28, class: "tick end" }, svg).textContent = d === 0 ? "1" : `10${raised(d)}`
  }
  const across = make("g", {}, svg)
  make("text", { x: (start + right) / 2, y: height - text * 0.4, class: "tick mid" }, svg).textContent =
    model.quantity === "share" ? "step t" : "state after step t (t = 0: the initial state)"
  const lines = model.curves.map((c) => {
    const style = `--line: ${c.colour}`, dash = c.state === "c" ? " dashed" : "", group = make("g", { style }, svg)
    const [area, own, middle, marks] = ["band", "own", "median", "marks"].map((name) =>
      make("path", { class: name + dash, "data-curve": `${c.label} ${c.state}`, "data-kind": name }, group))
    const leader = make("path", { class: "leader" }, group), label = make("text", { class: "tick end label" }, svg)
    return { area, own, middle, marks, leader, label }
  })
  const bound = make("path", { class: "envelope", "data-kind": "bound" }, svg), cursor = make("line", { class: "cursor", y1: top, y2: bottom }, svg)
  zonesNamed(svg, { right, y, text: small })
  part("plot").replaceChildren(svg)
  state.plot = { svg, left: start, right, top, bottom, y, across, lines, bound, cursor, text: small, end: -1 }
  Object.assign(svg.dataset, { left: start, right, top, bottom, low: model.low, high: model.high })
  table(state)
  const [first, count, last] = model.seeds
  part("under").textContent = `Line: median of ${count} seeds (${first} to ${last}); band: second lowest to second highest; ` +
    `thin: seed ${first}. ${count} seeds, not a proof.${model.bound ? " Dotted: the RNN's bound (σₘₐₓ·γ)ᵏ, median over the seeds." : ""}`
  part("notes").textContent = model.notes.join(" ")
  part("plot").setAttribute("aria-label", `${model.axis}. Arrow keys move the step that is read.`)
  const slider = part("slider")
  slider.max = model.values.length - 1
  part("name").textContent = model.knobs[model.knob]
  offer(state, "quantity", model.quantities, model.quantity)
  offer(state, "knob", model.knobs, model.knob)
  paint(state)
}

/** The plot ends where the window ends, axis and all, if there is room for it; it grows to 560 px, and
 *  in a hall as far as there is room. */
function roomBelow(node, hall) {
  const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0
  return Math.min(hall ? Infinity : 560, Math.max(280, window.innerHeight - node.getBoundingClientRect().top - scrolled - 12))
}

/** Every so many-th decade is named, so that so many names have room. */
const thinned = ({ low, high }, most) => [1, 2, 4, 8].find((n) => (high - low) / n <= most) ?? 16

/** The zones of vanishing and exploding, behind the lines. */
function shaded(svg, { zones, low, high }, { left, right, y }) {
  for (const [zone, from, to] of [["cool", low, zones.vanished], ["warm", zones.exploded, high]])
    make("rect", { x: left, width: right - left, y: y(to), height: y(from) - y(to), class: "zone", fill: `var(--${zone})`, "fill-opacity": zones.shade, "data-zone": zone }, svg)
}

/** Their names at the right, before the lines. */
function zonesNamed(svg, { right, y, text }) {
  for (const [zone, word, at] of [["cool", "vanishing", -7], ["warm", "exploding", 5]])
    make("text", { x: right - 6, y: y(at) + text * 0.35, class: "tick end strong over", style: `fill: var(--${zone}-ink)` }, svg).textContent = word
}

/** Each line's name and number where its way back ends; none covers another. */
function named(state) {
  const { model, k, plot } = state, { y, text } = plot
  const ends = model.curves.map((c) => line(c.rows, k, MEDIAN)[0]), drawn = ends.map((v) => y(Number.isNaN(v) ? model.low : v))
  const places = apart(drawn, text * 1.2, plot.top + text, plot.bottom - text * 0.3)
  model.curves.forEach((c, i) => {
    const { label, leader } = plot.lines[i], none = Number.isNaN(ends[i]), x = plot.x(0)
    const way = ends[i] < model.low ? "↓" : ends[i] > model.high ? "↑" : ""
    label.setAttribute("x", x - text)
    label.setAttribute("y", places[i] + text * 0.35)
    const name = `${c.label}${c.state === "c" ? ` ${c.symbol}` : ""}`, much = plot.right < 560 ? "" : said(ends[i], 2) // said above
    label.textContent = none ? "" : `${name} ${way}${much}`
    leader.setAttribute("d", none ? "" : `M${x} ${drawn[i]}L${x - text * 0.8} ${places[i]}`)
  })
}

function table(state) {
  const head = state.root.querySelector("thead"), body = state.root.querySelector("tbody")
  const names = ["", "median", "band", "this seed", "at the end", "factor per step back"]
  head.replaceChildren(element("tr"))
  head.firstChild.append(...names.map((n, i) => element(i ? "th" : "td", i ? { scope: "col" } : { class: "where" }, n)))
  state.cells = state.model.curves.map((c) => {
    const row = element("tr"), name = element("th", { scope: "row", style: `--line: ${c.colour}` })
    const key = make("svg", { width: 34, height: 12, "aria-hidden": "true" })
    make("path", { d: "M1 6H33", class: c.state === "c" ? "median dashed" : "median" }, key)
    make("path", { d: SHAPES[c.label], transform: "translate(17 6)", class: c.state === "c" ? "marks dashed" : "marks" }, key)
    name.append(key, ` ${c.label}, ${c.symbol}`)
    const cells = names.slice(1).map(() => element("td"))
    row.append(name, ...cells)
    return { row, cells }
  })
  body.replaceChildren(...state.cells.map((c) => c.row))
}

function stretch(state, end) {
  const { plot } = state
  if (plot.end === end) return
  plot.end = end
  plot.x = (t) => plot.left + (end ? t / end : 0.5) * (plot.right - plot.left)
  plot.across.replaceChildren()
  for (const t of ticks(end, Math.max(3, (plot.right - plot.left) / 60))) {
    make("line", { x1: plot.x(t), x2: plot.x(t), y1: plot.bottom, y2: plot.bottom + 4, class: "grid" }, plot.across)
    make("text", { x: plot.x(t), y: plot.bottom + plot.text * 1.1, class: "tick mid" }, plot.across).textContent = t
  }
}

/** Marks at a few points, so that lines are told apart without their colours. */
function marks(logs, end, shape, x, y, every) {
  let d = ""
  for (let t = 0; t <= end; t++) {
    const wanted = every > 1 || (end - t) % Math.max(1, Math.round(end / 8)) === 0
    if (wanted && !Number.isNaN(logs[t])) d += shape.replace(/^M(-?\d+)(?: (-?\d+)|(-\d+))/, (_, a, b, c) => `M${(x(t) + +a).toFixed(1)} ${(y(logs[t]) + +(b ?? c)).toFixed(1)}`)
  }
  return d
}

function paint(state) {
  const { model, k, plot, part, root } = state
  const end = model.ends[k], { y } = plot
  stretch(state, end)
  model.curves.forEach((c, i) => {
    const of = (which) => line(c.rows, k, which), drawn = plot.lines[i], shape = SHAPES[c.label]
    drawn.area.setAttribute("d", band(of(LOW), of(HIGH), end, plot.x, y))
    drawn.own.setAttribute("d", path(of(OWN), end, plot.x, y))
    drawn.middle.setAttribute("d", path(of(MEDIAN), end, plot.x, y))
    drawn.marks.setAttribute("d", marks(of(MEDIAN), end, shape, plot.x, y, model.every))
  })
  plot.bound.setAttribute("d", model.bound ? path(line(model.bound.rows, k), end, plot.x, y) : "")
  named(state)
  part("said").textContent = conclusion(model, k)
  const t = Math.min(state.t, end)
  plot.cursor.setAttribute("x1", plot.x(t))
  plot.cursor.setAttribute("x2", plot.x(t))
  tell(state, t)
  Object.assign(root.dataset, { value: model.values[k], knob: model.knob, quantity: model.quantity, end, step: t })
  part("slider").value = k
  markDrawn(root)
}

function tell(state, t) {
  const { model, k, part } = state, value = model.values[k]
  state.root.querySelector(".where").textContent = `at t = ${t}`
  rows(model, k, t).forEach((r, i) => {
    const texts = [r.median, `${r.low} … ${r.high}`, r.own, r.last, r.factor]
    state.cells[i].cells.forEach((cell, j) => { if (cell.textContent !== texts[j]) cell.textContent = texts[j] })
  })
  const same = model.setting === value
  const words = `${value} (${same ? "your setting" : `your setting: ${model.setting}`}; one of ${model.values.length} values)`
  part("value").textContent = words
  part("slider").setAttribute("aria-valuetext", `${value}, ${k + 1} of ${model.values.length} values`)
  part("bound").textContent = model.bound ? boundWords(model.bound, k) : ""
  clearTimeout(state.speaker)
  state.speaker = setTimeout(() => { part("live").textContent = spoken(model, k, t) }, SPEAK_AFTER)
}

function showBench(root, bytes, setStateValue) {
  const state = views.get(root) ?? openBench(root), seen = digest(bytes)
  state.setStateValue = setStateValue
  coloured(root)
  if (seen === state.digest) return paint(state)
  const model = unpack(bytes), before = state.model
  tinted(root, model.zones)
  Object.assign(state, { model, digest: seen })
  const news = isNews(state, keyOf({ knob: model.knob, quantity: model.quantity, value: model.setting }))
  const other = before && (before.knob !== model.knob || before.values.join() !== model.values.join())
  if (!before || other && !state.dragging || news) state.k = model.nearest
  else if (other) state.k = nearest(model.values, before.values[state.k])
  build(state)
}

// ---------------------------------------------------------------- the phase map

const MAP = `<div class="maps" data-part="maps"></div><div class="key" data-part="key"></div>
<p class="under"><span data-part="where"></span><span class="asks" data-part="asks"> Click a cell, or press Enter on it, to go there.</span></p>
<div class="sr-only" data-part="live" aria-live="polite"></div>`
const COLOURS = 129

function openMap(root) {
  root.innerHTML = MAP
  const state = { root, part: (name) => root.querySelector(`[data-part=${name}]`), at: null, digest: null }
  views.set(root, state)
  return state
}

const percent = (v) => `${(100 * v).toFixed(3)}%`

/** Where a value stands between the outer edges of evenly spaced cells, 0 to 1. */
export function placed(values, value) {
  const n = values.length, gap = n > 1 ? (values[n - 1] - values[0]) / (n - 1) : 1
  return Math.min(1, Math.max(0, ((value - values[0]) / gap + 0.5) / n))
}

function buildMap(state) {
  const { model, root } = state, style = getComputedStyle(root)
  const both = style.getPropertyValue("--st-chart-diverging-colors").split(",").reverse()
  const paper = style.getPropertyValue("--st-background-color"), half = both.length / 2
  state.colours = ramp([...both.slice(0, half), paper, ...both.slice(half)], COLOURS)
  state.part("maps").replaceChildren(...model.maps.map((_, m) => oneMap(state, m)))
  const stops = state.colours.filter((_, i) => i % 16 === 0).map((c) => `rgb(${c})`).join(",")
  const key = state.part("key"), bar = element("i", { style: `background: linear-gradient(to right, ${stops})` })
  const marks = [model.zones.vanished, 0, model.zones.exploded].map((d) => {
    const at = percent((d + model.limit) / (2 * model.limit))
    return element("b", { style: `left: ${at}` }, d === 0 ? "1" : `10${raised(d)}`)
  })
  bar.append(...marks)
  key.replaceChildren(`≤ 10${raised(-model.limit)} vanishing`, bar, `exploding ≥ 10${raised(model.limit)}`)
  const [first, count, last] = model.seeds
  state.words = `${model.ratio}, median of ${count} seeds (${first} to ${last}); the ring is your setting.`
  write(state.part("where"), state.words)
  markMaps(state)
}

function oneMap(state, m) {
  const { model } = state, { label, rows: block } = model.maps[m], S = model.scales.length, L = model.lengths.length
  const box = element("div", { class: "map" }), canvas = element("canvas", { width: L, height: S })
  const field = element("div", { class: "field", tabindex: "0", role: "application", "data-map": label,
    "aria-label": `Phase map of the ${label}: weight scale upwards, sequence length to the right. Arrow keys move, Enter goes there.` })
  const image = new ImageData(L, S)
  for (let s = 0; s < S; s++) for (let l = 0; l < L; l++) {
    const level = shade(block.all[s * L + l], model.limit, COLOURS), colour = level < 0 ? [139, 143, 148] : state.colours[level]
    image.data.set([...colour, 255], ((S - 1 - s) * L + l) * 4)
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
  const ring = element("span", { class: "ring" }), spot = element("span", { class: "spot", hidden: "" })
  field.append(canvas, spot, ring)
  field.onpointermove = (event) => point(state, m, cellAt(state, field, event))
  field.onpointerleave = () => { if (field !== field.getRootNode().activeElement) point(state, m, null) }
  field.onclick = (event) => { point(state, m, cellAt(state, field, event)); go(state) }
  field.onfocus = () => { if (!state.at) point(state, m, here(state)) }
  field.onkeydown = (event) => keyOnMap(state, m, event)
  const axis = element("div", { class: "across" })
  axis.append(element("span", {}, String(model.lengths[0])), element("span", {}, state.hall ? "T" : "sequence length T"), element("span", {}, String(model.lengths.at(-1))))
  const side = element("div", { class: "side" })
  side.append(element("span", {}, String(model.scales.at(-1))), element("span", {}, m ? "" : "scale"), element("span", {}, String(model.scales[0])))
  box.append(element("div", { class: "title" }, label), side, field, axis)
  return box
}

const here = ({ model }) => ({ s: nearest(model.scales, model.scale), l: nearest(model.lengths, model.steps) })

function cellAt({ model }, field, event) {
  const box = field.getBoundingClientRect(), S = model.scales.length, L = model.lengths.length
  const inside = (v, n) => Math.min(n - 1, Math.max(0, Math.floor(v * n)))
  return { s: S - 1 - inside((event.clientY - box.top) / box.height, S), l: inside((event.clientX - box.left) / box.width, L) }
}

function keyOnMap(state, m, event) {
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key]
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(state); return }
  if (!by) return
  event.preventDefault()
  const { s, l } = state.at ?? here(state), { model } = state
  const within = (v, n) => Math.min(n - 1, Math.max(0, v))
  point(state, m, { s: within(s + by[0], model.scales.length), l: within(l + by[1], model.lengths.length) })
}

function point(state, m, at) {
  const { model, root } = state
  state.at = at
  for (const spot of root.querySelectorAll(".spot")) {
    spot.hidden = !at
    if (at) place(spot, model, model.scales[at.s], model.lengths[at.l])
  }
  const words = at ? `Scale ${model.scales[at.s]}, T = ${model.lengths[at.l]}: ` + model.maps.map((map) =>
    `${map.label} ${said(map.rows.all[at.s * model.lengths.length + at.l])}`).join(", ") + "." : state.words
  write(state.part("where"), words)
  state.part("asks").hidden = Boolean(at)
  clearTimeout(state.speaker)
  if (at) state.speaker = setTimeout(() => { state.part("live").textContent = words }, SPEAK_AFTER)
}

function place(node, model, scale, steps) {
  node.style.left = percent(placed(model.lengths, steps))
  node.style.top = percent(1 - placed(model.scales, scale))
  node.style.width = percent(1 / model.lengths.length)
  node.style.height = percent(1 / model.scales.length)
}

function go(state) {
  const { model, at } = state
  if (at) state.setStateValue("choice", { scale: model.scales[at.s], steps: model.lengths[at.l], at: Date.now() })
}

function markMaps(state) {
  for (const ring of state.root.querySelectorAll(".ring")) place(ring, state.model, state.model.scale, state.model.steps)
}

function showMap(root, bytes, setStateValue) {
  const state = views.get(root) ?? openMap(root)
  const theme = getComputedStyle(root).getPropertyValue("--st-background-color"), model = unpack(bytes)
  const seen = digest(new TextEncoder().encode(theme + JSON.stringify([model.scales, model.lengths, model.seeds, model.ratio, model.maps.map((m) => [m.label, [...m.rows.all].map(String)])])))
  Object.assign(state, { model, setStateValue })
  state.hall = bodyText() >= 20
  root.toggleAttribute("data-hall", state.hall)
  if (seen !== state.digest) { state.digest = seen; buildMap(state) }
  else markMaps(state)
  markDrawn(root)
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector("[data-component]")
  const show = root.dataset.component === "flowmap" ? showMap : showBench
  show(root, bytesOf(data), setStateValue)
  return () => {
    const state = views.get(root)
    for (const timer of [state?.timer, state?.speaker]) clearTimeout(timer)
    if (state?.frame) cancelAnimationFrame(state.frame)
    state?.observer?.disconnect()
    views.delete(root)
  }
}
