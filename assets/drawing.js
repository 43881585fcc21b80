// What the drawings of one description share: the message, colours of the theme, SVG elements.

const NS = "http://www.w3.org/2000/svg"

// ---------------------------------------------------------------- the message

export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const data = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const start = Math.ceil((4 + length) / 8) * 8
  const copy = bytes.slice(start), all = new Float64Array(copy.buffer, copy.byteOffset, copy.byteLength >> 3)
  const numbers = {}
  for (const [name, [offset, rows, columns]] of Object.entries(data.numbers)) {
    numbers[name] = { rows, columns, all: all.subarray(offset, offset + rows * columns) }
  }
  return { ...data, numbers }
}

/** One row of a block. */
export const row = (block, r) => block.all.subarray(r * block.columns, (r + 1) * block.columns)

// ---------------------------------------------------------------- colours

export function rgb(text) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())
  if (hex) {
    const h = hex[1].length < 6 ? [...hex[1]].map(c => c + c).join("") : hex[1]
    return [0, 2, 4].map(i => parseInt(h.slice(i, i + 2), 16))
  }
  return (text.match(/-?[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number)
}

const hex = c => "#" + c.map(v => Math.round(Math.max(0, Math.min(255, v))).toString(16).padStart(2, "0")).join("")
export function mix(a, b, share) {
  const to = rgb(b)
  return hex(rgb(a).map((v, i) => v + (to[i] - v) * share))
}

export function ink(fill) {
  const [r, g, b] = rgb(fill).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff"
}

function along(stops, share) {
  const at = share * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2)
  return mix(stops[i], stops[i + 1], at - i)
}

const LEVELS = 256 // an even number, hence a colour exactly in the middle

/** All colours of a scale with the ink that reads on them: [fill, ink] at every level. */
export const levels = stops => Array.from({ length: LEVELS + 1 }, (_, k) => along(stops, k / LEVELS)).map(c => [c, ink(c)])

/** [fill, ink] of a number in a range that belongs to its meaning, never to the data. */
export function fill(v, [kind, low, high], colours) {
  if (!Number.isFinite(v)) return colours.lost
  const share = Math.max(0, Math.min(1, (v - low) / (high - low)))
  return (kind === "unit" ? colours.sequential : colours.diverging)[Math.round(share * LEVELS)]
}

/** How much a drawing made for body text of 16 px is magnified: with the page's text; where that is
 *  read from the back of a hall (20 px and more), until the smallest type, 12 px, is nearly as large. */
export const magnified = (text) => (text >= 20 ? HALL * text / 12 : text / 16 || 1)
const HALL = 0.91 // the smallest type in a hall, as a share of the body text

// ---------------------------------------------------------------- elements

export function el(parent, name, attributes = {}, text) {
  const e = document.createElementNS(NS, name)
  for (const [k, v] of Object.entries(attributes)) if (v !== null && v !== undefined) e.setAttribute(k, v)
  if (text !== undefined) e.textContent = text
  parent?.appendChild(e)
  return e
}

/** Set what is new: an attribute or a text as it was costs the browser a layout all the same. */
export function set(e, name, to) { if (e.getAttribute(name) !== String(to)) e.setAttribute(name, to) }
export function say(node, text) { if (node.data !== text) node.data = text }

const THEME = ["--st-background-color", "--st-text-color", "--st-secondary-background-color", "--st-border-color", "--st-primary-color", "--st-font",
  "--st-chart-diverging-colors", "--st-chart-sequential-colors", "--st-chart-categorical-colors"]

/** The theme's colours, looked up once for a theme; true if they are new. */
function resolveColours(view) {
  const style = getComputedStyle(view.root), read = name => style.getPropertyValue(name).trim(), theme = THEME.map(read).join(" ")
  if (theme === view.theme) return false
  view.theme = theme
  const list = name => read(name).split(/,(?![^(]*\))/).map(c => c.trim()).filter(c => c && c !== "unset")
  const background = read("--st-background-color") || "#ffffff", text = read("--st-text-color") || "#31333f"
  const both = list("--st-chart-diverging-colors"), ramp = list("--st-chart-sequential-colors"), palette = list("--st-chart-categorical-colors")
  const two = both.length > 3 ? both : ["#6f2c05", "#c96a2a", "#f8d0b0", "#bcd8ec", "#4787bd", "#103d6b"], h = two.length / 2
  view.font = read("--st-font") || "sans-serif"
  view.colours = {
    background, text, panel: read("--st-secondary-background-color") || "#f0f2f6", line: read("--st-border-color") || "#cccccc",
    wire: mix(background, text, 0.62), lost: [mix(background, text, 0.4), ink(mix(background, text, 0.4))],
    diverging: levels([...two.slice(0, h), background, ...two.slice(h)]), sequential: levels(ramp.length > 2 ? ramp : ["#f2f5f7", "#66b89d", "#0a3341"]),
  }
  view.paint = token => {
    const slot = /--chart-(\d+)/.exec(token), name = /var\((--[\w-]+)\)/.exec(token)
    return slot ? palette[Number(slot[1]) % palette.length] ?? text : name ? read(name[1]) || text : token
  }
  return true
}
