"""Everything in one file, and back: the database, the uploaded files, the secret key.

The file is a tar: manifest.json, database.dump (PostgreSQL's custom format), secret_key, files/…
It holds the secret key and personal data: it is written readable by its owner only.
"""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from django.core.files.base import File
from django.core.files.storage import Storage

from keystead.config.embedded import PROGRAMS

FORMAT = 1
EMPTY_SCHEMA = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class BackupFailed(RuntimeError):
    """A backup could not be written or read; nothing was changed."""

    code = "backup_failed"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. `made_at` is an RFC 3339 moment in UTC."""

    format: int
    made_at: str
    release: str
    files: int

    @staticmethod
    def read(archive: tarfile.TarFile) -> "Manifest":
        try:
            member = archive.extractfile("manifest.json")
            manifest = Manifest(**json.load(member or io.BytesIO()))
        except (KeyError, TypeError, ValueError) as error:
            raise BackupFailed("This file is not a Keystead backup.") from error
        if manifest.format > FORMAT:
            raise BackupFailed(f"This backup was made by a newer release ({manifest.release}): update Keystead first.")
        return manifest


def write(*, target: Path, url: str, storage: Storage, secret_key: str, release: str, at: datetime) -> Manifest:
    """Writes the backup aside and renames it, so that `target` is whole or absent.

    The database is dumped from one snapshot before the files are read: a file may be there too many, never too few.
    """
    aside = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / "database.dump"
        _dump(url, dump)
        names = list(stored_names(storage))
        manifest = Manifest(FORMAT, at.isoformat(), release, len(names))
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
                _add(archive, "manifest.json", json.dumps(asdict(manifest)).encode())
                _add(archive, "secret_key", secret_key.encode())
                archive.add(dump, "database.dump")
                for name in names:
                    _add_stored(archive, storage, name)
            aside.rename(target)
        finally:
            aside.unlink(missing_ok=True)
    return manifest


def read(*, source: Path, url: str, storage: Storage) -> tuple[Manifest, str]:
    """Replaces the database (in one transaction) and then the files. Returns the manifest and the backup's secret key."""
    try:
        archive = tarfile.open(source, mode="r:")  # noqa: SIM115 - closed by the `with` below
    except tarfile.TarError as error:
        raise BackupFailed(f"{source} is not a Keystead backup.") from error
    with archive, tempfile.TemporaryDirectory() as folder:
        manifest = Manifest.read(archive)
        dump = Path(folder) / "database.dump"
        with _member(archive, "database.dump") as packed, dump.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        key = _member(archive, "secret_key").read().decode()
        _load(url, dump)
        _replace_files(archive, storage)
    return manifest, key


def stored_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all stored files, sorted within their folders."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}".lstrip("/")
    for name in sorted(folders):
        yield from stored_names(storage, f"{folder}/{name}".lstrip("/"))


def _replace_files(archive: tarfile.TarFile, storage: Storage) -> None:
    for name in list(stored_names(storage)):
        storage.delete(name)
    for member in archive:
        path = PurePosixPath(member.name)
        if member.isfile() and path.parts[0] == "files" and ".." not in path.parts:
            storage.save(str(PurePosixPath(*path.parts[1:])), File(archive.extractfile(member)))


def _member(archive: tarfile.TarFile, name: str) -> io.BufferedReader:
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise BackupFailed(f"This backup is damaged: {name} is missing in it.")
    return member  # type: ignore[return-value]  # a regular member is read through a buffered reader


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(content), 0o600
    archive.addfile(about, io.BytesIO(content))


def _add_stored(archive: tarfile.TarFile, storage: Storage, name: str) -> None:
    about = tarfile.TarInfo(f"files/{name}")
    about.size, about.mode = storage.size(name), 0o600
    with storage.open(name) as content:
        archive.addfile(about, content)


def _dump(url: str, target: Path) -> None:
    _program("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", url=url)


def _load(url: str, dump: Path) -> None:
    script = dump.with_suffix(".sql")
    _program("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump), url=None)
    empty = dump.with_name("empty.sql")
    empty.write_text(EMPTY_SCHEMA)
    _for_older_servers(script)
    files = (f"--file={empty}", f"--file={script}")
    _program("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files, url=url)


def _for_older_servers(script: Path) -> None:
    """Takes out the one line of our pg_restore that a server before version 17 refuses; it says what holds anyway."""
    aside = script.with_suffix(".older")
    with script.open("rb") as lines, aside.open("wb") as kept:
        preamble = True
        for line in lines:
            if preamble and line == b"SET transaction_timeout = 0;\n":
                continue
            preamble = preamble and (line.startswith((b"SET ", b"SELECT pg_catalog.", b"--", b"\\")) or not line.strip())
            kept.write(line)
    aside.replace(script)


def _program(name: str, *arguments: str, url: str | None) -> None:
    environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    command = [str(PROGRAMS / name), *arguments]
    if url is not None:
        address, password = without_password(url)
        command.append(f"--dbname={address}")
        environment |= {"PGPASSWORD": password} if password else {}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{name} failed: {done.stderr.strip()[-2000:]}")


def without_password(url: str) -> tuple[str, str]:
    """The address without its password, and the password: other users can read a program's arguments, not its environment."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}")), unquote(password)
