"""`keystead doctor`: what is wrong, and how to mend it."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from keystead.config import connect
from keystead.config.embedded import ServerFailed, running_url
from keystead.config.place import DataInUse, Place, current_place, holder, is_held, known_secret_key


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `problem` is None when it is well; a `note` is worth knowing but nothing is wrong."""

    name: str
    problem: str | None = None
    mend: str | None = None
    note: str | None = None


Look = Callable[[], Iterator[Finding]]


def main(arguments: list[str]) -> int:
    """Exit code 0 when nothing is wrong, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="keystead doctor", description="Says what is wrong and how to mend it.")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    findings = list(examine())
    problems = [finding for finding in findings if finding.problem]
    if options.json:
        print(json.dumps({"ok": not problems, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        _print(findings, len(problems))
    return 1 if problems else 0


def examine() -> Iterator[Finding]:
    """Looks at the machine first, then, when the database can be reached, at what is in it."""
    from keystead.config import doctor_machine

    yield from _careful(doctor_machine.looks())
    place = current_place()
    if not os.environ.get("DATABASE_URL"):
        if not place.root.exists():
            yield Finding("data directory", note=f"{place.root} does not exist yet: bin/run makes it.")
            return
        if fallen := list(_fallen_database(place)):
            yield from fallen
            return
    try:
        # The directory exists: nothing is made here but a server for the duration.
        with connect.database(place, what="keystead doctor") as url:
            os.environ["DATABASE_URL"] = url
            looks = _database_looks()
            if deaf := list(_deaf_database()):
                yield from deaf
                return
            yield from _careful(looks)
    except (ServerFailed, DataInUse, OSError) as error:
        yield Finding("database", str(error), "Look at the log named above; bin/run tries to start it again.")


def _fallen_database(place: Place) -> Iterator[Finding]:
    """While bin/run holds the data nobody else may start the server: then its fall is what there is to say."""
    if holder(place).get("what") == "bin/run" and is_held(place) and running_url(place.database) is None:
        log = place.logs / "postgres.log"
        mend = f"bin/run starts it again by itself within half a minute; if it does not, {log} says why."
        yield Finding("database", "bin/run is running, but its database is not.", mend)


def _deaf_database() -> Iterator[Finding]:
    """One finding for a server that does not answer, instead of one for each thing that cannot be asked then."""
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        yield Finding("database", f"It does not answer: {error}".strip(), "Start it, or check DATABASE_URL.")


def _database_looks() -> list[Look]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keystead.config.settings")
    os.environ.setdefault("KEYSTEAD_DB_ROLE", "owner")
    os.environ.setdefault("KEYSTEAD_LOG_LEVEL", "ERROR")
    os.environ["KEYSTEAD_SECRET_KEY"] = known_secret_key(current_place())
    import django

    django.setup()
    from keystead.config import doctor_database

    return doctor_database.looks()


def _careful(looks: list[Look]) -> Iterator[Finding]:
    """A look that fails is a finding itself, and the others still run."""
    for look in looks:
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001 - whatever is broken here is what the doctor is asked about
            name = look.__name__.replace("_", " ").strip()
            yield Finding(name, f"{type(error).__name__}: {error}".strip(), "Mend what comes before it in this list first.")


def _print(findings: list[Finding], problems: int) -> None:
    for finding in findings:
        mark = "WRONG" if finding.problem else "note " if finding.note else "ok   "
        print(f"{mark} {finding.name}", end="")
        print(f": {finding.problem or finding.note}" if finding.problem or finding.note else "")
        if finding.mend:
            print(f"      -> {finding.mend}")
    sys.stdout.flush()
    print(f"{problems} thing{'s' if problems != 1 else ''} to mend." if problems else "Nothing is wrong.")
