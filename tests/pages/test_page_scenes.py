"""Every page's own scenes: read, linked, shown on opening, and each claim measured."""

from importlib import import_module

import pytest

from pages.ui import page_layout
from pages.ui.contents import PAGES
from pages.ui.session import link_of, read
from pages.ui.shelf import own_scenes
from rnn_core.experiment.experiment import SETTINGS
from tests.pages.choices import choices, controls

DECKS = own_scenes().decks
SCENES = [
    pytest.param(page, scene, id=f"{page}-{scene.id}")
    for page, deck in DECKS.items()
    for scene in deck.scenes
]
MOST_SCENES, LINE, CHIP = 4, 155, 28  # letters in a line of 1280 pixels, and on a button


def test_the_files_can_be_read_and_belong_to_a_page():
    assert not own_scenes().faults and DECKS.keys() <= PAGES.keys()


@pytest.mark.parametrize("page", DECKS)
def test_a_page_has_few_scenes_and_every_one_claims_something_measured(page):
    scenes, claims = DECKS[page].scenes, import_module(f"tests.pages.claims.{page}").CLAIMS
    assert len(scenes) <= MOST_SCENES and {s.page for s in scenes} == {page}
    assert {s.id for s in scenes} == claims.keys()
    assert len({frozenset(s.before.items()) for s in scenes}) == len(scenes)


@pytest.mark.parametrize(("page", "scene"), SCENES)
def test_the_claim_holds(page, scene):
    claims = import_module(f"tests.pages.claims.{page}").CLAIMS
    assert claims[scene.id](read(link_of(scene), PAGES[page]))


@pytest.mark.parametrize(("page", "scene"), SCENES)
def test_a_scene_has_a_link_that_controls_can_show_and_a_line_that_fits(page, scene):
    wish = read(link_of(scene), PAGES[page])
    assert not wish.notes
    e = wish.experiment
    assert all(s.snap(getattr(e, n)) == getattr(e, n) for n, s in SETTINGS.items())
    assert len(scene.say) <= LINE and len(scene.title) <= CHIP


@pytest.mark.parametrize("page", DECKS)
def test_a_bare_link_opens_on_the_first_scene_and_others_are_a_press_away(visit, page):
    first, *others = DECKS[page].scenes
    reader = visit(page)
    if others:
        assert reader.button_group(key="scenes").value == first.id
        for scene in others:
            reader.button_group(key="scenes").set_value(scene.id).run()
            assert reader.button_group(key="scenes").value == scene.id
            assert scene.say in {m.value for m in reader.markdown}
    expected = read(link_of(others[-1] if others else first), PAGES[page])
    found = reader.session_state["session"]
    assert found.experiment == expected.experiment and not found.touched


@pytest.mark.parametrize("page", DECKS)
def test_its_own_address_opens_the_same_scene_again(visit, page):
    reader = visit(page)
    again = visit(page, dict(reader.query_params))
    found, before = again.session_state["session"], reader.session_state["session"]
    assert found.experiment == before.experiment and found.own == before.own


@pytest.mark.parametrize(("page", "scene"), SCENES)
def test_a_choice_moves_no_control_that_stays(page, scene):
    """The boxes themselves are compared in a browser (tests/browser/test_frame.py)."""
    wish = read(link_of(scene), PAGES[page])
    before = controls(PAGES[page], wish.experiment, wish.own)
    for name, value, after in choices(PAGES[page], wish):
        stay = set(before) & set(after)
        assert [before.index(n) for n in stay] == [after.index(n) for n in stay], (name, value)


@pytest.mark.parametrize("page", DECKS)
def test_the_words_that_follow_a_scenes_fit_its_line(visit, monkeypatch, page):
    """Who moves a control leaves the scene: other words stand above the picture, as many lines."""
    found = []
    monkeypatch.setattr(page_layout, "page", lambda claim, more, *rest: found.append(more))
    visit(page)
    (more,) = found
    assert len(more.split("\n\n")[0].replace("**", "")) <= LINE
