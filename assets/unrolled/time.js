// Time: boundaries, folding, and the order of computation. Pure.

export const LIMIT = 60 // beyond this many steps the middle collapses around the selection
const KEPT = { ends: 3, reach: 9 } // steps kept at each end of a stage, and on each side of the selection
/** What is kept in a hall: all, or else as much as there is room for. */
const FOLDS = [null, KEPT, ...[[3, 6], [3, 4], [3, 3], [2, 3], [2, 2], [2, 1], [1, 1], [1, 0]].map(([ends, reach]) => ({ ends, reach }))]

/** States are indexed by boundary 0..T: which one a layer holds after and before reading step t. */
export const after = (layer, t) => layer.reverse ? t : t + 1
export const before = (layer, t) => layer.reverse ? t + 1 : t

/** The number a state wears: that of the step it was reached by. */
export const worn = (layer, b) => layer.reverse ? b + 1 : b

/** Which stage a step of the whole sequence belongs to, and its number inside that stage. */
export function locate(stages, step) {
  const s = stages.findLastIndex(stage => step >= stage.offset)
  return { s: Math.max(0, s), t: step - stages[Math.max(0, s)].offset }
}

/** Columns of one stage: steps, and gaps [from, to] standing for what is folded away. */
export function columns(T, centre, folded, { ends, reach } = KEPT) {
  if (!folded) return Array.from({ length: T }, (_, t) => ({ kind: "step", from: t, to: t }))
  const shown = t => t < ends || t >= T - ends || (centre !== null && Math.abs(t - centre) <= reach)
  const handful = reach < KEPT.reach ? 2 : 5
  const out = []
  for (let t = 0; t < T; t++) {
    const last = out.at(-1)
    if (shown(t)) out.push({ kind: "step", from: t, to: t })
    else if (last?.kind === "gap") last.to = t
    else out.push({ kind: "gap", from: t, to: t })
  }
  return out.flatMap(c => c.kind === "gap" && c.to - c.from < handful // is not worth folding
    ? Array.from({ length: c.to - c.from + 1 }, (_, i) => ({ kind: "step", from: c.from + i, to: c.from + i })) : [c])
}

/** The order of computation: a node's tick comes after those of all it reads. */
export function ticks(stages) {
  let base = 0
  const out = stages.map(stage => {
    const T = stage.steps, depth = Math.max(...stage.layers.map(l => l.layer)) + 1
    const both = stage.layers.some(l => l.reverse) && stage.layers.some(l => !l.reverse)
    const start = base, step = both ? T : 1
    const node = (layer, t) => start + layer.layer * step + (layer.reverse ? T - 1 - t : t)
    const back = stage.layers.every(l => l.reverse)
    const output = t => both ? start + depth * T + t : start + depth + (back ? T - 1 - t : t)
    base = start + (both ? (depth + 1) * T : T + depth)
    return { node, output }
  })
  return { stages: out, forward: base, end: 2 * base + 1 }
}

/** When the gradient passes what the forward pass did at a tick; at tick `forward` the loss is known. */
export const mirror = (clock, tick) => 2 * clock.forward - tick

/** Tick -> what is computed then: cells { s, i, t } and outputs { s, t }. */
export function events(stages, clock) {
  const at = Array.from({ length: clock.forward }, () => ({ cells: [], outputs: [] }))
  stages.forEach((stage, s) => {
    const steps = Array.from({ length: stage.steps }, (_, t) => t), times = clock.stages[s]
    stage.layers.forEach((layer, i) => steps.forEach(t => at[times.node(layer, t)].cells.push({ s, i, t })))
    steps.forEach(t => { if (stage.outputs.text[t] !== null) at[times.output(t)].outputs.push({ s, t }) })
  })
  return at
}

const NOTHING = { cells: [], outputs: [] }

/** What goes on at a moment: the phase, how far it is, and what is being computed. */
export function moment(at, clock, log) {
  const n = clock.forward
  if (at >= clock.end) return { phase: "whole", ...NOTHING }
  if (at < n) return { phase: "forward", done: at + 1, of: n, ...log[at] }
  if (at === n) return { phase: "loss", ...NOTHING }
  return { phase: "backward", done: at - n, of: n, ...log[mirror(clock, at)] }
}

export function move(key, step, steps) {
  const to = { ArrowRight: step + 1, ArrowLeft: step - 1, Home: 0, End: steps - 1 }[key]
  return to === undefined ? null : Math.max(0, Math.min(steps - 1, to))
}
