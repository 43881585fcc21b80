// Heatmaps, units down and steps across, one shared axis. The message is what pages/components/
// heatmaps.py packs: what is picked, then the picture with its panels' numbers.
// A canvas holds one pixel per cell and is enlarged by whole device pixels, so it stays crisp.

const views = new WeakMap() // root element -> its state
const LEVELS = 256 // an even number of levels, hence a colour exactly in the middle
const GUTTER = 34, GAP = 28, FEWEST_PIXELS = 4, SERIES = 44
const COMMIT_AFTER = 150 // ms; holding an arrow key sends one message, not one per step

// ---------------------------------------------------------------- pure functions, tested in node

/** Message (bytes) -> { choice, model, digest }: the model has `values`, row by row, in every panel. */
export function opened(bytes) {
  const { text, end } = part(bytes), rest = bytes.subarray(end), model = unpack(rest)
  model.panels = model.panels.map((panel) => ({ ...panel, rows: panel.values.rows, values: panel.values.all }))
  return { choice: JSON.parse(text), model, digest: digest(rest) }
}

/** Which colour a value gets in its range; -1 for what is not a number or not finite. */
export function level(value, low, high) {
  if (!Number.isFinite(value)) return -1
  return Math.round(Math.max(0, Math.min(1, (value - low) / (high - low))) * LEVELS)
}

/** Sizes of everything: columns, cells in CSS pixels (whole device pixels), from the width; `less`
 *  is what a panel has to be lower than elsewhere. */
export function measure({ width, steps, panels, units, beside = false, ratio = 1, text = 16, less = 0 }) {
  const gutter = Math.round((GUTTER * text) / 16)
  const across = (columns) => (width - GAP * (columns - 1)) / columns - gutter
  const room = width >= (beside ? 700 : 860) && across(2) / steps >= FEWEST_PIXELS
  const columns = panels > 1 && room ? 2 : 1
  const whole = (v) => Math.max(1, Math.floor(v * ratio + 1e-6)) / ratio
  const cell = whole(Math.max(FEWEST_PIXELS, Math.min(64, across(columns) / steps)))
  const tall = Math.max(LOWEST, height(panels, columns, width) * (panels <= columns ? text / 16 : 1) - less)
  const row = whole(Math.max(2, Math.min(32, tall / units)))
  return { columns, gutter, cell, row, tall, named: 0.78 * text, column: Math.floor(across(columns) + gutter) }
}

const LOWEST = 40 // pixels of a panel

/** What a panel is to be high, so that all fit on a screen. */
function height(panels, columns, width) {
  const each = Math.ceil(panels / columns)
  if (each === 1) return 272
  if (columns === 2) return each > 3 ? 92 : 128
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

/** A number for an axis: two digits. */
export const brief = (v) => String(+v.toPrecision(2)).replace("-", "−")

/** "fₜ" with a real subscript, which fonts draw better than the sign. */
export function subscripted(symbol, open = "<sub>", close = "</sub>") {
  return escaped(symbol).replace("ₜ", `${open}t${close}`)
}

/** The ends of a colour bar, as they are stated: −1, 0, 2. */
export const edge = (v) => String(v).replace("-", "−")

/** Mean, lowest and highest value over the units of one step; of a band what it is drawn from. */
export function summary(panel, step, steps) {
  if (panel.form === "band") {
    const [mean, low, high] = [0, 1, 2].map((row) => panel.values[row * steps + step])
    return { mean, low, high }
  }
  let sum = 0, low = Infinity, high = -Infinity
  for (let u = 0; u < panel.rows; u++) {
    const v = panel.values[u * steps + step]
    sum += v; low = Math.min(low, v); high = Math.max(high, v)
  }
  return { mean: sum / panel.rows, low, high }
}

/** What a screen reader says of a step: the picked unit's values, or those of all units together. */
export function spoken(model, step, unit = 0) {
  const steps = model.labels.length
  const parts = model.panels.map((p) => {
    const whose = model.sets.length > 1 ? `${model.sets[p.set]}, ` : ""
    if (unit && p.form === "map") return `${whose}${p.label}: ${number(p.values[(unit - 1) * steps + step])}`
    const { mean, low, high } = summary(p, step, steps), band = p.form === "band"
    return `${whose}${p.label}: mean ${number(mean)}, ${band ? "eight units in ten " : ""}from ${number(low)} to ${number(high)}`
  })
  const of = unit ? `, unit ${unit}` : ""
  return `Step ${step + 1} of ${steps}, input ${shown(model.labels[step])}${of}. ${parts.join("; ")}.`
}

/** The panel of one run that a quantity is read from; the last (h) if there is none of that name. */
export function source(model, quantity, set = 0) {
  const maps = model.panels.filter((p) => p.form === "map" && p.set === set)
  return maps.find((p) => p.name === quantity) ?? maps.at(-1) ?? null
}

/** One unit's values, step by step. */
export function course(panel, unit, steps) {
  return panel.values.slice((unit - 1) * steps, unit * steps)
}

/** What the colours of the text say, in words. */
export function coloured(model, panel, unit) {
  if (!panel || !unit) return "No unit is picked: the text is not coloured"
  const values = course(panel, unit, model.labels.length)
  const each = model.labels.map((l, t) => `${shown(l)} ${number(values[t])}`)
  const whose = model.sets.length > 1 ? `${model.sets[panel.set]}, ` : ""
  return `Coloured by ${whose}${panel.label} of unit ${unit}: ${each.join(", ")}`
}

/** Points of a series in a box, with gaps where a number is missing; and the axis' two ends. */
export function curve(values, cell, tall) {
  const known = values.filter((v) => v !== null && Number.isFinite(v))
  const low = known.length ? Math.min(...known) : 0, high = known.length ? Math.max(...known) : 0
  const y = (v) => 4 + (high > low ? (high - v) / (high - low) : 0.5) * (tall - 8)
  return { low, high, y, path: line(values, cell, y) }
}

/** A path through the middle of every step; a missing number interrupts it. */
export function line(values, cell, y) {
  let pen = "M", path = ""
  values.forEach((v, t) => {
    if (v === null || !Number.isFinite(v)) return void (pen = "M")
    path += `${pen}${+((t + 0.5) * cell).toFixed(2)} ${+y(v).toFixed(2)}`
    pen = "L"
  })
  return path
}

/** A band's mean as a line and its two edges as areas, in the panel's fixed range. */
export function band(panel, steps, cell, tall) {
  const rows = [0, 1, 2].map((r) => [...panel.values.slice(r * steps, (r + 1) * steps)])
  const y = (v) => (1 - (Math.max(panel.low, Math.min(panel.high, v)) - panel.low) / (panel.high - panel.low)) * tall
  const areas = [], at = (t) => +((t + 0.5) * cell).toFixed(2)
  for (let t = 0; t < steps; ) { // one area for each run of finite steps
    if (!Number.isFinite(rows[0][t])) { t++; continue }
    let end = t
    while (end < steps && Number.isFinite(rows[0][end])) end++
    const steps_ = Array.from({ length: end - t }, (_, i) => t + i)
    const up = steps_.map((k) => `${at(k)} ${+y(rows[2][k]).toFixed(2)}`)
    const down = steps_.reverse().map((k) => `${at(k)} ${+y(rows[1][k]).toFixed(2)}`)
    areas.push(`M${[...up, ...down].join("L")}Z`)
    t = end
  }
  return { mean: line(rows[0], cell, y), area: areas.join(""), y }
}

export const escaped = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** One panel's cells as paths, one per colour: small, and every cell stays a vector. */
export function cells(panel, steps, size, colours, blank, order) {
  const paths = new Map()
  for (let row = 0; row < order.length; row++) {
    const u = order[row]
    for (let t = 0; t < steps; ) {
      const k = level(panel.values[u * steps + t], panel.low, panel.high)
      let end = t + 1
      while (end < steps && level(panel.values[u * steps + end], panel.low, panel.high) === k) end++
      const from = `M${+(t * size.cell).toFixed(2)} ${+(row * size.row).toFixed(2)}`
      const run = +((end - t) * size.cell).toFixed(2)
      paths.set(k, (paths.get(k) ?? "") + `${from}h${run}v${size.row}h-${run}z`)
      t = end
    }
  }
  const fill = (k) => (k < 0 ? blank : `rgb(${colours[k].join(",")})`)
  return [...paths].map(([k, d]) => `<path fill="${fill(k)}" d="${d}"/>`).join("")
}

/** The whole picture as one SVG document, for download. */
export function svg(model, size, look, choice) {
  const wide = size.gutter + model.labels.length * size.cell
  const columns = arrange(model, size.columns), pitch = Math.max(wide, 330) + GAP
  let tallest = 0, body = ""
  columns.forEach((panels, i) => {
    const reads = svgReads(model, size, look, choice, model.panels[panels[0]].set)
    body += `<g transform="translate(${12 + i * pitch + size.gutter} 40)">${reads.body}</g>`
    let y = 52 + reads.tall
    for (const panel of panels.map((k) => model.panels[k])) {
      const tall = panel.form === "band" ? size.tall : model.order.length * size.row
      body += `<g transform="translate(${12 + i * pitch} ${y})">${svgPanel(panel, model, size, look, choice)}</g>`
      y += tall + 40
    }
    body += `<g transform="translate(${12 + i * pitch + size.gutter} ${y - 12})">${svgAxis(model, size)}</g>`
    tallest = Math.max(tallest, y + 34)
  })
  const width = Math.ceil(24 + columns.length * pitch - GAP), height = Math.ceil(tallest)
  const about = model.sets.length > 1 ? `: ${model.sets.join(" and ")}` : ""
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${look.ink}">` +
    `<rect width="100%" height="100%" fill="${look.paper}"/>` +
    `<text x="12" y="24" font-size="15" font-weight="600">${escaped(model.title + about)}</text>${body}</svg>`
  return { text, width, height }
}

/** What is read, above the panels of the document: the series, or the text's coloured strip. */
function svgReads(model, size, look, choice, set) {
  const panel = source(model, choice.quantity, set), steps = model.labels.length
  let body = "", tall = 0
  if (model.series.length) {
    body += `<path d="${curve(model.series, size.cell, SERIES).path}" fill="none" stroke="${look.ink}" stroke-width="1.5"/>`
    tall += SERIES
  }
  if (panel && choice.unit) {
    const one = { ...panel, rows: 1, values: course(panel, choice.unit, steps) }
    body += `<g transform="translate(0 ${tall})">${cells(one, steps, { ...size, row: 10 }, look.ramps[panel.kind], look.blank, [0])}</g>`
    tall += 14
  }
  return { body, tall }
}

const SUB = ['<tspan dy="3" font-size="9">', '</tspan><tspan dy="-3">​</tspan>']

function svgPanel(panel, model, size, look, choice) {
  const steps = model.labels.length, wide = steps * size.cell, isBand = panel.form === "band"
  const tall = isBand ? size.tall : model.order.length * size.row
  const whose = model.sets.length > 1 ? ` · ${escaped(model.sets[panel.set])}` : ""
  const right = Math.max(wide, 330 - size.gutter)
  const inside = isBand ? svgBand(panel, steps, size, look)
    : cells(panel, steps, size, look.ramps[panel.kind], look.blank, model.order)
  const ends = isBand ? [edge(panel.high), edge(panel.low)] : [model.order[0] + 1, model.order.at(-1) + 1]
  return `<text x="${size.gutter}" y="8"><tspan font-style="italic" font-weight="600">${subscripted(panel.symbol, SUB[0], SUB[1])}</tspan> ${escaped(panel.label)}${whose}</text>` +
    (isBand ? "" : svgBar(panel, look, size.gutter + right - 130)) +
    `<g transform="translate(${size.gutter} 16)">${inside}` +
    `<rect width="${wide}" height="${tall}" fill="none" stroke="${look.lines}"/>` +
    `<rect x="${choice.step * size.cell}" width="${size.cell}" height="${tall}" fill="none" stroke="${look.ink}" stroke-width="2"/></g>` +
    `<text x="${size.gutter - 6}" y="26" text-anchor="end">${ends[0]}</text>` +
    (tall > 26 ? `<text x="${size.gutter - 6}" y="${16 + tall}" text-anchor="end">${ends[1]}</text>` : "")
}

function svgBar(panel, look, x) {
  const colours = look.ramps[panel.kind]
  const bar = Array.from({ length: 33 }, (_, i) =>
    `<rect x="${i * 3}" width="3.2" height="9" fill="rgb(${colours[Math.round((i / 32) * LEVELS)].join(",")})"/>`).join("")
  return `<g transform="translate(${x} 0)"><text x="-4" y="9" text-anchor="end">${edge(panel.low)}</text>${bar}` +
    `<text x="103" y="9">${edge(panel.high)}</text></g>`
}

function svgBand(panel, steps, size, look) {
  const { mean, area } = band(panel, steps, size.cell, size.tall), colour = look.colour(panel.colour)
  return `<path d="${area}" fill="${colour}" fill-opacity="0.22"/><path d="${mean}" fill="none" stroke="${colour}" stroke-width="2"/>`
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

/** Which panels stand in which column: runs side by side, states side by side, or in reading order. */
export function arrange(model, columns) {
  const all = model.panels.map((_, k) => k), of = (set) => all.filter((k) => model.panels[k].set === set)
  if (model.sets.length > 1) return columns > 1 ? [of(0), of(1)] : [paired(model, of(0), of(1))]
  if (model.across && columns > 1) return [0, 1].map((c) => all.filter((k) => k % 2 === c))
  return split(all, columns)
}

/** Each panel right above the other run's panel of the same quantity. */
function paired(model, first, second) {
  const twin = (k) => second.filter((other) => model.panels[other].name === model.panels[k].name)
  const both = first.flatMap((k) => [k, ...twin(k)])
  return [...both, ...second.filter((k) => !both.includes(k))]
}

/** Panels in reading order, column by column. */
export function split(panels, columns) {
  const each = Math.ceil(panels.length / columns)
  return Array.from({ length: columns }, (_, i) => panels.slice(i * each, (i + 1) * each))
}

/** What the colours cannot show, panel by panel, in one line. */
export function notes({ panels, sets }) {
  const whose = (p) => (sets.length > 1 ? `${sets[p.set]}, ` : "")
  return panels.filter((p) => p.note).map((p) => `${whose(p)}${p.symbol}: ${p.note}`).join(" · ")
}

// ---------------------------------------------------------------- colours of the reader's theme

const variables = (root) => {
  const style = getComputedStyle(root)
  return (name) => style.getPropertyValue(name).trim()
}
const THEME = ["--st-background-color", "--st-text-color", "--st-border-color", "--st-chart-sequential-colors",
  "--st-chart-diverging-colors", "--st-chart-categorical-colors"]

function lookOf(root) {
  const variable = variables(root)
  const list = (name) => variable(name).split(",").map((c) => c.trim())
  const paper = variable("--st-background-color"), both = list("--st-chart-diverging-colors")
  const half = both.length / 2
  const diverging = ramp([...both.slice(0, half), paper, ...both.slice(half)], LEVELS + 1) // 0 is bare paper
  const ramps = { unit: ramp(list("--st-chart-sequential-colors"), LEVELS + 1), signed: diverging, wide: diverging }
  const palette = list("--st-chart-categorical-colors")
  const colour = (token) => {
    const slot = /--chart-(\d+)/.exec(token), name = /^var\((--[\w-]+)\)$/.exec(token)
    return slot ? palette[Number(slot[1]) % palette.length] : name ? variable(name[1]) : token
  }
  return { paper, ink: variable("--st-text-color"), lines: variable("--st-border-color"),
    blank: "#8b8f94", ramps, colour }
}

const packed = (/** @type {number[]} */ [r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r

// ---------------------------------------------------------------- the page's elements

function build(state) {
  const { root, model, size } = state, steps = model.labels.length
  const symbols = axis(model.labels, size.cell, state.text * 0.8), fits = symbols.symbols.length === steps
  const columns = arrange(model, size.columns).map((panels) => {
    const set = model.panels[panels[0]].set
    const head = model.sets.length > 1 && size.columns > 1 ? `<div class="hm-set">${escaped(model.sets[set])}</div>` : ""
    return `<div class="hm-column">${head}<div class="hm-scroll"><div class="hm-wide">` +
      readsHtml(model, size, set, fits) + panels.map((k) => panelHtml(model, k, size)).join("") +
      axisHtml(model, size, symbols) + `</div></div></div>`
  }).join("")
  const flow = fits || model.series.length ? "" : flowHtml(model)
  state.body.innerHTML = `${flow}<div class="hm-columns">${columns}</div>`
  state.body.style.setProperty("--hm-columns", size.columns)
  state.body.style.setProperty("--hm-column", `${size.column}px`)
  state.body.style.setProperty("--hm-gutter", `${size.gutter}px`)
  state.body.style.setProperty("--hm-cell", `${size.cell}px`)
  state.body.style.setProperty("--hm-row", `${size.row}px`)
  state.body.style.setProperty("--hm-steps", steps)
  state.maps = [...root.querySelectorAll(".hm-map")].sort((a, b) => a.dataset.panel - b.dataset.panel)
  state.maps.forEach((map) => listen(state, map))
  state.strips = [...root.querySelectorAll(".hm-strip")]
  state.symbols = [...root.querySelectorAll(".hm-symbols b")]
  state.letters = [...root.querySelectorAll(".hm-flow b")]
  state.hot = []
  for (const letter of [...state.symbols, ...state.letters]) letter.onclick = () => choose(state, { step: +letter.dataset.step })
  scrolling(state)
}

/** Columns that are wider than their place scroll together, also by keyboard. */
function scrolling(state) {
  const { root, model, size } = state, scrolls = [...root.querySelectorAll(".hm-scroll")]
  for (const scroll of scrolls) {
    scroll.onscroll = () => scrolls.forEach((s) => { if (s.scrollLeft !== scroll.scrollLeft) s.scrollLeft = scroll.scrollLeft })
    if (size.gutter + model.labels.length * size.cell > size.column + 1) {
      scroll.tabIndex = 0
      scroll.setAttribute("role", "group")
      scroll.setAttribute("aria-label", "Heatmaps, scroll sideways for more steps")
    }
  }
  state.scrolls = scrolls
}

/** What is read, above the maps and aligned with them: the series as a line, or the text's symbols. */
function readsHtml(model, size, set, fits) {
  const strip = `<canvas class="hm-strip" data-set="${set}" role="img" aria-label="" width="${model.labels.length}" height="1"></canvas>`
  if (!model.series.length) {
    const at = (t) => `left:${((t + 0.5) * size.cell).toFixed(2)}px`
    const symbols = fits ? model.labels.map((l, t) =>
      `<b data-step="${t}" data-set="${set}" style="${at(t)}">${escaped(shown(l))}</b>`) : []
    return `<div class="hm-reads${fits ? "" : " hm-tight"}">${strip}<div class="hm-symbols" aria-hidden="true">${symbols.join("")}</div></div>`
  }
  const { low, high, path } = curve(model.series, size.cell, SERIES), wide = size.cell * model.labels.length
  return `<div class="hm-reads hm-numbers"><span class="hm-first">${brief(high)}</span><span class="hm-last">${brief(low)}</span>` +
    `<svg class="hm-series" width="${wide}" height="${SERIES}" role="img" aria-label="The series that is read, ` +
    `from ${number(low)} to ${number(high)}"><path d="${path}"/><circle r="4"/></svg>${strip}</div>`
}

/** The text as it is read, for when its letters do not fit above the maps. */
function flowHtml(model) {
  return model.sets.map((name, set) => {
    const letters = model.labels.map((l, t) => `<b data-step="${t}" data-set="${set}">${escaped(shown(l))}</b>`).join("")
    const head = model.sets.length > 1 ? `<span class="hm-set">${escaped(name)}</span>` : ""
    return `<div class="hm-flow" data-set="${set}" tabindex="0" role="group" aria-label="The text that is read">${head}<div role="img" aria-label="">${letters}</div></div>`
  }).join("")
}

function panelHtml(model, k, size) {
  const panel = model.panels[k], steps = model.labels.length, { order } = model, isBand = panel.form === "band"
  const whose = model.sets.length > 1 ? `, ${model.sets[panel.set]}` : ""
  const about = `${panel.label} ${panel.symbol}${whose}: ` + (isBand
    ? `mean over the units and the band of eight units in ten, ${steps} steps, from ${edge(panel.low)} to ${edge(panel.high)}`
    : `${order.length < panel.rows ? `${order.length} of ` : ""}${panel.rows} units by ${steps} steps, colours from ${edge(panel.low)} to ${edge(panel.high)}`)
  const lines = !isBand && size.cell >= 9 && size.row >= 6 ? " hm-lined" : ""
  const tall = isBand ? size.tall : order.length * size.row
  const ends = isBand ? [edge(panel.high), edge(panel.low)] : [order[0] + 1, order.at(-1) + 1]
  const bar = isBand ? "" : `<span class="hm-bar"><span>${edge(panel.low)}</span><i></i><span>${edge(panel.high)}</span></span>`
  const plot = isBand ? `<svg class="hm-plot" role="img" aria-label="${escaped(about)}" height="${tall}"></svg>`
    : `<canvas class="hm-plot" role="img" aria-label="${escaped(about)}" width="${steps}" height="${order.length}" style="height:${tall}px"></canvas>`
  const tag = model.sets.length > 1 && size.columns === 1 ? ` <small>${escaped(model.sets[panel.set])}</small>` : ""
  return `<div class="hm-panel" data-quantity="${escaped(panel.name)}" data-set="${panel.set}"><div class="hm-head">` +
    `<span class="hm-name"><i class="hm-chip"></i><em>${subscripted(panel.symbol)}</em> ${escaped(panel.label)}${tag}</span>` +
    `<span class="hm-now"></span>${bar}</div>` +
    `<div class="hm-map${lines}" data-panel="${k}">${isBand || size.row < size.named ? endsHtml(ends, tall) : namesHtml(order, size)}` +
    `${plot}<i class="hm-unit" hidden></i><i class="hm-frame"></i><i class="hm-spot" hidden></i></div></div>`
}

const endsHtml = (ends, tall) => `<span class="hm-first">${ends[0]}</span>` + (tall > 26 ? `<span class="hm-last">${ends[1]}</span>` : "")

/** Every row's unit, where rows are high enough for it. */
const namesHtml = (order, size) => order.map((unit, row) =>
  `<span class="hm-row" style="top:${+(row * size.row).toFixed(2)}px;line-height:${size.row}px">${unit + 1}</span>`).join("")

function axisHtml(model, size, ticks) {
  const at = (t) => `left:${((t + 0.5) * size.cell).toFixed(2)}px`
  const numbers = ticks.numbers.map((t) => `<small style="${at(t)}">${t + 1}</small>`)
  const sorted = model.order.some((unit, row) => unit !== row)
  const few = model.order.length < model.units
  const rows = model.panels.some((p) => p.form === "band") ? "line: mean over the units; band: eight units in ten"
    : few ? `the ${model.order.length} of ${model.units} units that change most` : sorted ? "units in the chosen order" : "units from 1 down"
  return `<div class="hm-axis" aria-hidden="true"><div>${numbers.join("")}</div></div>` +
    `<div class="hm-caption">step t; ${rows}</div>`
}

function paint(state) {
  const { model, look } = state
  model.panels.forEach((panel, i) => {
    const map = state.maps[i], plot = map.querySelector(".hm-plot")
    if (panel.form === "band") paintBand(state, panel, plot)
    else paintCells(state, panel, plot, model.order)
    const head = map.parentElement.firstElementChild, bar = head.querySelector(".hm-bar i")
    head.querySelector(".hm-chip").style.background = look.colour(panel.colour)
    if (bar) bar.style.background = look.bars[panel.kind]
  })
  state.root.querySelector(".hm-notes").textContent = notes(model)
  state.coloured = null
  mark(state)
  state.root.dataset.drawn = String(++state.drawn)
}

function paintCells(state, panel, canvas, order) {
  const { look } = state, steps = state.model.labels.length
  const image = new ImageData(steps, order.length), pixels = new Uint32Array(image.data.buffer)
  const colours = look.packed[panel.kind], blank = look.packed.blank
  for (let row = 0, k = 0; row < order.length; row++) {
    for (let at = order[row] * steps, end = at + steps; at < end; at++, k++) {
      const shade = level(panel.values[at], panel.low, panel.high)
      pixels[k] = shade < 0 ? blank : colours[shade]
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
}

function paintBand(state, panel, plot) {
  const { size, look } = state, steps = state.model.labels.length, colour = look.colour(panel.colour)
  const { mean, area, y } = band(panel, steps, size.cell, size.tall), middle = y((panel.low + panel.high) / 2)
  plot.innerHTML = `<line x1="0" x2="${steps * size.cell}" y1="${middle}" y2="${middle}" stroke="${look.lines}"/>` +
    `<path d="${area}" fill="${colour}" fill-opacity="0.22"/><path d="${mean}" fill="none" stroke="${colour}" stroke-width="2"/>`
}

/** Colours the text, or the strip below the series, by the picked unit. */
function colourText(state) {
  const { model, look, choice } = state, steps = model.labels.length
  const key = `${choice.unit} ${choice.quantity}`
  if (key === state.coloured) return
  state.coloured = key
  const panels = model.sets.map((_, set) => source(model, choice.quantity, set))
  const unit = panels[0] && choice.unit <= panels[0].rows ? choice.unit : 0
  for (const strip of state.strips) {
    const panel = panels[strip.dataset.set]
    strip.hidden = !unit && !strip.nextElementSibling?.children.length // no letters on it, no colours
    strip.setAttribute("aria-label", coloured(model, panel, unit))
    if (panel && unit) paintCells(state, { ...panel, values: course(panel, unit, steps) }, strip, [0])
    else strip.getContext("2d").clearRect(0, 0, steps, 1)
  }
  for (const flow of state.root.querySelectorAll(".hm-flow")) {
    flow.lastElementChild.setAttribute("aria-label", coloured(model, panels[flow.dataset.set], unit))
  }
  const courses = panels.map((panel) => (panel && unit ? course(panel, unit, steps) : null))
  for (const letter of [...state.symbols, ...state.letters]) {
    const panel = panels[letter.dataset.set], values = courses[letter.dataset.set], t = +letter.dataset.step
    const colour = values && shadeOf(look, panel, values[t])
    letter.style.color = colour ? ink(`rgb(${colour})`) : ""
    if (letter.parentElement.className !== "hm-symbols") letter.style.background = colour ? `rgb(${colour})` : ""
    letter.title = `t = ${t + 1}` + (values ? `: ${panel.label} of unit ${unit} is ${number(values[t])}` : "")
  }
}

function shadeOf(look, panel, value) {
  const shade = level(value, panel.low, panel.high)
  return shade < 0 ? rgb(look.blank).slice(0, 3) : look.ramps[panel.kind][shade]
}

// ---------------------------------------------------------------- selecting and pointing

function stepOf(state) {
  return Math.max(0, Math.min(state.choice.step, state.model.labels.length - 1))
}

function mark(state) {
  const { model, root, size, choice } = state, step = stepOf(state), steps = model.labels.length
  const row = choice.unit ? model.order.indexOf(choice.unit - 1) : -1
  state.maps.forEach((map, i) => {
    const panel = model.panels[i], unit = map.querySelector(".hm-unit")
    map.querySelector(".hm-frame").style.transform = `translateX(${step * size.cell}px)`
    unit.hidden = row < 0 || panel.form === "band"
    unit.style.transform = `translateY(${row * size.row}px)`
    map.parentElement.querySelector(".hm-now").textContent = now(panel, step, steps, unitOf(state))
  })
  colourText(state)
  for (const b of [...state.symbols, ...state.letters]) b.classList.toggle("hm-on", +b.dataset.step === step)
  for (const dot of root.querySelectorAll(".hm-series circle")) dotAt(dot, model, size, step)
  foot(state, step, steps)
  Object.assign(root.dataset, { step, unit: choice.unit, quantity: choice.quantity })
}

/** A panel's number in its head: of the picked unit, or the mean over all. */
function now(panel, step, steps, unit) {
  if (unit && panel.form === "map") return `unit ${unit}: ${number(panel.values[(unit - 1) * steps + step])} at t = ${step + 1}`
  return `mean ${number(summary(panel, step, steps).mean)} at t = ${step + 1}`
}

function dotAt(dot, model, size, step) {
  const value = model.series[step], { y } = curve(model.series, size.cell, SERIES)
  dot.style.display = value === null ? "none" : ""
  if (value !== null) dot.setAttribute("transform", `translate(${(step + 0.5) * size.cell} ${y(value)})`)
}

/** The controls below: step, and what colours the text. */
function foot(state, step, steps) {
  const { model, root, choice } = state, range = root.querySelector(".hm-range")
  range.max = steps
  range.value = step + 1
  const reads = shown(model.labels[step])
  range.setAttribute("aria-valuetext", `step ${step + 1} of ${steps}, input ${reads}`)
  root.querySelector(".hm-where").textContent = `t = ${step + 1} of ${steps}, input “${reads}”`
  const maps = model.panels.filter((p) => p.form === "map"), colours = root.querySelector(".hm-colour")
  colours.hidden = !maps.length
  if (!maps.length) return
  const picks = `${state.shape} ${choice.unit} ${choice.quantity}`
  if (picks === state.picks) return
  state.picks = picks
  colours.firstElementChild.firstChild.data = `Colour the ${model.series.length ? "series" : "text"} by `
  const names = new Map(maps.map((p) => [p.name, `${p.symbol} ${p.label}`]))
  const units = new Map([[0, "none"]])
  for (let u = 1; u <= model.units; u++) units.set(u, String(u))
  offer(root.querySelector(".hm-quantity"), names, source(model, choice.quantity).name)
  offer(root.querySelector(".hm-which"), units, units.has(choice.unit) ? choice.unit : 0)
}

/** A menu's options, renewed only where they differ: an open menu must not jump. */
function offer(select, options, value) {
  const html = [...options].map(([v, words]) => `<option value="${escaped(v)}">${escaped(words)}</option>`).join("")
  if (select.offered !== html) select.innerHTML = html
  select.offered = html
  select.value = String(value)
}

function choose(state, change, delay = 0) {
  Object.assign(state.choice, change)
  state.choice.step = stepOf(state)
  mark(state)
  reveal(state)
  state.root.querySelector(".hm-live").textContent = spoken(state.model, state.choice.step, unitOf(state))
  send(state, {}, delay)
}

const unitOf = ({ choice, model }) => (choice.unit <= model.units ? choice.unit : 0)

/** Tells the page; the time makes every choice a change, even one that Python has left since. */
function send(state, menus, delay = 0) {
  clearTimeout(state.timer)
  state.timer = setTimeout(() => {
    state.timer = null
    const key = keyOf(state.choice)
    if (key === state.known && !state.sent.length && !Object.keys(menus).length) return
    state.sent.push(key)
    state.setStateValue("choice", { ...state.choice, menus, at: Date.now() })
  }, delay)
}

const keyOf = ({ step, unit, quantity }) => `${step} ${unit} ${quantity}`

/** Scrolls the chosen step into sight where the heatmaps are wider than their place. */
function reveal(state) {
  const x = state.size.gutter + stepOf(state) * state.size.cell
  for (const s of state.scrolls) {
    if (x < s.scrollLeft + state.size.gutter) s.scrollLeft = x - state.size.gutter
    else if (x + state.size.cell > s.scrollLeft + s.clientWidth) s.scrollLeft = x + state.size.cell * 4 - s.clientWidth
  }
}

/** The step, row and unit under the pointer; a band has no rows. */
function pointed(state, map, event) {
  const box = map.querySelector(".hm-plot").getBoundingClientRect(), { model } = state
  const panel = model.panels[map.dataset.panel], rows = model.order.length, steps = model.labels.length
  const step = Math.floor(((event.clientX - box.left) / box.width) * steps)
  const row = Math.floor(((event.clientY - box.top) / box.height) * rows)
  const inside = step >= 0 && step < steps && row >= 0 && row < rows
  return inside ? { panel, step, row, unit: panel.form === "band" ? 0 : model.order[row] + 1 } : null
}

function listen(state, map) {
  map.onpointermove = (event) => hover(state, map, event)
  map.onpointerleave = () => unhover(state)
  map.onclick = (event) => {
    const cell = pointed(state, map, event)
    if (!cell) return
    state.root.querySelector(".hm-range").focus({ preventScroll: true }) // arrow keys go on from here
    hover(state, map, event)
    choose(state, cell.unit ? { step: cell.step, unit: cell.unit, quantity: cell.panel.name } : { step: cell.step })
  }
}

/** The number under the pointer, with its twin in the other run; the same spot in every panel. */
function hover(state, map, event) {
  const cell = pointed(state, map, event)
  if (!cell) return unhover(state)
  const { tip, root, size } = state
  tip.innerHTML = tipHtml(state.model, cell)
  tip.hidden = false
  const place = root.getBoundingClientRect(), x = event.clientX - place.left, y = event.clientY - place.top
  const left = x + 14 + tip.offsetWidth > place.width ? x - 14 - tip.offsetWidth : x + 14
  tip.style.transform = `translate(${Math.max(0, left)}px, ${y - tip.offsetHeight - 10}px)`
  point(state, cell.step)
  state.maps.forEach((each) => {
    const spot = each.querySelector(".hm-spot")
    spot.hidden = false
    spot.classList.toggle("hm-whole", !cell.unit)
    spot.style.transform = `translate(${cell.step * size.cell}px, ${cell.unit ? cell.row * size.row : 0}px)`
  })
}

function tipHtml(model, { panel, step, unit }) {
  const steps = model.labels.length, twins = model.panels.filter((p) => p.name === panel.name)
  const value = (p) => {
    if (unit) return `<strong>${number(p.values[(unit - 1) * steps + step])}</strong>`
    const { mean, low, high } = summary(p, step, steps)
    return `mean <strong>${number(mean)}</strong>, eight units in ten from ${number(low)} to ${number(high)}`
  }
  const lines = model.sets.length > 1 ? twins.map((p) => `${escaped(model.sets[p.set])}: ${value(p)}`) : [value(panel)]
  const whose = unit ? `, unit ${unit}` : ""
  return `<em>${subscripted(panel.symbol)}</em> ${escaped(panel.label)}${whose}<br>` +
    `t = ${step + 1}, input “${escaped(shown(model.labels[step]))}”<br>${lines.join("<br>")}`
}

/** The letters of the step under the pointer. */
function point(state, step) {
  state.hot.forEach((b) => b.classList.remove("hm-hot"))
  state.hot = [...state.symbols, ...state.letters].filter((b) => +b.dataset.step === step)
  state.hot.forEach((b) => b.classList.add("hm-hot"))
}

function unhover(state) {
  state.tip.hidden = true
  point(state, -1)
  for (const spot of state.root.querySelectorAll(".hm-spot")) spot.hidden = true
}

// ---------------------------------------------------------------- downloads

function savePicture(state, format) {
  const choice = { ...state.choice, step: stepOf(state), unit: unitOf(state) }
  saveAs(format, svg(state.model, state.size, state.look, choice), state.model.name)
}

// ---------------------------------------------------------------- life

const SKELETON = `<div class="hm-top"><div class="hm-title"></div><div class="hm-menus"></div></div>
<div class="hm-body"></div>
<div class="hm-foot"><label class="hm-step">Step <input class="hm-range" type="range" min="1" step="1"></label>
<output class="hm-where"></output>
<span class="hm-colour"><label>Colour the text by <select class="hm-quantity"></select></label>
<label>of unit <select class="hm-which"></select></label></span>
<span class="hm-tools"><button type="button" data-format="png" aria-label="Download the heatmaps as PNG">PNG</button>
<button type="button" data-format="svg" aria-label="Download the heatmaps as SVG">SVG</button></span></div>
<div class="hm-notes"></div>
<div class="hm-live" aria-live="polite"></div><div class="hm-tip" aria-hidden="true" hidden></div>`

function adopt(root) {
  if (views.has(root)) return views.get(root)
  root.innerHTML = SKELETON
  const state = { root, drawn: 0, choice: null, known: null, sent: [], shape: "", digest: "",
    body: root.querySelector(".hm-body"), tip: root.querySelector(".hm-tip") }
  const range = root.querySelector(".hm-range"), which = root.querySelector(".hm-which"), quantity = root.querySelector(".hm-quantity")
  range.oninput = () => choose(state, { step: range.value - 1 }, COMMIT_AFTER)
  which.onchange = () => choose(state, { unit: +which.value })
  quantity.onchange = () => choose(state, { quantity: quantity.value })
  for (const b of root.querySelectorAll("[data-format]")) b.onclick = () => savePicture(state, b.dataset.format)
  state.observer = new ResizeObserver(() => { if (state.model && root.clientWidth !== state.width) show(state) })
  state.observer.observe(root)
  views.set(root, state)
  return state
}

function show(state) {
  const { root, model } = state
  state.width = root.clientWidth
  state.text = bodyText()
  const sizes = (less) => measure({ width: state.width, steps: model.labels.length, text: state.text, less,
    panels: model.panels.length, units: model.order.length, beside: model.sets.length > 1 || model.across,
    ratio: window.devicePixelRatio || 1 })
  root.toggleAttribute("data-hall", state.text >= 20)
  state.size = sizes(0)
  const shape = JSON.stringify([state.size, state.text, model.labels, model.sets, model.across, model.order, model.series,
    model.panels.map((p) => [p.name, p.form, p.set, p.rows, p.low, p.high, p.symbol])])
  const anew = shape !== state.shape
  state.shape = shape
  root.querySelector(".hm-title").textContent = model.title
  if (anew) build(state)
  fit(state, anew, sizes)
  paint(state)
  if (anew) reveal(state)
}

/** In a hall, which does not scroll, panels are so much lower that the last ends in the window. */
function fit(state, anew, sizes) {
  if (state.text < 20) return
  const each = Math.ceil(state.model.panels.length / state.size.columns)
  if (anew) state.less = Math.max(0, state.root.getBoundingClientRect().bottom - window.innerHeight + 12) / each
  if (!state.less) return
  state.size = sizes(state.less)
  if (anew) build(state)
}

/** The theme's colours, looked up once per theme and not once per picture; true if they are new. */
function dress(state) {
  const theme = THEME.map(variables(state.root)).join(" ")
  if (theme === state.theme) return false
  const look = lookOf(state.root)
  const pixels = Object.fromEntries(Object.entries(look.ramps)
    .map(([kind, colours]) => [kind, Uint32Array.from(colours, (c) => packed(c) >>> 0)]))
  look.packed = { ...pixels, blank: packed(rgb(look.blank)) >>> 0 }
  look.bars = Object.fromEntries(Object.entries(look.ramps).map(([kind, colours]) => [kind,
    `linear-gradient(to right, ${colours.filter((_, i) => i % 16 === 0).map((c) => `rgb(${c})`).join(",")})`]))
  Object.assign(state, { look, theme })
  return true
}

/** Python's choice counts where it is news. */
export function follow(state, { step, unit, quantity }) {
  if (isNews(state, keyOf({ step, unit, quantity }))) state.choice = { step, unit, quantity }
}

/** The menus beside the title, kept where they are so that the keyboard stays in them. */
function serve(state, menus) {
  const place = state.root.querySelector(".hm-menus"), seen = JSON.stringify(menus)
  if (seen === state.menus) return
  state.menus = seen
  const names = menus.map((m) => m.name).join(" ")
  if (place.dataset.names !== names) {
    place.innerHTML = menus.map((m) => `<label>${escaped(m.label)} <select data-menu="${escaped(m.name)}"></select></label>`).join("")
    place.dataset.names = names
  }
  for (const menu of menus) {
    const select = place.querySelector(`[data-menu="${menu.name}"]`), values = Object.keys(menu.options)
    offer(select, Object.entries(menu.options), values.includes(menu.value) ? menu.value : values[0])
    select.onchange = () => { state.menus = ""; send(state, { [menu.name]: select.value }) }
    select.parentElement.hidden = values.length < 2
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector("[data-component=heatmaps]")
  const state = adopt(root), { choice, model, digest: seen } = opened(bytesOf(data))
  const news = seen !== state.digest
  Object.assign(state, { model, setStateValue, digest: seen })
  follow(state, choice)
  serve(state, choice.menus)
  if (dress(state) || news || root.clientWidth !== state.width) show(state)
  else mark(state) // only what is picked has changed: nothing is drawn anew, the focus stays
  return () => {
    clearTimeout(state.timer)
    state.observer.disconnect()
    views.delete(root)
  }
}
