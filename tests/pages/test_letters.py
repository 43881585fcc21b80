"""Letters of every page: all of them follow the chosen notation, and come from one table.

A source is made up whose every letter is its own.  Wherever one of the house's own spellings is
still seen while it is chosen, some label, hover text or download did not ask the table.
"""

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest

from pages.components import scripts
from pages.figures.unrolled import graph
from pages.ui import page_layout
from pages.ui.contents import PAGES
from rnn_core.engine.cells import CELLS, Cell
from rnn_core.notation.notation import NOTATIONS, Letters, Notation
from rnn_core.notation.sources import Alphabet

# Two pages show all of them, whichever is chosen: the notations, and the five lectures.
EVERY = [page for page in PAGES if page not in ("notation", "lectures")]
every_page = pytest.mark.parametrize("page", EVERY)

GREEK = {
    **{"h": "η", "c": "κ", "x": "x", "y": "υ", "input": "ι", "forget": "φ", "candidate": "γ"},
    **{"output": "ω", "reset": "ρ", "update": "ζ"},
}
ALPHABET = Alphabet(
    letters=GREEK,
    marks=GREEK,
    wx="Ξ_{g}",
    wh="Ψ_{g}",
    b="β_{g}",
    out="Λ",
    out_b="λ",
    time="round",
)
STRANGE = Notation("000", "Nobody", dict.fromkeys(CELLS, ALPHABET))
HOUSE = re.compile(
    r"\b[hcxyifgorzn]\u0303?ₜ|[d∂][hcxy]ₜ"  # hₜ, dhₜ
    r"|\b[hcxyL]_\{?[tT0]\b"  # h_T, h_{t-1}
    r"|\b[hc][₀-₉]"
    r"|/[d∂][hcy]\b"  # dL/dh
    r"|‖[hc]\b"
    r"|\b[WU]_\w"
    r"|\bb_[ih]"
    r"|\b[hy],? \(\d"  # shapes: h (1, 20, 16)
    r"|\b(?:[Gg]ate|state|candidate) [hcfigorzn]\b"
)
WORDS = re.compile(r"[^\x00-\x1f]{40,}")  # of a message; shorter stretches are numbers, as bytes
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


# A lecture or library, and a cell that it writes in its own letters.
WRITTEN = {
    **{"pytorch": "lstm", "keras": "gru", "000": "gru", "001": "rnn"},
    **{"002": "rnn", "003": "rnn", "004": "rnn"},
}
KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
LINK = {"hidden": "3", "steps": "6", "cells": "all"}


@pytest.fixture
def tables(monkeypatch) -> list:
    """Tables that the visited pages offer as CSV."""
    found: list = []
    monkeypatch.setattr(page_layout, "download", lambda title, table: found.append(table))
    return found


@pytest.fixture
def strange(monkeypatch) -> Iterator[str]:
    """The name of the made-up source; it stands in for a lecture, so that a link can ask for it."""
    monkeypatch.setitem(NOTATIONS, STRANGE.name, STRANGE)
    graph._letters.cache_clear()
    yield STRANGE.name
    graph._letters.cache_clear()


def house_only(notation: str, page: str, cell: str) -> re.Pattern | None:
    """The house's spellings that the notation has others for, in all cells on the page."""
    cells = tuple(CELLS) if several(page) else (cell,)
    ours, theirs = (
        {text for c in cells for text in spellings(NOTATIONS[name].of(c), CELLS[c]())}
        for name in ("house", notation)
    )
    only = sorted(map(re.escape, ours - theirs), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(only)})(?![\w^])") if only else None


def several(page: str) -> bool:
    """Whether other cells than the reader's are on the page."""
    return PAGES[page].every_cell or PAGES[page].own is not None or page == "wirings"


def spellings(letters: Letters, cell: Cell) -> Iterator[str]:
    for state in cell.states:
        yield from (letters.symbol(state, t).text for t in ("t", "t-1", "T", "0", "1", "2"))
    for gate in cell.gates:
        yield letters.symbol(gate).text
        for kind in KINDS:
            yield letters.symbol(f"{kind}.{gate}").text
    yield from (letters.matrix(kind).text for kind in KINDS)
    yield letters.symbol("readout.weight").text


def elements(block) -> Iterator:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from elements(child)
        elif child.type != "code":  # the cells' own text
            yield child


def shown(element) -> str:
    """Text of an element; of a component, its message."""
    proto = deepcopy(element.proto)
    if "id" in proto.DESCRIPTOR.fields_by_name:
        proto.ClearField("id")
    if element.type != "bidi_component":
        return proto.SerializeToString().decode(errors="ignore")
    sent = WORDS.findall(proto.bytes.decode(errors="ignore"))
    text = (proto.json or "") + " ".join(sent)
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def found_in(reader, tables: list, pattern: re.Pattern) -> list[str]:
    """Every place of a page and its tables where the pattern is, with the words around it."""
    texts = [shown(element) for element in elements(reader._tree)]
    texts += [table().to_csv() for table in tables]
    spots = ((text, m) for text in texts for m in pattern.finditer(text))
    return [text[max(0, m.start() - 40) : m.end() + 30] for text, m in spots]


@every_page
@pytest.mark.parametrize("cell", CELLS)
def test_no_letter_but_the_notations(visit, strange, tables, page, cell):
    reader = visit(page, LINK, cell=cell, notation=strange)
    assert not found_in(reader, tables, HOUSE)


@every_page
@pytest.mark.parametrize(("notation", "cell"), WRITTEN.items())
def test_no_house_letter_where_the_source_has_another(visit, tables, page, notation, cell):
    only = house_only(notation, page, cell)
    assert only or several(page)
    reader = visit(page, LINK, cell=cell, notation=notation)
    assert not only or not found_in(reader, tables, only)


@pytest.mark.parametrize("page", [p for p in EVERY if p != "start"])  # the story writes no cell
def test_another_form_of_the_gru_is_said(visit, page):
    """Where the source's GRU is not the one on screen, a sentence says so."""

    def said(**link: str) -> bool:
        reader = visit(page, LINK, notation="001", **link)
        return any("writes another GRU" in m.value for m in reader.markdown)

    assert said(cell="gru")
    assert not said(cell="gru", reset="before", update="takes")


@pytest.mark.parametrize("component", scripts.FILES)
def test_scripts_bring_no_letters_of_their_own(component):
    code = re.sub(r"/\*[\s\S]*?\*/|//.*", "", scripts.text(component))
    assert not HOUSE.findall(code)
