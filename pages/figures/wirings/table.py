"""A wiring's losses and gradient norms by step, as a table for keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np

from pages.figures.theme import cell_look
from pages.figures.wirings.cards import losses_at, said
from pages.figures.wirings.profile import Profiles, norm_of, told_steps
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation


def step_table(title: str, run: Run, profiles: Profiles, notation: Notation = HOUSE) -> str:
    """Loss and gradient norms of every step told by the pointer, folded away until asked for."""
    told = told_steps(run)
    curves = [(c, s, norms) for c, states in profiles.items() for s, norms in states.items()]
    head = ["step", f"{_label(run.experiment.cell)} loss"]
    head += [f"{_label(c)} {norm_of(notation.of(c).symbol(s))}" for c, s, _ in curves]
    losses = _losses(run)
    lines = [[losses[t], *(said(float(norms[t])) for *_, norms in curves)] for t in told]
    rows = (
        _row(f'<th scope="row">{t + 1}</th>', line) for t, line in zip(told, lines, strict=True)
    )
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    name = f"{title}: numbers by step"
    return (
        f'<details data-of="{escape(title)}"><summary>{escape(_words(told))}</summary>'
        f'<div class="wg-scroll" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "</div></details>"
    )


def _label(cell: str) -> str:
    return cell_look(cell).label


def _losses(run: Run) -> list[str]:
    """The loss of each step in words, a dash where none counts."""
    every = np.concatenate([stage.loss[0] for stage in run.stages])
    return [said(float(v)) if c else "–" for v, c in zip(every, losses_at(run), strict=True)]


def _row(first: str, rest: Iterable[str]) -> str:
    return f"<tr>{first}{''.join(f'<td>{escape(words)}</td>' for words in rest)}</tr>"


def _words(told: range) -> str:
    return "Numbers of every step" if told.step == 1 else f"Numbers of one step in {told.step}"
