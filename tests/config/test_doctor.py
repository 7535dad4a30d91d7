"""The doctor names what is wrong and how to mend it."""

import json
import os
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from keystead.config import doctor, doctor_database, doctor_machine
from keystead.config.doctor import Finding
from keystead.config.place import Place, hold


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
    names = ["server", "migrations", "roles", "row_security", "queue"]
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
