"""Train every shipped network from nothing and write its weights and its card.

    python -m scripts.models                         all that need no file
    python -m scripts.models --text plays.txt        Shakespeare's as well
    python -m scripts.models sentiment captions      these only
    python -m scripts.models race-order              a recorded race: see `RACES`

The text is the collected plays that are known as "Tiny Shakespeare" (1,115,394 characters of plain
text); it is not part of this project.  Prices come from `plotly.data.stocks()`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

import numpy as np

from rnn_core.applications.scores import APPLICATIONS, Data, Report
from rnn_core.applications.sentiment import bag_to_keep, fitted_bag
from rnn_core.engine.network import Network
from rnn_core.tasks import captions, characters, entities, sentences, sentiment, series, translation
from rnn_core.tasks.characters import Corpus
from rnn_core.tasks.series import PriceChanges, Prices
from rnn_core.tasks.task import Task
from rnn_core.training import races
from rnn_core.training.models import Card, Model, save
from rnn_core.training.races import Race
from rnn_core.training.trainer import Trainer, Training

ASSETS = Path(__file__).resolve().parents[1] / "assets"
FOLDER, RACE_FOLDER = ASSETS / "models", ASSETS / "training"
PIECE = 64  # characters in a piece of text
NUMBERS = ("value",)
PLAYS = (
    "Tiny Shakespeare: 1,115,394 characters of his plays, given as a file. The last tenth is held "
    "out; two sonnets, which are no part of it, are scored as well."
)
PYTHON = (
    "Source of the standard library, from the interpreter that ran the training: the first 600,000 "
    "characters of the modules listed in rnn_core/tasks/characters.py. The last tenth is held out."
)
GRAMMAR = "Our own grammar, rnn_core/tasks/{}.py. One sentence in eight is held out by checksum; "


@dataclass(frozen=True)
class Recipe:
    """Recipe of one shipped network: task, settings, data and margin."""

    application: str
    title: str
    data: str
    task: Callable[[Any], Task]
    training: Mapping[str, Any]
    symbols: Callable[[Any], tuple[tuple[str, ...], tuple[str, ...]]]  # inputs, outputs
    beats: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    needs: str = ""  # "text", "python" or "prices"


def train(name: str, recipe: Recipe, data: Any) -> Model:
    """Train, score, and write the card."""
    task = recipe.task(data)
    settings = Training(
        **{
            "optimiser": "adam",
            "rate": 0.01,
            "schedule": "cosine",
            "clip": "norm",
            "threshold": 1.0,
            "dtype": "float32",
            "init": "keras",
            "batch": 64,
            "watch": 0,
            "validate": 0,
            **recipe.training,
        }
    )
    trainer = Trainer(settings, task)
    for _ in trainer.updates():
        pass
    if trainer.stopped:
        raise RuntimeError(f"{name}: {trainer.stopped}")
    model = Model(_card(name, recipe, settings, trainer, data), _rounded(trainer), _extras(task))
    return _scored(model, data)


def _rounded(trainer: Trainer) -> tuple[Network, ...]:
    """The networks as they are when read back: float32 numbers in float64 arrays."""
    return tuple(
        network.load_state_dict(
            {n: np.float32(w).astype(float) for n, w in network.weights.items()}
        )
        for network in trainer.networks
    )


def _extras(task: Task) -> dict[str, Any]:
    if isinstance(task, sentiment.Sentiment):
        return bag_to_keep(fitted_bag())
    if not isinstance(task, Corpus):
        return {}
    return {"pairs": characters.counted_pairs(task.trained_on, len(task.alphabet))}


def _card(name: str, recipe: Recipe, s: Training, trainer: Trainer, data: Any) -> Card:
    inputs, outputs = recipe.symbols(trainer.task)
    file = " PLAYS=plays.txt" if recipe.needs == "text" else ""
    return Card(
        name=name,
        application=recipe.application,
        title=recipe.title,
        data=recipe.data,
        cell=s.cell,
        hidden=s.hidden,
        direction=s.direction,
        readout=trainer.task.readout,
        parameters=trainer.objective.packing.size,
        updates=s.updates,
        batch=s.batch,
        rate=s.rate,
        seed=s.seed,
        loss=0.0,
        command=f"make models MODELS={name}{file}",
        inputs=inputs,
        outputs=outputs,
        beats=recipe.beats,
        about=_about(recipe, data),
        settings={
            "init": s.init,
            "optimiser": s.optimiser,
            "schedule": s.schedule,
            "clip": s.clip,
            "threshold": s.threshold,
        },
    )


def _about(recipe: Recipe, data: Any) -> dict[str, str]:
    """Versions and checksums that a score depends on, where data are not ours."""
    if isinstance(data, str):
        about = {"sha256 of the text": hashlib.sha256(data.encode()).hexdigest()}
        if recipe.needs == "python":
            about["python"] = platform.python_version()
        return about
    if isinstance(data, Prices):
        return {"shares": ", ".join(data.names), "weeks": str(data.prices.shape[1])}
    return {}


def _scored(model: Model, data: Data) -> Model:
    report = APPLICATIONS[model.card.application].measure(model, data)
    card = replace(
        model.card,
        loss=_short(report.loss),
        scores={name: _short(value) for name, value in report.scores.items()},
        baselines={name: _short(value) for name, value in report.baselines.items()},
    )
    _check(card, report)
    return replace(model, card=card)


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _check(card: Card, report: Report) -> None:
    """A network that does not beat its baseline by the margin on its card is not written."""
    application = APPLICATIONS[card.application]
    for score, (baseline, margin) in card.beats.items():
        mine, other = report.scores[score], report.baselines[baseline]
        if not application.beats(mine, other, margin):
            raise RuntimeError(f"{card.name}: {score} {mine:.4g}, {baseline} {other:.4g}")


# -- recipes -------------------------------------------------------------------------------------


def _shakespeare(cell: str, margin: float) -> Recipe:
    return Recipe(
        "characters",
        f"Next character of Shakespeare's plays, {cell.upper()}",
        PLAYS,
        lambda text: Corpus(text, PIECE),
        {"cell": cell, "hidden": 128, "batch": 50, "updates": 5000, "rate": 0.005},
        lambda task: (task.alphabet, task.alphabet),
        {
            "held-out tenth": ("counted pairs, held-out tenth", margin),
            "sonnets": ("counted pairs, sonnets", margin - 0.1),
        },
        needs="text",
    )


def _translation(hidden: int, margin: float) -> Recipe:
    return Recipe(
        "translation",
        f"Numbers from English to French through {hidden} hidden units",
        "Numbers of up to six digits in words, by the rules in rnn_core/tasks/translation.py. "
        "One in eight from 100 on is held out by checksum.",
        lambda _: translation.Translation(),
        {"cell": "gru", "hidden": hidden, "updates": 3000},
        lambda _: (translation.SOURCE.words, translation.TARGET.words),
        {"whole numbers": ("word by word from a dictionary", margin)} if margin else {},
    )


def _entities(direction: str, title: str, beats: Mapping[str, tuple[str, float]]) -> Recipe:
    return Recipe(
        "entities",
        title,
        GRAMMAR.format("entities") + "so is one in ten pairs of a name and a clue.",
        lambda _: entities.Entities(),
        {"cell": "gru", "hidden": 24, "updates": 800, "direction": direction},
        lambda _: (entities.VOCABULARY.words, entities.TAGS),
        beats,
    )


def _sentences(cell: str, margin: float) -> Recipe:
    best = "language of the last country named, gap {}"
    return Recipe(
        "sentences",
        f"Which language? Clue and answer up to 30 words apart, {cell.upper()}",
        GRAMMAR.format("sentences") + "training never has a gap above 30 words.",
        lambda _: sentences.LongTerm(30),
        {"cell": cell, "hidden": 32, "updates": 1500},
        lambda _: (sentences.VOCABULARY.words, sentences.ANSWERS.words),
        {f"gap {gap}": (best.format(gap), margin) for gap in (20, 30)} if margin else {},
    )


def _series(name: str, title: str, data: str, task: Any, training: Any, **more: Any) -> Recipe:
    return Recipe(
        name, title, data, task, {"cell": "gru", **training}, lambda _: (NUMBERS, NUMBERS), **more
    )


RECIPES: dict[str, Recipe] = {
    "sentiment": Recipe(
        "sentiment",
        "Sentiment of a sentence with negation and contrast",
        GRAMMAR.format("sentiment") + "so are all sentences with one of ten pairs of negator and "
        "adjective.",
        lambda _: sentiment.Sentiment(),
        {"cell": "gru", "hidden": 32, "updates": 1000},
        lambda _: (sentiment.VOCABULARY.words, sentiment.LABELS),
        {
            "held-out sentences": ("bag of words, held-out sentences", 0.3),
            "unseen combinations": ("bag of words, unseen combinations", 0.3),
        },
    ),
    "entities-forward": _entities(
        "forward",
        "Named entities, read forward only",
        {"all words, held-out": ("usual tag of the word, all words, held-out", 0.0)},
    ),
    "entities-both": _entities(
        "bidirectional",
        "Named entities, read in both directions",
        {
            name: (f"usual tag of the word, {name}", 0.4)
            for name in ("names decided later, held-out", "names decided later, unseen pairs")
        },
    ),
    "translation-16": _translation(16, 0.0),
    "translation-96": _translation(96, 0.3),
    "captions": Recipe(
        "captions",
        "Captions of drawn shapes",
        "Drawings of our own, rnn_core/tasks/captions.py, with fresh places and noise; seven of 56 "
        "captions are never trained on.",
        lambda _: captions.Captions(),
        {"cell": "gru", "hidden": 128, "batch": 128, "updates": 5000, "rate": 0.005},
        lambda _: (
            tuple(f"pixel {k + 1}" for k in range(captions.PIXELS)) + captions.WORDS.words,
            captions.WORDS.words,
        ),
        {
            "held-out drawings": ("caption of the nearest known drawing, held-out drawings", 0.005),
            "unseen combinations": (
                "caption of the nearest known drawing, unseen combinations",
                0.15,
            ),
        },
    ),
    "wave": _series(
        "wave",
        "Next value of a noisy wave",
        "Two sines of drawn phase and period with noise of standard deviation 0.1, "
        "rnn_core/tasks/series.py; held out are freshly drawn waves.",
        lambda _: series.Wave(),
        {"hidden": 32, "updates": 1500},
        beats={"error of the next value": ("last value again", 0.1)},
    ),
    "prices": _series(
        "prices",
        "Next week's change of stock prices",
        "Weekly prices of six shares, 2018 and 2019, as they ship with Plotly. Held out is the "
        "last quarter of the weeks.",
        PriceChanges,
        {"hidden": 8, "updates": 200, "batch": 6, "rate": 0.005},
        needs="prices",
    ),
    "sentences-rnn": _sentences("rnn", 0.0),
    "sentences-gru": _sentences("gru", 0.2),
    "sentences-lstm": _sentences("lstm", 0.2),
    "python": Recipe(
        "python",
        "Next character of Python source, GRU",
        PYTHON,
        lambda text: Corpus(text, PIECE),
        {"cell": "gru", "hidden": 128, "batch": 50, "updates": 2000, "rate": 0.005},
        lambda task: (task.alphabet, task.alphabet),
        {"held-out tenth": ("counted pairs, held-out tenth", 0.5)},
        needs="python",
    ),
    "characters-rnn": _shakespeare("rnn", 0.5),
    "characters-gru": _shakespeare("gru", 0.7),
    "characters-lstm": _shakespeare("lstm", 0.7),
}


SEEDS = (0, 1, 2)
RECALL = {"hidden": 8, "batch": 32, "optimiser": "adam", "rate": 0.02, "clip": "norm"}
ORDER = RECALL | {"task": "order", "length": 30, "updates": 400, "validate": 10}
ADDING = RECALL | {"task": "adding", "length": 50, "updates": 1000, "validate": 25}
RACES: dict[str, tuple[str, str, dict[str, Any]]] = {  # title, what differs, settings
    "order": ("Which came first?", "cell", ORDER | {"init": "keras"}),
    "adding": ("Two numbers to add", "cell", ADDING | {"init": "keras"}),
    "starts": ("One cell, three starts", "init", ORDER | {"cell": "lstm"}),
}


def recorded(name: str) -> Race:
    """Record a race of `RACES` on every seed."""
    title, versus, settings = RACES[name]
    return races.record(name, title, versus, settings, SEEDS)


def prices() -> Prices:
    """The weekly prices that ship with Plotly."""
    import plotly.data

    table = plotly.data.stocks()
    return Prices.of({name: table[name].tolist() for name in table.columns if name != "date"})


def data_for(recipe: Recipe, text: Path | None) -> Any:
    """Data of a recipe; None where it needs none."""
    if recipe.needs == "text":
        assert text is not None
        return text.read_text(encoding="utf-8")
    if recipe.needs == "python":
        return characters.python_text()
    return prices() if recipe.needs == "prices" else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("names", nargs="*", help="only these; without names, all")
    options.add_argument("--text", type=Path, help="the plays, a file of plain text")
    given = options.parse_args()
    known = (*RECIPES, *(f"race-{name}" for name in RACES))
    if unknown := set(given.names) - set(known):
        options.error(f"no such network: {', '.join(sorted(unknown))}; {', '.join(known)}")
    for name in given.names or known:
        start = time.perf_counter()
        scores = _race(name) if name not in RECIPES else _network(name, given.text)
        print(f"{name:18} {time.perf_counter() - start:5.0f} s  {scores}", flush=True)


def _race(name: str) -> str:
    """Record and save a race; returns each run's score in words."""
    race = recorded(name.removeprefix("race-"))
    races.save(RACE_FOLDER, race)
    return ", ".join(f"{lane.words} {lane.score:.4g}" for lane in race.lanes)


def _network(name: str, text: Path | None) -> str:
    """Train a network; its scores."""
    recipe = RECIPES[name]
    if recipe.needs == "text" and text is None:
        return "needs the plays as a file (PLAYS=plays.txt); left as it is."
    model = train(name, recipe, data_for(recipe, text))
    save(FOLDER, model)
    return ", ".join(f"{k} {v:.4g}" for k, v in model.card.scores.items())


if __name__ == "__main__":
    sys.exit(main())
