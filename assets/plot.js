// Draws a Plotly figure in place. `data` is the UTF-8 JSON {about: {alt, name, source}, spec}.
// Colours in the figure are tokens, `var(--chart-3)` or `var(--st-text-color)`: they become the
// reader's light or dark colours here.

const DEFAULT_HEIGHT = 420
const NARROW = 560 // pixels
const plots = new WeakMap() // plot node -> what is drawn there

/** A copy of a figure with every colour token replaced by what `colour(name)` gives for it. */
export function painted(value, colour) {
  if (typeof value === "string") {
    const token = /^var\((--[\w-]+)\)$/.exec(value)
    return token ? colour(token[1]) : value
  }
  if (Array.isArray(value)) return value.map((v) => painted(v, colour))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, painted(v, colour)]))
}

/** Looks colours up: `--chart-3` in the palette, `--ramp-9` among the colours from little to much,
 *  anything else among the page's variables. */
export function lookup(variable) {
  const list = (name) => (variable(name) ?? "").split(",").map((c) => c.trim())
  const lists = { chart: list("--st-chart-categorical-colors"), ramp: list("--st-chart-sequential-colors") }
  return (name) => {
    const slot = /^--(chart|ramp)-(\d+)$/.exec(name)
    return slot ? lists[slot[1]][slot[2] % lists[slot[1]].length] : variable(name)
  }
}

/** Merges plain objects; what stands in `over` wins. */
export function merged(under, over) {
  const both = { ...under }
  for (const [key, value] of Object.entries(over ?? {})) {
    const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v)
    both[key] = plain(value) && plain(both[key]) ? merged(both[key], value) : value
  }
  return both
}

/** The house template: the reader's fonts and colours. `text` is the size of body text in pixels. */
export function template(colour, text) {
  const ink = colour("--st-text-color"), lines = colour("--st-border-color")
  const axis = {
    gridcolor: lines, linecolor: lines, zerolinecolor: lines, tickcolor: lines, automargin: true,
    title: { standoff: 8, font: { size: Math.round(text * 0.86) } },
  }
  return { layout: {
    font: { family: colour("--st-font"), color: ink, size: Math.round(text * 0.82) },
    title: { font: { size: Math.round(text * 1.02) } },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: axis, yaxis: axis,
    modebar: { bgcolor: "rgba(0,0,0,0)", color: ink, activecolor: colour("--st-primary-color") },
    hoverlabel: { bgcolor: colour("--st-secondary-background-color"), bordercolor: lines,
      font: { color: ink } },
  } }
}

/** The figure as Plotly is to draw it: tokens resolved, house template, width of its place. */
export function dressed(spec, colour, text, width) {
  const { data, layout: wide = {} } = painted(spec, colour)
  const layout = width < NARROW ? merged(wide, wide.meta?.narrow) : wide // a figure may know better
  const height = Math.round((layout.height ?? DEFAULT_HEIGHT) * Math.max(1, text / 16))
  const fitted = width < NARROW ? slim(layout, text, width, height) : {}
  return { data, layout: { uirevision: "keep", ...layout, ...logarithmic(layout, text), ...fitted,
    height, width, autosize: false, transition: { duration: 0 }, template: merged(template(colour, text), layout.template) } }
}

/** What changes on a narrow screen: the title in lines, the legend below, labels nearer. */
export function slim(layout, text, width, height) {
  const title = wrapped(layout.title?.text ?? "", Math.floor(width / (text * 0.52)))
  const lines = title.split("<br>").length
  return {
    title: { ...layout.title, text: title, x: 0, xref: "container", pad: { l: 4 },
      y: 1 - (text * 1.1) / height, yref: "container", yanchor: "middle" },
    margin: { ...layout.margin, t: Math.round(text * (0.9 + 1.35 * lines)), l: text * 4.4, r: 8 },
    legend: { ...layout.legend, y: 0, yref: "container", yanchor: "bottom" },
  }
}

/** Plotly writes the powers of ten of a log axis a quarter larger than all else: back to size. */
export function logarithmic(layout, text) {
  const axes = Object.entries(layout).filter(([name, a]) => /^[xy]axis\d*$/.test(name) && a?.type === "log")
  return Object.fromEntries(axes.map(([name, a]) => [name, { tickfont: { size: text * 0.66 }, ...a }]))
}

/** Breaks a title into lines of at most `most` letters, for narrow screens. */
export function wrapped(text, most) {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line && line.length + word.length + 1 > most) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.join("<br>")
}

/** A short fingerprint of the bytes drawn, so that a change can be seen from outside. */
export function digest(bytes) {
  let h = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193)
  return (h >>> 0).toString(16)
}

function load(source) {
  window.__plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const base = document.querySelector("base")?.href ?? document.baseURI
    const script = document.createElement("script")
    script.src = new URL(source, base).href
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("empty")))
    script.onerror = () => { script.remove(); reject(new Error("not served")) }
    document.head.appendChild(script)
  }).catch((error) => { window.__plotly = undefined; throw error }) // the next drawing may try again
  return window.__plotly
}

const CONFIG = {
  displaylogo: false, responsive: false, showTips: false,
  modeBarButtonsToRemove: ["toImage", "sendChartToCloud", "lasso2d", "select2d"],
}

function variablesOf(node) {
  const style = getComputedStyle(node)
  return lookup((name) => style.getPropertyValue(name).trim())
}

function figureOf(state) {
  const text = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  return dressed(state.spec, variablesOf(state.node), text, state.width)
}

async function draw(state) {
  const turn = ++state.turn
  const figure = figureOf(state)
  state.node.style.height = `${figure.layout.height}px` // before plotly.js is there: nothing jumps
  try {
    const Plotly = await load(state.about.source)
    if (turn !== state.turn) return // a newer drawing is on its way
    await Plotly.react(state.node, figure.data, figure.layout, CONFIG)
    fail(state, "")
    listen(state)
    state.node.dataset.digest = state.digest
    state.node.dataset.drawn = String(++state.drawn)
  } catch (error) {
    console.warn("plot:", error)
    fail(state, "This plot could not be drawn: the plotting library did not load. " +
      "Reload the page; the numbers themselves can still be downloaded as CSV.")
  }
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
    })
    state.observer.observe(node.parentElement)
    plots.set(node, state)
  }
  return plots.get(node)
}

/** Lets go of a plot whose node is gone. Streamlit also says goodbye when new data overtakes old:
 *  then the node stays, and so does the plot, or it would flicker. */
function leave(state) {
  if (state.node.isConnected) return
  state.observer.disconnect()
  state.turn++
  window.Plotly?.purge(state.node)
  plots.delete(state.node)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const state = adopt(parentElement)
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data)
  Object.assign(state, JSON.parse(new TextDecoder().decode(bytes)), { digest: digest(bytes), tell: setTriggerValue })
  state.node.setAttribute("aria-label", state.about.alt)
  for (const button of parentElement.querySelectorAll("[data-format]")) {
    button.setAttribute("aria-label", `Download the plot as ${button.dataset.format.toUpperCase()}`)
    button.onclick = () => download(state, button.dataset.format)
  }
  draw(state)
  return () => setTimeout(() => leave(state)) // the page removes the node after it says goodbye
}
