"""A real worker beside the test, on the test's own database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import override_settings

STORAGE = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where this test's uploads are, for the test and for its workers."""
    folder = tmp_path / "files"
    storages = settings.STORAGES | {"default": {"BACKEND": STORAGE, "OPTIONS": {"location": str(folder)}}}
    with override_settings(STORAGES=storages):
        yield folder


def owner_url() -> str:
    parts = urlsplit(configured.DATABASE_URL)
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture
def worker(tmp_path: Path) -> Callable[..., Any]:
    """`with worker("--until-empty") as process:`; whatever is still running at the end is ended."""

    @contextmanager
    def start(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        environment = os.environ | {
            "DATABASE_URL": owner_url(), "KEYSTEAD_DB_ROLE": "worker", "KEYSTEAD_DATA": str(tmp_path),
            "KEYSTEAD_SECRET_KEY": configured.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "keystead.config.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }  # fmt: skip
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "keystead", "worker", *arguments], env=environment, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()

    return start


def until(truth: Callable[[], Any], *, seconds: float, told: Callable[[], str] = str) -> None:
    """Waits until it is true; fails with what `told` says when it never is."""
    end = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s: {told()}")
        time.sleep(0.02)


def let_time_pass() -> None:
    """The workers that were killed have been silent for a minute."""
    with psycopg.connect(owner_url()) as owner:
        owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
