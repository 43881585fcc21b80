// Words: what tooltips, screen readers and the lines under the picture say. Pure.

const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"
export const sub = n => [...String(n)].map(d => SUBSCRIPT[+d]).join("")
/** A quantity's letter at a step, and in general, in the notation that Python sent. */
export const letter = (letters, name, n) => letters?.[name]?.at[n] ?? name + sub(n)
const anyLetter = (letters, name) => letters?.[name]?.any ?? name
const many = payload => payload.stages.some(s => s.layers.length > 1)
export const rowName = layer => `layer ${layer.layer + 1}${layer.direction ? `, ${layer.direction}` : ""}`

function stateWords(state, layer, b, name) {
  return `norm of ${letter(layer.letters, name, worn(layer, b))} over root H ${fmt(layer.states[name].rms[b])}, its gradient ${fmt(state.total[b])}: ` +
    `from ${name === "h" ? layer.above : "the hidden state of this step"} ${fmt(state.from_output[b])}, from the next step ${fmt(state.from_next[b])}`
}

/** All the numbers of a step in a sentence, for a screen reader. */
export function sentence(payload, step) {
  const { s, t } = locate(payload.stages, step), stage = payload.stages[s]
  const rows = stage.layers.map(layer => `${many(payload) ? rowName(layer) + ": " : ""}` +
    Object.entries(layer.states).map(([name, state]) => stateWords(state, layer, after(layer, t), name)).join("; "))
  return `Step ${step + 1} of ${payload.steps}${payload.stages.length > 1 ? `, ${stage.name}` : ""}. ${outcome(stage, t)} ${rows.join(". ")}.`
}

export function outcome(stage, t) {
  const parts = [`Reads ${stage.inputs.words[t]}`]
  if (stage.outputs.words[t] !== null) parts.push(`predicts ${stage.outputs.words[t]}`)
  if (stage.outputs.loss[t] !== null) parts.push(`target ${stage.outputs.targets[t]}`, `loss ${fmt(stage.outputs.loss[t])}`)
  return parts.join(", ") + "."
}

const fullName = (layer, name, b) => `${letter(layer.letters, name, worn(layer, b))}${layer.caption ? ` (${layer.caption})` : ""}`

export function nodeTip(layer, name, b) {
  const state = layer.states[name], of = anyLetter(layer.letters, name)
  const lines = [fullName(layer, name, b), `‖${of}‖/√H = ${fmt(state.rms[b])}`]
  if (state.unit) lines.push(`${state.unitName} = ${fmt(state.unit[b])}`)
  const above = name === "h" ? layer.above : `${letter(layer.letters, "h", worn(layer, b))} of this step`
  lines.push(`‖∂L/∂${of}‖ = ${fmt(state.total[b])}`, `  from ${above} ${fmt(state.from_output[b])}`, `  from the next step ${fmt(state.from_next[b])}`)
  return lines.join("\n")
}

/** What feeds a cell going forward: x_t (or the layer below) from below, the state before from the left. */
export function reads(payload, { s, i, t }) {
  const stage = payload.stages[s], layer = stage.layers[i], b = before(layer, t)
  const { letters } = layer, now = worn(layer, after(layer, t)), past = worn(layer, b)
  const below = layer.layer === 0 ? `${letter(letters, "x", now)} ${stage.inputs.words[t]}` : `${letter(letters, "h", now)} of layer ${layer.layer}`
  const side = layer.reverse ? "the right" : "the left"
  const states = Object.keys(layer.states).map(name => letter(letters, name, past)).reverse().join(", ")
  return { below: `${below} from below`, beside: `${states} from ${side}, ‖${letter(letters, "h", past)}‖/√H`, value: layer.states.h.rms[b] }
}

/** Who hands a state's gradient back: the next step, or the decoder where the encoder ends. */
export function giver(payload, { s, t }) {
  const last = t === payload.stages[s].steps - 1
  return last && s < payload.stages.length - 1 ? "the decoder" : "the next step"
}

/** Where a gradient comes from, in shares of their sum: `own` is what came from this step's output. */
export function sources(own, above, next = "the next step") {
  if (own === null || own === undefined) return "no gradient to divide"
  const percent = Math.round(own * 100)
  if (percent < 0 || percent > 100) return `the two pull against each other: ${percent} % from ${above}, ${100 - percent} % from ${next}`.replaceAll("-", "−")
  if (percent === 0) return `all from ${next}`
  return percent === 100 ? `all from ${above}` : `${percent} % from ${above}, ${100 - percent} % from ${next}`
}

/** What a phase is, in a sentence; `step` is where the reader stands when nothing plays. */
export function headline(payload, { phase }, step) {
  const { s, t } = locate(payload.stages, step), stage = payload.stages[s]
  return {
    forward: "Forward pass: every cell reads x from below and the state before from the side.",
    loss: `Loss: L = ${fmt(payload.loss)}, all steps that count together.`,
    backward: "Backward pass: every gradient is the sum of two sources.",
    whole: `Step ${step + 1}${payload.stages.length > 1 ? ` (${stage.name})` : ""}. ${outcome(stage, t)}`,
  }[phase]
}

const whose = (payload, weight) => {
  const parts = []
  if (payload.stages.length > 1) parts.push(payload.stages[weight.s].name)
  const layer = weight.layer === null ? null : payload.stages[weight.s].layers[weight.layer]
  if (layer?.caption) parts.push(layer.caption)
  return parts.join(", ")
}

export const plainName = weight => weight.symbol.filter(part => part).join("_")

/** What a lit weight says: one matrix, used T times; its gradient is the sum of T shares. */
export function weightWords(payload, weight) {
  const of = whose(payload, weight), T = payload.stages[weight.s].steps
  const shape = `${weight.shape.join("×")}${weight.stacked ? `, ${weight.stacked}` : ""}`
  return `${plainName(weight)}${of ? `, ${of}` : ""} (${shape}): one ${weight.shape.length > 1 ? "matrix" : "vector"}, used ${T} times. ` +
    `∂L/∂${plainName(weight)} is the sum of ${T} shares; norm of the sum: ${fmt(weight.total)}.`
}

/** One step's share of a weight's gradient, and what has come together by then. */
export function shareWords(weight, t) {
  return `Step ${t + 1} adds a share of norm ${fmt(weight.share[t])}; sum so far ${fmt(weight.sum[t])} of ${fmt(weight.total)}.`
}

function edgeTip(what, from, value) {
  const n = num(value), log = Number.isFinite(n) && n > 0 ? `   (log₁₀ = ${Math.log10(n).toFixed(2).replace("-", "−")})` : n === 0 ? "   (exactly zero)" : ""
  return `${what} ${from}\n${fmt(value)}${log}`
}
