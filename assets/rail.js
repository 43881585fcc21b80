// The way through the story: its acts by number and name, the present one marked, the answered ones
// too. `data` is UTF-8 JSON: a list of { name, mark, here }.

/** What a screen reader hears of an act. */
export const spoken = ({ name, mark }, k) => `Act ${k + 1}: ${name}${mark ? `, ${mark}` : ""}`

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('[data-component="rail"]')
  const acts = JSON.parse(textOf(data))
  const list = root.querySelector("ol")
  while (list.children.length < acts.length) {
    const item = document.createElement("li"), button = document.createElement("button")
    button.type = "button"
    button.append(document.createElement("b"), document.createElement("span"))
    item.append(button)
    list.append(item)
  }
  acts.forEach((act, k) => {
    const button = list.children[k].firstChild
    button.setAttribute("aria-label", spoken(act, k))
    button.title = act.name
    button.className = act.mark ? "done" : ""
    if (act.here) button.setAttribute("aria-current", "step")
    else button.removeAttribute("aria-current")
    button.firstChild.textContent = act.mark && !act.here ? "✓" : String(k + 1)
    button.lastChild.textContent = act.name
    button.onclick = () => setStateValue("choice", { act: k, at: Date.now() })
  })
  markDrawn(root)
}
