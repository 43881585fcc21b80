"""The notation is a view: it is in the link, it changes letters and no number."""

import pytest

from rnn_core.notation.notation import NOTATIONS
from tests.pages.reader import clean


def formulas(reader) -> list[str]:
    return [each.value for each in reader.latex]


def test_the_menu_is_in_the_link_and_back(visit):
    reader = visit("notation", cell="gru")
    reader.selectbox(key="notation").set_value("001").run()
    assert clean(reader).query_params == {"cell": "gru", "notation": "001"}
    assert r"\tilde{h}_{t}" in formulas(reader)[0]
    reader.selectbox(key="notation").set_value("house").run()
    assert clean(reader).query_params == {"cell": "gru"}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_notation_of_every_cell_beside_another(visit, notation, cell):
    reader = visit("notation", cell=cell, notation=notation)
    assert reader.selectbox(key="notation").value == notation
    mine, other = formulas(reader)
    assert mine.count("&=") >= 2 and other.count("&=") >= 2


def test_a_source_that_writes_another_variant_is_told_apart(visit):
    def warned(reader) -> str:
        return " ".join(m.value for m in reader.markdown if "call_split" in m.value)

    assert "exchange z, 1 − z" in warned(visit("notation", cell="gru", notation="001"))
    same = visit("notation", cell="gru", notation="001", reset="before", update="takes")
    assert warned(same).count("call_split") == 3  # no biases; PyTorch: both switches
    assert not warned(visit("notation", cell="lstm", notation="002"))


def test_an_unknown_notation_is_said(visit):
    reader = visit("notation", notation="klingon")
    assert any("klingon" in w.value for w in reader.warning)
    assert reader.query_params == {"cell": "rnn"}  # of the scene that opens
