// The browser's history: one stop per page, and a page that is opened begins at its top. Streamlit
// adds a stop whenever the link changes, so for each notch of a slider, and lets a page that is
// drawn quickly begin where the one before was left.

/** Makes the window's `pushState` replace the present stop unless the path changes, once for all.

`opened` is called when another path has been opened, by a link or by Back or Forward. A stop of
the same page may be left from before this script had come, with the link as it was typed: Back
goes on from there. */
export function onePerPage(window, opened) {
  const { document, history, location } = window
  const push = history.pushState
  if (push.onePerPage) return
  let path = location.pathname
  const arrive = () => {
    if (path === location.pathname) return false
    path = location.pathname
    opened()
    return true
  }
  history.pushState = function (state, title, address) {
    const there = new URL(address ?? location.href, document.baseURI)
    if (there.pathname === location.pathname) return history.replaceState(state, title, address)
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
