// The service worker: keeps every file of the site, so that a second visit needs no network. A new
// version of the site has other bytes here, so the browser fetches it beside the old one, and takes
// it once no page of the old one is open.
const FILES = @FILES@
const PAGES = new Set(@PAGES@)
const HOME = self.registration?.scope ?? ""
const OURS = `inside-an-rnn ${HOME} `, NAME = OURS + "@DIGEST@"

/** The file of the site that an address stands for; null: none. */
function fileOf(address, home = HOME) {
  const url = new URL(address)
  if (!(url.origin + url.pathname).startsWith(home)) return null
  const path = (url.origin + url.pathname).slice(home.length).replace(/(^|\/)index\.html$/, "$1")
  const page = path.replace(/\/$/, "")
  if (page === "") return "index.html"
  return PAGES.has(page) ? `${page}/index.html` : path
}

self.addEventListener("install", (event) => {
  const all = FILES.map((file) => new Request(HOME + file))
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(all)))
})

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME)
    await Promise.all(names.map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(old())
})

self.addEventListener("fetch", (event) => {
  const file = event.request.method === "GET" ? fileOf(event.request.url) : null
  if (file === null) return
  const found = caches.open(NAME).then((cache) => cache.match(HOME + file))
  event.respondWith(found.then((kept) => kept ?? fetch(event.request)))
})
