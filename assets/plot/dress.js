// How a figure is dressed: colours, type, axes for the width it has. `text` is the size of the page's
// body text in pixels. Colours in a figure are tokens, `var(--chart-3)` or `var(--st-text-color)`:
// they become the reader's light or dark colours here. Pure.

const DEFAULT_HEIGHT = 420
const NARROW = 560 // pixels
const LETTER = 0.5, SLIM = 0.46 // a letter's width, of its size, on the average; in a narrow figure
const LEAST = 280 // pixels of height that a figure keeps in lecture mode
const TALL = 0.75 // of its width: a figure that a hall has room for
const WIDE = 800, GROWN = 1.4 // pixels; how much taller a figure of that width may be in a tall window
const WALL = 20 // pixels: body text of that size is read from the back of a hall, and so is a figure
const HALL = 0.91 // the smallest type there, as a share of body text: 20 of 22 pixels

/** A copy of a figure with every colour token replaced by what `colour(name)` gives for it. */
export function painted(value, colour) {
  if (typeof value === "string") {
    const token = /^var\((--[\w-]+)\)$/.exec(value)
    return token ? colour(token[1]) : value
  }
  if (Array.isArray(value)) return value.map((v) => painted(v, colour))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, painted(v, colour)]))
}

/** Looks colours up: `--chart-3` in the palette, `--ramp-9` among the colours from little to much,
 *  `--heat-0` (warm, deep) to `--heat-9` (cool, deep) among the diverging ones, anything else among
 *  the page's variables. */
export function lookup(variable) {
  const list = (name) => (variable(name) ?? "").split(",").map((c) => c.trim())
  const lists = { chart: list("--st-chart-categorical-colors"), ramp: list("--st-chart-sequential-colors"),
    heat: list("--st-chart-diverging-colors") }
  return (name) => {
    const slot = /^--(chart|ramp|heat)-(\d+)$/.exec(name)
    return slot ? lists[slot[1]][Number(slot[2]) % lists[slot[1]].length] : variable(name)
  }
}

/** Merges plain objects; what stands in `over` wins. */
export function merged(under, over) {
  const both = { ...under }
  for (const [key, value] of Object.entries(over ?? {})) {
    const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v)
    both[key] = plain(value) && plain(both[key]) ? merged(both[key], value) : value
  }
  return both
}

/** The size of a figure's type, as a share of body text; in a hall none is much smaller than that. */
export const sized = (text, share) => Math.round(text * (text >= WALL ? Math.max(HALL, share) : share))

/** The house template: the reader's fonts and colours. `text` is the size of body text in pixels. */
export function template(colour, text) {
  const ink = colour("--st-text-color"), lines = colour("--st-border-color")
  const family = colour("--st-font"), small = { size: sized(text, 0.875) }
  const axis = {
    gridcolor: lines, linecolor: lines, zerolinecolor: lines, tickcolor: lines, automargin: true,
    title: { standoff: 8, font: small }, tickfont: small,
  }
  const bar = { colorbar: { tickfont: small, title: { font: small } } }
  return { data: { heatmap: [bar], contour: [bar], scatter: [{ marker: bar }] }, layout: {
    font: { family, color: ink, ...small },
    title: { font: { size: sized(text, 1.1) } },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: axis, yaxis: axis, legend: { font: small }, annotationdefaults: { font: small },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: ink, activecolor: colour("--st-primary-color") },
    hoverlabel: { bgcolor: colour("--st-secondary-background-color"), bordercolor: lines,
      font: { color: ink, family, ...small } },
  } }
}

/** A figure whose own type sizes, written for body text of 16 pixels, are those of this text; letters
 *  get their indices, which a hall could not read. */
export function typed(value, text) {
  if (typeof value === "string") return text >= WALL ? value : indexed(value)
  if (Array.isArray(value)) return typeof value[0] === "object" ? value.map((v) => typed(v, text)) : value
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, v]) => {
    const font = key.endsWith("font") && typeof v?.size === "number"
    return [key, font ? { ...v, size: sized(text, v.size / 16) } : typed(v, text)]
  }))
}

/** The figure as Plotly is to draw it: tokens resolved, house template, width of its place. `room`
 *  is what a figure may take of the window's height when large type makes it grow, or when it `fills`
 *  the window: the page's first one. */
export function dressed(spec, colour, text, width, room = Infinity, fills = false) {
  const { data: traces, layout: wide = {} } = typed(painted(spec, colour), text)
  const hall = text >= WALL, where = [width < NARROW && "narrow", hall && "hall"].filter(Boolean)
  const known = (part) => where.reduce((found, place) => merged(found, part.meta?.[place]), part) // a figure may know better
  const own = known(wide), data = traces.map(known)
  const plain = own.height ?? DEFAULT_HEIGHT
  const least = hall ? Math.min(plain, LEAST) : plain // a hall does not scroll
  const taller = fills && width >= WIDE ? GROWN : 1
  const wanted = Math.max(plain * Math.max(taller, text / 16), hall ? width * TALL : 0)
  const height = Math.round(Math.max(least, Math.min(wanted, room)))
  const names = data.filter((t) => t.showlegend !== false && t.name).map((t) => t.name)
  const layout = { ...own, ...fitted(own, text, width, height, names) }
  return { data, layout: { uirevision: "keep", ...layout, ...logarithmic(layout, text, width, height),
    height, width, autosize: false, template: merged(template(colour, text), own.template) } }
}

/** How many letters of a title stand in a line. */
export const lettersOf = (width, text) =>
  Math.floor((width - 2 * text) / (sized(text, 1.1) * (width < NARROW ? SLIM : LETTER)))

/** Title in lines where it is too long, margins for the type; on a narrow screen the legend below. */
export function fitted(layout, text, width, height, names = []) {
  const narrow = width < NARROW, large = sized(text, 1.1), grown = Math.max(1, text / 16)
  const title = wrapped(layout.title?.text ?? "", lettersOf(width, text))
  const lines = title.split("<br>").length, margin = { ...layout.margin }
  for (const side of ["l", "r", "b"]) if (margin[side]) margin[side] = Math.round(margin[side] * grown)
  const head = narrow ? (layout.meta?.head ?? 0) : 0 // what stands between title and plot
  if (narrow) Object.assign(margin, { t: Math.round(large * (0.9 + 1.3 * lines)) + head, l: Math.min(margin.l ?? Infinity, text * 4.4), r: 8 })
  else if (margin.t) margin.t = Math.round(margin.t * grown + (lines - 1) * large * 1.3)
  const top = { text: title, pad: { l: narrow ? 4 : 0 }, y: 1 - large / height, yref: "container", yanchor: "middle" }
  if (narrow) Object.assign(top, { x: 0, xref: "container" })
  const legend = text >= WALL && !narrow && below(layout, names, text, width, lines * large * 1.3)
  if (legend) Object.assign(margin, { t: Math.round(legend.end) })
  return { margin, ...(legend ? { legend: { ...layout.legend, ...legend.place(height) } } : {}), ...(layout.title?.text ? { title: { ...layout.title, ...top } } : {}),
    ...(narrow ? { legend: { ...layout.legend, y: 0, yref: "container", yanchor: "bottom" } } : {}) }
}

/** Where a legend that lies above the axes stands in a hall: below the title, in as many rows as its
 *  names take, so that the axes begin at `end`. */
function below({ legend, showlegend }, names, text, width, top) {
  if (legend?.orientation !== "h" || !(legend.y >= 1) || showlegend === false || names.length < 2) return null
  const type = sized(text, 0.875), longest = Math.max(...names.map((n) => n.replace(/<[^>]*>/g, "").length))
  const each = Math.max(1, Math.floor((width * 0.9) / (longest * type * 0.52 + 60)))
  const from = top + text * 0.5, end = from + Math.ceil(names.length / each) * type * 1.4 + 6
  return { end, place: (height) => ({ y: 1 - from / height, yref: "container", yanchor: "top" }) }
}

const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])

/** The decades written on a log axis of so many pixels: as many as have room for their type. */
export function decades(/** @type {number[]} */ [low, high], pixels, each) {
  const every = [1, 2, 4, 8, 16].find((n) => (pixels * n) / (high - low) >= each) ?? 32
  const found = []
  for (let d = Math.ceil(low / every) * every; d <= high; d += every) found.push(d)
  return found
}

/** Log axes of three decades and more: each power of ten in one piece, no larger than other type. */
export function logarithmic(layout, text, width, height) {
  const { l = 80, r = 80, t = 100, b = 80 } = layout.margin ?? {}, found = {}
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name) || axis?.type !== "log") continue
    const [from, to] = axis.domain ?? [0, 1], type = sized(text, 0.875)
    const pixels = (name[0] === "x" ? width - l - r : height - t - b) * (to - from)
    const ends = axis.range ? [Math.min(...axis.range), Math.max(...axis.range)] : [0, 0]
    const few = ends[1] - ends[0] < 3 && !(text >= WALL && Math.floor(ends[1]) > Math.ceil(ends[0]))
    if (axis.tickvals || few) { // Plotly writes these a quarter larger: back to size
      found[name] = { tickfont: { size: text >= WALL ? sized(text, HALL) : text * 0.7 }, ...axis }
      continue
    }
    const ticks = decades(ends, pixels, type * (name[0] === "x" ? 3.2 : 1.7))
    found[name] = { ...axis, tickvals: ticks.map((d) => 10 ** d), ticktext: ticks.map((d) => (d === 0 ? "1" : `10${raised(d)}`)) }
  }
  return found
}

/** Breaks a title, whose own lines stay, into lines of at most `most` letters. */
export const wrapped = (text, most) => text.split("<br>").map((line) => broken(line, most)).join("<br>")

function broken(text, most) {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line && line.length + word.length + 1 > most) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.join("<br>")
}
