// What moves in a figure: bars that glide from one number to another, balls that roll along a path.
// A figure asks for it: `layout.meta.glide` names what is shown ("off", "norm"), and where that name
// changes, traces with `meta.glide` ("x" or "y", which of their numbers) glide. Traces with
// `meta.roll` get a ball. Who asked the system for less motion sees the end at once.

const GLIDE = 300 // ms
const ROLL = 4500, SLOWEST = 220 // ms: the whole way, and at most so long for one step of it
const BALL = 9 // pixels
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

/** A list of numbers on its way from one to another; on a log axis decades go by evenly. */
export function between(from, to, share, log) {
  return to.map((end, i) => {
    const start = from[i]
    if (![start, end].every(Number.isFinite)) return end
    if (!log || start <= 0 || end <= 0) return start + (end - start) * share
    return 10 ** (Math.log10(start) + (Math.log10(end) - Math.log10(start)) * share)
  })
}

/** Which traces glide, and from where: those of the same name, when what is shown has changed. */
export function glides(before, after) {
  const [was, is] = [before?.layout.meta?.glide, after.layout.meta?.glide]
  if (was === undefined || is === undefined || was === is) return []
  return after.data.flatMap((trace, index) => {
    const key = trace.meta?.glide, old = key && before.data.find((t) => t.name === trace.name && t.meta?.glide === key)
    if (!old || String(old[key]) === String(trace[key])) return []
    const axis = (trace[`${key}axis`] ?? key).replace(/^([xy])/, "$1axis")
    return [{ index, key, from: [...old[key]], to: [...trace[key]], log: after.layout[axis]?.type === "log" }]
  })
}

/** The traces as they stand before they glide. */
export const started = (data, moves) =>
  data.map((trace, i) => moves.reduce((t, m) => (m.index === i ? { ...t, [m.key]: m.from } : t), trace))

/** Slow at both ends. */
const eased = (share) => share * share * (3 - 2 * share)

function glide(Plotly, node, moves, old) {
  return new Promise((done) => {
    let start = null
    const frame = async (now) => {
      start ??= now
      const share = Math.min(1, (now - start) / GLIDE)
      for (const { index, key, from, to, log } of moves) {
        if (old()) return done()
        await Plotly.restyle(node, { [key]: [between(from, to, eased(share), log)] }, [index])
      }
      if (share < 1 && !old()) requestAnimationFrame(frame)
      else done()
    }
    requestAnimationFrame(frame)
  })
}

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
  let start = null
  const frame = (now) => {
    start ??= now
    rolling.steps = Math.min(most, (now - start) / each)
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
