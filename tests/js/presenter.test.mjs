import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/presenter.js", import.meta.url), "utf8")
const { chosen, deed, isLate, press, toggled, way } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

/** What has the focus: of which selectors it, or something round it, is one. */
const focus = (...names) => {
  const fits = (selector) => names.some((name) => selector.split(", ").includes(name))
  return { closest: (s) => (fits(s) ? {} : null), matches: fits }
}
const [within, free, button] = [focus("input"), focus("a"), focus("button")]

test("a clicker leads on and back wherever the focus is", () => {
  for (const target of [within, free]) {
    assert.equal(way({ key: "PageDown", target }), "next")
    assert.equal(way({ key: "PageUp", target }), "previous")
    assert.equal(way({ key: "Escape", target }), "leave")
  }
})

test("arrows and space belong to the control that has the focus", () => {
  for (const [key, part] of [["ArrowRight", "next"], [" ", "next"], ["ArrowLeft", "previous"]]) {
    assert.equal(way({ key, target: free }), part)
    assert.equal(way({ key, target: within }), undefined)
  }
  assert.equal(way({ key: " ", target: button }), undefined)
  assert.equal(way({ key: "ArrowRight", target: button }), "next")
  const drawing = { closest: () => null, matches: () => true }
  assert.equal(way({ key: "ArrowRight", target: drawing }), undefined)
})

test("other keys, shortcuts and what was heeded already are left alone", () => {
  for (const key of ["a", "toString", "Enter"]) assert.equal(way({ key, target: free }), undefined)
  const more = [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { defaultPrevented: true }]
  for (const held of more)
    assert.equal(way({ key: "PageDown", target: free, ...held }), undefined)
})

test("a part that is not there is not pressed", () => {
  let clicks = 0
  const link = { click: () => clicks++ }
  const root = { querySelector: (s) => (s.includes(".st-key-next a") ? link : null) }
  assert.ok(press(root, "next"))
  assert.ok(!press(root, "previous"))
  assert.equal(clicks, 1)
})

test("letters and digits do what they say, but not where somebody types", () => {
  const said = { a: "answer", b: "black", B: "black", ".": "black", c: "clip", f: "full", 3: 3 }
  for (const [key, what] of Object.entries(said)) assert.equal(deed({ key, target: free }), what)
  for (const key of ["0", "x", "toString", "Shift"]) assert.equal(deed({ key, target: free }), undefined)
  const typing = { closest: (s) => (s.includes("textarea") ? {} : null) }
  assert.equal(deed({ key: "b", target: typing }), undefined)
  assert.equal(deed({ key: "c", target: free, ctrlKey: true }), undefined)
})

test("one key switches clipping on and off in place", () => {
  const clicks = []
  const button = (name, active) => ({
    dataset: { testid: `stBaseButton-segmented_control${active ? "Active" : ""}` },
    click: () => clicks.push(name),
  })
  const root = (...isActive) => ({
    querySelectorAll: (s) => (s.includes("set_clip") ? isActive.map((a, k) => button(k, a)) : []),
  })
  assert.ok(toggled(root(true, false, false)) && toggled(root(false, true, false)))
  assert.deepEqual(clicks, [1, 0])
  assert.ok(!toggled(root()))
})

test("the same key reaches the switch that the story's fourth act draws itself", () => {
  const clicks = []
  const input = (checked, k) => ({ checked, click: () => clicks.push(k) })
  const root = (...checked) => {
    const inside = { querySelectorAll: (s) => (s === "input[name=clipping]" ? checked.map(input) : []) }
    return { querySelectorAll: (s) => (s.includes("story_act") ? [{}, { shadowRoot: inside }] : []) }
  }
  assert.ok(toggled(root(true, false)) && toggled(root(false, true)))
  assert.deepEqual(clicks, [1, 0])
})

test("a digit picks a choice that is there", () => {
  const clicks = []
  const labels = [1, 2].map((n) => ({ click: () => clicks.push(n) }))
  const root = { querySelectorAll: () => labels }
  assert.ok(chosen(root, 2) && !chosen(root, 3))
  assert.deepEqual(clicks, [2])
})

test("a link that leads to where one already is belongs to the scene before", () => {
  assert.ok(isLate("http://x/gates?deck=000&scene=b&notation=000", "?scene=b&deck=000"))
  assert.ok(!isLate("http://x/gates?deck=000&scene=c", "?scene=b&deck=000"))
  assert.ok(!isLate("http://x/lectures?lecture=000", "?scene=b") && !isLate(undefined, "?scene=b"))
})
