"""The histories of what comes in bulk lose the indexes by which nobody looks: half of an import's history was spent on them.

History is found by the row (pgh_obj_id), the request (pgh_context_id), and the account or plan it stands at; those stay. The models
still say that every key is indexed, as pghistory makes them: an index that is not there is no harm to later migrations.
"""

from django.db import migrations

UNUSED = {
    "accountevent": ("workspace_id", "owner_id", "parent_id"),
    "contactevent": ("workspace_id", "reports_to_id"),
    "dealevent": ("workspace_id", "owner_id", "product_id", "stage_id"),
    "dealstagechangeevent": ("workspace_id", "from_stage_id", "to_stage_id"),
    "orderevent": ("workspace_id", "product_id", "deal_id"),
}
DROP = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT i.indexrelid::regclass AS name FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = '{table}'::regclass AND i.indnatts = 1 AND NOT i.indisprimary AND a.attname = ANY ('{columns}')
  LOOP
    EXECUTE format('DROP INDEX %s', found.name);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("keystead", "0018_find_writes_once")]

    operations = [
        migrations.RunSQL(
            DROP.format(table=f"keystead_{table}", columns="{" + ",".join(columns) + "}"),
            migrations.RunSQL.noop,
        )
        for table, columns in UNUSED.items()
    ]
