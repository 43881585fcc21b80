// What every drawing in SVG is made with: elements, and colours mixed into attributes, so that
// downloads carry them.

const NS = "http://www.w3.org/2000/svg"

// ---------------------------------------------------------------- colours

/** Red, green and blue up to 255, and how opaque it is. */
export function rgb(text) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())
  if (hex) {
    const h = hex[1].length < 6 ? [...hex[1]].map(c => c + c).join("") : hex[1]
    return [0, 2, 4].map(i => parseInt(h.slice(i, i + 2), 16)).concat(h.length > 6 ? parseInt(h.slice(6, 8), 16) / 255 : 1)
  }
  const n = (text.match(/-?[\d.]+/g) ?? [0, 0, 0]).map(Number)
  const unit = text.trim().startsWith("color(") ? 255 : 1
  return [n[0] * unit, n[1] * unit, n[2] * unit, n[3] ?? 1]
}

const hex = c => "#" + c.slice(0, 3).map(v => Math.round(Math.max(0, Math.min(255, v))).toString(16).padStart(2, "0")).join("")
export function mix(a, b, share) {
  const to = rgb(b)
  return hex(rgb(a).map((v, i) => v + (to[i] - v) * share))
}

export function luminance(text) {
  const [r, g, b] = rgb(text).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Black or white, whichever is read more easily on this colour. */
export const ink = fill => luminance(fill) > 0.179 ? "#000000" : "#ffffff"

export function along(stops, share) {
  const at = share * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2)
  return mix(stops[i], stops[i + 1], at - i)
}

/** So many colours [r, g, b] along stops at equal distances. */
export function ramp(stops, count) {
  const known = stops.map(stop => rgb(stop).slice(0, 3))
  return Array.from({ length: count }, (_, i) => {
    const at = i / (count - 1) * (known.length - 1), k = Math.min(Math.floor(at), known.length - 2)
    return known[k].map((v, j) => Math.round(v + (known[k + 1][j] - v) * (at - k)))
  })
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

