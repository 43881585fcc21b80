"""Uploads and ended sessions, over HTTP and Streamlit's protocol, without a browser."""

import http.client
import os
import re
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pages.server.sessions import TIDY_SECONDS
from tests.browser.serving import ROOT, Server, serve
from tests.browser.session import PATIENCE_SECONDS, Session

TEXT = "task=text&reads=file"
UPLOADER = "A text file to learn from (UTF-8)"
MEGABYTE = 2**20


class Sender:
    """Sends files to a server as the page's uploader does."""

    def __init__(self, server: Server) -> None:
        self.where = urlsplit(server.url)
        with urllib.request.urlopen(f"{server.url}/_stcore/health") as answer:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def put(self, session: str, file: str, data: bytes) -> int:
        """The status of the answer; a refusal may come before all was sent."""
        head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
        headers = {
            "Content-Type": "multipart/form-data; boundary=x",
            "Cookie": self.cookie,
            "X-Xsrftoken": self.cookie.partition("=")[2],
        }
        connection = http.client.HTTPConnection(self.where.netloc, timeout=PATIENCE_SECONDS)
        path = f"/_stcore/upload_file/{session}/{file}"
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("PUT", path, head + data + b"\r\n--x--\r\n", headers)
        try:
            return connection.getresponse().status
        except ConnectionResetError:
            return 403  # closed on us while we were still sending
        finally:
            connection.close()


def kept(server: Server) -> int:
    """Bytes of all uploaded files that the server still has, as it counted them in the last 5 s."""
    url = f"{server.url}/_stcore/metrics?families=cache_memory_bytes"
    with urllib.request.urlopen(url) as answer:
        found = re.findall(r'type="UploadedFileManager"[^}]*} (\d+)', answer.read().decode())
    return sum(map(int, found))


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what is to happen by itself."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.2)


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that waits two seconds only for readers whose connection broke."""
    monkeypatch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "2")
    with serve(tmp_path / "server.log") as served:
        yield served


@pytest.fixture
def reader(fresh_server: Server) -> Iterator[Session]:
    with Session(fresh_server, TEXT, "training") as session:
        yield session


def test_a_file_that_was_asked_for_comes_and_is_read(fresh_server, reader):
    (file,) = reader.ask_for_files(1)
    assert Sender(fresh_server).put(reader.screen.id, file, b"to be or not to be " * 100) == 204
    reader.screen.files[UPLOADER] = file
    reader.rerun()
    assert "1,900 characters to learn from." in reader.texts


def test_invented_sessions_and_files_are_refused(fresh_server, reader):
    sender, big = Sender(fresh_server), b"x" * (19 * MEGABYTE)
    (file,) = reader.ask_for_files(1)
    assert sender.put("0" * 8, file, b"x") == 403
    assert {sender.put(reader.screen.id, f"{k}" * 8, big) for k in range(20)} == {403}
    assert sender.put(reader.screen.id, file, b"x") == 204
    assert sender.put(reader.screen.id, file, b"y") == 403  # an address serves once
    until(lambda: kept(fresh_server) == 1)


def test_a_session_keeps_its_last_files_only(fresh_server, reader):
    sender = Sender(fresh_server)
    for size in range(1, 21):
        (file,) = reader.ask_for_files(1)
        assert sender.put(reader.screen.id, file, b"x" * size) == 204
    until(lambda: kept(fresh_server) == 18 + 19 + 20)
    assert len(reader.ask_for_files(1000)) == 8


def test_all_sessions_together_keep_a_bounded_number_of_bytes(fresh_server):
    sender, big = Sender(fresh_server), b"x" * (19 * MEGABYTE)
    with ExitStack() as stack:
        said = []
        for _ in range(5):
            session = stack.enter_context(Session(fresh_server, TEXT, "training"))
            said += [sender.put(session.screen.id, file, big) for file in session.ask_for_files(3)]
        assert said.count(204) >= 8 and set(said[-4:]) == {503}
        until(lambda: 0 < kept(fresh_server) <= 200e6)


def test_nobody_reads_or_writes_the_files_of_another(fresh_server, reader):
    sender = Sender(fresh_server)
    (mine,) = reader.ask_for_files(1)
    assert sender.put(reader.screen.id, mine, b"a secret of mine " * 200) == 204
    with Session(fresh_server, TEXT, "training") as other:
        (theirs,) = other.ask_for_files(1)
        assert sender.put(reader.screen.id, theirs, b"x") == 403
        assert sender.put(other.screen.id, mine, b"x") == 403
        other.screen.files[UPLOADER] = mine
        other.rerun()
        assert not any("to learn from" in text for text in other.texts)
        path = f"{fresh_server.url}/_stcore/upload_file/{reader.screen.id}/{mine}"
        with urllib.request.urlopen(path) as answer:  # the app's front page
            assert b"secret" not in answer.read()
    reader.screen.files[UPLOADER] = mine
    reader.rerun()
    assert "3,400 characters to learn from." in reader.texts


def test_closed_sessions_let_go_without_another_visit(hasty):
    sender, big = Sender(hasty), b"x" * (5 * MEGABYTE)
    with ExitStack() as stack:
        for _ in range(4):
            session = stack.enter_context(Session(hasty, TEXT, "training"))
            (file,) = session.ask_for_files(1)
            assert sender.put(session.screen.id, file, big) == 204
        until(lambda: kept(hasty) == 4 * len(big))
    until(lambda: kept(hasty) == 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_closed_sessions_give_their_memory_back(hasty):
    """Networks in training with their states, in the session alone."""

    def megabytes() -> float:
        return (
            int(Path(f"/proc/{hasty.process}/statm").read_text().split()[1])
            * os.sysconf("SC_PAGE_SIZE")
            / MEGABYTE
        )

    big = "task=echo&cell=lstm&hidden=64&layers=3&length=100&batch=32&updates=99"
    with Session(hasty, "", "training"):
        pass
    before = megabytes()
    with ExitStack() as stack:
        for seed in range(3):
            stack.enter_context(Session(hasty, f"{big}&seed={seed}", "training")).press(
                "One update"
            )
        grown = megabytes() - before
    assert grown > 100
    until(lambda: megabytes() - before < grown / 3)


def test_a_reader_who_comes_back_finds_the_same_session(fresh_server, reader):
    (file,) = reader.ask_for_files(1)
    assert Sender(fresh_server).put(reader.screen.id, file, b"to be or not to be " * 100) == 204
    reader.screen.files[UPLOADER] = file
    reader.rerun()
    reader.socket.close()
    again = Session(fresh_server, TEXT, "training", back=reader.screen.id)
    again.screen.files, again.screen.uploaders = reader.screen.files, reader.screen.uploaders
    with again:
        assert again.screen.id == reader.screen.id
        assert "1,900 characters to learn from." in again.texts


def test_a_broken_connection_has_half_a_minute_and_memory_returns_within_one():
    """The numbers of the settings; what they bring about is tested above with shorter ones."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    waits = config["server"]["disconnectedSessionTTL"]
    assert waits >= 40 and waits + 2 * TIDY_SECONDS <= 60
