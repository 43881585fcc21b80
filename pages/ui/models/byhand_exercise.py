"""Hidden numbers to work out: one field each, judged at once.  Answers stay with their reader."""

from collections.abc import Callable

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import session
from rnn_core.studies.byhand import Walk, Written
from rnn_core.studies.byhand_exercise import (
    EMPTY,
    RIGHT,
    SIGN,
    UNREADABLE,
    WRONG,
    Blank,
    blanks,
    judge,
)

SAID = {
    RIGHT: ":green[:material/check: right]",
    SIGN: ":orange[:material/close: the sign is wrong]",
    WRONG: ":orange[:material/close: not yet]",
    UNREADABLE: ":orange[:material/help: not a number]",
    EMPTY: "",
}
LETTERS = "ABCDEFGH"
ROUNDS = 99


def asked(w: Written, wish: Walk) -> dict[Blank, str]:
    """The numbers that this exercise asks for, and the letter of each."""
    if wish.check == "off":
        return {}
    return dict(zip(blanks(w, wish.stage, wish.weight, wish.exercise), LETTERS, strict=False))


def unsolved(w: Written, wish: Walk) -> dict[Blank, str]:
    """The numbers that are still hidden, and the letter of each."""
    done = solved(w, wish)
    return {blank: letter for blank, letter in asked(w, wish).items() if blank not in done}


def solved(w: Written, wish: Walk) -> frozenset[Blank]:
    """The numbers that the reader has answered rightly or asked to be shown."""
    return frozenset(b for b in asked(w, wish) if _verdict(w, wish, b) == RIGHT)


def form(w: Written, wish: Walk, spelled: Callable[[Blank], str]) -> None:
    """A field for every number, what the answer is worth, and new numbers."""
    wanted = asked(w, wish)
    if not wanted:
        st.caption("There is nothing to ask here: no number of this stage is finite.")
        return
    done = len(solved(w, wish))
    st.markdown(
        f"**Work out the numbers behind the letters.** {done} of {len(wanted)} are right. Three "
        "decimals are enough; a fraction or a decimal comma will do."
    )
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        for blank, letter in wanted.items():
            with st.container(width=210, gap="small"):
                _field(w, wish, blank, f"{letter}: {in_markdown(spelled(blank))}")
    again = wish.exercise % ROUNDS + 1
    st.button(
        "Other numbers",
        key="exercise_other",
        icon=":material/casino:",
        on_click=session.adjust,
        kwargs={"exercise": again},
    )


def _field(w: Written, wish: Walk, blank: Blank, label: str) -> None:
    key = _key(w, wish, blank)
    st.text_input(label, key=key, max_chars=40, placeholder="your number")
    verdict = _verdict(w, wish, blank)
    if SAID[verdict]:
        st.markdown(SAID[verdict])
    if verdict != RIGHT:
        st.button(
            "Show the answer",
            key=f"show_{key}",
            type="tertiary",
            on_click=_show,
            args=(key, w.value(blank.quantity, blank.t, blank.index)),
        )


def _verdict(w: Written, wish: Walk, blank: Blank) -> str:
    typed = str(st.session_state.get(_key(w, wish, blank)) or "")
    return judge(typed, w.value(blank.quantity, blank.t, blank.index))


def _show(key: str, truth: float) -> None:
    st.session_state[key] = f"{truth:.4g}"


def _key(w: Written, wish: Walk, blank: Blank) -> str:
    """Key of an answer: its network and its place; another network asks anew."""
    place = (wish.stage, blank.quantity, blank.t, *blank.index)
    network = hash((w.done.experiment, w.steps))
    return f"answer_{network}_{'_'.join(map(str, place))}"
