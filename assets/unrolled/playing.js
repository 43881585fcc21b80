// Playing: forward pass, loss, backward pass; the server is never asked.

function show(view) {
  const at = view.at ?? view.clock.end, n = view.clock.forward, now = at < n ? at : at > n && at < view.clock.end ? mirror(view.clock, at) : -2
  for (const part of view.timed) {
    const on = part.tick <= at, ring = part.ring === now
    if (on !== part.on) { part.e.classList.toggle("off", !on); part.on = on }
    if (ring !== (part.ringed ?? false)) { part.e.classList.toggle("now", ring); part.ringed = ring }
  }
  const phase = phaseWords(view, at)
  view.root.dataset.playing = view.playing ? "yes" : "no"
  view.root.dataset.at = at
  view.scrub.max = view.clock.end; view.scrub.value = at
  view.scrub.setAttribute("aria-valuetext", phase)
  view.phase.textContent = phase
  view.play.textContent = view.playing ? "❚❚ Pause" : "▶ Play"
  view.play.setAttribute("aria-label", view.playing ? "Pause" : "Play the forward pass, the loss, then the backward pass")
  sums(view, moment(at, view.clock, view.log))
}

function phaseWords(view, at) {
  const { phase, done, of } = moment(at, view.clock, view.log)
  if (phase === "whole") return "whole run"
  return phase === "loss" ? `loss: L = ${fmt(view.payload.loss)}` : `${phase} pass, ${done} of ${of}`
}

function seek(view, at, { say = false } = {}) {
  view.at = Math.max(0, Math.min(view.clock.end, at))
  if (view.rolled) rolledFollow(view)
  else follow(view)
  show(view)
  if (say) view.live.textContent = `${view.phase.textContent}. ${view.sums.innerText.replace(/\s+/g, " ")}`
}

/** Keep what is being computed in sight: scrolls our own box, never the page. */
function follow(view) {
  const room = view.box.scrollWidth - view.box.clientWidth, n = view.clock.forward
  if (room > 0 && view.playing) view.box.scrollLeft = room * (view.at < n ? view.at / n : (2 * n - view.at) / n)
}

/** Rolled up, the one cell goes through the steps. */
function rolledFollow(view) {
  const found = current(view)
  const step = found ? view.payload.stages[found.s].offset + found.t : view.selected
  if (step !== view.rolledStep) { view.rolledStep = step; draw(view) }
}

/** The step being computed, if one is. */
function current(view) {
  const { cells, outputs } = moment(view.at ?? view.clock.end, view.clock, view.log)
  return cells[0] ?? outputs[0] ?? null
}

function play(view, on) {
  view.playing = on
  cancelAnimationFrame(view.frame)
  if (!on) return show(view)
  if ((view.at ?? view.clock.end) >= view.clock.end) view.at = 0
  const pace = Math.max(35, Math.min(320, 9000 / view.clock.end))
  let last = performance.now()
  const turn = now => {
    if (!view.playing || !view.root.isConnected) return
    const ahead = Math.floor((now - last) / pace)
    if (ahead > 0) { last += ahead * pace; seek(view, view.at + ahead) }
    if (view.at >= view.clock.end) return play(view, false)
    view.frame = requestAnimationFrame(turn)
  }
  seek(view, view.at)
  view.frame = requestAnimationFrame(turn)
}

function nudge(view, by) {
  play(view, false)
  const at = view.at ?? view.clock.end
  seek(view, by > 0 && at >= view.clock.end ? 0 : at + by, { say: true })
}

// ---------------------------------------------------------------- the sums under the picture

/** One line per state: where it comes from going forward, where its gradient comes from going back. */
function sums(view, now) {
  const rows = view.payload.stages.flatMap((stage, s) => stage.layers.map((_, i) => ({ s, i })))
  const at = locate(view.payload.stages, view.selected), n = Math.max(...view.payload.stages.map(s => s.layers.length))
  const lines = []
  for (let i = 0; i < n; i++) {
    const cell = now.phase === "whole" || now.phase === "loss" ? rows.some(r => r.s === at.s && r.i === i) && { s: at.s, i, t: at.t } : now.cells.find(c => c.i === i)
    if (cell) lines.push(...now.phase === "forward" ? [forwardSum(view, cell)] : backwardSums(view, cell))
  }
  if (!lines.length && now.outputs.length) lines.push(outputSum(view, now))
  view.sums.replaceChildren(...lines)
  view.readout.textContent = headline(view.payload, now, view.selected)
  view.share.replaceChildren(...withIndices(shareLine(view, now, at), view.weight))
  if (now.phase === "whole") [view.sums, view.share].forEach(hold)
}

/** As high as when nothing plays: the page must not jump. */
function hold(e) {
  e.style.minHeight = "0"
  e.style.minHeight = `${e.offsetHeight}px`
}

function chip(view, label, value, { gradient = true } = {}) {
  const e = document.createElement("span"), number = document.createElement("b")
  e.className = "chip"; e.dataset.value = String(value); number.textContent = fmt(value)
  if (gradient && kind(value) === "value") Object.assign(number.style, { background: paint(view, value), color: ink(paint(view, value)) })
  e.append(`${label} `, number)
  return e
}

function sumLine(mark, ...parts) {
  const line = document.createElement("div")
  line.className = "sum"
  Object.assign(line.dataset, mark)
  line.append(...parts)
  return line
}

/** The weight's name in a text, written with its index. */
function withIndices(text, weight) {
  if (!weight?.symbol[1]) return [text]
  const [base, index] = weight.symbol, lower = () => Object.assign(document.createElement("sub"), { textContent: index })
  return text.split(plainName(weight)).flatMap((part, k) => k ? [base, lower(), part] : [part])
}

const sign = text => Object.assign(document.createElement("i"), { textContent: text })
const note = text => Object.assign(document.createElement("small"), { textContent: text })

function forwardSum(view, cell) {
  const { payload } = view, layer = payload.stages[cell.s].layers[cell.i], b = after(layer, cell.t), from = reads(payload, cell)
  return sumLine({ state: "h", layer: cell.i, step: cell.t, phase: "forward" },
    chip(view, `‖${fullName(layer, "h", b)}‖/√H`, layer.states.h.rms[b], { gradient: false }), sign(`= ${payload.cell} of`),
    note(from.below), sign("and"), chip(view, from.beside, from.value, { gradient: false }))
}

function backwardSums(view, { s, i, t }) {
  const layer = view.payload.stages[s].layers[i], b = after(layer, t)
  return Object.entries(layer.states).map(([name, state]) => {
    const above = name === "h" ? layer.above : `${letter(layer.letters, "h", worn(layer, b))} of this step`, next = giver(view.payload, { s, t })
    return sumLine({ state: name, layer: i, step: t, phase: "backward" },
      chip(view, `‖∂L/∂${fullName(layer, name, b)}‖`, state.total[b]), sign("="),
      chip(view, `from ${above}`, state.from_output[b]), sign("+"), chip(view, `from ${next}`, state.from_next[b]),
      note(sources(state.own[b], above, next)))
  })
}

function outputSum(view, now) {
  const { s, t } = now.outputs[0], stage = view.payload.stages[s]
  return sumLine({ step: t, phase: now.phase }, note(now.phase === "forward" ? `Step ${stage.offset + t + 1}: ${outcome(stage, t)}` : `Step ${stage.offset + t + 1}: gradient of the logits`),
    ...now.phase === "forward" ? [] : [chip(view, `‖∂L/∂logits‖`, stage.outputs.gradient[t])])
}

/** What the lit weight says just now. */
function shareLine(view, now, at) {
  const { weight } = view
  if (!weight) return ""
  const going = weight.layer === null ? now.outputs.find(o => o.s === weight.s) : now.cells.find(c => c.s === weight.s && c.i === weight.layer)
  const t = now.phase === "backward" ? going?.t : now.phase === "whole" && at.s === weight.s ? at.t : undefined
  return `${weightWords(view.payload, weight)}${t === undefined ? "" : " " + shareWords(weight, t)}`
}
