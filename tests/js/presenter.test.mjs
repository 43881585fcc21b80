import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/presenter.js", import.meta.url), "utf8")
const { press, way } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

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
    assert.equal(way({ key: "Escape", target }), "present")
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
