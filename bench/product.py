"""The whole product as `bin/run` starts it, with the environment in place, on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import free_port
from bench.setting import ROOT


@dataclass(frozen=True, slots=True)
class Product:
    """`ready_after` is the seconds from the start to the line that says it is ready."""

    port: int
    pid: int
    ready_after: float


@contextmanager
def running(environment: dict[str, str], data: Path, *arguments: str) -> Iterator[Product]:
    """Raises SystemExit with the product's last words when it does not become ready."""
    from keystead.config import process

    port = free_port()
    command: list[str | Path] = [sys.executable, "-m", "keystead", "run", "--port", str(port), "--data", data, *arguments]
    begun = time.perf_counter()
    words = data.with_suffix(".log")
    with words.open("wb") as said:
        child = process.spawn(command, stdout=subprocess.PIPE, stderr=said, env=environment, cwd=ROOT)
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        took = time.perf_counter() - begun
        if b"ready" not in line:
            raise SystemExit(f"Keystead did not start:\n{words.read_text(errors='replace')[-2_000:]}")
        yield Product(port, child.pid, took)
    finally:
        process.stop(child, (signal.SIGTERM, 30.0))


def bare_environment() -> dict[str, str]:
    """What a person has who types bin/run: no database, no secret, no settings."""
    ours = ("KEYSTEAD_", "DATABASE_URL", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT / "src")}
