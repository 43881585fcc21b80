"""The table of contents: one entry per page, in reading order."""

from base64 import b64encode
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rnn_core.analysis.loss_state_matrix import Pick
from rnn_core.applications.captions import Sketch
from rnn_core.applications.characters import Reading
from rnn_core.applications.connectivity import Connected
from rnn_core.applications.distance import Distance
from rnn_core.applications.entities import Mention
from rnn_core.applications.sentiment import Review
from rnn_core.applications.series import Forecast
from rnn_core.applications.translation import Number
from rnn_core.decks.finding import Sought
from rnn_core.decks.syllabus import Syllabus
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters
from rnn_core.experiment.settings import relevant
from rnn_core.studies.byhand import WRITTEN, Walk
from rnn_core.studies.ceiling import Ceiling
from rnn_core.studies.cliff import Cliff
from rnn_core.studies.scalar import Scalar
from rnn_core.studies.starts import Starts
from rnn_core.studies.story import Story
from rnn_core.studies.truncated import Cut
from rnn_core.training.comparison import Plan
from rnn_core.training.trainer import SHARED


@dataclass(frozen=True)
class Page:
    """A page's name, and the two or three settings that stand above its picture."""

    title: str
    icon: str
    # Of the experiment or the page's own; all others: "More settings". What another of them can
    # hide stands last: nothing moves when it goes or comes.
    main: tuple[str, ...]
    section: str = "see"
    own: type | None = None  # a table of settings that this page alone has
    drawn: tuple[str, ...] = ()  # those of its own that its picture draws itself
    beside: str = ""  # the page whose entry in the navigation this one shares
    uses: frozenset[str] | None = None  # the only settings that matter here; None: all do
    every_cell: bool = False  # the page draws all cells, so every cell's settings matter
    letters: bool = False  # the page has the menu of notations beside its picture
    variants: bool = False  # the page itself tells where a notation writes another cell
    scenic: bool = True  # it has a picture that can be a scene of a deck
    parts: tuple[str, ...] = ("picture",)  # what its picture consists of, in the order it is drawn
    live: int = 1  # how many of them follow a slider that is dragged; the others wait for its rest

    def minds(self, e: Experiment, own: object) -> tuple[str, ...]:
        """Settings that change anything here, but for own ones that the picture draws; own first.

        `own` is a record of the page's own settings, None where it has none.
        """
        others = relevant(own) if own is not None else ()
        shared = (n for n in SETTINGS if self.uses is None or n in self.uses)
        found = (n for n in shared if matters(e, n, every_cell=self.every_cell))
        return (*(n for n in others if n not in self.drawn), *found)


NONE: Final[frozenset[str]] = frozenset()  # of the experiment's settings: the page has its own

SECTIONS: Final = {  # the menus of the navigation bar; an empty title puts its pages in the bar
    "start": "",
    "see": "What happens inside?",
    "gradients": "Where does the gradient go?",
    "training": "Does it learn?",
    "applications": "What is it good for?",
}
PAGES: Final = {
    "start": Page(
        "Start", ":material/home:", (), section="start", own=Story, uses=NONE, scenic=False
    ),
    "lectures": Page(
        "Lectures",
        ":material/school:",
        (),
        section="start",
        own=Syllabus,
        drawn=("lecture", "audience"),
        uses=NONE,
        letters=True,
        scenic=False,
    ),
    "mine": Page(
        "My deck",
        ":material/playlist_play:",
        (),
        section="start",
        uses=NONE,
        beside="lectures",
        scenic=False,
    ),
    "find": Page(
        "Find",
        ":material/search:",
        (),
        section="start",
        own=Sought,
        uses=NONE,
        letters=True,
        drawn=("find",),
        scenic=False,
    ),
    "unrolled": Page(
        "Unrolled",
        ":material/account_tree:",
        ("cell", "scale", "steps"),
        parts=("picture", "more"),
    ),
    "wirings": Page(
        "Wirings",
        ":material/schema:",
        ("wiring", "cell", "steps"),
        parts=("picture", "more"),
    ),
    "cell": Page(
        "Cell",
        ":material/memory:",
        ("cell", "scale", "forget_bias"),
        letters=True,
        parts=("picture", "equations", "more"),
    ),
    "hold": Page(
        "Hold a gate",
        ":material/front_hand:",
        ("hold", "held_at"),
        beside="cell",
        parts=("picture", "more"),
    ),
    "gates": Page("Gates", ":material/grid_on:", ("cell", "scale", "forget_bias")),
    "saturation": Page(
        "Saturation",
        ":material/scatter_plot:",
        ("cell", "scale", "forget_bias"),
        beside="gates",
        parts=("picture", "more"),
    ),
    "notation": Page(
        "Notation",
        ":material/translate:",
        ("cell", "notation"),
        letters=True,
        variants=True,
        parts=("picture", "formulas", "more"),
    ),
    "gradients": Page(
        "Gradients",
        ":material/trending_down:",
        ("scale", "steps", "clip"),
        section="gradients",
        every_cell=True,
        parts=("picture", "more"),
    ),
    "flow": Page(
        "Gradient flow",
        ":material/stacked_line_chart:",
        ("init", "forget_bias", "steps"),
        section="gradients",
        every_cell=True,
        beside="gradients",
    ),
    "phase": Page(
        "Phase map",
        ":material/grid_view:",
        ("init", "forget_bias", "gain"),
        section="gradients",
        every_cell=True,
        beside="gradients",
    ),
    "jacobians": Page(
        "Jacobian product",
        ":material/ssid_chart:",
        ("cell", "init", "scale"),
        section="gradients",
        beside="scalar",
        parts=("picture", "spectra"),
    ),
    "credit": Page(
        "Credit matrix",
        ":material/network_node:",
        ("of", "cell", "init"),
        section="gradients",
        own=Pick,
        parts=("picture", "pair"),
    ),
    "truncated": Page(
        "Truncated BPTT",
        ":material/carpenter:",
        ("window", "cell", "init"),
        section="gradients",
        own=Cut,
        every_cell=True,
        beside="credit",
        parts=("picture", "windows", "clue"),
    ),
    "scalar": Page(
        "One weight",
        ":material/looks_one:",
        ("w", "n", "phi"),
        section="gradients",
        own=Scalar,
        uses=NONE,
        parts=("picture", "states"),
    ),
    "starts": Page(
        "Starts compared",
        ":material/compare_arrows:",
        ("vary", "cell", "scale"),
        section="gradients",
        own=Starts,
        parts=("picture", "more"),
    ),
    "clipping": Page(
        "Clipping",
        ":material/content_cut:",
        ("clip", "gain", "threshold"),
        section="gradients",
        parts=("bar", "arrows", "parameters", "textbook"),
    ),
    "cliff": Page(
        "The cliff",
        ":material/landscape:",
        ("mode", "rate", "limit"),
        section="gradients",
        own=Cliff,
        uses=NONE,
        beside="clipping",
        parts=("picture", "more"),
    ),
    "ceiling": Page(
        "A ceiling, never a floor",
        ":material/vertical_align_top:",
        ("limit", "mode", "rate"),
        section="gradients",
        own=Ceiling,
        uses=NONE,
        beside="clipping",
        parts=("picture", "losses"),
    ),
    "distance": Page(
        "Long-term dependency",
        ":material/social_distance:",
        ("sentence", "gap", "country"),
        section="gradients",
        own=Distance,
        uses=NONE,
        parts=("picture", "untrained", "more"),
        live=2,
    ),
    "byhand": Page(
        "BPTT by hand",
        ":material/edit_note:",
        ("text", "activation", "scale"),
        section="gradients",
        own=Walk,
        uses=WRITTEN,
        every_cell=True,  # whichever cell is set, a plain RNN is written out
        drawn=("weight", "stage", "error", "component", "exercise"),
        parts=("picture", "more", "expansion", "nested"),
    ),
    "training": Page(
        "Training",
        ":material/fitness_center:",
        (),
        section="training",
        own=Plan,
        uses=SHARED,
        every_cell=True,
        parts=("race", "more", "inside"),
    ),
    "characters": Page(
        "Character model",
        ":material/text_fields:",
        ("heat", "writer", "opening"),
        section="applications",
        own=Reading,
        uses=NONE,
        drawn=("writer", "opening", "heat", "searched", "neuron"),
        parts=("picture", "more"),
    ),
    "connectivity": Page(
        "Connectivity",
        ":material/hub:",
        ("passage", "foretold"),
        section="applications",
        own=Connected,
        uses=NONE,
        drawn=("passage", "foretold"),
        beside="characters",
        parts=("picture", "more"),
    ),
    "sentiment": Page(
        "Sentiment",
        ":material/thumbs_up_down:",
        ("review", "order"),
        section="applications",
        own=Review,
        uses=NONE,
        drawn=("review", "order"),
        parts=("picture", "typed", "more"),
    ),
    "entities": Page(
        "Named entities",
        ":material/sell:",
        ("sentence",),
        section="applications",
        own=Mention,
        uses=NONE,
        drawn=("sentence", "word"),
        beside="sentiment",
        parts=("picture", "more"),
    ),
    "translation": Page(
        "Translation",
        ":material/g_translate:",
        ("english",),
        section="applications",
        own=Number,
        uses=NONE,
        drawn=("english",),
        parts=("picture", "more"),
    ),
    "captions": Page(
        "Captions",
        ":material/imagesmode:",
        ("which", "drawn"),
        section="applications",
        own=Sketch,
        uses=NONE,
        drawn=("which", "drawn"),
        beside="translation",
        parts=("picture", "more"),
    ),
    "series": Page(
        "Time series",
        ":material/query_stats:",
        ("series", "horizon", "share"),
        section="applications",
        own=Forecast,
        uses=NONE,
        parts=("picture", "errors"),
    ),
}
FIRST: Final = "start"
FOLDER: Final = Path(__file__).resolve().parents[1]
_SVG: Final = (FOLDER.parent / "assets" / "favicon.svg").read_bytes()
ICON: Final = "data:image/svg+xml;base64," + b64encode(_SVG).decode()  # a path is read every run


def page_link(name: str) -> StreamlitPage:
    """The page as `st.navigation` and `st.page_link` take it.

    A copy: `st.navigation` marks the page that may run, and readers' runs overlap.
    """
    return copy(_made(name))


@cache
def _made(name: str) -> StreamlitPage:
    """The page for Streamlit, made once: it looks for the file and reads all icons' names."""
    page = PAGES[name]
    made = st.Page(
        FOLDER / f"{name}.py",
        title=page.title,
        icon=page.icon,
        url_path=name,
        default=name == FIRST,
        visibility="hidden" if page.beside else "visible",
    )
    assert made.title == page.title  # not outside of a run: there Streamlit makes a hollow one
    return made


def name_of(page: Page) -> str:
    """The page's name in links."""
    return next(name for name, each in PAGES.items() if each is page)


def group(page: Page) -> tuple[str, ...]:
    """The pages that share one entry in the navigation, this one among them."""
    first = page.beside or name_of(page)
    return tuple(n for n, each in PAGES.items() if first in (n, each.beside))


def navigation() -> tuple[Page, StreamlitPage]:
    """The page asked for: our entry, and the script to run."""
    links = {name: page_link(name) for name in PAGES}
    menus = {
        title: [links[name] for name, page in PAGES.items() if page.section == section]
        for section, title in SECTIONS.items()
    }
    asked = st.navigation({t: pages for t, pages in menus.items() if pages}, position="top")
    name = next(n for n, link in links.items() if link.title == asked.title)
    return PAGES[name], asked
