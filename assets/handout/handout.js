// A hand-out: components of the app in a file of their own, drawn from the messages that the app
// sent them. Nothing is computed here and nobody is asked: what a component tells is not heard.

/** The bytes behind a text in base64 that was compressed with gzip. */
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** The message of an exhibit at a position of its sheet's slider; `at` null: as it was on screen. */
export function message({ places }, all, sheet, key, at = null) {
  const [from, length] = places[`${sheet}.${key}${at === null ? "" : `.${at}`}`]
  return all.slice(from, from + length) // a copy, so that numbers begin where memory may
}

const stored = (name) => document.getElementById(name)?.textContent ?? ""
const place = (sheet, key) => document.querySelector(`[data-exhibit="${CSS.escape(`${sheet}.${key}`)}"]`)

function draw(sheet, { key, script }, data) {
  const home = place(sheet, key), parentElement = home.shadowRoot ?? home
  globalThis.components[script]({ data, parentElement, key, name: script,
    setStateValue() {}, setTriggerValue() {} })
}

/** Moves a slider: the exhibits that it turns, and its position in words. */
function turned(about, all, input) {
  const sheet = Number(input.dataset.sheet), at = Number(input.value)
  const { exhibits, positions, swept } = about.sheets[sheet]
  input.parentElement.querySelector("output").textContent = positions[at]
  input.setAttribute("aria-valuetext", positions[at])
  for (const exhibit of exhibits)
    if (swept.includes(exhibit.key)) draw(sheet, exhibit, message(about, all, sheet, exhibit.key, at))
}

/** Plotly itself, where the file has it. */
async function plotly() {
  if (!stored("plotly")) return
  const script = document.createElement("script")
  script.textContent = new TextDecoder().decode(await unpacked(stored("plotly")))
  document.head.append(script)
}

export async function start() {
  const about = JSON.parse(stored("about")), all = await unpacked(stored("messages"))
  await plotly()
  about.sheets.forEach(({ exhibits }, sheet) => {
    for (const exhibit of exhibits) draw(sheet, exhibit, message(about, all, sheet, exhibit.key))
  })
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-sheet]"))
  for (const input of inputs) {
    input.setAttribute("aria-valuetext", about.sheets[Number(input.dataset.sheet)].positions[Number(input.value)])
    input.oninput = () => turned(about, all, input)
  }
  document.body.dataset.drawn = "1"
}
