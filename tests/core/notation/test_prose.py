"""Prose in the letters of a notation: what is a letter is translated, and nothing else is."""

import pytest

from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated

SAID = [  # notation, cell, in our letters, in its
    ("000", "gru", "dL_T/dhₜ and hₜ₋₁", "dL_T/dsₜ and sₜ₋₁"),
    ("001", "rnn", "the hidden state h, ∂L/∂h", "the hidden state s, ∂L/∂s"),
    ("002", "rnn", "dL_T/dhₜ is ‖∂h_T/∂hₖ‖", "dL⟨T⟩/da⟨t⟩ is ‖∂a⟨T⟩/∂a⟨k⟩‖"),
    ("002", "lstm", "State is h and c together; c₀ = 0", "State is h and C together; C₀ = 0"),
    ("002", "lstm", "**Of h and c together**", "**Of h and C together**"),
    ("002", "rnn", "dL/dW_hh, W_hh, not weight_hh", "dL/dW_aa, W_aa, not weight_hh"),
    ("002", "lstm", "the candidate g, gₜ", "the candidate C\u0303, C\u0303ₜ"),
    ("003", "rnn", "hₜ = φ(w hₜ₋₁ + xₜ)", "y⁽ᵗ⁾ = φ(w y⁽ᵗ⁻¹⁾ + x⁽ᵗ⁾)"),
    ("keras", "gru", "**Forget gate f** near h₅", "**Forget gate f** near h[5]"),
    ("pytorch", "lstm", "the largest of W_hh", "the largest of W_h"),
    ("002", "rnn", "b_ih and b_hh, W_hy, b_y", "b_ax and b_ah, W_ya, b_y"),
    ("002", "rnn", "|∂h_n/∂hₜ|, h₀", "|∂a⟨n⟩/∂a⟨t⟩|, a⟨0⟩"),
    ("keras", "rnn", "W_hh h_T", "recurrent_kernel h[T]"),
    ("004", "lstm", "a gate fₜ and the gate is open", "a gate f and the gate is open"),
]


@pytest.mark.parametrize(("notation", "cell", "ours", "theirs"), SAID)
def test_letters_are_put_into_the_notations(notation, cell, ours, theirs):
    assert translated(ours, NOTATIONS[notation], cell) == theirs
    assert translated(ours, NOTATIONS["house"], cell) == ours


@pytest.mark.parametrize("notation", NOTATIONS)
def test_words_numbers_and_code_stay(notation):
    text = (
        "Each gate is a number; the state of a cell: `x[:, 0, :]`, weight_hh_l0, x₀ = 0.5, w₀, "
        "log₁₀, (σₘₐₓ γ)ᵏ, J_t, the state can, the gate of c. T = 20; candidate states."
    )
    assert translated(text, NOTATIONS[notation], "lstm") == text
