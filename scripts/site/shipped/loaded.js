// stlite asks for a script that gives it `loadPyodide`: worker.js has done so already.
self.loadPyodide ??= undefined
