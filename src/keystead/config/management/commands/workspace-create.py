"""A workspace with its first owner."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email, validate_slug

from keystead.base.money import known_currencies
from keystead.config.management.own import OwnCommand
from keystead.data.workspace.models import User
from keystead.domain.workspace.founding import CannotFound, found_workspace


class Command(OwnCommand):
    help = "Makes a workspace with its first owner. An existing login with that address keeps its password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people call it")
        parser.add_argument("--slug", required=True, help="its part of the address: /w/SLUG/")
        parser.add_argument("--currency", default="EUR", help="ISO 4217 code (default: %(default)s)")
        parser.add_argument("--fiscal-start", type=int, default=1, choices=range(1, 13), metavar="MONTH", help="1-12")
        parser.add_argument("--language", default="en", choices=list(dict(settings.LANGUAGES)))
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="the first owner's address")
        parser.add_argument("--owner-name", default="", metavar="NAME")
        parser.add_argument("--password", help='for a new login; without it, ask for one by "forgot your password"')
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check(options)
        is_new = not User.objects.filter(email=options["owner"].lower()).exists()
        try:
            workspace, owner = found_workspace(
                name=options["name"], slug=options["slug"], currency=options["currency"], language=options["language"],
                fiscal_start_month=options["fiscal_start"], owner_email=options["owner"], owner_name=options["owner_name"],
                password=options["password"],
            )  # fmt: skip
        except CannotFound as error:
            raise CommandError(f"There is already a workspace at /w/{options['slug']}/.") from error
        if options["password"] and not is_new:
            self.stderr.write(f"{owner.email} had a login already: its password stays as it was.")
        if options["json"]:
            self.stdout.write(json.dumps({"id": str(workspace.pk), "slug": workspace.slug, "owner": owner.email}))
        else:
            self.stdout.write(f"Workspace {workspace.name} is at /w/{workspace.slug}/, its owner is {owner.email}.")

    def _check(self, options: dict[str, Any]) -> None:
        """Raises `CommandError` with a sentence for whatever the database would refuse less clearly."""
        try:
            validate_email(options["owner"])
            validate_slug(options["slug"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["currency"].upper() not in known_currencies():
            raise CommandError(f"{options['currency']} is not a currency code (ISO 4217).")
        if not options["name"].strip():
            raise CommandError("A workspace needs a name.")
