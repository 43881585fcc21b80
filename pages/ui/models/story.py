"""Results for the five acts of the story, made once for all readers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from pages.ui import runs, shipped
from pages.ui.models import races as races_page
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications import distance
from rnn_core.applications.characters import Read, Reading, read
from rnn_core.applications.connectivity import heard
from rnn_core.applications.distance import Distance, Felt
from rnn_core.arrays import Array
from rnn_core.engine.clip import Clipped
from rnn_core.experiment.experiment import SETTINGS, Experiment, to_params
from rnn_core.experiment.run import Run
from rnn_core.experiment.settings import settings_of
from rnn_core.studies import story
from rnn_core.studies.story import GAPS, HELD, ON, RACE, Highway, Story, Walk
from rnn_core.tasks.sentences import Sentence
from rnn_core.training import races
from rnn_core.training.comparison import Plan
from rnn_core.training.models import Model
from rnn_core.training.races import Race

READER: Final = "characters-gru"
CELLS: Final = ("rnn", "gru", "lstm")
LETTERS: Final = 70  # that the network writes
HEAT, DRAW = 0.4, 2


def model(name: str) -> Model:
    """A network that ships with the app; a `ValueError` says why it cannot be had."""
    return shipped.load(name)


@stored()
def drawn(what: str, hall: bool, _draw: Callable[[], Any]) -> Any:
    """A picture at all positions of its slider, drawn once for all readers."""
    return _draw()


# -- act 1 -----------------------------------------------------------------------------------------


def reading(wish: Story) -> Read:
    """The reader's text, and how the network goes on."""
    found = model(READER)
    given, _ = heard(wish.opening or str(settings_of(Story)["opening"].default), found.card.inputs)
    return _read(given or " ", found)


@stored()
def _read(given: str, _model: Model) -> Read:
    return read(_model, given, LETTERS, HEAT, DRAW)


# -- act 2 -----------------------------------------------------------------------------------------

Remembered = tuple[tuple[Sentence, Mapping[str, Felt]], ...]


def remembered() -> Remembered:
    """A sentence for every gap, with each network's gradients and answers."""
    return _remembered({cell: model(f"sentences-{cell}") for cell in CELLS})


@stored()
def _remembered(_models: Mapping[str, Model]) -> Remembered:
    asked = [distance.sentence(Distance(gap=gap)) for gap in GAPS]
    return tuple((s, {c: distance.feel(m.network, [s]) for c, m in _models.items()}) for s in asked)


# -- acts 3, 4, 5 ----------------------------------------------------------------------------------


def grid(name: str) -> tuple[float, ...]:
    """Every value of a slider."""
    setting = settings_of(Story)[name]
    count = round((setting.high - setting.low) / setting.step)
    return tuple(round(setting.low + k * setting.step, 6) for k in range(count + 1))


@stored()
def travelled() -> tuple[Array, ...]:
    """The gradient at every state, for every strength of the slider."""
    return tuple(story.travelled(strength) for strength in grid("strength"))


@stored()
def cut(begins: str, clipping: str) -> tuple[Clipped, Walk]:
    """One update and one descent."""
    wish = Story(begins=begins, clipping=clipping)
    return story.cut(wish), story.walked(wish)


def fresh() -> Run:
    """The LSTM of act five."""
    return runs.compute(story.FRESH)


def highways() -> tuple[Highway, tuple[Highway, ...]]:
    """Highways of the fresh LSTM, free and with the gate held at every value of the slider."""
    return _highways(fresh())


@stored()
def _highways(_free: Run) -> tuple[Highway, tuple[Highway, ...]]:
    held = tuple(story.highway(_free, value) for value in grid("kept"))
    return story.highway(_free, None), held


def raced() -> Race:
    """The race of three cells as it was recorded."""
    return races.load(races_page.FOLDER, "order")


def letters(e: Experiment) -> str:
    """The symbols that an experiment reads, as one string."""
    return "".join(runs.compute(e).sequence.labels)


# -- round the picture -----------------------------------------------------------------------------


def checked(wish: Story) -> Check | str:
    """The gradient check of the act's run; acts one and two read with trained networks."""
    e = experiment(wish)
    return runs.check(runs.compute(e)) if e else ""


def experiment(wish: Story) -> Experiment | None:
    """The run that the act is about."""
    if wish.act == "3":
        return story.spread(wish.strength)
    if wish.act == "4":
        clip = "norm" if wish.clipping == ON else "off"
        start = story.STARTS[wish.begins]
        return replace(start, clip=clip, threshold=story.THRESHOLD)
    return story.FRESH if wish.act == "5" and wish.shows != RACE else None


def live() -> dict[str, str]:
    """The link that runs the race on the page Training, all three cells side by side."""
    found = raced()
    shared = {n: v for n, v in found.settings.items() if n in SETTINGS}
    lesson = {n: v for n, v in found.settings.items() if n not in SETTINGS}
    return to_params(Experiment(**shared)) | to_params(Plan(**lesson, versus=found.versus))


def workshop(wish: Story) -> tuple[str, dict[str, str]]:
    """The page where the act's picture can be taken apart, and the link to the same settings."""
    e = experiment(wish)
    given = to_params(e) if e else {}
    match wish.act:
        case "1":
            return "characters", to_params(Reading(writer=READER, opening=wish.opening))
        case "2":
            return "distance", to_params(Distance(gap=wish.gap))
        case "3":
            return "flow", given
        case "4":
            return "clipping", given
    if wish.shows == RACE:
        return "training", live()
    hold = {"hold": "forget", "held_at": f"{wish.kept:g}"} if wish.grip == HELD else {}
    return "hold", given | hold
