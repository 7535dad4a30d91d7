"""The past is kept day by day: one row for each running plan, the same however often the day's job runs."""

from datetime import date, timedelta
from decimal import Decimal

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.models import PlanSnapshot
from keystead.domain.plans.approval import move
from keystead.domain.plans.snapshots import snapshot_plans
from keystead.jobs.plans import snapshot
from tests.domain.plans.made import AT, TODAY, deal, plan_for
from tests.support.world import World


def test_every_running_plan_is_kept_once_a_day_and_the_last_run_of_the_day_wins(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        plan_for(world, "Kestrel Diagnostics", start_date=date(2025, 1, 1), end_date=date(2025, 12, 31))
        archived = plan_for(world, "Montclair Retail")
        move(plan=archived, verb="archive", viewer=world.alice, at=AT)
        deal(world, plan.account, "100.5")
        assert snapshot_plans(at=AT, today=TODAY) == 1
        deal(world, plan.account, "20", status="open", probability=50)
        deal(world, plan.account, "9", "BRL")
        assert snapshot_plans(at=AT, today=TODAY) == 1
        assert snapshot_plans(at=AT + timedelta(1), today=TODAY + timedelta(1)) == 1
        kept = PlanSnapshot.objects.order_by("date").values_list(
            "plan", "date", "won", "pipeline", "weighted_pipeline", "target", "deals", "missing_rates"
        )
    row = (Decimal("100.5"), 20, 10, 1000, 2, 1)
    assert list(kept) == []  # outside the workspace there is nothing to see
    with world.inside(world.alice):
        assert list(kept.all()) == [(plan.pk, TODAY, *row), (plan.pk, TODAY + timedelta(1), *row)]


def test_the_job_opens_the_workspace_that_it_is_told_and_sees_what_no_member_may(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        deal(world, plan.account, "42")
    with clock.frozen(AT):
        assert snapshot(workspace_id=str(world.northwind.pk)) == 1
        assert snapshot(workspace_id=str(world.contoso.pk)) == 0
    with open_scope(workspace_id=world.northwind.pk):
        assert list(PlanSnapshot.objects.values_list("plan", "won")) == [(plan.pk, 42)]
