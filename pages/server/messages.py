"""How Streamlit 1.67 speaks to the browser: at once, all of a rerun together, nothing twice."""

import gc
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.state.session_state import SessionState

GATHERING = 0.04  # seconds; longer reruns go on speaking as they run
PART = 0.3  # the same of a fragment: the page stands there already, and no bar comes before
ANSWERED = 0.002  # a run that goes on for so long after it wrote the address has given its answer
REST = 0.6  # what it says after the answer is gathered again: first it waits for the hand to rest
SIGNS = {"new_session", "session_status_changed", "script_finished"}  # of a run, not of its page
Shown = dict[tuple[int, ...], int]  # place on the page -> digest of the drawing there
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


def send_at_once() -> None:
    """Switch off Nagle's algorithm on the listening sockets, hence on every reader's connection.

    asyncio does so only for sockets that name TCP as their protocol, and Streamlit 1.67 binds its
    own without: every rerun then waits 40 ms for the reader's delayed acknowledgement.
    """
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and is_tcp(thing):
            thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def is_tcp(connection: socket.socket) -> bool:
    """True for an open TCP socket over IPv4 or IPv6."""
    families = (socket.AF_INET, socket.AF_INET6)
    is_stream = connection.type == socket.SOCK_STREAM and connection.family in families
    return is_stream and connection.fileno() >= 0


class Together:
    """Bundling of a rerun's messages: sent when it ends, answers or has gathered for long enough.

    Streamlit 1.67 sends the first message as soon as a rerun begins and the others in two or three
    handfuls, or sooner if another reader's rerun speaks. Each handful makes the browser go through
    the whole page, which takes longer than the rerun itself: half of the time from a moved slider
    to the painted picture. And the script wakes the server's thread for each message, so that each
    of the two waits for the other.

    A run that goes on after its answer sends ahead what it has drawn, and nothing of itself: at the
    news that a run begins the browser draws every part of the page anew. All is sent when it ends;
    of a run that is overtaken before, the browser never hears.
    """

    def __init__(self) -> None:
        self.gathering: WeakKeyDictionary[AppSession, object] = WeakKeyDictionary()  # which run
        self.ahead: WeakSet[AppSession] = WeakSet()  # which sends ahead what it has drawn
        self.shown: WeakKeyDictionary[AppSession, Shown] = WeakKeyDictionary()  # what it sent so
        self.due: WeakKeyDictionary[AppSession, list[ForwardMsg]] = WeakKeyDictionary()  # to go now
        self.overtaken: WeakSet[AppSession] = WeakSet()  # whose run has ended for the next one
        self.pages: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()  # which is read
        self.said: WeakKeyDictionary[AppSession, deque[Callable[[], None]]] = WeakKeyDictionary()
        self.handle = AppSession._handle_scriptrunner_event_on_event_loop
        self.ask = AppSession.request_rerun
        self.all = AppSession.flush_browser_queue

    def enqueue(self, session: AppSession, message: ForwardMsg) -> None:
        """Keep a message back, or send it and those before it."""
        kind = kind_of(message)
        if kind == "new_session":
            forget_overtaken(session._browser_queue)
        elif kind == "navigation":
            self.pages[session] = message.navigation.page_script_hash
        session._browser_queue.enqueue(message)
        if kind == "new_session":
            self.gather(session, PART if message.metadata.run.fragment_ids else GATHERING)
        elif kind == "script_finished" and message.script_finished == EARLY:
            self.overtaken.add(session)
        elif kind == "session_status_changed":
            if message.session_status_changed.script_is_running or session in self.overtaken:
                self.overtaken.discard(session)  # goes with what the run says that begins now
                return
            self.send(session)
        elif session not in self.gathering:
            self.send(session)
        elif kind == "page_info_changed" and untold(session._browser_queue):
            self.later(session, ANSWERED, partial(self.answer, session, self.gathering[session]))

    def gather(self, session: AppSession, seconds: float) -> None:
        """Keep back what a run says from now on, but no longer than that."""
        self.ahead.discard(session)
        run = self.gathering[session] = object()
        self.later(session, seconds, partial(self.stop, session, run))

    def answer(self, session: AppSession, run: object) -> None:
        """Send ahead what a run has drawn, if it goes on; it gathers what is said after that."""
        if self.gathering.get(session) is run:
            self.take(session)
            self.gather(session, REST)
            self.ahead.add(session)
            call(session)

    def stop(self, session: AppSession, run: object) -> None:
        """Send what a run has gathered, if it still gathers; from now on its words go at once."""
        if self.gathering.get(session) is run:
            del self.gathering[session]  # before taking: what is said from now on calls for us
            self.take(session)
            self.send(session)

    def send(self, session: AppSession) -> None:
        """Send all that a session has to say.

        Streamlit asks for it up to 10 ms later. A run that begins before would drop parts of it.
        """
        self.gathering.pop(session, None)
        self.ahead.discard(session)
        self.shown.pop(session, None)
        self.due.setdefault(session, []).extend(self.all(session))
        call(session)

    def flush(self, session: AppSession) -> list[ForwardMsg]:
        """All that goes to the browser now; Streamlit asks every session if one of them calls."""
        due = self.due.pop(session, [])
        if session in self.ahead:
            self.ahead.discard(session)
            return due + news(session._browser_queue, self.shown.setdefault(session, {}))
        return due if session in self.gathering else due + self.all(session)

    def later(self, session: AppSession, seconds: float, do: Callable[[], object]) -> None:
        loop = session._event_loop
        loop.call_soon_threadsafe(loop.call_later, seconds, do)

    def say(self, session: AppSession, *event: Any, **more: Any) -> None:
        """Note an event in the script's thread, instead of calling the server's for each one."""
        found = partial(self.handle, session, *event, **more)
        self.said.setdefault(session, deque()).append(found)
        message = more.get("forward_msg")
        waits = message is not None and kind_of(message) != "page_info_changed"
        if not (waits and session in self.gathering):
            session._call_soon_on_event_loop(partial(self.take, session))

    def take(self, session: AppSession) -> None:
        """Handle the events that were noted, in the server's thread."""
        events = self.said.get(session, ())
        try:
            while events:
                events.popleft()()
        finally:
            if events:  # one has failed: the others are not lost
                session._call_soon_on_event_loop(partial(self.take, session))

    def request_rerun(self, session: AppSession, asked: ClientState | None, *more: Any) -> None:
        """Take what the present script has said while it is the present one; then begin the next.

        A part of a page that the reader has left is not run: Streamlit would run the new page's
        part of that place, and the browser would clear the page for it and stop for good.
        """
        self.take(session)
        if asked is not None and asked.fragment_id:
            if asked.page_script_hash != self.pages.get(session, asked.page_script_hash):
                return
        elif asked is not None and asked.page_script_hash:
            self.pages[session] = asked.page_script_hash
        self.ask(session, asked, *more)


def call(session: AppSession) -> None:
    """Have Streamlit ask what is to be sent; not where the session is over."""
    if session._message_enqueued_callback is not None:
        session._message_enqueued_callback()


def kind_of(message: ForwardMsg) -> str:
    """Which of Streamlit's messages it is."""
    return message.WhichOneof("type") or ""


def untold(queue: ForwardMsgQueue) -> list[ForwardMsg]:
    """All since a part of the page began to run alone, if the browser has not heard that it did."""
    for k, m in enumerate(queue._queue):
        if kind_of(m) == "new_session" and m.metadata.run.fragment_ids:
            return queue._queue[k:]
    return []


def news(queue: ForwardMsgQueue, shown: Shown) -> list[ForwardMsg]:
    """The drawings that are not shown yet, and the address. All drawings stay in the queue until
    the run ends; the address is sent once."""
    said = queue.flush()
    for message in said:
        if kind_of(message) != "page_info_changed":
            queue.enqueue(message)
    return [
        m
        for m in said
        if kind_of(m) == "page_info_changed" or (kind_of(m) == "delta" and is_new(m, shown))
    ]


def is_new(message: ForwardMsg, shown: Shown) -> bool:
    """Whether a drawing differs from what its place shows; what stands in a new one is new."""
    place = tuple(message.metadata.delta_path)
    drawing = hash(message.delta.SerializeToString())
    if shown.get(place) == drawing:
        return False
    for inner in [p for p in shown if p[: len(place)] == place]:
        del shown[inner]
    shown[place] = drawing
    return True


def forget_overtaken(queue: ForwardMsgQueue) -> None:
    """Drop the signs of a run that was overtaken before the browser heard that it had begun."""
    gone = {id(m) for m in untold(queue) if kind_of(m) in SIGNS}
    for message in queue.flush() if gone else ():
        if id(message) not in gone:
            queue.enqueue(message)


def send_together() -> None:
    """Put `Together` in the place of Streamlit's own methods."""
    one = Together()

    def method(function: Callable[..., Any]) -> Any:
        return lambda session, *given, **more: function(session, *given, **more)

    AppSession._enqueue_forward_msg = method(one.enqueue)  # type: ignore[method-assign]
    AppSession.flush_browser_queue = method(one.flush)  # type: ignore[method-assign]
    AppSession._on_scriptrunner_event = method(one.say)  # type: ignore[method-assign]
    AppSession.request_rerun = method(one.request_rerun)  # type: ignore[method-assign]


def remember_theme() -> None:
    """Work out what config.toml says of the theme once, not for every rerun.

    Streamlit 1.67 goes through some 250 options, and finds each one's other name by regular
    expressions, whenever a script or a fragment begins: half a millisecond each time.
    """
    known: dict[str, CustomThemeConfig] = {}
    work_out = app_session._populate_theme_msg

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in known:
            known[section] = CustomThemeConfig()
            work_out(known[section], section)
        if known[section].ByteSize():
            message.MergeFrom(known[section])

    config.on_config_parsed(known.clear, force_connect=True)
    app_session._populate_theme_msg = populate  # type: ignore[assignment]


class OneByOne(Mapping[str, Any]):
    """A session's state, looked up for the keys that are asked for; keys start with no `$$`."""

    def __init__(self, state: SessionState, whole: Callable[[SessionState], dict[str, Any]]):
        self._state, self._whole = state, whole

    def __getitem__(self, key: str) -> Any:
        if key.startswith("$$"):  # Streamlit's own names of widgets are not shown
            raise KeyError(key)
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole(self._state))

    def __len__(self) -> int:
        return len(self._whole(self._state))


def look_up_one_by_one() -> None:
    """Streamlit 1.67 makes a copy of the whole session's state for each slider, menu and field,
    to look up one value in it: a quarter of what the controls below a picture cost."""
    whole = SessionState.filtered_state.fget  # type: ignore[attr-defined]
    one_by_one = property(lambda state: OneByOne(state, whole))
    SessionState.filtered_state = one_by_one  # type: ignore[method-assign, assignment]
