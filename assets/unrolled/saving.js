// Saving: the picture as one self-contained file.

/** Picture and legend in one self-contained SVG: colours are attributes already. */
export function compose(view) {
  const { place, colours } = view, pad = 16
  const [w, h] = [Math.max(place.right + 2, view.legendWidth) + 2 * pad, place.height + view.legendHeight + 3 * pad]
  const out = el(null, "svg", { xmlns: NS, width: w, height: h, viewBox: `0 0 ${w} ${h}`, "font-family": view.font.replace(/"/g, "'") + ", sans-serif" })
  el(out, "title", {}, view.payload.title)
  el(out, "desc", {}, sentence(view.payload, view.selected))
  el(out, "rect", { width: w, height: h, fill: colours.background })
  const parts = [[view.svg, pad], [view.names, pad], [view.legend.firstChild, place.height + 2 * pad]]
  for (const [source, y] of parts) {
    const g = el(out, "g", { transform: `translate(${pad} ${y})` })
    for (const child of source.cloneNode(true).childNodes) g.appendChild(child.cloneNode(true))
  }
  out.querySelectorAll(".steps, .hit, [visibility=hidden]").forEach(e => e.remove())
  out.querySelectorAll(".off").forEach(e => e.setAttribute("opacity", 0.12))
  out.querySelectorAll("*").forEach(e => { for (const a of [...e.attributes]) if (/^(class|role|tabindex|aria-|data-)/.test(a.name)) e.removeAttribute(a.name) })
  return { text: new XMLSerializer().serializeToString(out), w, h }
}

function save(view, blob, end) {
  const a = document.createElement("a")
  a.href = URL.createObjectURL(blob); a.download = `${view.payload.file}.${end}`
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 2000)
}

function saveSvg(view) { save(view, new Blob([compose(view).text], { type: "image/svg+xml" }), "svg") }

function savePng(view) {
  const { text, w, h } = compose(view), image = new Image(), ratio = Math.min(2, 16000 / w)
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }))
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: w * ratio, height: h * ratio })
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
    URL.revokeObjectURL(url)
    canvas.toBlob(blob => save(view, blob, "png"))
  }
  image.src = url
}
