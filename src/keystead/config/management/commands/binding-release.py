"""For somebody whom the company's sign-in knows by another key than before."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from keystead.data.workspace.models import User
from keystead.domain.workspace.binding import release


class Command(BaseCommand):
    help = "Forgets by which key the company's sign-in knows a person. First make sure that the address is still hers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no login {options['email']}.")
        released = release(user, via="command")
        self.stdout.write(f"{user.email}: {released} released; the next key that comes with this address is bound.")
