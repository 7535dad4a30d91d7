"""Yesterday's data under today's release: the demo workspace as the first release wrote it, with the figures that it told then.

`release_0_1_0/` was made by that release: `keystead demo`, `figures.py` (its answers) and `keystead backup`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from tests.luck.installation import THEN, Installation
from tests.support.schema import schema


def _known(told: Any, then: Any) -> Any:
    """What is told now of what was told then: a later release may say more."""
    if isinstance(then, dict):
        return {key: _known(told.get(key), value) for key, value in then.items()} if isinstance(told, dict) else told
    if isinstance(then, list) and isinstance(told, list) and len(told) == len(then):
        return [_known(now, before) for now, before in zip(told, then, strict=True)]
    return told


def test_every_figure_is_what_it_was(upgraded: Installation) -> None:
    then = json.loads((THEN / "figures.json").read_text())
    assert len(then["kpis"]) > 20
    assert _known(upgraded.figures(), then) == then


@pytest.mark.django_db
def test_a_new_database_has_what_the_next_test_compares() -> None:
    """With the mark that has the tests' database made, also where this file is run alone."""
    with connection.cursor() as cursor:

        def ask(sql: Any) -> Any:
            cursor.execute(sql)
            return cursor

        assert len(schema(ask)) > 2_000


def test_the_steps_end_where_a_new_database_begins(upgraded: Installation, django_db_setup: None) -> None:
    """A new database is made in one step, this one went through them all (data/folding.py).

    Without Django's mark, which would have it run apart from its neighbours, and restore and upgrade a second time.
    """
    tested = urlsplit(upgraded.server)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with psycopg.connect(upgraded.url) as old, psycopg.connect(tested) as fresh:
        stepped, new = schema(old.execute), schema(fresh.execute)
    assert sorted(new ^ stepped) == []


def test_the_doctor_finds_nothing_wrong_with_it(upgraded: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "keystead", "doctor", "--json"],
        env=upgraded.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    findings = {finding["name"]: finding["problem"] for finding in json.loads(done.stdout)["findings"]}
    names = (
        "database",
        "clock",
        "migrations",
        "database logins",
        "row-level security",
        "queue",
        "file storage",
        "data directory",
    )
    assert {name: findings.get(name) for name in names} == dict.fromkeys(names)


def test_a_backup_put_back_elsewhere_is_equal_row_by_row_file_by_file_and_figure_by_figure(
    upgraded: Installation, tmp_path: Path
) -> None:
    (upgraded.folder / "files" / "imports").mkdir(parents=True, exist_ok=True)
    (upgraded.folder / "files" / "imports" / "maio.csv").write_bytes("Conta\nSão João\n".encode() * 1000)
    before, files = upgraded.figures_now(), upgraded.files()
    upgraded.keystead("backup", tmp_path / "monday.tar")
    rows = upgraded.rows()
    with Installation(tmp_path / "fresh", f"keystead_fresh_{os.getpid()}") as fresh:
        fresh.keystead("restore", tmp_path / "monday.tar")
        after = fresh.rows()
        assert after.keys() == rows.keys()
        assert [name for name in rows if after[name] != rows[name]] == []
        assert fresh.files() == files
        assert fresh.figures() == before
