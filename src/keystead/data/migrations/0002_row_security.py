"""Row-level security on every table that belongs to a workspace, history and job tables included, and the rate look-up."""

from django.db import migrations

from keystead.data.rowsecurity import FUNCTIONS, secure, secure_with

TENANT = """
    account accountevent accountteammember accountteammemberevent action actionevent apitoken contact contactevent deal dealevent
    dealstagechange idempotentanswer import importrow invitation measure measureevent measurereading measurereadingevent
    memberevent objective objectiveevent order orderevent plan planapproval planevent planrate plansnapshot product productevent
    rate rateevent revenuelink savedmapping stage swotitem swotitemevent
""".split()

MEMBER_OF = "id IN (SELECT workspace_id FROM keystead_member WHERE user_id = keystead_user() AND is_active)"
JOB_IS_OURS = "keystead_is_worker() OR args->>'workspace_id' = keystead_workspace()::text"
EVENT_IS_OURS = "keystead_is_worker() OR EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = job_id)"

# The latest rate on or before a day: the pair itself or its inverse, whichever is later; else through one other currency, the
# workspace's own first. No row comes back when there is none: callers must show that, never assume 1 (domain.md 5.15).
RATE_ON = migrations.RunSQL(
    """
    CREATE FUNCTION keystead_rate_leg(from_c text, to_c text, on_day date, OUT rate numeric, OUT rate_date date)
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
    CREATE FUNCTION keystead_rate_on(from_c text, to_c text, on_day date, OUT rate numeric, OUT rate_date date, OUT via text)
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
      IF from_c = to_c THEN
        rate := 1; rate_date := on_day; RETURN;
      END IF;
      SELECT leg.rate, leg.rate_date INTO rate, rate_date FROM keystead_rate_leg(from_c, to_c, on_day) leg;
      IF rate IS NOT NULL THEN
        RETURN;
      END IF;
      SELECT round(a.rate * b.rate, 12), least(a.rate_date, b.rate_date), pivot.code INTO rate, rate_date, via
      FROM (SELECT DISTINCT code FROM keystead_rate r, LATERAL (VALUES (r.base), (r.quote)) AS both_(code)
            WHERE r.workspace_id = keystead_workspace() AND code NOT IN (from_c, to_c)) pivot
      CROSS JOIN LATERAL keystead_rate_leg(from_c, pivot.code, on_day) a
      CROSS JOIN LATERAL keystead_rate_leg(pivot.code, to_c, on_day) b
      LEFT JOIN keystead_workspace w ON w.id = keystead_workspace() AND w.currency = pivot.code
      WHERE a.rate IS NOT NULL AND b.rate IS NOT NULL
      ORDER BY (w.id IS NOT NULL) DESC, pivot.code LIMIT 1;
    END
    $$;
    """,
    "DROP FUNCTION keystead_rate_on(text, text, date); DROP FUNCTION keystead_rate_leg(text, text, date);",
)


class Migration(migrations.Migration):
    dependencies = [("keystead", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        FUNCTIONS,
        secure(*(f"keystead_{table}" for table in TENANT)),
        # A user finds her own memberships, and through them her workspaces, before one is open; writing needs it open.
        secure_with(
            "keystead_member", "workspace_id = keystead_workspace() OR user_id = keystead_user()", "workspace_id = keystead_workspace()"
        ),
        secure_with("keystead_workspace", f"id = keystead_workspace() OR {MEMBER_OF}", "id = keystead_workspace()"),
        # Jobs name their workspace in their arguments. Only the worker's login sees those of all workspaces.
        secure_with("procrastinate_jobs", JOB_IS_OURS, JOB_IS_OURS),
        secure_with("procrastinate_events", EVENT_IS_OURS, EVENT_IS_OURS),
        secure_with("procrastinate_periodic_defers", "keystead_is_worker()", "keystead_is_worker()"),
        secure_with("procrastinate_workers", "keystead_is_worker()", "keystead_is_worker()"),
        RATE_ON,
    ]
