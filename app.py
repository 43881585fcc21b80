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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime import Runtime

from pages.server import messages, ready, sessions
from pages.server.headers import Headers
from pages.server.routes import PlotlyAhead, plotly_js, routes
from pages.server.uploads import UPLOADS, UploadGate

ROOT = Path(__file__).resolve().parent


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
    messages.send_at_once()
    messages.send_together()
    messages.remember_theme()
    messages.look_up_one_by_one()
    ready.make_ready()
    UPLOADS.watch(Runtime.instance().uploaded_file_mgr)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)  # a run makes some thousands of objects, few of them circles
    cleaner = asyncio.create_task(sessions.tidy())
    yield
    cleaner.cancel()


# The second set answers behind any ``server.baseUrlPath``; Streamlit prefixes only its own routes.
app = st.App(
    ROOT / "pages" / "_shell.py",
    lifespan=warm_up,
    routes=[*routes(), *routes("/{base:path}")],
    middleware=[Middleware(Headers), Middleware(UploadGate), Middleware(PlotlyAhead)],
)
