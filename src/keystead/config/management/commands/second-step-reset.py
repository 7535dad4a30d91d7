"""For somebody who has lost phone, keys and recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import CommandError, CommandParser

from keystead.config.management.own import OwnCommand
from keystead.data.workspace.models import User
from keystead.domain.workspace.audit import record_for


class Command(OwnCommand):
    help = "Removes a person's second steps and ends her sessions. First make sure by another way that it is really her who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no login {options['email']}.")
        removed, _ = Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        if removed:
            record_for(user=user, kind="step.removed", via="command", old={"step": "all"})
        self.stdout.write(f"{user.email}: {removed} removed; the password alone lets in until a new one is set up.")
