// A page that trains runs again by itself. Without a server there is one thread for everything: the
// next run is asked for when the last has ended and what it drew is painted, never by the clock.

/** A tab in the background paints nothing: there the clock has to do. */
const nextFrame = (then) => (document.hidden ? setTimeout(then, 200) : requestAnimationFrame(then))

/** Calls `ask` once the page `rests` and another frame is painted; never if `isOver` by then. */
export function whenPainted(ask, isOver, rests, frame) {
  const look = () => {
    if (isOver()) return
    if (rests()) frame(() => isOver() || ask())
    else frame(look)
  }
  frame(look)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("[data-component=again]")
  root.dataset.drawn = "1"
  if (root.rnnTurn === data.turn) return // drawn anew, but of the same run
  root.rnnTurn = data.turn
  const isOver = () => !root.isConnected || root.rnnTurn !== data.turn
  whenPainted(() => setTriggerValue("asked", data.turn), isOver, isResting, nextFrame)
}
