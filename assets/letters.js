// Texts whose characters are coloured by a number each: pointed at they say it, a click or a key picks one.
// The payload is of pages/figures/letters.py: `rows` are texts of the same characters, coloured by a block each.

const SHOWN = { "\n": "↵", " ": "␣", "\t": "⇥" }

/** A character as it is named. */
export const named = c => SHOWN[c] ?? c

/** A number in a few letters. */
export function brief(v) {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "–" : "overflow"
  const size = Math.abs(v)
  if (size !== 0 && (size < 0.001 || size >= 10000)) return v.toExponential(1).replaceAll("-", "−")
  return String(+v.toPrecision(3)).replace("-", "−")
}

/** Where a number lies on the scale; what is to be coloured is its logarithm where the scale is one. */
export const onScale = (v, scale) => scale.log ? Math.log10(Math.max(v, 10 ** scale.low)) : v

/** The place a key leads to, or null; `first` is the first that can be picked. */
export function moved(key, at, first, last) {
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: first, End: last }[key]
  return to === undefined ? null : Math.max(first, Math.min(last, to))
}

/** Which character is meant, and what each text's colour says of it. */
export function words(data, t) {
  const place = `Character ${t + data.from} “${named(data.chars[t])}”`
  const values = data.rows.filter(row => row.short).map(row => [row.short, data.numbers[row.values].all[t]])
  const known = values.filter(([, v]) => !Number.isNaN(v)).map(([name, v]) => `${name} ${brief(v)}`)
  const nothing = t === data.pick && data.picked ? data.picked : data.nothing
  return `${place}: ${[known.join(", "), surprise(data, t)].filter(Boolean).join("; ") || nothing}`
}

function surprise(data, t) {
  const v = data.numbers.bits?.all[t]
  return Number.isFinite(v) ? `surprise ${brief(v)} bits (p = ${brief(2 ** -v)}); the likeliest in its place:` : ""
}

/** The likeliest characters for a place: what, how likely, whether it came. */
export function candidates(data, t) {
  const { best, chances } = data.numbers
  if (!best || t < 1) return []
  return Array.from(row(best, t - 1), (k, i) => ({
    c: data.alphabet[k], p: row(chances, t - 1)[i], came: data.alphabet[k] === data.chars[t],
  }))
}

/** A probability; one that would be rounded to nothing is still something. */
export const percent = p => p > 0 && p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`

// ---------------------------------------------------------------- drawing

const html = (name, kind, text) => Object.assign(document.createElement(name), { className: kind ?? "", textContent: text ?? "" })

function drawKey(view) {
  const { scale } = view.data, ramp = scale.kind === "unit" ? view.colours.sequential : view.colours.diverging
  const bar = html("span", "bar")
  bar.style.background = `linear-gradient(90deg, ${[0, 64, 128, 192, 256].map(k => ramp[k][0]).join(", ")})`
  view.key.replaceChildren(html("span", "", scale.words), html("span", "", scale.ends[0]), bar, html("span", "", scale.ends[1]))
}

function letter(view, r, t) {
  const { data } = view, c = data.chars[t], v = data.numbers[data.rows[r].values].all[t]
  const e = html("span", "", c === "\n" ? "↵" : c)
  e.id = `letter-${view.root.dataset.key}-${r}-${t}`
  e.dataset.t = t
  e.setAttribute("role", "option")
  e.setAttribute("aria-selected", String(t === view.pick))
  if (c === "\n" || c === " ") e.setAttribute("aria-label", c === " " ? "space" : "line break")
  if (!Number.isNaN(v)) [e.style.backgroundColor, e.style.color] = fill(Math.min(onScale(v, data.scale), data.scale.high), [data.scale.kind, data.scale.low, data.scale.high], view.colours)
  e.classList.toggle("break", c === "\n")
  e.classList.toggle("own", t >= data.written)
  e.classList.toggle("still", t < data.first)
  e.classList.toggle("picked", t === view.pick)
  return e
}

function drawTexts(view) {
  const { data } = view, held = view.texts.contains(view.root.getRootNode().activeElement) ? view.root.getRootNode().activeElement.dataset.r : null
  const parts = data.rows.flatMap((text, r) => {
    const head = html("p", "title", text.title), box = html("div", "letters")
    if (text.note) head.append(" ", html("small", "", text.note))
    box.dataset.r = r
    box.tabIndex = 0
    box.setAttribute("role", "listbox")
    box.setAttribute("aria-label", `${text.title}: ${data.label}`)
    if (view.pick >= 0) box.setAttribute("aria-activedescendant", `letter-${view.root.dataset.key}-${r}-${view.pick}`)
    data.chars.forEach((c, t) => {
      box.append(letter(view, r, t))
      if (c === "\n" && t >= data.first) box.append(document.createElement("br"))
    })
    return [head, box]
  })
  view.root.toggleAttribute("data-hall", bodyText() >= 20)
  view.root.toggleAttribute("data-several", data.rows.length > 1)
  view.texts.replaceChildren(...parts)
  if (held !== null) view.texts.querySelector(`[data-r="${held}"]`)?.focus({ preventScroll: true })
}

function tell(view, t) {
  view.told.textContent = t >= 0 ? words(view.data, t) : view.data.hint
  const found = t >= 0 ? candidates(view.data, t) : []
  view.next.replaceChildren(...found.flatMap(({ c, p, came }) => {
    const share = html("i"), chance = html("div", "chance")
    share.style.width = `${100 * p}%`
    chance.append(share)
    return [html("code", came ? "came" : "", named(c)), chance, html("span", came ? "came" : "", `${percent(p)}${came ? " ← came" : ""}`)]
  }))
}

/** Every text's picked (or pointed at) character wears a ring. */
function ring(view, kind, t) {
  for (const old of view.texts.querySelectorAll(`.${kind}`)) {
    old.classList.remove(kind)
    if (kind === "picked") old.setAttribute("aria-selected", "false")
  }
  for (const e of t >= 0 ? view.texts.querySelectorAll(`[data-t="${t}"]`) : []) {
    e.classList.add(kind)
    if (kind !== "picked") continue
    e.setAttribute("aria-selected", "true")
    e.parentElement.setAttribute("aria-activedescendant", e.id)
  }
}

/** A held key sends one message, not thirty; a click sends its own at once. */
function choose(view, t, patience) {
  view.pick = t
  ring(view, "picked", t)
  tell(view, t)
  clearTimeout(view.timer)
  view.timer = setTimeout(() => {
    view.live.textContent = words(view.data, t)
    view.sent.push(t)
    view.send(t)
  }, patience)
}

function listen(view) {
  const { data, texts } = view, place = e => e.target.closest?.("[data-t]")
  texts.onpointermove = e => {
    const t = place(e) ? +place(e).dataset.t : view.pick
    if (t === view.at) return
    view.at = t
    ring(view, "at", t === view.pick ? -1 : t)
    tell(view, t)
  }
  texts.onpointerleave = () => { view.at = -1; ring(view, "at", -1); tell(view, view.pick) }
  texts.onclick = e => { if (place(e) && +place(e).dataset.t >= data.first) choose(view, +place(e).dataset.t, 0) }
  texts.onkeydown = e => {
    const to = moved(e.key, view.pick, data.first, data.chars.length - 1)
    if (to === null || e.ctrlKey || e.metaKey || e.altKey || data.chars.length <= data.first) return
    e.preventDefault()
    e.stopPropagation()
    if (to !== view.pick) choose(view, to, 120)
  }
}

// ---------------------------------------------------------------- the page

const views = new WeakMap()

function open(root) {
  const view = { root, sent: [], pick: -1, at: -1 }
  root.querySelectorAll("[data-part]").forEach(e => { view[e.dataset.part] = e })
  views.set(root, view)
  return view
}

export default function ({ data: message, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="letters"]'), view = views.get(root) ?? open(root)
  view.data = unpack(bytesOf(message))
  view.send = t => setStateValue("choice", { t, at: Date.now() }) // the time makes every choice a change
  root.dataset.key = view.data.key
  if (isNews(view, view.data.pick)) view.pick = view.data.pick
  view.pick = Math.min(view.pick, view.data.chars.length - 1)
  resolveColours(view)
  drawKey(view)
  drawTexts(view)
  listen(view)
  tell(view, view.pick)
  root.dataset.pick = String(view.data.pick)
  markDrawn(root)
  return () => { clearTimeout(view.timer); views.delete(root) }
}
