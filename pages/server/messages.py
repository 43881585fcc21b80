"""How Streamlit 1.67 speaks to the browser: at once, all of a rerun together, nothing twice."""

import gc
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState

GATHERING = 0.04  # seconds; longer reruns go on speaking as they run
PART = 0.15  # the same of a fragment: the page stands there already
ANSWERED = 0.002  # a run that goes on for so long after it wrote the address has given its answer
REST = 0.3  # what it says after the answer is gathered again
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
    handfuls. Each handful makes the browser go through the whole page, which takes longer than the
    rerun itself: half of the time from a moved slider to the painted picture. And the script wakes
    the server's thread for each message, so that each of the two waits for the other.
    """

    def __init__(self) -> None:
        self.gathering: WeakKeyDictionary[AppSession, object] = WeakKeyDictionary()  # which run
        self.overtaken: WeakSet[AppSession] = WeakSet()  # whose run has ended for the next one
        self.said: WeakKeyDictionary[AppSession, deque[Callable[[], None]]] = WeakKeyDictionary()
        self.handle = AppSession._handle_scriptrunner_event_on_event_loop
        self.ask = AppSession.request_rerun

    def enqueue(self, session: AppSession, message: ForwardMsg) -> None:
        """Keep a message back, or send it and those before it."""
        kind = message.WhichOneof("type")
        session._browser_queue.enqueue(message)
        notify = session._message_enqueued_callback
        if notify is None:
            return
        if kind == "new_session":
            self.gather(session, PART if message.metadata.run.fragment_ids else GATHERING)
        elif kind == "script_finished" and message.script_finished == EARLY:
            self.overtaken.add(session)
        elif kind == "session_status_changed":
            if message.session_status_changed.script_is_running or session in self.overtaken:
                self.overtaken.discard(session)  # goes with what the run says that begins now
                return
            self.gathering.pop(session, None)
            notify()
        elif session not in self.gathering:
            notify()
        elif kind == "page_info_changed":
            self.later(session, ANSWERED, partial(self.answer, session, self.gathering[session]))

    def gather(self, session: AppSession, seconds: float) -> None:
        """Keep back what a run says from now on, but no longer than that."""
        run = self.gathering[session] = object()
        self.later(session, seconds, partial(self.send, session, run))

    def answer(self, session: AppSession, run: object) -> None:
        """Send what a run has gathered, if it goes on; it gathers what is said after that."""
        if self.send(session, run):
            self.gather(session, REST)

    def later(self, session: AppSession, seconds: float, do: Callable[[], object]) -> None:
        loop = session._event_loop
        loop.call_soon_threadsafe(loop.call_later, seconds, do)

    def send(self, session: AppSession, run: object) -> bool:
        """Send what a run has gathered, if it still gathers; from now on its words go at once."""
        if self.gathering.get(session) is not run:
            return False
        del self.gathering[session]  # before taking: what is said from now on calls for us
        self.take(session)
        if session._message_enqueued_callback is not None:
            session._message_enqueued_callback()
        return True

    def say(self, session: AppSession, *event: Any, **more: Any) -> None:
        """Note an event in the script's thread, instead of calling the server's for each one."""
        found = partial(self.handle, session, *event, **more)
        self.said.setdefault(session, deque()).append(found)
        message = more.get("forward_msg")
        waits = message is not None and message.WhichOneof("type") != "page_info_changed"
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

    def request_rerun(self, session: AppSession, *given: Any) -> None:
        """Take what the present script has said while it is the present one."""
        self.take(session)
        self.ask(session, *given)


def send_together() -> None:
    """Put `Together` in the place of Streamlit's own methods."""
    one = Together()

    def method(function: Callable[..., None]) -> Any:
        return lambda session, *given, **more: function(session, *given, **more)

    AppSession._enqueue_forward_msg = method(one.enqueue)  # type: ignore[method-assign]
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
