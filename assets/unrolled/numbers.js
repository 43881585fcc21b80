// Numbers: read from the payload, written for people, placed on the log scale. Pure.

/** JSON has no infinity: the payload says "inf", "-inf" or "nan" in words. */
export const num = v => v === "inf" ? Infinity : v === "-inf" ? -Infinity : v === "nan" ? NaN : v

export function fmt(v) {
  const n = num(v)
  if (n === null || n === undefined) return "none"
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "overflow (not a number)" : "overflow (infinite)"
  if (n === 0) return "0"
  const size = Math.abs(n)
  return (size < 1e-2 || size >= 1e4 ? power(n) : String(+n.toPrecision(3))).replace("-", "−")
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }
function power(n) {
  const [digits, exponent] = n.toExponential(2).split("e")
  return `${digits}·10${[...exponent.replace("+", "")].map(d => SUPERSCRIPT[d]).join("")}`
}

/** The few characters that fit into a node. */
export function short(v) {
  const n = num(v)
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "NaN" : "∞"
  const size = Math.abs(n), minus = n < 0 ? "−" : ""
  if (size >= 99.5) return n.toExponential(0).replace("+", "").replace("-", "−")
  if (size >= 9.95) return minus + size.toFixed(0)
  if (size >= 0.995) return minus + size.toFixed(1)
  return n === 0 ? "0" : minus + size.toFixed(2).slice(1)
}

/** Four characters for any size: small and large numbers become their power of ten. */
export function brief(v) {
  const n = num(v), size = Math.abs(n)
  if (!Number.isFinite(n) || n === 0 || (size >= 0.01 && size < 99.5)) return short(v)
  return n.toExponential(0).replace("+", "").replaceAll("-", "−")
}

/** A text cut to so many characters; a number loses its leading zero and its last decimals instead. */
export function fit(text, room) {
  const points = [...text]
  if (points.length <= room) return text
  if (!/^−?\d+\.\d+$/.test(text)) return points.slice(0, Math.max(1, room - 1)).join("") + "…"
  const bare = text.replace(/^(−?)0\./, "$1.")
  return bare.slice(0, Math.max(room, bare.indexOf("."))).replace(/\.$/, "")
}

export const kind = v => {
  const n = num(v)
  return !Number.isFinite(n) ? "overflow" : n === 0 ? "zero" : "value"
}

/** Where a norm lies on the stated log scale: 0 at the floor, 1 at the ceiling, clamped. */
export function position(v, scale) {
  const [low, high] = [Math.log10(scale.floor), Math.log10(scale.ceiling)]
  const n = num(v)
  if (!Number.isFinite(n)) return 1
  return n <= 0 ? 0 : Math.max(0, Math.min(1, (Math.log10(n) - low) / (high - low)))
}

/** Twenty times as thick at the ceiling as at the floor: a fall is seen from afar. */
export const thickness = (v, scale) => 0.5 + 9.5 * position(v, scale)

/** A norm beside its arrow: two digits, or one and its power of ten. */
export function beside(v) {
  const n = num(v)
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "NaN" : "∞"
  if (n === 0 || (n >= 0.01 && n < 1000)) return String(+n.toPrecision(2))
  const [digit, exponent] = n.toExponential(0).split("e")
  return `${digit === "1" ? "" : `${digit}·`}10${[...exponent.replace("+", "")].map(d => SUPERSCRIPT[d]).join("")}`
}
