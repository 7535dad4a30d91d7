"""The main promise: a deal links by rule, the figures follow, and every figure explains itself to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Deal, Plan, Rate
from keystead.domain.deals.editing import change_deal
from keystead.domain.plans.approval import move
from keystead.domain.plans.editing import create_plan
from keystead.domain.plans.explanation import explain
from keystead.domain.plans.facts import rows
from keystead.domain.plans.kpis import PlanFigures, figures
from keystead.domain.plans.linking import relink
from keystead.domain.writing import Invalid
from tests.domain.plans.made import AT, TODAY, deal, order, plan_for
from tests.support.world import World, account


def block(world: World, plan: Plan) -> PlanFigures:
    plan.refresh_from_db()
    return figures(plans=[plan], viewer=world.alice, at=AT, today=TODAY)[plan.pk]


def test_won_pipeline_forecast_and_variance_follow_the_deals(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "400.10")
        deal(world, plan.account, "300", status="open", probability=50, name="Iberia roll-out")
        deal(world, plan.account, "99", status="lost", name="Lisbon labels")
        shown = block(world, plan).values
    assert shown["won"] == Decimal("400.10")
    assert shown["pipeline"] == 300
    assert shown["weighted_pipeline"] == 150
    assert shown["forecast"] == Decimal("700.10")
    assert shown["variance"] == Decimal("-299.90")
    assert shown["achievement"] == Decimal("0.7001")
    assert shown["gap"] == Decimal("599.90")


def test_what_is_linked_fits_what_it_counts_in_and_its_kind(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "400", name="won")
        deal(world, plan.account, "300", status="open", name="open")
        deal(world, plan.account, "99", status="lost", name="lost")
        deal(world, plan.account, "7", "USD", name="no rate")
        order(world, plan.account, "5")
        found = rows(plan=plan.pk, viewer=world.alice, include_hidden=False, today=TODAY)
        names = dict(Deal.objects.values_list("pk", "name"))

    def fitting(**asked: str) -> set[str]:
        return {names.get(row.id, row.kind) for row in found if row.fits(**asked)}

    assert fitting() == {"won", "open", "lost", "no rate", "order"}
    assert fitting(counts_in="won") == {"won"}
    assert fitting(counts_in="pipeline") == {"open"}
    assert fitting(counts_in="left_out") == {"lost", "no rate", "order"}
    assert fitting(counts_in="left_out", kind="deal") == {"lost", "no rate"}
    assert fitting(kind="order") == {"order"}


def test_a_deal_whose_date_leaves_the_period_unlinks_with_the_reason_and_comes_back(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        moved = deal(world, plan.account, "400")
        moved = change_deal(deal=moved, viewer=world.alice, fields={"close_date": date(2027, 1, 1)})
        assert (moved.unlinked_reason, block(world, plan).values["won"]) == ("date_outside", 0)
        moved = change_deal(deal=moved, viewer=world.alice, fields={"close_date": date(2026, 12, 31)})
        assert (moved.unlinked_reason, block(world, plan).values["won"]) == ("", 400)


def test_linking_again_changes_nothing(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "400")
        deal(world, None, "5", owner=world.alice)
        assert relink(everything=True) == 0


@pytest.mark.parametrize(("policy", "won"), [("transaction_date", "90.00"), ("current", "80.00"), ("plan", "95.00")])
def test_each_rate_policy_converts_at_its_own_dated_rate(world: World, policy: str, won: str) -> None:
    with world.inside(world.alice):
        for day, rate in ((date(2025, 12, 31), "0.95"), (date(2026, 2, 1), "0.90"), (date(2026, 6, 1), "0.80")):
            Rate.objects.create(base="USD", quote="EUR", date=day, rate=Decimal(rate))
        plan = plan_for(world, rate_policy=policy)
        deal(world, plan.account, "100", "USD")
        assert block(world, plan).values["won"] == Decimal(won)


def test_an_approved_plan_keeps_the_rate_of_its_approval(world: World) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 2), rate=Decimal("0.95"))
        plan = plan_for(world, rate_policy="plan")
        deal(world, plan.account, "100", "USD")
        plan = move(plan=plan, verb="submit", viewer=world.alice, at=AT)
        plan = move(plan=plan, verb="approve", viewer=world.mona, at=AT)
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 3), rate=Decimal("0.5"))
        assert block(world, plan).values["won"] == Decimal("95.00")


def test_a_missing_rate_is_named_with_pair_and_date_and_never_taken_as_one(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "100")
        deal(world, plan.account, "1000", "BRL")
        shown = block(world, plan)
        why = explain(plan=plan, kpi="won", viewer=world.alice, at=AT, today=TODAY)
    assert shown.values["won"] == 100
    assert [(pair.base, pair.quote, pair.date) for pair in shown.missing] == [("BRL", "EUR", date(2026, 3, 1))]
    assert [item.reason for item in why.excluded] == ["missing_rate"]


def test_a_rate_is_found_through_the_workspaces_own_currency(world: World) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="EUR", quote="USD", date=date(2026, 1, 2), rate=Decimal("1.25"))
        Rate.objects.create(base="EUR", quote="BRL", date=date(2026, 1, 2), rate=Decimal(5))
        plan = plan_for(world, currency="USD")
        deal(world, plan.account, "100", "BRL")
        assert block(world, plan).values["won"] == Decimal("25.00")


@pytest.mark.parametrize(
    "kpi", ["won", "pipeline", "weighted_pipeline", "forecast", "weighted_forecast", "variance", "gap", "target"]
)
def test_the_included_rows_sum_to_the_figure_and_the_others_say_why_not(world: World, kpi: str) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 2), rate=Decimal("0.912345678901"))
        plan = plan_for(world)
        deal(world, plan.account, "333.33", "USD")
        deal(world, plan.account, "10.01", "USD", status="open", probability=33)
        deal(world, plan.account, None, status="open", name="Plant 7 retrofit")
        deal(world, plan.account, "5", day=date(2027, 1, 1), name="Too late")
        deal(world, account("Aurelia Iberia", parent=plan.account), "7", name="Below")
        why = explain(plan=plan, kpi=kpi, viewer=world.alice, at=AT, today=TODAY)
    assert sum(line.converted for line in why.included) == why.figures.values[kpi] == why.total
    if kpi != "target":
        assert {item.reason for item in why.excluded} >= {"date_outside", "no_access"}


def test_a_plan_over_a_subtree_counts_the_deals_below_it(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world, includes_descendants=True)
        below = account("Aurelia Iberia", parent=plan.account, owner=world.alice)
        deal(world, account("Aurelia Iberia Sur", parent=below, owner=world.alice), "7")
        assert block(world, plan).values["won"] == 7


def test_two_plans_of_one_team_may_not_overlap(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        with pytest.raises(Invalid) as refused:
            create_plan(viewer=world.alice, fields={"account": plan.account}, today=TODAY)
    assert refused.value.errors[0].code == "overlaps"


def test_an_open_deal_without_a_probability_is_named_and_a_long_list_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keystead.domain.plans.explanation.LISTED_AT_MOST", 1)
    with world.inside(world.alice):
        plan = plan_for(world)
        for number in range(3):
            made = deal(world, plan.account, "10", status="open", name=f"Pumps {number}")
            Deal.objects.filter(pk=made.pk).update(probability=None, stage=None)
        why = explain(plan=plan, kpi="weighted_pipeline", viewer=world.alice, at=AT, today=TODAY)
    assert why.included == ()
    assert [(item.reason, item.count) for item in why.excluded] == [("no_probability", 1), ("no_probability", 2)]
