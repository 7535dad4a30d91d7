"""For somebody whom the company's sign-in knows by another key than before; for everybody, when another takes its place."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from keystead.config.management.own import OwnCommand
from keystead.data.workspace.models import User
from keystead.domain.workspace.binding import release


class Command(OwnCommand):
    help = "Forgets by which key the company's sign-in knows a person. First make sure that the address is still hers."

    def add_arguments(self, parser: CommandParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("email", metavar="EMAIL", nargs="?")
        whom.add_argument("--all", action="store_true", help="everybody: before another provider takes the place of this one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            users = list(User.objects.filter(socialaccount__isnull=False).distinct().order_by("email"))
        else:
            users = list(User.objects.filter(email=options["email"].strip().lower()))
            if not users:
                raise CommandError(f"There is no login {options['email']}.")
        for user in users:
            released = release(user, via="command")
            self.stdout.write(f"{user.email}: {released} released; the next key that comes with this address is bound.")
        if not users:
            self.stdout.write("Nobody is bound.")
