// Colours: the app's scales, mixed into plain attributes so that downloads carry them. Pure.

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
export const mix = (a, b, share) => hex(rgb(a).map((v, i) => v + (rgb(b)[i] - v) * share))
const opaque = (text, background) => mix(background, hex(rgb(text)), rgb(text)[3])

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

/** Fill of a node: the app's sequential or diverging scale over a range that never follows the data. */
export function fillOf(v, range, colours) {
  const n = num(v)
  if (!Number.isFinite(n)) return colours.background
  const share = Math.max(0, Math.min(1, (n - range.low) / (range.high - range.low)))
  return along(range.low < 0 ? colours.diverging : colours[range.state], share)
}
