"""A reader who is quicker than the page: nothing is lost, and the page does not die of it."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.serving import serve
from tests.browser.session import Session
from tests.browser.test_latency import copied


@pytest.mark.parametrize("page", ["wirings", "gates", "starts"])
def test_every_message_is_sent_whole(server, page):
    """Streamlit would leave out what the browser said it still has. After a few quick keys it may
    have thrown that away before the answer comes: then its connection ends for good."""
    with Session(server, page=page) as session:
        session.rerun()  # fails at the first message that only refers to an earlier one
        assert session.kept


# What waits for a while in a copy of the app, so that no test waits for the clock.
PATIENT = {
    "pages/ui/hand.py": {"RESTS: Final = 0.3": "RESTS: Final = 3"},
    "pages/server/messages.py": {"PART = 0.3": "PART = 60", "REST = 0.6": "REST = 60"},
}


# At one weight scale the computing goes on for ever, and says so.
ENDLESS = {
    "pages/ui/models/starts.py": {
        "    measure, seeds =": """    from pathlib import Path
    from rnn_core.engine.pace import breathe

    if wishes[0].scale == 2:
        Path(__file__).with_name("begun").touch()
        while True:
            breathe()
    measure, seeds ="""
    }
}


def changed_copy(folder: Path, changes: Mapping[str, Mapping[str, str]]) -> Path:
    """The app with some pieces of text in place of others, by file."""
    copied(folder, "assets")
    for name, pieces in changes.items():
        text = (folder / name).read_text()
        for old, new in pieces.items():
            assert text.count(old) == 1, f"{name} has no {old}"
            text = text.replace(old, new)
        (folder / name).write_text(text)
    return folder


def test_what_stands_below_a_picture_waits_until_the_hand_rests(tmp_path):
    """The next value comes as soon as the picture is there, and overtakes what would follow it."""
    heard: list[str] = []
    app = changed_copy(tmp_path / "app", PATIENT)
    page = ("gap=9", "distance", heard.append)
    with serve(tmp_path / "log", app) as server, Session(server, *page) as session:
        screen, pictures = session.screen, []
        del heard[:], screen.ends[:]
        for gap in (11, 12, 13):
            slider = screen.slider("Gap")
            screen.set(slider, gap)
            session.socket.send(screen.ask(slider.fragment))
            while not screen.answered:
                assert not screen.take(session.socket.recv(30, decode=False)), "all came at once"
            assert f"gap={gap}" in screen.query
            pictures.append(screen.texts.copy())
        while not screen.take(session.socket.recv(30, decode=False)):
            pass
    first, second, third = pictures
    assert first != second != third and 0 < len(third) < len(screen.texts)
    assert screen.ends == [ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]  # no word of the others
    assert heard == first + second + third + screen.texts
    assert set(third) < set(screen.texts)
    assert set(second).isdisjoint(first), "what stands there is sent again"


def test_a_picture_that_is_still_computed_gives_way_to_the_next_value(tmp_path):
    app = changed_copy(tmp_path / "app", ENDLESS)
    begun = app / "pages" / "ui" / "models" / "begun"
    link = "scale=1&steps=9&hidden=3"
    with serve(tmp_path / "log", app) as server, Session(server, link, "starts") as session:
        screen = session.screen
        for scale in (2, 3):
            slider = screen.slider("Weight scale")
            screen.set(slider, scale)
            session.socket.send(screen.ask(slider.fragment))
            while scale == 2 and not begun.exists():
                time.sleep(0.01)
        while not screen.take(session.socket.recv(30, decode=False)):
            pass
    assert "scale=3" in screen.query


def test_quick_keys_all_count_and_back_undoes_them_all(app):
    app.open("/wirings?scale=2").go("unrolled")
    for _ in range(12):
        app.slider("Sequence length").press("ArrowRight")
    app.page.wait_for_url("**/unrolled?**steps=32*")
    assert app.idle().slider("Sequence length").input_value() == "32"
    app.page.go_back()
    app.page.wait_for_url("**/wirings?scale=2")
    expect(app.slider("Sequence length")).to_have_value("20")  # the address is back first
    app.page.go_forward()
    app.page.wait_for_url("**/unrolled?**steps=32*")
    expect(app.slider("Sequence length")).to_have_value("32")
    app.idle().check_clean()


def test_keys_back_and_forth_end_where_the_reader_does(app):
    app.open("/wirings?cell=gru&steps=9")
    for presses in (6, -6, 6):
        app.slide("Sequence length", presses)
    assert "steps=15" in app.page.url
    assert app.slider("Sequence length").input_value() == "15"
    app.check_clean()


@pytest.mark.parametrize(
    ("then", "link"), [(90, "gap=90"), (89, "gap=89"), (None, "gap=89")], ids=str
)
def test_what_is_asked_for_before_the_address_has_come_neither_keeps_nor_loses_it(
    server, then, link
):
    """A browser that asks before it is answered names the address of the run before: by the same
    slider, or for the whole page (None) by a button beside it."""
    with Session(server, "gap=90", "distance") as session:
        screen, slider, asked = session.screen, session.screen.slider("Gap"), []
        for gap, fragment in (
            (89, slider.fragment),
            (then or 89, "" if then is None else slider.fragment),
        ):
            screen.set(slider, gap)
            asked.append(screen.ask(fragment))
        for message in asked:
            session.socket.send(message)
            while not screen.take(session.socket.recv(30, decode=False)):
                pass
        assert screen.query == link
        session.rerun()
        assert screen.query == link and screen.slider("Gap").value == float(link[4:])


# As over a slow network: what the server says comes late.
LATE = """(() => { window.WebSocket = class extends window.WebSocket {
  addEventListener(kind, heard, ...more) {
    const late = (event) => void setTimeout(() => heard.call(this, event), 500)
    super.addEventListener(kind, kind === 'message' ? late : heard, ...more)
  }
} })()"""
FOCUS = "() => document.querySelector('.st-key-set_scale input').focus()"
CLIP = "() => document.querySelectorAll('.st-key-set_clip [role=radio]')[1].click()"
DRAW = """() => ['keydown', 'keyup'].forEach(kind => document
  .querySelector('.st-key-own_draw input')
  .dispatchEvent(new KeyboardEvent(kind, { key: 'ArrowRight', bubbles: true })))"""
CHIP = "() => document.querySelectorAll('.st-key-scenes [role=radio]')[2].click()"


def over_a_slow_network(app, link):
    app.page.add_init_script(LATE)
    app.open(link)
    app.page.wait_for_function("() => location.search")  # the scene's settings are there as well
    return app.idle().page


def test_two_controls_moved_before_an_answer_both_count(app):
    """The second says of the scene that it is chosen still, which is no wish to go back to it."""
    page = over_a_slow_network(app, "/gradients")
    page.evaluate(FOCUS)
    page.keyboard.press("ArrowLeft")
    page.evaluate(CLIP)
    page.wait_for_url("**/gradients?*scale=0.95*clip=norm*")
    assert app.idle().slider("Weight scale").input_value() == "0.95"
    assert page.locator(".st-key-set_clip [aria-checked=true]").inner_text() == "By norm"
    assert not page.locator(".st-key-scenes [aria-checked=true]").count()
    app.check_clean()


def test_a_control_moved_before_a_scene_has_come_does_not_undo_it(app):
    page = over_a_slow_network(app, "/gradients?cell=rnn&scale=2")
    page.evaluate(CHIP)
    page.evaluate(CLIP)
    page.wait_for_url("**/gradients?*clip=norm*")
    assert "scale=2" not in app.idle().page.url
    assert app.slider("Weight scale").input_value() == "1"
    app.check_clean()


def test_a_slider_of_a_page_that_was_left_does_not_stop_the_next(app):
    page = over_a_slow_network(app, "/scalar?w=2")
    page.locator(".st-key-beside_jacobians a").click()
    app.slider("Weight w").press("ArrowRight")  # it stands there until the new page has come
    page.wait_for_url("**/jacobians*")
    app.idle().check_clean()
    assert app.plots()


def test_what_a_page_that_was_left_still_says_is_not_looked_for_on_the_next(app):
    """A scene, or a setting of its own; the server has drawn the cliff when it hears of it."""
    for press in (CHIP, DRAW):
        page = over_a_slow_network(app, "/ceiling?draw=3")
        page.get_by_role("button", name="More settings").click()
        app.idle().slider("Draw").focus()
        page.locator(".st-key-beside_cliff a").click()
        page.wait_for_timeout(350)
        page.evaluate(press)
        page.wait_for_timeout(600)
        app.idle().check_clean()
