// Streamlit puts the section headers of its phone navigation among the items of a list, which is
// none for a screen reader then. Each section becomes one item, and its links lose their bullets.

/** Makes a proper list of the navigation's items; true if there was one. */
export function listed(root) {
  const list = root.querySelector("[data-testid=stSidebarNavItems]")
  if (!list) return false
  for (const child of list.children) {
    if (child.tagName === "LI") continue
    child.setAttribute("role", "listitem")
    for (const item of child.querySelectorAll("li")) item.setAttribute("role", "presentation")
  }
  return true
}

export default function () {
  onePerPage(window, () => toTop(document))
  listed(document)
  const observer = new MutationObserver(() => listed(document))
  observer.observe(document.body, { childList: true, subtree: true })
  return () => observer.disconnect()
}
