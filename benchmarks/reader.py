"""A reader without a browser, one of many: each is a coroutine over the same websocket protocol."""

from __future__ import annotations

import asyncio
import random
import time
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.browser.serving import Server
from tests.browser.session import PROTOCOLS, Screen, Slider, stream_of

PATIENCE_SECONDS = 120.0


class Unanswered(Exception):
    """A reader waited in vain, lost the connection, or was shown an exception."""


class Reader:
    """One reader of one page; every call waits for the run's end -> seconds from asked to told.

    async with Reader(server, "gates", "seed=3") as reader:
        seconds = await reader.move(reader.screen.slider("Weight scale"), 3.0)

    Raises `Unanswered` after `patience` seconds; the reader is of no use then.
    """

    def __init__(
        self, server: Server, page: str, query: str = "", patience: float = PATIENCE_SECONDS
    ) -> None:
        self.server, self.patience = server, patience
        self.link = f"/{page}?{query}"
        self.screen = Screen(query, page)
        self.opened = 0.0  # seconds that the page took to open

    async def __aenter__(self) -> Self:
        try:
            self.socket = await self._connect()
            self.opened = await self._run("")
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def move(self, slider: Slider, value: float, drags: bool = False) -> float:
        """Move a slider; a slider in a fragment runs that fragment alone.

        Who `drags` waits for the picture only: the next move may overtake what comes after it.
        """
        self.screen.set(slider, value)
        return await self._run(slider.fragment, drags=drags)

    async def drag_somewhere(self, label: str, dice: random.Random) -> float:
        """Drag that slider, or with "" any, to any of its values."""
        sliders = list(self.screen.sliders.values())
        slider = self.screen.slider(label) if label else dice.choice(sliders)
        stops = round((slider.high - slider.low) / slider.step)
        value = slider.low + slider.step * dice.randint(0, stops)
        return await self.move(slider, value, drags=True)

    async def press(self, label: str) -> float:
        """Press the button of this label."""
        button = self.screen.button(label)
        return await self._run(button.fragment, button.name)

    async def tick(self) -> float:
        """Wait for the page's own timer, then for the run that it asks for."""
        timer = next(iter(self.screen.timers.values()))
        await asyncio.sleep(timer.seconds)
        return await self._run(timer.fragment, timed=True)

    async def _connect(self) -> ClientConnection:
        return await connect(
            stream_of(self.server),
            subprotocols=PROTOCOLS,
            max_size=None,
            compression=None,
            ping_interval=None,  # a busy server is late with its pongs too
            open_timeout=self.patience,
        )

    async def _close(self) -> None:
        """Leave as a closed tab does: without waiting for a server that may be stuck."""
        if hasattr(self, "socket"):
            self.socket.transport.abort()

    async def _run(
        self, fragment: str, pressed: str = "", timed: bool = False, drags: bool = False
    ) -> float:
        screen, sent = self.screen, time.perf_counter()
        try:
            async with asyncio.timeout(self.patience):
                await self.socket.send(screen.ask(fragment, pressed, timed))
                while not screen.take(await self.socket.recv(decode=False)):
                    if drags and screen.answered:
                        break
        except TimeoutError:
            raise Unanswered(f"{self.link}: no answer for {self.patience:g} s") from None
        except (OSError, WebSocketException) as problem:
            raise Unanswered(f"{self.link}: {problem!r}") from problem
        if screen.faults:
            raise Unanswered(f"{self.link}: the page raised {screen.faults[0]}")
        return time.perf_counter() - sent
