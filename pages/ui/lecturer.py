"""A deck's page for its lecturer: minutes, questions, the wrong answers to expect, links."""

from typing import Final

import streamlit as st

from pages.components.sharing import Way, sharing
from pages.figures.literal import in_markdown
from pages.ui import contents, measuring, results, session
from pages.ui.models.lectures import play
from rnn_core.decks import Deck, Question, Scene, because, judge

SHOWN, ASKED = 1.0, 2.0  # minutes: to show a scene; more where the hall predicts and discusses
LINKS: Final = {  # label -> what the link changes
    "View": {},
    "Lecture mode": {"present": "1"},
    "Assignment": {"answers": "off"},
}


def minutes(deck: Deck) -> int:
    """About how long a deck takes in a hall."""
    asked = sum(scene.question is not None for scene in deck.scenes)
    return round(SHOWN * len(deck.scenes) + ASKED * asked)


def plan(name: str, deck: Deck) -> None:
    """Draw the lecturer's whole page."""
    asked = sum(scene.question is not None for scene in deck.scenes)
    st.markdown(
        f"**About {minutes(deck)} minutes**: {len(deck.scenes)} ideas at {SHOWN:g} minute each, "
        f"and {ASKED:g} more for each of the {asked} questions, which the hall answers first. "
        "What is measured here is what the verdict will say."
    )
    with st.popover("Links to the whole lecture", icon=":material/link:", type="tertiary"):
        sharing(ways(name, deck), key="sharing_lecture")
    for number, scene in enumerate(deck.scenes, 1):
        _scene(name, deck, number, scene)


def ways(name: str, deck: Deck) -> tuple[Way, ...]:
    """Links to copy: the list, lecture mode from the first scene, and an assignment."""
    first = deck.scenes[0]
    off = dict.fromkeys(session.PLAYING)
    shown = {**off, "audience": None, "lecture": name}
    start = {**off, "audience": None, "lecture": None, **play(name, first), "present": "1"}
    return (
        Way("list", "The list of its ideas, for students", shown),
        Way("hall", "Lecture mode, from the first idea", start, page=first.page),
        Way("homework", "An assignment: answers kept, verdicts hidden", shown | {"answers": "off"}),
    )


def _scene(name: str, deck: Deck, number: int, scene: Scene) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"plan_{number}"):
        title = in_markdown(f"{number}. {scene.title}")
        st.markdown(f"**{title}**", width="stretch")
        for label, changes in LINKS.items() if scene.question else list(LINKS.items())[:2]:
            st.page_link(
                contents.page_link(scene.page),
                label=f":primary[{label}]",
                query_params=play(name, scene) | changes,
                width="content",
            )
    if scene.question:
        st.markdown(_question(deck, scene, scene.question))


def _question(deck: Deck, scene: Scene, question: Question) -> str:
    """Markdown of a question: each choice with its answer, and the measured one marked."""
    right, why = _measured(scene, question)

    def said(text: str) -> str:
        return in_markdown(deck.lettered(scene, text))

    lines = [said(question.ask)]
    for k, choice in enumerate(question.choices):
        if k == right:
            lines.append(f"- :green-badge[:material/check: measured] {said(choice.text)}")
        else:
            lines.append(f"- {said(choice.text)}: :small[{said(choice.answer)}]")
    after = [f"*To expect:* {said(question.misconception)}", f"*Why:* {said(why)}"]
    return lines[0] + "\n\n" + "\n".join(lines[1:]) + "\n\n" + "  \n".join(after)


def _measured(scene: Scene, question: Question) -> tuple[int | None, str]:
    """The right choice and why; None where measuring takes long or cannot be done."""
    try:
        value = measuring.value(*measuring.asked(question, measuring.promised(scene)))
    except (results.Waiting, ValueError):
        return None, "measuring this takes a while; it is done when the question is played."
    return judge(question, value), because(question, value)
