// Draws a Plotly figure in place. `data` is the UTF-8 JSON {about: {alt, name, source}, spec};
// `about.drag` names the setting whose slider it follows by itself (leaves.js).

const FIRST = 0.6, ROOM = 0.7 // of the window's height: where a first figure begins; room for one far down
const BELOW = 48, SAID = 72 // pixels below the first one: its buttons; what is said under it
const EDGE = 8 // pixels that a hall leaves below a figure
const plots = new WeakMap() // plot node -> what is drawn there

/** plotly.js, fetched once; also by who knows that it will be needed. */
export function load(source) {
  window.__plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const script = document.createElement("script")
    script.src = new URL(source, document.baseURI).href
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("empty")))
    script.onerror = () => { script.remove(); reject(new Error("not served")) }
    document.head.appendChild(script)
  }).catch((error) => { window.__plotly = undefined; throw error }) // the next drawing may try again
  return window.__plotly
}

/** A finger has no hovering: Plotly's buttons would lie on the title, and its zoom stop the page's scrolling. */
const hovers = () => matchMedia("(hover: hover)").matches
const config = () => ({
  displayModeBar: hovers() ? "hover" : false, displaylogo: false, responsive: false, showTips: false,
  modeBarButtonsToRemove: ["toImage", "sendChartToCloud", "lasso2d", "select2d"],
})

function variablesOf(node) {
  const style = getComputedStyle(node)
  return lookup((name) => style.getPropertyValue(name).trim())
}

function figureOf(state) {
  const text = bodyText()
  const [room, fills] = roomFor(state.node, text)
  const figure = dressed(state.spec, variablesOf(state.node), text, state.width, room, fills)
  return hovers() ? figure : { ...figure, layout: { ...figure.layout, dragmode: false } }
}

/** How tall a figure may grow: to the window's end, if it begins in the first screen; in a hall, whose
 *  page does not scroll, to what is said below it. And whether it is to fill that room.
 *  @returns {[number, boolean]} */
function roomFor(node, text) {
  const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0
  const top = node.getBoundingClientRect().top + scrolled, tall = window.innerHeight
  if (text >= WALL) return [tall - top - EDGE - after(node), false]
  const first = top < tall * FIRST, larger = text > 16
  return [first ? tall - top - (larger ? BELOW : BELOW + SAID) : tall * ROOM, first && !larger]
}

/** Whether a figure in a hall has less room than it was drawn for. */
function isCut({ node }) {
  const text = bodyText()
  return text >= WALL && roomFor(node, text)[0] < node.getBoundingClientRect().height - 2
    && node.getBoundingClientRect().height > LEAST
}

/** The height of all that stands below a figure in its part of the page. */
function after(node) {
  let sum = 0
  for (let e = node; e.parentElement && !e.matches("[class*=st-key-part_]"); e = e.parentElement) {
    const { flexDirection, rowGap } = getComputedStyle(e.parentElement)
    if (flexDirection !== "column") continue // beside it
    for (let s = e.nextElementSibling; s; s = s.nextElementSibling) {
      const tall = s.getBoundingClientRect().height
      sum += tall && tall + (parseFloat(rowGap) || 0)
    }
  }
  return sum
}

async function draw(state, whole = false) {
  const turn = ++state.turn, old = () => turn !== state.turn // a newer drawing is on its way
  const figure = figureOf(state), frame = frameOf(figure)
  if (!whole && quicken(state, figure, frame)) return drawn(state)
  const moves = still() ? [] : glides(state.figure, figure)
  state.node.style.height = `${figure.layout.height}px` // before plotly.js is there: nothing jumps
  try {
    if (!window.Plotly && !state.drawn && sketch(state.node, figure)) await shown()
    const Plotly = await load(state.about.source)
    if (old()) return
    if (!state.drawn) state.node.replaceChildren() // the sketch
    Object.assign(state, { figure, frame })
    const watcher = watched(state.node, moves)
    await Plotly.react(state.node, figure.data, figure.layout, config())
    watcher?.disconnect()
    fail(state, "")
    listen(state)
    if (old()) return
    layDown(state)
    roll(state, figure)
    if (!whole) drawn(state) // else it is the picture that is there
    if (isCut(state)) draw(state) // what stands above came while it was drawn
  } catch (error) {
    console.warn("plot:", error)
    fail(state, "This plot could not be drawn: the plotting library did not load. " +
      "Reload the page; the numbers themselves can still be downloaded as CSV.")
  }
}

function drawn(state) {
  state.at = performance.now()
  Object.assign(state.node.dataset, { digest: state.digest, drawn: String(++state.drawn) })
}

/** A click on a point goes to the page, if it asked for that. */
function listen(state) {
  state.node.removeAllListeners("plotly_click")
  if (!state.about.pick) return
  state.node.on("plotly_click", ({ points: [point] }) => point && state.tell("pick", [point.x, point.y]))
}

function fail(state, words) {
  state.error.textContent = words
  state.error.hidden = !words
  state.node.hidden = Boolean(words)
  if (words) state.node.dataset.failed = "yes"
  else delete state.node.dataset.failed
}

async function download(state, format) {
  const Plotly = await load(state.about.source)
  const { data, layout } = figureOf(state)
  const ranges = Object.fromEntries(["xaxis", "yaxis"].filter((a) => state.node._fullLayout?.[a])
    .map((a) => [a, { ...layout[a], range: state.node._fullLayout[a].range.slice(), autorange: false }]))
  const colour = variablesOf(state.node)("--st-background-color")
  const figure = { data, layout: { ...layout, ...ranges, paper_bgcolor: colour, plot_bgcolor: colour } }
  await Plotly.downloadImage(figure, { format, filename: state.about.name, scale: 2,
    width: layout.width, height: layout.height })
}

function adopt(parentElement) {
  const node = parentElement.querySelector(".plotly-live")
  if (!plots.has(node)) {
    const state = { node, turn: 0, drawn: 0, width: Math.round(node.parentElement.clientWidth) || 700 }
    state.error = parentElement.querySelector(".pl-error")
    state.observer = new ResizeObserver(() => {
      const width = Math.round(node.parentElement.clientWidth)
      if (width && width !== state.width) { state.width = width; draw(state) }
      else if (width && state.drawn && isCut(state)) draw(state)
    })
    state.observer.observe(node.parentElement)
    state.follow = follower(state)
    const part = node.closest("[class*=st-key-part_]")
    if (part) state.observer.observe(part) // what stands above or below may come later
    plots.set(node, state)
  }
  return plots.get(node)
}

/** Lets go of a plot whose node is gone. Streamlit also says goodbye when new data overtakes old:
 *  then the node stays, and so does the plot, or it would flicker. */
function leave(state) {
  if (state.node.isConnected) return
  state.observer.disconnect()
  forget(state.node)
  settle(state)
  state.follow()
  state.turn++
  cancelAnimationFrame(state.rolling?.frame)
  window.Plotly?.purge(state.node)
  plots.delete(state.node)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const state = adopt(parentElement)
  const bytes = bytesOf(data)
  Object.assign(state, JSON.parse(textOf(bytes)), { digest: digest(bytes), tell: setTriggerValue })
  state.node.setAttribute("aria-label", state.about.alt)
  state.again = parentElement.querySelector("[data-again]")
  state.again.onclick = () => { state.rolling = null; roll(state, state.figure) }
  for (const button of parentElement.querySelectorAll("[data-format]")) {
    button.setAttribute("aria-label", `Download the plot as ${button.dataset.format.toUpperCase()}`)
    button.onclick = () => download(state, button.dataset.format)
  }
  drawSoon(state.node, () => draw(state))
  return () => setTimeout(() => leave(state)) // the page removes the node after it says goodbye
}
