"""Product lines: literal sums, the year before, and a total that is the KPI block's."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.base.periods import FiscalCalendar, InvalidPeriod, Period
from keystead.data.models import Plan, Product, Rate
from keystead.domain.plans.kpis import figures
from keystead.domain.plans.streams import earlier_period, figures_and_streams
from tests.domain.plans.made import AT, TODAY, deal, order, plan_for
from tests.support.world import World, account


def test_lines_are_the_tops_of_the_product_tree_with_what_has_no_product_last(world: World) -> None:
    with world.inside(world.alice):
        cold = Product.objects.create(name="Cold chain")
        freezer = Product.objects.create(name="Blast freezer", parent=Product.objects.create(name="Freezers", parent=cold))
        energy = Product.objects.create(name="Energy")
        plan = plan_for(world)
        deal(world, plan.account, "100", product=freezer)
        deal(world, plan.account, "10", product=cold)
        deal(world, plan.account, "900", product=energy, status="open", probability=50)
        deal(world, plan.account, "5")
        deal(world, plan.account, "60", product=freezer, day=date(2025, 3, 1))
        deal(world, plan.account, "7", product=energy, day=date(2025, 12, 31))
        deal(world, plan.account, "9999", product=energy, day=date(2024, 12, 31))
        deal(world, plan.account, "9999", product=energy, day=date(2025, 5, 1), status="lost")
        _, found = figures_and_streams(plan=plan, viewer=world.alice, at=AT, today=TODAY)
        block = figures(plans=[plan], viewer=world.alice, at=AT, today=TODAY)[plan.pk].values
    rows = [(line.name, line.last_year, line.won, line.pipeline, line.forecast) for line in found.lines]
    assert rows == [("Energy", 7, 0, 900, 900), ("Cold chain", 60, 110, 0, 110), ("", 0, 5, 0, 5)]
    assert (found.total.won, found.total.pipeline, found.total.forecast) == (block["won"], block["pipeline"], block["forecast"])
    assert found.total.last_year == 67


def test_the_year_before_is_counted_by_the_plans_own_rule_source_and_rates(world: World) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=date(2025, 1, 1), rate=Decimal("0.5"))
        plan = plan_for(world, includes_descendants=True, revenue_source="orders", team_key="South")
        below = account("Aurelia Iberia", parent=plan.account, owner=world.alice)
        order(world, below, "100", day=date(2025, 4, 1), team_key="South")
        order(world, below, "80", day=date(2025, 4, 1), team_key="South", currency="USD", number="in dollars")
        order(world, below, "1000", day=date(2025, 4, 1), team_key="North", number="of another team")
        order(world, below, "2000", "invoice", day=date(2025, 4, 1), team_key="South")
        assert figures_and_streams(plan=plan, viewer=world.alice, at=AT, today=TODAY)[1].total.last_year == 140


def test_the_year_before_takes_a_deals_team_or_its_owners(world: World) -> None:
    with world.inside(world.olga):
        type(world.bob).objects.filter(pk=world.bob.pk).update(team="South")
        plan = plan_for(world, team_key="South")
        for amount, more in (
            ("1", {"team_key": "South"}),
            ("20", {"owner": world.bob}),
            ("300", {"team_key": "North"}),
            ("4000", {}),
        ):
            deal(world, plan.account, amount, day=date(2025, 5, 1), name=amount, **more)
        assert figures_and_streams(plan=plan, viewer=world.olga, at=AT, today=TODAY)[1].total.last_year == 21


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ((date(2026, 1, 1), date(2026, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))),
        ((date(2024, 3, 1), date(2025, 2, 28)), (date(2023, 3, 1), date(2024, 2, 29))),
        ((date(2024, 2, 29), date(2024, 3, 31)), (date(2023, 2, 28), date(2023, 3, 31))),
    ],
)
def test_the_same_days_a_year_earlier_keep_the_end_of_february(
    world: World, period: tuple[date, date], before: tuple[date, date]
) -> None:
    with world.inside(world.alice):
        found = earlier_period(Plan(start_date=period[0], end_date=period[1]), world.alice)
    assert (found.start, found.end) == before


def test_where_no_fiscal_year_can_be_told_the_same_days_a_year_earlier_are_meant(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def year_of(_calendar: FiscalCalendar, day: date) -> Period:
        raise InvalidPeriod("period_out_of_range", day)

    monkeypatch.setattr(FiscalCalendar, "year_of", year_of)
    with world.inside(world.alice):
        found = earlier_period(Plan(start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)), world.alice)
    assert (found.start, found.end) == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_plan_over_a_year_of_weeks_looks_at_the_year_of_weeks_before(world: World) -> None:
    with world.inside(world.alice):
        world.alice.workspace.fiscal_pattern = "445"
        world.alice.workspace.fiscal_start_month = 2
        plan = Plan(start_date=date(2026, 1, 26), end_date=date(2027, 1, 31))
        found = earlier_period(plan, world.alice)
    assert (found.start, found.end) == (date(2025, 1, 27), date(2026, 1, 25))
