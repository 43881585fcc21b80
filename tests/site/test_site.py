"""The parts of the site's build that need neither network nor browser."""

import io
import json
import tomllib
import zipfile
from hashlib import sha256
from html import escape
from importlib.metadata import distribution
from pathlib import Path

import pytest

from pages.ui.contents import FIRST, PAGES
from pages.ui.stocks import stocks
from scripts.site import archives, build, frontend, inputs, still
from scripts.site.inputs import PINS, Refused

NUMPY = "numpy-0-wasm32.whl"


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A package of Pyodide, as far as NumPy is concerned: its own build has the bytes b"own"."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    entry = {"file_name": NUMPY, "sha256": sha256(b"own").hexdigest()}
    (folder / "pyodide-lock.json").write_text(json.dumps({"packages": {"numpy": entry}}))
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


def numpy(pyodide: Path, wheels: Path) -> tuple[Path, str]:
    return inputs._numpy(pyodide, "https://where.example/", wheels.parent / "store", wheels)


def test_every_pin_names_a_version_and_a_checksum():
    pins = tomllib.loads(PINS.read_text(encoding="utf-8"))
    every = [*pins["npm"].values(), *pins["pypi"]]
    assert len(every) > 5
    for pin in every:
        assert len(bytes.fromhex(pin["sha256"])) == 32
        assert pin["version"] in pin["file"]


def test_the_site_has_the_plotly_that_the_app_is_tested_with():
    from importlib.metadata import version

    pins = {p["name"]: p["version"] for p in tomllib.loads(PINS.read_text())["pypi"]}
    assert pins["plotly"].split(".")[:2] == version("plotly").split(".")[:2]


def test_a_file_that_is_another_is_refused_and_removed(tmp_path):
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    inputs.check(path, sha256(b"one").hexdigest(), "pins.toml")
    with pytest.raises(Refused, match=r"a\.whl is not the file that was meant"):
        inputs.check(path, sha256(b"other").hexdigest(), "pins.toml")
    assert not path.exists()
    with pytest.raises(Refused, match="did not come"):
        inputs.check(path, "", "pins.toml")


def test_what_is_there_and_right_is_not_fetched_again(tmp_path):
    path, fetched = tmp_path / "a.tgz", []

    def fetch() -> None:
        fetched.append(1)
        path.write_bytes(b"new")

    for _ in range(2):
        inputs.need(path, sha256(b"new").hexdigest(), fetch)
    assert len(fetched) == 1


def test_numpy_is_pyodides_own_or_vouched_for(pyodide, wheels):
    with pytest.raises(Refused, match=rf"no {NUMPY} .* https://where\.example/{NUMPY}"):
        numpy(pyodide, wheels)
    (wheels / NUMPY).write_bytes(b"own")
    assert "Pyodide's own build." in numpy(pyodide, wheels)[1]
    (wheels / NUMPY).write_bytes(b"compiled here")
    with pytest.raises(Refused, match="not Pyodide's own build"):
        numpy(pyodide, wheels)
    sums = wheels / "SHA256SUMS"
    sums.write_text(f"{sha256(b'other').hexdigest()}  {NUMPY}\n")
    with pytest.raises(Refused, match="no SHA256SUMS beside it names"):
        numpy(pyodide, wheels)
    sums.write_text(f"{sha256(b'compiled here').hexdigest()}  {NUMPY}\n")
    path, said = numpy(pyodide, wheels)
    assert path == wheels / NUMPY and "not Pyodide's own build" in said


def test_an_archive_is_the_same_bytes_in_whatever_order_its_files_come():
    files = {"b/c.py": b"x = 1", "a.txt": b"a" * 100}
    first = archives.packed(files)
    assert first == archives.packed(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_the_app_is_taken_as_it_stands_and_nothing_else():
    files = archives.app()
    assert {"pages/_shell.py", "rnn_core/engine/cells.py", ".streamlit/config.toml"} <= {*files}
    assert not [name for name in files if "__pycache__" in name or name.startswith("tests")]
    assert "app.py" not in files


def test_prices_are_read_out_of_an_archive_as_the_site_has_them(tmp_path, monkeypatch):
    own = stocks()
    there = distribution("plotly")
    files = {
        archives._STOCKS: there.locate_file(archives._STOCKS).read_bytes(),
        "plotly-0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: plotly\nVersion: 0\n",
    }
    library = tmp_path / "library.zip"
    library.write_bytes(archives.packed(files))
    monkeypatch.syspath_prepend(library)
    assert distribution("plotly").version == "0"
    assert stocks.__wrapped__() == own


def test_only_what_can_be_asked_for_is_taken_of_the_frontend(tmp_path):
    worker = b"self.onmessage = 1"
    inside = "data:text/javascript;base64,c2VsZi5vbm1lc3NhZ2UgPSAx"
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "0123456789abcdef.woff2").write_bytes(b"font")
    (tmp_path / "assets" / "fedcba9876543210.woff2").write_bytes(b"another")
    written = {
        "stlite.css": "url(./assets/0123456789abcdef.woff2)",
        "stlite.js": f'import "./a.js"; x("{inside}")\n//# sourceMappingURL=stlite.js.map',
        "a.js": "import(`./b.js`), import('./Snow-1.js'); new URL(\"https://stlite.invalid/\")",
        "b.js": "",
        "Snow-1.js": "import './c.js'",
        "c.js": "",
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    found = frontend.frontend(tmp_path)
    kept = {"stlite.css", "stlite.js", "a.js", "b.js", "worker.js"}
    assert {*found} == {*kept, "assets/0123456789abcdef.woff2"}
    assert found["worker.js"] == worker and b"sourceMappingURL" not in found["stlite.js"]
    assert b"stlite.invalid" not in found["a.js"]
    (tmp_path / "b.js").write_text(written["a.js"])
    with pytest.raises(Refused, match="in 2 files"):
        frontend.frontend(tmp_path)
    (tmp_path / "b.js").write_text(f'"{inside}"')
    with pytest.raises(Refused, match="2 workers"):
        frontend.frontend(tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_at_once_what_it_claims(name):
    marks = {"SIZE": "0", "DIGEST": "d", "FIRST": FIRST}
    html = build.page(name, name, marks, {"stlite/stlite.js": b""}).decode()
    assert escape(still.claim(name)) in html and still.claim(name)
    assert f'homeOf(location.pathname, "{name}")' in html
    assert not build._MARK.search(html)
    assert ("<svg" in html) == (name == FIRST)


def test_the_still_of_the_first_act_has_the_apps_own_numbers():
    from pages.figures.story import reading
    from pages.ui.models import story
    from rnn_core.studies.story import Story

    chain = reading.chain_of(story.reading(Story()), story.model(story.READER))
    letter, chance = chain.columns[len(chain.given) - 1].guesses[0]
    assert f"it expects “{letter}” ({100 * chance:.0f} %)" in still.picture(FIRST)


def test_a_site_that_is_another_goes_by_another_name():
    assert build.digest({"a": b"1", "b": b"2"}) == build.digest({"b": b"2", "a": b"1"})
    names = {
        build.digest(f) for f in ({"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"1", "b": b""})
    }
    assert len(names) == 4
