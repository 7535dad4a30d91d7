"""An archived plan is kept as it was, by every verb that would change it, until it is reopened."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.base.scope import open_scope
from keystead.data.models import Action, Objective, Plan, PlanRate, Rate
from keystead.domain.accounts.editing import delete_contact
from keystead.domain.grid.bulk import change_many, tried
from keystead.domain.plans.approval import CannotMove, PlanArchived, move
from keystead.domain.plans.columns import PLANS
from keystead.domain.plans.editing import change_plan, create_plan, delete_plan
from keystead.domain.plans.items import (
    delete_item,
    move_objective,
    read_measure,
    save_action,
    save_measure,
    save_objective,
    save_swot_item,
    turn_swot_into_action,
    turn_swot_into_objective,
)
from keystead.domain.undoing.refusals import CannotUndo
from keystead.domain.workspace.my_day import my_day
from keystead.domain.writing import Invalid, Stale
from tests.domain.plans.made import AT, TODAY, deal, plan_for
from tests.domain.undoing.scene import Scene, change, everything, take_back
from tests.support.world import World


def archive(plan: Plan, world: World) -> Plan:
    return move(plan=Plan.objects.get(pk=plan.pk), verb="archive", viewer=world.alice, at=AT)


def reopen(plan: Plan, world: World) -> Plan:
    return move(plan=Plan.objects.get(pk=plan.pk), verb="reopen", viewer=world.alice, at=AT)


WRITES: dict[str, Callable[[Scene, Any], Any]] = {
    "the header": lambda s, who: change_plan(plan=s.plan, viewer=who, fields={"target": Decimal(2)}),
    "a new objective": lambda s, who: save_objective(plan=s.plan, viewer=who, fields={"title": "More"}),
    "an objective": lambda s, who: save_objective(plan=s.plan, viewer=who, fields={"title": "X"}, objective=s.objectives[0]),
    "the order": lambda s, who: move_objective(objective=s.objectives[0], viewer=who, to=3),
    "a new measure": lambda s, who: save_measure(objective=s.objectives[0], viewer=who, fields={"name": "Churn"}),
    "a reading": lambda s, who: read_measure(measure=s.measure, viewer=who, on=TODAY, value=Decimal(50)),
    "a new action": lambda s, who: save_action(plan=s.plan, viewer=who, fields={"title": "More"}),
    "an action": lambda s, who: save_action(plan=s.plan, viewer=who, fields={"status": "done"}, action=s.action),
    "a new SWOT item": lambda s, who: save_swot_item(plan=s.plan, viewer=who, fields={"quadrant": "threat", "text": "More"}),
    "a SWOT item": lambda s, who: save_swot_item(plan=s.plan, viewer=who, fields={"text": "X"}, item=s.item),
    "an objective of an item": lambda s, who: turn_swot_into_objective(item=s.item, viewer=who),
    "an action of an item": lambda s, who: turn_swot_into_action(item=s.item, viewer=who),
    "an item deleted": lambda s, who: delete_item(item=s.item, viewer=who),
    "a measure deleted": lambda s, who: delete_item(item=s.measure, viewer=who),
}


@pytest.mark.parametrize("what", WRITES)
def test_nothing_in_an_archived_plan_is_changed_by_anybody_before_it_is_reopened(world: World, what: str) -> None:
    with world.inside(world.alice):
        scene = Scene(world)
        archive(scene.plan, world)
        before = everything()
        for who in (world.alice, world.olga):
            fresh = _read_again(scene)
            with pytest.raises(PlanArchived):
                WRITES[what](fresh, who)
        assert everything() == before
        reopen(scene.plan, world)
        WRITES[what](_read_again(scene), world.alice)
        assert everything() != before


def _read_again(scene: Scene) -> Scene:
    """What the surfaces hold: read from the database at the start of a request."""
    scene.plan = Plan.objects.get(pk=scene.plan.pk)
    scene.objectives = list(Objective.objects.filter(plan=scene.plan).order_by("rank"))
    for name in ("action", "item", "measure"):
        found = getattr(scene, name)
        setattr(scene, name, type(found).objects.get(pk=found.pk))
    return scene


DELETED: dict[str, tuple[tuple[str, ...], Callable[[Scene, Any], Any]]] = {
    "an approved plan": (("submit", "approve"), lambda s, who: delete_plan(plan=s.plan, viewer=who)),
    "an archived plan": (("submit", "approve", "archive"), lambda s, who: delete_plan(plan=s.plan, viewer=who)),
    "a contact in one": (("submit", "approve", "archive"), lambda s, who: delete_contact(contact=s.lena, viewer=who)),
}


@pytest.mark.parametrize("what", DELETED)
def test_what_is_deleted_comes_back_with_all_that_stood_in_it_and_its_frozen_rates(world: World, what: str) -> None:
    steps, delete = DELETED[what]
    with world.inside(world.alice):
        scene = Scene(world)
        Rate.objects.create(base="USD", quote="EUR", date=TODAY, rate=Decimal("0.9"))
        deal(world, scene.plan.account, "100", "USD")
        Plan.objects.update(rate_policy="plan")
        for verb in steps:
            move(plan=Plan.objects.get(), verb=verb, viewer=world.mona if verb == "approve" else world.alice, at=AT)
        before = everything()
        assert before["PlanRate"]
        written = change(world.alice, lambda: delete(_read_again(scene), world.alice))
        assert everything() != before
        take_back(world.alice, written)
        assert everything() == before


@pytest.mark.parametrize("what", WRITES)
def test_what_was_written_before_is_not_taken_back_while_the_plan_is_archived(world: World, what: str) -> None:
    with world.inside(world.alice):
        scene = Scene(world)
        start = everything()
        written = change(world.alice, lambda: WRITES[what](scene, world.alice))
        archive(scene.plan, world)
        before = everything()
        with pytest.raises(CannotUndo) as refused:
            take_back(world.alice, written)
        assert refused.value.code in ("archived", "changed_since")
        assert everything() == before
        reopen(scene.plan, world)
        take_back(world.alice, written)
        assert everything() == start


def test_archiving_and_reopening_are_taken_back_like_any_step(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        archived = change(world.alice, lambda: archive(plan, world))
        take_back(world.alice, archived)
        assert Plan.objects.get().status == "draft"
        archive(plan, world)
        reopened = change(world.alice, lambda: reopen(plan, world))
        take_back(world.alice, reopened)
        assert Plan.objects.get().status == "archived"


def test_a_plan_is_not_reopened_where_another_covers_the_time_by_now(world: World) -> None:
    with world.inside(world.alice):
        plan = archive(plan_for(world), world)
        other = create_plan(viewer=world.alice, fields={"account": plan.account, "name": "The new one"}, today=TODAY)
        with pytest.raises(Invalid) as refused:
            reopen(plan, world)
        assert [error.code for error in refused.value.errors] == ["overlaps"]
        assert "The new one" in str(refused.value.errors[0].message)
        delete_plan(plan=other, viewer=world.alice)
        assert reopen(plan, world).status == "draft"
        with pytest.raises(CannotMove):
            reopen(plan, world)


def test_a_reopened_plan_no_longer_has_the_rates_of_its_approval(world: World) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=TODAY, rate=Decimal("0.9"))
        plan = plan_for(world, rate_policy="plan")
        deal(world, plan.account, "100", "USD")
        move(plan=plan, verb="submit", viewer=world.alice, at=AT)
        move(plan=plan, verb="approve", viewer=world.mona, at=AT)
        archive(plan, world)
        assert PlanRate.objects.filter(plan=plan).exists()
        reopen(plan, world)
        assert not PlanRate.objects.filter(plan=plan).exists()


def test_changing_many_plans_leaves_the_archived_ones_and_says_why(world: World) -> None:
    with world.inside(world.alice):
        closed = archive(plan_for(world), world)
        still = plan_for(world, "Bolt Energy")
        asked: dict[str, Any] = {
            "grid": PLANS,
            "rows": Plan.objects.all(),
            "viewer": world.alice,
            "fields": {"owner": world.olga},
        }
        seen, done = tried(**asked), change_many(**asked)
        assert (list(seen.changes), seen.same) == ([still.pk], 0)
        assert [(count, "archived" in reason) for reason, count in seen.refused.items()] == [(1, True)]
        assert (done.changes, done.refused) == (seen.changes, seen.refused)
        assert dict(Plan.objects.values_list("pk", "owner")) == {closed.pk: world.alice.pk, still.pk: world.olga.pk}
        reopen(closed, world)
        assert tried(**asked).refused == {}


def test_actions_of_an_archived_plan_wait_for_nobody(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        save_action(plan=plan, viewer=world.alice, fields={"title": "Call", "due_date": TODAY})
        with open_scope(workspace_id=world.alice.workspace_id, user_id=world.alice.user_id):
            assert [each.title for each in my_day(viewer=world.alice, at=AT, today=TODAY).soon] == ["Call"]
            archive(plan, world)
            assert my_day(viewer=world.alice, at=AT, today=TODAY).soon == []
        assert Action.objects.get().status == "todo"


@pytest.mark.parametrize("what", WRITES)
def test_what_was_read_before_the_plan_was_archived_does_not_write_into_it(world: World, what: str) -> None:
    with world.inside(world.alice):
        scene = Scene(world)  # what a request holds that has waited
        archive(scene.plan, world)
        before = everything()
        with pytest.raises(PlanArchived):
            WRITES[what](scene, world.alice)
        assert everything() == before


def test_a_reopening_that_is_done_again_leaves_no_frozen_rates(world: World) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=TODAY, rate=Decimal("0.9"))
        plan = plan_for(world, rate_policy="plan")
        for verb, who in (("submit", world.alice), ("approve", world.mona), ("archive", world.alice)):
            move(plan=Plan.objects.get(pk=plan.pk), verb=verb, viewer=who, at=AT)
        reopened = change(world.alice, lambda: reopen(plan, world))
        back = take_back(world.alice, reopened)
        assert (Plan.objects.get().status, PlanRate.objects.exists()) == ("archived", True)
        take_back(world.alice, back.change)
        assert (Plan.objects.get().status, PlanRate.objects.exists()) == ("draft", False)


def test_a_form_that_sends_what_already_is_decides_nothing_about_links(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        same = {name: getattr(plan, name) for name in ("start_date", "end_date", "team_key", "includes_descendants")}
        with CaptureQueriesContext(connection) as asked:
            change_plan(plan=plan, viewer=world.alice, fields={**same, "summary": "More"})
        assert not [each for each in asked if "advisory" in each["sql"] or "revenuelink" in each["sql"]]


def test_days_that_somebody_else_has_moved_meanwhile_are_not_moved_back_unseen(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        change_plan(plan=Plan.objects.get(pk=plan.pk), viewer=world.alice, fields={"end_date": date(2026, 6, 30)})
        with pytest.raises(Stale):
            change_plan(plan=plan, viewer=world.alice, fields={"end_date": plan.end_date})
