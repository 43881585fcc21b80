// Shows a drawing made on the server and gives it the reader's light or dark chart colours.
// `data` is UTF-8 SVG; every text in it is already escaped.

/** The palette as custom properties: --chart-0, --chart-1, ... */
export function palette(colours) {
  return colours.split(",").map((c, k) => [`--chart-${k}`, c.trim()]).filter(([, c]) => c)
}

function draw(root, text) {
  const colours = getComputedStyle(root).getPropertyValue("--st-chart-categorical-colors")
  for (const [name, colour] of palette(colours)) root.style.setProperty(name, colour)
  if (root.dataset.shown !== text) {
    const open = root.querySelector("details")?.open
    root.innerHTML = root.dataset.shown = text
    if (open) root.querySelector("details")?.setAttribute("open", "")
  }
  markDrawn(root)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector("[data-component=wirings]"), text = textOf(data)
  drawSoon(root, () => draw(root, text))
  return () => setTimeout(() => root.isConnected || forget(root))
}
