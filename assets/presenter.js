// Lecture mode by keys. A clicker sends PageDown and PageUp: they always lead on and back. Arrows,
// space, digits and letters belong to a control that has the focus; Esc leaves.

const WAYS = {
  PageDown: "next", ArrowRight: "next", " ": "next",
  PageUp: "previous", ArrowLeft: "previous",
  Escape: "leave",
}
const DEEDS = { a: "answer", b: "black", ".": "black", c: "clip", f: "full" }
const ALWAYS = new Set(["PageDown", "PageUp", "Escape"])
const FIELDS = "input, select, textarea, [contenteditable], [role=radiogroup], [role=listbox]"
const TYPED = "input:not([type=radio], [type=checkbox], [type=range]), select, textarea, [contenteditable]"
const PRESSED = "button, summary, [role=button]" // by space; arrows do nothing there
const MOVED = "[tabindex='0']:not(section, main, a)" // a drawing's own keys; not the whole page

/** Whether a key means something to what has the focus. */
function taken(key, target) {
  if (!target?.closest) return false
  return Boolean(target.closest(FIELDS) || target.matches(MOVED)
    || (key === " " && target.closest(PRESSED)))
}

/** Whether a key is left to the browser: a shortcut, or heeded already. */
const isOthers = (event) => event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey

/** What a key is for: the name of the player's part to press, or nothing. */
export function way(event) {
  if (isOthers(event)) return undefined
  if (!ALWAYS.has(event.key) && taken(event.key, event.target)) return undefined
  return Object.hasOwn(WAYS, event.key) ? WAYS[event.key] : undefined
}

/** What a key does besides: a name of `DEEDS`, a digit's choice from 1, or nothing. */
export function deed(event) {
  if (isOthers(event) || event.target?.closest?.(TYPED)) return undefined
  const key = event.key.toLowerCase()
  if (/^[1-9]$/.test(key)) return Number(key)
  return Object.hasOwn(DEEDS, key) ? DEEDS[key] : undefined
}

const SOON = 50, TRIES = 400 // milliseconds until the next look; how often a link is looked at

/** Whether a link still leads to the scene that is on its way: it is that of the scene before. */
export function isLate(href, search) {
  const scene = (query) => new URLSearchParams(query).get("scene")
  const there = href?.includes("?") ? scene(href.slice(href.indexOf("?"))) : null
  return there !== null && there === scene(search)
}

/** Press it; true if it is there. A second press may come before the page has its new links. */
export function press(root, part, tries = TRIES) {
  const found = root.querySelector(`.st-key-${part} a, .st-key-${part} button`)
  if (tries && isLate(found?.href, globalThis.location?.search))
    setTimeout(() => press(root, part, tries - 1), SOON)
  else found?.click()
  return Boolean(found)
}

const CLIPPING = ".st-key-set_clip button, .st-key-own_mode button"
const ACT = ".st-key-story_act *", SWITCH = "input[name=clipping]"

/** The choices of clipping: a page's buttons, or those that act four draws in its shadow root. */
function choices(root) {
  const buttons = [...root.querySelectorAll(CLIPPING)]
  if (buttons.length) return buttons
  return [...root.querySelectorAll(ACT)].flatMap((e) => [...(e.shadowRoot?.querySelectorAll(SWITCH) ?? [])])
}

/** Clipping on or off, in place: the first of its choices is off. */
export function toggled(root) {
  const [off, on] = choices(root)
  const isOff = off?.checked ?? off?.dataset.testid?.endsWith("Active")
  ;(isOff ? on : off)?.click()
  return Boolean(off)
}

/** Pick a question's choice by its number, from 1. */
export function chosen(root, number) {
  const found = root.querySelectorAll(
    ".st-key-player_choices [role=radiogroup] label, .st-key-story_choices button")[number - 1]
  found?.click()
  return Boolean(found)
}

function darkened(root) {
  const there = root.querySelector(".blackout")
  if (there) { there.remove(); return true }
  const sheet = root.createElement("div")
  sheet.className = "blackout"
  Object.assign(sheet.style, { position: "fixed", inset: "0", background: "black", zIndex: "1000000" })
  sheet.onclick = () => sheet.remove()
  root.body.append(sheet)
  return true
}

function filled(root) {
  if (root.fullscreenElement) root.exitFullscreen()
  else root.documentElement.requestFullscreen?.().catch(() => {}) // a browser may refuse
  return true
}

function done(root, what) {
  if (typeof what === "number") return chosen(root, what)
  if (what === "answer") return press(root, "player_choices")
  return { black: darkened, clip: toggled, full: filled }[what](root)
}

/** Heed a key; true if it meant something. */
export function heeded(root, event) {
  const sheet = root.querySelector(".blackout")
  if (sheet && event.key === "Escape") { sheet.remove(); return true }
  const part = way(event)
  if (part) return press(root, part)
  const what = deed(event)
  return what === undefined ? false : done(root, what)
}

// One listener for as long as the app is open: a page that arrives says so before the one that
// leaves says goodbye, and would lose what both share. It acts only where there is something to lead.
const LED = ".st-key-player, .st-key-leave, .st-key-story"
const heard = (event) => {
  if (document.querySelector(LED) && heeded(document, event)) event.preventDefault()
}

export default function () {
  document.addEventListener("keydown", heard)
}
