// The site may lie in any folder of any host. Each page has a folder of its own, so that a link to
// it is found; relative addresses on it mean the site's folder, and the address bar says what
// Streamlit itself would have written there: the page's name without a stroke behind it.

/** The site's folder, from the path of a page and that page's name ("" for the first). */
function homeOf(path, page) {
  const folder = path.replace(/\/index\.html$/, "/").replace(/\/*$/, "/")
  const own = `/${page}/`
  return page && folder.endsWith(own) ? folder.slice(0, 1 - own.length) : folder
}

/** The site's own address ends in a stroke, or it would be that of another folder. */
function slashed(address, home) {
  const url = new URL(address, home)
  if (`${url.origin}${url.pathname}/` === home) url.pathname += "/"
  return url.href
}

/** An address of the site as Streamlit writes it; `first` has no name of its own. */
function asWritten(address, home, first) {
  const url = new URL(address)
  const name = url.href.slice(home.length).replace(/[?#].*$/s, "").replace(/(^|\/)index\.html$/, "").replace(/\/*$/, "")
  return home + (name === first ? "" : name) + url.search + url.hash
}
