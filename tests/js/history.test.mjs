import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const source = readFileSync(new URL("../../assets/history.js", import.meta.url), "utf8")
const { onePerPage, toTop } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

/** A window with a history of stops, as a browser has it; `opened` are the paths heard of. */
function visit(address, base = "https://host/") {
  const window = { document: { baseURI: base }, opened: [], heard: { popstate: [] } }
  const stops = [new URL(address, base)]
  let at = 0
  const travel = (by) => {
    if (!stops[at + by]) return
    at += by
    for (const listener of window.heard.popstate) listener()
  }
  window.location = {
    get pathname() { return stops[at].pathname },
    get href() { return stops[at].href },
    get search() { return stops[at].search },
    get hash() { return stops[at].hash },
  }
  window.addEventListener = (event, listener) => (window.heard[event] ??= []).push(listener)
  window.press = (event) => window.heard[event].forEach((listener) => listener())
  window.history = {
    pushState(_, __, to) { stops.splice(++at, Infinity, new URL(to ?? stops[at - 1], base)) },
    replaceState(_, __, to) { stops[at] = new URL(to ?? stops[at], base) },
    back: () => travel(-1),
    forward: () => travel(1),
  }
  window.stops = () => stops.map((stop) => stop.href.slice("https://host".length))
  window.here = () => window.stops()[at]
  window.manners = () => onePerPage(window, () => window.opened.push(window.location.pathname))
  return window
}

function go(window, ...addresses) {
  for (const address of addresses) window.history.pushState({}, "", address)
}

test("another query replaces the present stop, another path is a stop", () => {
  const window = visit("/gates")
  window.manners()
  go(window, "/gates?scale=1.05", "/gates?scale=1.1", "/flow", "/flow?scale=1.1", "/flow")
  assert.deepEqual(window.stops(), ["/gates?scale=1.1", "/flow"])
  assert.deepEqual(window.opened, ["/flow"])
})

test("the present address again is no stop, nor is none, nor one relative to the base", () => {
  const window = visit("/course/gates?scale=2", "https://host/course/")
  window.manners()
  go(window, "/course/gates?scale=2", undefined, null, "gates?scale=2")
  assert.deepEqual(window.stops(), ["/course/gates?scale=2"])
  go(window, "https://host/course/flow")
  assert.deepEqual(window.stops(), ["/course/gates?scale=2", "/course/flow"])
})

test("one press of Back leaves a page as it was left, and Forward comes again", () => {
  const window = visit("/gates")
  window.manners()
  go(window, "/gates?scale=3", "/flow", "/flow?scale=4", "/cell")
  window.history.back()
  assert.equal(window.here(), "/flow?scale=4")
  window.history.back()
  assert.equal(window.here(), "/gates?scale=3")
  window.history.forward()
  assert.equal(window.here(), "/flow?scale=4")
  assert.deepEqual(window.opened, ["/flow", "/cell", "/flow", "/gates", "/flow"])
})

test("a page's settings that come before its name do not stay at the page before", () => {
  for (const press of ["click", "keydown"]) {
    const window = visit("/gates")
    window.manners()
    go(window, "/gates?scale=2", "/gates?scale=3")
    window.press(press)
    go(window, "/gates?gain=3", "/gradients?gain=3", "/gradients?gain=4")
    assert.deepEqual(window.stops(), ["/gates?scale=3", "/gradients?gain=4"])
    go(window, "/flow", "/flow?gain=4", "/flow?gain=5", "/cell?gain=5")
    assert.deepEqual(window.stops().slice(2), ["/flow?gain=5", "/cell?gain=5"], "not pressed there")
  }
})

test("a link that was put right before the script came is passed by on the way back", () => {
  const window = visit("/start")
  go(window, "/gates?scale=3.0", "/gates?scale=3")
  window.manners()
  go(window, "/gates?scale=4", "/flow")
  window.history.back()
  assert.equal(window.here(), "/gates?scale=4")
  window.history.back()
  assert.equal(window.here(), "/start")
})

test("a place within a page is a stop of its own", () => {
  const window = visit("/gates")
  go(window, "/gates#spread")
  window.manners()
  go(window, "/flow")
  window.history.back()
  assert.equal(window.here(), "/gates#spread")
})

test("it is put in place once, however often a run asks for it", () => {
  const window = visit("/gates")
  window.manners()
  const { pushState } = window.history
  window.manners()
  assert.equal(window.history.pushState, pushState)
  assert.deepEqual(Object.values(window.heard).map((all) => all.length), [1, 1, 1])
})

test("the page is scrolled at once, and where there is none nothing happens", () => {
  const asked = []
  const page = { scrollTo: (where) => asked.push(where) }
  toTop({ querySelector: (what) => (what === "[data-testid=stMain]" ? page : null) })
  toTop({ querySelector: () => null })
  assert.deepEqual(asked, [{ top: 0, behavior: "instant" }])
})
