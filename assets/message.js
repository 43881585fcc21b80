// What components have in common: the message from Python (pages/components/message.py), JSON and
// numbers as bytes; whether it is news, and all of it read; the page's text; the sign that all is drawn.

export const bytesOf = data => (data instanceof Uint8Array ? data : new Uint8Array(data))
export const textOf = data => new TextDecoder().decode(bytesOf(data))

/** A part's text, which stands behind its length, and where the next part begins: at a multiple of eight. */
export function part(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return { text: textOf(bytes.subarray(4, 4 + length)), end: Math.ceil((4 + length) / 8) * 8 }
}

/** A message whose arrays are { shape, rows, columns, all }: `all` has their numbers row by row. */
export function unpack(bytes) {
  const { text, end } = part(bytes), { buffer } = bytes.slice(end) // arrays must begin at aligned addresses
  return JSON.parse(text, (_, value) => (value?.array ? array(value, buffer) : value))
}

function array({ array: [offset, ...shape], double }, buffer) {
  const size = shape.reduce((a, b) => a * b, 1), Kind = double ? Float64Array : Float32Array
  return { shape, rows: shape[0], columns: shape[1] ?? 1, all: new Kind(buffer, offset, size) }
}

/** One row of an array. */
export const row = (block, r) => block.all.subarray(r * block.columns, (r + 1) * block.columns)

/** FNV-1a: whether a message is the one before. */
export function digest(bytes) {
  let h = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193)
  return h >>> 0
}

/** Whether Python's choice is news to a drawing that remembers what it has `sent` since the last news:
 *  what Python said before is none, nor is the echo of something sent. */
export function isNews(state, key) {
  const echo = state.sent.indexOf(key), news = echo < 0 && key !== state.known
  if (news) state.sent = []
  else state.sent.splice(0, echo + 1)
  state.known = key
  return news
}

/** Letters with an index that Unicode has no sign for, as HTML: h_T, W_hh. */
export const indexed = (text) => text.replace(/(?<![A-Za-z0-9_])(d?[A-Za-zσρ])_(T|[a-z]{2})(?![A-Za-z0-9_])/g, "$1<sub>$2</sub>")

/** Whether no run is under way; where there is no server, none ever is. */
export const isResting = () => (/** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))
  ?.dataset.testScriptState ?? "notRunning") === "notRunning"

/** Pixels of the page's body text: 20 and more in a hall. */
export const bodyText = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16

/** The sign that a component has drawn, and what was drawn: browser tests wait for it. */
export function markDrawn(root, about = {}) {
  Object.assign(root.dataset, about, { drawn: Number(root.dataset.drawn ?? 0) + 1 })
}
