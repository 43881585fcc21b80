"""Jacobian product: what one state can still change in a far later one."""

from collections.abc import Iterator

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures.beside import beside
from pages.figures.jacobians.eigenvalues import eigenvalue_figure, eigenvalue_rows, spectra_table
from pages.figures.jacobians.products import (
    apart_figure,
    product_rows,
    singular_figure,
)
from pages.figures.jacobians.words import words
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.models.jacobians import measured
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
A small change of the state is, k steps later, multiplied by **the product of k Jacobians**. Its
singular values tell how much each direction is stretched; the largest is the **spectral norm**.
State is h, for an LSTM h and c together, all taken as free numbers. No loss is in these curves, and
values so small that only rounding decides them are left out.

* **Dotted, RNN**: no product lies above (σₘₐₓ γ)ᵏ, γ the largest slope of the activation
  (Pascanu, Mikolov and Bengio 2013). σₘₐₓ γ < 1 is *sufficient* for vanishing; σₘₐₓ γ > 1 is
  *necessary* for exploding, and not enough. The slope ρᵏ is a reference, not a bound.
* **Factors, RNN**: each Jacobian is diag(φ′) times W_hh. Lecture 000 asks whether the product of
  the slopes decays as well: here are powers of W_hh **alone**, slopes **alone**, and the full
  product. The matrices mix the units between two slopes, so the two norms need not multiply to
  the third.
* **Direct path, GRU and LSTM**: lectures 000 and 004 write a product of σ′ (drawn: the update
  gate's, the slide does not say which), or of f. Both drop terms, so the claim stands beside the
  measurement. A block such as ∂c_T/∂cₜ holds hₜ fixed.
* **Eigenvalues** (below) tell about many powers of one matrix, singular values about a single step.
"""

CLAIM = (
    "Thick: **the product of Jacobians**, one per step. The other lines are what its factors make "
    "alone: no single number of W_hh decides it."
)


def picture() -> Iterator[str]:
    """The product and its factors; then singular values beside eigenvalues, and the verdict."""
    yield "picture"
    run, notation = session.current_run(), NOTATIONS[session.view().notation]
    found = measured(run, session.view().layer)
    alt = session.lettered("Spectral norm of the product over the distance, and of its factors")
    with controls.row():
        widgets.layer_menu([each.name for each in runs.layers(run)])
    plot(apart_figure(found, notation), key="product", alt=alt, name="jacobian-product")
    yield "spectra"
    plane = eigenvalue_figure(found.kind, found.matrices, notation)
    alt = "Singular values of the product over the distance, log axis; eigenvalues of W_hh"
    chart = beside((singular_figure(found, notation), plane), (3, 2))
    plot(chart, key="spectra", alt=session.lettered(alt), name="jacobian-spectra")
    left, right = st.columns([3, 2])
    with left:
        fed = any(part.fed for part in run.parts)
        said = "\n".join(f"* {line}" for line in words(found, notation, fed=fed))
        say(session.lettered(said))
    with right:
        st.markdown(spectra_table(found.kind, found.matrices, notation))


def numbers(e: Experiment, view: session.View) -> Table:
    """Every number of the lines, one per row, then the eigenvalues."""
    found = measured(runs.compute(e), view.layer)
    return Table(product_rows(found, NOTATIONS[view.notation]), eigenvalue_rows(found.matrices))


page_layout.page(
    "Vanishing and exploding are a product of Jacobians", CLAIM, picture, EXPLAINED, numbers
)
