"""The product's commands on a data directory and a database of their own, on the suite's server."""

import json
import lzma
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from keystead.base.roles import role_names
from tests.luck import figures
from tests.support.company_server import administrator_of

THEN = Path(__file__).parent / "release_0_1_0"
OWNER = "helena@demo.keystead.example"


class Installation:
    """A data directory of its own and a database of its own on the suite's server."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._told: dict[str, Any] = {}
        self.server = administrator_of(os.environ["DATABASE_URL"])  # a backup needs a login that sees every row
        self.url = urlsplit(self.server)._replace(path=f"/{name}").geturl()
        hidden = ("KEYSTEAD_SECRET_KEY", "KEYSTEAD_DB_ROLE", "KEYSTEAD_DATA")
        self.environment = {key: value for key, value in os.environ.items() if key not in hidden}
        self.environment |= {
            "DATABASE_URL": self.url, "KEYSTEAD_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "keystead.config.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }  # fmt: skip

    def __enter__(self) -> "Installation":
        with psycopg.connect(self.server, autocommit=True) as administrator:
            administrator.execute(f"CREATE DATABASE {self.name}")
        return self

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self.server, autocommit=True) as administrator:
            administrator.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
            for role in role_names(self.name):
                administrator.execute(f"DROP ROLE IF EXISTS {role}")

    def run(self, *command: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, command)], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def keystead(self, *arguments: str | Path) -> str:
        return self.run("-m", "keystead", *arguments)

    def figures(self) -> dict[str, Any]:
        """What was told in figures when they were asked for first."""
        self._told = self._told or self.figures_now()
        return self._told

    def figures_now(self) -> dict[str, Any]:
        token = self.keystead("token-create", "--workspace", "demo", "--member", OWNER)
        return dict(json.loads(self.run(figures.__file__, token)))

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, as text; but not the logs of who did what with it since."""
        with psycopg.connect(self.url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
            return {
                name: [row[0] for row in connection.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1').fetchall()]
                for (name,) in tables
            }

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def files(self) -> dict[str, bytes]:
        root = self.folder / "files"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def first_release(folder: Path) -> Path:
    """The backup that the first release wrote, as a file in the folder."""
    backup = folder / "backup.tar"
    with lzma.open(THEN / "backup.tar.xz") as packed, backup.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return backup
