// Nodes: states, inputs, outputs; every one wears its number.

function box(view, p, c, top, height, fill, { dashed = false, stroke = view.colours.edge, radius = 9, lit = false } = {}) {
  if (lit) p.dataset.lit = ""
  return el(p, "rect", { x: c.x0, y: top, width: c.x1 - c.x0, height, rx: radius, fill, stroke: lit ? view.colours.primary : stroke, "stroke-width": lit ? 3.4 : 1.3, "stroke-dasharray": dashed ? "4 3" : null })
}

/** Whether the lit weight is a bias that is added here: in a layer's cell, or (`null`) in the output. */
const biased = (view, s, i) => view.weight?.kind.startsWith("bias") && view.weight.s === s && view.weight.layer === i

function shown(layer, name) { const s = layer.states[name]; return s.unit ?? s.rms }

function hidden(view, p, place, layer, row, c, b, tick) {
  const value = shown(layer, "h")[b], fill = fillOf(value, view.payload.fill.h, view.colours), over = kind(value) === "overflow"
  const g = lit(view, el(p, "g", { class: "node", "data-state": "h", "data-layer": place.i, "data-stage": place.s, "data-boundary": b, "data-value": String(value) }), tick, tick)
  box(view, g, c, row.top, BOX, fill, { dashed: c.kind === "init", stroke: over ? view.colours.overflow : view.colours.edge, lit: c.kind !== "init" && biased(view, place.s, place.i) })
  const colour = ink(fill)
  const name = letter(layer.letters, "h", worn(layer, b))
  write(g, c.cx, row.top + 17, name, { "font-size": [...name].length > 4 ? 12 : 14, "font-style": "italic", fill: colour })
  write(g, c.cx, row.top + 34, short(value), { "font-size": 12.5, fill: colour, class: "value" })
  tip(view, g, nodeTip(layer, "h", b))
}

const beadX = (view, c) => c.x0 + view.place.bead

function bead(view, p, place, layer, row, c, b, tick) {
  const value = shown(layer, "c")[b], fill = fillOf(value, view.payload.fill.c, view.colours), over = kind(value) === "overflow"
  const g = lit(view, el(p, "g", { class: "node", "data-state": "c", "data-layer": place.i, "data-stage": place.s, "data-boundary": b, "data-value": String(value) }), tick, tick)
  el(g, "circle", { cx: beadX(view, c), cy: row.c, r: view.place.bead, fill, stroke: over ? view.colours.overflow : view.colours.edge, "stroke-width": 1.3, "stroke-dasharray": c.kind === "init" ? "4 3" : null })
  const above = view.place.tight // too small to hold its number
  write(g, beadX(view, c), row.c + (above ? -12 : 4.3), short(value), { "font-size": 12, fill: above ? view.colours.text : ink(fill), class: "value" })
  tip(view, g, nodeTip(layer, "c", b))
}

/** x below, y above, with the target and the loss where a loss sits. */
function ends(view, p, stage, c, t) {
  const { place, colours, clock } = view, times = clock.stages[c.s]
  const g = lit(view, el(p, "g", { class: "node" }), times.node(stage.layers[0], stage.layers[0].reverse ? stage.steps - 1 : 0) - 1)
  box(view, g, c, place.input.top, SMALL, colours.panel, { radius: 8 })
  symbol(view, g, c, place.input.top + 20, stage.inputs.text[t], colours.text)
  const { letters } = view.payload
  tip(view, g, `${letter(letters, "x", t + 1)} = ${stage.inputs.words[t]}\n‖∂L/∂${anyLetter(letters, "x")}‖ = ${fmt(stage.input_gradient[t])}`)
  if (stage.outputs.text[t] === null) return
  const has = stage.outputs.loss[t] !== null
  const o = lit(view, el(p, "g", { class: "node" + (has ? "" : " quiet") }), times.output(t), times.output(t))
  box(view, o, c, place.output.top, SMALL, has ? colours.panel : colours.background, { radius: 8, dashed: !has, lit: biased(view, c.s, null) })
  symbol(view, o, c, place.output.top + 20, stage.outputs.text[t], has ? colours.text : colours.soft)
  if (has) {
    write(o, c.cx, place.target, stage.outputs.target_text[t], { fill: colours.text, "font-size": 14 })
    const l = lit(view, el(o, "g"), clock.forward) // the loss comes when the forward pass is over
    write(l, c.cx, place.loss, short(stage.outputs.loss[t]), { fill: colours.soft, "font-size": 12, class: "loss" })
  }
  tip(view, o, [`${letter(letters, "y", t + 1)}: ${stage.outputs.words[t]}`, has ? `target ${stage.outputs.targets[t]}, loss ${fmt(stage.outputs.loss[t])}` : "no loss at this step", `‖∂L/∂logits‖ = ${fmt(stage.outputs.gradient[t])}`].join("\n"))
}

function symbol(view, g, c, y, text, fill) {
  const size = text.length > 4 ? 12 : text.length > 2 ? 13 : 16
  const room = Math.max(1, Math.floor((c.x1 - c.x0 - 4) / (size * 0.54)))
  write(g, c.cx, y - (16 - size) / 3, fit(text, room), { fill, "font-size": size, class: "symbol" })
}
