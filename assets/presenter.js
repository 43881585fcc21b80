// Lecture mode by keys. A clicker sends PageDown and PageUp: they always lead on and back. Arrows
// and space belong to a control that has the focus; Esc leaves.

const WAYS = {
  PageDown: "next", ArrowRight: "next", " ": "next",
  PageUp: "previous", ArrowLeft: "previous",
  Escape: "present",
}
const ALWAYS = new Set(["PageDown", "PageUp", "Escape"])
const FIELDS = "input, select, textarea, [contenteditable], [role=radiogroup], [role=listbox]"
const PRESSED = "button, summary, [role=button]" // by space; arrows do nothing there
const MOVED = "[tabindex='0']:not(section, main, a)" // a drawing's own keys; not the whole page

/** Whether a key means something to what has the focus. */
function taken(key, target) {
  if (!target?.closest) return false
  return Boolean(target.closest(FIELDS) || target.matches(MOVED)
    || (key === " " && target.closest(PRESSED)))
}

/** What a key is for: the name of the player's part to press, or nothing. */
export function way(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return undefined
  if (!ALWAYS.has(event.key) && taken(event.key, event.target)) return undefined
  return Object.hasOwn(WAYS, event.key) ? WAYS[event.key] : undefined
}

/** Press it; true if it is there. */
export function press(root, part) {
  const found = root.querySelector(`.st-key-${part} a, .st-key-${part} button`)
  found?.click()
  return Boolean(found)
}

export default function () {
  const heard = (event) => {
    const part = way(event)
    if (part && press(document, part)) event.preventDefault()
  }
  document.addEventListener("keydown", heard)
  return () => document.removeEventListener("keydown", heard)
}
