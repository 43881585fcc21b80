"""Printed equations of every cell in every notation, run as they read: they compute the same."""

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from rnn_core.engine.cells import GRU, LSTM, RNN, Cell, relu, sigmoid
from rnn_core.engine.graph import read_cell
from rnn_core.engine.network import Network
from rnn_core.notation.equations import equations
from rnn_core.notation.notation import HOUSE, NOTATIONS, as_written, differences, symbol
from rnn_core.notation.sources import described
from rnn_core.notation.symbol import TIMES, glyph
from tests.core.cells_under_test import VARIANTS
from tests.core.minimal_gated_unit import MGU

D, H, O, T = 3, 4, 2, 3  # noqa: E741

every_notation = pytest.mark.parametrize("notation", NOTATIONS.values(), ids=lambda n: n.name)


@dataclass(frozen=True)
class Stranger(MGU):
    """A cell whose very gates have names that no source knows."""

    name: ClassVar[str] = "stranger"

    @property
    def gates(self) -> tuple[str, ...]:
        return ("hold", "have")

    @property
    def sigmoid_gates(self) -> tuple[str, ...]:
        return ("hold",)

    def step(self, u, U, P, past):
        f = sigmoid(u.hold + U.hold(past.h))
        n = np.tanh(u.have + U.have(f * past.h))
        return {"hold": f, "have": n}, {"h": (1.0 - f) * past.h + f * n}

    def step_back(self, d, U, P, past, now):
        renamed = SimpleNamespace(forget=now.hold, candidate=now.have)
        products = SimpleNamespace(forget=U.hold, candidate=U.have)
        du, dpast, total = super().step_back(d, products, P, past, renamed)
        return {"hold": du["forget"], "have": du["candidate"]}, dpast, total


EVERY = [*VARIANTS, MGU(), Stranger()]
every_variant = pytest.mark.parametrize("cell", EVERY, ids=repr)

# --- reading plain text back ---------------------------------------------------------------------

TOKENS = re.compile(r"\s*([=+−⊙*·(),\[\]]|(?:⟨[^⟩]*⟩|[^\s⟨=+−⊙*·(),\[\]])+)")
FUNCTIONS = {
    "tanh": np.tanh,
    "σ": sigmoid,
    "ReLU": relu,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
}


class Calculator:
    """Sum over product over matrix product over atom, on letters with known values."""

    def __init__(self, line: str, known: dict[str, np.ndarray]):
        self.tokens, self.known = TOKENS.findall(line), known

    def line(self) -> tuple[str, np.ndarray]:
        name = self.tokens.pop(0)
        assert self.tokens.pop(0) == "="
        value = self.sum()
        assert not self.tokens, f"left over: {self.tokens}"
        return name, value

    def take(self, *options: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in options else ""

    def sum(self):
        value = self.product()
        while sign := self.take("+", "−"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self):
        value = self.matrix()
        while self.take("⊙", "*"):
            value = value * self.matrix()
        return value

    def matrix(self):
        value = self.atom()
        while self.take("·"):
            value = value @ self.atom()
        return value

    def atom(self):
        token = self.tokens.pop(0)
        if token in FUNCTIONS:
            assert self.take("(")
            return FUNCTIONS[token](self.closed(")"))
        if token == "(":
            return self.closed(")")
        if token == "[":
            first = self.sum()
            assert self.take(",")
            return np.concatenate([first, self.closed("]")])
        return float(token) if token.isdigit() else self.known[token]

    def closed(self, bracket: str):
        value = self.sum()
        assert self.take(bracket)
        return value


def named_weights(network: Network, letters) -> dict[str, np.ndarray]:
    """Every weight under the letter it has in the notation."""
    cell, rows, (W,) = network.cell, letters.alphabet.rows, network.layers
    parts: dict[str, np.ndarray] = {}
    for k, gate in enumerate(cell.gates):
        block = slice(k * H, (k + 1) * H)
        x, h = W.weight_ih[block], W.weight_hh[block]
        parts |= {f"weight_ih.{gate}": x, f"weight_hh.{gate}": h}
        if letters.alphabet.w:
            parts |= {f"weight.{gate}": np.concatenate([h, x], axis=1)}
        parts |= {f"bias_ih.{gate}": W.bias_ih[block], f"bias_hh.{gate}": W.bias_hh[block]}
        parts |= {f"bias.{gate}": W.bias_ih[block] + W.bias_hh[block]}
    parts |= {f"weight_ph.{g}": W.weight_ph[k] for k, g in enumerate(cell.peepholes)}
    parts |= {f"readout.{n}": network.weights[f"readout.{n}"] for n in ("weight", "bias")}
    turned = {n: a.T if rows and a.ndim == 2 else a for n, a in parts.items()}
    return {letters.symbol(name).text: array for name, array in turned.items()}


def make_network(cell: Cell, biases: bool = True) -> Network:
    network = Network.create(cell, D, H, O, readout="softmax", init="pytorch", seed=3)
    drawn = np.random.default_rng(0)
    weights = {n: drawn.normal(size=a.shape) for n, a in network.weights.items()}
    kept = {n: a if biases or "bias" not in n else 0 * a for n, a in weights.items()}
    return network.load_state_dict(kept)


@every_notation
@every_variant
@pytest.mark.parametrize("biases", [True, False])
def test_the_printed_equations_compute_what_the_engine_computes(cell, notation, biases):
    network, letters = make_network(cell, biases), notation.of(cell)
    x = np.random.default_rng(1).normal(size=(1, T, D))
    trace, t = network.forward(x), T - 1
    layer = trace.layers[0]
    known = named_weights(network, letters) | {letters.symbol("x").text: x[0, t]}
    known |= {letters.symbol(s, "t-1").text: layer.before(s)[0, t] for s in cell.states}
    truth = {g: v[0, t] for g, v in layer.gates.items()}
    truth |= {s: layer.after(s)[0, t] for s in cell.states} | {"y": trace.outputs[0, t]}
    told = equations(cell, notation, biases=biases, readout="softmax")
    for equation in told:
        name, value = Calculator(equation.text, known).line()
        assert name == letters.symbol(equation.quantity).text
        known[name] = value
        if equation.quantity != "recurrent":
            np.testing.assert_allclose(value, truth[equation.quantity], rtol=1e-12, atol=1e-14)
    named = {e.quantity for e in told}
    assert named >= {*cell.states, "y"}
    assert named >= (set() if cell.name == "rnn" else set(cell.gates))


# --- letters ------------------------------------------------------------


def quantities(letters, cell: Cell) -> list[str]:
    gates = () if cell.name == "rnn" else cell.gates
    kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "bias"]
    kinds += ["weight"] if letters.alphabet.w else []
    weights = [f"{kind}.{gate}" for kind in kinds for gate in cell.gates]
    peepholes = [f"weight_ph.{gate}" for gate in cell.peepholes]
    return [*cell.states, *gates, "x", "y", *weights, *peepholes, "readout.weight", "readout.bias"]


@every_notation
@every_variant
def test_no_two_quantities_of_a_formula_share_a_letter(cell, notation):
    lines = equations(cell, notation, readout="softmax")
    written = " ".join(line.text for line in lines)
    letters = notation.of(cell)
    texts = [letters.symbol(q).text for q in quantities(letters, cell)]
    used = [text for text in texts if text in TOKENS.findall(written)]
    assert len(used) == len(set(used))


@every_notation
@every_variant
def test_every_letter_has_all_three_spellings(cell, notation):
    for quantity in quantities(notation.of(cell), cell):
        found = notation.of(cell).symbol(quantity)
        assert found.text and found.latex and found.html
        assert found.latex.count("{") == found.latex.count("}")
        assert not set("<>&") & set(found.text)
    if notation is HOUSE and cell.name in HOUSE.cells:
        assert all(HOUSE.of(cell).symbol(q).own for q in cell.states)


@pytest.mark.parametrize(
    ("notation", "cell", "quantity", "text", "latex"),
    [
        ("house", "lstm", "candidate", "gₜ", "g_{t}"),
        ("house", "gru", "candidate", "nₜ", "n_{t}"),
        ("house", "rnn", "weight_hh.candidate", "W_hh", "W_{hh}"),
        ("pytorch", "lstm", "weight_ih.input", "W_ii", "W_{ii}"),
        ("keras", "gru", "candidate", "hh", r"\mathtt{hh}"),
        ("000", "rnn", "h", "aₜ", "a_{t}"),
        ("000", "gru", "h", "sₜ", "s_{t}"),
        ("001", "rnn", "weight_ih.candidate", "U", r"\mathbf{U}"),
        ("001", "gru", "candidate", "h\u0303ₜ", r"\tilde{h}_{t}"),
        ("002", "rnn", "h", "a⟨t⟩", r"a^{\langle t \rangle}"),
        ("002", "lstm", "candidate", "C\u0303ₜ", r"\tilde{C}_{t}"),
        ("003", "rnn", "weight_ih.candidate", "Wᵀ", r"W^{\top}"),
        ("003", "gru", "h", "h⁽ᵗ⁾", "h^{(t)}"),
        ("004", "lstm", "candidate", "g", "g"),
        ("004", "rnn", "weight_ih.candidate", "W_xh", "W_{xh}"),
    ],
)
def test_letters_are_those_of_the_sources(notation, cell, quantity, text, latex):
    found = symbol(notation, cell, quantity)
    assert (found.text, found.latex, found.own) == (text, latex, True)


@every_notation
def test_a_cell_known_only_by_its_description_has_letters(notation):
    letters = notation.of(MGU())
    assert [letters.symbol(q).text for q in ("forget", "candidate", "h")] == ["fₜ", "nₜ", "hₜ"]
    assert letters.symbol("weight_hh.forget").text == "W_hh^f"
    strange = notation.of(Stranger())
    assert [strange.symbol(q).text for q in ("hold", "have", "h")] == ["oₜ", "aₜ", "hₜ"]
    assert strange.symbol("weight_ih.hold").text == "W_ih^o" and not strange.symbol("hold").own


def test_names_without_a_free_letter_stay_as_they_are():
    found = described(("h", "c"), ("input", "ch", "xy")).letters
    assert [found[n] for n in ("h", "c", "input", "ch", "xy")] == ["h", "c", "i", "ch", "xy"]
    assert not described(("h",), ("candidate",)).marks["candidate"]


def test_what_a_lecture_does_not_write_is_borrowed_and_says_so():
    for notation, cell, quantity in (("004", "gru", "update"), ("001", "lstm", "forget")):
        found = symbol(notation, cell, quantity)
        assert found.text == symbol("house", cell, quantity).text and not found.own
    assert not symbol("keras", "lstm", "candidate").own
    assert NOTATIONS["001"].remarks["lstm"]


@pytest.mark.parametrize(
    ("style", "texts"),
    [
        ("subscript", ("hₜ", "hₜ₋₁", "h₁₂", "h_T")),
        ("round", ("h⁽ᵗ⁾", "h⁽ᵗ⁻¹⁾", "h⁽¹²⁾", "h⁽ᵀ⁾")),
        ("angle", ("h⟨t⟩", "h⟨t−1⟩", "h⟨12⟩", "h⟨T⟩")),
        ("code", ("h", "h_tm1", "h[12]", "h[T]")),
    ],
)
def test_time_indices(style, texts):
    assert style in TIMES
    assert tuple(glyph("h").at(t, style).text for t in ("t", "t-1", "12", "T")) == texts


def test_html_has_parts_and_no_loose_brackets():
    assert symbol("002", "rnn", "h").html == "<i>a</i><sup>&lt;t&gt;</sup>"
    assert symbol("house", "lstm", "weight_ih.forget").html == "<i>W</i><sub>ih</sub><sup>f</sup>"


def test_labels_use_the_sources_own_words():
    assert NOTATIONS["004"].of(LSTM()).label("candidate") == "gain gate g"
    assert NOTATIONS["house"].of("lstm").label("forget", "5") == "forget gate f₅"
    assert NOTATIONS["000"].of("gru").gradient("h") == "dL/dsₜ"
    assert NOTATIONS["002"].of("rnn").gradient("h", "0", "T") == "dL⟨T⟩/da⟨0⟩"
    assert NOTATIONS["002"].of("rnn").letter("h").text == "a"


@pytest.mark.parametrize("spec", ["", "_x"])
def test_a_spec_that_is_no_letter_is_refused(spec):
    with pytest.raises(ValueError, match="expected something like"):
        glyph(spec)


# --- variants ------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "cell", "settings"),
    [
        ("001", GRU("after", "keeps"), ["reset", "update", "biases"]),
        ("001", GRU("before", "takes"), ["biases"]),
        ("000", GRU("before", "takes"), ["update"]),
        ("003", GRU("after", "keeps"), ["reset"]),
        ("pytorch", GRU("before", "takes"), ["reset", "update"]),
        ("keras", GRU("before", "keeps"), []),
        ("000", RNN("tanh"), ["activation"]),
        ("004", LSTM("peephole"), ["kind", "biases"]),
        ("002", LSTM("forget"), []),
        ("001", LSTM("peephole"), []),
    ],
)
def test_differences_are_computed(notation, cell, settings):
    source = NOTATIONS[notation]
    assert [d.setting for d in differences(source, cell)] == settings
    written = as_written(source, cell)
    assert all(d.setting == "biases" for d in differences(source, written))
    assert not differences(source, written, biases=False)


def test_which_way_z_turns_is_said_the_right_way_round():
    (words,) = (d.words for d in differences(NOTATIONS["000"], GRU("before", "takes")))
    assert words.startswith("Here z takes the new; in this source z keeps the past")


SLIDES = [  # notation, the variant it writes, with biases, its lines
    ("000", RNN("sigmoid"), False, "aₜ = σ(W_ih·xₜ + w·aₜ₋₁)"),
    ("001", RNN(), False, "sₜ = tanh(U·xₜ + W·sₜ₋₁) | oₜ = tanh(V·sₜ)"),
    (
        "001",
        GRU("before", "takes"),
        False,
        "rₜ = σ(W_r·[hₜ₋₁, xₜ]) | zₜ = σ(W_z·[hₜ₋₁, xₜ]) | h̃ₜ = tanh(W·[rₜ * hₜ₋₁, xₜ])"
        " | hₜ = (1 − zₜ) * hₜ₋₁ + zₜ * h̃ₜ",
    ),
    (
        "002",
        RNN(),
        True,
        "a⟨t⟩ = tanh(W_aa·a⟨t−1⟩ + W_ax·x⟨t⟩ + b_a) | y⟨t⟩ = tanh(W_ya·a⟨t⟩ + b_y)",
    ),
    (
        "002",
        LSTM(),
        True,
        "iₜ = σ(W_i·[hₜ₋₁, xₜ] + b_i) | fₜ = σ(W_f·[hₜ₋₁, xₜ] + b_f)"
        " | C̃ₜ = tanh(W_C·[hₜ₋₁, xₜ] + b_C) | oₜ = σ(W_o·[hₜ₋₁, xₜ] + b_o)"
        " | Cₜ = fₜ * Cₜ₋₁ + iₜ * C̃ₜ | hₜ = oₜ * tanh(Cₜ)",
    ),
    ("003", RNN(), True, "h⁽ᵗ⁾ = V·y⁽ᵗ⁻¹⁾ | y⁽ᵗ⁾ = tanh(Wᵀ·x⁽ᵗ⁾ + h⁽ᵗ⁾ + b)"),
    ("004", RNN(), False, "hₜ = tanh(W_hh·hₜ₋₁ + W_xh·xₜ) | yₜ = tanh(W_hy·hₜ)"),
    (
        "004",
        LSTM(),
        False,
        "i = σ(W_i·[hₜ₋₁, xₜ]) | f = σ(W_f·[hₜ₋₁, xₜ]) | g = tanh(W_g·[hₜ₋₁, xₜ])"
        " | o = σ(W_o·[hₜ₋₁, xₜ]) | cₜ = f ⊙ cₜ₋₁ + i ⊙ g | hₜ = o ⊙ tanh(cₜ)",
    ),
]


@pytest.mark.parametrize(("notation", "cell", "biases", "lines"), SLIDES)
def test_a_lecture_prints_its_own_variant_as_on_its_slide(notation, cell, biases, lines):
    assert as_written(NOTATIONS[notation], cell) == cell
    told = equations(cell, NOTATIONS[notation], biases=biases, readout="tanh")
    expected = lines.split(" | ")
    assert [line.text for line in told][: len(expected)] == expected


def test_the_libraries_print_their_own_formulas():
    lines = [line.text for line in equations(GRU(), NOTATIONS["pytorch"])]
    assert lines[2] == "nₜ = tanh(W_in·xₜ + b_in + rₜ ⊙ (W_hn·hₜ₋₁ + b_hn))"
    lines = [line.text for line in equations(LSTM(), NOTATIONS["keras"])]
    assert lines[2] == "g = tanh(x·kernel_c + h_tm1·recurrent_kernel_c + bias_c)"
    assert lines[4] == "c = f * c_tm1 + i * g"


def test_a_new_cell_is_printed_from_its_text_alone():
    class Minimal(GRU):
        """Minimal gated unit: one gate. Zhou et al. (2016)."""

        name = "mgu"
        gates = ("forget", "candidate")

        def step(self, u, U, P, past):
            f = sigmoid(u.forget + U.forget(past.h))
            n = np.tanh(u.candidate + U.candidate(f * past.h))
            return {"forget": f, "candidate": n}, {"h": past.h - (f * past.h - f * n)}

        def step_back(self, d, U, P, past, now):
            return dict.fromkeys(self.gates, d.h), {"h": d.h}, {"h": d.h}

    assert [line.text for line in equations(Minimal(), HOUSE)] == [
        "fₜ = σ(W_ih^f·xₜ + b_ih^f + W_hh^f·hₜ₋₁ + b_hh^f)",
        "nₜ = tanh(W_ih^n·xₜ + b_ih^n + W_hh^n·(fₜ ⊙ hₜ₋₁) + b_hh^n)",
        "hₜ = hₜ₋₁ − (fₜ ⊙ hₜ₋₁ − fₜ ⊙ nₜ)",
    ]
    for notation in NOTATIONS.values():
        assert len(equations(Minimal(), notation)) == 3
    read_cell.cache_clear()
