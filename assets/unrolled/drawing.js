// Drawing: colours of the theme, the whole picture, and which step is selected.

function resolveColours(view) {
  const host = view.root, style = getComputedStyle(host), probe = view.probe
  const read = (name, fallback) => {
    probe.style.color = ""; probe.style.color = `var(${name}, ${fallback})`
    return getComputedStyle(probe).color
  }
  const background = opaque(read("--st-background-color", "#ffffff"), "#ffffff"), text = opaque(read("--st-text-color", "#31333f"), background)
  const dark = luminance(background) < 0.18, own = view.payload.colours[dark ? "dark" : "light"]
  const scale = name => style.getPropertyValue(name).split(/,(?![^(]*\))/).map(c => c.trim()).filter(c => c && c !== "unset")
  const arms = scale("--st-chart-diverging-colors"), ramp = scale("--st-chart-sequential-colors")
  const two = arms.length > 3 ? arms : own.diverging, half = Math.floor(two.length / 2)
  const diverging = [...two.slice(0, half), background, ...two.slice(-half)]
  const primary = opaque(read("--st-primary-color", "#0072b2"), background)
  view.font = style.getPropertyValue("--st-font") || "sans-serif"
  view.colours = {
    overflow: text, diverging, h: ramp.length > 2 ? ramp : own.h, c: [0.05, 0.35, 0.68, 1].map(v => mix(background, own.c, v)),
    gradient: two.slice(0, half).reverse(), // the warm arm: pale or dim is little, strong is much
    background, text, primary, panel: opaque(read("--st-secondary-background-color", "#f0f2f6"), background),
    line: mix(background, text, 0.5), soft: mix(background, text, 0.72), edge: mix(background, text, 0.38), veil: dark ? 0.14 : 0.08,
    highway: mix(own.c, background, 0.1),
  }
}

/** How much larger a short run is drawn, so that it fills its place and nothing more. */
export const grown = (width, { right, height }, tallest = TALLEST) => Math.max(1, Math.min(1.4, width / (right + 2), tallest / height))
const TALLEST = 356

function draw(view) {
  const { root, payload } = view, box = view.box, kept = box.scrollLeft
  const text = bodyText()
  view.scale = magnified(text)
  view.drawnWidth = box.clientWidth
  view.heading.textContent = payload.conclusion
  root.toggleAttribute("data-hall", text >= 20)
  resolveColours(view)
  view.timed = []; view.tips = new Map(); view.clock = ticks(payload.stages); view.log = events(payload.stages, view.clock)
  const width = Math.max(300, box.clientWidth / view.scale)
  const tall = text >= 20 ? (window.innerHeight - box.getBoundingClientRect().top - 8) / view.scale : Infinity
  const drawn = (wide, tall) => view.rolled ? rolledPlace(view, wide, tall) : layout(payload, wide, view.centre, view.weight, tall)
  const zoom = grown(width, drawn(width, tall), Number.isFinite(tall) ? tall : TALLEST)
  view.scale *= zoom
  const place = view.place = drawn(width / zoom, tall / zoom)
  const svg = el(null, "svg", { class: "graph", role: "radiogroup", "aria-label": payload.title,
    width: place.width * view.scale, height: place.height * view.scale, viewBox: `0 0 ${place.width} ${place.height}` })
  const front = el(svg, "g", { class: "picture" }), bands = el(svg, "g", { class: "bands", "aria-hidden": true }), hits = el(svg, "g", { class: "steps" })
  if (view.rolled) rolledDraw(view, bands, front)
  else payload.stages.forEach((stage, s) => stageDraw(view, bands, front, stage, s))
  const reachable = view.rolled ? [place.list[locate(payload.stages, view.selected).s][0]] : place.list.flat().filter(c => c.kind === "step")
  reachable.forEach(c => radio(view, hits, payload.stages[c.s], view.rolled ? { ...c, from: view.selected - payload.stages[c.s].offset } : c))
  const held = box.contains(box.getRootNode().activeElement) // the keyboard stays where it was
  view.bubble.hidden = true
  view.names = gutter(view); view.svg = svg
  box.replaceChildren(view.names, svg)
  view.legend.replaceChildren(legend(view, Math.max(300, view.legend.clientWidth / view.scale)))
  box.scrollLeft = kept
  if (held) box.querySelector(`.step[data-step="${view.selected}"]`)?.focus({ preventScroll: true })
  weightButtons(view)
  mark(view); show(view)
  root.dataset.steps = payload.steps; markDrawn(root)
}

/** What is focused and pressed: one per step, under the pointer but over nothing seen. */
function radio(view, p, stage, c) {
  const step = stage.offset + c.from
  el(p, "rect", { class: "step", role: "radio", "data-step": step, "aria-label": sentence(view.payload, step),
    x: c.left + 1, y: stageTop(view), width: c.w - 2, height: view.place.height - stageTop(view) - 2, rx: 10, fill: "none" })
}

function mark(view) {
  view.box.querySelectorAll(".step").forEach(e => {
    const on = +e.dataset.step === view.selected
    e.setAttribute("aria-checked", on); e.setAttribute("tabindex", on ? 0 : -1)
  })
  view.box.querySelectorAll(".band").forEach(e => e.setAttribute("visibility", +e.dataset.step === view.selected ? "visible" : "hidden"))
  view.root.dataset.selected = view.selected
}

/** Keep the selected column in sight: scrolls our own box, never the page. */
function reveal(view) {
  const e = view.box.querySelector(`.step[data-step="${view.selected}"]`)
  if (!e || view.rolled) return
  const [x, w, pad] = [e.x.baseVal.value * view.scale, e.width.baseVal.value * view.scale, view.place.pitch * view.scale]
  const left = x - view.place.gutter * view.scale - pad, right = x + w + pad - view.box.clientWidth
  if (view.box.scrollLeft > left) view.box.scrollLeft = Math.max(0, left)
  else if (view.box.scrollLeft < right) view.box.scrollLeft = right
}

function choose(view, step, { focus = false, send = true } = {}) {
  const old = view.selected
  view.selected = view.rolledStep = step
  if (view.rolled) draw(view)
  else if (view.place.folded && !view.box.querySelector(`.step[data-step="${step}"]`) || view.place.folded && Math.abs(step - view.centre) > Math.max(0, view.place.reach - 3)) {
    view.centre = step
    draw(view)
  }
  mark(view); reveal(view); show(view)
  if (focus) view.box.querySelector(`.step[data-step="${step}"]`)?.focus({ preventScroll: true })
  if (!send || step === old) return
  view.live.textContent = sentence(view.payload, step)
  tell(view)
}

/** Tell Python what is chosen; a held key sends one message, not thirty. */
function tell(view) {
  clearTimeout(view.timer)
  view.timer = setTimeout(() => {
    const choice = { step: view.selected, lit: view.lit }
    view.sent.push(keyOf(choice)); view.send(choice)
  }, 90)
}

const keyOf = ({ step, lit }) => `${step} ${lit}`
