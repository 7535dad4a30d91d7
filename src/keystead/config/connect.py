"""Which server a command talks to: DATABASE_URL's, the embedded one that is running, or one started for the duration."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keystead.config.embedded import Server, running_url
from keystead.config.place import DataInUse, Place, hold

PATIENCE = 120.0  # seconds to wait for a server that another process is just starting


def say(text: str) -> None:
    """Progress goes to standard error: standard output belongs to what a command answers."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def database(place: Place, *, what: str) -> Iterator[str]:
    """The owner's address of the database, for as long as the block runs. `what` tells others who holds the data."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    begun = time.monotonic()
    while True:
        try:
            with hold(place, what=what), _started(place) as url:
                yield url
                return
        except DataInUse as busy:
            refused = busy
        with _as_guest(place) as found:
            if found is not None:
                yield found
                return
        if time.monotonic() - begun > PATIENCE:
            raise refused
        time.sleep(0.2)


@contextmanager
def _started(place: Place) -> Iterator[str]:
    server = Server(place.database, log=place.logs / "postgres.log", say=say)
    server.create()
    try:
        yield server.start()
    finally:
        with _without_guests(place):
            server.stop()


@contextmanager
def _as_guest(place: Place) -> Iterator[str | None]:
    """Another process's server, kept from stopping meanwhile; None when it is not (or no longer) there."""
    with open(place.guests, "a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield running_url(place.database)


@contextmanager
def _without_guests(place: Place) -> Iterator[None]:
    with open(place.guests, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that uses the same database …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def throwaway(folder: Path) -> Iterator[str]:
    """A server for one test run, in a folder that the caller removes."""
    server = Server(folder / "postgres", log=folder / "postgres.log", say=lambda _: None, throwaway=True)
    server.create()
    try:
        yield server.start()
    finally:
        server.stop()
