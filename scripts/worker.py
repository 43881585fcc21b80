"""One of the processes that `scripts.serve` starts: the app on connections that it is handed."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import uvicorn
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "rnn_worker"


class Handed(socket.socket):
    """A listening socket, as far as asyncio can tell, whose connections were accepted elsewhere."""

    def listen(self, backlog: int = 0, /) -> None:
        """Do nothing: the other process listens."""

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; `BlockingIOError` where there is none.

        Whoever hands them over may have ended without a word: then this process ends as well.
        """
        said, handed, _, _ = socket.recv_fds(self, 1, 1)
        if not said:
            signal.raise_signal(signal.SIGTERM)
            raise BlockingIOError
        connection = socket.socket(fileno=handed[0])
        # asyncio does so for connections that name TCP as their protocol: these do not.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, connection.getpeername()


class Sticky:
    """Middleware: a reader's cookie names the process that serves them."""

    def __init__(self, app: ASGIApp, number: int) -> None:
        self.app, self.number = app, number

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the cookie to who comes without it."""
        if scope["type"] != "http" or named(scope) == str(self.number):
            return await self.app(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", cookie(self.number, scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, sending)


def named(scope: Scope) -> str | None:
    """The process that a request's cookie names."""
    try:
        found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def cookie(number: int, encrypted: bool) -> str:
    """Value of Set-Cookie for a process; frames in other sites' pages send it over https alone."""
    where = "SameSite=None; Secure; Partitioned" if encrypted else "SameSite=Lax"
    return f"{COOKIE}={number}; Path=/; HttpOnly; {where}"


def main(arguments: Sequence[str]) -> None:
    from app import app  # sets the environment before NumPy is imported

    channel, number = map(int, arguments)
    sticky = Sticky(app, number)
    config = uvicorn.Config(sticky, ws="websockets-sansio", log_config=None)
    uvicorn.Server(config).run(sockets=[Handed(fileno=channel)])


if __name__ == "__main__":
    main(sys.argv[1:])
