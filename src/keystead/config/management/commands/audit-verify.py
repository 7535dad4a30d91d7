"""Whether the audit logs are as they were written."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from keystead.base.scope import open_scope
from keystead.config.management.own import OwnCommand
from keystead.data.workspace.models import User
from keystead.domain.workspace.audit import breaks, head
from keystead.domain.workspace.membership import memberships


class Command(OwnCommand):
    help = "Computes the chain of every workspace's audit log anew and prints its last seal; fails when one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [self._proof(workspace_id, slug) for slug, workspace_id in sorted(_workspaces(options["workspace"]).items())]
        if options["workspace"] and not found:
            raise CommandError(f"There is no workspace at /w/{options['workspace']}/.")
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for each in found:
                self.stdout.write(f"{each['workspace']}: {each['number']} {each['hash'] or '-'} {_verdict(each['breaks'])}")
        if any(each["breaks"] for each in found):
            raise CommandError("An audit log is not as it was written.")

    def _proof(self, workspace_id: UUID, slug: str) -> dict[str, Any]:
        with open_scope(workspace_id=workspace_id, actor={"via": "command"}):
            number, seal = head()
            wrong = [{"number": each.number, "problem": each.problem} for each in breaks()]
        return {"workspace": slug, "number": number, "hash": seal, "breaks": wrong}


def _verdict(wrong: list[dict[str, Any]]) -> str:
    return "holds" if not wrong else "broken at " + ", ".join(f"{each['number']} ({each['problem']})" for each in wrong[:10])


def _workspaces(slug: str | None) -> dict[str, UUID]:
    """Through their members: nobody may list workspaces, but each person sees her own."""
    found: dict[str, UUID] = {}
    for user_id in User.objects.order_by("pk").values_list("pk", flat=True):
        found |= {member.workspace.slug: member.workspace_id for member in memberships(user_id=user_id)}
    return {name: pk for name, pk in found.items() if slug in (None, name)}
