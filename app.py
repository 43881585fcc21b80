"""The launcher: ``streamlit run app.py`` finds the ASGI application below.

The Streamlit script is ``pages/_shell.py``, not this file. With the script here, beside ``pages/``,
a fresh server would answer a shared link such as ``/gates?cell=gru`` in Streamlit's old automatic
multipage mode: the page without its frame, an exception, the link's settings lost.
"""

import os

# Before NumPy is imported: a second BLAS thread gains nothing at 32 units and costs up to six times
# when the cores are busy. A class is served by many sessions, not by many threads of one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

os.environ["RNN_SCRIPTS_SERVED"] = "1"  # the components' scripts are fetched once, see routes()

import asyncio
import gc
import gzip
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.state.session_state import SessionState

ROOT = Path(__file__).resolve().parent
TIDY_SECONDS = 30  # what lives for ever is frozen, so a look at the rest takes some milliseconds
GATHERING = 0.04  # seconds; longer reruns go on speaking as they run
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncIterator[None]:
    """Pay the slow imports once, before the first reader comes, then hide them from the collector.

    Objects that live for ever need not be walked again by every garbage collection.
    """
    import pandas  # noqa: F401
    import plotly.graph_objects as go

    from rnn_core.memory import keep_memory

    keep_memory()
    go.Figure(go.Heatmap(z=[[0]])).to_json()
    plotly_js()
    send_at_once()
    send_together()
    remember_theme()
    look_up_one_by_one()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)  # a run makes some thousands of objects, few of them circles
    cleaner = asyncio.create_task(tidy())
    yield
    cleaner.cancel()


async def tidy() -> None:
    """Let go of what readers left behind: sessions hang together in circles, and with Streamlit's
    own collection after every rerun switched off (see config.toml) nothing else looks for them."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        gc.collect()


def send_at_once() -> None:
    """Switch off Nagle's algorithm on the listening sockets, hence on every reader's connection.

    asyncio does so only for sockets that name TCP as their protocol, and Streamlit 1.67 binds its
    own without: every rerun then waits 40 ms for the reader's delayed acknowledgement.
    """
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and is_tcp(thing):
            thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def send_together() -> None:
    """Let what one rerun has to say leave in one go: when it ends, or after `GATHERING` at most.

    Streamlit 1.67 sends the first message as soon as a rerun begins and the others in two or three
    handfuls. Each handful makes the browser go through the whole page, which takes longer than the
    rerun itself: half of the time from a moved slider to the painted picture. And the script wakes
    the server's thread for each message, so that each of the two waits for the other.
    """

    def enqueue(session: AppSession, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        session._browser_queue.enqueue(message)
        notify = session._message_enqueued_callback
        if notify is None:
            return

        def send() -> None:
            gathering.discard(session)  # before taking: what is said from now on calls for us
            take(session)
            notify()

        if kind == "new_session":
            gathering.add(session)
            loop = session._event_loop
            loop.call_soon_threadsafe(loop.call_later, GATHERING, send)
        elif kind == "session_status_changed":
            if not message.session_status_changed.script_is_running:
                gathering.discard(session)
                notify()
        elif session not in gathering:
            notify()

    def say(session: AppSession, *event: Any, **more: Any) -> None:
        """Called in the script's thread, in place of one call to the server's per event."""
        said.setdefault(session, deque()).append(partial(handle, session, *event, **more))
        is_message = more.get("event") is ScriptRunnerEvent.ENQUEUE_FORWARD_MSG
        if not (is_message and session in gathering):
            session._call_soon_on_event_loop(partial(take, session))

    def take(session: AppSession) -> None:
        """Called in the server's thread."""
        events = said.get(session, ())
        try:
            while events:
                events.popleft()()
        finally:
            if events:  # one has failed: the others are not lost
                session._call_soon_on_event_loop(partial(take, session))

    def request_rerun(session: AppSession, *given: Any) -> None:
        take(session)  # while the script that has said it is the present one
        ask(session, *given)

    gathering: WeakSet[AppSession] = WeakSet()
    said: WeakKeyDictionary[AppSession, deque[Callable[[], None]]] = WeakKeyDictionary()
    handle, ask = AppSession._handle_scriptrunner_event_on_event_loop, AppSession.request_rerun
    AppSession._enqueue_forward_msg = enqueue  # type: ignore[method-assign, assignment]
    AppSession._on_scriptrunner_event = say  # type: ignore[method-assign, assignment]
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


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


def is_tcp(connection: socket.socket) -> bool:
    """True for an open TCP socket over IPv4 or IPv6."""
    families = (socket.AF_INET, socket.AF_INET6)
    is_stream = connection.type == socket.SOCK_STREAM and connection.family in families
    return is_stream and connection.fileno() >= 0


@cache
def plotly_js() -> bytes:
    """plotly.min.js of the installed Plotly, compressed once instead of for every reader."""
    return gzip.compress(PLOTLY_JS.read_bytes(), compresslevel=6)


def vendor_plotly(request: Request) -> Response:
    """Serve plotly.js: kept for ever if the link names its version (``?v=7.1.0``)."""
    named = request.query_params.get("v") == plotly.__version__
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if named else "no-cache",
        "ETag": f'"plotly-{plotly.__version__}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(PLOTLY_JS.read_bytes(), headers=headers, media_type="text/javascript")
    headers["Content-Encoding"] = "gzip"
    return Response(plotly_js(), headers=headers, media_type="text/javascript")


def component_script(request: Request) -> Response:
    """A component's script by a name that changes with its content, so it is kept for ever."""
    from pages.components import scripts

    text = scripts.served(request.path_params["name"])
    if text is None:
        return Response("No component has a script of this name.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(text, headers=headers, media_type="text/javascript")


def routes(base: str = "") -> list[BaseRoute]:
    """What the server offers besides Streamlit: assets, scripts, and plotly.js without a CDN."""
    return [
        Mount(f"{base}/assets", StaticFiles(directory=ROOT / "assets", check_dir=False)),
        Route(f"{base}/vendor/plotly/plotly.min.js", vendor_plotly),
        Route(f"{base}/scripts/{{name}}.js", component_script),
    ]


# The second set answers behind any ``server.baseUrlPath``; Streamlit prefixes only its own routes.
app = st.App(
    ROOT / "pages" / "_shell.py",
    lifespan=warm_up,
    routes=[*routes(), *routes("/{base:path}")],
)
