// Links to what is on screen, made from the browser's own address: so they hold behind any proxy
// and under any path. Each can be copied by a press, or by hand where the browser allows no other.

const LEAST = 320 // pixels of a frame's height

const MEANING = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" }
const inert = (text) => text.replace(/[&"<>]/g, (c) => MEANING[c])

/** The line of HTML that shows an address inside of another page, without any script there. */
export function frame(address, title, height) {
  return `<iframe src="${inert(address)}" title="${inert(title)}" width="100%" ` +
    `height="${Math.max(LEAST, Math.ceil(height))}" style="border:0" loading="lazy"></iframe>`
}

/** How high picture and controls are just now, in pixels. */
export function tall(root) {
  const parts = [...root.querySelectorAll("[class*=st-key-part_], .st-key-controls")]
  const first = parts.filter((e) => e.matches(".st-key-controls")).slice(0, 1)
  const shown = [...first, ...parts.filter((e) => !e.matches(".st-key-controls")).slice(0, 1)]
  return shown.reduce((sum, e) => sum + e.getBoundingClientRect().height, 48)
}

/** Copies a text; false where the browser has no way to. */
export async function copied(text, field, { navigator, document }) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch { // not a secure address, or not allowed
    field.select()
    try { return Boolean(document.execCommand("copy")) } catch { return false }
  }
}

function text(row, href) {
  const address = changed(href, row.changes, row.page)
  return row.title ? frame(address, row.title, tall(document)) : address
}

/** One link: what it is, its text, which can be selected, and a button. */
function line(row, said) {
  const part = document.createElement("div")
  const label = document.createElement("label"), field = document.createElement("input")
  const button = document.createElement("button")
  label.textContent = row.label
  field.id = label.htmlFor = `sharing-${row.name}`
  Object.assign(field, { readOnly: true, type: "text" })
  Object.assign(button, { type: "button", textContent: "Copy" })
  button.setAttribute("aria-label", `Copy: ${row.label}`)
  part.dataset.row = row.name
  part.append(label, field, button)
  const renew = () => (field.value = text(row, location.href))
  renew()
  field.onfocus = () => { renew(); field.select() }
  button.onclick = async () => {
    const done = await copied(renew(), field, globalThis)
    said.textContent = done ? `Copied: ${row.label}.` : "The text is selected: copy it with Ctrl+C or ⌘C."
  }
  return part
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector("[data-component=sharing]")
  const said = root.querySelector("[role=status]")
  root.querySelector("[data-rows]").replaceChildren(...data.rows.map((row) => line(row, said)))
  root.dataset.drawn = "1"
}
