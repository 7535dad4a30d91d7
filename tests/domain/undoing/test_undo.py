"""Every kind of change, taken back and done again: the rows are exactly as they were."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Action, Deal
from keystead.domain.accounts.editing import (
    change_account,
    change_contact,
    create_account,
    create_contact,
    delete_account,
    delete_contact,
    leave_team,
)
from keystead.domain.accounts.merging import merge_accounts, merge_contacts, tell_apart
from keystead.domain.deals.editing import change_deal, delete_deal, delete_order, save_product, save_rate
from keystead.domain.plans.editing import change_plan, delete_plan
from keystead.domain.plans.items import (
    delete_item,
    move_objective,
    read_measure,
    save_action,
    save_objective,
    turn_swot_into_objective,
)
from keystead.domain.workspace.members import change_member, create_member, deactivate_member
from keystead.domain.workspace.settings import change_workspace
from keystead.domain.workspace.stages import move_stage, save_stage
from tests.domain.undoing.scene import AT, TODAY, Scene, change, everything, take_back
from tests.support.world import World

WRITES: dict[str, Callable[[Scene, Any], Any]] = {
    "an account is made": lambda s, who: create_account(viewer=who, fields={"name": "Nordwind Logistik", "parent": s.bolt}),
    "an account is changed": lambda s, who: change_account(account=s.aurelia, viewer=who, fields={"industry": "Food"}),
    "an account moves below another": lambda s, who: change_account(account=s.chilled, viewer=who, fields={"parent": s.bolt}),
    "an account with all that is at it is deleted": lambda s, who: delete_account(account=s.aurelia, viewer=who),
    "a colleague leaves the team": lambda s, who: leave_team(account=s.aurelia, member=s.world.bob, viewer=who),
    "a contact is made": lambda s, who: create_contact(viewer=who, fields={"last_name": "Nagel", "account": s.aurelia}),
    "a contact is changed": lambda s, who: change_contact(contact=s.marc, viewer=who, fields={"reports_to": None, "phone": "1"}),
    "a contact with people below is deleted": lambda s, who: delete_contact(contact=s.lena, viewer=who),
    "two accounts become one": lambda s, who: merge_accounts(keep=s.bolt, lose=s.aurelia, viewer=who),
    "an account takes the place of the one above": lambda s, who: merge_accounts(keep=s.chilled, lose=s.aurelia, viewer=who),
    "two contacts become one": lambda s, who: merge_contacts(keep=s.marc, lose=s.lena, viewer=who),
    "two accounts are told apart": lambda s, who: tell_apart(first=s.bolt, second=s.aurelia, viewer=who),
    "a deal is made": lambda s, who: s.deal("Spare parts", s.aurelia),
    "a deal is won": lambda s, who: change_deal(deal=s.deals[0], viewer=who, fields={"stage": s.won_stage}),
    "a deal leaves the plan's period": lambda s, who: change_deal(
        deal=s.deals[1], viewer=who, fields={"close_date": date(2027, 5, 1), "amount": None}
    ),
    "a deal is deleted": lambda s, who: delete_deal(deal=s.deals[0], viewer=who),
    "an order is deleted": lambda s, who: delete_order(order=s.order, viewer=who),
    "a product line is set": lambda s, who: save_product(
        viewer=who, product=s.product, fields={"parent": save_product(viewer=who, fields={"name": "Cooling"})}
    ),
    "a plan's target is changed": lambda s, who: change_plan(plan=s.plan, viewer=who, fields={"target": Decimal(2000)}),
    "a plan no longer covers the accounts below": lambda s, who: change_plan(
        plan=s.plan, viewer=who, fields={"includes_descendants": False, "end_date": date(2026, 4, 1)}
    ),
    "a plan is deleted": lambda s, who: delete_plan(plan=s.plan, viewer=who),
    "an objective is made at the top": lambda s, who: save_objective(plan=s.plan, viewer=who, fields={"title": "New", "rank": 1}),
    "an objective moves": lambda s, who: move_objective(objective=s.objectives[2], viewer=who, to=1),
    "an objective is deleted": lambda s, who: delete_item(item=s.objectives[0], viewer=who),
    "a measure is deleted": lambda s, who: delete_item(item=s.measure, viewer=who),
    "a reading is replaced": lambda s, who: read_measure(measure=s.measure, viewer=who, on=TODAY, value=Decimal(41)),
    "an action is done": lambda s, who: save_action(plan=s.plan, viewer=who, action=s.action, fields={"status": "done"}),
    "an action is deleted": lambda s, who: delete_item(item=s.action, viewer=who),
    "a threat becomes an objective": lambda s, who: turn_swot_into_objective(item=s.item, viewer=who),
    "a stage is added": lambda s, who: save_stage(viewer=who, fields={"name": "Pilot", "status": "open", "probability": 40}),
    "a stage moves": lambda s, who: move_stage(stage=s.won_stage, viewer=who, to=0),
    "a rate is added": lambda s, who: save_rate(
        viewer=who, fields={"base": "USD", "quote": "EUR", "date": TODAY, "rate": Decimal("0.9")}
    ),
    "a member changes role and team": lambda s, who: change_member(
        member=s.world.bob, viewer=who, at=AT, fields={"role": "manager", "team": "North"}
    ),
    "a member is made": lambda s, who: create_member(viewer=who, at=AT, fields={"name": "Nora Neu", "email": "nora@n.example"}),
    "a member is deactivated": lambda s, who: deactivate_member(member=s.world.bob, viewer=who, at=AT),
    "the workspace's settings change": lambda s, who: change_workspace(
        workspace=s.world.northwind, viewer=who, fields={"name": "Northwind AG", "fiscal_start_month": 4}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_a_change_taken_back_leaves_no_trace_and_done_again_is_what_it_was(world: World, name: str) -> None:
    with world.inside():
        scene = Scene(world)
        before = everything()
        written = change(world.olga, lambda: WRITES[name](scene, world.olga))
        after = everything()
        assert after != before
        undone = take_back(world.olga, written)
        assert everything() == before
        assert not undone.is_redo
        redone = take_back(world.olga, undone.change)
        assert everything() == after
        assert redone.is_redo
        assert not take_back(world.olga, redone.change).is_redo
        assert everything() == before


def test_a_change_of_many_rows_is_one_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.domain.undoing.undo._MANY", 2)
    with world.inside():
        scene = Scene(world)
        before = everything()

        def bulk() -> None:
            for deal in scene.deals:
                change_deal(deal=deal, viewer=world.olga, fields={"owner": world.bob, "close_date": date(2026, 9, 1)})
            Action.objects.filter(plan=scene.plan).update(owner=world.bob)

        written = change(world.olga, bulk)
        assert take_back(world.olga, written).rows == 3
        assert everything() == before
        assert Deal.objects.filter(owner=world.bob).count() == 0
