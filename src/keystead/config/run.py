"""`bin/run`: from a data directory to a product that answers, and back down again."""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

from keystead.config import process
from keystead.config.connect import say
from keystead.config.embedded import Server, ServerFailed
from keystead.config.place import DataInUse, Place, current_place, hold, secret_key
from keystead.config.supervisor import TICK, Child, Stopped, Supervisor, stop_signals

READY_WITHIN = 120.0
IN_USE = 3
PYTHON = [sys.executable, "-m", "keystead"]


class CannotStart(RuntimeError):
    """The product cannot be started; the message is a sentence for the person at the terminal."""

    code = "cannot_start"


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/run", description="Starts Keystead: database, web server, worker. Ctrl-C stops all of it."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (default: %(default)s)")
    parser.add_argument("--data", metavar="DIR", help="data directory (default: KEYSTEAD_DATA or var)")
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo workspace on first use")
    return parser


def main(arguments: list[str]) -> int:
    """Runs until a stop signal. Exit code 0 after one, 1 on failure, 3 when the data directory or the port is in use."""
    options = parser().parse_args(arguments)
    place = current_place()
    try:
        place.make()
        with stop_signals(), hold(place, what="bin/run", url=_address(options)):
            _require_free_port(options.host, options.port)
            _serve(place, options)
    except Stopped:
        return 0
    except DataInUse as error:
        say(str(error))
        return IN_USE
    except (CannotStart, ServerFailed, RuntimeError) as error:
        say(str(error))
        return IN_USE if isinstance(error, PortInUse) else 1
    except PermissionError as error:
        say(f"{error.filename or place.root} cannot be written by this user: choose another directory with --data.")
        return 1
    return 0


def _address(options: argparse.Namespace) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{options.port}"


class PortInUse(CannotStart):
    code = "port_in_use"


def _require_free_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise PortInUse(f"Cannot listen on {host} port {port} ({reason}). Choose another one: bin/run --port 8001") from error


def _serve(place: Place, options: argparse.Namespace) -> None:
    os.environ["KEYSTEAD_SECRET_KEY"] = secret_key(place)
    os.environ.setdefault("KEYSTEAD_BASE_URL", _address(options))
    supervisor = Supervisor(say)
    try:
        _start_database(place, supervisor)
        say("Bringing the database up to date …")
        _command("migrate", "--skip-checks", role="owner")
        logins = "" if options.no_demo else _demo(place)
        web = _web(place, options)
        supervisor.add(web)
        supervisor.add(_worker(place))
        _wait_until_ready(supervisor, web, options)
        print(f"Keystead is ready at {_address(options)}", flush=True)
        if logins:
            print(logins, flush=True)
        supervisor.run_until_stopped()
    except Stopped:
        say("Stopping …")
        raise
    finally:
        supervisor.stop()


class Database:
    """The embedded server as a part that is kept alive."""

    name = "database"

    def __init__(self, server: Server) -> None:
        self.server = server

    def start(self) -> None:
        os.environ["DATABASE_URL"] = self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def is_alive(self) -> bool:
        return self.server.is_alive()


def _start_database(place: Place, supervisor: Supervisor) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    server = Server(place.database, log=place.logs / "postgres.log", say=say)
    server.create()
    say("Starting the database …")
    supervisor.add(Database(server))


def _command(*arguments: str, role: str) -> str:
    """Runs one of our commands to its end: its progress (standard error) is shown, its answer returned."""
    child = process.spawn(
        [*PYTHON, *arguments],
        stdout=subprocess.PIPE,
        env={"KEYSTEAD_LOG_LEVEL": "WARNING", **os.environ, "KEYSTEAD_DB_ROLE": role},
    )
    try:
        output, _ = child.communicate()
    finally:
        process.stop(child, (signal.SIGTERM, 5.0))
    answer = output.decode(errors="replace").strip()
    if child.returncode:
        raise CannotStart(f"{answer}\nThe command `keystead {arguments[0]}` failed; the reason stands above.".strip())
    return answer


def _demo(place: Place) -> str:
    """Loads the demo workspace when no workspace exists yet. Returns the lines that name its logins, "" without demo."""
    if place.demo_logins.exists():
        return place.demo_logins.read_text().strip()
    if find_spec("keystead.config.management.commands.demo") is None:
        return ""
    say("Loading the demo workspace …")
    logins = _command("demo", "--if-empty", role="app")
    place.demo_logins.write_text(logins + "\n")
    return logins


def _web(place: Place, options: argparse.Namespace) -> Child:
    command = [*PYTHON, "web", "--host", options.host, "--port", str(options.port)]
    return Child("web server", command, place.logs / "web.log", {"KEYSTEAD_DB_ROLE": "app"})


def _worker(place: Place) -> Child:
    # Killed together with its database it would wait half a minute for a connection. Its jobs survive it in the queue.
    return Child(
        "worker",
        [*PYTHON, "worker"],
        place.logs / "worker.log",
        {"KEYSTEAD_DB_ROLE": "worker"},
        death_signal=signal.SIGKILL,
    )


def _wait_until_ready(supervisor: Supervisor, web: Child, options: argparse.Namespace) -> None:
    begun = time.monotonic()
    while not _is_healthy(options):
        supervisor.tick()
        if supervisor.falls() >= 3 or time.monotonic() - begun > READY_WITHIN:
            raise CannotStart(f"Keystead does not answer. {web.log} ends with:\n{process.last_lines(web.log)}")
        time.sleep(TICK / 2)


def _is_healthy(options: argparse.Namespace) -> bool:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - looked up here, never bound
    host = everywhere.get(options.host) or (f"[{options.host}]" if ":" in options.host else options.host)
    # The name by which we ask must be one that the settings allow.
    allowed = (os.environ.get("KEYSTEAD_ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip("*.") or "localhost"
    request = urllib.request.Request(f"http://{host}:{options.port}/healthz", headers={"Host": allowed})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False
