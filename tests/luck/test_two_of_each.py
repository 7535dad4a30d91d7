"""Two web processes and two workers on one database, everything at once: nothing is lost and nothing done twice."""

import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import pytest

from tests.luck.installation import OWNER, Installation
from tests.luck.product import Answer, ask, free_port, until

ROWS = 400
LONGEST = 300.0  # seconds for all of it, on a busy machine


class Pair:
    """The two addresses and one token; `send` asks the web process of that number."""

    def __init__(self, installation: Installation, ports: list[int]) -> None:
        self.token = installation.keystead("token-create", "--workspace", "demo", "--member", OWNER)
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.failed: list[str] = []

    def send(self, number: int, path: str, body: Any = None, method: str | None = None, **headers: str) -> Answer:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        answer = ask(f"{self.urls[number % 2]}/api/v1/{path}", body=body, headers=given, method=method)
        if answer[0] >= 500:
            self.failed.append(f"{path}: {answer[0]} {answer[2][:300]!r}")
        return answer

    def get(self, number: int, path: str) -> Any:
        status, _, content = self.send(number, path)
        assert status == 200, content
        return json.loads(content)


@contextmanager
def _process(installation: Installation, *arguments: str) -> Iterator[None]:
    log = installation.folder / f"{'-'.join(arguments)}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "keystead", *arguments], env=installation.environment, stdout=output, stderr=output
        )
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def pair(upgraded: Installation) -> Iterator[Pair]:
    ports = [free_port(), free_port()]
    with ExitStack() as running:
        for port in ports:
            running.enter_context(_process(upgraded, "web", "--port", str(port)))
        for number in (1, 2):
            running.enter_context(_process(upgraded, "worker", "--grace", str(number)))
        pair = Pair(upgraded, ports)
        for url in pair.urls:
            until(lambda url=url: _answers(url), seconds=LONGEST)
        yield pair


def _answers(url: str) -> bool:
    try:
        return ask(f"{url}/healthz")[0] == 200
    except OSError:
        return False


def create_with_repeats(pair: Pair, person: int) -> None:
    """The same request to both at the same moment, under one key: one company."""
    for number in range(8):
        name, key = f"Twice {person}-{number}", str(uuid.uuid4())
        answers: list[Answer] = []

        def one(web: int, name: str = name, key: str = key, answers: list[Answer] = answers) -> None:
            answers.append(pair.send(web, "accounts", {"name": name}, **{"Idempotency-Key": key}))

        both = [threading.Thread(target=one, args=(web,)) for web in (0, 1)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert [status for status, _, _ in answers] == [201, 201], answers
        assert len({json.loads(content)["id"] for _, _, content in answers}) == 1


def count_up(pair: Pair, person: int, account: str, added: list[int]) -> None:
    """Adds one to the employees of one account, as often as the version that was seen is still the version."""
    for number in range(12):
        status, head, content = pair.send(person + number, f"accounts/{account}")
        employees = json.loads(content)["employees"] or 0
        more = {"employees": employees + 1}
        status, _, _ = pair.send(number, f"accounts/{account}", more, "PATCH", **{"If-Match": head["etag"]})
        assert status in (200, 412), status
        if status == 200:
            added.append(1)


def import_a_file(pair: Pair, person: int) -> None:
    """Uploaded to one web process, committed through both at once: written once; every second one is taken back."""
    rows = "".join(f"Imported {person}-{row},Food\n" for row in range(ROWS))
    job = _upload(pair, person, f"Account,Sector\n{rows}")
    _await(pair, job, "previewed")
    asked = [pair.send(web, f"imports/{job}/commit", {})[0] for web in (0, 1)]
    assert sorted(asked) == [202, 409]
    _await(pair, job, "committed")
    if person % 2:
        assert pair.send(person, f"imports/{job}/undo", {})[0] == 202
        _await(pair, job, "undone")


def _upload(pair: Pair, person: int, text: str) -> str:
    mark = uuid.uuid4().hex
    form = f'--{mark}\r\nContent-Disposition: form-data; name="kind"\r\n\r\naccounts\r\n--{mark}\r\n'
    form += f'Content-Disposition: form-data; name="file"; filename="f{person}.csv"\r\n\r\n{text}\r\n--{mark}--\r\n'
    head = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    status, _, content = pair.send(person, "imports", form.encode(), **head)
    assert status == 201, content
    return str(json.loads(content)["id"])


def _await(pair: Pair, job: str, state: str) -> None:
    def told() -> dict[str, Any]:
        return dict(pair.get(len(state), f"imports/{job}"))

    until(lambda: told()["state"] == state, seconds=LONGEST, told=lambda: str(told())[:800])


def read_figures(pair: Pair, person: int, stop: threading.Event) -> None:
    plans = [plan["id"] for plan in pair.get(person, "plans?limit=20")["items"]]
    for number in count():
        if stop.wait(0.05):
            return
        pair.get(number, f"plans/{plans[number % len(plans)]}/kpis")
        pair.get(number + 1, "portfolio?limit=20")


def test_a_mixed_load_on_two_of_each_loses_nothing_and_doubles_nothing(pair: Pair, upgraded: Installation) -> None:
    account = json.loads(pair.send(0, "accounts", {"name": "Counted", "employees": 0})[2])["id"]
    added: list[int] = []
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=12) as people:
        readers = [people.submit(read_figures, pair, web, stop) for web in (0, 1)]
        writers: list[Future[None]] = [
            *(people.submit(create_with_repeats, pair, person) for person in range(2)),
            *(people.submit(count_up, pair, person, account, added) for person in range(3)),
            *(people.submit(import_a_file, pair, person) for person in range(4)),
        ]
        wait(writers, timeout=LONGEST)
        stop.set()
    for done in (*writers, *readers):
        done.result()
    assert pair.failed == []
    assert pair.get(0, f"accounts/{account}")["employees"] == len(added) > 0
    names = [row[0] for row in upgraded.ask("SELECT name FROM keystead_account")]
    assert sorted(name for name in names if name.startswith("Twice")) == sorted(
        f"Twice {p}-{n}" for p in range(2) for n in range(8)
    )
    assert sorted(name for name in names if name.startswith("Imported")) == sorted(
        f"Imported {person}-{row}" for person in (0, 2) for row in range(ROWS)
    )
    # What a job has written is there a moment before the queue has noted its end.
    until(lambda: upgraded.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)], seconds=LONGEST)
    assert upgraded.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]
