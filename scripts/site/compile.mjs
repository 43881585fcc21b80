// Compiles the Python of archives to bytecode, by the very Python that will run it: Pyodide.
//   node compile.mjs folder-of-pyodide folder name ...      folder/name.zip -> name.compiled.zip
import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

const [pyodide, folder] = process.argv.slice(2, 4).map((path) => resolve(path))
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")).href)
const bytecode = readFileSync(new URL("bytecode.py", import.meta.url), "utf8")
for (const name of process.argv.slice(4)) {
  // The same bytes each time: sets are written in the order of their hashes, and what is shared
  // depends on what this Python has compiled before.
  const python = await loadPyodide({ indexURL: pyodide, env: { PYTHONHASHSEED: "0", HOME: "/tmp" } })
  python.runPython(bytecode)
  const compileArchive = python.globals.get("compile_archive")
  python.FS.writeFile("/tmp/in.zip", readFileSync(join(folder, `${name}.zip`)))
  compileArchive("/tmp/in.zip", "/tmp/out.zip", name === "app")
  writeFileSync(join(folder, `${name}.compiled.zip`), python.FS.readFile("/tmp/out.zip"))
}
