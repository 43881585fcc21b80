// Small texts in the browser's own storage: the reader's deck, and what was answered. All tabs of
// the browser share them, so what one writes the others are told.

const DRAWER = "inside-an-rnn/"

/** Keeps texts (an empty one is let go of), and reads those that are asked for.

`urgent` texts are told of even where there is none. `storage` gives the browser's storage, or
throws where it has none. */
export function noted({ put, ask, urgent }, storage) {
  const said = []
  try {
    for (const { name, text } of put)
      if (text) storage().setItem(DRAWER + name, text)
      else storage().removeItem(DRAWER + name)
  } catch (error) {
    said.push({ unnoted: String(error?.message ?? error).slice(0, 200) })
  }
  for (const name of ask) {
    let text = null
    try { text = storage().getItem(DRAWER + name) } catch { /* then there is none */ }
    if (text !== null || urgent.includes(name)) said.push({ read: name, text: text ?? "" })
  }
  return said
}

/** The text of ours that another tab has written, or undefined. */
export function written({ key, newValue }) {
  if (!key?.startsWith(DRAWER)) return undefined
  return { read: key.slice(DRAWER.length), text: newValue ?? "" }
}

const NOTHING = { put: [], ask: [], urgent: [] }

/** What of a message, which may be of networks only, is still to be done; `fresh` remembers. */
export function undone(notes = NOTHING, fresh) {
  return {
    put: notes.put.filter(({ name, stamp }) => fresh(`note ${name} ${stamp}`)),
    ask: notes.ask.filter((name) => fresh(`read ${name} ${notes.stamp} ${notes.urgent.includes(name)}`)),
    urgent: notes.urgent,
  }
}
