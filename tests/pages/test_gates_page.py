"""The gates' pages in every view that a link can ask for."""

import pytest

from pages.ui.view import VIEW
from rnn_core.engine.cells import CELLS
from tests.pages.reader import clean


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("maps", VIEW["maps"].options)
def test_every_view_of_every_cell(visit, cell, maps):
    link = {"cell": cell, "maps": maps, "compare": "gru", "sort": "forget", "unit": "60"}
    reader = visit("gates", link, source="sine", hidden="5", layers="2", layer="1")
    assert reader.query_params["maps" if maps != "one" else "sort"] in (maps, "forget")


@pytest.mark.parametrize("rival", VIEW["compare"].options)
@pytest.mark.parametrize("page", ["gates", "saturation"])
def test_every_rival(visit, page, rival):
    for wiring in ("many-to-many", "encoder-decoder"):
        visit(page, compare=rival, wiring=wiring, hidden="4", steps="6")


def test_a_rival_is_picked_in_the_menu_and_in_the_link(visit):
    reader = visit("saturation", steps="12")
    reader.selectbox(key="view_compare").set_value("forget-3").run()
    assert clean(reader).query_params == {"steps": "12", "compare": "forget-3"}
    assert any("16 of 16 units above 0.9" in m.value for m in reader.markdown)


def test_a_plain_rnn_is_said_to_have_no_gate(visit):
    alone, beside = (visit("saturation", cell="rnn", compare=name) for name in ("off", "gru"))
    assert any("no gate" in m.value for m in alone.markdown)
    assert not any("no gate. Choose" in m.value for m in beside.markdown)
