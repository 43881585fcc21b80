// Keeps trained networks in the browser's own database and hands them back when the page asks;
// small texts too, in its storage (notebook.js).

const BASE = "inside-an-rnn", STORE = "networks", MOST = 8, MOST_LETTERS = 24e6

/** The names of what has to go so that the rest is few and small; the newest always stays. */
export function surplus(records, most = MOST, letters = MOST_LETTERS) {
  const newest = [...records].sort((a, b) => b.when - a.when)
  let room = letters
  return newest.filter((one, k) => {
    room -= one.raw.length
    return k > 0 && (k >= most || room < 0)
  }).map((one) => one.name)
}

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})

function opened() {
  if (!globalThis.indexedDB) return Promise.reject(new Error("it has no database"))
  const request = indexedDB.open(BASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "name" })
  return done(request)
}

async function put(base, record) {
  const store = base.transaction(STORE, "readwrite").objectStore(STORE)
  await done(store.put({ ...record, when: Date.now() }))
  for (const name of surplus(await done(store.getAll()))) await done(store.delete(name))
}

/** Does what a message asks for; what is to be said of each part of it. */
export async function answers({ put: records, ask }) {
  const said = []
  try {
    const base = await opened()
    for (const one of records) {
      await put(base, one)
      said.push({ stored: one.name, stamp: one.stamp })
    }
    const found = ask && (await done(base.transaction(STORE).objectStore(STORE).get(ask)))
    if (ask) said.push({ asked: ask, raw: found?.raw ?? null })
    base.close()
  } catch (error) {
    const why = String(error?.message ?? error).slice(0, 200)
    if (ask) said.push({ asked: ask, raw: null, why })
    if (records.length) said.push({ failed: why })
  }
  return said
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("[data-component=kept]")
  const seen = (root.rnnSeen ??= new Set())
  const fresh = (mark) => !seen.has(mark) && seen.add(mark)
  const records = data.put.filter((one) => fresh(`put ${one.name} ${one.stamp}`))
  const ask = data.ask && fresh(`ask ${data.ask}`) ? data.ask : ""
  const notes = noted(undone(data.notes, fresh), () => localStorage)
  root.dataset.drawn = "1"
  const listen = (event) => {
    const one = data.notes && written(event)
    if (one) setTriggerValue("answers", [one])
  }
  addEventListener("storage", listen)
  if (records.length || ask)
    answers({ put: records, ask }).then((said) => setTriggerValue("answers", [...notes, ...said]))
  else if (notes.length) setTriggerValue("answers", notes)
  return () => removeEventListener("storage", listen)
}
