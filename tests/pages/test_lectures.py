"""The lectures' ideas: every link opens what it promises, and what is claimed is measured."""

from pathlib import Path

import numpy as np
import pytest

from pages.ui.contents import PAGES
from pages.ui.shelf import LINKED, shelf
from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.applications.distance import Distance, feel, sentence, together, untrained
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import LECTURES
from rnn_core.studies.scalar import Scalar, unroll_unit
from rnn_core.training.models import load

MODELS = Path(__file__).parents[2] / "assets" / "models"
DECKS = {name: deck for name, deck in shelf().decks.items() if name in LECTURES}
SCENES = [scene for deck in DECKS.values() for scene in deck.scenes]
PLACES = sorted({(scene.page, tuple(sorted(scene.settings.items()))) for scene in SCENES})


def test_five_lectures_and_every_page_has_its_idea():
    assert tuple(DECKS) == LECTURES and len(LECTURES) == 5
    assert set(PAGES) - {scene.page for scene in SCENES} == {"start", "lectures", "mine", "find"}
    for deck in DECKS.values():
        titles = [scene.title for scene in deck.scenes]
        assert len(titles) == len(set(titles)) >= 15


@pytest.mark.parametrize(("page", "settings"), PLACES, ids=lambda v: str(v))
def test_a_link_opens_its_page_as_it_says(visit, page, settings):
    reader = visit(page, {name: str(value) for name, value in settings}, notation="003")
    assert not reader.warning
    shown = dict(reader.query_params)
    for name, value in settings:  # what stands at its default is left out of a link
        setting = LINKED[page][name]
        assert setting.read(shown.get(name, setting.write(setting.default))) == value
    assert shown["notation"] == "003"


@pytest.mark.parametrize("lecture", LECTURES)
def test_a_lecture_is_listed_in_its_own_letters(visit, lecture):
    reader = visit("lectures", lecture=lecture)
    topics = [s.value for s in reader.subheader]
    assert topics == list(DECKS[lecture].topics)
    links = [e.proto for e in reader.get("page_link")]
    ours = [f":primary[{scene.title}]" for scene in DECKS[lecture].scenes]
    assert [p.label for p in links if p.label in ours] == ours
    if lecture == "001":  # s for h, U and W for the matrices
        assert any("sₜ = tanh(U xₜ + W sₜ₋₁)" in m.value for m in reader.markdown)


# -- what the sentences claim and no preset measures -------------------------------------------


def place(title):
    """The settings of a scene, by the beginning of its title."""
    (found,) = {tuple(s.settings.items()) for s in SCENES if s.title.startswith(title)}
    return dict(found)


def test_one_weight():
    linear, tanh, sigmoid = (
        unroll_unit(Scalar(phi=link["phi"], w=float(link["w"])))
        for link in map(place, ("The crucial term", "w above 1", "“Do we not"))
    )
    np.testing.assert_allclose(linear.product, linear.powers, rtol=1e-12)
    assert tanh.wish.w > 1 and tanh.product[-1] < 1e-12  # vanishes all the same
    assert sigmoid.wish.w > 4 and sigmoid.product[-1] < 1e-12  # above 4, and need not explode
    assert max(unroll_unit(Scalar(phi="sigmoid", w=4.0, x=-2.0)).each) <= 1  # up to 4 it cannot


def held(name, state):
    """The states of a gate's place, and its free run's."""
    link = place(name)
    done = run(Experiment(cell=link["cell"], initial="random"))
    twin = hold_gate(done, Hold(link["hold"], float(link["held_at"])))
    return [r.stages[0].trace.top.states[state][0] for r in (twin, done)]


def test_held_gates():
    stands, free = held("Update gate: how much", "h")
    assert np.ptp(stands, axis=0).max() == 0 < np.ptp(free, axis=0).max()
    without, free = held("Reset gate: reset", "h")
    assert 0 < np.abs(without[1:] - free[1:]).max() < np.abs(free).max()  # the past still counts
    cells, _ = held("Output gate: how", "c")
    hidden, _ = held("Output gate: how", "h")
    assert (hidden[1:] == 0).all() and np.abs(cells[1:]).min() > 0
    done = run(Experiment(cell="lstm"))
    twin = hold_gate(done, Hold("forget", 0.0)).stages[0]
    top = twin.trace.top
    np.testing.assert_allclose(top.after("c"), top.gates["input"] * top.gates["candidate"])
    assert np.abs(top.after("c")[0]).max() < 1


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_cell_vanishes_from_the_usual_start(cell):
    for seed in range(5):
        done = run(Experiment(cell=cell, steps=50, hidden=32, seed=seed))
        norms = done.stages[0].gradient.top.norms("h")
        assert norms[0] < 1e-6 * norms[-1]


def left(**settings):
    """Norm of the first state's gradient by that of the last one's, median of five draws."""
    runs = (run(Experiment(steps=50, hidden=32, seed=s, **settings)) for s in range(5))
    norms = [done.stages[0].gradient.top.norms("h") for done in runs]
    return np.median([n[0] / n[-1] for n in norms])


def test_an_lstms_starts_differ_more_than_the_cells_do():
    assert dict(place("Weight initialization"))["cell"] == "lstm"
    starts = [left(cell="lstm", init=i) for i in ("pytorch", "keras", "glorot", "orthogonal")]
    cells = [left(cell=c) for c in CELLS]
    assert max(starts) / min(starts) > 10 * max(cells) / min(cells)


def test_a_near_and_a_far_clue():
    near, far = (
        {c: felt_at_clue(c, Distance(**link)) for c in CELLS}
        for link in (place("“The clouds"), {**place("“I grew up"), "gap": 30})
    )
    assert all(min(trained, fresh) > 0.1 for trained, fresh, _ in near.values())
    for k in (0, 1):
        shares = [found[k] for found in far.values()]
        assert max(shares) > 1e3 * min(shares)
    assert far["lstm"][2] and far["lstm"][0] < 1e-3  # right, with hardly any gradient left


def felt_at_clue(cell, wish):
    network, asked = load(MODELS, f"sentences-{cell}").network, sentence(wish)
    fresh = together([feel(n, [asked]) for n in untrained(network, wish.untrained)])
    felt = feel(network, [asked])
    shares = [float(np.median(f.at_clue("share"))) for f in (felt, fresh)]
    return *shares, felt.named[0] == asked.answer
