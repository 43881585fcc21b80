"""Response headers: what a page may load, who may embed it, what other sites are told."""

import os
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_core.tasks.characters import PLAYS

EMBEDDERS: Final = "RNN_EMBEDDERS"  # who may show the app in a frame: "'self' https://lms.example"
ANYBODY: Final = "*"


@cache
def policy() -> str:
    """The content policy. Streamlit styles its parts and loads components inline; Plotly and the
    components make workers and pictures of blobs; one text comes from elsewhere when asked for."""
    elsewhere = urlsplit(PLAYS.url)
    allowed = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws: wss: blob: data: {elsewhere.scheme}://{elsewhere.netloc}",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": os.environ.get(EMBEDDERS, ANYBODY),
    }
    return "; ".join(f"{name} {what}" for name, what in allowed.items())


class Headers:
    """Middleware: every answer says how it may be used."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers where an answer begins."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Content-Security-Policy"] = policy()
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)
