"""A browser, the product's server and its worker, all on the test database and under their own logins."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser

from keystead.config import settings as product
from keystead.config.process import last_lines, spawn, stop
from keystead.data.models import Account
from tests.journeys.journey import Journey, Opens, opened
from tests.support.browser import for_tests
from tests.support.world import World, account

PATIENCE = 10.0  # seconds that the worker has for ending what it does


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")  # starting it costs as much as a short journey
def browser() -> Iterator[Browser]:
    with for_tests() as browser:
        yield browser


@pytest.fixture(scope="package")  # no longer: it would take the jobs of other tests, and look for their files in its own store
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], None]]:
    """A real worker on the test database, under the worker's login. Calling it asserts that it still runs; it ends with us."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(address), "KEYSTEAD_DB_ROLE": "worker", "KEYSTEAD_DATA": str(settings.DATA),
        "KEYSTEAD_SECRET_KEY": settings.SECRET_KEY,
    }  # fmt: skip
    with warnings.catch_warnings():  # of forking while threads run: nothing that they may hold is used in between
        warnings.simplefilter("ignore", DeprecationWarning)
        child = spawn([sys.executable, "-m", "keystead", "worker"], log=log, env=environment)

    def assert_running() -> None:
        assert child.poll() is None, last_lines(log)

    try:
        yield assert_running
    finally:
        stop(child, (signal.SIGTERM, PATIENCE))


@pytest.fixture(autouse=True)
def _files_where_the_worker_looks() -> Iterator[None]:
    """Whatever other tests have set: the worker is a process of its own and reads what a page has stored."""
    with override_settings(STORAGES=product.STORAGES):
        yield


@pytest.fixture
def opens(browser: Browser, live_server: Any) -> Iterator[Opens]:
    """Opens the product as somebody: `opens(language="es")`. What the pages complained about fails the test at its end."""
    with opened(browser, live_server.url) as opens:
        yield opens


@pytest.fixture
def journey(opens: Opens) -> Journey:
    return opens()


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        return account("Aurelia Foods", owner=world.alice, industry="Food")
