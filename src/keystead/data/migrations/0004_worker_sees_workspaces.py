"""The worker finds every workspace, to give each its own job; it still reads nothing in one that it has not opened."""

from django.db import migrations

OURS = "id = keystead_workspace() OR id IN (SELECT workspace_id FROM keystead_member WHERE user_id = keystead_user() AND is_active)"


class Migration(migrations.Migration):
    dependencies = [("keystead", "0003_import_keys")]

    operations = [
        migrations.RunSQL(
            f"ALTER POLICY workspace_only ON keystead_workspace USING ({OURS} OR keystead_is_worker())",
            f"ALTER POLICY workspace_only ON keystead_workspace USING ({OURS})",
        ),
    ]
