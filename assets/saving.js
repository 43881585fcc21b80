// Saving: a drawing as a file of the reader's own, for every component that draws SVG.

const PNG_TIMES = 2, PNG_WIDEST = 16000 // pixels of the picture for one of the drawing; the most a canvas takes

/** The drawing's own attributes go, what is left stands alone: colours are attributes already. */
export function bare(svg) {
  for (const e of [svg, ...svg.querySelectorAll("*")])
    for (const a of [...e.attributes]) if (/^(class|role|tabindex|aria-|data-)/.test(a.name)) e.removeAttribute(a.name)
  return new XMLSerializer().serializeToString(svg)
}

/** Hand an SVG document over as `name`.svg or, drawn on a canvas, as `name`.png. */
function saveAs(end, { text, width, height }, name) {
  const file = new Blob([text], { type: "image/svg+xml" })
  if (end === "svg") return download(file, `${name}.svg`)
  const image = new Image(), times = Math.min(PNG_TIMES, PNG_WIDEST / width), url = URL.createObjectURL(file)
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: width * times, height: height * times })
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
    URL.revokeObjectURL(url)
    canvas.toBlob(blob => download(blob, `${name}.png`))
  }
  image.src = url
}

function download(blob, name) {
  const a = document.createElement("a")
  a.href = URL.createObjectURL(blob); a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 2000)
}
