"""A number on its way from English to French, and how accuracy falls with its length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any, Final

import numpy as np

from pages.figures.spoken import ENDING, frame, plain_row, scale_key, spoken_row, strip
from pages.figures.theme import INK, Figure, Part, base_figure, token
from rnn_core.applications.translation import DICTIONARY, ByLength, Reading
from rnn_core.experiment.run import Run
from rnn_core.tasks.translation import END, english, french, word_by_word

HEIGHT: Final = 340
LOOKS: Final = (  # networks in the order of the page; told apart by colour, dash or marker
    (token("gru"), "solid", "square"),
    (token("candidate"), "dash", "diamond"),
)


def through(units: int) -> str:
    """Name of a network: the width of the state that its encoder hands over."""
    return f"through {units} units"


def board(readings: Sequence[Reading]) -> str:
    """Table in HTML of one number's translation: sentence, states handed on, words written."""
    number = readings[0].number
    right = (*french(number), END)
    table = (*word_by_word(english(number)), END)
    columns = max(len(right), len(table), *(len(r.spoken) for r in readings))
    rows = [
        plain_row("Right answer", "by the rules", right, columns),
        *(row for r in readings for row in _network(r, right, columns)),
        plain_row("Dictionary", _verdict(table == right) + ", word by word", table, columns, right),
    ]
    key = scale_key("−1", "1", "Handed on: the encoder’s last hidden state, one box per unit.")
    label = f"{number:,} in French, word by word, by each network"
    return _sentence(number) + frame(rows, label, columns, _caption(label)) + key


def _sentence(number: int) -> str:
    chips = "".join(f"<span>{escape(w)}</span>" for w in (*english(number), ENDING))
    return f'<p class="read"><em>The encoder reads</em> {chips}</p>'


def _caption(words: str) -> str:
    return f'<caption class="sr-only">{escape(words)}</caption>'


def _network(r: Reading, right: Sequence[str], columns: int) -> list[str]:
    units = len(r.state)
    label = f"The {units} numbers handed on, from {r.state.min():.2f} to {r.state.max():.2f}"
    handed = (
        f'<tr class="hand"><th scope="row">{units} units hand on</th>'
        f'<td colspan="{columns}">{strip(r.state, label)}</td></tr>'
    )
    title = through(units).capitalize()
    return [handed, spoken_row(title, _verdict(r.right), r.spoken, columns, right)]


def _verdict(right: bool) -> str:
    return "✓ right" if right else "✗ wrong"


def told(readings: Sequence[Reading], typed: str) -> str:
    """Plain text: which networks translated this number rightly, and their least sure word."""
    number = readings[0].number
    said = [f"{through(len(r.state))} {'rightly' if r.right else 'wrongly'}" for r in readings]
    plain = word_by_word(english(number)) == french(number)
    words = f"{number:,} was translated {', '.join(said)}, by the dictionary "
    words += "rightly." if plain else "wrongly."
    unsure = min((s.p, s.word, len(r.state)) for r in readings for s in r.spoken)
    if unsure[0] < 0.9:
        words += f" Least sure: “{unsure[1]}” {through(unsure[2])}, {unsure[0]:.0%}."
    return _as_read(number, typed) + words


def _as_read(number: int, typed: str) -> str:
    """Words in an order that ours are not: what they were taken for."""
    given = [w for w in typed.lower().replace("-", " ").replace(",", "").split() if w != "and"]
    plain = [w for w in english(number) if w != "and"]
    same = "".join(given).isdigit() or given == plain
    return "" if same else f"Read as {number:,}: {' '.join(english(number))}. "


def unnamed(run: Run) -> Run:
    """The run without names of words, for a small drawing whose boxes hold none."""
    widest = max(part.x.shape[2] for part in run.parts)
    dots = ("·",) * widest
    return replace(run, sequence=replace(run.sequence, alphabet=dots, output_labels=dots))


# -- accuracy against length -----------------------------------------------------------------


def against_length(found: ByLength) -> Figure:
    """Share of whole numbers translated without a fault, by digits."""
    networks = [who for who in found.right if who != DICTIONARY]
    looks = dict(zip(networks, LOOKS, strict=False)) | {DICTIONARY: (INK, "dot", "x")}
    data = [_line(found, who, looks[who]) for who in found.right]
    title = "Held-out numbers translated without a fault"
    figure = base_figure(data, title, "digits of the number", "share of numbers")
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "hovermode": "x unified"}
    layout["margin"] = {"l": 62, "r": 12, "t": 92, "b": 48}
    layout["xaxis"] |= {
        "tickvals": list(found.digits),
        "range": [found.digits[0] - 0.3, found.digits[-1] + 0.3],
    }
    layout["yaxis"] |= {"range": [-0.03, 1.06], "tickformat": ".0%"}
    return figure


def _line(found: ByLength, who: str, look: tuple[str, str, str]) -> Part:
    colour, dash, marker = look
    counts = [f"{r} of {n}" for r, n in zip(found.right[who], found.counts, strict=True)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": who,
        "x": np.array(found.digits),
        "y": np.array(found.share(who)),
        "customdata": counts,
        "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"symbol": marker, "size": 9},
        "hovertemplate": "%{y:.1%}, %{customdata}<extra>" + who + "</extra>",
    }


def finding(found: ByLength) -> str:
    """Findings from the curves in Markdown, computed from their numbers."""
    last = found.digits[-1]
    shares = [f"**{found.share(who)[-1]:.0%}** {_named(who)}" for who in found.right]
    overall = {who: found.overall(who) for who in found.right}
    best = max(overall, key=lambda who: overall[who])
    under = [who for who in overall if overall[who] < overall[DICTIONARY]]
    words = f"Of the held-out numbers with {last} digits came out right: {', '.join(shares)}."
    if under:
        beaten = f"{overall[under[0]]:.1%} {_named(under[0])}"
        words += " Over all lengths the dictionary **wins** against one network: "
        words += f"{overall[DICTIONARY]:.1%} to {beaten}."
    return words + f" Best over all lengths: {_named(best)}, {overall[best]:.1%}."


def _named(who: str) -> str:
    return f"by the {who.removeprefix('word by word from a ')}" if who == DICTIONARY else who


def rows(readings: Sequence[Reading], found: ByLength) -> Mapping[str, list[Any]]:
    """Long form: every word with its probability, every unit handed on, and the curves."""
    table: list[tuple[str, str, int, str, float]] = []
    for r in readings:
        who = through(len(r.state))
        table += [(who, "word", k, s.word, s.p) for k, s in enumerate(r.spoken, 1)]
        table += [(who, "handed on", k, f"unit {k}", float(v)) for k, v in enumerate(r.state, 1)]
    for who in found.right:
        shares = zip(found.digits, found.share(who), strict=True)
        table += [(who, "share right", d, f"{d} digits", share) for d, share in shares]
    names = ("who", "quantity", "place", "what", "value")
    columns = zip(*table, strict=True)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}
