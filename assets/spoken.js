// Shows a table of words (HTML from pages/figures/spoken.py, escaped there) in the theme's colours
// and says which of its buttons was pressed. `data` is a UTF-8 JSON string.

/** The diverging colours as custom properties: --d-0 (most negative) to --d-9 (most positive). */
export function stops(colours) {
  return colours.split(/,(?![^(]*\))/).map((c, k) => [`--d-${k}`, c.trim()]).filter(([, c]) => c)
}

/** What a press asks for, or null. */
export const asked = button => button ? Number(button.dataset.go) : null

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="spoken"]')
  const text = textOf(data)
  const colours = getComputedStyle(root).getPropertyValue("--st-chart-diverging-colors")
  for (const [name, colour] of stops(colours)) root.style.setProperty(name, colour)
  root.toggleAttribute("data-hall", bodyText() >= 20)
  if (root.shown !== text) {
    const held = root.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement : null
    const go = held?.dataset.go, left = root.querySelector(".scroll")?.scrollLeft ?? 0
    root.innerHTML = JSON.parse(text)
    root.shown = text
    const scroll = root.querySelector(".scroll")
    if (scroll) scroll.scrollLeft = left
    if (go) root.querySelector(`[data-go="${go}"]`)?.focus({ preventScroll: true })
  }
  root.onclick = event => {
    const go = asked(event.target.closest("button[data-go]"))
    if (go !== null) setStateValue("choice", { go, at: Date.now() }) // the time makes every press news
  }
  markDrawn(root)
}
