"""The doctor's looks that need no database."""

import importlib.metadata
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from keystead.config import assets
from keystead.config.doctor import Finding, Look
from keystead.config.place import current_place, holder, is_held
from keystead.config.translations import SOURCE

LEAST_FREE = 500 * 1024**2  # bytes
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)( ;[^\\]*)?", re.MULTILINE)


def looks() -> list[Look]:
    return [python, packages, browser_assets, translations, disk, data_directory, lock]


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    wrong = f"This is Python {version}." if sys.version_info < (3, 12) else None
    yield Finding("Python", wrong, "Install Python 3.12 or newer and delete .venv." if wrong else None)


def packages() -> Iterator[Finding]:
    """Installed packages against the lock file; a package behind a marker may be absent."""
    lock_file = assets.PROJECT / "requirements" / "app.txt"
    if not lock_file.exists():
        return
    drifted = [
        words for name, version, marker in PINNED.findall(lock_file.read_text()) if (words := _drift(name, version, marker))
    ]
    yield Finding(
        "Python packages",
        f"not as locked: {', '.join(drifted[:10])}" if drifted else None,
        "Delete .venv/keystead.stamp and start bin/run: it installs what is locked." if drifted else None,
    )


def _drift(name: str, version: str, marker: str) -> str | None:
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None if marker else f"{name} is missing"
    return None if installed == version else f"{name} {installed} instead of {version}"


def browser_assets() -> Iterator[Finding]:
    wrong = None if assets.are_current() else "They are missing or older than their sources."
    yield Finding("browser assets", wrong, "bin/run builds them." if wrong else None)


def translations() -> Iterator[Finding]:
    stale = [path.parent.parent.name for path in SOURCE.glob("locale/*/LC_MESSAGES/*.po") if not path.with_suffix(".mo").exists()]
    yield Finding(
        "translations",
        f"not compiled: {', '.join(sorted(stale))}" if stale else None,
        "bin/run compiles them." if stale else None,
    )


def disk() -> Iterator[Finding]:
    """Of the data, and of what is written in passing: an upload passes through the directory for temporary files."""
    root, passing = _existing(current_place().root), Path(tempfile.gettempdir())
    for folder, mend in (
        (root, "Free some space, or move the data directory (--data)."),
        (passing, "Free some space, or set TMPDIR."),
    ):
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE:
            yield Finding("disk space", f"Only {free // 1024**2} MB are free on the disk of {folder}.", mend)
            return
    yield Finding("disk space")


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def data_directory() -> Iterator[Finding]:
    place = current_place()
    if not place.root.exists():
        return
    for path in (place.root, place.secret_key, place.database):
        if path.exists() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield Finding("data directory", f"Other users of this machine can read {path}.", f"chmod go-r '{path}'")
            return
    for path in (place.root, place.files, place.logs):
        if path.exists() and not _is_writable(path):
            yield Finding("data directory", f"This user cannot write to {path}.", "Run Keystead as the user who owns it.")
            return
    yield Finding("data directory")


def _is_writable(path: Path) -> bool:
    probe = path / ".doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def lock() -> Iterator[Finding]:
    place = current_place()
    about = holder(place)
    if about and not is_held(place):
        yield Finding("last run", note="It did not end in order. The next start recovers by itself.")
    elif about:
        yield Finding("running", note=f"{about.get('what')} (process {about.get('pid')}) {about.get('url', '')}".strip())
