"""The search over pages, scenes and terms."""

import pytest

from pages.ui import index
from pages.ui.contents import PAGES
from rnn_core.decks.finding import Entry, found

TERMS = (
    *("hidden state", "cell state", "forget gate", "update gate", "candidate", "BPTT", "Jacobian"),
    *("truncated BPTT", "spectral radius", "teacher forcing", "clipping", "vanish", "explode"),
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_found_first_by_its_title(page):
    first = found(PAGES[page].title, index.entries())[0]
    assert (first.page, first.deck) == (page, "")


@pytest.mark.parametrize("term", TERMS)
def test_every_standard_term_leads_somewhere(term):
    assert found(term, index.entries())


def test_every_word_must_be_there_and_titles_count_more():
    entries = [
        Entry("Gates", "what a forget gate keeps", "gates"),
        Entry("Forget gates", "", "hold", "000", "x"),
        Entry("Clipping", "", "clipping"),
    ]
    assert [e.page for e in found("forg gate", entries)] == ["hold", "gates"]
    assert found("forget clipping", entries) == () == found("  ", entries)
    assert [e.page for e in found("CLIPPÍNG", entries)] == ["clipping"]


@pytest.mark.parametrize("words", ["", "<b>x</b>", "![x](y)", "a" * 300, "\x00", "$x$"])
def test_nothing_that_is_typed_breaks_the_page(visit, words):
    assert visit("find", find=words)


def test_what_is_found_opens(visit):
    reader = visit("find", find="clipping")
    links = [each.proto for each in reader.get("page_link")]
    assert any(link.page == "clipping" for link in links)
    assert any("scene=" in link.query_string for link in links)
