// Rolled up: one cell per layer, drawn at the step that is looked at, with the loop that time is.

/** Which step each stage shows: the one looked at, else the encoder's last and the decoder's first. */
export function shownSteps(stages, step) {
  const place = locate(stages, step)
  return stages.map((stage, s) => s === place.s ? place.t : s < place.s ? stage.steps - 1 : 0)
}

const rolledPlace = (view, width, tall) =>
  rolledLayout(view.payload, width, shownSteps(view.payload.stages, view.rolledStep ?? view.selected), view.weight, tall)

/** The same parts at one step, each with its loop. */
function rolledDraw(view, bands, front) {
  view.payload.stages.forEach((stage, s) => {
    const [c] = view.place.list[s], g = el(front, "g", { class: "column" })
    stepColumn(view, bands, g, stage, c)
    stage.layers.forEach((layer, i) => loops(view, g, stage, c, layer, i))
    if (stage.fed) fedBack(view, g, c)
    rolledNames(view, g, stage, c)
    if (s) rolledJoin(view, front, s)
    if (view.payload.stages.length > 1) write(g, c.cx, 14, stage.name, { fill: view.colours.text, "font-size": 13, "font-weight": 600 })
  })
}

const RIGHT = (x, y, out, half) => [[x, y - half], [x + out, y - half], [x + out, y + half], [x, y + half]]

/** What a step hands to the next: out at the top and in again below; the gradient goes the other way. */
function loops(view, p, stage, c, layer, i) {
  const row = view.place.rows[i], t = c.from, b = after(layer, t), times = view.clock.stages[c.s]
  const next = Math.max(0, Math.min(stage.steps - 1, layer.reverse ? t - 1 : t + 1)), [tick, back] = [times.node(layer, t), mirror(view.clock, times.node(layer, next))]
  forward(view, p, RIGHT(c.x1 + 2, row.middle, 28, 8), tick, { weight: weightOf(stage, "loop", i), width: 2.4 })
  gradientLoop(view, p, RIGHT(c.x1 + 2, row.middle, 44, 18).reverse(), layer, "h", b, c.s, i, back)
  if (!hasCell(layer)) return
  const x = beadX(view, c) - view.place.bead - 2
  forward(view, p, RIGHT(x, row.c, -24, 4), tick, { width: 2.6, colour: view.colours.highway, weight: weightOf(stage, "peep", i) })
  gradientLoop(view, p, RIGHT(x + 3, row.c, -38, 13).reverse(), layer, "c", b, c.s, i, back)
}

function gradientLoop(view, p, points, layer, name, b, s, i, tick) {
  const value = layer.states[name].from_next[b], words = edgeTip(`gradient arriving at ${fullName(layer, name, b)}`, "from the next step", value)
  backward(view, p, points, value, tick, words, { "data-state": name, "data-layer": i, "data-stage": s, "data-boundary": b, "data-from": "next" })
}

/** Name, shape and gradient beside each arrow: every weight is there once, as in the memory. */
function rolledNames(view, p, stage, c) {
  const { place, colours } = view
  for (const weight of stage.weights.filter(w => MATRICES.has(w.kind))) {
    const row = weight.layer === null ? null : place.rows[weight.layer], loop = weight.kind === "loop"
    const x = loop ? c.x1 + 58 : c.x1 + 12
    const y = loop ? row.middle - 2 : weight.kind === "in" ? row.bottom + 17 : place.output.bottom + 14
    weightName(view, p, weight, x, y)
    const size = weight.shape.join("×"), norm = `‖∂L/∂W‖ ${brief(weight.total)}`
    const beyond = x + 6 + 9 * weight.symbol.join("").length
    if (loop) write(p, beyond, y, size, { "text-anchor": "start", "font-size": 12, fill: colours.soft })
    write(p, loop ? x : beyond, loop ? y + 16 : y, loop ? norm : `${size}  ${norm}`, { "text-anchor": "start", "font-size": 12, fill: colours.soft })
  }
  write(p, c.x1 + 12, place.number, `the same cell at ${stage.steps} steps`, { "text-anchor": "start", "font-size": 12, fill: colours.soft })
}

function fedBack(view, p, c) {
  const { output, input } = view.place, x = c.x0 - 48, [y, z] = [output.top + SMALL / 2, input.top + SMALL / 2]
  const points = [[c.x0 - 1, y], [x, y], [x, z], [c.x0 - 2, z]]
  el(p, "path", { d: path(points), fill: "none", stroke: view.colours.line, "stroke-width": 1.4, "stroke-dasharray": "5 4" })
  head(p, points.at(-1), "right", 6, 7, view.colours.line)
}

/** The encoder's last state becomes the decoder's first. */
function rolledJoin(view, p, s) {
  const [from] = view.place.list[s - 1], [to] = view.place.list[s], row = view.place.rows[0], y = row.bottom + 26
  forward(view, p, [[from.x0 + 10, row.bottom + 2], [from.x0 + 10, y], [to.x0 + 10, y], [to.x0 + 10, row.bottom + 2]], 0)
  write(p, to.x0 - 4, y - 5, "handed over", { "font-size": 12, fill: view.colours.soft, "text-anchor": "end" })
}

// ---------------------------------------------------------------- the change

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches
const LENGTH = 520, STAGGER = 420 // ms

/** From one picture to the other: columns slide onto the cell, or out of it, one after the other. */
function roll(view, on) {
  view.change?.cancel()
  if (on === view.rolled) return
  view.rolled = on
  announce(view)
  if (still()) return settle(view)
  if (!on) settle(view)
  const running = slide(view, on)
  let over = false
  view.change = { cancel: () => { over = true; running.forEach(a => a.cancel()) } }
  Promise.allSettled(running.map(a => a.finished)).then(() => {
    if (over) return
    view.change = null
    delete view.root.dataset.changing
    running.forEach(a => a.cancel())
    if (on) {
      settle(view)
      view.svg.animate([{ opacity: 0.2 }, { opacity: 1 }], 220)
    }
  })
}

function settle(view) { view.rolledStep = view.selected; draw(view); reveal(view) }

function announce(view) {
  view.root.dataset.view = view.rolled ? "rolled" : "unrolled"
  view.rollButton.setAttribute("aria-pressed", String(view.rolled))
  if (!still()) view.root.dataset.changing = ""
}

/** Only what is in sight moves; the rest has nowhere to be seen. */
function slide(view, on) {
  const [from, to] = [view.box.scrollLeft / view.scale, (view.box.scrollLeft + view.box.clientWidth) / view.scale]
  const { cx } = rolledPlace(view, view.box.clientWidth / view.scale).list[0][0]
  const centre = from + cx, all = [...view.svg.querySelectorAll(".picture .column")]
  const seen = all.filter(g => +g.dataset.x > from - 60 && +g.dataset.x < to + 60)
  const away = g => ({ transform: `translate(${centre - +g.dataset.x}px, 0)`, opacity: 0.08 }), home = { transform: "translate(0, 0)", opacity: 1 }
  const fade = on ? [{ opacity: 1 }, { opacity: 0 }] : [{ opacity: 0 }, { opacity: 0, offset: 0.6 }, { opacity: 1 }]
  const duration = on ? 160 : LENGTH + STAGGER
  const loose = [...view.svg.querySelectorAll(".loose, .bands")].map(g => g.animate(fade, { duration, fill: "both" }))
  return [...loose, ...seen.map((g, k) => {
    const turn = on ? seen.length - 1 - k : k
    const delay = STAGGER * turn / Math.max(1, seen.length - 1)
    return g.animate(on ? [home, away(g)] : [away(g), home], { duration: LENGTH, delay, easing: "cubic-bezier(.4, 0, .2, 1)", fill: "both" })
  })]
}
