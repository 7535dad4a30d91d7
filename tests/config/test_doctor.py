"""The doctor names what is wrong and how to mend it."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from keystead.base.roles import RoleNames
from keystead.config import doctor, doctor_database, doctor_machine
from keystead.config.database import unsafe_rights, worker_url
from keystead.config.doctor import Finding
from keystead.config.place import Place, hold
from keystead.domain.workspace.audit import Break
from tests.support.company_server import administrator_of
from tests.support.world import World


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("KEYSTEAD_DATA", str(tmp_path / "data"))
    return Place(tmp_path / "data").make()


def test_a_readable_secret_key_is_wrong_and_the_mending_is_a_command(place: Place) -> None:
    assert list(doctor_machine.data_directory()) == [Finding("data directory")]
    place.secret_key.write_text("open to all")
    place.secret_key.chmod(0o644)
    (finding,) = doctor_machine.data_directory()
    assert finding.problem == f"Other users of this machine can read {place.secret_key}."
    assert finding.mend == f"chmod go-r '{place.secret_key}'"


def test_a_run_that_ended_badly_is_worth_a_note_and_a_running_one_too(place: Place) -> None:
    assert list(doctor_machine.lock()) == []
    with hold(place, what="bin/run", url="http://127.0.0.1:8000"):
        (running,) = doctor_machine.lock()
    assert running.note == f"bin/run (process {os.getpid()}) http://127.0.0.1:8000"
    place.lock.write_text('{"pid": 1, "what": "bin/run"}')
    (after,) = doctor_machine.lock()
    assert after.note == "It did not end in order. The next start recovers by itself."
    assert after.problem is None


def test_packages_are_as_locked_here() -> None:
    assert list(doctor_machine.packages()) == [Finding("Python packages")]


def test_a_drifted_package_is_named_with_both_versions() -> None:
    assert doctor_machine._drift("django", "1.0", "") == f"django {__import__('django').__version__} instead of 1.0"
    assert doctor_machine._drift("no-such-package", "1.0", "") == "no-such-package is missing"
    assert doctor_machine._drift("no-such-package", "1.0", " ; sys_platform == 'win32'") is None


@pytest.mark.django_db
def test_the_suite_s_own_database_is_well() -> None:
    names = ["server", "clock", "migrations", "roles", "row_security"]
    findings = [finding for name in names for finding in getattr(doctor_database, name)()]
    assert [finding.problem for finding in findings] == [None] * len(names)


@pytest.mark.django_db
def test_a_table_open_to_every_workspace_is_found() -> None:
    database = str(connection.settings_dict["NAME"])
    with psycopg.connect(settings.DATABASE_URL, dbname=database, autocommit=True) as owner:
        owner.execute("CREATE TABLE forgotten (workspace_id uuid)")
        try:
            (open_finding,) = doctor_database.row_security()
            owner.execute("ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY")
            owner.execute("CREATE POLICY workspace_only ON forgotten USING (false)")
            (without_force,) = doctor_database.row_security()
            owner.execute("ALTER TABLE forgotten FORCE ROW LEVEL SECURITY")
            (closed,) = doctor_database.row_security()
        finally:
            owner.execute("DROP TABLE forgotten")
    assert open_finding.problem == without_force.problem == "open to every workspace: forgotten"
    assert closed.problem is None


@pytest.mark.django_db
def test_a_missing_worker_is_wrong_only_while_the_product_runs(place: Place) -> None:
    (idle,) = doctor_database.worker()
    assert (idle.problem, idle.note) == (None, "Not running.")
    with hold(place, what="bin/run"):
        (alone,) = doctor_database.worker()
    assert alone.problem == "No worker takes jobs."
    assert str(place.logs / "worker.log") in str(alone.mend)


@pytest.mark.parametrize(("backend", "note"), [("console.EmailBackend", True), ("smtp.EmailBackend", False)])
def test_mail_that_is_only_printed_is_a_note_and_a_deaf_server_is_wrong(
    backend: str, note: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {} if note else {"host": "127.0.0.1", "port": 1, "timeout": 1}
    monkeypatch.setattr(settings, "MAILERS", {"default": {"BACKEND": f"django.core.mail.backends.{backend}", "OPTIONS": options}})
    (finding,) = doctor_database.mail()
    assert bool(finding.note) == note
    assert bool(finding.problem) == (not note)


def test_a_look_that_fails_is_itself_a_finding() -> None:
    def broken_disk() -> object:
        raise OSError("input/output error")

    (finding,) = doctor._careful([broken_disk])  # type: ignore[list-item]
    assert finding.name == "broken disk"
    assert finding.problem == "OSError: input/output error"


def test_the_exit_code_and_the_json_say_whether_anything_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: iter([Finding("disk space"), Finding("mail", note="only printed")]))
    assert doctor.main([]) == 0
    assert capsys.readouterr().out.endswith("note  mail: only printed\nNothing is wrong.\n")
    monkeypatch.setattr(doctor, "examine", lambda: iter([Finding("worker", "No worker takes jobs.", "Start bin/run.")]))
    assert doctor.main(["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["findings"][0]["mend"] == "Start bin/run."


@pytest.mark.parametrize("folder", ["data", "passing"])
def test_a_disk_with_little_room_is_named(folder: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def usage(path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=3 * 1024**2 if (path == place.root) == (folder == "data") else 1 << 40)

    monkeypatch.setattr(doctor_machine.shutil, "disk_usage", usage)
    (finding,) = doctor_machine.disk()
    full = place.root if folder == "data" else Path(tempfile.gettempdir())
    assert finding.problem == f"Only 3 MB are free on the disk of {full}."
    assert str(finding.mend).startswith("Free some space")


@pytest.mark.django_db
def test_clocks_that_disagree_or_went_back_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    (well,) = doctor_database.clock()
    assert well.problem is None
    real = doctor_database.moment
    monkeypatch.setattr(doctor_database, "moment", lambda: real() - timedelta(hours=1))
    (apart,) = doctor_database.clock()
    assert str(apart.problem).startswith("The database's clock and this machine's are 3,6")
    monkeypatch.setattr(doctor_database, "_rows", lambda *_: [(0.0, real() + timedelta(days=400))])
    monkeypatch.setattr(doctor_database, "moment", real)
    (behind,) = doctor_database.clock()
    assert str(behind.problem).startswith("This machine's clock is behind")


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'keystead'"
            " AND name = (SELECT max(name) FROM django_migrations WHERE app = 'keystead') RETURNING name"
        )
        (name,) = cursor.fetchone()
    (finding,) = doctor_database.migrations()
    assert finding.problem == f"1 pending, the first is keystead.{name}"
    assert finding.mend == "bin/keystead migrate"


def test_a_login_that_may_pass_row_level_security_is_named(django_db_blocker: Any, django_db_setup: None) -> None:
    name = f"doctor_{os.getpid()}"
    with psycopg.connect(administrator_of(settings.DATABASE_URL), autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {name} BYPASSRLS")
        try:
            with psycopg.connect(settings.DATABASE_URL) as owner, owner.cursor() as cursor:
                assert unsafe_rights(cursor, RoleNames(name, name)) == [f"{name} may bypass row-level security"]
        finally:
            administrator.execute(f"DROP ROLE {name}")


def _doctor(place: Place, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    hidden = ("DATABASE_URL", "KEYSTEAD_SECRET_KEY", "KEYSTEAD_DB_ROLE")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "keystead", "doctor", "--json", "--data", str(place.root)]
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout)["findings"]


def test_a_fallen_database_of_a_running_product_is_said_at_once(place: Place) -> None:
    place.database.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (place.database / "postmaster.pid").write_text(f"{gone.pid}\n{place.database}\n0\n5432\n{place.root}\n\n\nready\n")
    with hold(place, what="bin/run", url="http://127.0.0.1:8000"):
        code, findings = _doctor(place)
    assert code == 1
    (database,) = [finding for finding in findings if finding["name"] == "database"]
    assert database["problem"] == "bin/run is running, but its database is not."
    assert "postgres.log" in database["mend"]


def test_a_deaf_server_is_one_finding(place: Place) -> None:
    code, findings = _doctor(place, DATABASE_URL="postgresql://acme@/keystead?host=/nowhere")
    assert code == 1
    (database,) = [finding for finding in findings if finding["problem"] and finding["name"] == "database"]
    assert database["problem"].startswith("It does not answer: ")
    assert database["mend"] == "Start it, or check DATABASE_URL."
    assert findings[-1] == database


@pytest.mark.django_db
def test_a_job_that_nobody_takes_is_counted_through_the_worker_s_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    def late() -> int:
        (finding,) = doctor_database.queue()
        return int(str(finding.problem).split()[0]) if finding.problem else 0

    before = late()
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    values = "(queue_name, task_name, args, scheduled_at) VALUES ('default', 'left', %s, %s)"
    insert = f"INSERT INTO procrastinate_jobs {values} RETURNING id"
    with psycopg.connect(worker_url(address), autocommit=True) as worker:
        row = worker.execute(insert, ["{}", datetime.now(UTC) - timedelta(minutes=6)]).fetchone()
        try:
            assert late() == before + 1
        finally:
            worker.execute("DELETE FROM procrastinate_jobs WHERE id = %s", row)


def test_an_audit_log_that_does_not_hold_together_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_database, "workspaces", lambda: {"northwind": world.northwind.pk})
    (whole,) = doctor_database.audit_log()
    assert whole.problem is None
    monkeypatch.setattr(doctor_database, "breaks", lambda: [Break(7, "changed"), Break(9, "gap")])
    (broken,) = doctor_database.audit_log()
    assert "northwind at entry 7 (changed)" in (broken.problem or "")
