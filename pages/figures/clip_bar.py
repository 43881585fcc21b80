"""The length of the optimiser's step before and after clipping: two bars on one place, in words.

The bars stand on the fixed axis of gradient norms, so that clipping moves one of them and nothing
else. Both are read from `Clipped`: the norm of all weights' gradients together.
"""

from __future__ import annotations

from math import isfinite, isnan, log10
from typing import Any, Final

from pages.figures.clipping import LOOKS
from pages.figures.norm_axis import (
    EXPLODED,
    HIGH,
    LOW,
    VANISHED,
    beyond,
    held,
    norm_axis,
    plain,
    zone_words,
    zones,
)
from pages.figures.theme import INK, Figure, Part, base_figure, number
from rnn_core.engine.clip import Clipped

PAPER: Final = "var(--st-background-color)"
PANEL: Final = "var(--st-secondary-background-color)"
HEIGHT: Final = 390
HUGE: Final = 40  # type of the numbers, in pixels at body text of 16
LARGE: Final = 18  # and of those in a strip beside other lines
WIDTHS: Final = {"before": 0.62, "after": 0.38}  # of the place that both bars share
CEILING_WORDS: Final = "clipping is a ceiling, not a floor"


def clip_bar(clipped: Clipped) -> Figure:
    """Both bars across the whole picture, the threshold, and the numbers written large."""
    x = "norm of all weights' gradients together, ‖dL/dW‖"
    figure = base_figure(bars(clipped, "x"), conclusion(clipped), x, "")
    layout = figure["layout"]
    layout["xaxis"] |= norm_axis() | {"showgrid": False}
    layout["yaxis"] |= {"range": [-0.5, 1.05], "visible": False, "fixedrange": True}
    layout |= {
        "height": HEIGHT,
        "barmode": "overlay",
        "hovermode": "closest",
        "margin": {"l": 24, "r": 24, "t": 52, "b": 56},
        "legend": {
            "orientation": "h",
            "x": 0.01,
            "xanchor": "left",
            "y": 0.02,
            "yanchor": "bottom",
        },
        "shapes": [*zones("x"), *_threshold(clipped)],
        "meta": {
            "glide": _shown(clipped),
            "narrow": {"height": 340, "annotations": _words(clipped, small=True, low=True)},
            "hall": {"showlegend": False, "annotations": _words(clipped, small=False, low=True)},
        },
        "annotations": _words(clipped, small=False, low=False),
    }
    return figure


def _words(clipped: Clipped, small: bool, low: bool) -> list[Part]:
    """The zones' names, the numbers, and the threshold's, at the lower end where that is free."""
    return [*zone_words("x"), _numbers(clipped, small), *_threshold_words(clipped, low)]


def bars(clipped: Clipped, way: str, **where: Any) -> list[Part]:
    """The step before and after clipping as bars along the axis of norms: "x" or "y".

    A norm beyond the axis ends on its border; hover says the number.
    """
    norms = {"before": clipped.norm_before, "after": clipped.norm_after}
    return [_bar(when, norm, way) | where for when, norm in norms.items()]


def _bar(when: str, norm: float, way: str) -> Part:
    colour = LOOKS[when].colour
    end = HIGH if isnan(norm) else float(held(norm))
    line = {"color": colour, "width": 2 if when == "before" else 0}
    return {
        "type": "bar",
        "orientation": "h" if way == "x" else "v",
        "base": [LOW],
        way: [end - LOW],
        "y" if way == "x" else "x": [0.0],
        "width": [WIDTHS[when]],
        "name": f"{when} clipping",
        "marker": {"color": PANEL if when == "before" else colour, "line": line},
        "meta": {"glide": way},
        "hovertemplate": f"{when} clipping: {_said(norm)}<extra></extra>",
    }


def strip_words(clipped: Clipped) -> list[Part]:
    """The numbers of both bars in a narrow strip: before above the bar, after on it."""
    before, after = clipped.norm_before, clipped.norm_after
    at = {"xref": "x2", "x": 0, "showarrow": False, "yref": "y"}
    top = HIGH if isnan(before) else float(held(before))
    words = [{"text": f"<b>{plain(before)}</b>", "y": log10(top), "yanchor": "bottom", **at}]
    words[0] |= {"font": {"size": LARGE}}
    if VANISHED < top < EXPLODED:  # where no zone lies behind it, no line is to cross it
        words[0] |= {"bgcolor": PAPER}
    if clipped.changed and after < before and after > LOW:
        small = {
            "y": log10(float(held(after))),
            "yanchor": "top",
            "font": {"color": PAPER, "size": LARGE},
        }
        words.append({"text": f"<b>→ {plain(after)}</b>", **at, **small})
    return words


def strip_threshold(clipped: Clipped) -> list[Part]:
    """The threshold of clipping by norm across the strip."""
    (*lines,) = _threshold(clipped)
    return [
        {
            **{k: v for k, v in line.items() if k not in ("x0", "x1", "yref")},
            "xref": "x2 domain",
            "x0": 0,
            "x1": 1,
            "y0": clipped.threshold,
            "y1": clipped.threshold,
        }
        for line in lines
    ]


def conclusion(clipped: Clipped) -> str:
    """Effect of clipping on the step, in one sentence without Markdown."""
    raw, c = clipped.norm_before, clipped.threshold
    if not isfinite(raw):
        return _overflowed(clipped)
    if raw == 0:
        return "The gradient is exactly zero: there is no step, clipped or not"
    if clipped.mode == "off":
        return f"Clipping is off: the step is {plain(raw)} long"
    if not clipped.changed:
        what = f"the norm {plain(raw)} is" if clipped.mode == "norm" else "every entry is"
        return f"Nothing to clip: {what} below the threshold {c:g}; {CEILING_WORDS}"
    if clipped.norm_after == 0:
        return "A threshold of 0 leaves no step at all: nothing is learned"
    shorter = f"the step {plain(raw / clipped.norm_after)} times shorter"
    if clipped.mode == "norm":
        return f"Clipping makes {shorter}; its direction stays"
    return f"Clipping by value makes {shorter} and turns it by {clipped.angle_degrees:.0f}°"


def changed_words(clipped: Clipped, quantity: str = "dL/dh") -> str:
    """Markdown: what the toggle moved on the page of gradients, and what it did not."""
    rest = f"The curves of {quantity} stay exactly where they were: clipping comes after BPTT."
    before, after = plain(clipped.norm_before), plain(clipped.norm_after)
    if not isfinite(clipped.norm_before) or clipped.norm_before == 0:
        return f"{conclusion(clipped)}. {rest}"
    if clipped.mode == "off":
        return f"Clipping is **off**: the step stays **{before}** long. {rest}"
    if clipped.changed:
        turned = "" if clipped.mode == "norm" else f", turned by {clipped.angle_degrees:.0f}°"
        return (
            f"Clipping moved one thing: the step, from **{before}** to **{after}**{turned}. {rest}"
        )
    return (
        f"**Nothing moved**: {before} is not above the threshold {clipped.threshold:g}. Clipping "
        f"is a ceiling, never a floor; it makes no gradient longer. {rest}"
    )


def _overflowed(clipped: Clipped) -> str:
    if clipped.mode == "value" and isfinite(clipped.norm_after):
        return (
            f"The gradient overflowed; by value a step of {plain(clipped.norm_after)} is left of it"
        )
    mended = "; clipping cannot mend that" if clipped.mode != "off" else ""
    return f"The gradient overflowed: it has no length and no direction{mended}"


def _shown(clipped: Clipped) -> str:
    """Clipping mode as the plot's `glide`: the bars are animated when it changes."""
    return clipped.mode


def _said(norm: float) -> str:
    """The true number, also where the bar cannot reach it."""
    if not isfinite(norm):
        return "overflow"
    return number(norm) + (", beyond the axis" if beyond(norm) else "")


def _numbers(clipped: Clipped, small: bool) -> Part:
    """The numbers before → after, large enough for the back row."""
    before, after = plain(clipped.norm_before), plain(clipped.norm_after)
    text = before if clipped.mode == "off" else f"{before} → {after}"
    place = {"x": -3, "y": 0.68, "yanchor": "middle", "bgcolor": PAPER}
    font = {"size": LARGE if small else HUGE}
    return {"text": f"<b>{text}</b>", "showarrow": False, "font": font, **place}


def _threshold(clipped: Clipped) -> list[Part]:
    """The threshold of clipping by norm; off it is drawn faintly, where it would be."""
    if clipped.mode == "value" or not LOW <= clipped.threshold <= HIGH:
        return []
    ends = {"x0": clipped.threshold, "x1": clipped.threshold, "yref": "paper", "y0": 0, "y1": 1}
    faint = {"opacity": 0.35} if clipped.mode == "off" else {}
    return [{"type": "line", **ends, "line": {"color": INK, "width": 3, "dash": "dot"}, **faint}]


def _threshold_words(clipped: Clipped, low: bool) -> list[Part]:
    c = clipped.threshold
    if clipped.mode == "value":
        at = {"xref": "paper", "x": 0.5, "xanchor": "center"}
        text = f"threshold {c:g} for every entry, not for the norm"
    elif LOW <= c <= HIGH:
        at = {"x": log10(c), "xanchor": "left", "xshift": 8}
        text = f"threshold {c:g}" + (", not used" if clipped.mode == "off" else "")
    else:
        return []
    up = {"yref": "paper", "y": 0 if low else 1, "yanchor": "bottom" if low else "top"}
    return [{"text": text, "showarrow": False, **up, **at}]
