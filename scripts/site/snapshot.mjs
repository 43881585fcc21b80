// The memory of a Python that has just started, so that no reader's browser has to start one.
//   node snapshot.mjs folder-of-pyodide file '{"HOME": "/home/pyodide"}'
import nodeCrypto from "node:crypto"
import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

// The same bytes each time: no clock, no chance, nothing of the machine that makes them.
const noon = Date.UTC(2020, 0, 1, 12)
Date.now = () => noon
performance.now = () => 0
nodeCrypto.randomFillSync = (array) => array.fill(1)
const [folder, file, environment] = process.argv.slice(2)
process.argv[1] = "./this.program" // its name in a browser

const pyodide = resolve(folder)
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")).href)
const env = { ...JSON.parse(environment), PYTHONHASHSEED: "0" }
const python = await loadPyodide({ indexURL: pyodide, env, _makeSnapshot: true })
writeFileSync(file, python.makeMemorySnapshot())
