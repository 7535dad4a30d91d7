"""`keystead restore FILE`."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from keystead.base.roles import role_names
from keystead.config import backup
from keystead.config.management.own import OwnCommand
from keystead.config.place import current_place


class Command(OwnCommand):
    help = "Puts everything back from a file that `backup` wrote. Refuses when there is something already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--force", action="store_true", help="throw away what is there now")
        parser.add_argument("--json", action="store_true", help="print what was restored as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["file"].expanduser().resolve()
        self._refuse_while_served()
        if not options["force"]:
            self._refuse_non_empty()
        connection.close()
        try:
            manifest, key = backup.read(source=source, url=settings.DATABASE_URL, storage=default_storage)
        except (backup.BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
        self._keep_key(key)
        call_command("migrate", verbosity=0)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(manifest)))
        else:
            self.stdout.write(f"Restored the state of {manifest.made_at}: the database and {manifest.files} files.")

    def _refuse_while_served(self) -> None:
        names = role_names(str(connection.settings_dict["NAME"]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = ANY (%s)", [list(names)])
            (count,) = cursor.fetchone()
        if count:
            raise CommandError("Keystead is running on this database. Stop it first, then restore.")

    def _refuse_non_empty(self) -> None:
        with connection.cursor() as cursor:
            # Either table may be missing: an empty database has none.
            cursor.execute("SELECT to_regclass('keystead_workspace'), to_regclass('keystead_user')")
            tables = [str(name) for name in cursor.fetchone() if name]
            for table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
                if cursor.fetchone()[0]:
                    raise CommandError(
                        "There are workspaces or users in this database. Restore into an empty one"
                        " (for example --data with a new directory), or add --force to throw them away."
                    )

    def _keep_key(self, key: str) -> None:
        """The restored sessions, tokens and second factors are readable with the backup's key only."""
        place = current_place().make()
        kept = place.secret_key.read_text().strip() if place.secret_key.exists() else ""
        if settings.SECRET_KEY not in (kept, key):
            self.stderr.write(
                "KEYSTEAD_SECRET_KEY differs from the backup's key: set it to the old one, or people must sign in anew."
            )
            return
        descriptor = os.open(place.secret_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key + "\n")
        os.environ["KEYSTEAD_SECRET_KEY"] = key  # the logins' passwords derive from it
        place.demo_logins.write_text("")  # a restored database wants no demo, and the old logins may be gone
