"""Django's migrate, with the two limited logins made before it and given their grants after it."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from keystead.config.database import CannotManageRoles, UnsafeRole, ensure_roles

LOCK = 0x6B657973  # any number of ours; the lock is per database


class Command(migrate.Command):
    help = "Brings the database up to date. Several may start at once: they take turns."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            ensure_roles(connection)  # before: policies name the logins
            super().handle(*args, **options)
            ensure_roles(connection)  # after: new tables want grants
        except (CannotManageRoles, UnsafeRole) as error:
            raise CommandError(str(error)) from error
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
