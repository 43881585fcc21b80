"""A reader without a browser: Streamlit's own protocol over its websocket.

`Screen` knows what a browser knows, without a connection. `Session` connects it and waits;
`benchmarks.reader.Reader` does so for many readers at once.
"""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider as SliderMessage
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.browser.serving import Server

PATIENCE_SECONDS = 30
PROTOCOLS = [Subprotocol("streamlit")]


@dataclass(frozen=True)
class Slider:
    """A slider of one number."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    fragment: str  # "": a move runs the whole script


@dataclass(frozen=True)
class Button:
    name: str
    label: str
    fragment: str


@dataclass(frozen=True)
class Timer:
    """A fragment that asks to run again by itself."""

    fragment: str
    seconds: float


class Screen:
    """A browser's knowledge of its page: widgets, link, and the last run's messages.

    Holds sliders, buttons and timers. Every other widget keeps what the link says.
    """

    def __init__(
        self, query: str = "", page: str = "", on_text: Callable[[str], None] = lambda text: None
    ) -> None:
        self.query, self.page, self.on_text = query, page, on_text
        self.theme, self.id = b"", ""
        self.uploaders: dict[str, str] = {}  # label -> its name
        self.files: dict[str, str] = {}  # label of an uploader -> the file in it
        self.page_hash = ""
        self.sliders: dict[str, Slider] = {}
        self.buttons: dict[str, Button] = {}
        self.timers: dict[str, Timer] = {}
        self.texts: list[str] = []  # of the last run
        self.faults: list[str] = []  # exceptions that the last run showed
        self.heard: set[str] = set()  # hashes of all messages of the last run
        self.begun = False  # the run that was asked for last
        self.ends: list[int] = []  # how each run so far has ended
        self.answered = False  # it has written the settings into the address: the picture is there
        self._seen: set[str] = set()  # widgets that this run has drawn

    def slider(self, label: str = "") -> Slider:
        """The slider of that label; without one, the first."""
        found = [s for s in self.sliders.values() if label in ("", s.label)]
        assert found, f"expected a slider {label!r} on /{self.page}; there are {self.labels()}"
        return found[0]

    def set(self, slider: Slider, value: float) -> None:
        """Move a slider on the screen; the server hears of it with the next `ask`."""
        self.sliders[slider.name] = replace(slider, value=value)

    def button(self, label: str) -> Button:
        """The button on which that stands."""
        found = [b for b in self.buttons.values() if b.label == label]
        assert found, f"expected a button {label!r} on /{self.page}"
        return found[0]

    def labels(self) -> list[str]:
        """Labels of the sliders, in the order of the page."""
        return [s.label for s in self.sliders.values()]

    def ask(
        self,
        fragment: str = "",
        pressed: str = "",
        timed: bool = False,
        kept: frozenset[str] = frozenset(),
    ) -> bytes:
        """The message that asks for a run, of one fragment or of the whole script.

        `kept`: hashes of messages that need not be sent again. A browser names those marked as
        cacheable, of which this app has none.
        """
        message = BackMsg()
        script = message.rerun_script
        script.query_string, script.fragment_id = self.query, fragment
        script.is_auto_rerun = timed
        if self.page_hash:
            script.page_script_hash = self.page_hash
        else:
            script.page_name = self.page
        script.cached_message_hashes.extend(kept)
        script.context_info.timezone, script.context_info.locale = "UTC", "en-GB"
        for slider in self.sliders.values():
            widget = script.widget_states.widgets.add()
            widget.id = slider.name
            widget.double_array_value.data.append(slider.value)
        if pressed:
            widget = script.widget_states.widgets.add()
            widget.id, widget.trigger_value = pressed, True
        for label, file in self.files.items():
            widget = script.widget_states.widgets.add()
            widget.id = self.uploaders[label]
            found = widget.file_uploader_state_value.uploaded_file_info.add()
            found.name, found.file_id = "a.txt", file
        self.heard, self.begun = set(), False
        self._begin()
        return message.SerializeToString()

    def take(self, data: bytes) -> bool:
        """Take in one message; True if it is the last of what was asked for."""
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        assert kind != "ref_hash", "the server left out what the browser may no longer have"
        self.heard |= {message.hash} - {""}
        fragments = frozenset(message.metadata.run.fragment_ids)
        if kind == "new_session":
            self.page_hash = message.new_session.page_script_hash
            self.theme = message.new_session.custom_theme.SerializeToString(deterministic=True)
            self.id, self.begun = message.new_session.initialize.session_id, True
            self._begin()
            if not fragments:
                self.timers = {}
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
            self.answered = True
        elif kind == "auto_rerun":
            timer = message.auto_rerun
            self.timers[timer.fragment_id] = Timer(timer.fragment_id, timer.interval)
        elif kind == "stop_auto_rerun":
            for name in message.stop_auto_rerun.fragment_ids:
                self.timers.pop(name, None)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._draw(message.delta)
        elif kind == "script_finished":
            self.ends.append(message.script_finished)
            return self.begun and self._finish(message.script_finished, fragments)
        return False

    def _begin(self) -> None:
        self.texts, self.faults, self._seen, self.answered = [], [], set(), False

    def _finish(self, status: int, fragments: frozenset[str]) -> bool:
        """Forget widgets that the run no longer drew; False if the script begins once more."""
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return False

        def stays(widget: Slider | Button) -> bool:
            return widget.name in self._seen or (
                status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
                and widget.fragment not in fragments
            )

        self.sliders = {name: s for name, s in self.sliders.items() if stays(s)}
        self.buttons = {name: b for name, b in self.buttons.items() if stays(b)}
        return True

    def _draw(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "slider":
            self._draw_slider(element.slider, delta.fragment_id)
        elif kind == "button":
            button = element.button
            self._seen.add(button.id)
            self.buttons[button.id] = Button(button.id, button.label, delta.fragment_id)
        elif kind == "file_uploader":
            self.uploaders[element.file_uploader.label] = element.file_uploader.id
        elif kind == "exception":
            self.faults.append(f"{element.exception.type}: {element.exception.message}")
        else:
            for text in words(element):
                self.texts.append(text)
                self.on_text(text)

    def _draw_slider(self, drawn: SliderMessage, fragment: str) -> None:
        """Keep the value that the reader has set, unless the page sets another."""
        if drawn.type != SliderMessage.SLIDER or len(drawn.default) != 1:
            return
        stands = drawn.value[0] if drawn.set_value else drawn.default[0]
        if not drawn.set_value and drawn.id in self.sliders:
            stands = self.sliders[drawn.id].value
        self._seen.add(drawn.id)
        self.sliders[drawn.id] = Slider(
            drawn.id, drawn.label, drawn.min, drawn.max, drawn.step, stands, fragment
        )


def words(element: Element) -> list[str]:
    """Texts of an element; none if it is of a kind without text."""
    kind = element.WhichOneof("type")
    if kind == "progress":
        return [element.progress.text]
    return [getattr(element, kind).body] if kind in {"markdown", "text", "alert"} else []


def stream_of(server: Server) -> str:
    """Address of a server's websocket."""
    return server.url.replace("http", "ws", 1) + "/_stcore/stream"


def prompt_socket(address: str) -> socket.socket:
    """A connection that sends at once, as a browser's does; Nagle's algorithm would add 40 ms."""
    where = urlsplit(address)
    connection = socket.create_connection((where.hostname, where.port), PATIENCE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Session:
    """One session: opens the page at once, then moves its first slider.

    with Session(server) as session:
        seconds = session.move(3.0)
    """

    def __init__(
        self,
        server: Server,
        query: str = "",
        page: str = "",
        on_text: Callable[[str], None] = lambda text: None,
        back: str = "",
    ) -> None:
        """`back`: the `id` of a session that lost its connection and comes back."""
        self.address, self.back = stream_of(server), back
        self.screen = Screen(query, page, on_text)

    @property
    def texts(self) -> list[str]:
        """Texts of the last run."""
        return self.screen.texts

    @property
    def kept(self) -> frozenset[str]:
        """Hashes of the last run's messages, which the server need not send again."""
        return frozenset(self.screen.heard)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.socket = stack.enter_context(
                connect(
                    self.address,
                    sock=prompt_socket(self.address),
                    subprotocols=[*PROTOCOLS, *self._back()],
                    max_size=None,
                    compression=None,
                )
            )
            self.rerun()
            self.stack = stack.pop_all()
        return self

    def _back(self) -> list[Subprotocol]:
        """A token that nobody checks here, and the session to come back to."""
        return [Subprotocol("none"), Subprotocol(self.back)] if self.back else []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()

    def move(self, value: float) -> float:
        """Set the first slider and wait for the script's end; seconds from sent to finished."""
        slider = self.screen.slider()
        self.screen.set(slider, value)
        return self.rerun(slider.fragment)

    def press(self, label: str) -> float:
        """Press a button and wait for the script's end."""
        button = self.screen.button(label)
        return self.rerun(button.fragment, button.name)

    def rerun(self, fragment: str = "", pressed: str = "") -> float:
        """Ask for a run with the sliders as they stand; seconds until it has finished."""
        message = self.screen.ask(fragment, pressed, kept=self.kept)
        sent = time.perf_counter()
        self.socket.send(message)
        while not self.screen.take(self.socket.recv(PATIENCE_SECONDS, decode=False)):
            pass
        assert not self.screen.faults, f"the page raised: {self.screen.faults[0]}"
        return time.perf_counter() - sent

    def ask_for_files(self, count: int) -> list[str]:
        """Ask for addresses as an uploader does; the ids under which files may come."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.extend(["a.txt"] * count)
        self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.socket.recv(PATIENCE_SECONDS, decode=False))
            if answer.WhichOneof("type") == "file_urls_response":
                return [urls.file_id for urls in answer.file_urls_response.file_urls]
