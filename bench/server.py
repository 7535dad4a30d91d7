"""A web server as the product runs it (granian over RSGI, the app's login), on a free port, for as long as a block runs."""

import argparse
import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.place import DATA, databases, environment
from bench.setting import ROOT
from bench.table import Cell, draw

LONGEST = 20  # seconds of one statement


@contextmanager
def serving(url: str) -> Iterator[tuple[int, int]]:
    """The port and the process id of the server."""
    from keystead.config import process

    port = free_port()
    log = DATA / "web.log"
    log.unlink(missing_ok=True)
    command: list[str | Path] = [
        sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--backpressure", "4096", "--no-ws", "--log-level", "error", "bench.counted:served",
    ]  # fmt: skip
    # What takes longer is no measurement any more, and must not go on when nobody waits for it.
    limited = environment(url, "app") | {"PGOPTIONS": f"-c statement_timeout={LONGEST}s"}
    child = process.spawn(command, log=log, env=limited, cwd=ROOT)
    try:
        _await(port, child, log)
        yield port, child.pid
    finally:
        process.stop(child, (signal.SIGTERM, 10.0))


def print_table(about: str | None, heads: Sequence[str], measure: Callable[[int, int], list[list[Cell]]]) -> None:
    """A bench as a command: over the database that its arguments ask for, what `measure` finds at (port, process id)."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args()
    with databases(given.times) as urls, serving(urls[given.times]) as (port, web):
        print(draw(heads, measure(port, web)))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(port: int, child: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if child.poll() is not None:
            break
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/healthz")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The web server does not answer:\n{log.read_text(errors='replace')[-3_000:]}")
