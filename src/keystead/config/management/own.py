"""What the commands of ours have in common."""

from django.core.management.base import BaseCommand


class OwnCommand(BaseCommand):
    """Starts without Django's checks of our code, for which it loads every page: half of the time that a command takes.

    They are made where the code is made: `bin/check` runs them.
    """

    requires_system_checks: list[str] = []
