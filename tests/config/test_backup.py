"""A back-up holds everything; a restore brings it back, or changes nothing."""

import os
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from keystead.config import backup
from tests.support.company_server import administrator_of

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def two() -> Iterator[tuple[str, str]]:
    """The owner's addresses of two empty databases."""
    server = administrator_of(os.environ["DATABASE_URL"])  # a backup needs a login that sees the rows of all workspaces
    names = [f"keystead_backup_{os.getpid()}_{number}" for number in (1, 2)]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
        first, second = (urlsplit(server)._replace(path=f"/{name}").geturl() for name in names)
        yield first, second
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            """
            CREATE TABLE account (workspace_id int, name text);
            INSERT INTO account VALUES (1, 'Acme'), (2, 'Sonron');
            ALTER TABLE account ENABLE ROW LEVEL SECURITY;
            ALTER TABLE account FORCE ROW LEVEL SECURITY;
            CREATE POLICY workspace_only ON account USING (workspace_id = 1);
            """
        )


def stored(folder: Path, **files: bytes) -> FileSystemStorage:
    storage = FileSystemStorage(location=folder)
    for name, content in files.items():
        storage.save(name.replace("__", "/"), ContentFile(content))
    return storage


def write(tmp_path: Path, url: str) -> Path:
    target = tmp_path / "monday.tar"
    storage = stored(tmp_path / "files", plan=b"%PDF", imports__maio=b"caf\xc3\xa9")
    manifest = backup.write(target=target, url=url, storage=storage, secret_key="the key", release="0.1.0", at=MONDAY)
    assert manifest.files == 2
    return target


def test_rows_of_every_workspace_files_and_key_come_back(two: tuple[str, str], tmp_path: Path) -> None:
    first, second = two
    fill(first)
    target = write(tmp_path, first)
    elsewhere = stored(tmp_path / "elsewhere", leftover=b"old")
    manifest, key = backup.read(source=target, url=second, storage=elsewhere)
    assert (manifest.made_at, key) == ("2026-03-02T09:30:00+00:00", "the key")
    assert list(backup.stored_names(elsewhere)) == ["plan", "imports/maio"]
    with elsewhere.open("imports/maio") as file:
        assert file.read() == b"caf\xc3\xa9"
    with psycopg.connect(second) as owner:
        assert owner.execute("SELECT name FROM account ORDER BY 1").fetchall() == [("Acme",), ("Sonron",)]
        protected = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'account'"
        assert owner.execute(protected).fetchone() == (True,)


def test_a_backup_is_readable_by_its_owner_only_and_leaves_nothing_beside_it(two: tuple[str, str], tmp_path: Path) -> None:
    fill(two[0])
    target = write(tmp_path, two[0])
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "monday.tar"]


def test_restoring_the_same_backup_twice_gives_the_same_state(two: tuple[str, str], tmp_path: Path) -> None:
    fill(two[0])
    target = write(tmp_path, two[0])
    storage = stored(tmp_path / "elsewhere")
    for _ in range(2):
        backup.read(source=target, url=two[1], storage=storage)
    with psycopg.connect(two[1]) as owner:
        assert owner.execute("SELECT count(*) FROM account").fetchone() == (2,)
    assert len(list(backup.stored_names(storage))) == 2


def test_a_damaged_dump_leaves_the_database_and_the_files_as_they_were(two: tuple[str, str], tmp_path: Path) -> None:
    first, second = two
    fill(first)
    fill(second)
    target, damaged = write(tmp_path, first), tmp_path / "damaged.tar"
    with tarfile.open(target) as whole, tarfile.open(damaged, "w") as cut:
        for member in whole:
            content = whole.extractfile(member)
            assert content is not None
            if member.name == "database.dump":
                member.size -= 900
            cut.addfile(member, content)
    storage = stored(tmp_path / "elsewhere", mine=b"still here")
    with pytest.raises(backup.BackupFailed, match="pg_restore failed"):
        backup.read(source=damaged, url=second, storage=storage)
    with psycopg.connect(second) as owner:
        assert owner.execute("SELECT count(*) FROM account").fetchone() == (2,)
    assert list(backup.stored_names(storage)) == ["mine"]


def test_another_kind_of_file_is_named_as_such(tmp_path: Path) -> None:
    letter, archive = tmp_path / "letter.txt", tmp_path / "other.tar"
    letter.write_text("Dear Acme")
    with tarfile.open(archive, "w") as other:
        other.add(letter, "letter.txt")
    for source in (letter, archive):
        with pytest.raises(backup.BackupFailed, match="not a Keystead backup"):
            backup.read(source=source, url="postgresql:///nowhere", storage=stored(tmp_path / "files"))


def test_a_backup_of_a_newer_release_asks_for_an_update(tmp_path: Path) -> None:
    source = tmp_path / "newer.tar"
    note = tmp_path / "manifest.json"
    note.write_text('{"format": 99, "made_at": "2030-01-01T00:00:00+00:00", "release": "9.0", "files": 0}')
    with tarfile.open(source, "w") as archive:
        archive.add(note, "manifest.json")
    with pytest.raises(backup.BackupFailed, match=r"newer release \(9\.0\): update Keystead first"):
        backup.read(source=source, url="postgresql:///nowhere", storage=stored(tmp_path / "files"))


def test_a_password_does_not_appear_among_a_program_s_arguments() -> None:
    assert backup.without_password("postgresql://ana:s%40cret@db:5433/keystead?sslmode=require") == (
        "postgresql://ana@db:5433/keystead?sslmode=require",
        "s@cret",
    )
    assert backup.without_password("postgresql://postgres@/keystead?host=%2Ftmp") == (
        "postgresql://postgres@/keystead?host=%2Ftmp",
        "",
    )


def test_a_login_that_does_not_see_every_row_writes_no_backup_and_says_what_it_needs(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"would be incomplete.*ALTER ROLE \S+_app BYPASSRLS"):
        call_command("backup", str(tmp_path / "monday.tar"))
    assert not list(tmp_path.iterdir())


def test_a_row_that_looks_like_a_setting_survives_the_way_onto_an_older_server(tmp_path: Path) -> None:
    script = tmp_path / "database.sql"
    setting = "SET transaction_timeout = 0;\n"
    script.write_text(
        f"--\n\nSET lock_timeout = 0;\n{setting}\nCREATE TABLE note (text text);\nCOPY note FROM stdin;\n{setting}\\.\n"
    )
    backup._for_older_servers(script)
    assert script.read_text().count(setting) == 1
    assert script.read_text().endswith(f"COPY note FROM stdin;\n{setting}\\.\n")
