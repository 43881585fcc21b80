// The thread that Python runs in. It begins at once, while the page still fetches Streamlit's
// frontend. stlite's own worker, which would load Pyodide then, is run when the page asks for it,
// and finds Python with all packages and the app in it.
importScripts("pyodide/pyodide.js")

// Streamlit takes itself for its developers' own copy unless it lies in a folder of this name.
const LIBRARY = "/lib/python3.13/site-packages/library.zip"
const here = new URL(".", self.location).href
const bytes = async (answer) => new Uint8Array(await answer.arrayBuffer())
const asked = async (path) => {
  const answer = await fetch(here + path)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer
}
const fetched = (path) => asked(path).then(bytes)
const unpacked = async (path) => {
  const packed = (await asked(path)).body
  return bytes(new Response(packed.pipeThrough(new DecompressionStream("gzip"))))
}

async function begin(load) {
  const library = fetched("@LIBRARY@"), app = fetched("@APP@")
  const python = await load({
    indexURL: `${here}pyodide/`,
    packages: ["numpy"],
    _loadSnapshot: unpacked("@STARTED@"), // a Python that has started, its environment too
    stdout: console.log,
    stderr: console.error,
  })
  python.FS.writeFile(LIBRARY, await library)
  python.unpackArchive(await app, "zip", { extractDir: "/home/pyodide" })
  python.runPython(`import sys; sys.path.insert(1, "${LIBRARY}"); import mend; mend.mend()`)
  python.loadPackage = async () => [] // all are there
  return python
}

const python = begin(self.loadPyodide)
python.catch((fault) => console.error(fault)) // stlite, which waits for it, tells the reader
self.onmessage = () => {
  importScripts("stlite/worker.js")
  self.loadPyodide = () => python
}
