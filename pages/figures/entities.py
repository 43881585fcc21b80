"""Named entities: every word's tags by two networks, and a name's tag as its sentence grows."""

from __future__ import annotations

from typing import Final

import numpy as np

from pages.figures.cautions import cautions as told
from pages.figures.literal import in_markdown, in_plot
from pages.figures.theme import INK, Figure, Part, base_figure, number, token
from rnn_core.applications.entities import Tagged, turning
from rnn_core.arrays import Array
from rnn_core.tasks.entities import MOST, TAGS, VOCABULARY
from rnn_core.tasks.vocabulary import UNKNOWN

# A tag is told by its colour, its pattern and its place in the pile.
COLOURS: Final = {
    "other": "var(--st-border-color)",
    "person": token("rnn"),
    "place": token("gru"),
    "company": token("forget"),
}
PATTERNS: Final = {"other": "", "person": "", "place": "/", "company": "."}
DASHES: Final = {"person": "solid", "place": "dash", "company": "dot", "other": "longdashdot"}
SHAPES: Final = {"person": "circle", "place": "square", "company": "diamond", "other": "x"}
PANELS: Final = {"forward": (0.57, 1.0), "both": (0.0, 0.43)}
HEADINGS: Final = {
    "forward": "Forward only: has read up to this word",
    "both": "Both directions: has read the whole sentence",
}
HEIGHT, LONGEST = 400, 14
STEEP: Final = -60  # degrees: words below the axis on a phone
HEAD: Final = 18  # pixels: the first panel's heading, between title and plot on a phone
FEWEST: Final = 0.15  # a tag with less is not spelled out on its bar


def short(word: str) -> str:
    """A word as it stands below an axis or in a title."""
    return in_plot(word if len(word) <= LONGEST else word[: LONGEST - 1] + "…")


def piles(found: Tagged) -> Figure:
    """Two panels over the words: the probabilities of the tags, piled up to 1."""
    several = (("forward", found.forward, ""), ("both", found.both, "2"))
    data = [_pile(found, p, tag, axis) for _, p, axis in several for tag in (*TAGS[1:], "other")]
    figure = base_figure(data, title(found), "", "")
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "barmode": "stack", "bargap": 0.15, "hovermode": "closest"}
    layout["margin"] = {"l": 60, "r": 12, "t": 80, "b": 34}
    layout["legend"] |= {"x": 1, "xanchor": "right", "y": 1.03, "traceorder": "normal"}
    layout["xaxis"] = _words(found) | {"showticklabels": False}
    layout["xaxis2"] = _words(found) | {"anchor": "y2", "matches": "x"}
    for name, _, axis in several:
        layout[f"yaxis{axis}"] = _probability(name)
    layout["annotations"] = [_heading(name) for name in PANELS]
    narrow = {"xaxis2": {"tickangle": STEEP}, "uniformtext": {"mode": "hide", "minsize": 10}}
    layout["meta"] = {"narrow": narrow, "head": HEAD}
    layout["shapes"] = [_frame(found, axis) for axis in ("", "2")]
    return figure


def title(found: Tagged) -> str:
    """Title: both networks' tags of the word that is followed."""
    said = [
        f"{TAGS[int(p[found.word].argmax())]} {_said(float(p[found.word].max()))}"
        for p in (found.forward, found.both)
    ]
    word = short(found.words[found.word])
    return f"“{word}”: reading forward only {said[0]}; in both directions {said[1]}"


def _probability(panel: str) -> Part:
    """The axis of a panel."""
    return {
        "domain": list(PANELS[panel]),
        "range": [0, 1],
        "nticks": 3,
        "showgrid": False,
        "title": {"text": "probability"},
    }


def _pile(found: Tagged, p: Array, tag: str, axis: str) -> Part:
    y = p[:, TAGS.index(tag)]
    spelled = [f"{tag} {_said(v)}" if v >= FEWEST and tag != "other" else "" for v in y]
    return {
        "type": "bar",
        "name": tag,
        "legendgroup": tag,
        "showlegend": axis == "",
        "x": np.arange(1, len(y) + 1),
        "y": y,
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "marker": _marker(tag),
        "text": spelled,
        "meta": {"hall": _in_hall(y, tag)},
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": INK},
        "customdata": [in_plot(w) for w in found.words],
        "hovertemplate": f"“%{{customdata}}”<br>{tag} %{{y:.4f}}<extra></extra>",
    }


def _marker(tag: str) -> Part:
    """A tag's colour and pattern."""
    return {
        "color": COLOURS[tag],
        "opacity": 0.45,
        "line": {"color": COLOURS[tag], "width": 2},
        "pattern": {
            "shape": PATTERNS[tag],
            "fgcolor": INK,
            "fgopacity": 0.4,
            "fillmode": "overlay",
            "size": 12,
            "solidity": 0.1,
        },
    }


def _in_hall(y: Array, tag: str) -> Part:
    """Numbers alone on narrow bars with large type, never turned or made smaller."""
    spelled = [_said(v) if v >= FEWEST and tag != "other" else "" for v in y]
    return {"text": spelled, "textangle": 0, "constraintext": "none"}


def _said(p: float) -> str:
    return f"{p:.2f}" if p < 0.995 else "> 0.99"


def _words(found: Tagged) -> Part:
    steps = len(found.words)
    marked = [f"{UNKNOWN} {short(w)}" if w in found.strange else short(w) for w in found.words]
    return {
        "tickvals": list(range(1, steps + 1)),
        "ticktext": marked,
        "range": [0.4, steps + 0.6],
        "showgrid": False,
    }


def _heading(name: str) -> Part:
    return {
        "text": HEADINGS[name],
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "showarrow": False,
        "y": PANELS[name][1],
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 2,
    }


def _frame(found: Tagged, axis: str) -> Part:
    """Frame round the word that is followed."""
    x = found.word + 1
    return {
        "type": "rect",
        "xref": f"x{axis}",
        "yref": f"y{axis} domain",
        "x0": x - 0.48,
        "x1": x + 0.48,
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 2},
    }


def growth(found: Tagged) -> Figure:
    """The followed word's tag, the sentence ended after one word more each time."""
    data = [part for tag in TAGS for part in _course(found, tag)]
    name, x = short(found.words[found.word]), "the sentence ends after this word"
    figure = base_figure(
        data,
        f"What “{name}” is, as the words after it arrive (thin: forward only)",
        x,
        "probability",
    )
    layout = figure["layout"]
    steps = found.words[found.word :]
    layout |= {"height": 330, "hovermode": "closest"}
    layout["xaxis"] |= {
        "tickvals": list(range(1, len(steps) + 1)),
        "range": [0.7, len(steps) + 0.3],
    }
    layout["xaxis"]["ticktext"] = [short(word) for word in steps]
    layout["yaxis"] |= {"range": [-0.03, 1.05], "nticks": 5}
    layout["margin"] = {"l": 60, "r": 12, "t": 84, "b": 72}
    return figure


def _course(found: Tagged, tag: str) -> list[Part]:
    """Curves of the followed word's tag: thick in both directions, thin forward only."""
    steps, column = np.arange(1, len(found.course) + 1), TAGS.index(tag)
    words = [in_plot(w) for w in found.words[found.word :]]
    common = {
        "type": "scatter",
        "x": steps,
        "text": words,
        "legendgroup": tag,
        "hovertemplate": f"ended after “%{{text}}”: {tag} %{{y:.4f}}<extra></extra>",
    }
    thick = {
        "mode": "lines+markers",
        "name": tag,
        "y": found.course[:, column],
        "line": {"color": COLOURS[tag] if tag != "other" else INK, "width": 3, "dash": DASHES[tag]},
        "marker": {"symbol": SHAPES[tag], "size": 9},
    }
    thin = {
        "mode": "lines",
        "name": f"{tag}, forward only",
        "y": found.guess[:, column],
        "showlegend": False,
        "opacity": 0.6,
        "line": {"color": COLOURS[tag] if tag != "other" else INK, "width": 1.5},
    }
    return [common | thick, common | thin]


# -- words ---------------------------------------------------------------------------------------


def verdict(found: Tagged) -> str:
    """Both networks' tags of the word that is followed, and the word that settled them."""
    k, word = found.word, f"“{in_markdown(found.words[found.word][:20])}”"
    ahead, around = found.forward[k], found.both[k]
    return (
        f"**{word}**: forward only says {_spread(ahead)}; both directions say {_spread(around)}. "
        f"{_settled(found)}"
    )


def _spread(p: Array) -> str:
    """The likeliest tag, and the others that come near it."""
    order = np.argsort(-p)
    near = [TAGS[c] for c in order[1:] if p[c] > p[order[0]] / 2]
    best = f"**{TAGS[order[0]]}** {_exactly(p[order[0]])}"
    return f"{best} (hardly less: {', '.join(near)})" if near else best


def _exactly(p: float) -> str:
    """A probability: never 0, never 1."""
    if p >= 0.9995:
        return "above 0.999"
    return f"{p:.3f}" if p >= 0.01 else number(float(p))


def _settled(found: Tagged) -> str:
    """The word with which the tag that wins gained most: before and after it."""
    at, winner = turning(found.course), int(found.course[-1].argmax())
    if len(found.course) == 1:
        return "No word follows it."
    if at == 0:
        return f"“{TAGS[winner]}” gained most from the words up to the name itself."
    before, after = (_exactly(found.course[t, winner]) for t in (at - 1, at))
    word = in_markdown(found.words[found.word + at][:20])
    return (
        f"Ended before “{word}”, both directions would have said {TAGS[winner]} with {before}; "
        f"ended after it, with **{after}**. The forward network had answered by then."
    )


def cautions(found: Tagged) -> str:
    """Warnings about a sentence unlike those of training."""
    return told(
        f"Not in the vocabulary of {len(VOCABULARY) - 1} words",
        found.strange,
        f"They read {UNKNOWN} instead.",
        len(found.words),
        MOST,
    )


def spelled(found: Tagged) -> str:
    """The piles for a reader who cannot see them."""
    pairs = (("forward only", found.forward), ("both directions", found.both))
    return "; ".join(f"{name}: {_row(found, p)}" for name, p in pairs)


def _row(found: Tagged, p: Array) -> str:
    best = p.argmax(-1)
    tags = zip(found.words, best, p.max(-1), strict=True)
    return ", ".join(f"{word} {TAGS[c]} {value:.2f}" for word, c, value in tags)


def rows(found: Tagged) -> list[dict[str, object]]:
    """Every drawn probability, one per row."""
    whole = len(found.words)
    drawn = [("forward", found.forward, 0), ("both", found.both, 0)]
    said = [
        (network, k, whole, tag, float(p[k, c]))
        for network, p, _ in drawn
        for k in range(whole)
        for c, tag in enumerate(TAGS)
    ]
    said += [
        (network, found.word, found.word + 1 + t, tag, float(p[t, c]))
        for network, p in (("forward", found.guess), ("both", found.course))
        for t in range(len(p))
        for c, tag in enumerate(TAGS)
    ]
    return [
        {
            "network": network,
            "step": k + 1,
            "word": found.words[k],
            "sentence ended after": end,
            "tag": tag,
            "probability": p,
        }
        for network, k, end, tag, p in said
    ]
