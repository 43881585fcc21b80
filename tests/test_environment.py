"""`make run` in a fresh copy: who comes second waits, and no package manager is called in vain."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 60  # seconds
STUB = """#!/bin/sh
# A Python whose venv and pip take as long as the test wants, and need no network.
case "$1 $2" in
    "-m venv")
        echo "venv begun" >>"$LOG"
        if [ -f broken ]; then echo "No space left on device" >&2; exit 1; fi
        while [ ! -f go ]; do sleep 0.02; done
        mkdir -p "$3/bin" && cp "$STUB" "$3/bin/python" && echo "venv made" >>"$LOG" ;;
    "-m virtualenv") exit 1 ;;
    "-m pip") if [ "$3" = install ]; then echo "installed" >>"$LOG"; fi ;;
    "-c import venv, ensurepip") [ ! -f bare ] ;;
    *) exec "$REAL" "$@" ;;
esac
"""


class Copy:
    """A throw-away copy of what makes the environment, with tools that only say they were called.

    `id` says root and `apt-get` is there, as in a container.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.started = folder, folder / "log", list[subprocess.Popen[str]]()
        for name in ("scripts/environment.sh", "requirements.txt", "requirements-dev.txt"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
        tools = {"python": STUB, "id": "#!/bin/sh\necho 0\n"}
        tools["apt-get"] = '#!/bin/sh\necho "apt $*" >>"$LOG"\nrm -f bare\n'
        for name, text in tools.items():
            path = folder / "tools" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)

    def start(self) -> "subprocess.Popen[str]":
        stub = str(self.folder / "tools" / "python")
        more = {"PYTHON": stub, "STUB": stub, "REAL": sys.executable, "LOG": str(self.log)}
        more["PATH"] = f"{self.folder / 'tools'}{os.pathsep}{os.environ['PATH']}"
        with (self.folder / f"said{len(self.started)}").open("w") as said:
            process = subprocess.Popen(
                ["sh", "scripts/environment.sh", "requirements.txt"],
                cwd=self.folder,
                env=os.environ | more,
                stderr=said,
                start_new_session=True,
                text=True,
            )
        self.started.append(process)
        return process

    def said(self, which: int) -> str:
        """Standard error so far of the process with this number."""
        return (self.folder / f"said{which}").read_text()

    def lines(self) -> list[str]:
        """Calls so far, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def go(self) -> None:
        """Let every `venv` finish."""
        (self.folder / "go").touch()

    def end(self, which: int) -> None:
        """End a process and all that it has started, as a closed terminal does."""
        os.killpg(self.started[which].pid, signal.SIGKILL)
        self.started[which].wait(PATIENCE)


@pytest.fixture
def copy(tmp_path: Path):
    made = Copy(tmp_path)
    yield made
    for k, process in enumerate(made.started):
        if process.poll() is None:
            made.end(k)


def until(happened) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_the_second_waits_for_the_first(copy):
    first = copy.start()
    until(lambda: "venv begun" in copy.lines())
    second = copy.start()
    until(lambda: "Waiting for another make" in copy.said(1))
    assert second.poll() is None
    copy.go()
    assert first.wait(PATIENCE) == 0 and second.wait(PATIENCE) == 0, copy.said(1)
    assert copy.lines() == ["venv begun", "venv made", "installed"]
    assert copy.start().wait(PATIENCE) == 0 and not copy.said(2)  # nothing is left to do


def test_the_second_takes_over_from_one_that_died(copy):
    copy.start()
    until(lambda: "venv begun" in copy.lines())
    second = copy.start()
    until(lambda: "Waiting for another make" in copy.said(1))
    copy.end(0)
    copy.go()
    assert second.wait(PATIENCE) == 0, copy.said(1)
    assert copy.lines() == ["venv begun", "venv begun", "venv made", "installed"]


def test_a_failure_is_told_in_its_own_words_and_nothing_is_installed(copy):
    (copy.folder / "broken").touch()
    assert copy.start().wait(PATIENCE) == 1
    assert "No space left on device" in copy.said(0)
    assert "module is missing" not in copy.said(0)
    assert copy.lines() == ["venv begun"]


def test_a_python_without_venv_gets_one_where_that_may_be_installed(copy):
    (copy.folder / "bare").touch()
    copy.go()
    assert copy.start().wait(PATIENCE) == 0, copy.said(0)
    assert [line.split()[0] for line in copy.lines()] == ["apt", "apt", "venv", "venv", "installed"]
    assert any("-venv" in line for line in copy.lines())
