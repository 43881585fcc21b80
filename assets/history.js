// The browser's history: one stop per page, and a page that is opened begins at its top. Streamlit
// adds a stop whenever the link changes, so for each notch of a slider, and lets a page that is
// drawn quickly begin where the one before was left.

/** Makes the window's `pushState` replace the present stop unless the path changes, once for all.

`opened` is called when another path has been opened, by a link or by Back or Forward. A stop of
the same page may be left from before this script had come, with the link as it was typed: Back
goes on from there. Streamlit writes the settings of a page that answers at once into the address
before the page's name: the stop that is left gets its own back, as it was at the reader's last
press. */
export function onePerPage(window, opened) {
  const { document, history, location } = window
  const push = history.pushState
  if (push.onePerPage) return
  let path = location.pathname
  let left = new URL(location.href)
  for (const press of ["click", "keydown"])
    window.addEventListener(press, () => void (left = new URL(location.href)), true)
  const arrive = () => {
    if (path === location.pathname) return false
    path = location.pathname
    opened()
    return true
  }
  history.pushState = function (state, title, address) {
    const there = new URL(address ?? location.href, document.baseURI)
    if (there.pathname === location.pathname) return history.replaceState(state, title, address)
    if (left.pathname === location.pathname && there.search && there.search === location.search)
      history.replaceState(history.state, "", left.href)
    push.call(history, state, title, address)
    arrive()
  }
  history.pushState.onePerPage = true
  window.addEventListener("popstate", () => arrive() || location.hash || history.back())
}

/** Scrolls the page, not the sidebar, to its top. */
export function toTop(root) {
  root.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0, behavior: "instant" })
}
