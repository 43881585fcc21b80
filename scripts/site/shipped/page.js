// Starts the app in the page. Until it has drawn its first picture the page's still is to be seen.
const HOME = document.baseURI
const still = document.getElementById("still"), place = document.getElementById("root")
const said = still.querySelector("[role=status]")
const at = (path) => new URL(path, HOME).href

const everywhere = (selector, root = place) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].filter((e) => e.shadowRoot)
    .flatMap((e) => everywhere(selector, e.shadowRoot)),
]

/** Whether something is drawn that the reader came for: a picture, or why there is none. */
function isDrawn() {
  const app = place.querySelector("[data-testid=stApp]")
  if (app?.dataset.testScriptState !== "notRunning") return false
  const parts = everywhere("[data-component]:not([data-component=kept]), .plotly-live")
  if (parts.length) return parts.some((part) => "drawn" in part.dataset)
  return Boolean(place.querySelector("[data-testid=stException], [data-testid=stMain] h1, [data-testid=stMain] h2"))
}

/** Keeps all files of the site for the next visit, which then needs no network. */
function keep() {
  if (!isSecureContext || !navigator.serviceWorker) return
  navigator.serviceWorker.register(at("keeper.js")).catch(() => {}) // a browser may refuse
}

function uncover() {
  place.inert = false
  still.remove()
  performance.mark("drawn")
  setTimeout(keep, 1000)
}

function watch() {
  if (isDrawn()) requestAnimationFrame(uncover)
  else setTimeout(watch, 50)
}

/** Streamlit's frontend comes with a worker of its own; it is given the one that runs already. */
function instead(worker) {
  const Own = window.Worker
  window.Worker = function () {
    window.Worker = Own
    return worker
  }
}

/** Streamlit writes the first page's address without its last stroke. */
function mendAddresses() {
  for (const name of ["pushState", "replaceState"]) {
    const own = history[name]
    history[name] = function (state, title, address) {
      own.call(history, state, title, address == null ? address : slashed(address, HOME))
    }
  }
}

async function start() {
  mendAddresses()
  const { mount } = await import(at("stlite/stlite.js?@DIGEST@"))
  const asked = location.href
  instead(python) // of page.html
  history.replaceState(history.state, "", HOME) // stlite takes the app's folder from the address
  const app = mount({
    entrypoint: "pages/_shell.py",
    files: {},
    requirements: [],
    pyodideUrl: at("loaded.js"),
    disableProgressToasts: true,
    disableModuleAutoLoadToasts: true,
  }, place)
  history.replaceState(history.state, "", asWritten(asked, HOME, "@FIRST@"))
  python.postMessage("stlite")
  app._kernel.addEventListener("loadProgress", ({ detail }) => { said.textContent = detail })
  app._kernel.addEventListener("loadError", () => uncover())
  watch()
}

start().catch((fault) => {
  said.textContent = `The app could not be started: ${fault.message}`
  throw fault
})
