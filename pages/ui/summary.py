"""Summary of a deck's answers: the score, the surprises, and both to take away."""

from html import escape
from typing import Final

import streamlit as st

from pages.ui import answers, progress, session
from pages.ui.answers import Row, hidden, lettered
from pages.ui.file_button import file_button
from pages.ui.judging import judged
from rnn_core.decks import Deck

HEADS: Final = {
    "idea": "Idea",
    "question": "Question",
    "answer": "My answer",
    "right": "Right",
    "measured": "Measured",
    "why": "Why",
}
STYLE: Final = """body { font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem;
padding: 0 1rem; color: #0f1720; background: #ffffff }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #5b6770; padding: 0.4rem 0.6rem; text-align: left; vertical-align: top }
.line { display: inline-block; min-width: 16rem; border-bottom: 1px solid #0f1720 }"""


def summary(name: str, deck: Deck) -> None:
    """How many questions were answered, which answers were wrong, and all of them to take away."""
    if problem := progress.fault():
        st.warning(problem, icon=":material/link_off:")
    _measure(name, deck)
    found = list(answers.rows(name, deck, answers.every()))
    if not found:
        return
    with st.container(border=True, key="summary"):
        asked = sum(scene.question is not None for scene in deck.scenes)
        st.markdown(f"**{len(found)} of {asked} questions answered.** {_score(found)}")
        if not hidden():
            _surprises(found)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _files(name, deck)
            progress.link(name, deck)


def _measure(name: str, deck: Deck) -> None:
    """Judge what a browser or a link brought; not where the link hides what is right."""
    for scene, answer in [] if hidden() else answers.rows(name, deck, answers.every()):
        found = judged(scene, answer)
        if found != answer:
            answers.keep(name, scene, found)


def _score(found: list[Row]) -> str:
    if hidden():
        return "Which of them are right is not shown: the link says so."
    right = sum(answer.is_right for _, answer in found)
    wrong = sum(answer.right is not None for _, answer in found) - right
    rest = len(found) - right - wrong
    return f"{right} right, {wrong} wrong" + (f", {rest} not measured yet." if rest else ".")


def _surprises(found: list[Row]) -> None:
    wrong = [(s, a) for s, a in found if a.right is not None and not a.is_right]
    if wrong:
        lines = (f"- **{lettered(s, s.title)}**: {lettered(s, a.why)}" for s, a in wrong)
        st.markdown("What surprised:\n\n" + "\n".join(lines))


def _files(name: str, deck: Deck) -> None:
    """Buttons for the answers as a table and as a page to hand in."""
    hides, kept = hidden(), session.keeper(answers.NAME)

    def rows() -> list[Row]:
        found = kept()
        assert isinstance(found, dict), "the buttons are there only where something was answered"
        return list(answers.rows(name, deck, found))

    def table() -> bytes:
        return answers.table(rows(), hides).to_csv().encode()

    def sheet() -> bytes:
        return page(deck, rows(), hides).encode()

    file = f"answers-{name}"
    file_button("My answers as CSV", table, f"{file}.csv", "text/csv", key="answers_csv")
    file_button("Page to hand in", sheet, f"{file}.html", "text/html", key="answers_page")


def page(deck: Deck, found: list[Row], hides: bool) -> str:
    """One plain file of HTML, without any script: the answers, and a line for a name."""
    lines = answers.lines(found, hides)
    heads = [head for head in HEADS if lines and head in lines[0]]
    asked = sum(scene.question is not None for scene in deck.scenes)
    rows = [_cells("th", [HEADS[head] for head in heads])]
    rows += [_cells("td", [str(line[head]) for head in heads]) for line in lines]
    title, source = escape(deck.title), escape(deck.source)
    score = f"{len(found)} of {asked} questions answered."
    if not hides:
        right = sum(answer.is_right for _, answer in found)
        score += f" {right} right, as measured by the app."
    return (
        f'<!doctype html>\n<html lang="{escape(deck.language)}"><head><meta charset="utf-8">'
        f"<title>{title}: answers</title><style>{STYLE}</style></head>\n<body><h1>{title}</h1>"
        f'<p>{source}</p><p>Name: <span class="line">&nbsp;</span> '
        f'Date: <span class="line">&nbsp;</span></p>\n<p>{score}</p>\n<table>'
        + "\n".join(rows)
        + "</table></body></html>\n"
    )


def _cells(tag: str, words: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(word)}</{tag}>" for word in words) + "</tr>"
