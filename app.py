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
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import plotly
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.state.session_state import SessionState
from streamlit.runtime.uploaded_file_manager import (
    UploadedFileManager,
    UploadedFileRec,
    UploadFileUrlInfo,
)

ROOT = Path(__file__).resolve().parent
TIDY_SECONDS = 5
GATHERING = 0.04  # seconds; longer reruns go on speaking as they run
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")  # session, file
FILES_KEPT = 3  # of one session: one for each of a page's uploaders, and one that is on its way
FILES_ASKED = 8  # addresses that a session may hold without having used them
MOST_UPLOADED = 200e6  # bytes, of all sessions together
PLOTLY_LINK = f"vendor/plotly/plotly.min.js?v={plotly.__version__}"  # as in components/plot.py
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncIterator[None]:
    """Pay the slow imports once, before the first reader comes, then hide them from the collector.

    Objects that live for ever need not be walked again by every garbage collection.
    """
    import pandas  # noqa: F401
    import plotly.graph_objects as go

    from rnn_core.engine.allocator import keep_memory

    keep_memory()
    go.Figure(go.Heatmap(z=[[0]])).to_json()
    plotly_js()
    send_at_once()
    send_together()
    uploads.watch(Runtime.instance().uploaded_file_mgr)
    remember_theme()
    look_up_one_by_one()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)  # a run makes some thousands of objects, few of them circles
    cleaner = asyncio.create_task(tidy())
    yield
    cleaner.cancel()


async def tidy() -> None:
    """Let go of what readers left behind, and of results that nobody has asked for of late.

    A session without its reader waits for them to come back (`disconnectedSessionTTL`). Streamlit
    1.67 looks for those that waited too long only when the next one leaves. Sessions hang together
    in circles, and with the collection after every rerun switched off (see config.toml) nothing
    else would end them. What lives for ever is frozen, so a collection takes some milliseconds.
    """
    from pages.ui.store import STORE, UNUSED
    from rnn_core.engine.allocator import give_back
    from rnn_core.training.stack import POOL

    manager = Runtime.instance()._session_mgr
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        ended = end_waiting(manager._session_storage._cache)  # type: ignore[attr-defined]
        if ended:
            POOL.clear()  # mostly theirs; who still trains makes new ones in some milliseconds
        freed = STORE.tidy() + POOL.rest(UNUSED)
        gc.collect()
        uploads.forget({info.session.id for info in manager.list_sessions()})
        if ended or freed:
            await asyncio.to_thread(give_back)


def end_waiting(waiting: TTLCache[str, SessionInfo]) -> int:
    """End the sessions whose readers did not come back in time; how many there were."""
    before = dict(waiting._data)
    waiting.expire()
    ended = [info.session for key, info in before.items() if key not in waiting]
    for session in ended:
        session.shutdown()
        session.session_state.clear()  # Streamlit's own loop holds on to the last session
        session._fragment_storage.clear()
    return len(ended)


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


class Uploads:
    """Only files that a page asked for are taken, and of each session the last few are kept.

    Streamlit 1.67 takes any number of files under any names for any session that is open.
    """

    def __init__(self) -> None:
        self.asked: dict[str, deque[str]] = {}  # session -> files it was given an address for
        self.coming = 0  # uploads under way

    def watch(self, manager: UploadedFileManager) -> None:
        """Hear of every address that is given, and of every file that has come."""
        assert isinstance(manager, MemoryUploadedFileManager)
        self.manager, give, take = manager, manager.get_upload_urls, manager.add_file

        def given(session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
            found = give(session_id, file_names[:FILES_ASKED])
            mine = self.asked.setdefault(session_id, deque(maxlen=FILES_ASKED))
            mine.extend(info.file_id for info in found)
            return found

        def taken(session_id: str, file: UploadedFileRec) -> None:
            take(session_id, file)
            for old in list(manager.file_storage[session_id])[:-FILES_KEPT]:
                manager.remove_file(session_id, old)

        manager.get_upload_urls = given  # type: ignore[method-assign]
        manager.add_file = taken  # type: ignore[method-assign]

    def admit(self, session_id: str, file_id: str) -> Response | None:
        """Why a file is refused, if it is; an address serves once."""
        if file_id not in self.asked.get(session_id, ()):
            return PlainTextResponse("No page of this session asked for this file.", 403)
        self.asked[session_id].remove(file_id)
        most = st.get_option("server.maxUploadSize") * 2**20
        if self.bytes() + (self.coming + 1) * most > MOST_UPLOADED:
            return PlainTextResponse("Too many files are kept here just now: try later.", 503)
        return None

    def bytes(self) -> int:
        """The size of all files that are kept."""
        sessions = self.manager.file_storage.values()
        return sum(len(file.data) for files in sessions for file in files.values())

    def forget(self, alive: Set[str]) -> None:
        """Let go of the files of sessions that have ended, also of those that came too late."""
        for session_id in {*self.asked, *self.manager.file_storage} - alive:
            self.asked.pop(session_id, None)
            self.manager.remove_session_files(session_id)


uploads: Final = Uploads()


class UploadGate:
    """Middleware: an upload that is refused is not even read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through but uploads that nobody asked for, or too many."""
        upload = (
            scope["type"] == "http" and scope["method"] == "PUT" and UPLOAD.search(scope["path"])
        )
        if not upload:
            return await self.app(scope, receive, send)
        refused = uploads.admit(*upload.groups())
        if refused is not None:
            return await refused(scope, receive, send)
        uploads.coming += 1
        try:
            await self.app(scope, receive, send)
        finally:
            uploads.coming -= 1


class PlotlyAhead:
    """Middleware: a page that plots tells the browser to fetch plotly.js while the frontend starts.

    Otherwise the 1.4 MB are asked for only when the first figure has come.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add a header to the pages of `plotting`; the address is relative, as all of ours are."""
        if scope["type"] != "http" or scope["path"].rpartition("/")[2] not in plotting():
            return await self.app(scope, receive, send)

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                link = f"<{PLOTLY_LINK}>; rel=preload; as=script"
                message["headers"] = [*message["headers"], (b"link", link.encode())]
            await send(message)

        await self.app(scope, receive, told)


@cache
def plotting() -> frozenset[str]:
    """The pages that draw with Plotly."""
    pages = (ROOT / "pages").glob("*.py")
    return frozenset(p.stem for p in pages if "pages.components.plot" in p.read_text("utf-8"))


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


def first_page(request: Request) -> Response:
    """The first page by its name: Streamlit serves it at the root alone, and finds no `/start`.

    The way there is relative, so it also holds behind a proxy that strips a prefix.
    """
    query = request.url.query
    return Response(status_code=307, headers={"Location": f"./?{query}" if query else "./"})


def routes(base: str = "") -> list[BaseRoute]:
    """What the server offers besides Streamlit: assets, scripts, and plotly.js without a CDN."""
    return [
        Mount(f"{base}/assets", StaticFiles(directory=ROOT / "assets", check_dir=False)),
        Route(f"{base}/vendor/plotly/plotly.min.js", vendor_plotly),
        Route(f"{base}/scripts/{{name}}.js", component_script),
        Route(f"{base}/start", first_page),
    ]


# The second set answers behind any ``server.baseUrlPath``; Streamlit prefixes only its own routes.
app = st.App(
    ROOT / "pages" / "_shell.py",
    lifespan=warm_up,
    routes=[*routes(), *routes("/{base:path}")],
    middleware=[Middleware(UploadGate), Middleware(PlotlyAhead)],
)
