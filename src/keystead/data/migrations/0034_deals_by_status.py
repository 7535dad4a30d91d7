"""How many deals of each status there are is kept beside how many there are."""

from django.db import migrations

from keystead.data.counting.upkeep import fill_by_status, no_triggers_by_status, triggers_by_status


class Migration(migrations.Migration):
    dependencies = [("keystead", "0033_deals_by_amount_and_id")]

    operations = [migrations.RunSQL([fill_by_status(), triggers_by_status()], no_triggers_by_status())]
