// What moves in a figure: bars that glide from one number to another, balls that roll along a path.
// A figure asks for it: `layout.meta.glide` names what is shown ("off", "norm"), and where that name
// changes, traces with `meta.glide` ("x" or "y", which of their numbers) glide. Traces with
// `meta.roll` get a ball. Who asked the system for less motion sees the end at once.

const GLIDE = 300 // ms
const ROLL = 4500, SLOWEST = 220 // ms: the whole way, and at most so long for one step of it
const LONGEST = 50 // ms of one frame that count: while the page is busy a ball waits
const BALL = 9 // pixels
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

/** Which traces glide, and which way: those of the same name, when what is shown has changed. */
export function glides(before, after) {
  const [was, is] = [before?.layout.meta?.glide, after.layout.meta?.glide]
  if (was === undefined || is === undefined || was === is) return []
  return after.data.flatMap((trace, index) => {
    const key = trace.meta?.glide, old = key ? before.data.findIndex((t) => t.name === trace.name && t.meta?.glide === key) : -1
    return old < 0 || String(before.data[old][key]) === String(trace[key]) ? [] : [{ index, old, key }]
  })
}

/** What Plotly drew for a trace: a bar, or the group of a line. */
function drawnAs(node, index) {
  const group = [...node.querySelectorAll("g.trace")].find((g) => g.__data__?.[0]?.trace?.index === index)
  return group?.querySelector(".point path") && group.classList.contains("bars") ? group.querySelector(".point path") : group
}

/** Starts each glide as soon as its trace is redrawn: Plotly draws in several tasks, and no frame is
 *  to show the end before the way there. */
function watched(node, moves) {
  if (!moves.length) return null
  const waiting = moves.map((move) => ({ ...move, was: drawnAs(node, move.old)?.getBBox() })).filter(({ was }) => was)
  const watcher = new MutationObserver(() => {
    for (const move of waiting.filter(({ done }) => !done)) {
      const element = drawnAs(node, move.index), now = element?.getBBox()
      const { was } = move, same = now && ["x", "y", "width", "height"].every((k) => Math.abs(now[k] - was[k]) < 0.5)
      if (!now || same) continue
      move.done = true
      glide(element, move, now)
    }
  })
  watcher.observe(node, { subtree: true, attributes: true, attributeFilter: ["d", "transform"] })
  return watcher
}

/** The first look of a glide: a bar as long as it was, a line where it was. */
export function first(key, bar, was, now) {
  if (!bar) return `translateY(${was.y - now.y}px)`
  const [long, short] = key === "x" ? [was.width, now.width] : [was.height, now.height]
  return `scale${key.toUpperCase()}(${long / Math.max(short, 0.5)})`
}

/** From where it stood to where it stands: on a log axis decades go by evenly. */
function glide(element, { key, was }, now) {
  const bar = element.tagName === "path"
  if (bar) Object.assign(element.style, { transformBox: "fill-box", transformOrigin: key === "x" ? "left center" : "center bottom" })
  const way = element.animate([{ transform: first(key, bar, was, now) }, { transform: "none" }], { duration: GLIDE, easing: "cubic-bezier(.3, 0, .2, 1)" })
  way.pause() // until the page has drawn the rest of itself
  requestAnimationFrame(() => requestAnimationFrame(() => way.play()))
}

/** Slow at both ends. */
const eased = (share) => share * share * (3 - 2 * share)

/** Where a ball is on a path after so many steps, as numbers of the axes. */
export function along({ x, y }, steps) {
  const last = x.length - 1, at = Math.min(Math.max(0, steps), last), k = Math.min(Math.floor(at), last - 1)
  if (last < 1) return [x[0], y[0]]
  return [x, y].map((v) => v[k] + (v[k + 1] - v[k]) * eased(at - k))
}

/** Rolls a ball along every path that asks for one; anew when the paths are new. */
function roll(state, figure) {
  const paths = figure.data.filter((t) => t.meta?.roll)
  state.again.hidden = !paths.length || still()
  if (!paths.length) return
  const key = `${state.digest} ${state.width}`
  if (state.rolling?.key === key) return place(state, paths, state.rolling.steps)
  cancelAnimationFrame(state.rolling?.frame)
  const most = Math.max(...paths.map((p) => p.x.length - 1)), each = Math.min(SLOWEST, ROLL / Math.max(1, most))
  const rolling = state.rolling = { key, steps: still() ? most : 0, frame: 0 }
  let before = null
  const frame = (now) => {
    rolling.steps = Math.min(most, rolling.steps + Math.min(LONGEST, now - (before ?? now)) / each)
    before = now
    place(state, paths, rolling.steps)
    if (rolling.steps < most && state.node.isConnected) rolling.frame = requestAnimationFrame(frame)
  }
  place(state, paths, rolling.steps)
  if (rolling.steps < most) rolling.frame = requestAnimationFrame(frame)
}

/** The balls on a layer above the plot, cut off where the plot ends. */
function place(state, paths, steps) {
  const { xaxis, yaxis } = state.node._fullLayout, layer = ballLayer(state)
  layer.style.cssText = `position: absolute; left: ${xaxis._offset}px; top: ${yaxis._offset}px; ` +
    `width: ${xaxis._length}px; height: ${yaxis._length}px; overflow: hidden; pointer-events: none`
  const paper = variablesOf(state.node)("--st-background-color")
  layer.replaceChildren(...paths.map((path) => {
    const [x, y] = along(path, steps), ball = document.createElementNS("http://www.w3.org/2000/svg", "circle")
    const open = String(path.marker?.symbol).endsWith("-open")
    const look = { cx: xaxis.d2p(x), cy: yaxis.d2p(y), r: BALL, fill: open ? paper : path.line.color,
      stroke: open ? path.line.color : paper, "stroke-width": open ? 4 : 2, "data-ball": path.name }
    for (const [name, value] of Object.entries(look)) ball.setAttribute(name, value)
    return ball
  }))
  layer.dataset.steps = String(Math.floor(steps))
}

function ballLayer(state) {
  if (!state.balls?.isConnected) {
    state.balls = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    state.balls.setAttribute("aria-hidden", "true")
    state.balls.classList.add("pl-balls")
    state.node.append(state.balls)
  }
  return state.balls
}
