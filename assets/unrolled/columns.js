// Columns: steps, folded steps, initial states, and what joins two stages.

/** Folded steps: each a thin strip, its value above and its gradient below. */
function fold(view, p, stage, c) {
  const { place, colours } = view, [first, last] = [stage.offset + c.from + 1, stage.offset + c.to + 1]
  const n = c.to - c.from + 1, every = Math.ceil(n / 42), inner = c.x1 - c.x0, w = inner / Math.ceil(n / every)
  const g = el(p, "g", { class: "gap", role: "button", tabindex: 0, "data-from": first - 1, "data-to": last - 1, "aria-label": `${n} folded steps, ${first} to ${last}: press to go there` })
  el(g, "rect", { class: "gaphit", x: c.x0 - 3, y: place.output.top, width: inner + 6, height: place.number - place.output.top + 6, rx: 9, fill: colours.panel, "fill-opacity": 0.6 })
  for (let t = c.from, k = 0; t <= c.to; t += every, k++) strips(view, g, stage, c, t, c.x0 + k * w, w + 0.3)
  write(g, c.cx, place.input.top + 13, "… " + n, { fill: colours.text })
  write(g, c.cx, place.input.top + 29, "steps …", { fill: colours.text })
  write(g, c.cx, place.number, `${first}–${last}`, { fill: colours.soft, "font-size": 12 })
  tip(view, g, `${n} steps folded away${every > 1 ? `, one in ${every} drawn` : ""}: value above, gradient from the next step below\nclick to unfold here`)
}

/** One folded step, as wide as there is room for. */
function strips(view, g, stage, c, t, x, width) {
  const { place, colours } = view
  const strip = (y, height, fill, tick) => lit(view, el(g, "rect", { x, y, width, height, fill, "shape-rendering": "crispEdges" }), tick)
  stage.layers.forEach((layer, i) => Object.entries(layer.states).forEach(([name, state]) => {
    const row = place.rows[i], [top, high] = name === "h" ? [row.top, BOX] : [row.c - 12, 24], b = after(layer, t)
    const tick = view.clock.stages[c.s].node(layer, t), value = shown(layer, name)[b], back = state.from_next[b]
    const tall = kind(back) === "zero" ? 1 : thickness(back, view.payload.gradient)
    strip(top, high / 2, kind(value) === "overflow" ? colours.overflow : fillOf(value, view.payload.fill[name], colours), tick)
    strip(top + high * 0.76 - tall / 2, tall, paint(view, back), mirror(view.clock, tick))
  }))
  if (place.share && view.weight?.s === c.s) for (const row of ["share", "sum"]) strip(place.share[row], 20, paint(view, view.weight[row][t]), mirror(view.clock, weightTick(view, stage, t)))
}

function stepColumn(view, bands, g, stage, c) {
  const { place, colours, clock } = view, t = c.from, step = stage.offset + t, top = stageTop(view)
  const look = { fill: colours.primary, "fill-opacity": colours.veil, stroke: colours.primary, "stroke-width": 1.5, "pointer-events": "none" }
  if (!view.rolled) el(bands, "rect", { class: "band", "data-step": step, x: c.left + 1, y: top, width: c.w - 2, height: place.height - top - 2, rx: 10, ...look })
  upwards(view, g, stage, c, t)
  stage.layers.forEach((layer, i) => {
    const b = after(layer, t), tick = clock.stages[c.s].node(layer, t), where = { s: c.s, i }
    if (place.rows[i].c !== null && hasCell(layer)) bead(view, g, where, layer, place.rows[i], c, b, tick)
    hidden(view, g, where, layer, place.rows[i], c, b, tick)
  })
  ends(view, g, stage, c, t)
  write(g, c.cx, place.number, String(step + 1), { fill: colours.soft, "font-size": 12 })
  shares(view, g, stage, c, t)
}

const stageTop = view => view.payload.stages.length > 1 ? 22 : 2

function initColumn(view, g, stage, c) {
  stage.layers.forEach((layer, i) => {
    if (layer.reverse !== (c.side === "right")) return
    const b = layer.reverse ? stage.steps : 0, row = view.place.rows[i], where = { s: c.s, i }
    if (hasCell(layer)) bead(view, g, where, layer, row, c, b, -1)
    hidden(view, g, where, layer, row, c, b, -1)
  })
}

/** One group per column, with the edges on its left: rolling up moves whole columns. */
function stageDraw(view, bands, front, stage, s) {
  const cols = view.place.list[s]
  if (s) handOver(view, el(front, "g", { class: "loose" }), s)
  cols.forEach((c, k) => {
    const g = el(front, "g", { class: "column", "data-x": c.cx.toFixed(1) })
    if (k && stage.fed) feed(view, g, stage, cols[k - 1], c)
    if (k) along_time(view, g, stage, s, cols[k - 1], c, c.from, false)
    if (c.kind === "gap") fold(view, g, stage, c)
    else if (c.kind === "init") initColumn(view, g, stage, c)
    else stepColumn(view, bands, g, stage, c)
  })
  cols.forEach(c => { if (c.kind === "step") names(view, front, stage, c) })
  if (view.payload.stages.length > 1) bracket(view, el(front, "g", { class: "loose" }), stage, cols)
}

function bracket(view, g, stage, cols) {
  const [a, z] = [cols[0].left + 4, cols.at(-1).left + cols.at(-1).w - 4]
  el(g, "path", { d: `M${a} 24V20H${z}V24`, fill: "none", stroke: view.colours.line, "stroke-width": 1.2 })
  write(g, (a + z) / 2, 14, stage.name, { fill: view.colours.text, "font-size": 13, "font-weight": 600 })
}

/** An output that is the next step's input. */
function feed(view, front, stage, left, right) {
  if (left.kind !== "step" || right.kind === "init") return
  const { place, clock, colours } = view, x = right.left - 1, y = place.output.top + SMALL / 2
  const g = lit(view, el(front, "g", { class: "forward" }), clock.stages[right.s].node(stage.layers[0], right.from))
  const points = [[left.x1 + 1, y], [x, y], [x, place.input.top + SMALL / 2], [right.x0 - 2, place.input.top + SMALL / 2]]
  el(g, "path", { d: path(points), fill: "none", stroke: colours.line, "stroke-width": 1.4, "stroke-dasharray": "5 4", "stroke-linejoin": "round" })
  head(g, points.at(-1), "right", 6, 7, colours.line)
}

/** The encoder's last state is the decoder's first. */
function handOver(view, front, s) {
  const stage = view.payload.stages[s], left = view.place.list[s - 1].findLast(c => c.kind !== "init"), right = view.place.list[s][0]
  along_time(view, front, stage, s, left, right, 0, true)
  if (view.place.hall) return // no room for words: the bracket says where a stage begins
  const x = (left.x1 + right.x0) / 2, y = view.place.rows.at(-1).bottom + 16
  write(front, x, y, "handed", { fill: view.colours.soft, "font-size": 12 })
  write(front, x, y + 14, "over", { fill: view.colours.soft, "font-size": 12 })
}
