"""My deck: the reader's own scenes, in order, to play, to present and to hand on."""

from pages.ui import contents, deck_editor, page_layout, session
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment

MORE = (
    "Press “Add to my deck” above any picture; put the scenes in order here, and play them.\n\n"
    "A scene is a page at its settings, with a title and a note. Your deck is kept in this "
    "browser, in a file that you download, or in a link: nothing is sent anywhere."
)

EXPLAINED = """
**Play** leads from scene to scene as through a lecture, **Present** on any scene does so before a
hall. A scene that was added from a lecture asks its question here as well. The file is plain text
(TOML): there a scene can be given a question of its own.
"""


def picture() -> page_layout.Parts:
    """The deck's editor; nothing is computed here, so there is nothing to check."""
    yield "picture"
    deck_editor.editor()
    return ""


KEPT = session.keeper(session.MINE)


def numbers(_: Experiment, __: session.View) -> Table:
    """The deck's scenes, one per row."""
    deck = KEPT()
    return Table.of(
        {"title": s.title, "page": contents.PAGES[s.page].title, "note": s.say}
        for s in getattr(deck, "scenes", ())
    )


page_layout.page("Scenes of your own, in the order you want", MORE, picture, EXPLAINED, numbers)
