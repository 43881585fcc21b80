"""The page "Captions": drawings of the link and of the reader, the picked word, the probe."""

import pytest

from rnn_core.applications.captions import BLANK, Sketch, clean, sketch, to_hex
from tests.pages.reader import clean as no_exception
from tests.pages.reader import press, said


@pytest.mark.parametrize("which", ["held-out", "unseen"])
@pytest.mark.parametrize("slope", ["margin", "logit", "log"])
def test_every_kind_of_drawing_and_slope(visit, which, slope):
    reader = visit("captions", which=which, slope=slope, drawn="7", place="9")
    assert "The network says" in said(reader) and not reader.warning
    assert ("Training never shows" in said(reader)) == (which == "unseen")


@pytest.mark.parametrize("pixels", [BLANK, "0" * 64, "f" * 64, "C" * 64, "0f" * 32])
def test_any_drawing_of_the_link_is_captioned(visit, pixels):
    reader = visit("captions", pixels=pixels)
    assert "only you know" in said(reader) and not reader.warning
    labels = [b.label for b in reader.button]
    assert "Back to drawing 1" in labels and "Next" not in labels
    assert "own_drawn" not in [s.key for s in reader.slider]


@pytest.mark.parametrize("pixels", ["f" * 63, "xyz", "<b>" * 20, "٣" * 64, "0" * 200])
def test_a_link_that_holds_no_drawing_is_told_so(visit, pixels):
    reader = visit("captions", pixels=pixels)
    assert any("64 hexadecimal digits" in w.value for w in reader.warning)
    assert "The network says" in said(reader)
    press(reader, "Back to drawing 1")
    assert not reader.warning and "pixels" not in reader.query_params


@pytest.mark.parametrize("link", [{"drawn": "0"}, {"drawn": "x"}, {"place": "99"}, {"which": "?"}])
def test_a_link_that_asks_too_much_is_told_so(visit, link):
    assert any("link" in (w.icon or "") for w in visit("captions", link).warning)


def test_the_buttons_put_other_drawings_on_the_easel(visit):
    reader = press(visit("captions", drawn="3"), "Next")
    assert reader.query_params["drawn"] == "4"
    press(reader, "Without noise")
    image, _ = sketch(Sketch(drawn=4))
    assert reader.query_params["pixels"] == to_hex(clean(image))
    press(reader, "Blank paper")
    assert reader.query_params["pixels"] == BLANK
    press(reader, "Back to drawing 4")
    assert reader.query_params == {"drawn": "4"}
    first = press(visit("captions", drawn="200"), "Next").query_params
    assert first == {"which": "held-out"}  # a default state; the bare link opens on a scene


@pytest.mark.parametrize("link", [{}, {"pixels": BLANK}])
def test_the_network_goes_to_the_other_pages(visit, link):
    reader = press(visit("captions", link), "Look inside")
    assert "is on the other pages now" in said(reader)
    for page in ("gates", "unrolled", "cell", "gradients", "credit"):
        reader.switch_page(f"{page}.py").run()
        assert no_exception(reader).query_params["weights"]
        assert "agrees with central differences" in said(reader)


def test_a_missing_network_is_said_in_words(visit, no_networks):
    reader = visit("captions")
    assert any("There is no trained network" in e.value for e in reader.error)
