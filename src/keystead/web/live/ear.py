"""The one connection of a web process that listens to the database. It comes back by itself when the database does."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings

from keystead.domain.live.notices import CHANNEL

log = logging.getLogger(__name__)

QUIET = 15.0  # seconds without a notice after which the connection is tried
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


async def listen(*, on_payload: Callable[[str], None], on_gap: Callable[[], None]) -> None:
    """Runs until it is cancelled. `on_gap` is called whenever something may have been missed: at each connection."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                on_gap()
                pause = FIRST_PAUSE
                await _hear(connection, on_payload)
        except (psycopg.Error, OSError) as error:
            log.warning("Live: the database is out of hearing: %s", error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _hear(connection: psycopg.AsyncConnection[Any], on_payload: Callable[[str], None]) -> None:
    while True:
        async for notify in connection.notifies(timeout=QUIET):
            on_payload(notify.payload)
        await connection.execute("SELECT 1")


def _address() -> dict[str, Any]:
    given = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address = {name: given[key] for name, key in named.items() if given.get(key)}
    options = {key: value for key, value in given.get("OPTIONS", {}).items() if isinstance(value, str | int)}
    return {**options, **address, "application_name": "keystead live", "keepalives_idle": 30}
