"""The reader's drawing, its caption and its nearest neighbour: worked out once for all readers."""

from dataclasses import dataclass, replace

import streamlit as st

from pages.ui import controls, inputs, session, shipped, trained
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications import captions
from rnn_core.applications.captions import (
    BLANK,
    Caption,
    Neighbour,
    Sketch,
    from_hex,
    sketch,
    to_hex,
)
from rnn_core.experiment.run import Run
from rnn_core.tasks.captions import MOST, Subject
from rnn_core.tasks.vocabulary import Array
from rnn_core.training.models import Model


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing to be described: its pixels, its known subject if any, and its name."""

    image: Array
    subject: Subject | None
    name: str
    fault: str = ""  # why it is not the one that the link asks for


def drawing(wish: Sketch) -> Drawing:
    """The reader's own drawing, or the one that the settings name."""
    try:
        image, subject = sketch(wish)
    except ValueError as problem:
        there = drawing(replace(wish, pixels=""))
        return replace(there, fault=f"{problem} The link has another; this is {there.name}.")
    if subject is None:
        return Drawing(image, None, "your drawing")
    seen = "unseen combination" if subject.unseen else "seen combination"
    return Drawing(image, subject, f"drawing {wish.drawn}, {seen}")


def present(wish: Sketch) -> Drawing:
    """The drawing to be described; warns where the link asks for one that cannot be had."""
    there = drawing(wish)
    if there.fault:
        st.warning(there.fault, icon=":material/link_off:")
    return there


def caption(model: Model, image: Array, of: str) -> Caption:
    """Caption that the network gives a drawing; `of`: the quantity that is differentiated."""
    return _caption(model.card.name, to_hex(image), of, model)


@stored()
def _caption(name: str, hexadecimal: str, of: str, _model: Model) -> Caption:
    return captions.describe(_model.network, from_hex(hexadecimal), of)


def neighbour(image: Array) -> Neighbour:
    """The training drawing that the baseline copies its caption from."""
    return _neighbour(to_hex(image), _known())


@stored()
def _neighbour(hexadecimal: str, _others: tuple[Array, tuple[Subject, ...]]) -> Neighbour:
    return captions.neighbour(from_hex(hexadecimal), _others)


@stored()
def _known() -> tuple[Array, tuple[Subject, ...]]:
    return captions.known()


def paint(hexadecimal: str) -> None:
    """Take over what the reader has painted; for callbacks. What is no drawing changes nothing."""
    try:
        session.adjust(pixels=to_hex(from_hex(hexadecimal)))
    except ValueError:
        return


def pick(place: int) -> None:
    """Pick a word of the caption; for callbacks."""
    session.adjust(place=max(1, min(place, MOST)))


def buttons(image: Array) -> None:
    """Other drawings: the next one, blank paper, this one without its noise."""
    wish = session.own(Sketch)
    with inputs.row():
        if not wish.pixels:
            inputs.own("which", width=controls.WIDE)
        if wish.pixels:
            words, changes = f"Back to drawing {wish.drawn}", {"pixels": ""}
            st.button(words, icon=":material/undo:", on_click=session.adjust, kwargs=changes)
        else:
            after = {"drawn": wish.drawn % 200 + 1}
            st.button("Next", icon=":material/skip_next:", on_click=session.adjust, kwargs=after)
        st.button("Blank paper", icon=":material/crop_portrait:", on_click=paint, args=(BLANK,))
        plain = to_hex(captions.clean(image))
        st.button("Without noise", icon=":material/blur_off:", on_click=paint, args=(plain,))


def inside(model: Model, said: Caption, name: str) -> tuple[Run, Check]:
    """The way into the network; its run on this drawing, and that run's check."""
    found = shipped.reading(model, f"{to_hex(said.image)} {name}")
    trained.look_inside({"": found}, "this drawing")
    return trained.seen(found)
