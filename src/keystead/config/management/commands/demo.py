"""Loads the demo workspace and prints its logins."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from keystead.base.clock import today
from keystead.config.management.own import OwnCommand
from keystead.data.models import User
from keystead.domain.workspace.demo.build import LOGINS, PASSWORD, build_demo
from keystead.domain.workspace.founding import CannotFound


class Command(OwnCommand):
    help = "Loads the demo workspace at /w/demo/ (invented companies) and prints its logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when anybody has a login already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and User.objects.exists():
            return
        try:
            build_demo(today=today())
        except CannotFound as error:
            raise CommandError("The demo workspace is already there, at /w/demo/.") from error
        self.stdout.write(f"Demo workspace at /w/demo/, password {PASSWORD!r} for each of:")
        for address, role in LOGINS:
            self.stdout.write(f"  {address:<34} {role.replace('_', ' ')}")
