// Weights: their names on the arrows, and each step's share of the lit one's gradient.
// A matrix sits on an arrow. A bias is added inside the cell, a peephole reads the cell state.

const MATRICES = new Set(["in", "loop", "out"])
const NONE = "none" // what a link says where no weight is lit

const NAME_ROOM = 44 // a name at every step would be a wall of names: so many pixels between two

/** "W" with its index, as SVG text; pressing it lights the weight. */
function weightName(view, p, weight, x, y, a = {}) {
  const on = weight === view.weight, fill = on ? view.colours.primary : view.colours.soft
  const halo = { stroke: view.colours.background, "stroke-width": 3, "paint-order": "stroke" }, face = { "font-size": 13, "font-style": "italic", "font-weight": on ? 700 : 400 }
  const text = el(p, "text", { class: "wname", "data-weight": weight.id, x, y, fill, ...halo, ...face, ...a })
  el(text, "tspan", {}, weight.symbol[0])
  if (weight.symbol[1]) el(text, "tspan", { dy: 3, "font-size": 12 }, weight.symbol[1])
  return tip(view, text, weightWords(view.payload, weight).replaceAll(": one", ":\none").replace(". ∂L", ".\n∂L"))
}

/** The names on a step's arrows: along time at its left (or right), upwards beside the arrow. */
function names(view, p, stage, c) {
  const { place } = view, longest = Math.max(...stage.weights.map(w => w.symbol.join("").length))
  const every = Math.max(1, Math.ceil((NAME_ROOM + 8 * longest) / place.pitch)), g = el(p, "g", { class: "loose", "aria-hidden": true })
  if (place.hall ? c.from !== Math.min(1, stage.steps - 1) || stage.offset : c.from % every) return // a hall needs them once
  const x = lanes(view, c).g + 6
  for (const weight of stage.weights.filter(w => MATRICES.has(w.kind))) {
    const row = weight.layer === null ? null : place.rows[weight.layer], back = weight.layer !== null && stage.layers[weight.layer].reverse
    if (weight.kind !== "loop" && x + 8 * longest > place.width) continue // no room beyond the last step
    if (weight.kind === "in") weightName(view, g, weight, x, row.bottom + 21)
    else if (weight.kind === "out") weightName(view, g, weight, x, place.output.bottom + 16)
    else if (c.from === stage.steps - 1 && c.from) continue // the last gradient's number stands there
    else weightName(view, g, weight, back ? c.left + c.w : c.left, row.top - 4, { "text-anchor": "middle" })
  }
}

/** Two rows below a step: its share of the lit weight's gradient, and the sum as it has grown. */
function shares(view, p, stage, c, t) {
  const { weight, place } = view
  if (!place.share || weight?.s !== c.s) return
  const tick = mirror(view.clock, weightTick(view, stage, t)), w = Math.min(c.w - 3, 64)
  for (const row of ["share", "sum"]) {
    const value = weight[row][t], fill = paint(view, value), zero = kind(value) === "zero"
    const g = lit(view, el(p, "g", { class: "share", "data-row": row, "data-stage": c.s, "data-step": t, "data-value": String(value) }), tick)
    el(g, "rect", { x: c.cx - w / 2, y: place.share[row], width: w, height: 20, rx: 4, fill: zero ? "none" : fill, stroke: zero ? fill : "none", "stroke-dasharray": "2 2" })
    write(g, c.cx, place.share[row] + 14.5, brief(value), { "font-size": 12, fill: zero ? view.colours.text : ink(fill) })
    tip(view, g, shareWords(weight, t))
  }
}

/** When a step uses the lit weight on the way forward. */
function weightTick(view, stage, t) {
  const times = view.clock.stages[view.weight.s]
  return view.weight.layer === null ? times.output(t) : times.node(stage.layers[view.weight.layer], t)
}

const allWeights = payload => payload.stages.flatMap(stage => stage.weights)

/** One button per matrix, where pressing the lit one puts it out; biases and peepholes in a menu. */
function weightButtons(view) {
  const all = allWeights(view.payload)
  view.weightBar.replaceChildren(...all.filter(w => MATRICES.has(w.kind)).map(w => matrixButton(view, w)), otherWeights(view, all.filter(w => !MATRICES.has(w.kind))))
}

function matrixButton(view, weight) {
  const { payload } = view, several = many(payload) || payload.stages.length > 1
  const button = Object.assign(document.createElement("button"), { type: "button" }), index = document.createElement("sub")
  const of = whose(payload, weight)
  index.textContent = weight.symbol[1]
  button.append(weight.symbol[0], index)
  if (several && of) button.append(Object.assign(document.createElement("small"), { textContent: of }))
  button.dataset.weight = weight.id
  button.setAttribute("aria-pressed", String(weight === view.weight))
  button.setAttribute("aria-label", `${plainName(weight)}${of ? ` of the ${of}` : ""}: light it at every step`)
  return button
}

function otherWeights(view, weights) {
  const menu = document.createElement("select"), peeps = weights.some(w => w.kind === "peep")
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text })
  menu.append(option("", peeps ? "bias, peephole …" : "bias …"))
  for (const w of weights) menu.append(option(w.id, [plainName(w), whose(view.payload, w)].filter(Boolean).join(", ")))
  menu.value = weights.includes(view.weight) ? view.weight.id : ""
  menu.setAttribute("aria-label", peeps ? "Light a bias or the peepholes" : "Light a bias")
  menu.classList.toggle("on", menu.value !== "")
  return menu
}

/** The weight a link asks for; where there is none of this name, one of its kind. */
export function weightOfName(all, name) {
  if (name === NONE) return null
  const bare = name.replace(/^(encoder|decoder)\./, ""), kind = bare.replace(/_l\d.*$/, "")
  const rules = [w => w.id === name, w => w.name === bare, w => w.name.startsWith(kind), w => w.kind === "loop"]
  return rules.map(rule => all.find(rule)).find(Boolean) ?? null
}

/** Keep the lit weight when the numbers change. */
function adoptWeight(view) {
  const { payload } = view
  payload.stages.forEach((stage, s) => {
    stage.weights.forEach(w => { w.s = s })
    stage.layers.forEach(layer => { layer.letters = payload.letters })
  })
  view.weight = weightOfName(allWeights(payload), view.lit || view.first)
}

/** Light a weight; the lit one, or an empty name, puts it out. */
function chooseWeight(view, id) {
  view.lit = !id || id === view.weight?.id ? NONE : id
  adoptWeight(view)
  draw(view)
  view.live.textContent = view.weight ? weightWords(view.payload, view.weight) : "No weight is lit."
  tell(view)
}
