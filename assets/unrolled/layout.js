// Layout: everything's place, in CSS pixels at a 16 px root. Pure.

const BOX = 42, SMALL = 30, LIFT = 36, STRIP = 104, JOIN = 44
const TIGHT = 42, TIGHT_NODE = 32 // the narrowest step that text of 12 px allows
const LOWEST = 22 // the least that is lifted where a hall has no room
const hasCell = layer => "c" in layer.states
const twoWay = stage => stage.layers.some(l => l.reverse) && stage.layers.some(l => !l.reverse)

/** `width` is what the page gives us; `shares`: rows for a lit weight's shares below the steps. In a
 *  hall, which does not scroll, all of it is fitted into that width and into `tall`. */
export function layout(payload, width, centre, shares = false, tall = Infinity) {
  const stages = payload.stages, cell = stages.some(s => s.layers.some(hasCell)), both = stages.some(twoWay)
  const narrow = width < 520, gutter = narrow ? 58 : 84, place = locate(stages, centre)
  const kept = fold => stages.map((stage, s) => withEnds(stage, s, columns(stage.steps, s === place.s ? place.t : null, fold !== null, fold ?? KEPT)))
  const each = cols => {
    const flat = cols.flat(), gaps = flat.filter(c => c.kind === "gap").length
    return (width - gutter - gaps * STRIP - (stages.length - 1) * JOIN - 2) / (flat.length - gaps)
  }
  const fits = fold => each(kept(fold)) >= (both ? 82 + (cell ? 8 : 0) : TIGHT)
  const fold = tall < Infinity ? FOLDS.at(FOLDS.findIndex(fits)) : payload.steps > LIMIT ? KEPT : null // at(-1): the last
  const list = kept(fold), { pitch, node, tight } = stepWidth(each(list), cell, both)
  const right = across(list, gutter, pitch, node)
  return { ...down(stages, shares, tall), list, pitch, node, tight, gutter, right, width: Math.max(right + 2, width), cell, both, folded: fold !== null, hall: tall < Infinity, reach: fold?.reach, narrow, bead: tight ? 9 : 12 }
}

/** Wide where there is room, tight where only that makes all steps fit, else comfortable and scrolled. */
export function stepWidth(room, cell, both) {
  const least = (both ? 82 : 52) + (cell ? 8 : 0)
  if (room < least && room >= TIGHT && !both) {
    const pitch = Math.min(room, least)
    return { pitch, node: Math.max(TIGHT_NODE, pitch - 16), tight: true }
  }
  const pitch = Math.max(least, Math.min(140, room))
  return { pitch, node: Math.max(cell ? 40 : 34, Math.min(60, pitch - (both ? 40 : 20))), tight: false }
}

function withEnds(stage, s, cols) {
  const out = [...cols]
  if (s === 0 && stage.layers.some(l => !l.reverse)) out.unshift({ kind: "init", from: 0, to: -1, side: "left" })
  if (stage.layers.some(l => l.reverse)) out.push({ kind: "init", from: stage.steps, to: stage.steps, side: "right" })
  out.forEach(c => { c.s = s })
  return out
}

function across(list, gutter, pitch, node) {
  let x = gutter
  list.forEach((cols, s) => {
    if (s) x += JOIN
    for (const c of cols) {
      const w = c.kind === "gap" ? STRIP : pitch
      Object.assign(c, column(x, w, c.kind === "gap" ? STRIP - 20 : node))
      x += w
    }
  })
  return x
}

const column = (left, w, inner) => ({ left, w, x0: left + (w - inner) / 2, x1: left + (w + inner) / 2, cx: left + w / 2 })

/** Heights, from the loss on top down to the step numbers and the shares; lower where room is short. */
function down(stages, shares, tall = Infinity) {
  const whole = heights(stages, shares, LIFT), lifts = whole.rows.length + 1
  if (whole.height <= tall) return whole
  return heights(stages, shares, Math.max(LOWEST, LIFT - (whole.height - tall) / lifts))
}

function heights(stages, shares, lift) {
  const losses = stages.some(s => s.outputs.loss.some(v => v !== null))
  const count = Math.max(...stages.map(s => s.layers.length))
  let y = stages.length > 1 ? 28 : 8
  const title = 16, loss = y + 13, target = y + 31
  if (losses) y += 40
  const output = { top: y, bottom: y + SMALL }
  y += SMALL
  const rows = []
  for (let i = count - 1; i >= 0; i--) {
    const bead = stages.some(s => s.layers[i] && hasCell(s.layers[i]))
    y += lift
    const c = bead ? y + 13 : null
    if (bead) y += 40
    rows[i] = { c, top: y, bottom: y + BOX, middle: y + BOX / 2 }
    y += BOX
  }
  y += lift
  const input = { top: y, bottom: y + SMALL }, number = y + SMALL + 17
  const share = shares ? { share: number + 10, sum: number + 34 } : null
  return { title, loss: losses ? loss : null, target: losses ? target : null, output, rows, input, number, share, height: number + 9 + (shares ? 52 : 0) }
}

/** Rolled up: one column per stage, at the step that is looked at. */
export function rolledLayout(payload, width, steps, shares, tall = Infinity) {
  const narrow = width < 520, gutter = narrow ? 58 : 84, span = narrow ? 252 : 300, n = payload.stages.length
  const lead = Math.max(narrow ? 50 : 70, (width - gutter - n * span) / (n + 1)), node = narrow ? 68 : 84
  const cell = payload.stages.some(s => s.layers.some(hasCell)), both = payload.stages.some(twoWay)
  const list = payload.stages.map((stage, s) => [{ kind: "step", s, from: steps[s], to: steps[s], ...column(gutter + lead + s * (span + lead), node + 16, node) }])
  const right = list.at(-1)[0].left + span
  return { ...down(payload.stages, shares, tall), list, pitch: node + 16, node, tight: false, gutter, right, width: Math.max(right, width), cell, both, folded: payload.steps > LIMIT, narrow, bead: 12 }
}
