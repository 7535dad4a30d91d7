"""The product as a person runs it, on a directory of its own, and people who go on writing whatever happens to it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from keystead.config import process
from keystead.config.embedded import running_url
from keystead.config.place import Place

HIDDEN = ("DATABASE_URL", "KEYSTEAD_DATA", "KEYSTEAD_SECRET_KEY", "KEYSTEAD_DB_ROLE", "DJANGO_SETTINGS_MODULE")
ANSWERS_WITHIN = 60.0  # seconds: a busy machine is no fault
type Answer = tuple[int, dict[str, str], bytes]
# One for all: each that is built reads the machine's certificates, which costs more than the request.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(truth: Callable[[], Any], *, seconds: float, told: Callable[[], str] = str) -> None:
    """Waits until it is true; fails with what `told` says when it never is."""
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, f"not within {seconds} s: {told()}"
        time.sleep(0.05)


def ask(address: str, *, body: Any = None, headers: dict[str, str] | None = None, method: str | None = None) -> Answer:
    """(status, headers in lower case, content). A body is sent as JSON, bytes as they are. Raises OSError when nobody answers."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    assert address.startswith("http://127.0.0.1:")
    request = urllib.request.Request(  # noqa: S310 - our own server, checked above
        address, data=content, headers={**kind, **(headers or {})}, method=method
    )
    try:
        with _opener.open(request, timeout=ANSWERS_WITHIN) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


class Product:
    """`bin/run` on a data directory, without the installation that the script does before."""

    def __init__(self, data: Path) -> None:
        self.place, self.port = Place(data), free_port()
        self.environment = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        self.said = data.parent / "said.txt"
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "keystead", "run", "--data", str(data), "--port", str(self.port), "--no-demo"]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=said)

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        assert line.startswith("Keystead is ready"), self.said.read_text()

    def command(self, *arguments: str, code: int | None = 0) -> str:
        command = [sys.executable, "-m", "keystead", *arguments, "--data", str(self.place.root)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done.stdout.strip()

    def found(self) -> str:
        """A workspace with its owner, and a token of hers."""
        self.command(
            "workspace-create", "Northwind", "--slug", "northwind", "--currency", "EUR", "--fiscal-start", "1",
            "--language", "en", "--owner", "olga@northwind.example", "--password", "correct horse battery",
        )  # fmt: skip
        return self.command("token-create", "--workspace", "northwind", "--member", "olga@northwind.example")

    def part(self, word: str) -> int:
        """The process id of the part whose command line has this word: "postgres", "web", "worker"."""
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and any(Path(part).name == word for part in words):
                return int(entry.name)
        raise LookupError(f"no {word} runs:\n{self.said.read_text()}")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Asked as the superuser of the embedded server, whom the policies do not hold."""
        url = running_url(self.place.database)
        assert url is not None, "the database does not run"
        with psycopg.connect(url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def told(self) -> str:
        logs = [process.last_lines(path, 15) for path in sorted(self.place.logs.glob("*.log"))]
        return "\n----\n".join([self.said.read_text()[-2000:], *logs])

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=120)


class Writers:
    """Four people who each write one company after the other, and repeat what was not answered, as a careful client does."""

    def __init__(self, product: Product, token: str, name: str, *, people: int = 4) -> None:
        self.product, self.token, self.name = product, token, name
        self.answered: dict[str, str] = {}
        self.refused: Counter[tuple[int, str]] = Counter()
        self.unasked = 0  # requests that nobody answered
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(person,)) for person in range(people)]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _write(self, person: int) -> None:
        number = 0
        while not self.stopped.is_set():
            company = f"{self.name} {person}-{number}"
            if self._wrote(company):
                number += 1
            else:
                time.sleep(0.1)

    def _wrote(self, company: str) -> bool:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": company}
        try:
            status, head, content = ask(f"{self.product.url}/api/v1/accounts", body={"name": company}, headers=headers)
        except OSError:
            self.unasked += 1
            return False
        if status == 201:
            self.answered[company] = json.loads(content)["id"]
            return True
        kind = head.get("content-type", "")
        self.refused[status, json.loads(content)["code"] if kind == "application/problem+json" else content[:200].decode()] += 1
        return False

    def wait_for(self, more: int, *, seconds: float = 180) -> None:
        """Until that many companies more were written."""
        aim = len(self.answered) + more
        until(lambda: len(self.answered) >= aim, seconds=seconds, told=lambda: f"{self.refused}\n{self.product.told()}")

    def assert_nothing_lost_nothing_doubled(self) -> None:
        rows = self.product.rows(f"SELECT name, id::text FROM keystead_account WHERE name LIKE '{self.name} %'")
        stored = dict(rows)
        assert len(stored) == len(rows), "a company was written twice"
        assert {name: stored.get(name) for name in self.answered} == self.answered
        # Each of them may have had one request more under way when it stopped.
        assert len(stored) - len(self.answered) <= len(self.threads)
