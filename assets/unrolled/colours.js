// Colours: the app's scales, mixed into plain attributes.

const opaque = (text, background) => mix(background, hex(rgb(text)), rgb(text)[3])

/** Fill of a node: the app's sequential or diverging scale over a range that never follows the data. */
export function fillOf(v, range, colours) {
  const n = num(v)
  if (!Number.isFinite(n)) return colours.background
  const share = Math.max(0, Math.min(1, (n - range.low) / (range.high - range.low)))
  return along(range.low < 0 ? colours.diverging : colours[range.state], share)
}
