"""Run by compile.mjs in the Python of the browser: an archive's modules as bytecode."""

import importlib._bootstrap_external as loader
import importlib.util
import zipfile


def bytecode(name: str, source: bytes) -> bytes:
    """Bytecode of a module that Python takes without looking at the source."""
    code = compile(source, name, "exec", dont_inherit=True)
    mark = importlib.util.source_hash(source)
    return bytes(loader._code_to_hash_pyc(code, mark, checked=False))  # type: ignore[attr-defined]


def beside(name: str) -> str:
    """Path of the bytecode of a module whose source is there too."""
    folder, _, module = name.rpartition("/")
    return f"{folder}/__pycache__/{module[:-3]}.cpython-313.pyc".lstrip("/")


def compile_archive(given: str, to: str, keep_sources: bool) -> None:
    """Write the archive again, with bytecode beside the sources or in their place."""
    with zipfile.ZipFile(given) as archive, zipfile.ZipFile(to, "w") as out:
        for name in archive.namelist():
            raw = archive.read(name)
            if not name.endswith(".py"):
                out.writestr(name, raw)
                continue
            where = f"/home/pyodide/{name}" if keep_sources else name
            if keep_sources:
                out.writestr(name, raw)
            out.writestr(beside(name) if keep_sources else f"{name}c", bytecode(where, raw))
