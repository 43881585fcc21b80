"""The unrolled graph's link: which weight is lit."""

import pytest


@pytest.mark.parametrize("lit", ["none", "bias_hh_l0", "decoder.weight_ph_l2_reverse"])
def test_a_link_names_any_weight_there_or_not(visit, lit):
    reader = visit("unrolled", lit=lit, steps="6", hidden="4")
    assert not reader.warning
    assert reader.query_params["lit"] == lit


def test_a_name_that_is_none_is_said_in_words(visit):
    reader = visit("unrolled", lit="<img src=x>", steps="6")
    assert any("Lit weight" in w.value or "weight" in w.value for w in reader.warning)
    assert "lit" not in reader.query_params
