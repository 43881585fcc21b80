// Figures that come one upon the other while a slider is dragged, and differ in nothing but their title
// and the course of their lines: those alone are drawn, in the elements and on the axes that Plotly has
// made. Plotly draws the whole figure, with what it says on hovering, when no other follows.

const FOLLOWS = 300 // ms from one figure to the next
const SETTLES = "for rest" // the sign that Plotly's own drawing is still to come

const linesOf = ({ layout: { title } }) => (title?.text ?? "").split("<br>")

/** What of a figure stays while its lines and the words of its title move; "" where more moves. (Plotly
 *  writes into the figures that it is given: this is to be asked before.) */
export function frameOf(figure) {
  const { data, layout: { title, ...layout } } = figure, lines = linesOf(figure)
  const isMore = ({ type, mode, meta }) => type !== "scatter" || mode !== "lines" || meta?.roll || meta?.glide
  if (data.some(isMore) || lines.some((words) => words.includes("<"))) return ""
  const looks = data.map((trace) => ({ ...trace, x: 0, y: 0, text: "" }))
  return JSON.stringify([{ ...title, text: lines.length }, layout, looks])
}

/** Draws a figure that follows another in the same frame; whether it did. */
function quicken(state, figure, frame) {
  const { node } = state
  settle(state)
  if (!frame || frame !== state.frame || performance.now() - state.at > FOLLOWS) return false
  const axis = (name) => node._fullLayout[`${name[0]}axis${name.slice(1)}`]
  const courses = figure.data.map((trace, k) => {
    const [x, y] = [axis(trace.xaxis ?? "x"), axis(trace.yaxis ?? "y")]
    return { group: drawnAs(node, k), d: path(trace, (v) => x.d2p(v), (v) => y.d2p(v)) }
  })
  const title = node.querySelector(".g-gtitle text"), rows = title?.querySelectorAll("tspan.line") ?? []
  if (!title || !courses.every(({ group }) => group)) return false
  for (const { group, d } of courses) { // Plotly makes an element of each piece: one has them all now
    const lines = group.querySelectorAll(".js-line"), fill = group.querySelector(".js-fill")
    lines.forEach((line, piece) => line.setAttribute("d", piece ? "" : d))
    fill?.setAttribute("d", `${d}Z`)
  }
  linesOf(figure).forEach((words, k) => { (rows[k] ?? title).textContent = words })
  state.figure = figure
  node.dataset.waits = SETTLES
  state.settling = setTimeout(() => { settle(state); draw(state, true) }, FOLLOWS)
  return true
}

/** Plotly is no longer waited for: it draws now, or another figure has come. */
function settle({ node, settling }) {
  clearTimeout(settling)
  if (node.dataset.waits === SETTLES) delete node.dataset.waits
}
