"""The terms of new records are written without asking whether they are there: a third of the time of an import's terms."""

from django.db import migrations

from keystead.data.find.sources import SOURCES
from keystead.data.find.upkeep import insert_function, update_function


class Migration(migrations.Migration):
    dependencies = [("keystead", "0017_kept_by_day_of_rates")]

    operations = [
        migrations.RunSQL([insert_function(source) for source in SOURCES.values()], migrations.RunSQL.noop),
        migrations.RunSQL([update_function(source) for source in SOURCES.values()], migrations.RunSQL.noop),
    ]
