// Heatmaps, units down and steps across, one shared axis. The message is what pages/components/
// heatmaps.py packs: the length of a JSON header, the header, one block of numbers per panel.
// A canvas holds one pixel per cell and is enlarged by whole device pixels, so it stays crisp.

const views = new WeakMap() // root element -> its state
const LEVELS = 256 // an even number of levels, hence a colour exactly in the middle
const GUTTER = 34, GAP = 28, FEWEST_PIXELS = 4
const COMMIT_AFTER = 150 // ms; holding an arrow key sends one message, not one per step

// ---------------------------------------------------------------- pure functions, tested in node

/** Message (bytes) -> header, with `values` (units * steps, unit by unit) in every panel. */
export function unpack(bytes) {
  const copy = bytes.slice().buffer // blocks must start at aligned addresses
  const length = new DataView(copy).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(copy, 4, length)))
  let at = padded(4 + length)
  for (const panel of header.panels) {
    const Kind = panel.double ? Float64Array : Float32Array
    panel.values = new Kind(copy, at, panel.units * header.labels.length)
    at += padded(panel.values.byteLength)
  }
  return header
}

const padded = (n) => Math.ceil(n / 8) * 8

/** "#rgb", "#rrggbb" or "rgb(…)" -> [r, g, b]. */
export function channels(colour) {
  const text = colour.trim()
  if (text.startsWith("rgb")) return text.match(/[\d.]+/g).slice(0, 3).map(Number)
  const hex = text.length === 4 ? [...text.slice(1)].map((c) => c + c).join("") : text.slice(1)
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16))
}

/** Colour stops at equal distances -> LEVELS + 1 colours [r, g, b]. */
export function ramp(stops) {
  const known = stops.map(channels)
  return Array.from({ length: LEVELS + 1 }, (_, i) => {
    const x = (i / LEVELS) * (known.length - 1), k = Math.min(Math.floor(x), known.length - 2)
    return known[k].map((v, j) => Math.round(v + (x - k) * (known[k + 1][j] - v)))
  })
}

/** Which colour a value gets in its range; -1 for what is not a number or not finite. */
export function level(value, low, high) {
  if (!Number.isFinite(value)) return -1
  return Math.round(Math.max(0, Math.min(1, (value - low) / (high - low))) * LEVELS)
}

/** Sizes of everything: columns, cells in CSS pixels (whole device pixels), from the width. */
export function measure({ width, steps, units, ratio = 1, text = 16 }) {
  const gutter = Math.round((GUTTER * text) / 16)
  const across = (columns) => (width - GAP * (columns - 1)) / columns - gutter
  const columns = units.length > 1 && width >= 860 && across(2) / steps >= FEWEST_PIXELS ? 2 : 1
  const whole = (v) => Math.max(1, Math.floor(v * ratio + 1e-6)) / ratio
  const cell = whole(Math.max(FEWEST_PIXELS, Math.min(64, across(columns) / steps)))
  const most = Math.max(...units), tall = height(units.length, columns, width)
  const row = whole(Math.max(2, Math.min(32, tall / most)))
  return { columns, gutter, cell, row, column: Math.floor(across(columns) + gutter) }
}

/** What a panel of the usual number of units is to be high, so that all fit on a screen. */
function height(panels, columns, width) {
  if (panels === 1) return 260
  if (columns === 2) return 128
  return panels > 4 && width > 640 ? 80 : 96
}

/** How a symbol is written on the axis: blanks are made visible, long words are cut. */
export function shown(label) {
  const signs = { " ": "␣", "\n": "↵", "\t": "⇥", "": "∅" }
  const text = signs[label] ?? label
  return [...text].length > 8 ? [...text].slice(0, 7).join("") + "…" : text
}

/** How many steps from one label to the next, so that labels of `letters` letters do not touch. */
export function stride(cell, letters, size) {
  return Math.max(1, Math.ceil(((letters * 0.62 + 0.45) * size) / cell))
}

/**
 * Which steps (from 0) show their symbol and which their number. Numbers go by fives and tens.
 * Symbols do not: every tenth letter of a text that repeats after five would always be the same.
 */
export function axis(labels, cell, size) {
  const letters = labels.reduce((most, l) => Math.max(most, [...shown(l)].length), 1)
  const every = stride(cell, letters, size)
  const least = stride(cell, String(labels.length).length, size * 0.85)
  const round = [1, 2, 5, 10, 20, 50, 100].find((s) => s >= least) ?? 200
  const steps = labels.map((_, t) => t)
  const numbers = steps.filter((t) => (round < 3 ? t % round === 0 : (t + 1) % round === 0))
  if (round > 2 && (numbers[0] ?? Infinity) >= least) numbers.unshift(0)
  return { symbols: steps.filter((t) => t % every === 0), numbers }
}

const RAISED = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [i, c])) }

/** A number for people: four digits, 3.20·10⁻⁹ only where needed. */
export function number(v) {
  if (Number.isNaN(v)) return "nan"
  if (!Number.isFinite(v)) return v > 0 ? "inf" : "−inf"
  if (v === 0) return "0"
  const size = Math.abs(v)
  if (size >= 1e-3 && size < 1e5) return (size < 10 ? v.toFixed(4) : v.toPrecision(5)).replace("-", "−")
  const [digits, exponent] = v.toExponential(2).split("e")
  return `${digits.replace("-", "−")}·10${[...exponent.replace("+", "")].map((c) => RAISED[c]).join("")}`
}

/** "fₜ" with a real subscript, which fonts draw better than the sign. */
export function subscripted(symbol, open = "<sub>", close = "</sub>") {
  return escaped(symbol).replace("ₜ", `${open}t${close}`)
}

/** The ends of a colour bar, as they are stated: −1, 0, 2. */
export const edge = (v) => String(v).replace("-", "−")

/** Mean, lowest and highest value over the units of one step. */
export function summary(panel, step, steps) {
  let sum = 0, low = Infinity, high = -Infinity
  for (let u = 0; u < panel.units; u++) {
    const v = panel.values[u * steps + step]
    sum += v; low = Math.min(low, v); high = Math.max(high, v)
  }
  return { mean: sum / panel.units, low, high }
}

/** What a screen reader says of a step. */
export function spoken(model, step) {
  const steps = model.labels.length
  const parts = model.panels.map((p) => {
    const { mean, low, high } = summary(p, step, steps)
    return `${p.label}: mean ${number(mean)}, from ${number(low)} to ${number(high)}`
  })
  return `Step ${step + 1} of ${steps}, input ${shown(model.labels[step])}. ${parts.join("; ")}.`
}

export const escaped = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** One panel's cells as paths, one per colour: small, and every cell stays a vector. */
export function cells(panel, steps, size, colours, blank) {
  const paths = new Map()
  for (let u = 0; u < panel.units; u++) {
    for (let t = 0; t < steps; ) {
      const k = level(panel.values[u * steps + t], panel.low, panel.high)
      let end = t + 1
      while (end < steps && level(panel.values[u * steps + end], panel.low, panel.high) === k) end++
      const from = `M${+(t * size.cell).toFixed(2)} ${+(u * size.row).toFixed(2)}`
      const run = +((end - t) * size.cell).toFixed(2)
      paths.set(k, (paths.get(k) ?? "") + `${from}h${run}v${size.row}h-${run}z`)
      t = end
    }
  }
  const fill = (k) => (k < 0 ? blank : `rgb(${colours[k].join(",")})`)
  return [...paths].map(([k, d]) => `<path fill="${fill(k)}" d="${d}"/>`).join("")
}

/** The whole picture as one SVG document, for download. */
export function svg(model, size, look, step) {
  const steps = model.labels.length, wide = size.gutter + steps * size.cell
  const columns = split(model.panels, size.columns), pitch = Math.max(wide, 330) + GAP
  let tallest = 0, body = ""
  columns.forEach((panels, i) => {
    let y = 44
    for (const panel of panels) {
      const tall = panel.units * size.row
      body += `<g transform="translate(${12 + i * pitch} ${y})">${svgPanel(panel, model, size, look, step)}</g>`
      y += tall + 40
    }
    body += `<g transform="translate(${12 + i * pitch + size.gutter} ${y - 12})">${svgAxis(model, size)}</g>`
    tallest = Math.max(tallest, y + 34)
  })
  const width = Math.ceil(24 + columns.length * pitch - GAP)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.ceil(tallest)}" ` +
    `viewBox="0 0 ${width} ${Math.ceil(tallest)}" font-family="system-ui, sans-serif" font-size="12" fill="${look.ink}">` +
    `<rect width="100%" height="100%" fill="${look.paper}"/>` +
    `<text x="12" y="24" font-size="15" font-weight="600">${escaped(model.title)}</text>${body}</svg>`
}

const SUB = ['<tspan dy="3" font-size="9">', '</tspan><tspan dy="-3">​</tspan>']

function svgPanel(panel, model, size, look, step) {
  const steps = model.labels.length, tall = panel.units * size.row, wide = steps * size.cell
  const colours = look.ramps[panel.kind]
  const bar = Array.from({ length: 33 }, (_, i) =>
    `<rect x="${i * 3}" width="3.2" height="9" fill="rgb(${colours[Math.round((i / 32) * LEVELS)].join(",")})"/>`).join("")
  const right = Math.max(wide, 330 - size.gutter)
  return `<text x="${size.gutter}" y="8"><tspan font-style="italic" font-weight="600">${subscripted(panel.symbol, SUB[0], SUB[1])}</tspan> ${escaped(panel.label)}</text>` +
    `<g transform="translate(${size.gutter + right - 130} 0)"><text x="-4" y="9" text-anchor="end">${edge(panel.low)}</text>${bar}<text x="103" y="9">${edge(panel.high)}</text></g>` +
    `<g transform="translate(${size.gutter} 16)">${cells(panel, steps, size, colours, look.blank)}` +
    `<rect width="${wide}" height="${tall}" fill="none" stroke="${look.lines}"/>` +
    `<rect x="${step * size.cell}" width="${size.cell}" height="${tall}" fill="none" stroke="${look.ink}" stroke-width="2"/></g>` +
    `<text x="${size.gutter - 6}" y="26" text-anchor="end">1</text>` +
    (tall > 26 ? `<text x="${size.gutter - 6}" y="${16 + tall}" text-anchor="end">${panel.units}</text>` : "")
}

function svgAxis(model, size) {
  const middle = (t) => (t + 0.5) * size.cell
  const row = (steps, y, text, extra) => steps.map((t) =>
    `<text x="${middle(t).toFixed(1)}" y="${y}" text-anchor="middle"${extra}>${escaped(text(t))}</text>`).join("")
  const ticks = axis(model.labels, size.cell, 12)
  return row(ticks.symbols, 0, (t) => shown(model.labels[t]), "") +
    row(ticks.numbers, 15, (t) => t + 1, ' font-size="10" opacity="0.75"') +
    `<text x="0" y="30" font-size="11">step t, with the input it reads</text>`
}

/** Panels in reading order, column by column. */
export function split(panels, columns) {
  const each = Math.ceil(panels.length / columns)
  return Array.from({ length: columns }, (_, i) => panels.slice(i * each, (i + 1) * each))
}

/** What the colours cannot show, panel by panel, in one line. */
export function notes(panels) {
  return panels.filter((p) => p.note).map((p) => `${p.symbol}: ${p.note}`).join(" · ")
}

/** A short fingerprint of the bytes drawn, so that a change can be seen from outside. */
export function digest(bytes) {
  let h = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193)
  return (h >>> 0).toString(16)
}

// ---------------------------------------------------------------- colours of the reader's theme

function lookOf(root) {
  const style = getComputedStyle(root)
  const variable = (name) => style.getPropertyValue(name).trim()
  const list = (name) => variable(name).split(",").map((c) => c.trim())
  const paper = variable("--st-background-color"), both = list("--st-chart-diverging-colors")
  const half = both.length / 2
  const diverging = ramp([...both.slice(0, half), paper, ...both.slice(half)]) // 0 is bare paper
  const ramps = { unit: ramp(list("--st-chart-sequential-colors")), signed: diverging, wide: diverging }
  const palette = list("--st-chart-categorical-colors")
  const colour = (token) => {
    const slot = /--chart-(\d+)/.exec(token)
    return slot ? palette[slot[1] % palette.length] : token // other tokens are real variables
  }
  return { paper, ink: variable("--st-text-color"), lines: variable("--st-border-color"),
    blank: "#8b8f94", ramps, colour }
}

const packed = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r

// ---------------------------------------------------------------- the page's elements

function build(state) {
  const { root, model, size } = state, steps = model.labels.length
  const title = `<div class="hm-title">${escaped(model.title)}</div>`
  const columns = split(model.panels, size.columns)
    .map((panels) => `<div class="hm-column"><div class="hm-scroll"><div class="hm-wide">` +
      panels.map((p) => panelHtml(p, steps, size)).join("") + axisHtml(model, size, state.text) +
      `</div></div></div>`).join("")
  state.body.innerHTML = `${title}<div class="hm-columns">${columns}</div>`
  state.body.style.setProperty("--hm-columns", size.columns)
  state.body.style.setProperty("--hm-column", `${size.column}px`)
  state.body.style.setProperty("--hm-gutter", `${size.gutter}px`)
  state.body.style.setProperty("--hm-cell", `${size.cell}px`)
  state.body.style.setProperty("--hm-row", `${size.row}px`)
  state.body.style.setProperty("--hm-steps", steps)
  state.maps = [...root.querySelectorAll(".hm-map")]
  state.maps.forEach((map) => listen(state, map))
  const scrolls = [...root.querySelectorAll(".hm-scroll")]
  for (const scroll of scrolls) {
    scroll.onscroll = () => scrolls.forEach((s) => { if (s.scrollLeft !== scroll.scrollLeft) s.scrollLeft = scroll.scrollLeft })
    if (size.gutter + steps * size.cell > size.column + 1) {
      scroll.tabIndex = 0
      scroll.setAttribute("role", "group")
      scroll.setAttribute("aria-label", "Heatmaps, scroll sideways for more steps")
    }
  }
  state.scrolls = scrolls
}

function panelHtml(panel, steps, size) {
  const about = `${panel.label} ${panel.symbol}: ${panel.units} units by ${steps} steps, ` +
    `colours from ${edge(panel.low)} to ${edge(panel.high)}`
  const lines = size.cell >= 9 && size.row >= 6 ? " hm-lined" : ""
  return `<div class="hm-panel" data-quantity="${escaped(panel.name)}"><div class="hm-head">` +
    `<span class="hm-name"><i class="hm-chip"></i><em>${subscripted(panel.symbol)}</em> ${escaped(panel.label)}</span>` +
    `<span class="hm-now"></span><span class="hm-bar"><span>${edge(panel.low)}</span><i></i>` +
    `<span>${edge(panel.high)}</span></span></div>` +
    `<div class="hm-map${lines}"><span class="hm-first">1</span>` +
    (panel.units * size.row > 26 ? `<span class="hm-last">${panel.units}</span>` : "") +
    `<canvas role="img" aria-label="${escaped(about)}" width="${steps}" height="${panel.units}" ` +
    `style="height:${panel.units * size.row}px"></canvas><i class="hm-frame"></i><i class="hm-spot" hidden></i></div></div>`
}

function axisHtml(model, size, text) {
  const ticks = axis(model.labels, size.cell, text * 0.8)
  const at = (t) => `left:${((t + 0.5) * size.cell).toFixed(2)}px`
  const symbols = ticks.symbols.map((t) => `<b data-step="${t}" style="${at(t)}">${escaped(shown(model.labels[t]))}</b>`)
  const numbers = ticks.numbers.map((t) => `<small style="${at(t)}">${t + 1}</small>`)
  return `<div class="hm-axis" aria-hidden="true"><div>${symbols.join("")}</div><div>${numbers.join("")}</div></div>` +
    `<div class="hm-caption">step t, with the input it reads; units from 1 down</div>`
}

function paint(state) {
  const { model, look } = state, steps = model.labels.length
  model.panels.forEach((panel, i) => {
    const map = state.maps[i], canvas = map.querySelector("canvas")
    const image = new ImageData(steps, panel.units), pixels = new Uint32Array(image.data.buffer)
    const colours = look.packed[panel.kind], blank = look.packed.blank
    for (let k = 0; k < pixels.length; k++) {
      const shade = level(panel.values[k], panel.low, panel.high)
      pixels[k] = shade < 0 ? blank : colours[shade]
    }
    canvas.getContext("2d").putImageData(image, 0, 0)
    const head = map.parentElement.firstElementChild
    head.querySelector(".hm-chip").style.background = look.colour(panel.colour)
    head.querySelector(".hm-bar i").style.background = look.bars[panel.kind]
  })
  state.root.querySelector(".hm-notes").textContent = notes(model.panels)
  mark(state)
  state.root.dataset.digest = state.digest
  state.root.dataset.drawn = String(++state.drawn)
}

// ---------------------------------------------------------------- selecting and pointing

function stepOf(state) {
  return Math.max(0, Math.min(state.wanted, state.model.labels.length - 1))
}

function mark(state) {
  const { model, root, size } = state, step = stepOf(state), steps = model.labels.length
  state.maps.forEach((map, i) => {
    map.querySelector(".hm-frame").style.transform = `translateX(${step * size.cell}px)`
    const { mean } = summary(model.panels[i], step, steps)
    map.parentElement.querySelector(".hm-now").textContent = `mean ${number(mean)} at t = ${step + 1}`
  })
  for (const b of root.querySelectorAll(".hm-axis b")) b.classList.toggle("hm-on", +b.dataset.step === step)
  const range = root.querySelector(".hm-range")
  range.max = steps
  range.value = step + 1
  const words = `step ${step + 1} of ${steps}, input ${shown(model.labels[step])}`
  range.setAttribute("aria-valuetext", words)
  root.querySelector(".hm-where").textContent = `t = ${step + 1} of ${steps}, input “${shown(model.labels[step])}”`
  root.dataset.step = String(step)
}

function choose(state, step, delay = 0) {
  state.wanted = Math.max(0, Math.min(step, state.model.labels.length - 1))
  mark(state)
  reveal(state)
  state.root.querySelector(".hm-live").textContent = spoken(state.model, state.wanted)
  clearTimeout(state.timer)
  state.timer = setTimeout(() => {
    if (state.wanted === state.sent) return
    state.sent = state.wanted
    state.sentAt = performance.now()
    state.setStateValue("step", state.wanted)
  }, delay)
}

/** Scrolls the chosen step into sight where the heatmaps are wider than their place. */
function reveal(state) {
  const x = state.size.gutter + stepOf(state) * state.size.cell
  for (const s of state.scrolls) {
    if (x < s.scrollLeft + state.size.gutter) s.scrollLeft = x - state.size.gutter
    else if (x + state.size.cell > s.scrollLeft + s.clientWidth) s.scrollLeft = x + state.size.cell * 4 - s.clientWidth
  }
}

function pointed(state, map, event) {
  const box = map.querySelector("canvas").getBoundingClientRect(), steps = state.model.labels.length
  const panel = state.model.panels[state.maps.indexOf(map)]
  const step = Math.floor(((event.clientX - box.left) / box.width) * steps)
  const unit = Math.floor(((event.clientY - box.top) / box.height) * panel.units)
  const inside = step >= 0 && step < steps && unit >= 0 && unit < panel.units
  return inside ? { panel, step, unit } : null
}

function listen(state, map) {
  map.onpointermove = (event) => hover(state, map, event)
  map.onpointerleave = () => unhover(state)
  map.onclick = (event) => {
    const cell = pointed(state, map, event)
    if (!cell) return
    state.root.querySelector(".hm-range").focus({ preventScroll: true }) // arrow keys go on from here
    hover(state, map, event)
    choose(state, cell.step)
  }
}

function hover(state, map, event) {
  const cell = pointed(state, map, event)
  if (!cell) return unhover(state)
  const { panel, step, unit } = cell, { model, size, tip, root } = state
  const value = panel.values[unit * model.labels.length + step]
  tip.innerHTML = `<em>${subscripted(panel.symbol)}</em> ${escaped(panel.label)}, unit ${unit + 1}<br>` +
    `t = ${step + 1}, input “${escaped(shown(model.labels[step]))}”<br><strong>${number(value)}</strong>`
  tip.hidden = false
  const place = root.getBoundingClientRect(), x = event.clientX - place.left, y = event.clientY - place.top
  const left = x + 14 + tip.offsetWidth > place.width ? x - 14 - tip.offsetWidth : x + 14
  tip.style.transform = `translate(${Math.max(0, left)}px, ${y - tip.offsetHeight - 10}px)`
  unspot(state)
  state.spot = map.querySelector(".hm-spot")
  state.spot.hidden = false
  state.spot.style.transform = `translate(${step * size.cell}px, ${unit * size.row}px)`
}

function unspot(state) {
  if (state.spot) state.spot.hidden = true
}

function unhover(state) {
  state.tip.hidden = true
  unspot(state)
}

// ---------------------------------------------------------------- downloads

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

function download(state, format) {
  const { model, size, look } = state
  const text = svg(model, size, look, stepOf(state)), file = new Blob([text], { type: "image/svg+xml" })
  if (format === "svg") return save(file, `${model.name}.svg`)
  const picture = new Image(), address = URL.createObjectURL(file)
  picture.onload = () => {
    const canvas = document.createElement("canvas")
    canvas.width = picture.width * 2
    canvas.height = picture.height * 2
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height)
    URL.revokeObjectURL(address)
    canvas.toBlob((blob) => save(blob, `${model.name}.png`), "image/png")
  }
  picture.src = address
}

// ---------------------------------------------------------------- life

const SKELETON = `<div class="hm-body"></div>
<div class="hm-notes"></div>
<div class="hm-foot"><label class="hm-step">Step <input class="hm-range" type="range" min="1" step="1"></label>
<output class="hm-where"></output>
<span class="hm-tools"><button type="button" data-format="png" aria-label="Download the heatmaps as PNG">PNG</button>
<button type="button" data-format="svg" aria-label="Download the heatmaps as SVG">SVG</button></span></div>
<div class="hm-live" aria-live="polite"></div><div class="hm-tip" aria-hidden="true" hidden></div>`

function adopt(root) {
  if (views.has(root)) return views.get(root)
  root.innerHTML = SKELETON
  const state = { root, drawn: 0, wanted: null, sent: null, sentAt: 0, shape: "",
    body: root.querySelector(".hm-body"), tip: root.querySelector(".hm-tip") }
  const range = root.querySelector(".hm-range")
  range.oninput = () => choose(state, range.value - 1, COMMIT_AFTER)
  for (const b of root.querySelectorAll("[data-format]")) b.onclick = () => download(state, b.dataset.format)
  state.observer = new ResizeObserver(() => { if (state.model && root.clientWidth !== state.width) show(state) })
  state.observer.observe(root)
  views.set(root, state)
  return state
}

function show(state) {
  const { root, model } = state
  state.width = root.clientWidth
  state.text = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  state.size = measure({ width: state.width, steps: model.labels.length, text: state.text,
    units: model.panels.map((p) => p.units), ratio: window.devicePixelRatio || 1 })
  const shape = JSON.stringify([state.size, state.text, model.title, model.labels,
    model.panels.map((p) => [p.name, p.units, p.low, p.high, p.symbol])])
  const anew = shape !== state.shape
  state.shape = shape
  if (anew) build(state)
  paint(state)
  if (anew) reveal(state)
}

/** The theme's colours, looked up once per theme and not once per picture. */
function dress(state) {
  const look = lookOf(state.root), theme = JSON.stringify([look.ramps, look.ink, look.lines])
  if (theme === state.theme) return
  const pixels = Object.fromEntries(Object.entries(look.ramps)
    .map(([kind, colours]) => [kind, Uint32Array.from(colours, (c) => packed(c) >>> 0)]))
  look.packed = { ...pixels, blank: packed(channels(look.blank)) >>> 0 }
  look.bars = Object.fromEntries(Object.entries(look.ramps).map(([kind, colours]) => [kind,
    `linear-gradient(to right, ${colours.filter((_, i) => i % 16 === 0).map((c) => `rgb(${c})`).join(",")})`]))
  Object.assign(state, { look, theme })
}

/** The step to show: the reader's own, unless the page asks for another one. */
function follow(state, asked, follows) {
  const waiting = state.sent !== null && performance.now() - state.sentAt < 2000 && asked !== state.sent
  if (state.wanted === null || (follows && !waiting)) state.wanted = asked
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector("[data-component=heatmaps]")
  const state = adopt(root), bytes = data instanceof Uint8Array ? data : new Uint8Array(data)
  state.model = unpack(bytes)
  Object.assign(state, { setStateValue, digest: digest(bytes) })
  follow(state, state.model.selected, state.model.follow)
  dress(state)
  show(state)
  return () => {
    clearTimeout(state.timer)
    state.observer.disconnect()
    views.delete(root)
  }
}
