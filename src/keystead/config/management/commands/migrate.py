"""Django's migrate, with the two limited logins made before it and given their grants after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from keystead.config.database import CannotManageRoles, UnsafeRole, ensure_roles

LOCK = 0x6B657973  # any number of ours; the lock is per database


@contextmanager
def triggers_in_passing() -> Iterator[None]:
    """A trigger changes nothing of a model's fields; yet after each, pgtrigger has that model and all that are related to it
    built anew, which was a third of the time that a first start takes."""
    kept = {operation: operation.state_forwards for operation in (AddTrigger, RemoveTrigger)}
    for operation, noted in kept.items():
        operation.state_forwards = _without_building(noted)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        for operation, noted in kept.items():
            operation.state_forwards = noted  # type: ignore[method-assign]


def _without_building(noted: Callable[[Any, str, ProjectState], None]) -> Callable[[Any, str, ProjectState], None]:
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        vars(state)["reload_model"] = lambda *_, **__: None
        try:
            noted(operation, app_label, state)
        finally:
            del vars(state)["reload_model"]

    return state_forwards


class Command(migrate.Command):
    help = "Brings the database up to date. Several may start at once: they take turns."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            ensure_roles(connection)  # before: policies name the logins
            with triggers_in_passing():
                super().handle(*args, **options)
            ensure_roles(connection)  # after: new tables want grants
        except (CannotManageRoles, UnsafeRole) as error:
            raise CommandError(str(error)) from error
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
