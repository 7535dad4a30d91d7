"""`keystead backup FILE`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from keystead.base import clock
from keystead.config import backup
from keystead.config.management.own import OwnCommand
from keystead.config.release import RELEASE


class Command(OwnCommand):
    help = "Writes everything into one file: the database, the uploaded files and the secret key. Keep the file secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--force", action="store_true", help="overwrite FILE")
        parser.add_argument("--json", action="store_true", help="print what was written as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"].expanduser().resolve()
        self._refuse(target, force=options["force"])
        try:
            manifest = backup.write(
                target=target,
                url=settings.DATABASE_URL,
                storage=default_storage,
                secret_key=settings.SECRET_KEY,
                release=RELEASE,
                at=clock.now(),
            )
        except (backup.BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
        told = asdict(manifest) | {"path": str(target), "bytes": target.stat().st_size}
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"Wrote {target}: the database and {manifest.files} files, {told['bytes'] / 1e6:.1f} MB.")

    def _refuse(self, target: Path, *, force: bool) -> None:
        if target.exists() and not force:
            raise CommandError(f"{target} is there already. Choose another name, or add --force.")
        if not target.parent.is_dir():
            raise CommandError(f"There is no directory {target.parent}.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
            sees_everything, name = cursor.fetchone()
        if not sees_everything:
            raise CommandError(
                f"The login {name} does not see the rows of all workspaces, so the backup would be incomplete."
                f" Let an administrator run: ALTER ROLE {name} BYPASSRLS;"
            )
