"""A small proxy in front of the app, which knows nothing of its prefix, as JupyterHub's does."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.serving import free_port

Reading, Writing = asyncio.StreamReader, asyncio.StreamWriter


@contextmanager
def stripping(prefix: str, port: int) -> Iterator[str]:
    """Address of a proxy that takes `/prefix` off and asks 127.0.0.1:port for the rest."""
    loop, mine = asyncio.new_event_loop(), free_port()
    proxy = Stripping(f"/{prefix}", port)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.start_server(proxy.serve, "127.0.0.1", mine)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    try:
        yield f"http://127.0.0.1:{mine}/{prefix}"
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(proxy.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Stripping:
    """One request a connection; a websocket keeps its own."""

    def __init__(self, prefix: str, port: int) -> None:
        self.prefix, self.port = prefix.encode(), port
        self.serving: set[asyncio.Task[None]] = set()

    async def end(self) -> None:
        """Let go of all connections."""
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def serve(self, reading: Reading, writing: Writing) -> None:
        """Hand the request on, changed, and whatever comes after it either way, as it is."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        try:
            head = self.changed(await reading.readuntil(b"\r\n\r\n"))
            answers, asks = await asyncio.open_connection("127.0.0.1", self.port)
            asks.write(head)
            await asyncio.gather(through(reading, asks), through(answers, writing))
        except (OSError, asyncio.IncompleteReadError):
            writing.close()

    def changed(self, head: bytes) -> bytes:
        """The request's head without the prefix; a path outside of it becomes one there is not."""
        method, path, rest = head.split(b" ", 2)
        lines = [
            line for line in rest.split(b"\r\n") if not line.lower().startswith(b"connection:")
        ]
        upgrade = b"upgrade: websocket" in rest.lower()
        lines.insert(1, b"Connection: Upgrade" if upgrade else b"Connection: close")
        inside = path.startswith(self.prefix + b"/")
        path = path.removeprefix(self.prefix) if inside else b"/outside" + path
        return b" ".join((method, path, b"\r\n".join(lines)))


async def through(reading: Reading, writing: Writing) -> None:
    """All that comes here goes there."""
    try:
        while some := await reading.read(65536):
            writing.write(some)
            await writing.drain()
    except OSError:
        pass
    finally:
        writing.close()
