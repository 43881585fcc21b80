// A small drawing to be painted: 8 x 8 buttons, by mouse, pen or keys. `data` is UTF-8 JSON: `hex`
// (a digit per pixel), the digits of `paper` and `ink`, and the `title` above it.

const SIDE = 8

/** What a stroke that begins on a pixel paints: ink on paper, paper on ink. */
export const brush = (digit, paper, ink) =>
  parseInt(digit, 16) * 2 < parseInt(paper, 16) + parseInt(ink, 16) ? ink : paper

/** The drawing with one pixel painted. */
export const painted = (hex, k, digit) => hex.slice(0, k) + digit + hex.slice(k + 1)

/** The pixel an arrow key leads to. */
export function moved(key, k) {
  const row = Math.floor(k / SIDE), column = k % SIDE
  if (key === "ArrowRight") return column < SIDE - 1 ? k + 1 : k
  if (key === "ArrowLeft") return column > 0 ? k - 1 : k
  if (key === "ArrowDown") return row < SIDE - 1 ? k + SIDE : k
  if (key === "ArrowUp") return row > 0 ? k - SIDE : k
  return key === "Home" ? row * SIDE : key === "End" ? row * SIDE + SIDE - 1 : null
}

/** The pixels from one to another in a line: a quick stroke leaves no gaps. */
export function between(from, to) {
  const rows = [from, to].map(k => Math.floor(k / SIDE)), columns = [from, to].map(k => k % SIDE)
  const count = Math.max(Math.abs(rows[1] - rows[0]), Math.abs(columns[1] - columns[0]))
  const at = (/** @type {number[]} */ [a, b], i) => Math.round(a + (b - a) * i / Math.max(1, count))
  return Array.from({ length: count + 1 }, (_, i) => at(rows, i) * SIDE + at(columns, i))
}

/** How dark a digit is drawn, from 0 to 1: two levels of noise fit below paper and above ink. */
export function darkness(digit, paper, ink) {
  const low = parseInt(paper, 16) - 2, high = parseInt(ink, 16) + 2
  return Math.max(0, Math.min(1, (parseInt(digit, 16) - low) / (high - low)))
}

/** A pixel in words. */
export function told(hex, k, paper, ink) {
  const value = (parseInt(hex[k], 16) - parseInt(paper, 16)) / (parseInt(ink, 16) - parseInt(paper, 16))
  const said = String(Math.round(value * 1000) / 1000).replace("-", "−")
  return `row ${Math.floor(k / SIDE) + 1}, column ${k % SIDE + 1}: ${said}`
}

function show(view) {
  const { paper, ink } = view.given
  view.pixels.forEach((pixel, k) => {
    const share = 100 * darkness(view.hex[k], paper, ink), words = told(view.hex, k, paper, ink)
    pixel.style.background = `color-mix(in srgb, var(--st-text-color) ${share.toFixed(0)}%, var(--st-background-color))`
    pixel.title = words
    pixel.setAttribute("aria-label", words)
    pixel.tabIndex = k === view.at ? 0 : -1
  })
}

function build(root) {
  const grid = root.querySelector("[role=grid]"), pixels = []
  for (let r = 0; r < SIDE; r++) {
    const row = document.createElement("div")
    row.setAttribute("role", "row")
    for (let c = 0; c < SIDE; c++) {
      const pixel = document.createElement("button")
      pixel.type = "button"
      pixel.setAttribute("role", "gridcell")
      pixel.dataset.k = String(r * SIDE + c)
      pixels.push(pixel)
      row.append(pixel)
    }
    grid.append(row)
  }
  return { root, grid, pixels, at: 0, hex: "", sent: [] }
}

/** Paints a pixel; the message goes when the stroke is over. */
function paint(view, k, digit) {
  view.at = k
  if (view.hex[k] === digit) return
  view.hex = painted(view.hex, k, digit)
  view.changed = true
  show(view)
}

function finish(view) {
  view.stroke = null
  if (!view.changed) return
  view.changed = false
  view.sent.push(view.hex)
  view.send(view.hex)
}

const pixelAt = (view, event) => {
  const found = view.root.getRootNode().elementFromPoint(event.clientX, event.clientY)
  return found?.dataset?.k === undefined ? null : Number(found.dataset.k)
}

function listen(view) {
  const { grid } = view, { paper, ink } = view.given
  const start = k => brush(view.hex[k], paper, ink)
  grid.onpointerdown = event => {
    const k = pixelAt(view, event)
    if (k === null || event.button) return
    view.stroke = start(k)
    view.at = k
    paint(view, k, view.stroke)
  }
  grid.onpointermove = event => {
    const k = view.stroke ? pixelAt(view, event) : null
    if (k !== null) for (const each of between(view.at, k)) paint(view, each, view.stroke)
  }
  grid.onpointerup = grid.onpointerleave = grid.onpointercancel = () => { if (view.stroke) finish(view) }
  grid.onclick = event => { // the mouse has painted already: a click without one is a key
    if (event.detail || event.target.dataset.k === undefined) return
    const k = Number(event.target.dataset.k)
    paint(view, k, start(k))
    finish(view)
  }
  grid.onkeydown = event => {
    const k = Number(event.target.dataset.k ?? view.at)
    const to = event.ctrlKey || event.metaKey || event.altKey ? null : moved(event.key, k)
    if (to === null) return
    event.preventDefault()
    event.stopPropagation()
    view.at = to
    show(view)
    view.pixels[to].focus({ preventScroll: true })
  }
}

const views = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="pixels"]')
  const given = JSON.parse(textOf(data))
  if (!views.has(root)) views.set(root, build(root))
  const view = views.get(root)
  if (isNews(view, given.hex)) view.hex = given.hex
  view.given = given
  view.send = hex => setStateValue("choice", { hex, at: Date.now() })
  root.querySelector("b").textContent = given.title[0].toUpperCase() + given.title.slice(1)
  view.grid.setAttribute("aria-label", `${given.title}, 8 by 8 pixels; arrow keys move, Enter paints`)
  show(view)
  listen(view)
  markDrawn(root, { hex: given.hex })
}
