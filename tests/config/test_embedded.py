"""The embedded PostgreSQL on real directories."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from keystead.config import process
from keystead.config.connect import database
from keystead.config.embedded import Server, ServerFailed, end_orphan, running_url
from keystead.config.place import Place, hold


def quiet(_: str) -> None:
    """Swallows progress."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: that is closed to other accounts by each session that begins, and tidied by it."""
    with TemporaryDirectory(prefix="keystead-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    # Spaces, and too long for a socket: the two things about a path that PostgreSQL minds.
    home = folder / "Jürgen's data" / ("long " * 25)
    server = Server(home / "postgres", log=folder / "postgres.log", say=quiet, throwaway=True)
    server.create()
    yield server
    server.stop()


def test_it_starts_in_any_directory_and_keeps_what_was_written(server: Server) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE customer AS SELECT 'Acme' AS name")
    server.stop()
    assert running_url(server.database) is None
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT name FROM customer").fetchall() == [("Acme",)]


def test_it_orders_and_compares_text_the_same_on_every_machine(server: Server) -> None:
    with psycopg.connect(server.start()) as connection:
        row = connection.execute("SELECT upper('ação'), 'ÇA' ILIKE 'ça', current_setting('TimeZone')").fetchone()
    assert row == ("AÇÃO", True, "UTC")


def test_only_we_can_reach_its_socket(server: Server) -> None:
    folder = Path(server.start().rpartition("host=")[2].replace("%2F", "/").replace("%20", " "))
    assert folder.stat().st_mode & 0o077 == 0


def test_it_recovers_after_being_killed(server: Server) -> None:
    server.throwaway = False  # what was committed must be there
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE deal AS SELECT 1")
    assert server.child is not None
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait()
    assert not server.is_alive()
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT count(*) FROM deal").fetchone() == (1,)


def test_a_server_left_behind_is_ended_by_the_next_start(server: Server) -> None:
    server.start()
    orphan, server.child = server.child, None
    assert orphan is not None
    told: list[str] = []
    end_orphan(server.database, told.append)
    assert told == ["Ending the database server that an earlier run left behind …"]
    assert orphan.wait(60) == 0
    assert running_url(server.database) is None
    server.child = orphan  # its socket's folder is cleared away with it


def test_a_stale_note_that_names_another_program_does_not_stop_the_start(server: Server) -> None:
    note = server.database / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{server.database}\n")
    assert process.program_name(os.getpid()) != "postgres"
    assert server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_a_folder_that_was_closed_meanwhile_is_opened_again_at_the_next_start(folder: Path, server: Server) -> None:
    folder.chmod(0o700)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_data_of_another_major_version_is_refused_with_the_way_out(server: Server) -> None:
    (server.database / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServerFailed, match=r"made by PostgreSQL 17, this is 18.*restore the backup here"):
        server.create()


def test_a_start_that_fails_tells_the_end_of_the_log(server: Server) -> None:
    (server.database / "postgresql.conf").write_text("no such setting = 1\n")
    with pytest.raises(ServerFailed, match="syntax error in file"):
        server.start()


def test_a_command_starts_the_server_for_its_duration_and_a_second_one_shares_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    place = Place(folder / "data").make()
    with database(place, what="keystead migrate") as url:
        assert running_url(place.database) == url
        script = (
            "import sys; from pathlib import Path; from keystead.config.connect import database\n"
            "from keystead.config.place import Place\n"
            "with database(Place(Path(sys.argv[1])), what='keystead doctor') as url: print(url)"
        )
        second = subprocess.run([sys.executable, "-c", script, str(place.root)], capture_output=True, text=True, check=True)
        assert second.stdout.strip() == url
        assert running_url(place.database) == url
    assert running_url(place.database) is None


def test_a_given_address_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://acme@db/keystead")
    place = Place(tmp_path / "data").make()
    with hold(place, what="bin/run"), database(place, what="keystead migrate") as url:
        assert url == "postgresql://acme@db/keystead"
