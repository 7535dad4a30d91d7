"""The product as a stranger runs it, and a client that knows only the documented API.

Runs apart from the suite: it reads data that is not in the repository, from ../shared/data.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


class Client:
    """One member's view of one workspace through /api/v1."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, *, expect: int | None = None, **kwargs: Any) -> Any:
        answer = self.session.request(method, f"{self.base}/api/v1{path}", timeout=120, **kwargs)
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, expect=200, params=params)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.call("POST", path, expect=201, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self.call("PATCH", path, expect=200, json=body)

    def everything(self, path: str, **params: Any) -> list[Any]:
        found, cursor = [], None
        while True:
            page = self.get(path, limit=500, **({"cursor": cursor} if cursor else {}), **params)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                assert len(found) == page["total"]
                return found

    def total(self, path: str, **params: Any) -> int:
        number: int = self.get(path, limit=1, **params)["total"]
        return number

    def one(self, path: str, **params: Any) -> Any:
        (found,) = self.get(path, **params)["items"]
        return found

    def upload(self, file: Path, kind: str, **options: Any) -> Any:
        """Uploads and waits for the preview."""
        with file.open("rb") as content:
            job = self.call(
                "POST",
                "/imports",
                expect=201,
                files={"file": (file.name, content)},
                data={"kind": kind, "options": json.dumps(options)},
            )
        return self.wait(job["id"], "previewed")

    def wait(self, job: str, state: str, seconds: float = 180) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.get(f"/imports/{job}")
            if found["state"] in (state, "failed"):
                assert found["state"] == state, found
                return found
            time.sleep(0.2)
        raise AssertionError(f"import {job} is still {found['state']} after {seconds} s, wanted {state}")

    def commit(self, job: dict[str, Any]) -> Any:
        self.call("POST", f"/imports/{job['id']}/commit")
        return self.wait(job["id"], "committed")

    def undo(self, job: dict[str, Any]) -> Any:
        self.call("POST", f"/imports/{job['id']}/undo")
        return self.wait(job["id"], "undone")

    def kpis(self, plan: dict[str, Any]) -> Any:
        return self.get(f"/plans/{plan['id']}/kpis")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(address, data directory) of a running Keystead without the demo: web, worker and embedded PostgreSQL."""
    place = tmp_path_factory.mktemp("acceptance") / "var"
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not re.match(r"KEYSTEAD|DATABASE|DJANGO", name)}
    environment["PYTHONPATH"] = str(ROOT / "src")
    log = (place.parent / "run.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "keystead", "run", "--port", str(port), "--data", str(place), "--no-demo"],
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _until_ready(address, process, place.parent / "run.log")
        yield address, place
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


def _until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{address}/healthz", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.5)
    raise AssertionError(log.read_text())


def _command(place: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not re.match(r"KEYSTEAD|DATABASE|DJANGO", name)}
    environment["PYTHONPATH"] = str(ROOT / "src")
    done = subprocess.run(
        [sys.executable, "-m", "keystead", *words, "--data", str(place)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def new_workspace(product: tuple[str, Path]) -> Callable[..., Client]:
    """Makes a workspace by the documented commands and gives its owner's client."""
    address, place = product

    def make(slug: str, currency: str) -> Client:
        owner = f"owner@{slug}.example"
        _command(
            place,
            "workspace-create",
            slug.title(),
            "--slug",
            slug,
            "--currency",
            currency,
            "--fiscal-start",
            "1",
            "--language",
            "en",
            "--owner",
            owner,
            "--password",
            "correct horse battery",
        )
        token = _command(place, "token-create", "--workspace", slug, "--member", owner)
        assert token.count("\n") == 1
        return Client(address, token.strip())

    return make
