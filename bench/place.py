"""The databases to measure on: made, migrated and filled when they are not there yet, kept for the next bench.

They lie on the server of DATABASE_URL, or on an embedded one under var/bench, which has the settings that the product ships with.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.setting import ROOT

DATA = ROOT / "var" / "bench"  # not the data of bin/run
SLUG = "bench"


@contextmanager
def databases(*factors: int) -> Iterator[dict[int, str]]:
    """The owner's addresses by factor: 1 is the usual size, 10 ten times that."""
    from keystead.config.connect import database
    from keystead.config.place import Place, secret_key

    DATA.mkdir(parents=True, exist_ok=True)
    os.environ["KEYSTEAD_DATA"] = str(DATA)
    place = Place(DATA).make()
    os.environ["KEYSTEAD_SECRET_KEY"] = secret_key(place)
    with database(place, what="bench") as url:
        yield {factor: _ready(url, factor) for factor in factors}


def _ready(server: str, factor: int) -> str:
    name = f"keystead_bench_x{factor}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(f'CREATE DATABASE "{name}"')
    run([sys.executable, "-m", "keystead", "migrate", "--verbosity", "0"], url, role="owner")
    with psycopg.connect(url) as admin:
        admin.execute("SELECT set_config('keystead.workspace', '', false)")
        is_filled = admin.execute("SELECT 1 FROM keystead_user WHERE email = %s", [f"viewer@{SLUG}.bench.example"]).fetchone()
    if not is_filled:
        print(f"Filling {name} …", file=sys.stderr, flush=True)
        run([sys.executable, "-m", "bench.generate", "--times", str(factor), "--slug", SLUG], url, role="owner", quiet=True)
    return url


def environment(url: str, role: str) -> dict[str, str]:
    """What a process of the product is started with."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return {
        **os.environ, "DATABASE_URL": url, "KEYSTEAD_DB_ROLE": role, "PYTHONPATH": paths, "KEYSTEAD_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "keystead.config.settings",
    }  # fmt: skip


def run(command: list[str | Path], url: str, *, role: str, quiet: bool = False) -> None:
    """Runs a command to its end; raises SystemExit with its words when it fails."""
    done = subprocess.run(
        [str(part) for part in command], env=environment(url, role), cwd=ROOT, check=False, text=True,
        stdout=subprocess.PIPE if quiet else sys.stderr, stderr=subprocess.PIPE if quiet else None,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(str(part) for part in command)} failed:\n{done.stdout or ''}{done.stderr or ''}")
