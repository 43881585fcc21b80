"""The board's numbers are the networks', the curves the measured shares, the words no more."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import translation as drawn
from rnn_core.applications.probe import look, run_of
from rnn_core.applications.translation import DICTIONARY, ByLength, by_length, interpret, probe_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks.translation import english, french
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[2] / "assets" / "models"


@cache
def models():
    found = [load(FOLDER, f"translation-{h}") for h in (96, 16)]
    return {drawn.through(m.card.hidden): m for m in found}


def readings(number):
    return [interpret(m.networks, number) for m in models().values()]


def row(html, title):
    """The cells of a row of the board."""
    (found,) = (r for r in re.findall(r"<tr.*?</tr>", html) if f">{title}<" in r)
    return found


@pytest.mark.parametrize("number", [0, 7, 80, 471080, 999999])
def test_the_board_holds_every_number(number):
    html, every = drawn.board(readings(number)), readings(number)
    assert html.count("<tr") == html.count("</tr>") == 2 + 2 * len(every)
    for r in every:
        handed = row(html, f"{len(r.state)} units hand on")
        assert [float(v) for v in re.findall(r'data-n="([^"]+)"', handed)] == list(r.state)
        words = row(html, f"Through {len(r.state)} units")
        assert re.findall(r'data-word="([^"]+)"', words) == [s.word for s in r.spoken]
        ps = [float(p) for p in re.findall(r'class="p" data-p="([^"]+)"', words)]
        assert ps == [s.p for s in r.spoken]
        assert ("✓ right" in words) == r.right and ("≠" in words) != r.right
    assert all(f"<b>{w}</b>" in row(html, "Right answer") for w in french(number))
    assert all(f"<span>{w}</span>" in html for w in english(number))


def test_every_row_has_as_many_columns():
    html = drawn.board(readings(471080))
    widths = set()
    for one in re.findall(r"<tr.*?</tr>", html):
        spans = re.findall(r"<td[^>]*?(?:colspan=\"(\d+)\")?[^>]*>", one)
        cells = re.findall(r"<td[^>]*>", one)
        extra = [int(n) for cell in cells for n in re.findall(r'colspan="(\d+)"', cell)]
        widths.add(len(spans) - len(extra) + sum(extra))
    assert widths == {9}


def test_a_state_beyond_the_scale_stays_at_its_edge():
    from pages.figures.spoken import shade

    assert shade(3) == shade(1) and shade(-3) == shade(-1) and "--d-9" in shade(1)
    assert "--d-0" in shade(-1) and shade(0).endswith("var(--st-background-color))")


def test_no_probability_is_shown_surer_than_it_is():
    from pages.figures.spoken import percent

    shown = {1.0: "100.0%", 0.99996: ">99.9%", 0.5: "50.0%", 1e-9: "<0.1%", 0.0: "0%"}
    assert {p: percent(p) for p in shown} == shown


@pytest.mark.parametrize(
    ("typed", "number", "said"),
    [
        ("471080", 471080, ""),
        ("nine hundred eighty-one", 981, ""),
        ("nineteen hundred", 1900, "Read as 1,900: one thousand nine hundred. "),
        ("two two", 4, "Read as 4: four. "),
    ],
)
def test_words_in_another_order_than_ours_are_said_to_be_read(typed, number, said):
    words = drawn.told(readings(number), typed)
    assert words.startswith(f"{said}{number:,} was translated")


def test_the_sentence_says_who_was_right():
    words = drawn.told(readings(471080), "471080")
    assert "through 96 units rightly, through 16 units wrongly, by the dictionary wrongly" in words


@cache
def measured() -> ByLength:
    return by_length(models(), [123, 981, 100, 4711, 471080, 310800, 777777])


def test_the_curves_are_the_shares():
    found = measured()
    lines = {trace.name: trace for trace in go.Figure(drawn.against_length(found)).data}
    assert set(lines) == {*models(), DICTIONARY}
    for who, line in lines.items():
        np.testing.assert_array_equal(line.y, found.share(who))
        assert list(line.x) == [3, 4, 6]
    assert len({(t.line.dash, t.marker.symbol) for t in lines.values()}) == 3


def test_the_finding_has_the_numbers_and_names_the_winner():
    right = {"through 96 units": (10, 9), "through 16 units": (9, 2), DICTIONARY: (6, 7)}
    words = drawn.finding(ByLength((3, 6), (10, 10), right))
    assert "**90%** through 96 units, **20%** through 16 units, **70%** by the dictionary" in words
    assert "65.0% to 55.0% through 16 units" in words
    assert "Best over all lengths: through 96 units, 95.0%" in words
    alone = drawn.finding(ByLength((3,), (4,), {"through 96 units": (4,), DICTIONARY: (2,)}))
    assert "wins" not in alone


def test_the_table_to_take_away_is_long_and_whole():
    table = drawn.rows(readings(80), measured())
    assert len({len(column) for column in table.values()}) == 1
    assert table["quantity"].count("handed on") == 96 + 16
    empty = drawn.rows([], measured())
    assert set(empty["quantity"]) == {"share right"}


def test_the_small_drawing_names_no_word():
    m = models()["through 16 units"]
    found = probe_of(m, 80)
    run = drawn.unnamed(run_of(found, look(found, Experiment())))
    assert set(run.sequence.alphabet) == {"·"} == set(run.sequence.output_labels)
