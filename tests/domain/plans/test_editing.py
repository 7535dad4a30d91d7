"""Plans and what stands in them: defaults, refusals, ranks, done and percent, follow-ups, and who may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from keystead.data.models import Action, Objective, Plan, SwotItem
from keystead.domain.plans.approval import CannotMove, move
from keystead.domain.plans.editing import change_plan, create_plan, delete_plan
from keystead.domain.plans.items import (
    delete_item,
    read_measure,
    save_action,
    save_measure,
    save_objective,
    save_swot_item,
    turn_swot_into_action,
    turn_swot_into_objective,
)
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import Invalid, Stale
from tests.domain.plans.made import AT, TODAY, deal, plan_for
from tests.support.world import World, account


def ranks(plan: Plan) -> list[tuple[int, str]]:
    return list(Objective.objects.filter(plan=plan).order_by("rank").values_list("rank", "title"))


def test_a_new_plan_covers_the_fiscal_year_and_belongs_to_whoever_makes_it(world: World) -> None:
    with world.inside(world.alice):
        world.alice.workspace.fiscal_start_month = 4
        world.alice.workspace.fiscal_named_by = "end"
        made = create_plan(viewer=world.alice, fields={"account": account("Aurelia Foods", owner=world.alice)}, today=TODAY)
    assert (made.start_date, made.end_date) == (date(2026, 4, 1), date(2027, 3, 31))
    assert (made.owner, made.prepared_by, made.prepared_date, made.currency) == (world.alice, world.alice, TODAY, "EUR")
    assert made.name == "Key account plan FY 2027"


def test_an_archived_plan_does_not_stand_in_the_way_and_neither_does_another_team(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        south = create_plan(viewer=world.alice, fields={"account": plan.account, "team_key": "South"}, today=TODAY)
        with pytest.raises(Invalid) as refused:
            change_plan(plan=south, viewer=world.alice, fields={"team_key": ""})
        move(plan=plan, verb="archive", viewer=world.alice, at=AT)
        change_plan(plan=south, viewer=world.alice, fields={"team_key": ""})
    assert [(error.field, error.code) for error in refused.value.errors] == [("start_date", "overlaps")]
    assert plan.name in str(refused.value.errors[0].message)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"end_date": date(2025, 1, 1)}, "end_date", "ends_before_start"),
        ({"end_date": date(9999, 12, 31)}, "end_date", "far_away"),
        ({"start_date": date(1, 1, 1)}, "start_date", "far_away"),
        ({"currency": "XXQ"}, "currency", "unknown_currency"),
        ({"target": Decimal(-1)}, "target", "below_zero"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused_at_its_field(
    world: World, fields: dict[str, object], field: str, code: str
) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        with pytest.raises(Invalid) as refused:
            change_plan(plan=plan, viewer=world.alice, fields=fields)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]


def test_a_lost_update_is_refused_with_the_plan_as_it_is(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        change_plan(plan=plan, viewer=world.mona, fields={"name": "Monas name"}, seen=plan.version)
        with pytest.raises(Stale) as stale:
            change_plan(plan=plan, viewer=world.alice, fields={"name": "Alices name"}, seen=plan.version)
    assert stale.value.current.name == "Monas name"  # type: ignore[attr-defined]


def test_deleting_a_plan_leaves_its_deals_with_the_reason_that_no_plan_covers_them(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        renewal = deal(world, plan.account, "5")
        delete_plan(plan=plan, viewer=world.alice)
        renewal.refresh_from_db()
    assert renewal.unlinked_reason == "no_plan"


def test_ranks_stay_whole_through_adding_moving_and_deleting(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        first, second, third = (
            save_objective(plan=plan, viewer=world.alice, fields={"title": title})
            for title in ("Win Iberia", "Lift NPS", "Meet the board")
        )
        save_objective(plan=plan, viewer=world.alice, fields={"title": "Before all", "rank": 1})
        assert ranks(plan) == [(1, "Before all"), (2, "Win Iberia"), (3, "Lift NPS"), (4, "Meet the board")]
        save_objective(plan=plan, viewer=world.alice, objective=third, fields={"rank": 2})
        delete_item(item=second, viewer=world.alice)
        assert ranks(plan) == [(1, "Before all"), (2, "Meet the board"), (3, "Win Iberia")]
        save_objective(plan=plan, viewer=world.alice, objective=first, fields={"rank": 99})
    assert first.plan_id == plan.pk


def test_done_and_a_hundred_percent_go_together_both_ways(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        audit = save_action(plan=plan, viewer=world.alice, fields={"title": "Site audit", "percent_done": 40})

        def change(**fields: object) -> tuple[str, int]:
            fresh = Action.objects.get(pk=audit.pk)
            saved = save_action(plan=plan, viewer=world.alice, action=fresh, fields=fields)
            return saved.status, saved.percent_done

        assert change(status="done") == ("done", 100)
        assert change(status="doing") == ("doing", 0)
        assert change(percent_done=100) == ("done", 100)
        assert change(percent_done=60) == ("doing", 60)
        assert change(status="dropped") == ("dropped", 60)
        assert change(status="todo", percent_done=40) == ("todo", 40)


def test_an_action_may_not_be_due_before_it_starts_nor_serve_another_plans_objective(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        other = plan_for(world, "Kestrel Diagnostics")
        theirs = save_objective(plan=other, viewer=world.alice, fields={"title": "Win the lab"})
        with pytest.raises(Invalid, match="due_before_start"):
            save_action(
                plan=plan, viewer=world.alice, fields={"title": "Audit", "start_date": TODAY, "due_date": TODAY - timedelta(1)}
            )
        with pytest.raises(Invalid, match="other_plan"):
            save_action(plan=plan, viewer=world.alice, fields={"title": "Audit", "objective": theirs})


def test_a_swot_item_becomes_an_objective_or_an_action_once_and_keeps_the_link(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        threat = save_swot_item(
            plan=plan, viewer=world.alice, fields={"quadrant": "threat", "text": "Nordfrost offers a price lock"}
        )
        objective = turn_swot_into_objective(item=threat, viewer=world.alice)
        threat.refresh_from_db()
        again = turn_swot_into_objective(item=threat, viewer=world.alice)
        action = turn_swot_into_action(item=threat, viewer=world.alice)
    assert objective == again
    assert objective.title == action.title == "Nordfrost offers a price lock"


def test_a_competitors_item_says_which_competitor(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        with pytest.raises(Invalid, match="competitor: required"):
            save_swot_item(plan=plan, viewer=world.alice, fields={"quadrant": "threat", "text": "Cheap", "lens": "competitor"})


def test_a_second_reading_of_a_day_replaces_the_first(world: World) -> None:
    with world.inside(world.alice):
        objective = save_objective(plan=plan_for(world), viewer=world.alice, fields={"title": "Lift NPS"})
        nps = save_measure(objective=objective, viewer=world.alice, fields={"name": "NPS"})
        read_measure(measure=nps, viewer=world.alice, on=TODAY, value=Decimal(31))
        read_measure(measure=nps, viewer=world.mona, on=TODAY, value=Decimal(33))
        assert list(nps.readings.values_list("value", "by")) == [(33, world.mona.pk)]


def test_who_may_touch_a_plan(world: World) -> None:
    """Alice owns it, Mona manages her, Bob and Vera do not: what each may do is in the permission table."""
    with world.inside(world.alice):
        plan = plan_for(world)
        for stranger in (world.bob, world.vera, world.gus):
            with pytest.raises(NotAllowed):
                change_plan(plan=plan, viewer=stranger, fields={"name": "mine now"})
            with pytest.raises(NotAllowed):
                save_objective(plan=plan, viewer=stranger, fields={"title": "mine"})
        with pytest.raises(NotAllowed):
            create_plan(viewer=world.bob, fields={"account": plan.account, "team_key": "North"}, today=TODAY)
        plan = move(plan=plan, verb="submit", viewer=world.alice, at=AT)
        with pytest.raises(NotAllowed):
            move(plan=plan, verb="approve", viewer=world.alice, at=AT)
        with pytest.raises(Invalid, match="comment: required"):
            move(plan=plan, verb="reject", viewer=world.mona, at=AT)
        plan = move(plan=plan, verb="approve", viewer=world.mona, at=AT)
        with pytest.raises(CannotMove):
            move(plan=plan, verb="approve", viewer=world.mona, at=AT)
    assert plan.status == "approved"


def test_a_plan_needs_an_account_and_moves_only_to_one_within_reach(world: World) -> None:
    with world.inside(world.alice):
        with pytest.raises(Invalid) as refused:
            create_plan(viewer=world.alice, fields={"name": "Growth 2026"}, today=TODAY)
        plan = plan_for(world)
        mine, unseen = account("Cedar Ports", owner=world.alice), account("Bolt Cargo", owner=world.bob)
        with pytest.raises(NotAllowed):
            change_plan(plan=plan, viewer=world.alice, fields={"account": unseen})
        assert change_plan(plan=plan, viewer=world.alice, fields={"account": mine}).account == mine
    assert [(error.field, error.code) for error in refused.value.errors] == [("account", "required")]


def test_an_item_becomes_one_action_however_often_it_is_asked(world: World) -> None:
    with world.inside(world.alice):
        item = save_swot_item(plan=plan_for(world), viewer=world.alice, fields={"quadrant": "threat", "text": "A cheaper rival"})
        assert turn_swot_into_action(item=item, viewer=world.alice) == turn_swot_into_action(
            item=SwotItem.objects.get(pk=item.pk), viewer=world.alice
        )
        assert Action.objects.count() == 1
