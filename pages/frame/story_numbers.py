"""The table of numbers of the act on screen."""

from pages.figures.story import memory, reading, rows
from pages.ui import session
from pages.ui.models import story
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.story import RACE, Story


def numbers(_e: Experiment, _view: session.View, wish: Story) -> Table:
    """Every number that the act's picture can show, in long form."""
    return Table(_rows(wish))


def _rows(wish: Story) -> rows.Rows:
    match wish.act:
        case "1":
            return rows.reads(reading.chain_of(story.reading(wish), story.model(story.READER)))
        case "2":
            return rows.remembers([memory.asked_of(*each) for each in story.remembered()])
        case "3":
            return rows.travels(zip(story.grid("strength"), story.travelled(), strict=True))
        case "4":
            return rows.clips(*story.cut(wish.begins, wish.clipping))
    if wish.shows == RACE:
        return rows.raced(story.raced())
    free, held = story.highways()
    return rows.holds([(None, free), *zip(story.grid("kept"), held, strict=True)])
