"""Processor time of processes: what a request costs however busy the machine is. Linux only; elsewhere it is 0."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = 1000 / os.sysconf("SC_CLK_TCK")


def spent(pids: Iterable[int]) -> float:
    """Milliseconds of processor time that these processes have used so far, with all their threads."""
    return sum(_of(pid) for pid in set(pids))


def below(pid: int) -> list[int]:
    """The processes that descend from this one."""
    found = [int(name.name) for name in Path("/proc").iterdir() if name.name.isdigit() and parent(int(name.name)) == pid]
    return [each for child in found for each in [child, *below(child)]]


def parent(pid: int) -> int:
    """-1 when there is no such process."""
    fields = _fields(pid)
    return int(fields[1]) if fields else -1


def _of(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK if fields else 0.0


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
