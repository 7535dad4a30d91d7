"""`keystead COMMAND`: picks the data directory, the server and the login, then hands over to Django's commands."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from keystead.config import connect, run
from keystead.config.embedded import ServerFailed
from keystead.config.loading import all_stays
from keystead.config.place import DataInUse, current_place, secret_key
from keystead.config.supervisor import Stopped, stop_signals

# These change the shape of the database or must see every row.
OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "backup",
    "restore",
    "dbshell",
    "pgtrigger",
    "flush",
}
WORKER_COMMANDS = {"worker"}
# These need no database, and starting one for them would only cost time.
WITHOUT_DATABASE = {"help", "version", "--version", "web", "check", "makemessages", "compilemessages", "collectstatic",
                    "findstatic", "diffsettings", "startapp", "schedule"}  # fmt: skip

USAGE = """\
usage: bin/keystead COMMAND [--data DIR] [arguments]

Everyday commands (each has --help):
  workspace-create   a workspace with its first owner
  token-create       an API token for a member
  audit-verify       whether the audit logs are as they were written
  kept-figures       whether the portfolio's kept figures are what the deals say; wrong ones are made anew
  second-step-reset EMAIL  for somebody who has lost phone, keys and codes
  backup FILE        everything into one file
  restore FILE       everything back from one file
  doctor             what is wrong, and how to mend it
  migrate            bring the database up to date
  web, worker        one server process, for machines with a database of their own (DATABASE_URL)
  help               all commands
"""


def main(arguments: list[str]) -> int:
    arguments, data = without_data_option(arguments)
    if data is not None:
        os.environ["KEYSTEAD_DATA"] = str(Path(data).expanduser().resolve())
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in ("", "-h", "--help"):
        print(USAGE, end="")
        return 0 if name else 2
    if name == "run":
        return run.main(rest)
    if name == "web":
        from keystead.config.web_server import main as web

        return web(rest)
    if name == "setup":
        from keystead.config.assets import main as setup

        return setup(rest)
    if name == "doctor":
        from keystead.config.doctor import main as doctor

        return doctor(rest)
    if name == "testdb":
        from keystead.config.testdb import main as testdb

        return testdb(rest)
    return _django(name, arguments)


def without_data_option(arguments: list[str]) -> tuple[list[str], str | None]:
    """Takes `--data DIR` out of the arguments, wherever it stands before a `--`."""
    kept: list[str] = []
    data: str | None = None
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return [*kept, argument, *waiting], data
        if argument == "--data":
            data = next(waiting, None)
            if data is None:
                sys.exit("keystead: --data needs a directory")
        elif argument.startswith("--data="):
            data = argument.removeprefix("--data=")
        else:
            kept.append(argument)
    return kept, data


def role_of(name: str) -> str:
    """The login under which a command runs, unless KEYSTEAD_DB_ROLE says otherwise."""
    if name in OWNER_COMMANDS:
        return "owner"
    return "worker" if name in WORKER_COMMANDS else "app"


def _django(name: str, arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keystead.config.settings")
    os.environ.setdefault("KEYSTEAD_DB_ROLE", role_of(name))
    if name not in WORKER_COMMANDS:
        os.environ.setdefault("KEYSTEAD_LOG_LEVEL", "WARNING")
    try:
        with stop_signals(), _database_for(name, arguments) as url:
            if url:
                os.environ["DATABASE_URL"] = url
            return _execute(arguments)
    except Stopped:
        return 130
    except (ServerFailed, DataInUse, PermissionError) as error:
        connect.say(str(error))
        return 1


def _database_for(name: str, arguments: list[str]) -> AbstractContextManager[str | None]:
    if name in WITHOUT_DATABASE or not {"--help", "-h"}.isdisjoint(arguments):
        return nullcontext(None)
    place = current_place().make()
    os.environ["KEYSTEAD_SECRET_KEY"] = secret_key(place)
    return connect.database(place, what=f"keystead {name}")


def _execute(arguments: list[str]) -> int:
    import django
    from django.core.management import execute_from_command_line

    with all_stays():
        django.setup()
    try:
        execute_from_command_line(["keystead", *arguments])
    except SystemExit as end:  # so that the database is stopped in order before we end
        if isinstance(end.code, str):
            connect.say(end.code)
            return 1
        return end.code or 0
    return 0
