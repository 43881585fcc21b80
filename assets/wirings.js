// Shows drawings made on the server and gives them the reader's light or dark chart colours.
// `data` is UTF-8 HTML with SVG; every text in it is already escaped. A link with `data-opens` is
// followed within the app where there is one.

/** The palette as custom properties: --chart-0, --chart-1, ... */
export function palette(colours) {
  return colours.split(",").map((c, k) => [`--chart-${k}`, c.trim()]).filter(([, c]) => c)
}

const opened = (root) => new Set([...root.querySelectorAll("details[open]")].map((e) => e.dataset.of))

function draw(root, text) {
  const colours = getComputedStyle(root).getPropertyValue("--st-chart-categorical-colors")
  for (const [name, colour] of palette(colours)) root.style.setProperty(name, colour)
  if (root.shown !== text) {
    const open = opened(root)
    root.innerHTML = root.shown = text
    for (const e of root.querySelectorAll("details")) e.open = open.has(e.dataset.of)
  }
  markDrawn(root)
}

/** A click that would open the link here and nowhere else. */
const isPlain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("[data-component=wirings]"), text = textOf(data)
  root.onclick = (event) => {
    const link = isPlain(event) && event.target.closest("[data-opens]")
    if (!link || !setTriggerValue) return
    event.preventDefault()
    setTriggerValue("opens", link.dataset.opens)
  }
  drawSoon(root, () => draw(root, text))
  return () => setTimeout(() => root.isConnected || forget(root))
}
