"""The data directory: what lies where in it, the secret key, and the lock that keeps two servers off the same data."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

DEFAULT = "var"


class DataInUse(RuntimeError):
    """Another process holds the data directory; `holder` is what it wrote about itself: {"what", "pid", "url"?}."""

    code = "data_in_use"

    def __init__(self, place: "Place", holder: dict[str, Any]) -> None:
        self.holder = holder
        what = holder.get("what", "another process")
        super().__init__(
            f"The data directory {place.root} is in use by {what} (process {holder.get('pid', '?')})."
            " Stop that one first, or choose another directory with --data."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A data directory. Nothing is created before `make()`."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "postgres"

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def static(self) -> Path:
        return self.root / "static"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret_key"

    @property
    def demo_logins(self) -> Path:
        """Written when the demo workspace has been considered once; holds what to print at later starts."""
        return self.root / "demo-logins.txt"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def guests(self) -> Path:
        """Held shared by those who use a server that another process started for the duration of one command."""
        return self.root / "guests"

    def make(self) -> "Place":
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.files, self.static, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
        return self


def current_place() -> Place:
    """The directory named by KEYSTEAD_DATA, `var` in the current directory when unset."""
    return Place(Path(os.environ.get("KEYSTEAD_DATA") or DEFAULT).expanduser().resolve())


def secret_key(place: Place) -> str:
    """KEYSTEAD_SECRET_KEY, else the key kept in the data directory, made once and readable by its owner only."""
    given = os.environ.get("KEYSTEAD_SECRET_KEY")
    if given:
        return given
    try:
        descriptor = os.open(place.secret_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _written_key(place.secret_key)
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
    return key


def known_secret_key(place: Place) -> str:
    """Like `secret_key`, but makes nothing: "unset" when there is none yet (building, checking, printing help)."""
    given = os.environ.get("KEYSTEAD_SECRET_KEY")
    if given:
        return given
    return place.secret_key.read_text().strip() if place.secret_key.exists() else "unset"


def _written_key(path: Path) -> str:
    # Two first starts may meet: the other one has made the file and is about to fill it.
    for _ in range(50):
        key = path.read_text().strip()
        if key:
            return key
        time.sleep(0.1)
    raise RuntimeError(f"{path} is empty. Put the lost key back, or delete the file to have a new one made.")


@contextmanager
def hold(place: Place, **about: Any) -> Iterator[None]:
    """Holds the data directory for this process alone; raises `DataInUse` at once when another one has it."""
    with open(place.lock, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUse(place, holder(place)) from None
        _write(file, {"pid": os.getpid(), **about})
        try:
            yield
        finally:
            _write(file, {})


def holder(place: Place) -> dict[str, Any]:
    """What the present or last holder of the lock wrote; {} when it ended in order."""
    try:
        return dict(json.loads(place.lock.read_text() or "{}"))
    except (OSError, ValueError):
        return {}


def is_held(place: Place) -> bool:
    """Whether a living process holds the lock now."""
    if not place.lock.exists():
        return False
    with open(place.lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _write(file: TextIO, about: dict[str, Any]) -> None:
    file.seek(0)
    file.truncate()
    if about:
        json.dump(about, file)
    file.flush()
