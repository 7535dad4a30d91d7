"""A company's PostgreSQL: `python -m tests.support.company_server -- COMMAND` runs a command against it, then throws it away.

The machine's own server programs rather than ours, a login that may do little (no superuser, no BYPASSRLS), a password for
every login, a time zone of its own. What passes here passes at a customer who runs the database herself.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keystead.config import process
from keystead.config.system_user import let_through, server_user

ADMINISTRATOR = "KEYSTEAD_TEST_ADMINISTRATOR"  # names the administrator's address to tests that need one
ADMIN, LOGIN, PASSWORD, DATABASE = "admin", "company", "a company's secret", "keystead"
# The data is thrown away: nothing has to survive a power cut.
OPTIONS = {
    "listen_addresses": "", "unix_socket_permissions": "0700", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "max_connections": "80", "timezone": "America/Sao_Paulo",
}  # fmt: skip
# CREATEDB is for the suite alone, which makes its test databases.
SET_UP = f"""
    CREATE ROLE {LOGIN} LOGIN CREATEROLE CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD '{PASSWORD.replace("'", "''")}';
    CREATE DATABASE {DATABASE} OWNER {LOGIN};
"""


@dataclass(frozen=True, slots=True)
class CompanyServer:
    """A running server: the addresses of its administrator and of the company's login, and its main process."""

    programs: Path
    folder: Path
    process: "subprocess.Popen[bytes]"

    def address(self, login: str = "", database: str = DATABASE) -> str:
        user = login or f"{LOGIN}:{re.sub('[^a-z]', lambda found: f'%{ord(found[0]):02X}', PASSWORD)}"
        return f"postgresql://{user}@/{database}?host={self.folder}"


def administrator_of(address: str) -> str:
    """The same database for a login that may do everything: that of the address, unless the suite runs as a company's."""
    given = os.environ.get(ADMINISTRATOR)
    if not given:
        return address
    return urlsplit(given)._replace(path=urlsplit(address).path).geturl()


def programs() -> Path | None:
    """Where the machine's own PostgreSQL programs are, the newest first; None when it has none."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(3), reverse=True)
    return next((path for path in candidates if (path / "postgres").exists() and (path / "initdb").exists()), None)


@contextmanager
def company_server(found: Path) -> Iterator[CompanyServer]:
    """A bare server with one database that belongs to the company's login; only a socket listens."""
    folder = Path(tempfile.mkdtemp(prefix="company-"))
    data = folder / "data"
    user = server_user(data)
    account: dict[str, Any] = user.options() if user else {}
    if user:
        os.chown(folder, user.uid, user.gid)
        let_through(folder)
    log = folder / "postgres.log"
    try:
        command: list[str | Path] = [found / "initdb", "-D", data, "-U", ADMIN, "--auth=trust", "--no-sync", "-E", "UTF8"]
        subprocess.run([*command, "--locale=C.UTF-8"], check=True, capture_output=True, cwd="/", **account)
        (data / "pg_hba.conf").write_text(f"local all {ADMIN} trust\nlocal all all scram-sha-256\n")
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        child = process.spawn([found / "postgres", "-D", data, "-k", folder, *options], log=log, cwd="/", **account)
        try:
            server = CompanyServer(found, folder, child)
            _await(server, log)
            _psql(server, SET_UP)
            yield server
        finally:
            process.stop(child, (signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _psql(server: CompanyServer, statements: str) -> "subprocess.CompletedProcess[str]":
    command = [server.programs / "psql", "-Xqd", server.address(ADMIN, "postgres"), "-v", "ON_ERROR_STOP=1"]
    return subprocess.run(list(map(str, command)), input=statements, text=True, check=True, capture_output=True)


def _await(server: CompanyServer, log: Path) -> None:
    for _ in range(300):
        ready = server.folder / "data" / "postmaster.pid"
        if ready.exists() and "ready" in ready.read_text():
            return
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{process.last_lines(log)}")


def main(arguments: list[str]) -> int:
    found = programs()
    if found is None:
        print("This machine has no PostgreSQL server of its own: nothing is tested against one.", file=sys.stderr)
        return 0
    told = subprocess.run([found / "postgres", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{told}, as a login without superuser and without BYPASSRLS", file=sys.stderr)
    with company_server(found) as server:
        command = arguments[1:] if arguments[:1] == ["--"] else arguments
        addresses = {"DATABASE_URL": server.address(), ADMINISTRATOR: server.address(ADMIN)}
        return subprocess.run(command, env=os.environ | addresses, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
