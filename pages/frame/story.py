"""The frame round the first page: five acts, each with headline, question and a way on."""

from collections.abc import Callable

import streamlit as st

from pages.components.ahead import ahead
from pages.components.rail import Stop, rail
from pages.components.unseen import unseen
from pages.figures.literal import in_markdown
from pages.frame import asking
from pages.frame.place import Place
from pages.frame.story_numbers import numbers
from pages.ui import answers, contents, controls, page_layout, session
from pages.ui.answers import lettered
from pages.ui.contents import FIRST, PAGES, Page
from pages.ui.models import lectures, story
from pages.ui.shelf import shelf
from rnn_core.decks.syllabus import STORY
from rnn_core.experiment.settings import to_params
from rnn_core.studies.story import ACTS, Story

STYLE = """<style>
[data-testid="stMainBlockContainer"] { max-width: 86rem; padding: 4.1rem 1.5rem 1rem 6.2rem; }
.st-key-story { position: relative; }
.st-key-rail { position: absolute; left: -5.4rem; top: 3rem; width: 4.6rem; z-index: 1; }
.st-key-story_head, .st-key-story_question, .st-key-player_verdict, .st-key-story_foot
  { flex-wrap: nowrap; }
.st-key-story_head h1 { font-size: 1.9rem; line-height: 1.15; padding: 0; letter-spacing: -0.01em; }
.st-key-story_head p { font-size: 1.1rem; line-height: 1.3; margin: 0; }
.st-key-story_head [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.st-key-story_foot { min-height: 4.6rem; }
.st-key-story_foot p { line-height: 1.3; }
.st-key-story_ways { align-items: center; }
.st-key-next button { border: 2px solid currentColor; }
.st-key-next button p { font-weight: 600; }
.st-key-story_choices { flex-wrap: nowrap; }
@media (max-width: 1000px) {
  .st-key-story_question, .st-key-story_choices { flex-wrap: wrap; }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 4.55rem 1rem 1rem; }
  .st-key-rail { top: -4.4rem; left: 2.6rem; width: calc(100% - 2.6rem); z-index: 999990; }
  .st-key-story_head, .st-key-story_foot, .st-key-player_verdict { flex-wrap: wrap; }
  .st-key-story_foot > :first-child { flex: 1 0 100%; }
  .st-key-story_ways { width: 100%; justify-content: space-between; }
  .st-key-story_choices, .st-key-story_choices > *, .st-key-story_choices button { width: 100%; }
  .st-key-story_choices { flex-direction: column; gap: 0.4rem; }
  .st-key-story_choices button { height: auto; padding-block: 0.3rem; }
  .st-key-story_choices button p { white-space: normal; }
  .st-key-story_head { row-gap: 0.2rem; margin-bottom: 0.5rem; }
  .st-key-story_head h1 { font-size: 1.5rem; }
}
</style>"""
HALL = """<style>
.st-key-rail, .st-key-story_head a { display: none !important; }
[data-testid="stMainBlockContainer"] { max-width: none; padding: 0.3rem 0.8rem 0; }
.st-key-story { --picture: calc(100vh - 7.4rem); } /* below its conclusion and its controls */
.st-key-story_head h1 { font-size: 1.4rem; line-height: 1.15; }
.st-key-story_head p, .st-key-story_question p { font-size: 1rem; line-height: 1.3; }
@media (min-aspect-ratio: 3/2) {
  .st-key-story { display: grid; grid-template-columns: 15rem minmax(0, 1fr); column-gap: 1rem;
    grid-template-rows: repeat(40, min-content) 1fr; align-items: start; }
  .st-key-story > *, .st-key-story :has(> .st-key-story_act) > * { grid-column: 1; min-width: 0; }
  .st-key-story > :has(> * > .st-key-story_act), .st-key-story :has(> .st-key-story_act)
    { display: contents; }
  .st-key-story .st-key-story_act { grid-column: 2; grid-row: 1 / 42; }
  .st-key-story_foot, .st-key-story_question, .st-key-player_verdict { flex-wrap: wrap !important; }
  .st-key-story_choices { flex-direction: column; align-items: stretch; gap: 0.3rem; }
  .st-key-story_choices button { min-height: 1.9rem; }
}
</style>"""


def told(page: Page) -> Place | None:
    """The act on screen, where the reader follows the story and no deck of somebody else's."""
    deck, asked = shelf().decks.get(STORY), session.playing()
    if page is not PAGES[FIRST] or deck is None or asked.deck not in ("", STORY):
        return None
    acts = [str(scene.before["act"]) for scene in deck.scenes]
    return Place(STORY, deck, acts.index(session.own(Story).act))


def tell(place: Place, picture: Callable[[], None]) -> None:
    """The act: its headline, its picture, and below it its question and the ways on."""
    st.html(STYLE + HALL if session.playing().presents else STYLE)
    session.mind_all()  # the way to the workshop and the check are about what is set
    with st.container(key="story", gap=None):
        side = st.container(key="rail")
        _head(place)
        picture()
        _foot(place)
        with side:  # last: by now it is known which answers are right
            rail(_stops(place), key="acts", on_go=_gone(place))
    unseen("presenter")
    if session.playing().presents:
        ahead()


def _link(place: Place) -> dict[str, str]:
    """The link to an act: as its question is asked, or as its answer left it; what the reader has
    set for other pages goes along."""
    scene = place.scene
    shown = scene.then if answers.given(STORY, scene) else scene.before
    along = to_params(session.experiment()) | to_params(session.view())
    play = lectures.play(STORY, scene, shown)
    return along | play | {"notation": session.view().notation}


def _stops(place: Place) -> list[Stop]:
    return [Stop(name, _mark(place, k), k == place.number) for k, name in enumerate(ACTS.values())]


def _mark(place: Place, k: int) -> str:
    """State of an act's question in a word: answered, answered rightly, a surprise, or ""."""
    answer = answers.given(STORY, place.deck.scenes[k])
    if answer is None:
        return ""
    if answers.hidden() or answer.right is None:
        return "answered"
    return "answered rightly" if answer.is_right else "a surprise"


def _gone(place: Place) -> Callable[[int], None]:
    """Callback that goes to an act by its number."""
    return lambda k: session.follow(_link(place._replace(number=k)))


def _head(place: Place) -> None:
    scene = place.scene
    with st.container(horizontal=True, vertical_alignment="top", gap="medium", key="story_head"):
        with st.container(gap=None):
            st.title(lettered(scene, scene.title), anchor=False)
            st.markdown(lettered(scene, scene.say))
        _workshop()


def _workshop() -> None:
    page, link = story.workshop(session.own(Story))
    st.page_link(
        contents.page_link(page),
        label="Open this in the workshop",
        icon=":material/handyman:",
        query_params=link,
        help=f"The page {PAGES[page].title}, with the same settings.",
    )


def _foot(place: Place) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="story_foot"):
        with st.container():
            asking.offer(place)
        with st.container(horizontal=True, width="content", gap="small", key="story_ways"):
            _step(place, -1, "Previous", ":material/arrow_back:")
            _step(place, 1, "Next", ":material/arrow_forward:")
    _more(place)


def _step(place: Place, way: int, label: str, icon: str) -> None:
    """Button to the act beside this one; after the last a link to the list of lectures."""
    there = place.beside(way)
    with st.container(key=label.lower(), width="content"):
        if there is not None:
            st.button(
                label,
                icon=icon,
                key=f"go_{label.lower()}",
                help=lettered(there, there.title),
                on_click=_gone(place),
                args=(place.number + way,),
            )
        elif way > 0:
            st.page_link(
                contents.page_link("lectures"),
                label="Summary",
                icon=icon,
                query_params=lectures.ideas(STORY),
            )


def _more(place: Place) -> None:
    """Draw the row below the act: the exact wording, its numbers, and its check."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.popover("More exactly", type="tertiary"):
            st.markdown(lettered(place.scene, place.scene.exactly))
        controls.present_button()
        if not session.playing().presents:
            page_layout.download(PAGES[FIRST].title, session.take_away(numbers))
        found = "" if session.playing().presents else story.checked(session.own(Story))
        if not isinstance(found, str):
            st.markdown(f":gray-badge[Gradient check] :small[{in_markdown(found.words)}]")
