"""An API token for a member."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from keystead.base.clock import now
from keystead.base.scope import open_scope
from keystead.config.management.own import OwnCommand
from keystead.data.workspace.models import Member, every_scope
from keystead.domain.workspace.membership import NoSuchWorkspace, workspace_at
from keystead.domain.workspace.tokens import create_token


class Command(OwnCommand):
    help = "Prints a new API token for a member, and nothing else, on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--member", required=True, metavar="EMAIL")
        parser.add_argument("--name", default="command line", help="what the token is called (default: %(default)s)")
        parser.add_argument("--expires-in", type=int, metavar="DAYS", help="without it, the token does not expire")
        parser.add_argument(
            "--scope", action="append", choices=every_scope(), help="what it is for; may be repeated (default: everything)"
        )
        parser.add_argument("--json", action="store_true", help="print the token and its expiry as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        try:
            workspace_id = workspace_at(options["workspace"])
        except NoSuchWorkspace as error:
            raise CommandError(f"There is no workspace at /w/{options['workspace']}/.") from error
        expires_at = at + timedelta(days=options["expires_in"]) if options["expires_in"] is not None else None
        if expires_at is not None and expires_at <= at:
            raise CommandError("A token needs at least one day.")
        with open_scope(workspace_id=workspace_id, actor={"via": "command"}):
            member = Member.objects.filter(email__iexact=options["member"], is_active=True).first()
            if member is None:
                raise CommandError(f"{options['member']} is no active member of {options['workspace']}.")
            _, text = create_token(viewer=member, name=options["name"], at=at, expires_at=expires_at, scopes=options["scope"])
        answer = {"token": text, "expires_at": expires_at.isoformat() if expires_at else None}
        self.stdout.write(json.dumps(answer) if options["json"] else text)
