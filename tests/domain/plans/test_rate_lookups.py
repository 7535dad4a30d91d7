"""A plan of many rows looks a rate up once for each currency and day, whatever the planner thinks of the numbers of rows."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from keystead.data.models import Rate
from keystead.domain.plans.facts import facts_query, rows
from tests.domain.plans.made import TODAY, deal, plan_for
from tests.support.world import World


def lookups(node: dict[str, Any]) -> int:
    """How often the rate function ran in an executed query plan."""
    own = int(node["Actual Loops"]) if node.get("Function Name") == "keystead_rate_on" else 0
    return own + sum(lookups(child) for child in node.get("Plans", ()))


def test_sixty_deals_on_three_days_in_two_currencies_need_six_rates(world: World) -> None:
    with world.inside(world.olga):
        for code in ("USD", "GBP"):
            Rate.objects.create(base=code, quote="EUR", date=date(2026, 1, 1), rate="0.9")
        plan = plan_for(world, rate_policy="transaction_date")
        for number in range(60):
            day = date(2026, 3, 1) + timedelta(days=number % 3)
            deal(world, plan.account, "100", ("USD", "GBP")[number % 2], day, name=f"Deal {number}")
        statement, parameters = facts_query(
            "SELECT * FROM facts", plans=[plan.pk], viewer=world.olga, include_hidden=False, today=TODAY
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            executed = cursor.fetchone()[0][0]["Plan"]
        found = rows(plan=plan.pk, viewer=world.olga, include_hidden=False, today=TODAY)
    assert lookups(executed) == 6
    assert {row.converted for row in found} == {90}
    assert len(found) == 60
