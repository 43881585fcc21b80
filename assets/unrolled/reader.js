// Reader: pointer, keys, and what Python says.

/** The step under a pointer: the columns lie below the marks, so ask for the place. */
function stepAt(view, event) {
  const x = (event.clientX - view.svg.getBoundingClientRect().left) / view.scale
  if (view.rolled) return null
  for (const [s, cols] of view.place.list.entries()) {
    const c = cols.find(c => c.kind === "step" && x >= c.left && x < c.left + c.w)
    if (c) return view.payload.stages[s].offset + c.from
  }
  return null
}

function unfold(view, gap, event) {
  const { from, to } = gap.dataset, area = gap.getBoundingClientRect()
  const share = event?.clientX ? Math.max(0, Math.min(1, (event.clientX - area.left) / area.width)) : 0.5
  choose(view, Math.round(+from + share * (to - from)), { focus: true })
}

function listen(view) {
  const { box } = view
  box.onclick = e => {
    const gap = e.target.closest?.(".gap"), name = e.target.closest?.(".wname")
    if (name) return chooseWeight(view, name.dataset.weight)
    if (gap) return unfold(view, gap, e)
    if (e.target.closest?.(".gutter")) return
    const step = stepAt(view, e)
    if (step !== null) choose(view, step, { focus: true })
  }
  box.onkeydown = e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    view.bubble.hidden = true
    const gap = e.target.closest?.(".gap"), to = move(e.key, view.selected, view.payload.steps)
    if (gap && (e.key === "Enter" || e.key === " ")) unfold(view, gap)
    else if (to !== null) choose(view, to, { focus: true })
    else if (e.key === " ") play(view, !view.playing)
    else return
    e.preventDefault(); e.stopPropagation()
  }
  box.onpointermove = e => point(view, e)
  box.onpointerleave = () => { view.bubble.hidden = true }
  view.play.onclick = () => play(view, !view.playing)
  view.prev.onclick = () => nudge(view, -1)
  view.next.onclick = () => nudge(view, 1)
  view.bar.onkeydown = e => barKey(view, e)
  view.rollButton.onclick = () => roll(view, !view.rolled)
  view.weightBar.onclick = e => {
    const id = e.target.closest("button")?.dataset.weight
    if (id) { chooseWeight(view, id); view.weightBar.querySelector(`[data-weight="${id}"]`)?.focus() }
  }
  view.weightBar.onchange = e => { chooseWeight(view, e.target.value); view.weightBar.querySelector("select").focus() }
  view.scrub.oninput = () => { const to = +view.scrub.value; play(view, false); seek(view, to) }
  view.svgButton.onclick = () => save(view, "svg")
  view.pngButton.onclick = () => save(view, "png")
}

/** Beside the scrub bar, which knows its own keys: arrows go through time, the space bar plays. */
function barKey(view, e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return
  const scrub = e.target === view.scrub
  if (e.key === " " && scrub) play(view, !view.playing)
  else if (scrub) return
  else if (e.key === "ArrowRight" || e.key === "ArrowLeft") nudge(view, e.key === "ArrowRight" ? 1 : -1)
  else if (e.key === "Home" || e.key === "End") { play(view, false); seek(view, e.key === "Home" ? 0 : view.clock.end, { say: true }) }
  else return
  e.preventDefault(); e.stopPropagation()
}

function point(view, event) {
  const e = event.target.closest?.("[data-tip]"), bubble = view.bubble
  bubble.hidden = !e
  if (!e) return
  bubble.textContent = view.tips.get(e)
  const area = view.root.getBoundingClientRect(), w = bubble.offsetWidth, x = event.clientX - area.left
  bubble.style.left = `${Math.max(0, Math.min(x + 14, area.width - w - 2))}px`
  bubble.style.top = `${event.clientY - area.top + 18}px`
}

const views = new WeakMap()

const PARTS = { weights: "weightBar", roll: "rollButton", svg: "svgButton", png: "pngButton" } // what a view calls them

function open(root) {
  const parts = {}
  root.querySelectorAll("[data-part]").forEach(e => { parts[PARTS[e.dataset.part] ?? e.dataset.part] = e })
  /** @type {Record<string, any>} */
  const view = { root, ...parts, sent: [], at: null, playing: false, rolled: false }
  views.set(root, view)
  let asked = 0
  view.observer = new ResizeObserver(() => {
    cancelAnimationFrame(asked)
    asked = requestAnimationFrame(() => { if (view.payload && Math.abs(view.box.clientWidth - view.drawnWidth) > 1) { draw(view); reveal(view) } })
  })
  view.observer.observe(view.box)
  return view
}

export default function ({ data: message, parentElement, setStateValue }) {
  const data = JSON.parse(textOf(message)), root = parentElement.querySelector('[data-component="unrolled"]')
  const view = views.get(root) ?? open(root), seen = JSON.stringify({ ...data.graph, selected: 0 }), news = seen !== view.seen
  Object.assign(view, { payload: data.graph, first: data.first, seen, send: choice => setStateValue("choice", { ...choice, at: Date.now() }) }) // the time makes every choice a change
  const before = view.lit
  if (isNews(view, keyOf({ step: data.selected, lit: data.lit }))) Object.assign(view, { selected: data.selected, lit: data.lit })
  view.selected = Math.max(0, Math.min(data.graph.steps - 1, view.selected ?? 0))
  adoptWeight(view)
  if (news) Object.assign(view, { at: null, playing: false, centre: view.selected, rolledStep: view.selected })
  const old = JSON.stringify(view.colours)
  resolveColours(view)
  if (news || before !== view.lit || old !== JSON.stringify(view.colours)) draw(view) // an echo of the selection moves nothing
  choose(view, view.selected, { send: false })
  listen(view)
  return () => { view.observer.disconnect(); clearTimeout(view.timer); view.change?.cancel(); view.playing = false; views.delete(root) }
}
