"""`bin/run` as a person meets it: up, refused twice, killed, up again, down in order."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from keystead.config import process
from keystead.config.embedded import running_url
from keystead.config.place import Place
from keystead.config.run import IN_USE

PATIENCE = 120.0  # seconds: only what hangs takes that long, a busy machine is no fault


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One `bin/run` on a data directory, without the installation that the script does before."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        hidden = ("DATABASE_URL", "KEYSTEAD_DATA", "KEYSTEAD_SECRET_KEY", "KEYSTEAD_DB_ROLE", "DJANGO_SETTINGS_MODULE")
        self.environment = {name: value for name, value in os.environ.items() if name not in hidden}
        self.process = self.start(port)

    def start(self, port: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "keystead", "run", "--data", str(self.data), "--port", str(port), "--no-demo"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "keystead", *arguments, "--data", str(self.data)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def health(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE) as answer:
            return int(answer.status)

    def children(self) -> list[int]:
        """The processes this one has started."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                found.append(int(entry.parent.name))
        return found


@pytest.fixture
def run() -> Iterator[Run]:
    with TemporaryDirectory(prefix="keystead-", ignore_cleanup_errors=True) as folder:
        run = Run(Path(folder) / "data of Acme", free_port())
        yield run
        if run.process.poll() is None:
            run.process.terminate()
        run.process.communicate(timeout=PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
def test_it_starts_refuses_a_second_start_survives_a_kill_and_stops_in_order(run: Run) -> None:
    assert run.first_line() == f"Keystead is ready at http://127.0.0.1:{run.port}"
    assert run.health() == 200

    second = run.start(free_port())
    output, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == IN_USE
    assert f"is in use by bin/run (process {run.process.pid})" in said
    assert output == ""

    beside = run.command("migrate", "--check")
    assert beside.returncode == 0, beside.stderr

    children = run.children()
    assert len(children) == 3  # the database, the web server, the worker
    run.process.kill()
    run.process.communicate(timeout=PATIENCE)
    wait_until_gone(children)

    run.process = run.start(run.port)
    assert run.first_line() == f"Keystead is ready at http://127.0.0.1:{run.port}"
    run.process.send_signal(signal.SIGTERM)
    run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == 0
    assert running_url(Place(run.data).database) is None
    assert json.loads((run.data / "lock").read_text() or "{}") == {}


def wait_until_gone(pids: list[int]) -> None:
    end = time.monotonic() + PATIENCE
    while alive := [pid for pid in pids if process.program_name(pid)]:
        assert time.monotonic() < end, f"still there: {alive}"
        time.sleep(0.1)


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(tmp_path / "data", port)
        _, said = run.process.communicate(timeout=PATIENCE)
    assert run.process.returncode == IN_USE
    assert said.startswith(f"Cannot listen on 127.0.0.1 port {port}")
    assert not (tmp_path / "data" / "postgres").exists()
