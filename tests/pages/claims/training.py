"""Training: races that end as told, on every recorded seed."""

from pages.ui.models import races
from pages.ui.session import Wish
from rnn_core.training.comparison import entries
from rnn_core.training.races import Race
from rnn_core.training.trainer import Trainer

SOON = 150  # updates of one run: some two seconds of computing


def race(wish: Wish) -> Race:
    """The recorded race that a scene opens on: recorded with exactly its settings."""
    found = races.recorded(entries(wish.experiment, wish.own))
    assert found is not None and len(found.seeds) >= 3
    return found


def gates_win(wish: Wish) -> bool:
    found = race(wish)
    won = all(found.solved(words) == len(found.seeds) for words in ("GRU", "LSTM"))
    return won and found.solved("RNN") == 0


def succeeds_soon(wish: Wish) -> bool:
    """The first live run falls below the dotted line in a few updates."""
    trainer = Trainer(entries(wish.experiment, wish.own)["LSTM"])
    seen = [u.validation for u in trainer.advance(600_000, SOON) if u.validation is not None]
    return min(seen) < 0.5 * trainer.task.baseline.loss


def start_decides(wish: Wish) -> bool:
    found = race(wish)
    return [found.solved(words) for words in found.words] == [0, len(found.seeds), 0]


CLAIMS = {
    "order": lambda w: gates_win(w) and succeeds_soon(w),
    "adding": lambda w: gates_win(w) and race(w).left("RNN") > 0.9,
    "starts": start_decides,
}
