"""Whether the portfolio's kept figures are what the deals say."""

from typing import Any

from keystead.base.scope import open_scope
from keystead.config.doctor_database import workspaces
from keystead.config.management.own import OwnCommand
from keystead.domain.accounts.portfolio.verifying import repair


class Command(OwnCommand):
    help = "Compares the portfolio's kept figures with the deals in every workspace, and has wrong ones made anew."

    def handle(self, *args: Any, **options: Any) -> None:
        for slug, workspace_id in sorted(workspaces().items()):
            with open_scope(workspace_id=workspace_id, actor={"via": "command"}):
                wrong = repair()
            self.stdout.write(f"{slug}: {f'{wrong} period(s) were wrong and are made anew' if wrong else 'right'}")
