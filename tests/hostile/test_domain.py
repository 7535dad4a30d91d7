"""What verbs refuse and say: no name of an unseen record, nothing made out of reach, no way to become an owner."""

from datetime import timedelta
from typing import Any

import pytest

from keystead.base.clock import now, today
from keystead.data.models import Contact, Deal, Member, Order, Plan, Stage
from keystead.domain.accounts.editing import change_account, change_contact
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.deals.editing import create_deal, create_order
from keystead.domain.plans.editing import change_plan
from keystead.domain.plans.near import near_misses
from keystead.domain.workspace.invitations import CannotAccept, NewLogin, accept, invite
from keystead.domain.workspace.members import change_member
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.stages import stages_with_counts
from keystead.domain.writing import Invalid
from tests.support.world import World, account


def message(refused: pytest.ExceptionInfo[Invalid]) -> str:
    return str(refused.value.errors[0].message)


def test_a_circle_of_accounts_does_not_name_the_unseen_one_in_it(world: World) -> None:
    with world.inside(world.alice):
        top = account("Aurelia", owner=world.alice)
        hidden = account("Secret Oil", owner=world.bob, parent=top)
        below = account("Aurelia Iberia", owner=world.alice, parent=hidden)
        refresh_lineage()
        with pytest.raises(Invalid) as refused:
            change_account(account=top, viewer=world.alice, fields={"parent": below})
    assert "Aurelia > Aurelia Iberia > … > Aurelia" in message(refused)


def test_a_circle_of_contacts_does_not_name_the_unseen_one_in_it(world: World) -> None:
    with world.inside(world.alice):
        mine, hidden = account("Aurelia", owner=world.alice), account("Secret Oil", owner=world.bob)
        ana = Contact.objects.create(last_name="Ana", account=mine)
        mallory = Contact.objects.create(last_name="Mallory", account=hidden, reports_to=ana)
        eva = Contact.objects.create(last_name="Eva", account=mine, reports_to=mallory)
        with pytest.raises(Invalid) as refused:
            change_contact(contact=ana, viewer=world.alice, fields={"reports_to": eva})
    assert "Ana > Eva > … > Ana" in message(refused)


def _plan(name: str, owner: Member, at: Any, first: str, last: str) -> Plan:
    return Plan.objects.create(name=name, owner=owner, account=at, start_date=first, end_date=last, currency="EUR")


def test_a_plan_in_the_way_is_not_named_to_whoever_may_not_see_it(world: World) -> None:
    with world.inside(world.alice):
        hidden = account("Secret Oil", owner=world.bob)
        _plan("Bob's own plan", world.bob, hidden, "2026-01-01", "2026-12-31")
        mine = _plan("Mine", world.alice, hidden, "2027-01-01", "2027-12-31")
        mine.refresh_from_db()
        with pytest.raises(Invalid) as refused:
            change_plan(plan=mine, viewer=world.alice, fields={"start_date": today().replace(2026, 6, 1)})
    assert "Bob's own plan" not in message(refused)


def test_a_near_miss_does_not_name_an_unseen_account(world: World) -> None:
    with world.inside(world.alice):
        top = account("Aurelia", owner=world.alice)
        hidden = account("Secret Oil", owner=world.bob, parent=top)
        Deal.objects.create(name="Pumps", account=hidden, owner=world.alice, currency="EUR", close_date="2026-05-05")
        Deal.objects.create(name="Drills", account=hidden, owner=world.bob, currency="EUR", close_date="2026-05-05")
        plan = _plan("Mine", world.alice, top, "2026-01-01", "2026-12-31")
        Plan.objects.filter(pk=plan.pk).update(includes_descendants=False)
        plan.refresh_from_db()
        found, unseen = near_misses(plan=plan, viewer=world.alice, at_most=10)
        assert ([(each.name, each.detail) for each in found], unseen) == ([("Pumps", "")], 1)
        assert {each.detail for each in near_misses(plan=plan, viewer=world.mona, at_most=10)[0]} == {"Secret Oil"}


def test_stages_count_the_deals_that_one_may_see(world: World) -> None:
    with world.inside(world.alice):
        stage = Stage.objects.first()
        assert stage is not None
        Deal.objects.create(name="Drills", stage=stage, owner=world.bob, currency="EUR")
        Deal.objects.create(name="Pumps", stage=stage, owner=world.alice, currency="EUR")
        assert stages_with_counts(world.alice).get(pk=stage.pk).deal_count == 1
        assert stages_with_counts(world.olga).get(pk=stage.pk).deal_count == 2


def test_a_deal_without_an_account_is_made_only_for_oneself_or_ones_reports(world: World) -> None:
    with world.inside(world.alice):
        with pytest.raises(NotAllowed):
            create_deal(viewer=world.alice, fields={"name": "Forged", "owner": world.bob})
        assert create_deal(viewer=world.alice, fields={"name": "Pumps"}).owner_id == world.alice.pk
        assert create_deal(viewer=world.mona, fields={"name": "Drills", "owner": world.bob}).owner_id == world.bob.pk


def test_an_order_without_an_account_is_made_only_by_whoever_sees_all(world: World) -> None:
    fields = {"number": "1", "amount": 1, "currency": "EUR", "order_date": today()}
    with world.inside(world.alice):
        with pytest.raises(NotAllowed):
            create_order(viewer=world.alice, fields=fields)
        create_order(viewer=world.olga, fields=fields)
        assert Order.objects.count() == 1


def test_a_letter_written_before_somebody_became_an_owner_lets_nobody_in(world: World) -> None:
    with world.inside():
        ada = Member.objects.create(name="Ada Admin", email="ada@northwind.example", role="admin")
        newcomer = Member.objects.create(name="Nora New", email="nora@northwind.example", role="viewer")
        kept = invite(member=newcomer, viewer=ada, at=now()).text
        change_member(member=newcomer, viewer=world.olga, at=now(), fields={"role": "owner"})
    with pytest.raises(CannotAccept) as refused:
        accept(token=kept, at=now() + timedelta(seconds=1), login=NewLogin("Ada", "en", "correct horse battery"))
    assert refused.value.code == "expired"


@pytest.mark.parametrize("fields", [{"role": "owner"}, {"role": "admin"}, {"manager": None}, {"team": "Sales"}])
@pytest.mark.parametrize("who", ["mona", "alice", "vera", "gus"])
def test_nobody_below_an_admin_changes_a_member_not_even_herself(world: World, who: str, fields: dict[str, Any]) -> None:
    me = getattr(world, who)
    with world.inside(me), pytest.raises(NotAllowed):
        change_member(member=me, viewer=me, at=now(), fields=fields)
