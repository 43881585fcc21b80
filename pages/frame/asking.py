"""Predict, then move, then verdict: the question of a scene, and what was measured."""

import streamlit as st

from pages.frame.place import Place
from pages.ui import answers, judging, measuring, results, session
from pages.ui.answers import Answer, lettered
from pages.ui.models import lectures
from rnn_core.decks import Question, Scene, because, judge
from rnn_core.decks.records import Link

HASTY = "hasty_answer"  # the question whose reader asked for the answer before giving one


def ask(place: Place) -> None:
    """The question, or in its place the verdict on what the reader answered."""
    answer = answers.given(place.name, place.scene)
    if answer is None:
        _question(place)
    else:
        tell(place, answer)


def offer(place: Place) -> None:
    """The question with a button for each choice, which answers at once; or the verdict."""
    answer = answers.given(place.name, place.scene)
    if answer is None:
        _buttons(place)
    else:
        tell(place, answer, elsewhere=False)


def tell(place: Place, answer: Answer, elsewhere: bool = True) -> None:
    """Show the reply to an answer; `elsewhere`: also what holds where the reader has gone since."""
    if answers.hidden():
        _kept(place, answer)
    else:
        _verdict(place, answer, elsewhere)


def is_open(place: Place) -> bool:
    """Whether the scene asks something that the reader has not answered."""
    return place.scene.question is not None and answers.given(place.name, place.scene) is None


def _asked(place: Place) -> Question:
    question = place.scene.question
    assert question is not None, "only a scene that asks comes here"
    return question


# -- before ----------------------------------------------------------------------------------------


def _question(place: Place) -> None:
    scene, question, key = place.scene, _asked(place), _key(place)
    choices = [lettered(scene, choice.text) for choice in question.choices]
    with st.form(f"form_{key}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", key="player_choices"):
            st.radio(
                f"**{lettered(scene, question.ask)}**",
                range(len(choices)),
                index=None,
                format_func=choices.__getitem__,
                key=key,
                horizontal=True,
                width="stretch",
            )
            st.form_submit_button(
                "Show it",
                icon=":material/visibility:",
                on_click=_answered,
                args=(place,),
            )
        if session.kept(HASTY) == key:
            st.markdown(":orange[Pick one first: a guess will do.] Or go on with Next.")


def _buttons(place: Place) -> None:
    scene, question = place.scene, _asked(place)
    with st.container(horizontal=True, vertical_alignment="center", key="story_question"):
        st.markdown(f"**{lettered(scene, question.ask)}**", width="stretch")
        with st.container(horizontal=True, width="content", gap="small", key="story_choices"):
            for k, choice in enumerate(question.choices):
                st.button(
                    lettered(scene, choice.text),
                    key=f"{_key(place)}_{k}",
                    on_click=_picked,
                    args=(place, k),
                )


def _key(place: Place) -> str:
    return f"choice_{place.name}_{place.scene.id}"


def _answered(place: Place) -> None:
    """Keep the reader's prediction, and move the settings to where it is measured."""
    picked = st.session_state.get(_key(place))
    session.keep(HASTY, _key(place) if picked is None else None)
    if picked is not None:
        _picked(place, int(picked))


def _picked(place: Place, picked: int) -> None:
    answers.keep(place.name, place.scene, Answer(picked))
    _go(place, place.scene.then)
    if not answers.hidden():
        results.ask(measuring.value.key(*_measure(place.scene, _asked(place))))


def _go(place: Place, settings: Link) -> None:
    """Set the page as the scene says, in the letters that the reader has chosen."""
    link = lectures.play(place.name, place.scene, settings)
    session.follow({**link, "notation": session.view().notation})


def _again(place: Place) -> None:
    answers.keep(place.name, place.scene, None)
    _go(place, place.scene.before)


def _measure(scene: Scene, question: Question) -> measuring.Asked:
    return measuring.asked(question, measuring.promised(scene))


# -- after -----------------------------------------------------------------------------------------


def _kept(place: Place, answer: Answer) -> None:
    picked = lettered(place.scene, _asked(place).choices[answer.picked].text)
    _said(place, f":material/edit: Your answer is kept: **{picked}**")


def _said(place: Place, words: str) -> None:
    """Show words about the answer, and a button that deletes it and asks once more."""
    with st.container(horizontal=True, vertical_alignment="center", key="player_verdict"):
        st.markdown(words, width="stretch")
        st.button(
            "Ask again",
            key="again",
            type="tertiary",
            icon=":material/replay:",
            on_click=_again,
            args=(place,),
        )


def _verdict(place: Place, answer: Answer, elsewhere: bool) -> None:
    """Right or wrong, what was measured, and what holds at the settings on screen."""
    results.place_for_progress()
    try:
        found = judging.measured(place.scene, answer)
    except results.Waiting as costly:
        st.button("Measure it", on_click=results.ask, args=(costly.key,))
        return
    except ValueError as problem:
        st.warning(lettered(place.scene, str(problem)))
        return
    if found != answer:
        answers.keep(place.name, place.scene, found)
    answer = found
    _said(place, _words(place, answer))
    if not elsewhere:
        return
    session.mind_all()
    if measuring.on_screen(place.scene) != measuring.promised(place.scene):
        _elsewhere(place, answer)


def _words(place: Place, answer: Answer) -> str:
    assert answer.right is not None
    question, scene = _asked(place), place.scene
    picked, right = question.choices[answer.picked], question.choices[answer.right]
    why = lettered(scene, answer.why)
    if answer.is_right:
        said = f"**Right:** {lettered(scene, picked.text)}."
        return f":green[:material/check_circle: {said}]  \n{why}"
    return (
        f":orange[:material/lightbulb: **Not so:** {lettered(scene, picked.text)}.] "
        f"{lettered(scene, picked.answer)}  \n"
        f"**Measured: {lettered(scene, right.text)}.** {why}"
    )


def _elsewhere(place: Place, answer: Answer) -> None:
    """Show the measured answer at the settings to which the reader has moved."""
    question, scene = _asked(place), place.scene
    with st.container(horizontal=True, vertical_alignment="center", key="player_screen"):
        try:
            value = measuring.value(*measuring.asked(question, measuring.on_screen(scene)))
        except results.Waiting as costly:
            st.button("Measure it at these settings", on_click=results.ask, args=(costly.key,))
        except ValueError as problem:
            st.markdown(f":small[{lettered(scene, str(problem))}]", width="stretch")
        else:
            right = judge(question, value)
            same = "the same answer" if right == answer.right else question.choices[right].text
            words = f"At the settings on screen now: {same}. {because(question, value)}"
            st.markdown(f":small[{lettered(scene, words)}]", width="stretch")
        st.button(
            "Back to the scene",
            key="back_to_scene",
            type="tertiary",
            icon=":material/undo:",
            on_click=_go,
            args=(place, scene.then),
        )
