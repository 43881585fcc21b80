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

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
FAULTS = ("Traceback", "Uncaught app execution")


@dataclass(frozen=True)
class Server:
    """Where a running server is found and what it has said."""

    url: str
    log: Path
    pid: int = 0

    def check_log(self) -> None:
        """No exception anywhere in the server's life, shown to a reader or not."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        assert not any(fault in text for fault in FAULTS), f"server log:\n{text[-6000:]}"


@contextmanager
def serve(log: Path, folder: Path = ROOT, script: str = "app.py") -> Iterator[Server]:
    """Run ``script`` of ``folder`` until the block ends; its log must then hold no exception."""
    port = free_port()
    with log.open("wb") as words, running(folder, script, port, words) as process:
        server = Server(f"http://127.0.0.1:{port}", log, process.pid)
        wait_until_healthy(server, process)
        yield server
    server.check_log()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, script: str, port: int, words) -> Iterator[subprocess.Popen]:
    """The server's process, ended with the block."""
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script, *flags],
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


def wait_until_healthy(server: Server, process: subprocess.Popen) -> None:
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
