"""Controls, link and presets say the same thing, whichever of them was used."""

from dataclasses import dataclass, replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import browser
from pages.ui import session as reader_session
from pages.ui.contents import PAGES
from pages.ui.view import VIEW
from rnn_core.experiment.experiment import GROUPS, SETTINGS
from rnn_core.experiment.settings import choice, number, settings_of, whole
from tests.pages.reader import clean

DRAWN = {"cell": "gru", "scale": "2.5", "steps": "33", "text": "añ&b", "hidden": "8"}


def value(reader: AppTest, name: str):
    kind = SETTINGS[name].kind
    found = {"text": reader.text_input, "choice": reader.button_group}.get(kind, reader.slider)
    return found(key=f"set_{name}").value


@pytest.mark.parametrize("page", [p for p in PAGES if p != "start"])
def test_a_link_sets_the_controls_and_stays(visit, page):
    reader = visit(page, DRAWN)
    for group in GROUPS:
        reader.session_state[f"group_{group}"] = True
    reader.button(key="more").click().run()
    uses = PAGES[page].uses
    for name, text in DRAWN.items():
        drawn = uses is None or name in uses
        if drawn:
            assert SETTINGS[name].write(value(reader, name)) == text
    assert {n: v for n, v in reader.query_params.items() if n in SETTINGS} == DRAWN


def test_a_moved_control_changes_the_link_and_back(visit):
    reader = visit("gates", hidden="8")
    reader.slider(key="set_scale").set_value(2.0)
    assert clean(reader.run()).query_params == {"hidden": "8", "scale": "2"}
    reader.slider(key="set_scale").set_value(1.0)
    assert clean(reader.run()).query_params == {"hidden": "8"}


def test_settings_go_along_to_other_pages(visit):
    reader = visit("gates", forget_bias="2")
    reader.slider(key="set_scale").set_value(2.0).run()
    reader.switch_page("gradients.py").run()
    assert clean(reader).query_params == {"forget_bias": "2", "scale": "2"}
    reader.switch_page("gates.py").run()
    assert value(clean(reader), "forget_bias") == 2.0


def test_what_is_not_drawn_is_kept(visit):
    reader = visit("gates", forget_bias="2")
    reader.button_group(key="set_cell").set_value("rnn").run()
    with pytest.raises(KeyError):
        reader.slider(key="set_forget_bias")
    reader.button_group(key="set_cell").set_value("lstm").run()
    assert value(clean(reader), "forget_bias") == 2.0


def test_closed_groups_are_not_sent(visit):
    reader = visit("gates")
    reader.button(key="more").click().run()
    with pytest.raises(KeyError):
        reader.selectbox(key="set_wiring")


@pytest.mark.parametrize(
    ("name", "text"),
    [("cell", "transformer"), ("steps", "100000"), ("scale", "nan"), ("wat", "1"), ("t", "-1")],
)
def test_a_bad_link_says_so_and_falls_back(visit, name, text):
    reader = visit("gates", {name: text, "hidden": "8"})
    assert any(name in w.value or text in w.value for w in reader.warning)
    assert reader.query_params == {"hidden": "8"}
    reader.slider(key="set_scale").set_value(2.0).run()
    assert not clean(reader).warning


def test_a_followed_link_in_the_same_session_counts(visit):
    """The browser's Back button, or a link between pages."""
    reader = visit("gates", scale="2")
    reader.query_params.clear()
    reader.query_params["scale"] = "3"
    assert value(clean(reader.run()), "scale") == 3.0


def test_an_empty_link_to_another_page_keeps_the_settings(visit):
    """The navigation bar's links carry no settings."""
    reader = visit("gates", scale="2")
    reader.query_params.clear()
    reader.switch_page("gradients.py").run()
    assert value(clean(reader), "scale") == 2.0
    assert reader.query_params == {"scale": "2"}


def test_back_to_a_page_with_an_empty_link_shows_its_scene(visit, monkeypatch):
    """Back and the navigation bar send the same empty link; Streamlit tells them apart."""
    reader = visit("gates", scale="2")
    reader.query_params.clear()
    monkeypatch.setattr(reader_session, "_by_history", lambda: True)
    reader.switch_page("gradients.py").run()
    assert value(clean(reader), "scale") == SETTINGS["scale"].default
    assert reader.button_group(key="scenes").value == "exploding"


def test_a_link_to_another_page_counts_more_than_a_control_moved_just_before(visit):
    """One run may answer both: a slider's key and Back, or a slider's key and a followed link."""
    reader = visit("gates", scale="2")
    reader.slider(key="set_scale").set_value(4.0)
    reader.query_params["scale"] = "3"
    reader.switch_page("gradients.py").run()
    assert value(clean(reader), "scale") == 3.0
    assert reader.query_params == {"scale": "3"}


def test_a_scene_sets_link_and_controls_and_reset_goes_back_to_what_the_link_asked(visit):
    reader = visit("gates", cell="gru")
    assert reader.button_group(key="scenes").value is None
    reader.button_group(key="scenes").set_value("forget-5").run()
    assert value(clean(reader), "forget_bias") == 5.0
    assert reader.query_params == {"steps": "50", "hidden": "32", "forget_bias": "5"}
    reader.slider(key="set_scale").set_value(2.0).run()
    assert reader.button_group(key="scenes").value is None
    reader.button(key="more").click().run()
    reader.button(key="reset").click().run()
    assert clean(reader).button_group(key="scenes").value == "trained"  # the page's own opening


def test_reset_goes_back_to_what_the_link_asked(visit):
    reader = visit("gates", cell="gru", scale="2.5")
    reader.slider(key="set_scale").set_value(1.0).run()
    reader.button(key="more").click().run()
    reader.button(key="reset").click().run()
    assert clean(reader).query_params == {"cell": "gru", "scale": "2.5"}


def test_settings_that_a_reader_made_go_along_and_those_of_a_scene_do_not(visit):
    reader = visit("gates")
    reader.query_params.clear()  # the navigation bar's links carry no settings
    reader.switch_page("gradients.py").run()
    assert clean(reader).button_group(key="scenes").value == "exploding"
    reader.slider(key="set_scale").set_value(2.0).run()
    reader.query_params.clear()
    reader.switch_page("unrolled.py").run()
    assert value(clean(reader), "scale") == 2.0 and reader.query_params["init"] == "gaussian"


def test_defaults_have_an_address_of_their_own(visit):
    reader = visit("gates", cell="lstm")
    assert reader.query_params and value(reader, "scale") == 1.0
    assert visit("gates", dict(reader.query_params)).session_state["session"].touched


def test_steps_that_cannot_be_read_are_put_back(visit):
    reader = visit("gates", placement="chosen")
    reader.session_state["group_Loss and wiring"] = True
    reader.button(key="more").click().run()
    reader.text_input(key="set_chosen").set_value("5-1").run()
    assert any("step numbers" in w.value.lower() for w in clean(reader).warning)
    assert reader.text_input(key="set_chosen").value == "1"


def test_layers_can_be_picked_and_are_in_the_link(visit):
    reader = visit("gates", layers="2", direction="bidirectional")
    reader.button_group(key="layer").set_value(3).run()
    assert clean(reader).query_params["layer"] == "3"


@dataclass(frozen=True)
class Bowl:
    """Settings that one page alone has."""

    depth: int = whole(3, "Depth", "Bowl", 1, 9, help="Of the bowl.")
    kind: str = choice("round", "Kind", "Bowl", {"round": "Round", "oval": "Oval"}, help="Its rim.")
    tilt: float = number(0.5, "Tilt", "Bowl", 0, 1, 0.1, shown={"kind": ("oval",)}, help="Oval's.")


@pytest.fixture
def bowl(monkeypatch):
    monkeypatch.setitem(PAGES, "saturation", replace(PAGES["saturation"], own=Bowl))


def test_a_pages_own_settings_are_its_controls_and_its_link(visit, bowl):
    link = {"kind": "oval", "depth": "4", "tilt": "0.3", "cell": "gru"}
    reader = visit("saturation", link)
    reader.button(key="more").click().run()
    assert reader.slider(key="own_depth").value == 4
    assert reader.slider(key="own_tilt").value == 0.3
    reader.slider(key="own_depth").set_value(5).run()
    assert clean(reader).query_params == {
        "kind": "oval",
        "depth": "5",
        "tilt": "0.3",
        "cell": "gru",
    }


def test_a_pages_own_settings_rest_while_the_reader_is_elsewhere(visit, bowl):
    reader = visit("saturation", depth="4")
    reader.switch_page("gates.py").run()
    assert clean(reader).query_params == {"cell": "lstm"}
    reader.query_params.clear()
    reader.switch_page("saturation.py").run()
    assert clean(reader).query_params == {"depth": "4"}


def test_what_a_page_does_not_have_it_does_not_follow(visit, bowl):
    assert any("depth" in w.value for w in visit("gates", depth="4").warning)
    reader = visit("saturation", depth="400", tilt="0.7")
    assert any("Depth" in w.value for w in reader.warning)
    with pytest.raises(KeyError):
        reader.slider(key="own_tilt")


def test_no_pages_settings_have_a_name_that_is_taken():
    for page in PAGES.values():
        names = settings_of(page.own) if page.own else {}
        assert not set(names) & (set(SETTINGS) | set(VIEW))


@pytest.mark.parametrize("kept", [{"answers": "off"}, {"controls": "scale"}])
def test_opening_a_pages_scene_changes_neither_layout_nor_whether_answers_are_shown(visit, kept):
    """An assignment stays one, whichever page its reader looks at in between."""
    reader = visit("gates", kept)
    reader.query_params.clear()  # the navigation bar's links carry no settings
    reader.switch_page("gradients.py").run()
    assert kept.items() <= dict(clean(reader).query_params).items()
    reader.button_group(key="scenes").set_value("default").run()
    assert kept.items() <= dict(clean(reader).query_params).items()


@pytest.mark.parametrize(
    ("said", "again"),
    [([{"asked": "0" * 24, "raw": None}], True), ([{"stored": "a", "stamp": "1"}], False)],
)
def test_an_answer_of_the_browsers_has_the_widgets_shown_again(monkeypatch, said, again):
    """It may overtake the run before it, whose last messages the browser then never gets."""
    mine = reader_session.Session(arriving=False)
    monkeypatch.setattr(reader_session, "current", lambda: mine)
    browser.heard(said)
    assert mine.arriving is again
