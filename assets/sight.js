// What is out of sight waits with its news until no more come: while a slider is dragged the browser's
// time belongs to what is looked at. Who is in sight is told by the browser: to ask where a drawing
// stands would have the whole page laid out anew for each of them.

const UNSEEN = 250 // ms without news
const drawings = new Map() // node -> { inSight, draw, timer }
const watcher = globalThis.IntersectionObserver && new IntersectionObserver((news) => {
  for (const { target, isIntersecting } of news) {
    const drawing = drawings.get(target)
    if (!drawing) continue
    drawing.inSight = isIntersecting
    if (isIntersecting && drawing.timer) now(target, drawing)
  }
})

/** Draws at once what is in sight, or is drawn for the first time; else later, with the last news. */
export function drawSoon(node, draw) {
  const drawing = drawings.get(node) ?? { inSight: true }
  if (!drawings.has(node)) watcher?.observe(node)
  drawings.set(node, drawing)
  clearTimeout(drawing.timer)
  drawing.draw = draw
  if (drawing.inSight) return now(node, drawing)
  node.dataset.waits = "yes"
  drawing.timer = setTimeout(() => now(node, drawing), UNSEEN)
}

function now(node, drawing) {
  clearTimeout(drawing.timer)
  drawing.timer = 0
  delete node.dataset.waits
  drawing.draw()
}

/** Lets go of a drawing whose node is gone. */
export function forget(node) {
  clearTimeout(drawings.get(node)?.timer)
  drawings.delete(node)
  watcher?.unobserve(node)
}
