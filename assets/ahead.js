// What later pictures of a lecture need, fetched while the first is looked at: the components'
// scripts, then plotly.js, which takes a browser longest. Whoever needs one meanwhile shares it.

const RESTS = 1500 // milliseconds that the first scene has for itself

/** Fetches scripts one after the other into the place where components look for them. */
export async function fetchAll(names, kept, bring) {
  for (const name of names) {
    try {
      kept[name] ??= bring(name).then((module) => (kept[name] = module))
      await kept[name]
    } catch {
      delete kept[name] // who needs it will ask again
    }
  }
}

const bring = (name) => import(new URL(`scripts/${name}.js`, document.baseURI).href)

async function prepare({ scripts, plot, plotly }) {
  const kept = (globalThis.rnnScripts ??= {})
  await fetchAll([...scripts, plot], kept, bring)
  await kept[plot]?.load?.(plotly).catch(() => {}) // the first plot tries again, and says so
}

export default function ({ data }) {
  if (data?.plot) globalThis.rnnAhead ??= setTimeout(() => prepare(data), RESTS)
}
