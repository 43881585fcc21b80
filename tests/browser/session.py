"""A reader without a browser: Streamlit's own protocol over its websocket."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.browser.serving import Server

PATIENCE_SECONDS = 30


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

    def __init__(self, server: Server, query: str = "", page: str = "", back: str = "") -> None:
        """`back`: the `id` of a session that lost its connection and comes back."""
        self.address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
        self.query, self.page, self.back, self.id = query, page, back, ""
        self.page_hash = ""
        self.sliders: dict[str, float] = {}
        self.buttons: dict[str, str] = {}  # what stands on it -> its name
        self.uploaders: dict[str, str] = {}  # label -> its name
        self.files: dict[str, str] = {}  # label of an uploader -> the file in it
        self.texts: list[str] = []
        self.kept: set[str] = set()  # what a browser may say it still has of earlier runs

    def __enter__(self) -> "Session":
        with ExitStack() as stack:
            self.socket = stack.enter_context(
                connect(
                    self.address,
                    sock=prompt_socket(self.address),
                    subprotocols=self._protocols(),  # type: ignore[arg-type]
                    max_size=None,
                    compression=None,
                )
            )
            self.rerun()
            self.stack = stack.pop_all()
        return self

    def _protocols(self) -> list[str]:
        """Streamlit's name, a token that nobody checks here, the session to come back to."""
        return ["streamlit", "none", self.back] if self.back else ["streamlit"]

    def __exit__(self, *fault: object) -> None:
        self.stack.close()

    def move(self, value: float) -> float:
        """Set the first slider and wait for the script's end; seconds from sent to finished."""
        self.sliders[next(iter(self.sliders))] = value
        return self.rerun()

    def press(self, label: str) -> float:
        """Press a button and wait for the script's end."""
        return self.rerun(self.buttons[label])

    def rerun(self, pressed: str = "") -> float:
        """Ask for a rerun with the sliders as they stand; seconds until the script has finished."""
        message = BackMsg()
        script = message.rerun_script
        script.query_string = self.query
        if self.page:
            script.page_name = self.page
        else:
            script.page_script_hash = self.page_hash
        script.cached_message_hashes.extend(self.kept)
        script.context_info.timezone, script.context_info.locale = "UTC", "en-GB"
        for name, value in self.sliders.items():
            widget = script.widget_states.widgets.add()
            widget.id = name
            widget.double_array_value.data.append(value)
        if pressed:
            widget = script.widget_states.widgets.add()
            widget.id, widget.trigger_value = pressed, True
        for label, file in self.files.items():
            widget = script.widget_states.widgets.add()
            widget.id = self.uploaders[label]
            found = widget.file_uploader_state_value.uploaded_file_info.add()
            found.name, found.file_id = "a.txt", file
        self.texts = []
        sent = time.perf_counter()
        self.socket.send(message.SerializeToString())
        while not self._finished():
            pass
        return time.perf_counter() - sent

    def ask_for_files(self, count: int) -> list[str]:
        """As an uploader does before it sends files: the ids under which they may come."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.extend(["a.txt"] * count)
        self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.socket.recv(PATIENCE_SECONDS, decode=False))
            if answer.WhichOneof("type") == "file_urls_response":
                return [urls.file_id for urls in answer.file_urls_response.file_urls]

    def _finished(self) -> bool:
        """Take in one message; True if it is the last of a run."""
        message = ForwardMsg()
        message.ParseFromString(self.socket.recv(PATIENCE_SECONDS, decode=False))
        kind = message.WhichOneof("type")
        assert kind != "ref_hash", "the server left out what the browser may no longer have"
        self.kept |= {message.hash} - {""}
        if kind == "new_session":
            self.page_hash = message.new_session.page_script_hash
            self.id = message.new_session.initialize.session_id
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)
        return kind == "script_finished"

    def _see(self, element) -> None:
        kind = element.WhichOneof("type")
        if kind == "slider" and element.slider.type == element.slider.SLIDER:
            slider = element.slider
            stands = slider.value if slider.set_value else slider.default
            self.sliders.setdefault(slider.id, stands[0])
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
        elif kind == "file_uploader":
            self.uploaders[element.file_uploader.label] = element.file_uploader.id
        elif kind == "progress":
            self.texts.append(element.progress.text)
        elif kind == "exception":
            raise AssertionError(f"the page raised: {element.exception.message}")
        elif kind in {"markdown", "text"}:
            self.texts.append(getattr(element, kind).body)
