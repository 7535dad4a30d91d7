"""Parts of the running product are killed while people write: nothing is lost, nothing doubled, and it goes on by itself."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keystead.config import process
from tests.luck.product import Product, Writers, ask, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

SAID = {
    "en": "The database does not answer just now.",
    "pt-br": "O banco de dados",
    "es": "La base de datos",
}


PATIENCE = 120.0  # seconds for whatever has to happen by itself
MOUNT = ["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs"]


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A small disk in memory where we may mount one, else a folder; not below pytest's own, which other sessions close."""
    folder = Path(tempfile.mkdtemp(prefix="keystead-luck-"))
    mounted = os.geteuid() == 0 and subprocess.run([*MOUNT, folder], capture_output=True, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def product(disk: Path) -> Iterator[Product]:
    product = Product(disk / "data")
    try:
        product.wait_until_ready()
        yield product
    finally:
        product.stop()


@pytest.fixture(scope="module")
def token(product: Product) -> str:
    return product.found()


def test_a_killed_web_server_comes_back_and_every_answered_write_is_there_once(product: Product, token: str) -> None:
    with Writers(product, token, "Webwater") as writers:
        writers.wait_for(20)
        before = product.part("web")
        os.kill(before, signal.SIGKILL)
        # Its own child may go on answering until it is ended: on a busy machine many more companies are written by then.
        until(lambda: _is_there(product, "web", but=before), seconds=PATIENCE, told=product.told)
        writers.wait_for(20)
    assert "The web server ended by itself (signal SIGKILL); starting it again" in product.said.read_text()
    writers.assert_nothing_lost_nothing_doubled()
    assert {status for status, _ in writers.refused} <= {503}, writers.refused


def test_a_killed_database_is_told_in_a_sentence_and_comes_back_with_every_answered_write(product: Product, token: str) -> None:
    with Writers(product, token, "Datadale") as writers:
        writers.wait_for(20)
        os.kill(product.process.pid, signal.SIGSTOP)  # so that it is away for as long as we look at what is answered
        try:
            _kill_database(product)
            until(lambda: writers.refused, seconds=PATIENCE, told=product.told)
            for language, begin in SAID.items():
                headers = {"Cookie": "keystead_session=0123456789abcdef0123456789abcdef", "Accept-Language": language}
                status, head, page = ask(f"{product.url}/w/northwind/accounts/", headers=headers)
                assert (status, head["retry-after"], head["content-language"]) == (503, "5", language)
                assert begin in page.decode() or SAID["en"] in page.decode()
            status, head, content = ask(f"{product.url}/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
            assert (status, head["content-type"]) == (503, "application/problem+json")
            assert json.loads(content)["code"] == "database_away"
            assert ask(f"{product.url}/healthz")[0] == 503
        finally:
            os.kill(product.process.pid, signal.SIGCONT)
        writers.wait_for(20)  # a busy disk takes its time to recover
    writers.assert_nothing_lost_nothing_doubled()
    assert set(writers.refused) == {(503, "database_away")}
    assert ask(f"{product.url}/healthz")[0] == 200


def _kill_database(product: Product) -> None:
    pid = product.part("postgres")
    os.kill(pid, signal.SIGKILL)
    until(lambda: process.program_name(pid) is None, seconds=PATIENCE)


def test_the_worker_comes_back_too_and_the_doctor_finds_nothing_wrong_then(product: Product, token: str) -> None:
    until(lambda: _is_there(product, "worker"), seconds=PATIENCE, told=product.told)
    before = product.part("worker")
    os.kill(before, signal.SIGKILL)
    until(lambda: _is_there(product, "worker", but=before), seconds=PATIENCE, told=product.told)
    alive = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '6 seconds'"
    until(lambda: product.rows(alive)[0][0] > 0, seconds=PATIENCE, told=product.told)
    findings = {finding["name"]: finding for finding in json.loads(product.command("doctor", "--json", code=None))["findings"]}
    names = ("database", "clock", "migrations", "database logins", "row-level security", "worker", "queue", "file storage")
    assert {name: findings[name]["problem"] for name in names} == dict.fromkeys(names)


def _is_there(product: Product, word: str, but: int = 0) -> bool:
    """Whether a process of that word runs that is not `but`: by one look, for it may go at any moment."""
    try:
        return product.part(word) != but
    except LookupError:
        return False


def test_a_full_disk_refuses_writes_in_a_sentence_and_it_goes_on_once_there_is_room(
    disk: Path, product: Product, token: str
) -> None:
    if not disk.is_mount():
        pytest.skip("only root can mount a small disk; tests/luck/test_unavailable.py has the same sentences without one")
    ballast = disk / "ballast"
    with Writers(product, token, "Fullford") as writers:
        writers.wait_for(20)
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        until(lambda: sum(writers.refused.values()) > 20, seconds=PATIENCE, told=product.told)
        assert set(writers.refused) == {(503, "disk_full")}
        findings = json.loads(product.command("doctor", "--json", code=1))["findings"]
        said = next(finding for finding in findings if finding["name"] == "disk space")
        assert said["problem"] == f"Only 0 MB are free on the disk of {product.place.root}."
        ballast.unlink()
        writers.wait_for(20)
    writers.assert_nothing_lost_nothing_doubled()
    assert ask(f"{product.url}/healthz")[0] == 200
