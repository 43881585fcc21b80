"""Serve the app by several processes behind one port; each reader stays with one of them.

    python -m scripts.serve --workers 2 --port 8501 --address 0.0.0.0

A reader's session, uploads and downloads live in the memory of one process. This one accepts the
connections, looks at the first request's cookie without taking it, and hands the connection over
(its file descriptor, through a Unix socket): no byte of a reader passes through here. Who has no
cookie yet goes to the next process in turn and is given one there. A process that ends is started
anew. Linux and macOS.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from scripts.worker import COOKIE

ROOT: Final = Path(__file__).resolve().parents[1]
HEAD: Final = 16_384  # bytes of a request in which its cookie must stand
PATIENCE: Final = 10.0  # seconds for a request to begin
LOOK: Final = 0.01  # seconds between two looks at a head that has not come whole
NAMED: Final = re.compile(rb"^cookie:[^\r\n]*\b" + COOKIE.encode() + rb"=(\d+)", re.I | re.M)


@dataclass
class Worker:
    """A process that serves, and the socket through which it is handed connections."""

    number: int
    process: subprocess.Popen[bytes] = field(init=False)
    channel: socket.socket = field(init=False)

    def start(self) -> None:
        """Start the process, or start it anew."""
        self.channel, theirs = socket.socketpair()
        command = [sys.executable, "-m", "scripts.worker", str(theirs.fileno()), str(self.number)]
        self.process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()

    def hand_over(self, connection: socket.socket) -> None:
        """Let the process serve this connection."""
        socket.send_fds(self.channel, [b"."], [connection.fileno()])


class Door:
    """Listening socket of all processes: accepts connections and hands each to one of them."""

    def __init__(self, workers: int) -> None:
        self.workers = [Worker(number) for number in range(workers)]
        self._turn = count()

    def worker_for(self, head: bytes) -> Worker:
        """The worker named by the request's cookie; the next in turn where none is."""
        named = NAMED.search(head)
        number = int(named[1]) if named else -1
        if not 0 <= number < len(self.workers):
            number = next(self._turn) % len(self.workers)
        return self.workers[number]

    async def receive(self, connection: socket.socket) -> None:
        """Hand a connection over once its first request has begun."""
        with connection:
            try:
                async with asyncio.timeout(PATIENCE):
                    head = await begun(connection)
                self.worker_for(head).hand_over(connection)
            except (OSError, TimeoutError):
                return  # who says nothing, or came while a worker ended, may come again

    async def open(self, address: str, port: int) -> None:
        """Accept connections for ever."""
        loop = asyncio.get_running_loop()
        coming: set[asyncio.Task[None]] = set()
        with listening(address, port) as listener:
            for worker in self.workers:
                worker.start()
            watch = asyncio.create_task(self._watch())
            print(
                f"Serving at http://{address}:{port} by {len(self.workers)} processes", flush=True
            )
            try:
                while True:
                    connection, _ = await loop.sock_accept(listener)
                    task = asyncio.create_task(self.receive(connection))
                    coming.add(task)
                    task.add_done_callback(coming.discard)
            finally:
                watch.cancel()
                self.close()

    async def _watch(self) -> None:
        """Restart worker processes that have ended."""
        while True:
            await asyncio.sleep(1.0)
            for worker in self.workers:
                if worker.process.poll() is not None:
                    print(f"Process {worker.number} has ended; it is started anew.", flush=True)
                    worker.channel.close()
                    worker.start()

    def close(self) -> None:
        """End all processes."""
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.process.wait()


def listening(address: str, port: int) -> socket.socket:
    """The listening socket; no process is started before there is one."""
    try:
        listener = socket.create_server((address, port), backlog=1024)
    except OSError as fault:
        raise SystemExit(f"{address}:{port} cannot be served: {fault.strerror}") from None
    listener.setblocking(False)
    return listener


async def begun(connection: socket.socket) -> bytes:
    """The head of the first request, left where it is for who will serve it."""
    connection.setblocking(False)
    while True:
        try:
            head = connection.recv(HEAD, socket.MSG_PEEK)
        except BlockingIOError:
            head = b""
        else:
            if not head:
                raise ConnectionResetError
        if b"\r\n\r\n" in head or len(head) == HEAD:
            return head
        await asyncio.sleep(LOOK)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="localhost")
    options = parser.parse_args()
    if options.workers < 1:
        parser.error("--workers: expected 1 or more")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(Door(options.workers).open(options.address, options.port))
    except KeyboardInterrupt:
        print("Ended.")


if __name__ == "__main__":
    main()
