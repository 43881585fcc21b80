"""A letter with its marks and its time index, written as plain text, as LaTeX and as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape

_SUBSCRIPTS = dict(
    zip("0123456789+-aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-()abcdefghijklmnoprstuvwxyzT",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ",
        strict=True,
    )
)
_SPEC = re.compile(
    r"(?P<accent>[~^]?)(?P<face>!?)(`(?P<mono>[^`]+)`|(?P<base>[^_^`]+))"
    r"(_(?P<sub>[^^]*))?(\^(?P<sup>.*))?"
)
_ACCENTS = {"": ("", "{}"), "~": ("\u0303", r"\tilde{{{}}}"), "^": ("\u0302", r"\hat{{{}}}")}

TIMES = ("subscript", "round", "angle", "code")


@dataclass(frozen=True)
class Symbol:
    """One quantity's letter, ready to be shown.  `own`: the source itself writes it so."""

    text: str
    latex: str
    html: str
    own: bool = True

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Glyph:
    """A letter's parts.  `face` is "" (italic), "bold" or "mono"; accents are tilde and hat."""

    base: str
    accent: str = ""
    face: str = ""
    sub: str = ""
    sup: str = ""

    def marked(self, mark: str) -> Glyph:
        """The same letter with one more subscript."""
        return replace(self, sub=self.sub + mark)

    def symbol(self, own: bool = True) -> Symbol:
        """As it stands, without a time index."""
        return Symbol(self._text(), self._latex(self.sub, self.sup), self._html("", ""), own)

    def at(self, t: str, style: str, own: bool = True) -> Symbol:
        """With its time index: "t", "t-1", "5"."""
        if style == "code":
            return self._in_code(t, own)
        written = {"subscript": t, "round": f"({t})", "angle": f"<{t}>"}[style]
        if style == "subscript":
            sub = f"{self.sub},{t}" if self.sub else t
            text = self._text() + (_small(t, _SUBSCRIPTS) or f"_{t}")
            return Symbol(text, self._latex(sub, self.sup), self._html(t, ""), own)
        sup = {"round": f"({t})", "angle": rf"\langle {t} \rangle"}[style]
        small = _small(written, _SUPERSCRIPTS) if style == "round" else f"⟨{t.replace('-', '−')}⟩"
        text = self._text() + (small or f"^{written}")
        return Symbol(text, self._latex(self.sub, self.sup + sup), self._html("", written), own)

    def _in_code(self, t: str, own: bool) -> Symbol:
        """As programs write it: h now, h_tm1 one step earlier, h[5] at a given step."""
        ending = {"t": "", "t-1": "_tm1"}.get(t, f"[{t}]")
        return replace(self, base=self.base + ending).symbol(own)

    def _text(self) -> str:
        marks = ("_" + self.sub if self.sub else "") + _raised(self.sup)
        return self.base + _ACCENTS[self.accent][0] + marks

    def _latex(self, sub: str, sup: str) -> str:
        base = self.base.replace("_", r"\_") if self.face == "mono" else self.base
        base = {"bold": rf"\mathbf{{{base}}}", "mono": rf"\mathtt{{{base}}}"}.get(self.face, base)
        base = _ACCENTS[self.accent][1].format(base)
        sup = sup.replace("⊤", r"\top")
        return base + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")

    def _html(self, sub: str, sup: str) -> str:
        tag = {"bold": "b", "mono": "code"}.get(self.face, "i")
        letter = f"<{tag}>{escape(self.base + _ACCENTS[self.accent][0])}</{tag}>"
        below, above = self.sub + ("," if self.sub and sub else "") + sub, self.sup + sup
        letter += f"<sub>{escape(below)}</sub>" if below else ""
        return letter + (f"<sup>{escape(above)}</sup>" if above else "")


def glyph(spec: str) -> Glyph:
    """`h`, `W_ih`, `W_ih^i`, `~C` (tilde), `^y` (hat), `!U` (bold), "`kernel`_i" (as in code)."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise ValueError(f"glyph: expected something like h, ~C, !U or W_ih^i; got {spec!r}")
    part = {name: value or "" for name, value in found.groupdict().items()}
    face = "mono" if part["mono"] else "bold" if part["face"] else ""
    return Glyph(part["mono"] or part["base"], part["accent"], face, part["sub"], part["sup"])


def _raised(sup: str) -> str:
    if sup == "⊤":
        return "ᵀ"
    return f"^{sup}" if sup else ""


def _small(text: str, alphabet: dict[str, str]) -> str:
    """The text in small letters, or nothing if Unicode lacks one of them."""
    return "".join(alphabet.get(c, "") for c in text) if set(text) <= set(alphabet) else ""
