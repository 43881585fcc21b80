"""A Streamlit server of our own: a fresh process on a free port, its words kept."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
FAULTS = ("Traceback", "Uncaught app execution")


@dataclass(frozen=True)
class Server:
    """A running server: its address, its log and its process."""

    url: str
    log: Path
    process: int  # its id

    def check_log(self) -> None:
        """No exception anywhere in the server's life, shown to a reader or not."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        assert not any(fault in text for fault in FAULTS), f"server log:\n{text[-6000:]}"


@contextmanager
def serve(
    log: Path, folder: Path = ROOT, script: str = "app.py", base: str = ""
) -> Iterator[Server]:
    """Run ``script`` of ``folder`` until the block ends; its log must then hold no exception."""
    port = free_port()
    more = {"server.baseUrlPath": base} if base else {}
    with log.open("wb") as words, running(folder, script, port, words, **more) as process:
        server = Server(f"http://127.0.0.1:{port}{f'/{base}' if base else ''}", log, process.pid)
        wait_until_healthy(server, process)
        yield server
    server.check_log()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_by(workers: int, log: Path) -> Iterator[Server]:
    """Run the app by so many processes behind one port until the block ends."""
    port = free_port()
    command = ["-m", "scripts.serve", f"--workers={workers}", f"--port={port}"]
    with log.open("wb") as words, process_of(command, ROOT, words) as process:
        server = Server(f"http://localhost:{port}", log, process.pid)
        wait_until_healthy(server, process)
        yield server
    server.check_log()


@contextmanager
def running(
    folder: Path, script: str, port: int, words: BinaryIO, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process, ended with the block."""
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in (options | more).items()]
    command = ["-m", "streamlit", "run", script, *flags]
    with process_of(command, folder, words) as process:
        yield process


@contextmanager
def process_of(
    command: list[str], folder: Path, words: BinaryIO
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this Python, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_healthy(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Poll the health route; a server that died or never came says why."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(errors='replace')}")
