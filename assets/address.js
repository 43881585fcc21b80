// An address of the app with some of its settings changed, whatever path it lies behind.

const STREAMLITS = ["embed", "embed_options"] // words of Streamlit's own that never belong to us

/** An address with some of its settings changed, null takes one away; on another page if named. */
export function changed(href, changes, page = "") {
  const url = new URL(href)
  if (page) url.pathname = new URL(page, href).pathname
  url.hash = ""
  for (const name of STREAMLITS) url.searchParams.delete(name)
  for (const [name, value] of Object.entries(changes))
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  return url.href.replaceAll("%2C", ",")
}
