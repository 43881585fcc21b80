"""Data flows engine -> trace -> figure -> page; imports point back upstream."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"app", "benchmarks", "pages", "rnn_core", "scripts", "tests"}

# Room -> what it may import besides itself and the standard library.
MAY_IMPORT = {
    "rnn_core": {"numpy"},
    "pages/figures": {"numpy", "rnn_core"},
    "pages/handout": {
        *("numpy", "plotly", "rnn_core"),
        *("pages.figures", "pages.components.scripts", "pages.components.message"),
    },
    "pages/ui": {
        "pages.components",
        "numpy",
        "streamlit",
        "rnn_core",
        "pages.figures.literal",  # words, no drawing
        "pages.handout",
    },
    "pages/components": {
        *("numpy", "streamlit", "rnn_core"),
        *("pages.figures", "pages.handout.exhibit"),
    },
    "pages/frame": {
        *("streamlit", "rnn_core"),
        *("pages.ui", "pages.figures", "pages.components"),
    },
    "pages/server": {
        *("plotly", "starlette", "streamlit", "rnn_core"),
        *("pages.components", "pages.ui.store", "pages.frame.rehearsal"),
    },
    "pages": {
        *("numpy", "streamlit", "rnn_core"),
        *("pages.ui", "pages.figures", "pages.components"),
    },
}
# The same pages are to run inside the browser, where there is none of these.
NOT_THERE = {
    *("asyncio", "concurrent", "http", "multiprocessing", "requests", "socket", "subprocess"),
    *("urllib.request",),
}
PAGE_LINES, FUNCTION_LINES = 80, 40


def files(room: str) -> list[Path]:
    """The Python files of a room; ``pages`` itself is only what lies in it directly."""
    folder = ROOT / room
    return sorted(folder.glob("*.py") if room == "pages" else folder.rglob("*.py"))


def modules() -> Iterator[tuple[str, Path]]:
    """Every file of every room, with its room."""
    return ((room, path) for room in MAY_IMPORT for path in files(room))


def imported(path: Path) -> set[str]:
    """Absolute dotted names of all modules that a file imports, wherever in the file."""
    package = path.relative_to(ROOT).parent.parts
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            # `from pages import ui` imports pages.ui: name it so.
            names |= {f"{module}.{a.name}" for a in node.names} if module == "pages" else {module}
    return names


def is_within(name: str, rooms: set[str]) -> bool:
    """True if a dotted name is one of the rooms or lies in one."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def without_prose(path: Path) -> int:
    """Lines of a page, its docstring and its module-level texts left out."""
    source = path.read_text(encoding="utf-8")
    values = (getattr(node, "value", None) for node in ast.parse(source).body)
    prose = (v for v in values if isinstance(v, ast.JoinedStr | ast.Constant))
    texts = sum((v.end_lineno or v.lineno) - v.lineno + 1 for v in prose)
    return len(source.splitlines()) - texts


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: equations belong there, at any length."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    end = function.end_lineno or function.lineno
    return end - (body[0].lineno if body else end) + 2


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room):
    own = room.replace("/", ".")
    allowed = MAY_IMPORT[room] | ({own} if own != "pages" else set())
    outside = sys.stdlib_module_names - OURS
    shell = ROOT / "pages" / "_shell.py"
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imported(path)
        if not is_within(name, allowed | ({"pages.frame"} if path == shell else set()))
        and name.split(".")[0] not in outside
    }
    assert not wrong, f"{room} may import {sorted(allowed)} only"


def test_pages_keep_no_results():
    """Results that all readers share are made in `pages/ui/models`."""
    wrong = [p.name for p in files("pages") if "pages.ui.results" in imported(p)]
    assert not wrong


@pytest.mark.parametrize("room", sorted(MAY_IMPORT.keys() - {"pages/server"}))
def test_pages_and_engine_run_without_processes_sockets_and_threads(room):
    for path in files(room):
        used = {name for name in imported(path) if is_within(name, NOT_THERE)}
        assert not used, f"{path.relative_to(ROOT)} imports {used}"
        source = path.read_text(encoding="utf-8")
        assert "Thread(" not in source, f"{path.relative_to(ROOT)} starts a thread"


def test_the_engine_imports_with_nothing_but_numpy():
    blocked = ["streamlit", "plotly", "pandas", "pages", "app"]
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in files("rnn_core")
    ]
    code = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"
        f"for name in {names}: importlib.import_module(name)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_importing_the_pages_package_does_nothing():
    assert not imported(ROOT / "pages" / "__init__.py")


def is_words(value: ast.expr) -> bool:
    """Whether something is a text: what a page says does not make it long."""
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


@pytest.mark.parametrize("path", files("pages"), ids=lambda path: path.name)
def test_a_page_is_short(path):
    text = path.read_text(encoding="utf-8")
    told = [n for n in ast.parse(text).body if isinstance(n, ast.Assign) and is_words(n.value)]
    lines = len(text.splitlines()) - sum(n.end_lineno - n.lineno + 1 for n in told)
    assert lines <= PAGE_LINES, f"{path.name} has {lines} lines: does it compute?"


def test_functions_are_short():
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name} ({length(function)} lines)"
        for _, path in modules()
        for function in functions(path)
        if length(function) > FUNCTION_LINES
    }
    assert not long


def described(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of a file's module, classes and functions, where there is one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = getattr(node, "name", "module")
            yield f"{path.relative_to(ROOT)} {name}", ast.get_docstring(node) or ""


def test_a_docstring_names_its_thing():
    paths = [ROOT / "app.py", *(p for room in OURS - {"app"} for p in (ROOT / room).rglob("*.py"))]
    texts = [found for path in paths for found in described(path)]
    assert any(text for _, text in texts)
    assert not [where for where, text in texts if text.split(maxsplit=1)[:1] == ["What"]]


def test_nothing_is_called_utils():
    names = {path.stem for room in OURS - {"app"} for path in (ROOT / room).rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "misc", "common"}


# Rooms of rnn_core from the ground up. A room may use its own modules, those of lower floors and
# rnn_core.arrays; rooms of one floor do not know each other.
FLOORS = (
    ("engine",),
    ("experiment", "tasks", "notation"),
    ("analysis",),
    ("training",),
    ("studies", "applications", "code"),
    ("measures",),
    ("decks",),
)
ROOMLESS = {"__init__", "arrays"}


def room_of(name: str) -> str:
    """`rnn_core.engine.cells` -> `engine`; `rnn_core` itself, the face, -> `__init__`."""
    return (*name.split("."), "__init__")[1]


def uses(path: Path) -> set[str]:
    """Rooms of rnn_core that a file imports from, wherever in the file."""
    return {room_of(name) for name in imported(path) if name.split(".")[0] == "rnn_core"}


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_a_room_of_the_engine_uses_lower_floors_only(floor):
    below = {"arrays"}.union(*FLOORS[:floor])
    wrong = {
        f"{path.relative_to(ROOT)} imports from rnn_core/{other}"
        for room in FLOORS[floor]
        for path in files(f"rnn_core/{room}")
        for other in uses(path) - below - {room}
    }
    assert not wrong, f"{FLOORS[floor]} may use {sorted(below)} only; move what is shared down"


def test_every_module_of_the_engine_has_a_room():
    found = {room_of(module_name(path)) for path in files("rnn_core")}
    assert found <= ROOMLESS.union(*FLOORS), "give it a room, and the room a floor"
    assert uses(ROOT / "rnn_core" / "arrays.py") <= {"arrays"}


def module_name(path: Path) -> str:
    """Dotted name of a file; a package's is that of its folder."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def loaded_first(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports that run when a module does: none in functions, none for the type checker only."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from loaded_first([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from loaded_first([*node.body, *node.orelse, *node.finalbody])


def graph() -> dict[str, set[str]]:
    """Module -> modules of ours that it needs before it can run."""
    names = {module_name(path): path for _, path in modules()}
    needs: dict[str, set[str]] = {}
    for name, path in names.items():
        found = needs[name] = set()
        for node in loaded_first(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            else:
                assert not node.level, f"{path.relative_to(ROOT)}: a relative import"
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name if name in names else node.module or "" for name in whole}
        needs[name] = found & names.keys()
    return needs


def test_no_module_waits_for_itself():
    try:
        graphlib.TopologicalSorter(graph()).prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"circle of imports: {' <- '.join(error.args[1])}")


APPLICATIONS = {path.stem for path in files("rnn_core/applications")} - {"__init__"}
APPLICATION_PAGES = [path.stem for path in files("pages") if path.stem in APPLICATIONS]


@pytest.mark.parametrize("stem", APPLICATION_PAGES)
def test_an_application_has_one_stem_on_every_floor(stem):
    floors = ("rnn_core/applications", "pages/figures", "pages/ui/models")
    lacking = {
        floor
        for floor in floors
        if not any((ROOT / floor / name).exists() for name in (f"{stem}.py", stem))
    }
    assert not lacking, f"the page {stem} has no {stem}.py there"
    assert (ROOT / "tests/core/applications" / f"test_{stem}.py").exists()


def test_every_application_page_has_its_application():
    from pages.ui.contents import PAGES

    pages = {name for name, page in PAGES.items() if page.section == "applications"}
    assert pages
    lacking = {n for n in pages if not (ROOT / "rnn_core/applications" / f"{n}.py").exists()}
    assert not lacking
