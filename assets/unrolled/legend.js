// Legend: names of the rows, and what colours and lines mean.

/** Names of the rows; they stay at the left while the picture scrolls. */
function gutter(view) {
  const { place, colours, payload, scale } = view, w = place.gutter - 6
  const g = el(null, "svg", { class: "gutter", "aria-hidden": true, width: w * scale, height: place.height * scale, viewBox: `0 0 ${w} ${place.height}` })
  g.style.marginRight = `${-w * scale}px`
  el(g, "rect", { x: 0, y: 0, width: w, height: place.height, fill: colours.background })
  const name = (y, first, second) => {
    write(g, 2, y + (second ? -2 : 4), first, { "text-anchor": "start", fill: colours.text, "font-size": 13 })
    if (second) write(g, 2, y + 14, second, { "text-anchor": "start", fill: colours.soft, "font-size": 12 })
  }
  const longest = payload.stages.reduce((a, s) => s.layers.length > a.layers.length ? s : a, payload.stages[0])
  if (place.loss !== null) { name(place.loss - 4, "loss"); name(place.target - 4, "target") }
  const { letters } = payload, [x, y, h, c] = ["x", "y", "h", "c"].map(name => anyLetter(letters, name))
  name(place.output.top + SMALL / 2, `output ${y}`)
  longest.layers.forEach((layer, i) => {
    const row = place.rows[i]
    if (row.c !== null) name(row.c, place.narrow ? `cell ${c}` : `cell state ${c}`)
    name(row.middle, place.narrow ? "hidden" : `hidden ${h}`, layer.caption ? (place.narrow ? layer.brief : layer.caption) : null)
  })
  name(place.input.top + SMALL / 2, `input ${x}`)
  name(place.number - 4, "step")
  if (place.share) { name(place.share.share + 10, "share"); name(place.share.sum + 10, place.narrow ? "sum" : "sum so far") }
  return g
}

function legend(view, width) {
  const { colours, payload } = view, svg = el(null, "svg", { class: "legend", role: "img", "aria-label": `Legend. ${payload.legend}` })
  const items = [...Object.values(payload.fill).map(range => fillKey(view, range)), scaleKey(view), ...markKeys(view)]
  let x = 0, y = 0, tall = 0, wide = 0
  for (const { g, w, h } of items) {
    if (x && x + w > width) { x = 0; y += tall + 8; tall = 0 }
    g.setAttribute("transform", `translate(${x} ${y})`)
    svg.appendChild(g)
    x += w + 22; tall = Math.max(tall, h); wide = Math.max(wide, x)
  }
  view.legendHeight = y + tall + 2; view.legendWidth = wide - 22
  const s = view.scale
  for (const [k, v] of Object.entries({ width: width * s, height: view.legendHeight * s, viewBox: `0 0 ${width} ${view.legendHeight}`, fill: colours.text })) svg.setAttribute(k, v)
  return svg
}

function fillKey(view, range) {
  const g = el(null, "g"), { colours } = view, n = 24, w = 150
  write(g, 0, 12, range.label, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
  for (let k = 0; k < n; k++) el(g, "rect", { x: k * w / n, y: 20, width: w / n + 0.3, height: 12, fill: fillOf(range.low + (range.high - range.low) * k / (n - 1), range, colours), "shape-rendering": "crispEdges" })
  el(g, "rect", { x: 0, y: 20, width: w, height: 12, fill: "none", stroke: colours.edge })
  const mark = (x, text, anchor) => write(g, x, 46, text, { "text-anchor": anchor, "font-size": 12, fill: colours.soft })
  mark(0, String(range.low).replace("-", "−"), "start"); mark(w, `${range.high}${range.open ? " and more" : ""}`, "end")
  if (range.low < 0) mark(w / 2, "0", "middle")
  return { g, w: Math.max(w, range.label.length * 5.9), h: 48 }
}

function scaleKey(view) {
  const { colours, payload: { gradient: scale } } = view, g = el(null, "g"), w = 250, y = 26
  write(g, 0, 12, scale.label, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
  const low = Math.log10(scale.floor), high = Math.log10(scale.ceiling), thin = thickness(0, scale) / 2, thick = thickness(Infinity, scale) / 2
  const ramp = el(el(g, "defs"), "linearGradient", { id: "unrolled-scale" })
  for (let k = 0; k <= 12; k++) el(ramp, "stop", { offset: k / 12, "stop-color": along(colours.gradient, k / 12) })
  el(g, "path", { d: `M0 ${y - thin}L${w} ${y - thick}V${y + thick}L0 ${y + thin}Z`, fill: "url(#unrolled-scale)" })
  const middle = low < 0 && high > 0 ? 0 : Math.round((low + high) / 2)
  const ticks = [low, middle, high].filter((v, i, all) => all.indexOf(v) === i)
  for (const v of ticks) {
    const x = w * (v - low) / (high - low)
    const text = el(g, "text", { x, y: 46, "text-anchor": v === low ? "start" : v === high ? "end" : "middle", "font-size": 12, fill: colours.soft })
    if (v === 0) text.textContent = "1"
    else { text.textContent = "10"; el(text, "tspan", { dy: -4, "font-size": 12 }, String(v).replace("-", "−")) }
  }
  return { g, w: Math.max(w, scale.label.length * 5.9), h: 48 }
}

function markKeys(view) {
  const { colours, payload } = view, keys = [], held = { ...view, timed: [], tips: new Map(), weight: undefined }, drawn = what => view.box.querySelector(`.backward[data-kind="${what}"]`)
  const key = (text, draw, x = 40) => {
    const g = el(null, "g")
    draw(g)
    write(g, x, 30, text, { "text-anchor": "start", "font-size": 12.5, fill: colours.text })
    keys.push({ g, w: x + 2 + text.length * 5.9, h: 40 })
  }
  key("forward pass", g => forward(held, g, [[2, 26], [32, 26]], 0))
  key("from the next step", g => backward(held, g, [[32, 26], [2, 26]], 1, 0, "", {}))
  key(many(payload) ? "from above, same step" : "from this step's output", g => backward(held, g, [[8, 12], [8, 38]], 1, 0, "", {}), 22)
  if (drawn("zero")) key("exactly zero", g => backward(held, g, [[32, 26], [2, 26]], 0, 0, "", {}))
  if (drawn("overflow")) key("overflow (∞ or not a number)", g => backward(held, g, [[32, 26], [2, 26]], "inf", 0, "", {}))
  return keys
}
