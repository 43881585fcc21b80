"""Cost of a server process, read from /proc, which Linux has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Vitals:
    """A process as it stands: memory in MB, processor time in seconds since its start."""

    memory: float
    most_memory: float  # since the last `forget_peak`
    processor: float


def readable(process: int) -> bool:
    """Whether this system tells."""
    return Path(f"/proc/{process}/status").exists()


def vitals(process: int) -> Vitals:
    """Memory and processor time of a process by its id."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # in user and in system mode
    now, most = (int(status[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))
    return Vitals(now, most, ticks / os.sysconf("SC_CLK_TCK"))


def forget_peak(process: int) -> None:
    """Let the peak of memory begin anew at what is held now."""
    Path(f"/proc/{process}/clear_refs").write_text("5")
