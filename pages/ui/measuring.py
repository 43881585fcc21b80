"""Measures behind the questions of scenes, made once for all readers."""

from typing import Final

from pages.ui import session
from pages.ui.contents import PAGES
from pages.ui.results import stored
from pages.ui.shelf import LINKED
from pages.ui.view import VIEW
from rnn_core.decks import Question, Scene, Setup, setup
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import Value
from rnn_core.measures import MEASURES

Items = tuple[tuple[str, Value], ...]  # of a mapping, by name

TRAINING: Final = 20.0  # seconds: from one to minutes, as the page's own settings say
SECONDS: Final = {  # what takes longer than most, at most settings that scenes have
    "loss_over_baseline": TRAINING,
    "dropout_changes": TRAINING,
    "clipped_loss": TRAINING,
    "felt_back": 2.0,
    "translated": 2.0,
    "translated_lost": 2.0,
    "repeats": 2.0,
    "starts_apart": 0.2,
    "over_direct_path": 0.04,
}
MOST_TAKE: Final = 0.015  # seconds at T = 20, H = 16, one layer; T H² L times as long elsewhere
LOOKS: Final = VIEW.keys() - {"hold", "held_at", "held_steps"}  # they change no number


def _seconds(measure: str, _: Items, e: Experiment, __: Items) -> float:
    """About how long a measure takes, so that what takes long waits for its reader."""
    size = e.steps * e.hidden**2 * e.layers / (20 * 16**2)
    return SECONDS.get(measure, MOST_TAKE) * max(1.0, size)


@stored(_seconds, "Measuring")
def value(measure: str, parameters: Items, e: Experiment, own: Items) -> float | str:
    """A measure at these settings; a `ValueError` where there is none."""
    return MEASURES[measure](e, dict(own), dict(parameters))


Asked = tuple[str, Items, Experiment, Items]


def asked(question: Question, at: Setup) -> Asked:
    """Arguments of `value` for a question at a setup."""
    return question.measure, _items(question.parameters), at.experiment, _items(at.own)


def _items(found: object) -> Items:
    return tuple(sorted(dict(found).items()))  # type: ignore[call-overload]


def promised(scene: Scene) -> Setup:
    """The setup that the question is about: the scene's own, once it has moved."""
    return _numbers(scene, scene.then)


def on_screen(scene: Scene) -> Setup:
    """The setup that the reader looks at."""
    kind = PAGES[scene.page].own
    return _numbers(
        scene,
        {
            **vars(session.experiment()),
            **vars(session.view()),
            **(vars(session.own(kind)) if kind else {}),
        },
    )


def _numbers(scene: Scene, settings: dict[str, Value]) -> Setup:
    """A setup of those settings that change a number."""
    return setup(LINKED[scene.page], {n: v for n, v in settings.items() if n not in LOOKS})
