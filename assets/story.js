// One act of the story: its conclusion, a few controls, one picture. The message (UTF-8 JSON, made by
// pages/components/story.py) holds the picture at the first position of its slider, and the
// attributes that change at every other: dragging asks nobody and makes up nothing.

const LASTS = 4000 // ms that a replay takes
const WAITS = 250 // ms after the last move by key before the page is told
const OURS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", " ", "PageUp", "PageDown"])

/** Colours of the theme as custom properties: --chart-0, ... and --d-0, ... */
export function palette(name, colours) {
  return colours.split(/,(?![^(]*\))/).map((c, k) => [`--${name}-${k}`, c.trim()]).filter(([, c]) => c)
}

/** The changes that lead to one position: [number of the element, attribute, value]. */
export function changes({ live, values }, k) {
  return live.map(([element, name], n) => [element, name, values[k][n]])
}

/** Whether two drawings have the same elements, so that one can become the other in place. */
export function alike(one, other) {
  if (one.length !== other.length) return false
  return one.every((each, k) => each.tagName === other[k].tagName)
}

/** Whether a key is meant for a control that has the focus, and not for the story. */
export function belongs(key, tag, type = "") {
  if (tag !== "INPUT") return false
  return type === "text" ? key !== "PageUp" && key !== "PageDown" && key !== "Escape" : OURS.has(key)
}

const write = (element, name, value) =>
  name === "text" ? (element.textContent = value) : element.setAttribute(name, value)

function leap(view, k) {
  view.k = k
  const { given, root } = view
  root.querySelectorAll("svg").forEach((svg, n) => {
    for (const [element, name, value] of changes(given.sizes[n], k)) write(svg.children[element], name, value)
  })
  const said = root.querySelector(".said")
  if (said.textContent !== given.said[k]) said.textContent = given.said[k]
  root.querySelector("figure").setAttribute("aria-label", given.alt[k])
  markDrawn(root)
}

/** A new drawing in place of the old one, or the old one's elements moved to their new places. */
function replace(view) {
  const figure = view.root.querySelector("figure"), old = [...figure.querySelectorAll("svg")]
  const fresh = document.createElement("div")
  fresh.innerHTML = view.given.sizes.map(({ svg }) => svg).join("")
  const made = [...fresh.querySelectorAll("svg")]
  const same = old.length === made.length
    && old.every((svg, n) => alike([...svg.children], [...made[n].children]))
  if (!same) return figure.replaceChildren(...made)
  old.forEach((svg, n) => [...svg.children].forEach((child, k) => {
    const there = made[n].children[k]
    for (const { name, value } of there.attributes) child.setAttribute(name, value)
    if (child.textContent !== there.textContent) child.textContent = there.textContent
  }))
}

// ---------------------------------------------------------------- controls

const make = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...inside)
  return made
}

function pick(view, control) {
  const legend = make("legend", { class: "sr-only" }, control.label)
  const options = control.options.map(([value, words]) => {
    const input = make("input", { type: "radio", name: control.name, value })
    input.checked = value === control.value
    input.onchange = () => view.send(control.name, value)
    return make("label", {}, input, make("span", {}, words))
  })
  return make("fieldset", { class: control.huge ? "pick huge" : "pick" }, legend, ...options)
}

/** A recording is played from its beginning, in four seconds; touching the slider stops it. */
function player(view, input, show) {
  const button = make("button", { type: "button", class: "play" }, "▶ Play")
  const stop = () => { cancelAnimationFrame(view.playing); view.playing = 0 }
  const play = () => {
    stop()
    const began = performance.now(), last = Number(input.max)
    const step = (now) => {
      if (!input.isConnected) return
      const k = Math.min(last, Math.floor((now - began) / LASTS * last))
      if (Number(input.value) !== k) { input.value = k; show() }
      view.playing = k < last ? requestAnimationFrame(step) : 0
    }
    view.playing = requestAnimationFrame(step)
  }
  button.onclick = play
  input.addEventListener("input", stop)
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play()
  return button
}

function range(view, control) {
  const input = make("input", { type: "range", min: 0, max: control.values.length - 1, step: 1 })
  const value = make("output", {})
  const name = make("span", { class: "name" }, control.label)
  let waiting = 0
  const tell = () => {
    clearTimeout(waiting)
    if (control.plays) return // a moment of a recording is no setting
    const chosen = control.values[Number(input.value)]
    if (chosen !== view.told) view.send(control.name, (view.told = chosen))
  }
  const show = () => {
    value.textContent = control.words[Number(input.value)]
    input.setAttribute("aria-valuetext", value.textContent)
    leap(view, Number(input.value))
  }
  input.value = control.at
  input.oninput = () => { show(); clearTimeout(waiting); waiting = setTimeout(tell, WAITS) }
  input.onpointerup = () => { tell(); input.blur() } // arrows and a clicker then lead on again
  view.told = control.values[control.at]
  value.textContent = control.words[control.at]
  input.setAttribute("aria-valuetext", value.textContent)
  const label = make("label", { class: "range" }, name, input, value)
  if (!control.plays) return label
  return make("span", { class: "range" }, player(view, input, show), label)
}

function typed(view, control) {
  const input = make("input", { type: "text", maxlength: 200, spellcheck: "false", autocomplete: "off" })
  input.value = control.value
  input.onchange = () => view.send(control.name, input.value)
  return make("label", { class: "typed" }, make("span", { class: "name" }, control.label), input)
}

const KINDS = { pick, range, text: typed }

/** Controls are made anew only when others are wanted; else each shows what holds now. */
function controls(view) {
  const row = view.root.querySelector(".controls"), wanted = view.given.controls
  const names = JSON.stringify(wanted.map(({ name, kind, values }) => [name, kind, values]))
  if (view.names === names) {
    wanted.forEach((control, k) => settle(view, row.children[k], control))
    return
  }
  const focused = view.root.getRootNode().activeElement?.getAttribute?.("name")
  view.names = names
  row.replaceChildren(...wanted.map((control) => KINDS[control.kind](view, control)))
  if (focused) row.querySelector(`[name="${focused}"]:checked`)?.focus({ preventScroll: true })
}

function settle(view, element, control) {
  const input = element.querySelector("input")
  if (control.kind === "pick") {
    for (const each of element.querySelectorAll("input")) each.checked = each.value === control.value
  } else if (control.kind === "range" && !control.plays && control.values[control.at] !== view.told) {
    input.value = control.at
    view.told = control.values[control.at]
    element.querySelector("output").textContent = control.words[control.at]
  } else if (control.kind === "text" && input.getRootNode().activeElement !== input) {
    input.value = control.value
  }
}

// ---------------------------------------------------------------- the component

const views = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="story"]')
  const given = JSON.parse(textOf(data))
  if (!views.has(root)) views.set(root, { root })
  const view = views.get(root), style = getComputedStyle(root)
  view.send = (name, value) => setStateValue("choice", { name, value, at: Date.now() })
  for (const [name, list] of [["chart", "categorical"], ["d", "diverging"]]) {
    const colours = style.getPropertyValue(`--st-chart-${list}-colors`)
    for (const [property, colour] of palette(name, colours)) root.style.setProperty(property, colour)
  }
  root.onkeydown = (event) => {
    if (belongs(event.key, event.target.tagName, event.target.type)) event.stopPropagation()
  }
  view.given = given
  replace(view)
  controls(view)
  const slider = root.querySelector("input[type=range]")
  leap(view, slider ? Number(slider.value) : 0)
  root.dataset.act = given.act
}
