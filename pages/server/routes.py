"""Offered besides Streamlit: assets, the components' scripts, and plotly.js without a CDN."""

import gzip
from functools import cache
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.components import scripts
from pages.components.plot import SOURCE

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


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
    """All of them below `base`."""
    return [
        Mount(f"{base}/assets", StaticFiles(directory=ASSETS, check_dir=False)),
        Route(f"{base}/vendor/plotly/plotly.min.js", vendor_plotly),
        Route(f"{base}/scripts/{{name}}.js", component_script),
        Route(f"{base}/start", first_page),
    ]


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

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                link = f"<{SOURCE}>; rel=preload; as=script"
                message["headers"] = [*message["headers"], (b"link", link.encode())]
            await send(message)

        await self.app(scope, receive, told)


@cache
def plotting() -> frozenset[str]:
    """The pages that draw with Plotly."""
    pages = (ROOT / "pages").glob("*.py")
    return frozenset(p.stem for p in pages if "pages.components.plot" in p.read_text("utf-8"))
