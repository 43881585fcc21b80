// Saturated gates: Karpathy's scatter, and below it what it counts, every unit's gate at every step.
// A unit pointed at in one is marked in all. The message is what pages/components/saturation.py packs;
// what it shares with other drawings is in drawing.js.

const LEFT = 46, RIGHT = 12, TALL = 215, COURSE = 60, GAP = 32 // px at a 16 px root
const FEWEST = 270, WIDEST = 430, LEAST = 140 // a gate's picture is so wide; in a hall, and before there is room
const MOST = 12 // courses drawn at once
const SIGNS = ["●", "◇"] // of the reader's run, and of the one it is compared with

// ---------------------------------------------------------------- pure

/** Where units stand, each place once: { x, y, units }, units from 1. */
export function places(below, above) {
  const found = new Map()
  below.forEach((x, k) => {
    const key = `${x} ${above[k]}`
    found.set(key, { x, y: above[k], units: [...found.get(key)?.units ?? [], k + 1] })
  })
  return [...found.values()]
}

/** How wide each picture is, and how many stand side by side. */
export function spread(width, count) {
  const columns = Math.max(1, Math.min(count, Math.floor((width + 16) / (FEWEST + 16))))
  return { columns, each: Math.floor(Math.min(WIDEST, Math.max(FEWEST, (width - 16 * (columns - 1)) / columns))) }
}

/** Which sign is which run's, where two are compared. */
export function signs(data) {
  const names = [...new Set(data.gates.flatMap(g => g.runs.length > 1 ? g.runs.map(r => r.name) : []))]
  return names.map((name, k) => `${SIGNS[k]} ${name}`).join("\u2003")
}

const percent = v => `${Math.round(1000 * v) / 10} %`
const naming = units => units.length === 1 ? `Unit ${units[0]}` : `${units.length} units here: ${units.slice(0, MOST).join(", ")}${units.length > MOST ? " …" : ""}`

/** The shares of one unit in one gate: as counts of steps, as they can be checked in the map. */
export function shareWords(data, gate, unit) {
  return gate.runs.map(run => {
    const [low, high] = [run.below[unit - 1], run.above[unit - 1]], T = data.labels.length
    return `${gate.runs.length > 1 ? `${run.name}: ` : ""}below ${data.low} at ${Math.round(low * T)} of ${T} steps (${percent(low)}), above ${data.high} at ${Math.round(high * T)} (${percent(high)})`
  }).join("; ")
}

/** What is said of the lit units, in the gate pointed at or in all of them. */
export function words(data, units, name, step = null) {
  if (!units.length) return "Point at a unit, in a scatter or in a map below it: it is marked everywhere."
  const unit = units[0], one = data.gates.find(g => g.gate === name)
  if (!one && units.length > 1) return `${naming(units)}.`
  if (!one) return `Unit ${unit}, share of steps below ${data.low} / above ${data.high}: ${data.gates.map(g => `${g.word} ${briefly(g, unit)}`).join(" · ")}.`
  const now = step === null ? "" : `; at step ${step + 1}, reading “${data.labels[step]}”: ${valueAt(data, one, 0, unit, step).toFixed(3)}`
  return `${naming(units)}: ${one.word} ${shareWords(data, one, unit)}${now}.`
}

const briefly = (gate, unit) => gate.runs.map((r, k) => `${gate.runs.length > 1 ? `${SIGNS[k]} ` : ""}${percent(r.below[unit - 1])} / ${percent(r.above[unit - 1])}`).join(", ")

export function valueAt(data, gate, run, unit, step) {
  const block = data.numbers[gate.runs[run].values]
  return block.all[step * block.columns + unit - 1]
}

// ---------------------------------------------------------------- one gate

/** In a hall the maps are left out: what they show stands in the scatter and the courses. */
function drawGate(view, gate) {
  const { data, colours } = view, wide = view.each - LEFT - RIGHT, maps = view.hall ? 0 : gate.runs.length, map = Math.max(56, Math.min(112, data.units * 7)) / Math.sqrt(maps || 1)
  const top = 26, tall = view.tall, course = top + tall + GAP + 24, first = course + COURSE + GAP, height = first + maps * (map + 24) + 4
  const svg = el(null, "svg", { class: "gate", "data-gate": gate.gate, width: view.each * view.scale, height: height * view.scale, viewBox: `0 0 ${view.each} ${height}`, "font-family": view.font,
    role: "slider", tabindex: 0, "aria-label": `Unit marked in ${gate.alt}`, "aria-valuemin": 0, "aria-valuemax": data.units, "aria-orientation": "vertical" })
  const place = { svg, gate, wide, top, tall, course, map, maps: gate.runs.slice(0, maps).map((_, k) => first + k * (map + 24)), height }
  const title = el(svg, "text", { x: LEFT, y: 15, "font-size": 14, "font-weight": 600, fill: colours.text }), [name, rest] = gate.label.split("ₜ")
  el(title, "tspan", {}, name)
  if (rest !== undefined) el(title, "tspan", { dy: 3, "font-size": 12 }, "t") // fonts draw the sign ₜ badly
  scatter(view, place)
  el(svg, "text", { x: LEFT, y: course - 8, "font-size": 12, fill: colours.text, class: "coursename" }, "")
  courseAxes(view, place)
  place.courses = el(svg, "g", { class: "courses", "pointer-events": "none" })
  gate.runs.slice(0, maps).forEach((run, k) => heatmap(view, place, run, k))
  place.marks = el(svg, "g", { class: "marks", "pointer-events": "none" })
  return place
}

const X = (place, v) => LEFT + (0.03 + 0.94 * v) * place.wide
const Y = (place, v) => place.top + (0.97 - 0.94 * v) * place.tall

function scatter(view, place) {
  const { svg, gate } = place, { colours, data } = view, text = { "font-size": 12, fill: colours.text }
  el(svg, "rect", { x: LEFT, y: place.top, width: place.wide, height: place.tall, fill: "none", stroke: colours.line })
  el(svg, "line", { x1: X(place, 0), y1: Y(place, 1), x2: X(place, 1), y2: Y(place, 0), stroke: colours.wire, "stroke-width": 1.2, "stroke-dasharray": "6 5" })
  for (const v of [0, 0.5, 1]) {
    el(svg, "text", { x: X(place, v), y: place.top + place.tall + 15, "text-anchor": "middle", ...text }, String(v))
    el(svg, "text", { x: LEFT - 6, y: Y(place, v) + 4, "text-anchor": "end", ...text }, String(v))
  }
  el(svg, "text", { x: LEFT + place.wide / 2, y: place.top + place.tall + 31, "text-anchor": "middle", ...text }, `${view.hall ? "" : "share of "}steps below ${data.low}`)
  el(svg, "text", { transform: `translate(13 ${place.top + place.tall / 2}) rotate(-90)`, "text-anchor": "middle", ...text }, `${view.hall ? "" : "share of "}steps above ${data.high}`)
  gate.runs.forEach((run, k) => places(run.below, run.above).forEach(p => point(view, place, run, k, p)))
}

/** Filled circles for the reader's run, open diamonds for the one it is compared with. */
function point(view, place, run, k, { x, y, units }) {
  const [cx, cy] = [X(place, x), Y(place, y)], colour = view.paint(place.gate.colour)
  const g = el(place.svg, "g", { class: "unit", "data-units": units.join(" "), "data-run": run.name, "data-x": x, "data-y": y })
  if (k) el(g, "path", { d: `M${cx} ${cy - 6.5}L${cx + 6.5} ${cy}L${cx} ${cy + 6.5}L${cx - 6.5} ${cy}Z`, fill: "none", stroke: colour, "stroke-width": 2 })
  else el(g, "circle", { cx, cy, r: Math.min(9, 4.2 + 0.6 * units.length), fill: colour, "fill-opacity": 0.8 })
  el(g, "circle", { cx, cy, r: 10, fill: "transparent", class: "hit" })
  if (units.length < Math.max(2, view.data.units / 12)) return // where many stand close, texts would lie on each other
  const end = x > 0.8
  el(g, "text", { x: cx + (end ? -9 : 9), y: cy + (k ? 14 : -6), "text-anchor": end ? "end" : "start", "font-size": 12, fill: view.colours.text }, `×${units.length}`)
}

const courseY = (place, v) => place.course + COURSE * (1 - v)
const courseX = (view, place, t) => LEFT + (t + 0.5) * place.wide / view.data.labels.length

/** The gate over time, with the two limits that the shares are counted by. */
function courseAxes(view, place) {
  const { svg } = place, { colours, data } = view, area = { x: LEFT, width: place.wide, fill: colours.panel }
  el(svg, "rect", { ...area, y: courseY(place, data.low), height: COURSE * data.low })
  el(svg, "rect", { ...area, y: place.course, height: COURSE * (1 - data.high) })
  el(svg, "rect", { x: LEFT, y: place.course, width: place.wide, height: COURSE, fill: "none", stroke: colours.line })
  for (const v of [data.low, data.high]) {
    el(svg, "line", { x1: LEFT, x2: LEFT + place.wide, y1: courseY(place, v), y2: courseY(place, v), stroke: colours.wire, "stroke-dasharray": "3 3" })
    el(svg, "text", { x: LEFT - 6, y: courseY(place, v) + 4, "text-anchor": "end", "font-size": 12, fill: colours.text }, String(v))
  }
}

/** One pixel for a unit and step, enlarged: units down, steps across. */
function heatmap(view, place, run, k) {
  const { data, colours } = view, block = data.numbers[run.values], { rows: T, columns: H } = block, y = place.maps[k]
  const canvas = Object.assign(document.createElement("canvas"), { width: T, height: H }), paper = canvas.getContext("2d"), pixels = paper.createImageData(T, H)
  for (let t = 0; t < T; t++) for (let u = 0; u < H; u++) {
    const [colour] = fill(block.all[t * H + u], ["unit", 0, 1], colours)
    pixels.data.set([...view.channels[colour] ??= rgb(colour).slice(0, 3), 255], 4 * (u * T + t))
  }
  paper.putImageData(pixels, 0, 0)
  const text = { "font-size": 12, fill: colours.text }
  const image = el(place.svg, "image", { class: "map", "data-run": run.name, "data-k": k, x: LEFT, y, width: place.wide, height: place.map, preserveAspectRatio: "none", href: canvas.toDataURL() })
  image.style.imageRendering = "pixelated"
  el(place.svg, "rect", { x: LEFT, y, width: place.wide, height: place.map, fill: "none", stroke: colours.line })
  el(place.svg, "text", { x: LEFT, y: y - 5, ...text }, `${place.maps.length > 1 ? `${SIGNS[k]} ` : ""}every unit, every step`)
  colourKey(view, place, y - 5)
  for (const [at, n] of [[y + 10, 1], [y + place.map - 1, H]]) if (n > 1 || H > 1 || at < y + 11) el(place.svg, "text", { x: LEFT - 12, y: at, "text-anchor": "end", ...text }, String(n))
  el(place.svg, "text", { x: LEFT, y: y + place.map + 14, ...text }, k === place.maps.length - 1 ? "step 1" : "")
  el(place.svg, "text", { x: LEFT + place.wide, y: y + place.map + 14, "text-anchor": "end", ...text }, k === place.maps.length - 1 ? String(T) : "")
}

/** What the map's colours stand for, at the right above it. */
function colourKey(view, place, y) {
  const n = 16, right = LEFT + place.wide, text = { "font-size": 12, fill: view.colours.text, y }
  for (let k = 0; k < n; k++) el(place.svg, "rect", { x: right - 10 - (n - k) * 4, y: y - 9, width: 4.3, height: 9, fill: fill(k / (n - 1), ["unit", 0, 1], view.colours)[0] })
  el(place.svg, "text", { x: right, "text-anchor": "end", ...text }, "1")
  el(place.svg, "text", { x: right - 14 - n * 4, "text-anchor": "end", ...text }, "0")
}

// ---------------------------------------------------------------- what is lit

/** Mark some units in every gate: a ring where they stand, their rows, their courses. */
function light(view, units, gate = "", step = null) {
  const key = `${units} ${gate} ${step}`
  if (key === view.lit) return
  view.lit = key
  for (const place of view.places) markGate(view, place, units)
  view.told.textContent = words(view.data, units, gate, step)
  view.root.dataset.lit = units.join(" ")
}

function markGate(view, place, units) {
  const ink = view.colours.text, paper = view.colours.background
  place.marks.replaceChildren(); place.courses.replaceChildren()
  place.gate.runs.forEach((run, k) => {
    const H = run.below.length, high = place.map / H
    for (const u of units.filter(u => u <= H && k < place.maps.length)) {
      const y = place.maps[k] + (u - 1) * high, tip = LEFT - 2
      el(place.marks, "rect", { class: "row", "data-unit": u, "data-run": run.name, x: LEFT - 1, y: y - 1, width: place.wide + 2, height: high + 2, fill: "none", stroke: paper, "stroke-width": 4 })
      el(place.marks, "rect", { x: LEFT - 1, y: y - 1, width: place.wide + 2, height: high + 2, fill: "none", stroke: ink, "stroke-width": 1.8 })
      el(place.marks, "path", { d: `M${tip} ${y + high / 2}l-7 -5v10Z`, fill: ink })
    }
    for (const p of places(run.below, run.above).filter(p => p.units.some(u => units.includes(u))))
      el(place.marks, "circle", { class: "ring", "data-run": run.name, cx: X(place, p.x), cy: Y(place, p.y), r: 9, fill: "none", stroke: ink, "stroke-width": 2 })
    for (const u of units.slice(0, MOST).filter(u => u <= H)) el(place.courses, "path", { class: "course", "data-unit": u, d: line(view, place, k, u), fill: "none", stroke: view.paint(place.gate.colour), "stroke-width": 1.8, "stroke-dasharray": k ? "5 3" : null })
  })
  place.svg.querySelector(".coursename").textContent = units.length ? `${units.length > 1 ? `units ${units.slice(0, 5).join(", ")}${units.length > 5 ? " …" : ""}` : `unit ${units[0]}`} at every step` : "no unit is marked"
  set(place.svg, "aria-valuenow", units[0] ?? 0)
  set(place.svg, "aria-valuetext", units.length ? words(view.data, units.slice(0, 1), place.gate.gate) : "no unit")
}

function line(view, place, k, unit) {
  let pen = "M", path = ""
  view.data.labels.forEach((_, t) => {
    const v = valueAt(view.data, place.gate, k, unit, t)
    if (!Number.isFinite(v)) return void (pen = "M")
    path += `${pen}${courseX(view, place, t).toFixed(1)} ${courseY(place, v).toFixed(1)}`
    pen = "L"
  })
  return path
}

const picked = view => view.unit ? [view.unit] : []

/** Units, gate and step under the pointer: a place of the scatter, or a row of a map. */
function pointed(view, e) {
  const svg = e.target.closest?.(".gate"), place = view.places.find(p => p.svg === svg), unit = e.target.closest?.(".unit"), map = e.target.closest?.(".map")
  if (unit) return { units: unit.dataset.units.split(" ").map(Number), gate: place.gate.gate, step: null }
  if (!map) return null
  const box = map.getBoundingClientRect(), block = view.data.numbers[place.gate.runs[map.dataset.k].values]
  const at = (share, n) => Math.max(0, Math.min(n - 1, Math.floor(share * n)))
  return { units: [1 + at((e.clientY - box.top) / box.height, block.columns)], gate: place.gate.gate, step: at((e.clientX - box.left) / box.width, block.rows) }
}

function pick(view, unit) {
  view.unit = unit
  view.select.value = String(unit)
  light(view, picked(view))
  clearTimeout(view.timer) // a held key sends one message, not thirty
  view.timer = setTimeout(() => {
    view.live.textContent = words(view.data, picked(view))
    view.sent.push(unit); view.send(unit)
  }, 150)
}

function listen(view) {
  const { gates } = view
  gates.onpointermove = e => {
    const at = pointed(view, e)
    if (at) light(view, at.units, at.gate, at.step)
    else light(view, picked(view))
  }
  gates.onpointerleave = () => light(view, picked(view))
  gates.onclick = e => { // of several units in one place each click takes the next
    const at = pointed(view, e)
    if (at) pick(view, at.units[(at.units.indexOf(view.unit) + 1) % at.units.length])
  }
  gates.onkeydown = e => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key], ends = { Home: 1, End: view.data.units, Escape: 0 }[e.key]
    if (e.ctrlKey || e.metaKey || e.altKey || by === undefined && ends === undefined) return
    e.preventDefault(); e.stopPropagation()
    pick(view, ends ?? Math.max(1, Math.min(view.data.units, view.unit + by)))
  }
  view.select.onchange = () => pick(view, +view.select.value)
  for (const end of ["svg", "png"]) view[end].onclick = () => saveAs(end, compose(view), view.data.file)
}

/** All gates side by side as one self-contained SVG. */
function compose(view) {
  const width = view.places.length * (view.each + 16), key = signs(view.data), top = key ? 34 : 12, height = Math.max(...view.places.map(p => p.height)) + top + 12
  const out = el(null, "svg", { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": view.font })
  el(out, "title", {}, words(view.data, picked(view)))
  el(out, "rect", { width, height, fill: view.colours.background })
  el(out, "text", { x: LEFT + 8, y: 22, "font-size": 12, fill: view.colours.text }, key)
  view.places.forEach((place, k) => {
    const g = el(out, "g", { transform: `translate(${8 + k * (view.each + 16)} ${top})` })
    g.append(...place.svg.cloneNode(true).childNodes)
  })
  out.querySelectorAll(".hit").forEach(e => e.remove())
  return { text: bare(out), width, height }
}

// ---------------------------------------------------------------- the page

const views = new WeakMap()

function open(root) {
  const view = { root, sent: [], unit: 0, channels: {} }
  root.querySelectorAll("[data-part]").forEach(e => { view[e.dataset.part === "unit" ? "select" : e.dataset.part] = e })
  view.observer = new ResizeObserver(() => { if (view.data && Math.abs(view.gates.clientWidth - view.width) > 1) draw(view) })
  view.observer.observe(view.gates)
  views.set(root, view)
  return view
}

function draw(view) {
  const { data, gates } = view, held = gates.querySelector(".gate:focus")?.dataset.gate
  view.width = gates.clientWidth
  const text = bodyText()
  view.scale = magnified(text)
  view.hall = text >= 20
  view.root.toggleAttribute("data-hall", view.hall)
  const room = (window.innerHeight - gates.getBoundingClientRect().top) / view.scale
  view.tall = view.hall ? Math.max(100, Math.min(TALL, room - 26 - GAP - 24 - COURSE - GAP - 8)) : TALL
  view.each = view.hall ? Math.max(LEAST, Math.min(WIDEST, view.width / view.scale / data.gates.length - 10)) : spread(view.width / view.scale, data.gates.length).each
  view.places = data.gates.map(gate => drawGate(view, gate))
  gates.replaceChildren(...view.places.map(p => p.svg))
  view.bar.hidden = !data.gates.length
  view.key.textContent = signs(data)
  view.lit = null
  light(view, picked(view))
  if (held) gates.querySelector(`[data-gate="${held}"]`)?.focus({ preventScroll: true })
}

export default function ({ data: message, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="saturation"]'), view = views.get(root) ?? open(root)
  view.data = unpack(bytesOf(message))
  view.send = unit => setStateValue("choice", { unit, at: Date.now() }) // the time makes every choice a change
  if (isNews(view, view.data.unit)) view.unit = view.data.unit
  view.unit = Math.min(view.unit, view.data.units)
  const options = ["none", ...Array.from({ length: view.data.units }, (_, k) => String(k + 1))]
  view.select.replaceChildren(...options.map((text, k) => Object.assign(document.createElement("option"), { value: String(k), textContent: text })))
  view.select.value = String(view.unit)
  resolveColours(view)
  draw(view)
  listen(view)
  markDrawn(root)
  return () => { clearTimeout(view.timer); view.observer.disconnect(); views.delete(root) }
}
