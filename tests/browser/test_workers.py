"""Several processes behind one port: a reader stays with one of them, and both are used."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager

import pytest

from scripts.serve import Door
from scripts.worker import COOKIE, cookie
from tests.browser.serving import ROOT, free_port, serve_by


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    with serve_by(2, tmp_path_factory.mktemp("workers") / "server.log") as server:
        yield server


def given(server, sent=""):
    """The cookie that an answer gives, or ""."""
    request = urllib.request.Request(f"{server.url}/", headers={"Cookie": sent} if sent else {})
    with urllib.request.urlopen(request) as answer:
        return (answer.headers["Set-Cookie"] or "").split(";")[0]


def test_readers_are_shared_out_and_each_is_known_again(two):
    names = Counter(given(two) for _ in range(6))
    assert names == {f"{COOKIE}=0": 3, f"{COOKIE}=1": 3}
    for name in names:  # a process gives its cookie to whoever comes with another one, or none
        assert not any(given(two, f"other=1; {name}") for _ in range(6))


def test_pages_slide_and_their_numbers_are_downloaded_from_either(visit, two):
    served = set()
    for _ in range(2):
        app = visit(two).open("/gates?cell=gru&steps=12")
        app.slide("Weight scale", 1)
        with app.page.expect_download() as found:
            app.page.get_by_role("button", name="Numbers as CSV").click()
        assert found.value.path().stat().st_size > 1000
        (own,) = [c["value"] for c in app.page.context.cookies() if c["name"] == COOKIE]
        served.add(own)
        app.check_clean()
    assert served == {"0", "1"}


@pytest.mark.parametrize(
    ("head", "number"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: rnn_worker=1\r\n\r\n", 1),
        (b"GET / HTTP/1.1\r\ncookie: a=b; rnn_worker=1; c=d\r\n\r\n", 1),
        (b"GET / HTTP/1.1\r\nCookie: rnn_worker=7\r\n\r\n", 0),
        (b"GET /?rnn_worker=1 HTTP/1.1\r\nHost: a\r\n\r\n", 0),
        (b"GET / HTTP/1.1\r\nCookie: my_rnn_worker=1\r\n\r\n", 0),
    ],
)
def test_whom_a_head_names(head, number):
    assert Door(2).worker_for(head).number == number


def test_only_over_https_does_the_cookie_reach_a_frame():
    assert "SameSite=Lax" in cookie(1, encrypted=False)
    assert "SameSite=None; Secure; Partitioned" in cookie(1, encrypted=True)


@contextmanager
def started(port):
    """`scripts.serve` at a port, in a group of processes of its own, of which none is left."""
    command = [sys.executable, "-m", "scripts.serve", "--workers=2", f"--port={port}"]
    words = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **words)
    try:
        yield process
    finally:
        if is_running(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


def is_running(group):
    """Whether any process of a group is."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_taken_port_is_told_and_no_process_is_left():
    with socket.create_server(("localhost", 0)) as other:
        port = other.getsockname()[1]
        with started(port) as process:
            said, _ = process.communicate(timeout=30)
            assert process.returncode and said.splitlines()[-1].startswith(f"localhost:{port} ")
            assert "Traceback" not in said and not is_running(process.pid)


def test_processes_end_when_the_one_that_started_them_is_killed():
    with started(free_port()) as process:
        assert "Serving" in process.stdout.readline()
        process.kill()
        process.wait()
        end = time.monotonic() + 60  # they may still be importing the app
        while is_running(process.pid) and time.monotonic() < end:
            time.sleep(0.2)
        assert not is_running(process.pid)
