"""The wiring gallery: one card per entry of the engine's table, drawn from real runs."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from pages.figures.theme import CEILING, FLOOR, number
from pages.figures.wirings.cards import (
    CARDS,
    WORDS,
    conclusion,
    described,
    facts,
    inputs_at,
    losses_at,
    profile_rows,
    profiles,
    sentence,
    span,
)
from pages.figures.wirings.drawing import miniature, symbol
from pages.figures.wirings.layout import GUTTER, TEXT, WIDTH, shown
from pages.figures.wirings.profile import PANEL, legend, place
from pages.figures.wirings.table import step_table
from rnn_core.engine.cells import CELLS
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from tests.core.cells_under_test import OVERFLOWING

EXPERIMENT = Experiment(hidden=5, steps=8, seed=3)
TABLE = {card.key: card for card in CARDS if card.key != "stack"}
every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
every_cell = pytest.mark.parametrize("cell", CELLS)


def done(key: str, **changes):
    card = next(card for card in CARDS if card.key == key)
    return run(card.wired(replace(EXPERIMENT, **changes)))


def drawn(card, result, **more) -> ElementTree.Element:
    norms = {result.experiment.cell: profiles(result)}
    svg = miniature(card.title, result, card.words.image, norms, span([*norms.values()]), **more)
    return ElementTree.fromstring(svg)


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(node.itertext()) for node in picture.iter("text")]


def of_class(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in picture.iter() if name in node.get("class", "").split()]


# --- the table ---------------------------------------------------------------------------------


def test_every_wiring_has_its_cards_and_every_decoder_two():
    wired = [dict(card.changes) for card in TABLE.values()]
    assert {changes["wiring"] for changes in wired} == set(WIRINGS) == set(WORDS)
    for name, wiring in WIRINGS.items():
        ways = [c.get("forcing") for c in wired if c["wiring"] == name]
        assert ways == (list(SETTINGS["forcing"].options) if wiring.encoder else [None])


def test_every_wiring_has_a_title_and_its_task_and_the_lectures_names():
    assert len({card.title for card in CARDS}) == len(CARDS)
    said = " ".join(f"{c.words.other} {c.words.task}".lower() for c in CARDS)
    for name in (
        "vector to sequence",
        "sequence to vector",
        "sequence to sequence",
        "caption",
        "sentiment",
        "translation",
        "labelling",
        "image classification",
    ):
        assert name in said


def test_a_card_changes_the_wiring_and_nothing_else():
    for card in TABLE.values():
        wish = card.wired(EXPERIMENT)
        back = {n: getattr(EXPERIMENT, n) for n in ("wiring", "forcing", "placement")}
        assert replace(wish, **back) == EXPERIMENT
        assert card.fits(wish) and [c for c in TABLE.values() if c.fits(wish)] == [card]


# --- numbers -----------------------------------------------------------------------------------


@every_cell
@every_card
def test_profiles_are_the_engines_gradients(card, cell):
    result = run(card.wired(EXPERIMENT, cell=cell))
    found = profiles(result)
    assert set(found) == set(CELLS[cell]().states)
    for state, norms in found.items():
        step = 0
        for stage in result.stages:
            for t in range(stage.x.shape[1]):
                gradient = stage.gradient.top.states[state][0, t + 1]
                assert norms[step] == pytest.approx(np.linalg.norm(gradient), rel=1e-12)
                step += 1
        assert step == len(norms)


def test_a_reverse_layer_is_read_at_its_own_boundaries():
    result = done("many-to-one", direction="reverse")
    gradient = result.stages[0].gradient.top.states["h"][0, :-1]
    np.testing.assert_allclose(profiles(result)["h"], np.linalg.norm(gradient, axis=1))


@pytest.mark.parametrize(
    ("key", "inputs", "losses"),
    [
        ("one-to-one", [0], [0]),
        ("one-to-many-fed", [0], range(8)),
        ("one-to-many-first", [0], range(8)),
        ("many-to-one", range(8), [7]),
        ("many-to-many", range(8), range(8)),
        ("encoder-decoder-teacher", range(8), range(4, 8)),
        ("encoder-decoder-free", range(5), range(4, 8)),
    ],
)
def test_where_inputs_enter_and_losses_sit(key, inputs, losses):
    result = done(key)
    assert list(np.flatnonzero(inputs_at(result))) == list(inputs)
    assert list(np.flatnonzero(losses_at(result))) == list(losses)
    counted = np.concatenate([stage.counted[0] for stage in result.stages])
    np.testing.assert_array_equal(losses_at(result), counted)


@pytest.mark.parametrize(
    ("key", "nearest", "last"),
    [
        ("many-to-one", 7, 7),
        ("many-to-many", 0, 7),
        ("one-to-many-fed", 0, 7),
        ("encoder-decoder-teacher", 4, 7),
        ("encoder-decoder-free", 4, 7),
        ("one-to-one", 0, 0),
    ],
)
def test_how_far_inputs_are_from_losses(key, nearest, last):
    found = facts(done(key))
    assert (found.nearest, found.last, found.lost) == (nearest, last, 0)


def test_reading_backwards_past_the_only_loss_is_said():
    result = done("many-to-one", direction="reverse")
    assert facts(result).lost == 7
    assert "7 of 8 inputs" in sentence(result)
    assert "at step 1 is **exactly zero**" in sentence(result)
    rings = of_class(drawn(TABLE["many-to-one"], result), "wg-zero")
    assert len(rings) == 7 * len(profiles(result))


@every_card
def test_the_sentence_says_the_engines_numbers(card):
    result = run(card.wired(EXPERIMENT))
    said, n = sentence(result), int(losses_at(result).sum())
    assert f"**{n} loss" in said
    norms = profiles(result)["h"]
    ratio = norms[0] / norms[-1]
    if len(norms) > 1:
        assert (f"{ratio:.2f}" if 0.1 < ratio < 10 else number(ratio)) + " times" in said


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_the_conclusion_says_how_much_less_the_first_step_gets(card):
    result = run(card.wired(Experiment(steps=20)))
    found, said = facts(result), conclusion(result)
    start, end = found.norms
    if found.steps == 1:
        assert "no way back" in said
    elif 0.1 < start / end < 10:
        assert "as much" in said
    else:
        assert start < end and f"{number(end / start)} times less" in said


@pytest.mark.parametrize(
    "changes",
    [
        {"init": "zero"},
        OVERFLOWING,
    ],
)
@every_card
def test_zeros_and_overflows_are_drawn_and_said(card, changes):
    result = run(card.wired(replace(EXPERIMENT, **changes)))
    picture = drawn(card, result)
    assert "nan" not in ElementTree.tostring(picture, "unicode").lower().replace("nand", "")
    assert "loss" in sentence(result)


def test_the_axis_holds_every_card_between_floor_and_ceiling():
    every = [profiles(run(card.wired(EXPERIMENT))) for card in CARDS]
    low, high = span(every)
    for found in every:
        for norms in found.values():
            assert (low <= norms).all() and (norms <= high).all()
    assert span([{"h": np.array([0.0, 1e-300, np.inf, np.nan])}]) == pytest.approx((FLOOR, 1e-14))
    assert span([{"h": np.array([1e300])}])[1] <= 100 * CEILING
    assert span([{"h": np.zeros(3)}]) == (1.0, 100.0)


def test_places_are_logarithmic_and_stay_on_the_axis():
    ys = place(np.array([1.0, 1e-2, 1e-4, 0.0, np.inf, np.nan]), (1e-4, 1.0), 10.0)
    np.testing.assert_allclose(ys - 10, np.array([0, 0.5, 1, 1, 0, 0]) * PANEL)


# --- the drawing -------------------------------------------------------------------------------


@every_cell
@every_card
def test_a_curve_is_the_profile_on_the_shared_axis(card, cell):
    result = run(card.wired(EXPERIMENT, cell=cell))
    picture, found = drawn(card, result), profiles(result)
    axis = span([found])
    curves = {g.get("data-state"): g for g in picture.iter("g") if g.get("data-state")}
    assert set(curves) == set(found)
    grid = [float(n.get("d").split()[1].split("L")[0]) for n in of_class(picture, "wg-grid")]
    for state, norms in found.items():
        points = re.findall(r"([\d.]+) ([\d.]+)", curves[state].find("path").get("d"))
        ys = np.array([float(y) for _, y in points])
        np.testing.assert_allclose(ys, place(norms, axis, min(grid)), atol=0.06)


@every_card
def test_losses_and_outputs_are_where_the_engine_has_them(card):
    result = run(card.wired(EXPERIMENT, steps=5))
    picture, counted = drawn(card, result), losses_at(result)
    assert len(of_class(picture, "wg-loss")) == counted.sum()
    assert len(of_class(picture, "wg-tick")) == counted.sum()
    titles = [g.find("title").text for g in of_class(picture, "wg-loss")]
    losses = np.concatenate([stage.loss[0] for stage in result.stages])
    expected = [f"step {t + 1}: loss {number(losses[t])}" for t in np.flatnonzero(counted)]
    assert titles == expected


@every_card
def test_shapes_are_those_of_the_arrays(card):
    result = run(card.wired(EXPERIMENT))
    said, entering, step = texts(drawn(card, result)), inputs_at(result), 0
    for stage in result.stages:
        x = stage.x[:, entering[step : step + stage.x.shape[1]]]
        step += stage.x.shape[1]
        assert any(f"x {x.shape}" in text for text in said)
        if stage.network.output_size:
            used = stage.trace.outputs[:, stage.counted[0]]
            assert f"y {used.shape}" in said
            assert f"h {stage.trace.features.shape}" in said
    assert str(result.stages[0].trace.layers[0].states["h"][:, 0].shape) in said


def test_only_free_running_stages_have_dashed_edges_and_only_decoders_a_hand_over():
    count = {c.key: drawn(c, run(c.wired(EXPERIMENT, steps=6))) for c in CARDS}
    fed = {key: len(of_class(picture, "wg-fed")) for key, picture in count.items()}
    assert {key for key, n in fed.items() if n} == {"one-to-many-fed", "encoder-decoder-free"}
    assert (fed["one-to-many-fed"], fed["encoder-decoder-free"]) == (5, 2)
    over = {key for key, picture in count.items() if of_class(picture, "wg-hand-over")}
    assert over == {"encoder-decoder-teacher", "encoder-decoder-free"}


def test_a_vector_is_drawn_as_an_image_with_its_numbers():
    result = done("one-to-many-first")
    pixels = of_class(drawn(TABLE["one-to-many-first"], result), "wg-pixel")
    assert [float(p.get("fill-opacity")) for p in pixels] == list(result.stages[0].x[0, 0])


@pytest.mark.parametrize("steps", [5, 6, 7, 60, 200])
@every_card
def test_it_fits_the_sheet_and_is_large_enough(card, steps):
    picture = drawn(card, run(card.wired(EXPERIMENT, steps=steps, layers=2, source="sine")))
    for rect in picture.iter("rect"):
        left = float(rect.get("x"))
        assert left >= GUTTER - 6 and left + float(rect.get("width")) <= WIDTH
    assert TEXT >= 12.3  # a phone gives the drawing 358 pixels for its 350 units


def test_what_is_left_out():
    assert shown(6, 6) == [0, 1, 2, 3, 4, 5]
    assert shown(20, 6) == [0, 1, 2, None, 18, 19]
    assert shown(10, 3) == [0, 1, None, 9]
    assert shown(1, 6) == [0]


def test_a_strangers_text_is_only_text():
    result = done("many-to-many", text="<b>&\"'>")
    assert "<" in texts(drawn(TABLE["many-to-many"], result))


def test_symbols_fit():
    written = {
        -1.13: "−1.1",
        0.004: "0",
        -0.07: "−.07",
        9.96: "10",
        -123.4: "−≫",
        0.42: ".4",
        1.0: "1.0",
        -0.96: "−1.0",
        np.inf: "∞",
    }
    assert {v: symbol(np.array([v]), ()) for v in written} == written
    narrow = {-1.13: "−1", 0.04: "0", -0.42: "−.4", 0.97: "1", 2e105: "≫"}
    assert {v: symbol(np.array([v]), (), 3) for v in narrow} == narrow
    assert symbol(np.array([0.0, 1.0]), ("a", "b")) == "b"


@every_card
def test_it_can_be_heard(card):
    result = run(card.wired(EXPERIMENT))
    picture, norms = drawn(card, result), profiles(result)["h"]
    said = picture.get("aria-label")
    assert picture.get("role") == "img" and card.title in said and described(result) in said
    assert f"{number(norms[0])} at step 1" in said


def test_the_legend_names_what_is_drawn():
    said = "".join(ElementTree.fromstring(legend(["gru", "rnn", "lstm"], (1e-6, 1.0))).itertext())
    for word in ("GRU", "RNN", "LSTM", "cₜ", "10⁻⁶", "10⁰", "loss"):
        assert word in said
    alone = "".join(ElementTree.fromstring(legend(["gru"], (1e-6, 1.0))).itertext())
    assert "LSTM" not in alone


@every_cell
@every_card
def test_the_table_has_the_numbers_that_the_pointer_finds(card, cell):
    result = run(card.wired(EXPERIMENT, cell=cell))
    told = ElementTree.fromstring(step_table(card.title, result, {cell: profiles(result)}))
    rows = ["".join(c.itertext()) for c in told.iter("td")]
    norms, counted = profiles(result), losses_at(result)
    losses = np.concatenate([stage.loss[0] for stage in result.stages])
    expected = [
        words
        for t in range(len(counted))
        for words in (
            number(losses[t]) if counted[t] else "–",
            *(number(values[t]) for values in norms.values()),
        )
    ]
    assert rows == expected
    assert [th.text for th in told.iter("th") if th.get("scope") == "row"] == [
        str(t + 1) for t in range(len(counted))
    ]
    hover = [hit.find("title").text for hit in of_class(drawn(card, result), "wg-hit")]
    said = [line.partition(" = ")[2] for hit in hover for line in hit.splitlines()[1:]]
    assert said == [number(values[t]) for t in range(len(counted)) for values in norms.values()]


def test_the_table_of_a_long_sequence_is_short_and_says_so():
    result = done("many-to-one", steps=200)
    text = step_table("A", result, {"lstm": profiles(result)})
    assert "Numbers of one step in 5" in text
    assert text.count("<tr>") == 41


LETTERS = [  # notation, cell, what its cards write
    ("000", "gru", ("s (1, 8, 5)", "s₀ = 0", "‖∂L/∂sₜ‖", "GRU ‖∂L/∂s‖")),
    ("001", "rnn", ("s (1, 8, 5)", "o (1, 8, 4)", "‖∂L/∂sₜ‖", "RNN ‖∂L/∂s‖")),
    ("002", "lstm", ("h (1, 8, 5)", "h₀,C₀ = 0", "‖∂L/∂hₜ‖", "LSTM ‖∂L/∂C‖")),
    ("002", "rnn", ("a (1, 8, 5)", "a⟨0⟩ = 0", "‖∂L/∂a⟨t⟩‖", "RNN ‖∂L/∂a‖")),
    ("003", "rnn", ("y (1, 8, 5)", "ŷ (1, 8, 4)", "‖∂L/∂y⁽ᵗ⁾‖", "RNN ‖∂L/∂y‖")),
    ("keras", "lstm", ("h (1, 8, 5)", "h[0] = 0", "c[0] = 0", "LSTM ‖∂L/∂c‖")),
]


@pytest.mark.parametrize(("notation", "cell", "written"), LETTERS)
def test_labels_hover_words_and_rows_are_in_the_letters_of_the_notation(notation, cell, written):
    chosen, result = NOTATIONS[notation], done("many-to-many", cell=cell)
    picture = drawn(TABLE["many-to-many"], result, notation=chosen)
    told = "\n".join([*texts(picture), *(t.text for t in picture.iter("title"))])
    assert all(words in told for words in written)
    h = chosen.of(cell).letter("h").text
    assert f"with {h} (1, 8, 5)" in described(result, chosen)
    assert f"norm of dL/d{h}:" in picture.get("aria-label")
    assert f"‖∂L/∂{h}‖ at step 1" in sentence(result, chosen)
    ht = chosen.of(cell).symbol("h").text
    assert f"‖∂L/∂{ht}‖" in legend([cell], (1e-4, 1.0), chosen)
    assert f"‖∂L/∂{ht}‖" in step_table("A", result, {cell: profiles(result)}, chosen)
    rows = profile_rows({TABLE["many-to-many"]: {cell: result}}, chosen)
    assert rows["quantity"][0] == f"‖dL/d{ht}‖"


def test_a_hand_over_names_the_states_in_the_notation():
    result = done("encoder-decoder-teacher")
    card = TABLE["encoder-decoder-teacher"]
    assert "h, C" in texts(drawn(card, result, notation=NOTATIONS["002"]))
    assert "h, c" in texts(drawn(card, result))


# --- the download ------------------------------------------------------------------------------


def test_the_rows_are_the_drawn_numbers():
    sheet = {card: {c: run(card.wired(EXPERIMENT, cell=c)) for c in CELLS} for card in CARDS}
    rows = profile_rows(sheet)
    assert len({len(column) for column in rows.values()}) == 1
    card = TABLE["encoder-decoder-free"]
    norms = profiles(sheet[card]["lstm"])["c"]
    keys = zip(rows["card"], rows["cell"], rows["state"], strict=True)
    at = [k for k, key in enumerate(keys) if key == (card.key, "lstm", "c")]
    assert [rows["norm of dL/dstate"][k] for k in at] == list(norms)
    assert [rows["stage"][k] for k in at] == ["encoder"] * 4 + ["decoder"] * 4
    assert [rows["loss"][k] for k in at] == [False] * 4 + [True] * 4
