"""Who changed what in a plan, and how much of what was approved has changed since."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F

from keystead.base.scope import open_scope
from keystead.data.models import Plan
from keystead.domain.plans.approval import move
from keystead.domain.plans.editing import change_plan
from keystead.domain.plans.history import changed_since_approval, plan_history
from keystead.domain.plans.items import delete_item, read_measure, save_action, save_measure, save_objective, save_swot_item
from tests.domain.plans.made import AT, TODAY, deal, plan_for
from tests.support.world import World


def test_the_history_tells_who_changed_which_field_from_what_to_what(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
    with open_scope(workspace_id=world.northwind.pk, actor={"name": "Mona Manager", "via": "web"}):
        plan = change_plan(plan=plan, viewer=world.mona, fields={"target": Decimal(2000), "name": "Key account plan 2026"})
        objective = save_objective(plan=plan, viewer=world.mona, fields={"title": "Win Iberia"})
        save_objective(plan=plan, viewer=world.mona, objective=objective, fields={"title": "Win all of Iberia"})
        found = plan_history(plan=plan)
    latest = {(change.kind, change.what): change for change in found}
    header, renamed = latest["Plan", "changed"], latest["Objective", "changed"]
    assert (header.by, header.via) == ("Mona Manager", "web")
    assert [(each.field.name, each.old, each.new) for each in header.fields] == [("target", 1000, 2000)]
    assert [(each.field.name, each.old, each.new) for each in renamed.fields] == [("title", "Win Iberia", "Win all of Iberia")]
    assert ("Plan", "added") in latest


def test_measures_readings_actions_and_swot_are_told_and_so_is_what_was_deleted(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        other = plan_for(world, "Kestrel Diagnostics")
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Lift NPS"})
        measure = save_measure(objective=objective, viewer=world.alice, fields={"name": "NPS"})
        read_measure(measure=measure, viewer=world.alice, on=TODAY, value=Decimal(31))
        save_action(plan=plan, viewer=world.alice, fields={"title": "Site audit"})
        item = save_swot_item(plan=plan, viewer=world.alice, fields={"quadrant": "threat", "text": "Price lock"})
        delete_item(item=item, viewer=world.alice)
        delete_item(item=objective, viewer=world.alice)
        told = {(change.kind, change.what) for change in plan_history(plan=plan)}
        elsewhere = {change.kind for change in plan_history(plan=other)}
    assert told >= {
        ("Objective", "added"),
        ("Objective", "deleted"),
        ("Measure", "added"),
        ("Measure", "deleted"),
        ("MeasureReading", "added"),
        ("Action", "added"),
        ("SwotItem", "added"),
        ("SwotItem", "deleted"),
    }
    assert elsewhere == {"Plan"}


def test_a_reading_names_its_measure_by_its_latest_name(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Lift NPS"})
        measure = save_measure(objective=objective, viewer=world.alice, fields={"name": "Score"})
        read_measure(measure=measure, viewer=world.alice, on=TODAY, value=Decimal(31))
        save_measure(objective=objective, viewer=world.alice, measure=measure, fields={"name": "NPS"})
        assert [change.part_of for change in plan_history(plan=plan) if change.kind == "MeasureReading"] == ["NPS"]


def test_what_is_approved_counts_its_changes_and_the_work_on_it_is_no_change(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Lift NPS"})
        before = changed_since_approval(plan=plan)
        for verb, viewer in (("submit", world.alice), ("approve", world.mona)):
            plan = move(plan=plan, verb=verb, viewer=viewer, at=AT, comment="Good work")
        just_now = changed_since_approval(plan=plan)
        approvals = [
            (change.what, change.by, change.comment) for change in plan_history(plan=plan) if change.kind == "PlanApproval"
        ]
    assert (before, just_now) == (0, 0)
    assert sorted(approvals) == [("approved", "Mona Manager", "Good work"), ("submitted", "Alice Alvarez", "Good work")]
    assert objective.rank == 1


def test_frozen_rates_go_when_an_approved_plan_is_recalled(world: World) -> None:
    from keystead.data.models import PlanRate, Rate

    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 2), rate=Decimal("0.95"))
        plan = plan_for(world, rate_policy="plan")
        deal(world, plan.account, "100", "USD")
        for verb, viewer in (("submit", world.alice), ("approve", world.mona)):
            plan = move(plan=plan, verb=verb, viewer=viewer, at=AT)
        frozen = list(PlanRate.objects.values_list("base", "quote", "rate", "rate_date"))
        move(plan=plan, verb="recall", viewer=world.alice, at=AT)
        assert not PlanRate.objects.exists()
    assert frozen == [("USD", "EUR", Decimal("0.95"), date(2026, 1, 2))]


def test_what_came_before_the_changes_that_are_read_and_a_change_of_nothing_told_are_left_out(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        for target in (2000, 3000):
            plan = change_plan(plan=plan, viewer=world.alice, fields={"target": Decimal(target)})
        whole = plan_history(plan=plan)
        (last,) = plan_history(plan=plan, at_most=1)
        assert [(each.old, each.new) for each in last.fields] == [(2000, 3000)]
        Plan.objects.filter(pk=plan.pk).update(created_at=F("created_at") - timedelta(days=1))
        assert plan_history(plan=plan) == whole
