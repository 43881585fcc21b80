"""Files to take home: made only when asked for, and with the numbers that are on screen."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pages.components.exhibits import NAME as EXHIBITS
from pages.components.plot import Plot
from pages.figures.markdown import inline
from pages.figures.norm_axis import beyond
from pages.handout.exhibit import Exhibit
from pages.ui import sweeps, take_home
from pages.ui.contents import PAGES
from pages.ui.sweeps import Turned, positions, swept
from pages.ui.view import VIEW, View
from rnn_core.code.ways import WAYS
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.run import run
from tests.handout.reading import messages, spec, stored
from tests.pages.reader import clean

ADDRESS = "https://a.university/course/rnn/{}?old=1"
SCENIC = [name for name, page in PAGES.items() if page.scenic]
LIMIT = 3_000_000  # bytes of a file


@pytest.fixture
def files(visit, monkeypatch):
    """``files("gates", cell="gru")`` opens a page and its popover: what each button would make."""
    found = {}
    keep = lambda label, made, file, *_, **__: found.__setitem__(file, made)  # noqa: E731
    monkeypatch.setattr(take_home, "file_button", keep)

    def opened(page, **settings):
        found.clear()
        address = ADDRESS.format(page)
        monkeypatch.setattr(take_home, "_address", lambda: address)
        reader = visit(page, **settings)
        reader.session_state["copy_link"] = True
        clean(reader.run())
        return SimpleNamespace(reader=reader, made=dict(found))

    return opened


@pytest.mark.parametrize("page", SCENIC)
def test_a_page_as_one_file(files, page):
    opened = files(page)
    text = opened.made[f"{page}.html"]().decode()
    shown = opened.reader.session_state[EXHIBITS].pieces()
    drawn = {f"0.{e.key}": e.data for e in shown if isinstance(e, Exhibit)}
    assert drawn, "a page has a picture"
    kept = messages(text)
    assert {key: kept[key] for key in drawn} == drawn
    assert len(text.encode()) <= LIMIT
    assert f"<h1>{inline(opened.reader.header[0].value)}</h1>" in text
    assert f'href="https://a.university/course/rnn/{page}' in text and "old=1" not in text
    wanted = {f"{way.label.lower()}.{way.ending}" for way in WAYS.values()}
    there = {name.partition("-")[2] for name in opened.made} - {""}
    assert there == (wanted if PAGES[page].uses is None else set())
    assert "**" not in re.sub(r"<(script|style|template)\b.*?</\1>", "", text, flags=re.DOTALL)


def test_nothing_is_made_before_it_is_asked_for(visit, monkeypatch):
    monkeypatch.setattr(take_home, "document", lambda *_: pytest.fail("nobody asked for it"))
    monkeypatch.setattr(take_home, "swept", lambda *_: pytest.fail("nobody asked for it"))
    unasked = {n: replace(way, write=lambda *_: pytest.fail("unasked")) for n, way in WAYS.items()}
    monkeypatch.setattr(take_home, "WAYS", unasked)
    reader = visit("gradients")
    assert not [b for b in reader.get("download_button") if "Keep" in b.label]
    reader.session_state["copy_link"] = True
    labels = [b.label for b in clean(reader.run()).get("download_button")]
    assert labels[:-1] == ["Keep this picture (HTML)", *(way.label for way in WAYS.values())]


def test_the_settings_and_the_link_are_those_on_screen(files):
    opened = files("gates", cell="gru", scale="1.5", text="a<b")
    text = opened.made["gates.html"]().decode()
    rows = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))
    assert rows["Cell"] == "GRU" and rows["Weight scale"] == "1.5"
    assert rows["Your text"] == "a&lt;b" and rows["Reset gate (GRU)"] == "after the product"
    assert "LSTM variant" not in rows
    link = re.search(r'href="(https://[^"]*)"', text)[1]
    assert link.endswith("/gates?text=a%3Cb&amp;cell=gru&amp;scale=1.5")


def test_a_file_is_of_what_is_on_screen_when_its_button_is_pressed(files):
    """The button was drawn before the last picture was: the file must not be one behind."""
    opened = files("gates", cell="gru")
    opened.reader.slider(key="set_scale").set_value(2.0)
    clean(opened.reader.run())
    assert "scale=2" in opened.made["gates.html"]().decode()


def test_a_picture_is_kept_only_while_it_may_be_taken_home(visit):
    reader = visit("gates")
    desk = reader.session_state[EXHIBITS]
    assert not desk.pieces() and not desk.drawing
    reader.session_state["copy_link"] = True
    clean(reader.run())
    assert desk.pieces()
    reader.session_state["copy_link"] = False
    clean(reader.run())
    assert not desk.pieces() and not desk.drawing


# -- the slider ------------------------------------------------------------------------------------


def test_every_position_of_the_gradients_slider_has_the_engines_numbers(files):
    opened = files("gradients", steps="12", hidden="5", cell="rnn")
    text = opened.made["gradients.html"]().decode()
    kept = messages(text)
    words = json.loads(stored(text, "about"))["sheets"][0]["positions"]
    assert len(words) >= sweeps.POSITIONS and "1" in words
    for k, scale in enumerate(words):
        e = Experiment(steps=12, hidden=5, cell="rnn", scale=float(scale))
        lines = [t for t in spec(kept[f"0.norms.{k}"])["data"] if t.get("mode") == "lines+markers"]
        solid = [np.asarray(t["y"], float) for t in lines if t["line"]["dash"] == "solid"]
        for cell, y in zip(CELLS, solid, strict=True):
            norms = run(replace(e, cell=cell)).stages[0].gradient.top.norms()
            inside = ~beyond(norms)
            assert inside.any()
            np.testing.assert_allclose(y[inside], norms[inside], rtol=1e-12)
    assert spec(kept[f"0.norms.{words.index('1')}"]) == spec(kept["0.norms"])


@pytest.mark.parametrize("page", ["gradients", "clipping", "scalar", "hold"])
def test_the_slider_stands_where_the_page_stood_and_turns_every_figure(files, page):
    more = {"clip": "norm", "threshold": "0.5"} if page == "clipping" else {"cell": "lstm"}
    text = files(page, **more, **({"w": "1.2"} if page == "scalar" else {})).made[f"{page}.html"]()
    text = text.decode()
    about, kept = json.loads(stored(text, "about"))["sheets"][0], messages(text)
    start = re.search(r'data-sheet="0" min="0" step="1" max="\d+" value="(\d+)"', text)[1]
    still = {"textbook"}
    assert set(about["swept"]) == {e["key"] for e in about["exhibits"]} - still
    for key in about["swept"]:
        figure = spec(kept[f"0.{key}.{start}"])
        assert figure["data"] and figure == spec(kept[f"0.{key}"])
    turned = {kept[f"0.{about['exhibits'][0]['key']}.{k}"] for k in range(len(about["positions"]))}
    assert len(turned) > 3


def test_positions_are_over_the_whole_range_with_the_present_one():
    found = positions(SETTINGS["scale"], 1.35)
    assert found[0] == 0.1 and found[-1] == 4.0 and 1.35 in found
    assert len(found) in (15, 16) and found == sorted(found)
    assert positions(SETTINGS["clip"], "off") == ["off", "norm", "value"]
    whole = positions(SETTINGS["steps"], 20)
    assert all(isinstance(v, int) for v in whole) and {1, 20, 200} <= set(whole)
    assert {-1.0, 1.0, 0.35} <= set(positions(VIEW["held_at"], 0.35))


def test_a_slider_that_takes_long_has_fewer_positions_from_end_to_end(monkeypatch):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(sweeps, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    made = swept(Turned("scale", lambda e, _: {"a": Plot({"data": []}, "", "")}),
                 Experiment(scale=1.35), View())  # fmt: skip
    words = [position.words for position in made.positions]
    assert words[0] == "0.1" and words[-1] == "4" and words[made.start] == "1.35"
    assert sweeps.LEAST <= len(words) < 8


def test_a_setting_that_changes_nothing_has_no_slider():
    turned = Turned("threshold", lambda *_: pytest.fail("it changes nothing"))
    assert swept(turned, Experiment(clip="off"), View()) is None


# -- as code ---------------------------------------------------------------------------------------


def test_a_cell_that_a_library_has_not_is_said_in_words(files):
    opened = files("gates", cell="lstm", lstm="peephole")
    assert {"gates-python.py", "gates-notebook.ipynb"} <= opened.made.keys()
    assert not {"gates-pytorch.py", "gates-keras.py"} & opened.made.keys()
    said = " ".join(c.value for c in opened.reader.caption)
    assert "PyTorch's LSTM has no peepholes." in said and "Keras's LSTM has no peepholes." in said


def test_numbers_changed_by_hand_are_in_the_code(files):
    edit = {"edits": "weight_hh_l0:0:1=0.5"}
    assert b"STORED" in files("cell", **edit).made["cell-python.py"]()
    assert b"STORED" not in files("cell", cell="gru").made["cell-python.py"]()
    assert b"STORED" not in files("gates", **edit).made["gates-python.py"]()


def test_a_page_of_all_cells_gives_code_of_all_cells(files):
    assert b"('rnn', 'gru', 'lstm')" in files("gradients").made["gradients-python.py"]()
    assert b"('gru',)" in files("gates", cell="gru").made["gates-python.py"]()


def test_prices_are_in_the_code_that_reads_them(files):
    text = files("unrolled", source="stocks", steps="9").made["unrolled-python.py"]().decode()
    assert "PRICES = [" in text and "series=PRICES" in text
