"""The sheet, the equations and the ledger: their numbers, read back, and what is lit or hidden."""

import re

import numpy as np
import pytest

from pages.figures.byhand import expansion
from pages.figures.byhand.equations import equations, spelled, weights_written
from pages.figures.byhand.letters import Ink, Names, decimal, table, tex
from pages.figures.byhand.sheet import (
    Marks,
    Place,
    arrows,
    blank_words,
    done_with,
    lit,
    read_by,
    sheet,
    sheet_rows,
    told,
)
from rnn_core.analysis.expansion import expand
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies.byhand import QUANTITIES, STAGES, WEIGHT_NAMES, stops, write_out
from rnn_core.studies.byhand_exercise import Blank, blanks

HOUSE = Names()
CELL = re.compile(r'<td data-cell="(\w+):(\d+)" class="(\w*)"[^>]*>(.*?)</td>')
NUMBER = re.compile(r'data-n="([^"]+)">([^<]+)<')


def cells(html):
    """(quantity, step) -> (mark, numbers, what is shown)."""
    found = {}
    for name, t, mark, inside in CELL.findall(html):
        pairs = NUMBER.findall(inside)
        found[name, int(t)] = (mark, [float(n) for n, _ in pairs], [text for _, text in pairs])
    return found


def braced(latex):
    """Every brace and every environment is closed."""
    plain = re.sub(r"\\[{}]", "", latex)
    return plain.count("{") == plain.count("}") and latex.count(r"\begin") == latex.count(r"\end")


@pytest.mark.parametrize(("T", "H"), [(1, 1), (4, 2), (6, 3)])
@pytest.mark.parametrize("weight", WEIGHT_NAMES)
def test_the_sheet_shows_the_engines_numbers(T, H, weight):
    w = write_out(Experiment(seed=4, initial="random"), T, H)
    found = cells(sheet(w, Place(weight=weight), HOUSE)["html"])
    assert found["h", 0][1] == list(w.h[0])
    for name, quantity in QUANTITIES.items():
        shown = name != "x" and (name not in WEIGHT_NAMES or name == weight)
        for t in range(1, T + 1):
            values = quantity.of(w)[t - 1]
            if name == "xh":
                values = values[:, np.argmax(w.stage.x[0, t - 1])]
            expected = list(np.ravel(values)) if shown else []
            assert found.get((name, t), ("", [], []))[1] == expected
    assert found[weight, T + 1][1] == list(w.total(weight).ravel())


def test_what_is_written_is_what_is_meant():
    w = write_out(Experiment(seed=4), 4, 2)
    for _, values, texts in cells(sheet(w, Place(), HOUSE)["html"]).values():
        for value, text in zip(values, texts, strict=True):
            if "·" not in text:
                assert float(text.replace("−", "-")) == pytest.approx(value, abs=5.1e-4)


@pytest.mark.parametrize("T", [1, 2, 5])
def test_the_lit_cells_are_the_place_and_the_outlined_ones_what_it_reads(T):
    w = write_out(Experiment(), T, 2)
    for stage, t in stops(T):
        place = Place(stage, t)
        found = cells(sheet(w, place, HOUSE)["html"])
        assert {k for k, v in found.items() if v[0] == "lit"} == lit(place)
        assert {k for k, v in found.items() if v[0] == "read"} == read_by(place, T)
    assert read_by(Place("outputs", 1), T) == {("x", 1), ("h", 0)}
    assert read_by(Place("weights", T + 1), T) == {("hh", t) for t in range(1, T + 1)}
    if T == 5:
        assert read_by(Place("errors", 2), T) == {("y", 2), ("delta", 3), ("h", 2)}
        assert read_by(Place("errors", 5), T) == {("y", 5), ("h", 5)}
        assert read_by(Place("weights", 3), T) == {("delta", 3), ("h", 2)}


@pytest.mark.parametrize("weight", WEIGHT_NAMES)
def test_only_rows_of_earlier_stages_that_nothing_here_reads_are_folded(weight):
    assert not done_with(Place("outputs", 1, weight))
    for stage, t in stops(3):
        place, folded = Place(stage, t, weight), done_with(Place(stage, t, weight))
        assert not folded & {name for name, _ in lit(place) | read_by(place, 3)}
        assert all(STAGES.index(QUANTITIES[n].stage) < STAGES.index(stage) for n in folded)
        html = sheet(write_out(Experiment(), 3, 2), place, HOUSE)["html"]
        assert set(re.findall(r'<tr data-row="(\w+)" class="done"', html)) == folded
    assert done_with(Place("errors", 2)) == {"x", "a", "z", "E"}


def test_arrows_cross_by_one_step_forwards_and_backwards():
    found = arrows(3, Place("errors", 2))
    ways = {(a["from"], a["to"]) for a in found}
    assert ways == {
        ("h:0", "a:1"),
        ("h:1", "a:2"),
        ("h:2", "a:3"),
        ("delta:2", "from_next:1"),
        ("delta:3", "from_next:2"),
    }
    assert [a["to"] for a in found if a["lit"]] == ["from_next:2"]
    assert len(arrows(1, Place())) == 1


def test_a_hidden_number_is_nowhere_until_it_is_solved():
    w = write_out(Experiment(), 4, 2)
    for stage in STAGES:
        for seed in range(1, 12):
            asked = dict(zip(blanks(w, stage, "b", seed), "ABCD", strict=False))
            shown = cells(sheet(w, Place(stage, weight="by"), HOUSE, Marks(asked))["html"])
            lines = [equations(w, s, t, "b", HOUSE, Ink(w, asked)) for s, t in stops(4)]
            assert all(
                rf"\boxed{{\text{{{letter}}}}}" in str(lines).replace(r"\\", "\\")
                for letter in asked.values()
            )
            for blank in asked:
                value = w.value(blank.quantity, blank.t, blank.index)
                twins = {"y": ("dz", "by"), "dz": ("by",)}.get(blank.quantity, ())
                for name in (blank.quantity, *twins):
                    assert value not in shown.get((name, blank.t), ("", [], []))[1]


def test_a_solved_number_is_back_on_the_sheet():
    w, blank = write_out(Experiment(), 4, 2), Blank("h", 2, (0,))
    hidden = sheet(w, Place(), HOUSE, Marks({blank: "A"}))["html"]
    solved = sheet(w, Place(), HOUSE, Marks({}, frozenset([blank])))["html"]
    number = f'data-n="{float(w.h[2, 0])!r}"'
    assert number not in hidden and ">A</b>" in hidden
    assert f'class="solved" {number}' in solved


def test_what_would_give_a_hidden_number_away_is_hidden_without_its_letter():
    w = write_out(Experiment(), 4, 2)
    ink = Ink(w, {Blank("y", 1, (1,)): "A", Blank("delta", 2, (0,)): "B"})
    assert ink.letter("y", 1, (1,)) == "A" and ink.letter("delta", 2, (0,)) == "B"
    assert ink.letter("dz", 1, (1,)) == ink.letter("by", 1, (1,)) == ink.letter("b", 2, (0,)) == "?"
    assert not ink.letter("dz", 1, (0,)) and not ink.letter("y", 2, (1,))


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("weight", WEIGHT_NAMES)
def test_every_place_can_be_written_in_every_notation(notation, weight):
    w, names = (
        write_out(Experiment(activation="sigmoid", cell="rnn"), 3, 3),
        Names(NOTATIONS[notation]),
    )
    for stage, t in stops(3):
        blocks = equations(w, stage, t, weight, names, Ink(w))
        assert blocks and all(map(braced, blocks))
        assert "<table>" in sheet(w, Place(stage, t, weight), names)["html"]
    assert all(map(braced, weights_written(w, names)))
    x = expand(w.stage, 3)
    for k in (1, 2, 3):
        assert all(map(braced, expansion.component(w, x, k, names)))
    assert all(map(braced, [expansion.formula(3, names), *expansion.nested(w, 3, names)]))


def test_letters_that_are_lent_are_taken_nowhere_else():
    for notation in NOTATIONS.values():
        names = Names(notation)
        found = [names.symbol(n).text for n in ("x", "a", "h", "z", "y", "E", "delta")]
        assert len(set(found)) == len(found), found
    assert Names(NOTATIONS["002"]).at("a", 2).startswith("u")
    assert Names(NOTATIONS["keras"]).matrix("hh") == r"{\mathtt{recurrent\_kernel}}^{\top}"
    assert Names(NOTATIONS["keras"]).matrix("hh", turned=True) == r"\mathtt{recurrent\_kernel}"


def test_the_equations_carry_the_places_numbers():
    w = write_out(Experiment(seed=1), 4, 2)
    lines = " ".join(equations(w, "errors", 2, "hh", HOUSE, Ink(w)))
    for name in ("dz", "from_output", "from_next", "dh", "delta"):
        for value in QUANTITIES[name].of(w)[1]:
            assert tex(float(value)) in lines
    assert table(w.weight("hh").T) + Ink(w).column("delta", 3) in lines
    assert table(w.weight("hy").T) + Ink(w).column("dz", 2) in lines
    (share,) = equations(w, "weights", 3, "hh", HOUSE, Ink(w))
    assert Ink(w).column("delta", 3) + Ink(w).row("h", 2) in share
    assert table(QUANTITIES["hh"].of(w)[2]) in share
    (total,) = equations(w, "weights", 5, "hh", HOUSE, Ink(w))
    for value in w.total("hh").ravel():
        assert tex(float(value)) in total


def test_what_is_not_there_is_said():
    w = write_out(Experiment(), 3, 2, "last")
    first = " ".join(equations(w, "errors", 1, "hh", HOUSE, Ink(w)))
    last = " ".join(equations(w, "errors", 3, "hh", HOUSE, Ink(w)))
    assert "no loss at this step" in first and "no next step" not in first
    assert "no next step" in last and "no loss at this step" not in last


def test_the_nested_formula_grows_with_the_step():
    w = write_out(Experiment(), 6, 2)
    for t in (1, 3, 6):
        formula, change = expansion.nested(w, t, HOUSE)
        assert formula.count(r"\tanh") == t == formula.count(r"\underbrace")
        assert change.count(r"\mathrm{d}W") == t
        assert change.count(r"\bigl(") == change.count(r"\bigr)") == t - 1


@pytest.mark.parametrize(("t", "seed"), [(1, 0), (3, 0), (6, 5)])
def test_the_ledger_adds_up_to_the_engines_total(t, seed):
    w = write_out(Experiment(seed=seed, initial="random"), 6, 2)
    x = expand(w.stage, t)
    html = expansion.ledger(w, x, 1, HOUSE)["html"]
    rows = {
        k: np.array([float(n) for n, _ in NUMBER.findall(row)])
        for k, row in re.findall(r'<tr data-k="(\w+)"[^>]*>(.*?)</tr>', html)
    }
    assert list(rows) == [*map(str, range(t, 0, -1)), "sum", "total"]
    added = sum(rows[str(k)] for k in range(1, t + 1))
    np.testing.assert_allclose(added, rows["total"], rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(rows["total"], x.total.ravel())
    widths = [float(n) for n in re.findall(r"width:([\d.]+)%", html)]
    low, high = expansion.span(x)
    expected = [*(100 * abs(x.parts[::-1]) / (high - low)), 100 / (high - low)]
    np.testing.assert_allclose(widths, expected, atol=0.01)
    lefts = [float(n) for n in re.findall(r"left:([\d.]+)%", html)]
    assert min(lefts) >= 0 and all(a + b <= 100.02 for a, b in zip(lefts, widths, strict=True))


def test_a_gradient_of_zero_has_words_instead_of_bars():
    w = write_out(Experiment(init="zero"), 1, 1)
    x = expand(w.stage, 1)
    assert "zero" in expansion.remark(x)
    assert "no total" in expansion.ledger(w, x, 1, HOUSE)["html"]
    assert expansion.agreement(x) == "They agree exactly."


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (1.0, "1", "1"),
        (-0.25, "−0.250", "-0.250"),
        (2e-5, "2.0·10⁻⁵", r"2.0{\cdot}10^{-5}"),
        (-3.21e7, "−3.2·10⁷", r"-3.2{\cdot}10^{7}"),
        (np.inf, "∞", r"\infty"),
        (-np.inf, "−∞", r"-\infty"),
        (np.nan, "?", r"\text{?}"),
    ],
)
def test_numbers_are_written_to_be_read(value, text, latex):
    assert decimal(value) == text and tex(value) == latex


@pytest.mark.parametrize("label", ["#", "$", "%", "&", "_", "{", "}", "\\", "^", "~", "é", "␣"])
def test_no_character_means_anything_in_a_formula(label):
    assert braced(spelled(label)) and not re.search(r"(?<!\\)[#$%&]", spelled(label))


def test_a_readers_text_means_nothing_in_the_table():
    w = write_out(Experiment(text="<b>&x"), 5, 2)
    html = (
        sheet(w, Place(), HOUSE)["html"] + expansion.ledger(w, expand(w.stage, 3), 1, HOUSE)["html"]
    )
    assert "<b>" not in html and "&lt;" in html and "&amp;" in html


def test_a_blank_is_named_by_quantity_step_and_entry():
    w = write_out(Experiment(), 4, 2)
    words = {
        ("h", 2, (0,)): "h₂, unit 1",
        ("y", 3, (1,)): "y₃, letter e",
        ("E", 4, ()): "E₄",
        ("dh", 2, (1,)): "∂L/∂h₂, unit 2",
        ("hh", 5, (0, 1)): "∂L/∂W_hh, the sum, row 1, column 2",
        ("hy", 1, (3, 1)): "∂L/∂W_hy, share of step 1, row o, column 2",
    }
    for where, said in words.items():
        assert blank_words(Blank(*where), HOUSE, w) == said
    assert "it reads l, and o comes next" in told(w, Place("outputs", 4))


def test_the_download_is_long_form():
    w = write_out(Experiment(), 2, 1)
    table = sheet_rows(w)
    assert len({len(column) for column in table.values()}) == 1
    assert list(expansion.rows(expand(w.stage, 2))) == list(table)
