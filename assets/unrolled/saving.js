// Saving: the picture as one self-contained file.

/** Picture and legend in one self-contained SVG: colours are attributes already. */
export function compose(view) {
  const { place, colours } = view, pad = 16
  const [width, height] = [Math.max(place.right + 2, view.legendWidth) + 2 * pad, place.height + view.legendHeight + 3 * pad]
  const out = el(null, "svg", { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": view.font.replace(/"/g, "'") + ", sans-serif" })
  el(out, "title", {}, view.payload.title)
  el(out, "desc", {}, sentence(view.payload, view.selected))
  el(out, "rect", { width, height, fill: colours.background })
  const parts = [[view.svg, pad], [view.names, pad], [view.legend.firstChild, place.height + 2 * pad]]
  for (const [source, y] of parts) {
    const g = el(out, "g", { transform: `translate(${pad} ${y})` })
    for (const child of source.cloneNode(true).childNodes) g.appendChild(child.cloneNode(true))
  }
  out.querySelectorAll(".steps, .hit, [visibility=hidden]").forEach(e => e.remove())
  out.querySelectorAll(".off").forEach(e => e.setAttribute("opacity", 0.12))
  return { text: bare(out), width, height }
}

const save = (view, end) => saveAs(end, compose(view), view.payload.file)
