"""All of these steps in one, for a new database. One that has begun with the steps goes on with them; both ways end at the same
schema (tests/luck/test_upgrade.py)."""

from django.db import migrations

from keystead.data.folding import folded

STEPS = (
    "0001_initial", "0002_row_security", "0003_import_keys", "0004_worker_sees_workspaces", "0005_import_row_by_target",
    "0006_delete_inside_only", "0007_undo", "0008_sign_in_and_audit", "0009_import_cancel_and_purge", "0010_saved_views",
    "0011_live_notices", "0012_find", "0013_kept_figures", "0014_kept_summaries", "0015_find_asks_first", "0016_kept_counts",
    "0017_kept_by_day_of_rates", "0018_find_writes_once", "0019_history_indexes", "0020_account_choices",
    "0021_stage_change_indexes", "0022_duplicates_and_view_use", "0023_kept_answers", "0024_what_an_attack_left_open",
    "0025_deals_by_amount", "0026_deals_by_account", "0027_merged_keys", "0028_quicker_rates",
    "0029_deals_without_amount", "0030_orders_by_currency", "0031_likely_duplicates_are_kept",
    "0032_kept_evidence", "0033_deals_by_amount_and_id", "0034_deals_by_status", "0035_accounts_by_employees",
    "0036_kept_trees", "0037_rates_in_line",
)  # fmt: skip
OPERATIONS, NEEDS = folded(STEPS)


class Migration(migrations.Migration):
    initial = True
    replaces = [("keystead", name) for name in STEPS]
    dependencies = NEEDS
    operations = OPERATIONS
