"""The notation page in a browser: letters, formulas and numbers read back."""

import re

import numpy as np
import pytest

from pages.figures.notation.variants import variants
from pages.figures.theme import number
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.browser.driving import LOOKS

SETTINGS = Experiment(cell="gru", steps=12, hidden=6, seed=4)
LINK = "/notation?cell=gru&steps=12&hidden=6&seed=4"
BEYOND = """() => [...document.querySelectorAll('.katex-display .base')].filter(e =>
    e.getBoundingClientRect().right >
    e.closest('[data-testid=stColumn]').getBoundingClientRect().right + 1
  ).map(e => e.textContent)"""


def test_variants_on_screen_are_the_engines(app):
    app.open(f"{LINK}&notation=001")
    found = [v for v in variants(run(SETTINGS)) if v.key != "negated"]
    (plot,) = app.plots()
    drawn = {t["name"]: t["y"] for t in plot["traces"]}
    assert set(drawn) == {v.label for v in found}
    for v in found:
        np.testing.assert_allclose(drawn[v.label], np.clip(v.difference, 1e-4, 10))
        assert f"up to {number(v.largest)}" in app.text()
    app.check_clean()


def test_another_notation_changes_letters_and_no_number(app):
    app.open(f"{LINK}&notation=001")
    table = app.page.locator(".nt").first
    assert table.locator("thead .on").inner_text().split() == ["001", "Oliveira"]
    row = table.locator("tr", has_text="hidden state")
    assert [re.sub(r"\s", "", t) for t in row.locator("td").all_inner_texts()[:2]] == ["st", "ht"]
    plots = app.plots()
    app.page.get_by_role("combobox", name="Notation").click()
    app.page.get_by_role("option", name=re.compile("000")).click()
    app.page.wait_for_url("**notation=000*")
    app.idle()
    for before, after in zip(plots[0]["traces"], app.plots()[0]["traces"], strict=True):
        assert before == after
    assert table.locator("thead .on").inner_text().startswith("000")
    assert "sₜ differs" in app.text()
    app.check_clean()


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[2]), indirect=True, ids=str)
@pytest.mark.parametrize("query", ["cell=lstm&lstm=peephole", "cell=gru&notation=keras"])
def test_formulas_fit_the_screen(app, query):
    app.open(f"/notation?{query}")
    assert app.page.evaluate(BEYOND) == []
    app.check_clean()
