"""Every page runs for every cell and at every extreme, and says what it must."""

import re

import pytest

from pages.ui.contents import PAGES
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import GROUPS, SETTINGS, Experiment, matters
from tests.pages.reader import as_read, clean

# Pages that show the reader's experiment; the others have settings of their own only.
every_stage = pytest.mark.parametrize("page", [n for n, p in PAGES.items() if p.uses is None])

EXTREMES = {
    "exploding": {"cell": "rnn", "activation": "relu", "scale": "4", "steps": "200"},
    "overflowing": {
        **{"cell": "rnn", "activation": "relu", "init": "identity", "source": "sine"},
        **{"gain": "3", "scale": "4", "steps": "200", "clip": "norm", "hidden": "64"},
    },
    "overflowing lstm": {"lstm": "no-forget", "scale": "4", "steps": "200", "clip": "value"},
    "one unit": {"hidden": "1", "steps": "5"},
    "one step": {"steps": "1", "cell": "gru"},
    "one unit, one step": {"steps": "1", "hidden": "1", "placement": "every", "layers": "2"},
    "one step each": {"steps": "1", "wiring": "encoder-decoder"},
    "zero weights": {"init": "zero", "clip": "norm", "threshold": "0.01"},
    "no text": {"text": ""},
    "blank text": {"text": "   "},
    "one letter": {"text": "a"},
    "not Latin": {"text": "こんにちは"},
    "right to left": {"text": "مرحبا بالعالم"},
    "emoji": {"text": "👩‍👩‍👧🇩🇪é"},
    "markup": {"text": "<img src=x onerror=alert(1)> $x$ `:red[a]` **b**"},
    "long": {"text": "".join(map(chr, range(192, 392))), "steps": "200"},
    "stocks": {"source": "stocks", "steps": "200"},
    "stocks, classes": {"source": "stocks", "readout": "softmax"},
    "noise": {"source": "random", "initial": "random"},
    "no such step": {"placement": "chosen", "chosen": "150-160"},
    "some steps": {"placement": "chosen", "chosen": "1,5-8", "reduction": "mean"},
    "window": {"window": "3"},
    "deep": {"layers": "3", "direction": "bidirectional"},
    "backwards": {"layers": "2", "direction": "reverse"},
}


@every_stage
@pytest.mark.parametrize("cell", CELLS)
def test_every_page_shows_every_cell(visit, page, cell):
    reader = visit(page, cell=cell)
    assert reader.header[0].value
    assert not reader.warning
    assert any("Gradient check" in m.value for m in reader.markdown)


@every_stage
@pytest.mark.parametrize("extreme", EXTREMES)
def test_every_page_stands_the_extremes(visit, page, extreme):
    reader = visit(page, EXTREMES[extreme])
    assert not any("link" in (w.icon or "") for w in reader.warning)


@every_stage
@pytest.mark.parametrize(
    ("setting", "value"),
    [(n, v) for n in ("wiring", "readout", "init", "source") for v in SETTINGS[n].options],
)
def test_every_page_shows_every_choice(visit, page, setting, value):
    visit(page, {setting: value, "forcing": "free", "layers": "2"})


@pytest.mark.parametrize("page", [p for p in PAGES if p != "start"])  # the story has no panel
def test_every_setting_is_on_the_page_once(visit, page):
    reader = visit(page, clip="norm", init="orthogonal", cell="lstm")
    for group in GROUPS:
        reader.session_state[f"group_{group}"] = True
    reader.button(key="more").click()
    clean(reader.run())
    keys = [w.key for part in (reader.main, reader.sidebar) for w in part if hasattr(w, "key")]
    names = [key.removeprefix("set_") for key in keys if key and key.startswith("set_")]
    assert len(names) == len(set(names))
    shown = Experiment(clip="norm", init="orthogonal", cell="lstm")
    every = PAGES[page].every_cell
    uses = PAGES[page].uses
    there = [n for n in SETTINGS if SETTINGS[n].group in GROUPS and (uses is None or n in uses)]
    assert set(names) == {name for name in there if matters(shown, name, every_cell=every)}


def test_an_overflow_is_said_in_words(visit):
    reader = visit("gradients", EXTREMES["overflowing"])
    assert any("overflow" in w.value for w in reader.warning)
    assert any("Not checked" in m.value for m in reader.markdown)


def test_text_that_cannot_be_used_is_said_in_words(visit):
    assert any("no visible character" in m.value for m in visit("unrolled", text="").markdown)


def test_the_gradients_page_names_its_gradient_and_its_clipping(visit):
    reader = visit("gradients", clip="norm", cell="rnn")
    words = " ".join(m.value for m in reader.markdown)
    assert "‖dL/dhₜ‖" in words and "Clipping moved one thing" in words
    reader.button_group(key="set_clip").set_value("off")
    assert "Clipping is **off**" in " ".join(m.value for m in clean(reader.run()).markdown)


CHECKED = [page for page in PAGES if page not in ("lectures", "find", "mine", "training")]


@pytest.mark.parametrize("page", CHECKED)
def test_every_page_opens_with_the_check_of_its_run(visit, page):
    """But for lists, which have no run, and training, which has one once it runs live."""
    reader = visit(page, {"act": "3"} if page == "start" else {})  # acts before it are trained
    said = as_read(" ".join(element.value for element in reader.markdown))
    assert re.search(r"agrees with central differences: relative error below \S+e-", said)
