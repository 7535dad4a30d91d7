"""Nothing counts twice: a deal with a schedule, with orders or with invoices is won once, in the pipeline once, or not at all."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Plan
from keystead.domain.deals.editing import change_deal
from keystead.domain.plans.explanation import explain
from keystead.domain.plans.kpis import figures
from tests.domain.plans.made import AT, TODAY, deal, order, plan_for
from tests.support.world import World


def values(plan: Plan, viewer: Any, source: str | None = None) -> dict[str, Decimal | None]:
    return dict(figures(plans=[plan], viewer=viewer, at=AT, today=TODAY, source=source)[plan.pk].values)


def test_a_won_deal_with_a_schedule_counts_by_its_scheduled_lines_only(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world, revenue_source="scheduled")
        renewal = deal(world, plan.account, "1200")
        for month in (1, 2, 3):
            order(world, plan.account, "100", "scheduled", date(2026, month, 1), deal=renewal, number=f"line {month}")
        order(world, plan.account, "900", "scheduled", date(2027, 1, 1), deal=renewal, number="next year")
        why = explain(plan=plan, kpi="won", viewer=world.alice, at=AT, today=TODAY)
        assert values(plan, world.alice)["won"] == 300
    left_out = {(item.name, item.reason) for item in why.excluded}
    assert ("Cold-chain renewal", "other_source") in left_out
    assert ("next year", "date_outside") in left_out


@pytest.mark.parametrize(("source", "kind"), [("scheduled", "scheduled"), ("orders", "order"), ("invoices", "invoice")])
def test_while_a_deal_is_open_it_is_in_the_pipeline_and_its_lines_wait(world: World, source: str, kind: str) -> None:
    with world.inside(world.alice):
        plan = plan_for(world, revenue_source=source)
        renewal = deal(world, plan.account, "1000", status="open", probability=50)
        order(world, plan.account, "400", kind, deal=renewal)
        before = values(plan, world.alice)
        change_deal(deal=renewal, viewer=world.alice, fields={"status": "won"})
        after = values(plan, world.alice)
    assert (before["won"], before["pipeline"], before["forecast"]) == (0, 1000, 1000)
    assert (after["won"], after["pipeline"], after["forecast"]) == (400, 0, 400)


def test_each_source_counts_its_own_rows(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "1000")
        order(world, plan.account, "1", "order")
        order(world, plan.account, "20", "invoice")
        order(world, plan.account, "300", "scheduled")
        won = {source: values(plan, world.alice, source)["won"] for source in ("won_deals", "orders", "invoices", "scheduled")}
    assert won == {"won_deals": 1000, "orders": 1, "invoices": 20, "scheduled": 300}


def test_asking_what_another_source_would_give_changes_nothing(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "1000")
        assert values(plan, world.alice, "orders")["won"] == 0
        assert values(plan, world.alice)["won"] == 1000


@pytest.mark.parametrize("target", [None, Decimal(0)])
def test_without_a_target_ratios_are_undefined_and_the_variance_is_the_forecast(world: World, target: Decimal | None) -> None:
    with world.inside(world.alice):
        plan = plan_for(world, target=target)
        deal(world, plan.account, "250")
        found = values(plan, world.alice)
        why = explain(plan=plan, kpi="gap", viewer=world.alice, at=AT, today=TODAY)
    assert (found["achievement"], found["attainment"], found["coverage"]) == (None, None, None)
    assert found["variance"] == 250
    assert why.total == (None if target is None else 0)


def test_an_open_deal_without_an_amount_counts_with_the_list_price_only_if_the_plan_says_so(world: World) -> None:
    from keystead.data.models import Product

    with world.inside(world.alice):
        freezer = Product.objects.create(name="Blast freezer", list_price=Decimal(700), list_price_currency="EUR")
        plan = plan_for(world)
        deal(world, plan.account, None, status="open", product=freezer)
        without = values(plan, world.alice)["pipeline"]
        Plan.objects.filter(pk=plan.pk).update(counts_list_price=True)
        why = explain(plan=plan, kpi="pipeline", viewer=world.alice, at=AT, today=TODAY)
    assert without == 0
    assert [(line.by_list_price, line.converted) for line in why.included] == [(True, 700)]


def test_hidden_deals_are_left_out_and_counted_or_are_one_line_by_the_workspaces_policy(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world, includes_descendants=True)
        from tests.support.world import account

        bobs = account("Aurelia Iberia", parent=plan.account, owner=world.bob)
        deal(world, bobs, "400", name="Secret project")
        deal(world, bobs, "100", name="Another secret")
        deal(world, plan.account, "7")
        out = explain(plan=plan, kpi="won", viewer=world.alice, at=AT, today=TODAY)
        world.alice.workspace.totals_include_hidden = True
        inside = explain(plan=plan, kpi="won", viewer=world.alice, at=AT, today=TODAY)
    assert (out.total, out.figures.hidden) == (7, 2)
    assert [(item.name, item.count) for item in out.excluded if item.reason == "no_access"] == [(None, 2)]
    hidden = [line for line in inside.included if line.kind == "hidden"]
    assert [(line.count, line.converted, line.name) for line in hidden] == [(2, 500, "")]
    assert inside.total == 507
    assert not any("ecret" in (line.name or "") for line in (*out.excluded, *inside.excluded, *inside.included))
