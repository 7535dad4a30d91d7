"""The same look-up of rates, quicker: one leg is planned together with what asks for it, and a rate through a third currency reads
which pairs there are one by one from the index instead of every rate of the workspace (4.5 ms for each look-up)."""

from django.db import migrations

# A function that returns a table becomes a part of the asking statement; one that returns a record is called anew each time.
LEG = """
    DROP FUNCTION keystead_rate_leg(text, text, date);
    CREATE FUNCTION keystead_rate_leg(from_c text, to_c text, on_day date) RETURNS TABLE (rate numeric, rate_date date)
    LANGUAGE sql STABLE AS $$
      SELECT leg.rate, leg.date FROM (
        (SELECT r.rate, r.date, 0 AS turn FROM keystead_rate r
          WHERE r.workspace_id = keystead_workspace() AND r.base = from_c AND r.quote = to_c AND r.date <= on_day
          ORDER BY r.date DESC LIMIT 1)
        UNION ALL
        (SELECT round(1 / r.rate, 12), r.date, 1 FROM keystead_rate r
          WHERE r.workspace_id = keystead_workspace() AND r.base = to_c AND r.quote = from_c AND r.date <= on_day
          ORDER BY r.date DESC LIMIT 1)
      ) leg ORDER BY leg.date DESC, leg.turn LIMIT 1
    $$;
"""
RATE_ON = """
    CREATE OR REPLACE FUNCTION
      keystead_rate_on(from_c text, to_c text, on_day date, OUT rate numeric, OUT rate_date date, OUT via text)
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
      IF from_c = to_c THEN
        rate := 1; rate_date := on_day; RETURN;
      END IF;
      SELECT leg.rate, leg.rate_date INTO rate, rate_date FROM keystead_rate_leg(from_c, to_c, on_day) leg;
      IF rate IS NOT NULL THEN
        RETURN;
      END IF;
      WITH RECURSIVE pairs AS (
        (SELECT r.base, r.quote FROM keystead_rate r WHERE r.workspace_id = keystead_workspace() ORDER BY r.base, r.quote LIMIT 1)
        UNION ALL
        SELECT later.base, later.quote FROM pairs CROSS JOIN LATERAL (
          SELECT r.base, r.quote FROM keystead_rate r
          WHERE r.workspace_id = keystead_workspace() AND (r.base, r.quote) > (pairs.base, pairs.quote)
          ORDER BY r.base, r.quote LIMIT 1
        ) later
      )
      SELECT round(a.rate * b.rate, 12), least(a.rate_date, b.rate_date), pivot.code INTO rate, rate_date, via
      FROM (SELECT quote AS code FROM pairs WHERE base = from_c UNION SELECT base FROM pairs WHERE quote = from_c) pivot
      CROSS JOIN LATERAL keystead_rate_leg(from_c, pivot.code, on_day) a
      CROSS JOIN LATERAL keystead_rate_leg(pivot.code, to_c, on_day) b
      LEFT JOIN keystead_workspace w ON w.id = keystead_workspace() AND w.currency = pivot.code
      WHERE pivot.code NOT IN (from_c, to_c)
      ORDER BY (w.id IS NOT NULL) DESC, pivot.code LIMIT 1;
    END
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("keystead", "0027_merged_keys")]

    operations = [migrations.RunSQL(LEG, migrations.RunSQL.noop), migrations.RunSQL(RATE_ON, migrations.RunSQL.noop)]
