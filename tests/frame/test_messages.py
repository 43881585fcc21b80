"""The messages of a run, and when they are sent: pages/server/messages.py by a clock of its own."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.server.messages import ANSWERED, GATHERING, PART, REST, Together, kind_of


class Clock:
    """An event loop whose time passes when a test says so."""

    def __init__(self) -> None:
        self.now, self.due = 0.0, list[tuple[float, Callable[[], object]]]()

    def call_soon_threadsafe(self, do: Callable[..., object], *given: object) -> None:
        do(*given)

    def call_later(self, seconds: float, do: Callable[[], object]) -> None:
        self.due.append((self.now + seconds, do))

    def passes(self, seconds: float) -> None:
        """Do what is due by then, in the order of time."""
        self.now += seconds
        due = sorted((one for one in self.due if one[0] <= self.now), key=lambda one: one[0])
        self.due = [one for one in self.due if one not in due]
        for _, do in due:
            do()


class Reader:
    """A session, and what its browser has been sent."""

    def __init__(self, together: Together, clock: Clock) -> None:
        self.together, self._event_loop, self.calls = together, clock, 0
        self._browser_queue = ForwardMsgQueue()

    def _message_enqueued_callback(self) -> None:
        self.calls += 1

    def say(self, *messages: ForwardMsg) -> None:
        for message in messages:
            self.together.enqueue(self, message)

    def hear(self) -> list[str]:
        """Streamlit has been called, by this session or another, and sends: what comes."""
        return [spelled(m) for m in self.together.flush(self)]


def spelled(message: ForwardMsg) -> str:
    """A message in a word, a drawing by its place and text."""
    if kind_of(message) != "delta":
        return kind_of(message)
    place = "/".join(map(str, message.metadata.delta_path))
    return f"{place} {message.delta.new_element.markdown.body}".rstrip()


def begin(part: str = "part") -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.page_script_hash = "hash"
    message.metadata.run.fragment_ids.extend([part] if part else [])
    return message


def status(runs: bool) -> ForwardMsg:
    message = ForwardMsg()
    message.session_status_changed.script_is_running = runs
    return message


def text(place: tuple[int, ...], body: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(place)
    message.delta.new_element.markdown.body = body
    return message


def block(place: tuple[int, ...], horizontal: bool = False) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(place)
    message.delta.add_block.flex_container.wrap = horizontal
    return message


def address(query: str) -> ForwardMsg:
    message = ForwardMsg()
    message.page_info_changed.query_string = query
    return message


def end(how: int = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY) -> ForwardMsg:
    message = ForwardMsg()
    message.script_finished = how  # type: ignore[assignment]
    return message


def navigation(page: str) -> ForwardMsg:
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return message


WHOLE = ["new_session", "session_status_changed"]
OVER = ["script_finished", "session_status_changed"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(clock: Clock) -> Iterator[Reader]:
    yield Reader(Together(), clock)


def overtaken(reader: Reader) -> None:
    """The run ends for the next one, as Streamlit does it."""
    reader.say(end(ForwardMsg.FINISHED_EARLY_FOR_RERUN), status(False))
    reader._browser_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[""])


def test_a_run_that_goes_on_sends_ahead_what_it_has_drawn_then_all(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    assert reader.calls == 0 and reader.hear() == [], "another reader's call is not ours"
    clock.passes(ANSWERED)
    assert reader.calls == 1
    assert reader.hear() == ["0/0 a", "page_info_changed"]
    reader.say(text((0, 1), "b"), end(), status(False))
    assert reader.calls == 2
    assert reader.hear() == [*WHOLE, "0/0 a", "0/1 b", *OVER]


def test_a_run_that_ends_with_its_answer_sends_it_once(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"), end(), status(False))
    clock.passes(ANSWERED)
    assert reader.hear() == [*WHOLE, "0/0 a", "page_info_changed", *OVER]
    assert reader.calls == 1 and reader.hear() == []


def test_of_runs_that_are_overtaken_only_news_are_heard(reader, clock):
    for k, body in enumerate("abb"):
        reader.say(begin(), status(True), text((0, 0), "same"), text((0, 1), body))
        reader.say(address(f"x={k}"))
        clock.passes(ANSWERED)
        news = {0: ["0/0 same", "0/1 a"], 1: ["0/1 b"]}.get(k, [])
        assert reader.hear() == [*news, "page_info_changed"]
        if k < 2:
            overtaken(reader)
    reader.say(end(), status(False))
    assert reader.hear() == [*WHOLE, "0/0 same", "0/1 b", *OVER]
    reader.say(begin(), status(True), text((0, 0), "same"), address("x=9"))
    clock.passes(ANSWERED)
    assert reader.hear() == ["0/0 same", "page_info_changed"], "its place may have been cleared"


def test_what_stands_in_a_new_container_is_news(reader, clock):
    for k, horizontal in enumerate([False, False, True]):
        reader.say(begin(), status(True), block((0, 0), horizontal), text((0, 0, 0), "in it"))
        reader.say(address(f"x={k}"))
        clock.passes(ANSWERED)
        found = reader.hear()
        assert found == ["page_info_changed"] if k == 1 else found[:2] == ["0/0", "0/0/0 in it"]
        overtaken(reader)


def test_the_answer_of_a_run_that_is_overtaken_before_it_is_sent_is_dropped(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    overtaken(reader)
    reader.say(begin(), status(True), text((0, 0), "b"))
    clock.passes(ANSWERED)
    assert reader.hear() == []
    reader.say(address("x=2"))
    clock.passes(ANSWERED)
    assert reader.hear() == ["page_info_changed", "0/0 b", "page_info_changed"]


def test_the_end_of_a_run_that_the_browser_knows_of_is_told(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"))
    clock.passes(PART)
    assert reader.hear() == [*WHOLE, "0/0 a"]
    overtaken(reader)
    reader.say(begin(), status(True), text((0, 0), "b"), address("x=2"))
    clock.passes(ANSWERED)
    assert reader.hear() == ["0/0 b", "page_info_changed"]
    reader.say(end(), status(False))
    assert reader.hear() == [*OVER, *WHOLE, "0/0 b", *OVER]


def test_a_run_that_ends_before_its_answer_is_on_the_way_sends_all(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    clock.passes(ANSWERED)
    reader.say(end(), status(False))
    assert reader.hear() == [*WHOLE, "0/0 a", "page_info_changed", *OVER]


def test_no_answer_is_on_the_way_any_more_when_the_next_run_begins(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    clock.passes(ANSWERED)
    overtaken(reader)
    reader.say(begin(), status(True), text((0, 0), "b"))
    assert reader.hear() == []


def test_a_run_that_goes_on_for_long_after_its_answer_tells_all(reader, clock):
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    clock.passes(ANSWERED)
    reader.hear()
    reader.say(text((0, 1), "b"))
    clock.passes(PART)
    assert reader.hear() == [], "the hand has not rested yet"
    clock.passes(REST)
    assert reader.hear() == [*WHOLE, "0/0 a", "0/1 b"]


def test_the_whole_page_sends_nothing_ahead(reader, clock):
    reader.say(begin(""), status(True), text((0, 0), "a"), address("x=1"))
    clock.passes(ANSWERED)
    assert reader.hear() == []
    clock.passes(GATHERING)
    assert reader.hear() == [*WHOLE, "0/0 a", "page_info_changed"]


def next_run(reader: Reader) -> None:
    """The next run of a part begins: Streamlit drops what the last one has not sent."""
    reader._browser_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[""])
    reader.say(begin(), status(True), text((0, 0), "b"))


def test_a_run_that_is_over_is_told_whole_though_the_next_begins_before_it_is_sent(reader, clock):
    """Streamlit sends 10 ms after it sent last: long enough for a hand to ask again."""
    reader.say(begin(""), status(True), text((0, 0), "a"), address("x=1"))
    reader.say(end(ForwardMsg.FINISHED_SUCCESSFULLY), status(False))
    next_run(reader)
    assert reader.hear() == [*WHOLE, "0/0 a", "page_info_changed", *OVER], "at once"
    reader.say(address("x=2"))
    clock.passes(ANSWERED)
    assert reader.hear() == ["0/0 b", "page_info_changed"]
    reader.say(end(), status(False))
    next_run(reader)
    reader.say(address("x=3"))
    clock.passes(ANSWERED)
    told, news = [*WHOLE, "0/0 b", *OVER], ["0/0 b", "page_info_changed"]
    assert reader.hear() == [*told, *news], "first what was over, then what was drawn after it"


def test_a_part_of_a_page_that_was_left_is_not_asked_for(reader, monkeypatch):
    asked: list[ClientState | None] = []
    monkeypatch.setattr(reader.together, "ask", lambda _, state: asked.append(state))

    def ask(page: str, part: str = "") -> bool:
        """Whether a run begins that is asked for by that page, if it heard of none other."""
        asked.clear()
        reader.together.request_rerun(
            reader, ClientState(page_script_hash=page, fragment_id=part, page_name="gates")
        )
        return len(asked) == 1

    assert ask("", "part") and ask(""), "before it is known which page it is"
    reader.say(navigation("gates"))
    assert ask("gates", "part") and ask("gates") and ask("gates", "part")
    assert ask("flow") and not ask("gates", "part") and ask("flow", "part")
    reader.say(navigation("cell"))
    assert not ask("flow", "part") and ask("cell", "part"), "the script went to another page"
    assert ask("flow") and ask("flow", "part"), "Back"
    reader.together.request_rerun(reader, None)
    assert asked[-1] is None


def test_a_session_that_is_over_is_not_called(clock):
    reader = Reader(Together(), clock)
    reader._message_enqueued_callback = None  # type: ignore[assignment, method-assign]
    reader.say(begin(), status(True), text((0, 0), "a"), address("x=1"))
    clock.passes(REST)
    reader.say(end(), status(False))
    assert reader.calls == 0
