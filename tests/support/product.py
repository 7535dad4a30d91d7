"""The web server as it is run, on the test's database, and a browser's stream from it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from keystead.base import turns
from keystead.config.process import last_lines, spawn, stop
from keystead.data.models import User

# Seconds. Only a product that is broken takes that long: a busy machine is no fault.
STARTS_WITHIN = 180.0
ANSWERS_WITHIN = 60.0


@dataclass
class Product:
    """One web process. `log` is where it writes."""

    port: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Until it answers."""
        address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
        environment = os.environ | {
            "DATABASE_URL": urlunsplit(address), "KEYSTEAD_DB_ROLE": "app", "KEYSTEAD_DATA": str(self.log.parent),
            "KEYSTEAD_SECRET_KEY": settings.SECRET_KEY,
        }  # fmt: skip
        command = [sys.executable, "-m", "keystead", "web", "--port", str(self.port)]
        with warnings.catch_warnings():  # of forking while threads run: nothing that they may hold is used in between
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process = spawn(command, log=self.log, env=environment)
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"The web server does not answer:\n{last_lines(self.log)}")

    def stop(self) -> None:
        if self.process:
            stop(self.process, (signal.SIGTERM, ANSWERS_WITHIN))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        """Status and body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN)) as caller:
            caller.request(method, path, **options)
            with caller.getresponse() as answer:
                return answer.status, answer.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def product(folder: Path) -> Iterator[Product]:
    """Starts it and waits until it answers; ended with the block."""
    served = Product(free_port(), folder / "web.log")
    try:
        served.start()
        yield served
    finally:
        served.stop()


def committed[T](function: Callable[[], T]) -> T:
    """Runs it as another process would: on a connection of its own, outside of the transaction that a test is in."""

    def alone() -> T:
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result()


def overlapping[T](first: Callable[[], object], second: Callable[[], T], then: Callable[[], object] | None = None) -> T:
    """What `second` gives when it begins, on another connection, while `first` has written and not committed.

    It comes as far as it can before `first` is committed: to its end, or to where it waits. `then`: what `first` goes on with.
    """
    asks_again = Event()
    waits = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"

    def alone() -> T:
        try:
            return second()
        finally:
            connection.close()

    def pause(seconds: float) -> None:
        asks_again.set()
        time.sleep(seconds)

    with patch.object(turns, "_sleep", pause), ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first()
            other = thread.submit(alone)
            end = time.monotonic() + ANSWERS_WITHIN
            with connection.cursor() as cursor:
                while not (wait([other], timeout=0.01).done or asks_again.is_set() or cursor.execute(waits).rowcount):
                    assert time.monotonic() < end, "it neither ends nor waits for what was written first"
            if then is not None:
                then()
        return other.result(ANSWERS_WITHIN)


def cookie_of(user: User | None) -> str:
    """The session cookie of a browser in which this user is signed in."""
    client = Client()
    assert user
    committed(lambda: client.force_login(user))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Told:
    """A stream of events: `next("touched")` waits for the next one of that name; `is_over()` waits for its end."""

    def __init__(self, served: Product, cookie: str, *topics: str, **more: Any) -> None:
        query = urlencode({"topics": ",".join(topics), **more})
        self.caller = http.client.HTTPConnection("127.0.0.1", served.port, timeout=ANSWERS_WITHIN)
        self.caller.request("GET", f"/live?{query}", headers={"Cookie": cookie} if cookie else {})
        self.answer = self.caller.getresponse()
        self.status = self.answer.status
        self.id = ""

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()
        self.caller.close()

    def next(self, event: str) -> Any:
        while (found := self._event())[0] != event:
            pass
        return found[1]

    def hears_nothing(self, seconds: float) -> bool:
        """Whether no event but signs of life comes within the seconds."""
        self.answer.fp.raw._sock.settimeout(seconds)  # type: ignore[attr-defined]
        try:
            return self._event()[0] == "beat"
        except TimeoutError:
            return True

    def is_over(self) -> bool:
        """Waits for its end: whether the server said that nothing more comes, or was cut off before it did."""
        try:
            self.answer.read()
        except (http.client.IncompleteRead, ConnectionError):
            return False
        return True

    def _event(self) -> tuple[str, Any]:
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            if line == "\n":
                self.id = fields["id"]
                return fields["event"], json.loads(fields["data"])
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        raise AssertionError("the stream ended")
