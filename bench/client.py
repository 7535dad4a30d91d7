"""One person at one browser, or one program with one token: a kept connection, timed to the last byte."""

import gzip
import http.client
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.cpu import below, spent
from bench.table import Times

WARM_UPS, MOST, SECONDS = 3, 40, 4.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`took` and `database` are milliseconds, `wire` is bytes as sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    took: float
    wire: int

    @property
    def queries(self) -> int:
        return int(self.headers.get("x-bench-queries", 0))

    @property
    def database(self) -> float:
        return float(self.headers.get("x-bench-database", 0))

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Sends what a browser sends: accepts gzip, keeps cookies, follows nothing."""

    def __init__(self, port: int, token: str = "", *, web: int = 0) -> None:
        """`web` is the server's process id: with it the processor time is taken as well."""
        self._web = [web, *below(web)] if web else []
        self._backends: set[int] = set()  # the database's processes that have answered: a few, one for each thread
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self._token = token

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        sent = {
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        begun = time.perf_counter()
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - begun) * 1000
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        found = {name.lower(): value for name, value in answer.getheaders()}
        if self._web and "x-bench-backend" in found:
            self._backends.add(int(found["x-bench-backend"]))
        plain = gzip.decompress(content) if found.get("content-encoding") == "gzip" else content
        return Answer(answer.status, found, plain, took, len(content))

    def send(self, path: str, values: Any, *, method: str = "POST", **headers: str) -> Answer:
        return self.ask(path, method=method, body=json.dumps(values).encode(), Content_Type="application/json", **headers)

    def sign_in(self, email: str, password: str) -> None:
        """By the sign-in page's own form. Raises SystemExit when it does not let us in."""
        page = self.ask("/auth/login/").body.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": email, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        answer = self.ask(
            "/auth/login/", method="POST", body=urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded"
        )
        if answer.status != 302:
            raise SystemExit(f"Signing in as {email} gave {answer.status}.")

    def timed(self, path: str, *, most: int = MOST, seconds: float = SECONDS, **headers: str) -> tuple[Times, Answer]:
        """Asks again and again, for a bounded time; raises SystemExit unless the answer is 200."""
        for _ in range(WARM_UPS):
            answer = self.ask(path, **headers)
            if answer.status != 200:
                raise SystemExit(f"{path} gave {answer.status}: {answer.body[:300]!r}")
        begun = time.monotonic()

        def going_on(done: int) -> bool:
            return done < most and (done < 5 or time.monotonic() - begun < seconds)

        return self.timed_each(lambda: self.ask(path, **headers), going_on)

    def timed_each(self, ask: Callable[[], Answer], going_on: Callable[[int], bool]) -> tuple[Times, Answer]:
        """The times of what `ask` does, as often as `going_on(times so far)`; at least once."""
        times, busy = Times(), [*self._web, *self._backends]
        before = spent(busy)
        while not times.taken or going_on(len(times.taken)):
            answer = ask()
            times.taken.append(answer.took)
        times.processor = (spent(busy) - before) / len(times.taken) if busy else None
        return times, answer
