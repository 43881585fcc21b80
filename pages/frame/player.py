"""The player: the bar above the page of a scene, with what is said and what is asked there."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.frame import asking
from pages.frame.place import Place
from pages.ui import contents, controls, session
from pages.ui.answers import lettered
from pages.ui.models import lectures
from rnn_core.decks import Scene

STYLE = """<style>
.st-key-player { background: color-mix(in srgb, currentColor 5%, transparent);
  padding: 0.6rem 0.9rem; border-radius: 0.5rem; }
[class*="st-key-player_"] { flex-wrap: nowrap; }
.st-key-player a:not(:hover) { background: none; } /* a link to this page is not this scene */
.st-key-player a p { font-weight: 400; }
@media (max-width: 640px) {
  [class*="st-key-player_"] { flex-wrap: wrap; }
  .st-key-player_choices [class*="st-key-choice"] { min-width: 100%; }
  .st-key-player_head { gap: 0.2rem 0.6rem; }
  .st-key-player_head > :first-child { flex: 0 0 100%; }
  /* Of the ways on, back and forth keep their words; a screen reader hears those of the others. */
  .st-key-player_head > :not(:first-child, :has(.st-key-previous, .st-key-next)) :is(a, button) p
    { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
}
</style>"""


def bar(place: Place) -> None:
    """The strip under the navigation, and in lecture mode what the scene names."""
    st.html(STYLE)
    presents = session.playing().presents
    with st.container(key="player", gap="small"):
        _title(place) if presents else _head(place)
        if place.scene.question is None or not (presents or asking.is_open(place)):
            _said(place.scene)  # it may say the answer; a hall has no room for both
        if place.scene.question:
            asking.ask(place)
        if presents:  # at the foot of the window
            with _line("player_ways"):
                _ways(place)
                _exactly(place.scene, icon=":material/rule:")


def _line(key: str) -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=key)


def _title(place: Place) -> None:
    """The scene's title without its deck's, for lecture mode."""
    with st.container(key="player_title"):
        st.markdown(f"**{lettered(place.scene, place.scene.title)}**")


def _head(place: Place) -> None:
    """Deck and idea, where in the deck, and the ways on."""
    title, deck = (lettered(place.scene, text) for text in (place.scene.title, place.deck.title))
    with _line("player_head"):
        st.markdown(f":small[{deck}]  \n**{title}**", width="stretch")
        _ways(place)


def _ways(place: Place) -> None:
    """Links to the neighbouring scenes, and the scene's number between them."""
    count = len(place.deck.scenes)
    with st.container(key="previous", width="content"):
        _step(place, -1, "Previous", ":material/arrow_back:")
    st.progress((place.number + 1) / count, f"{place.number + 1} of {count}", width=64)
    with st.container(key="next", width="content"):
        _step(place, 1, "Next", ":material/arrow_forward:")
    if not session.playing().presents:
        _list(place, "All ideas", ":material/list:")
    controls.ways_on(contents.PAGES[place.scene.page])


def _said(scene: Scene) -> None:
    """Show the scene's text, and a button for its more exact wording."""
    with st.container(horizontal=True, vertical_alignment="center", key="player_said"):
        st.markdown(lettered(scene, scene.say), width="stretch")
        if not session.playing().presents:
            _exactly(scene)


def _exactly(scene: Scene, icon: str | None = None) -> None:
    """Button for the scene's more exact wording, where it has one."""
    if scene.exactly:
        with st.popover("More exactly", icon=icon, type="tertiary" if icon else "secondary"):
            st.markdown(lettered(scene, scene.exactly))


def _step(place: Place, way: int, label: str, icon: str) -> None:
    """A link to the scene beside this one; the list, with its summary, follows the last."""
    there: Scene | None = place.beside(way)
    if there is None:
        if way > 0:
            _list(place, "Summary", icon)
        return
    st.page_link(
        contents.page_link(there.page),
        label=label,
        icon=icon,
        query_params=lectures.play(place.name, there),
        help=lettered(there, there.title),
    )


def _list(place: Place, label: str, icon: str) -> None:
    st.page_link(
        contents.page_link(lectures.page_of(place.name)),
        label=label,
        icon=icon,
        query_params=lectures.ideas(place.name),
    )
