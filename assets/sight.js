// When a drawing takes up its news. What is in sight is drawn once the page has read all of the server's
// answer, and has asked for the next one that a slider wants: the server works while the browser draws.
// What is out of sight waits until no more news come: the browser's time belongs to what is looked at.
// Who is in sight is told by the browser: to ask where a drawing stands would lay out the page for each.

const UNSEEN = 250 // ms without news
const ANSWER = 50 // ms that the rest of an answer is waited for, at most
const drawings = new Map() // node -> { inSight, draw, since, frame, timer, address }
const watcher = globalThis.IntersectionObserver && new IntersectionObserver((news) => {
  for (const { target, isIntersecting } of news) {
    const drawing = drawings.get(target)
    if (!drawing) continue
    drawing.inSight = isIntersecting
    if (isIntersecting && drawing.since) now(target, drawing)
  }
})

/** Draws at once for the first time, in sight as soon as all is read, else later; always the last news. */
export function drawSoon(node, draw) {
  const known = drawings.get(node), drawing = known ?? { inSight: true, address: location.search }
  if (!known) {
    drawings.set(node, drawing)
    watcher?.observe(node)
    return draw()
  }
  stop(drawing)
  drawing.draw = draw
  drawing.since ||= performance.now()
  node.dataset.waits = drawing.inSight ? "for the answer" : "for sight"
  const look = () => {
    const due = isAnswered(drawing) || performance.now() - drawing.since > ANSWER
    if (due) drawing.timer = setTimeout(() => now(node, drawing)) // after what is to be sent first
    else drawing.frame = requestAnimationFrame(look)
  }
  if (drawing.inSight) drawing.frame = requestAnimationFrame(look)
  else drawing.timer = setTimeout(() => now(node, drawing), UNSEEN)
}

/** A run has ended, or has written its settings into the address since the last picture. */
const isAnswered = ({ address }) => isResting() || location.search !== address

function now(node, drawing) {
  stop(drawing)
  Object.assign(drawing, { since: 0, address: location.search })
  delete node.dataset.waits
  drawing.draw()
}

function stop({ timer, frame }) {
  clearTimeout(timer)
  if (frame) cancelAnimationFrame(frame)
}

/** Lets go of a drawing whose node is gone. */
export function forget(node) {
  if (drawings.has(node)) stop(drawings.get(node))
  drawings.delete(node)
  watcher?.unobserve(node)
}
