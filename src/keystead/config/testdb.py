"""`keystead testdb -- COMMAND`: runs a command with a PostgreSQL server of its own, thrown away afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from keystead.config.connect import say, throwaway
from keystead.config.embedded import ServerFailed
from keystead.config.supervisor import Stopped, stop_signals


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        say("usage: python -m keystead testdb -- COMMAND [arguments]")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="keystead-test-"))
    try:
        with stop_signals():
            return _run(command, folder)
    except Stopped:
        return 130
    except ServerFailed as error:
        say(str(error))
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], folder: Path) -> int:
    data = folder / "data"
    data.mkdir()
    # The owner makes and migrates the test databases; the suite itself then changes to the app's login.
    environment = {"KEYSTEAD_DATA": str(data), "KEYSTEAD_SECRET_KEY": "only-for-tests", "KEYSTEAD_DB_ROLE": "owner"}
    if os.environ.get("DATABASE_URL"):
        return _to_its_end(command, environment)
    with throwaway(folder) as url:
        return _to_its_end(command, {**environment, "DATABASE_URL": url})


def _to_its_end(command: list[str], environment: dict[str, str]) -> int:
    # In our own session, unlike a server: a debugger in a test needs the terminal.
    child = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        return child.wait()
    except Stopped:
        _interrupt(child)
        raise


def _interrupt(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.send_signal(signal.SIGINT)
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
