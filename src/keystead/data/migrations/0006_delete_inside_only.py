"""A user finds her memberships and workspaces while none is open; deleting them needs theirs to be open, as writing does."""

from django.db import migrations

RULES = {"keystead_member": "workspace_id = keystead_workspace()", "keystead_workspace": "id = keystead_workspace()"}


class Migration(migrations.Migration):
    dependencies = [("keystead", "0005_import_row_by_target")]

    operations = [
        migrations.RunSQL(
            f"CREATE POLICY delete_inside_only ON {table} AS RESTRICTIVE FOR DELETE USING ({rule})",
            f"DROP POLICY delete_inside_only ON {table}",
        )
        for table, rule in RULES.items()
    ]
