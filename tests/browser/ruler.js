// What of the drawings on screen is too small, cut off, laid over something else, or scrolls.
//
// The size of a letter is what is seen of it: an SVG may be drawn larger or smaller than it says.
// Indices count. What only a screen reader hears, and what a closed menu holds, does not.

([least, within]) => {
  const everywhere = (selector, root = document) => [
    ...root.querySelectorAll(selector),
    ...[root, ...root.querySelectorAll("*")].filter((e) => e.shadowRoot)
      .flatMap((e) => everywhere(selector, e.shadowRoot)),
  ]
  const found = {}
  const tell = (kind, what, value) => {
    const list = (found[kind] ??= [])
    if (list.length < 8) list.push([String(what).trim().slice(0, 40), Math.round(value * 10) / 10])
  }

  // -- what is seen
  const up = (e) => e.parentElement ?? e.getRootNode().host ?? null
  const chain = (e) => {
    const all = []
    for (; e; e = up(e)) all.push(e)
    return all
  }
  const unseen = new WeakMap()
  const isHidden = (e) => {
    if (!e) return false
    if (!unseen.has(e)) {
      const style = getComputedStyle(e)
      const own = style.clipPath === "inset(50%)" || style.display === "none" ||
        style.opacity === "0" || e.hidden || e.classList?.contains("modebar")
      unseen.set(e, own || isHidden(up(e)))
    }
    return unseen.get(e)
  }
  const isSeen = (e) => !isHidden(e) && getComputedStyle(e).visibility === "visible"
  const size = (e) => {
    const m = e.ownerSVGElement ? e.getScreenCTM() : null
    const drawn = m ? Math.sqrt(Math.abs(m.a * m.d - m.b * m.c)) : 1
    return parseFloat(getComputedStyle(e).fontSize) * drawn
  }

  // -- letters
  const SILENT = /^(STYLE|SCRIPT|OPTION|TITLE|DESC)$/i
  const words = (node, all = []) => {
    if (node.nodeType === 3 && node.data.trim()) all.push(node)
    if (node.nodeType === 1 && SILENT.test(node.tagName)) return all
    if (node.shadowRoot) words(node.shadowRoot, all)
    node.childNodes.forEach((each) => words(each, all))
    return all
  }
  const boxOf = (node) => {
    const range = document.createRange()
    range.selectNodeContents(node)
    return range.getBoundingClientRect()
  }
  const cuts = (e) => {
    const style = getComputedStyle(e)
    return /hidden|auto|scroll|clip/.test(style.overflowX + style.overflowY)
  }
  const inner = (e) => e instanceof SVGElement && e.ownerSVGElement
  const outside = (box, room) => Math.max(room.left - box.left, box.right - room.right,
    room.top - box.top, box.bottom - room.bottom)
  const page = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
  const cut = (e, box) => {
    if (outside(box, page) > 1) return outside(box, page)
    for (const each of chain(e)) {
      if (inner(each) || each === document.body || each === document.documentElement) continue
      if (each.clientWidth <= 2 || !cuts(each)) continue
      const over = outside(box, each.getBoundingClientRect())
      if (over > 3) return over
    }
    return 0
  }
  const shared = (a, b) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
    const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    return wide > 1 && tall > 1 ? wide * tall / Math.min(a.width * a.height, b.width * b.height) : 0
  }
  const foot = document.querySelector(".st-key-player_ways") // at the window's end, over what is there
  const measureWords = (root) => {
    const drawn = []
    for (const node of words(root)) {
      const e = node.parentElement ?? node.getRootNode().host, box = boxOf(node)
      if (!e || !isSeen(e) || !box.width || !box.height) continue
      if (size(e) < least - 0.05) tell("small", node.data, size(e))
      if (foot && !chain(e).includes(foot) && shared(box, foot.getBoundingClientRect()) > 0.1)
        tell("over", `${node.data.trim()} / the player's keys`, 1)
      const over = cut(e, box)
      if (over) tell("cut", node.data, over)
      if (e.ownerSVGElement) drawn.push({ box, text: e.closest("text"), data: node.data.trim() })
    }
    drawn.forEach((a, k) => drawn.slice(k + 1).forEach((b) => {
      const share = a.text === b.text ? 0 : shared(a.box, b.box)
      if (share > 0.99 && a.data === b.data) return // rolled up: many in one place, and all the same
      if (share > 0.2) tell("over", `${a.data.slice(0, 16)} / ${b.data.slice(0, 16)}`, share)
    }))
  }

  // -- drawings and fields
  const FIELDS = "select, textarea, input:not([type=range], [type=radio], [type=checkbox])"
  const name = (e) => e.dataset.part || e.dataset.testid || e.className || e.tagName
  const measureBoxes = (root) => {
    for (const e of everywhere(FIELDS, root))
      if (isSeen(e) && e.clientHeight > 2 && size(e) < least - 0.05) tell("small", name(e), size(e))
    for (const e of everywhere("*", root)) {
      if (inner(e) || e.clientWidth <= 2 || isHidden(e)) continue
      const box = e.getBoundingClientRect(), style = getComputedStyle(e)
      if (/^(svg|canvas|table|img)$/i.test(e.tagName) && outside(box, page) > 1)
        tell("cut", e.tagName, outside(box, page))
      const over = Math.max(/auto|scroll/.test(style.overflowX) ? e.scrollWidth - e.clientWidth : 0,
        /auto|scroll/.test(style.overflowY) ? e.scrollHeight - e.clientHeight : 0)
      if (over > 1) tell("scroll", name(e), over)
    }
  }

  const shown = everywhere(within).filter((e) => e.getBoundingClientRect().height > 0 && !isHidden(e))
  if (!shown.length) tell("empty", within, 0)
  for (const root of shown) {
    measureWords(root)
    measureBoxes(root)
  }
  return found
}
