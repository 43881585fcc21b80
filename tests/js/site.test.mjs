import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

const shipped = (name) => readFileSync(new URL(`../../scripts/site/shipped/${name}`, import.meta.url), "utf8")
const made = (source, names, ...given) =>
  new Function("self", `${source}\nreturn { ${names} }`)(...given)

const { asWritten, homeOf, slashed } = made(shipped("address.js"), "asWritten, homeOf, slashed")

test("the site's folder is found from any address of any page", () => {
  for (const path of ["/course/rnn/gates", "/course/rnn/gates/", "/course/rnn/gates/index.html"])
    assert.equal(homeOf(path, "gates"), "/course/rnn/")
  for (const path of ["/course/rnn", "/course/rnn/", "/course/rnn/index.html"])
    assert.equal(homeOf(path, ""), "/course/rnn/")
  assert.equal(homeOf("/gates/", "gates"), "/")
  assert.equal(homeOf("/", ""), "/")
  assert.equal(homeOf("/gates/gates/", "gates"), "/gates/") // a folder may be called as a page is
})

test("an address is written as Streamlit writes it, with its settings", () => {
  const home = "https://host.example/course/rnn/"
  const written = (path) => asWritten(home + path, home, "start").slice(home.length)
  assert.equal(written("gates/?cell=gru&t=3#x"), "gates?cell=gru&t=3#x")
  assert.equal(written("gates/index.html"), "gates")
  assert.equal(written("gates?text=a/b/"), "gates?text=a/b/")
  assert.equal(written("start/?act=2"), "?act=2")
  assert.equal(written("index.html?act=2"), "?act=2")
  assert.equal(written(""), "")
})

test("the first page's address ends in a stroke, any other is left as it is", () => {
  const home = "https://host.example/course/rnn/"
  const written = (address) => slashed(address, home)
  assert.equal(written("/course/rnn?cell=gru#x"), `${home}?cell=gru#x`)
  assert.equal(written("/course/rnn/"), home)
  assert.equal(written("/course/rnn/gates?cell=gru"), `${home}gates?cell=gru`)
  assert.equal(slashed("/", "https://host.example/"), "https://host.example/")
})

/** The service worker's events, and a browser's caches. */
function keeper(digest, stores = {}) {
  const heard = {}, home = "https://host.example/course/rnn/"
  const source = shipped("keeper.js").replace("@FILES@", '["index.html", "gates/index.html", "a.js"]')
    .replace("@PAGES@", '["start", "gates"]').replace("@DIGEST@", digest)
  const self = {
    registration: { scope: home }, clients: { claim: async () => {} },
    addEventListener: (name, listen) => { heard[name] = listen },
  }
  globalThis.caches = {
    keys: async () => Object.keys(stores),
    delete: async (name) => delete stores[name],
    open: async (name) => ({
      addAll: async (all) => { for (const { url } of all) (stores[name] ??= {})[url] = `kept ${url}` },
      match: async (url) => stores[name]?.[url],
    }),
  }
  globalThis.fetch = async (request) => `fetched ${request.url}`
  const { fileOf } = made(source, "fileOf", self)
  const happen = async (name, event = {}) => {
    let done
    heard[name]({ ...event, waitUntil: (p) => { done = p }, respondWith: (p) => { done = p } })
    return done
  }
  return { fileOf, happen, home, stores }
}

test("an address means a file of the site, or nothing", () => {
  const { fileOf, home } = keeper("1")
  assert.equal(fileOf(`${home}?act=2`), "index.html")
  assert.equal(fileOf(home + "gates?cell=gru"), "gates/index.html")
  assert.equal(fileOf(home + "gates/"), "gates/index.html")
  assert.equal(fileOf(home + "a.js?v=1"), "a.js")
  assert.equal(fileOf("https://host.example/course/other"), null)
  assert.equal(fileOf("https://other.example/course/rnn/a.js"), null)
})

test("all files are kept, and given without a network", async () => {
  const { happen, home } = keeper("1")
  await happen("install")
  const get = (path, method = "GET") => happen("fetch", { request: { url: home + path, method } })
  assert.equal(await get("gates?cell=gru"), `kept ${home}gates/index.html`)
  assert.equal(await get("new.js"), `fetched ${home}new.js`)
  assert.equal(await get("a.js", "POST"), undefined)
})

test("a new version lets go of the old one's files and of nobody else's", async () => {
  const first = keeper("1", { "another app": {} })
  await first.happen("install")
  const second = keeper("2", first.stores)
  await second.happen("install")
  assert.equal(Object.keys(first.stores).length, 3)
  await second.happen("activate")
  assert.deepEqual(Object.keys(first.stores), ["another app", `inside-an-rnn ${first.home} 2`])
})
