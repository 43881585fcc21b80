// The leaves of a figure, all positions of a slider, kept where assets/plot/leaves.js looks for them.
// They come in parts, each asked for when the last is here; the first when a hand is near the slider.

const TRIES = 3 // for a part that does not come: a run that is overtaken takes it along
const views = new WeakMap() // node -> { given, tell, asked, tries }

/** What is kept once a part has come: more of the same leaves, or the first of others. */
export function withPart(kept, { name, values, leaves, part }) {
  const before = kept?.name === name ? kept : { name, values: [], leaves: [], parts: [] }
  if (before.parts.includes(part)) return before
  return { name, values: [...before.values, ...values], leaves: [...before.leaves, ...leaves], parts: [...before.parts, part] }
}

/** The part to be asked for next: the first that is not here; none once all are. */
export function missing(kept, { name, parts }) {
  const here = kept?.name === name ? kept.parts : []
  const next = Array.from({ length: parts }, (_, k) => k).find((k) => !here.includes(k))
  return next === undefined ? null : next
}

function ask(view) {
  const next = missing(globalThis.rnnLeaves, view.given), wish = `${view.given.name} ${next}`
  if (next === null || view.asked === wish) return
  view.asked = wish
  view.tell("near", wish)
}

function open(node) {
  const view = { tries: 0 }
  const near = (/** @type {any} */ { detail }) => { if (detail.setting === view.given.setting) ask(view) }
  document.addEventListener("rnn-near", near)
  view.close = () => document.removeEventListener("rnn-near", near)
  views.set(node, view)
  return view
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector("[data-component]"), view = views.get(node) ?? open(node)
  Object.assign(view, { given: JSON.parse(textOf(data)), tell: setTriggerValue })
  if (view.given.leaves) {
    globalThis.rnnLeaves = withPart(globalThis.rnnLeaves, view.given)
    view.tries = 0
    ask(view)
  } else if (view.asked && view.tries++ < TRIES) {
    view.asked = ""
    ask(view)
  }
  node.dataset.parts = String(globalThis.rnnLeaves?.name === view.given.name ? globalThis.rnnLeaves.parts.length : 0)
  node.dataset.drawn = "1"
  return () => { if (!node.isConnected) view.close() }
}
