// A table of numbers to walk through: pages/figures/byhand/sheet.py writes it, this shows it, draws arrows
// between its cells and says which cell was chosen. `data` is UTF-8 JSON; its HTML is escaped.

const SVG = "http://www.w3.org/2000/svg"
const SETTLED = 200 // ms without change before the page's equations are looked through

/** A path from the side of one box that faces the other; both are {left, right, top, bottom}. */
export function curve(from, to) {
  const ahead = from.right <= to.left
  const x1 = ahead ? from.right : from.left, x2 = ahead ? to.left : to.right
  const y1 = (from.top + from.bottom) / 2, y2 = (to.top + to.bottom) / 2
  const way = ahead ? 1 : -1, bend = Math.max(10, Math.abs(x2 - x1) / 2)
  const r = v => Math.round(v * 10) / 10
  return `M${r(x1)} ${r(y1)}C${r(x1 + way * bend)} ${r(y1)} ${r(x2 - way * bend)} ${r(y2)} ${r(x2)} ${r(y2)}`
}

/** What an arrow key asks for: one place on or back, or nothing. */
export const moveOf = key => ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[key] ?? 0

/** What a click on a cell asks for, or null. */
export function goOf(cell) {
  if (!cell) return null
  return { stage: cell.closest("[data-stage]")?.dataset.stage ?? "", go: Number(cell.dataset.go) }
}

/** The box round some boxes, as seen from another, with a little air at the sides. */
export function around(boxes, from, air = 3) {
  const least = side => Math.min(...boxes.map(b => b[side])), most = side => Math.max(...boxes.map(b => b[side]))
  return {
    left: least("left") - from.left - air, right: most("right") - from.left + air,
    top: least("top") - from.top, bottom: most("bottom") - from.top,
  }
}

function boxOf(cell, paper) {
  const inner = [...cell.querySelectorAll("div > *")]
  return around((inner.length ? inner : [cell]).map(e => e.getBoundingClientRect()), paper.getBoundingClientRect())
}

function drawArrows(root, arrows) {
  const paper = root.querySelector(".paper")
  paper.querySelector("svg")?.remove()
  if (!arrows?.length) return
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("aria-hidden", "true")
  svg.setAttribute("width", paper.scrollWidth)
  svg.setAttribute("height", paper.scrollHeight)
  svg.innerHTML = ["rest", "lit"].map(kind =>
    `<marker id="head-${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">` +
    `<path class="head ${kind}" d="M0 0L8 4L0 8Z"/></marker>`).join("")
  for (const { from, to, lit } of arrows) {
    const [a, b] = [from, to].map(name => paper.querySelector(`[data-cell="${name}"]`))
    if (!a?.getClientRects().length || !b?.getClientRects().length) continue // a hall sees one stage
    const path = document.createElementNS(SVG, "path"), kind = lit ? "lit" : "rest"
    path.setAttribute("class", kind)
    path.setAttribute("d", curve(boxOf(a, paper), boxOf(b, paper)))
    path.setAttribute("marker-end", `url(#head-${kind})`)
    svg.append(path)
  }
  paper.append(svg)
}

/** Brings the lit cells into sight where the table is wider than its frame. */
function reveal(frame) {
  const cell = frame.querySelector("td.lit"), head = frame.querySelector("tbody th[scope=row]")
  if (!cell || !head || frame.scrollWidth <= frame.clientWidth) return
  const seen = frame.getBoundingClientRect(), box = cell.getBoundingClientRect()
  const left = seen.left + head.offsetWidth + 12
  if (box.left < left) frame.scrollLeft += box.left - left
  else if (box.right > seen.right) frame.scrollLeft += box.right - seen.right + 12
}

/** Equations that scroll can be reached by keyboard; Streamlit leaves that out. */
export function reach(equations) {
  for (const e of equations) {
    if (e.scrollWidth > e.clientWidth + 1) e.setAttribute("tabindex", "0")
    else e.removeAttribute("tabindex")
  }
}

/** Watches the page for new equations until it is told to stop. */
function watch(root) {
  const all = () => {
    reach(document.querySelectorAll("[data-testid=stMain] .katex-display"))
    delete root.dataset.waits
  }
  const later = () => {
    clearTimeout(root.later)
    root.dataset.waits = "yes" // the page is not at rest
    root.later = setTimeout(all, SETTLED)
  }
  const main = document.querySelector("[data-testid=stMain]")
  const news = new MutationObserver(later), size = new ResizeObserver(later)
  if (main) { news.observe(main, { childList: true, subtree: true }); size.observe(main) }
  later()
  return () => { news.disconnect(); size.disconnect() }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="byhand"]')
  const text = textOf(data)
  const { html, arrows, label, told, ...place } = JSON.parse(text)
  const frame = root.querySelector(".frame"), paper = root.querySelector(".paper")
  const send = choice => setStateValue("choice", { ...choice, at: Date.now() })
  frame.setAttribute("aria-label", label)
  root.toggleAttribute("data-hall", bodyText() >= 20)
  if (root.shown !== text) {
    paper.innerHTML = html
    root.shown = text
    const live = root.querySelector("[aria-live]")
    if (live.textContent !== told) live.textContent = told
    root.unseen = true
  }
  frame.onclick = event => {
    const asked = goOf(event.target.closest("[data-go]"))
    if (asked) send(asked)
  }
  frame.onkeydown = event => {
    const move = moveOf(event.key)
    if (!move || event.ctrlKey || event.metaKey || event.altKey || !place.walks) return
    event.preventDefault()
    send({ move })
  }
  root.observer?.disconnect()
  root.observer = new ResizeObserver(() => drawArrows(root, arrows))
  cancelAnimationFrame(root.measured)
  root.measured = requestAnimationFrame(() => { // the page's other parts are there: it is laid out once
    if (root.unseen) reveal(frame)
    root.unseen = false
    drawArrows(root, arrows)
    root.observer.observe(paper)
    markDrawn(root, { stage: place.stage ?? "", t: place.t ?? "" })
  })
  root.rest?.()
  root.rest = place.walks ? watch(root) : undefined
  return () => { root.observer?.disconnect(); root.rest?.() }
}
