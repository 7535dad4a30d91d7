"""A plan of many rows looks a rate up once for each currency and day, whatever the planner thinks of the numbers of rows.
The look-up itself gives what its plain twin gives."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any, cast

from django.db import connection

from keystead.data.models import Rate
from keystead.domain.plans.facts import facts_query, rows
from tests.domain.plans.made import TODAY, deal, plan_for
from tests.domain.plans.twin import Scene, rate_on
from tests.support.world import World


def lookups(node: dict[str, Any]) -> int:
    """How often the rates were gone to in an executed query plan."""
    own = int(node["Actual Loops"]) if node.get("Relation Name") == "keystead_rate" else 0
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
    assert lookups(executed) == 12  # each from the one currency to the other, and back
    assert {row.converted for row in found} == {90}
    assert len(found) == 60


def test_every_look_up_of_drawn_rates_is_what_the_plain_rule_gives(world: World) -> None:
    """Direct and inverse, of one day and of several, through the workspace's currency and through others, and none at all."""
    drawn, codes, days = Random(20), ("BRL", "CHF", "EUR", "GBP", "USD", "SEK"), [date(2026, 1, day) for day in range(1, 9)]
    pairs = [("USD", "EUR"), ("EUR", "USD"), ("GBP", "EUR"), ("CHF", "USD"), ("GBP", "CHF"), ("BRL", "GBP")]
    rates = {(*pair, drawn.choice(days[2:])): Decimal(drawn.randrange(1, 10**9)) / 10**6 for pair in pairs * 2}
    scene = Scene(accounts=[], products=[], deals=[], orders=[], plan=cast("Any", None), rates=rates)
    with world.inside(world.olga):
        for (base, quote, day), rate in rates.items():
            Rate.objects.create(base=base, quote=quote, date=day, rate=rate)
        asked = list(product(codes, codes, days))
        columns = [[each[place] for each in asked] for place in range(3)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.rate FROM unnest(%s::text[], %s::text[], %s::date[]) WITH ORDINALITY AS a(base, quote, day, turn)"
                " CROSS JOIN LATERAL keystead_rate_on(a.base, a.quote, a.day) r ORDER BY a.turn",
                columns,
            )
            found = [row[0] for row in cursor.fetchall()]
    assert found == [rate_on(scene, *each) for each in asked]
    assert {None, Decimal(1)} < set(found)
