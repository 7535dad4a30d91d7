"""My day: what is due, what waits for me, where plans stand; and the first steps while there is nothing yet."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from keystead.base import clock
from keystead.data.models import Account, Action, Member, Plan
from keystead.domain.plans.approval import move
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account

HOME = "/w/northwind/"


def page_of(member: Member) -> str:
    client = Client()
    assert member.user
    client.force_login(member.user)
    return client.get(HOME).content.decode()


@pytest.fixture
def plan(world: World) -> Plan:
    """Alice's, of this year, at Aurelia Foods."""
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        return create_plan(viewer=world.alice, fields={"account": aurelia, "target": Decimal(100_000)}, today=clock.today())


def test_who_may_begin_is_led_from_nothing_to_a_plan_and_a_reader_is_not(world: World) -> None:
    page = page_of(world.olga)
    assert "From your CRM to a live plan" in page
    assert f'href="{HOME}imports/new/"' in page
    assert "From your CRM to a live plan" not in page_of(world.vera)


def test_what_is_due_stands_under_when_it_is_due(world: World, plan: Plan) -> None:
    today = clock.today()
    with world.inside(world.alice):
        for title, days in (("Call the buyer", -1), ("Send the offer", 3), ("Visit the plant", 20), ("Far away", 40)):
            Action.objects.create(plan=plan, title=title, owner=world.alice, due_date=today + timedelta(days=days))
    page = page_of(world.alice)
    places = [page.index(text) for text in (
        "Overdue", "Call the buyer", "Next two weeks", "Send the offer", "The two weeks after", "Visit the plant",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "Far away" not in page
    assert "Nothing is due" in page_of(world.bob)


def test_a_submitted_plan_waits_for_whoever_may_approve_it(world: World, plan: Plan) -> None:
    with world.inside(world.alice):
        move(plan=plan, verb="submit", viewer=world.alice, at=clock.now())
    assert "Waiting for your approval" in page_of(world.mona)
    assert "Waiting for your approval" not in page_of(world.alice)


def test_plans_stand_before_their_people_and_before_a_reader_without_any(world: World, plan: Plan) -> None:
    with world.inside(world.bob):
        theirs = account("Brasilux", owner=world.bob)
        create_plan(viewer=world.bob, fields={"account": theirs, "target": Decimal(50_000)}, today=clock.today())
    seen = {}
    for name, member in (("alice", world.alice), ("mona", world.mona), ("vera", world.vera)):
        page = page_of(member)
        assert "Where plans stand" in page
        seen[name] = [account for account in ("Aurelia Foods", "Brasilux") if account in page]
    assert seen == {"alice": ["Aurelia Foods"], "mona": ["Aurelia Foods", "Brasilux"], "vera": ["Aurelia Foods", "Brasilux"]}


LISTS = [f"{HOME}{place}/" for place in ("portfolio", "accounts", "plans", "deals")]


def _at(member: Member, address: str) -> str:
    client = Client()
    assert member.user
    client.force_login(member.user)
    return client.get(address).text


def test_a_guest_is_told_that_nothing_is_shared_and_is_offered_nothing_that_would_be_refused(world: World) -> None:
    home = page_of(world.gus)
    assert "Your role in Northwind, Guest, shows no accounts, plans and deals." in home
    for address in LISTS:
        assert f'href="{address}"' not in home
        page = _at(world.gus, address)
        assert "Nothing is shared with you" in page
        assert f'href="{HOME}imports/' not in page
        assert f'href="{address}new/"' not in page


def test_an_empty_list_offers_to_import_to_who_may_and_has_no_tools_yet(world: World) -> None:
    for address in (LISTS[0], LISTS[1], LISTS[3]):
        for person, may_import in ((world.alice, True), (world.vera, False)):
            page = _at(person, address)
            assert (f'href="{HOME}imports/new/"' in page) is may_import
            assert 'id="f-export"' not in page


def test_a_plan_without_any_account_begins_with_an_account(world: World) -> None:
    page = _at(world.olga, f"{LISTS[2]}new/")
    assert "No account yet" in page
    assert f'href="{LISTS[1]}new/"' in page
    assert "No such account" in _at(world.olga, f"{LISTS[2]}new/?text=Aurelia")


def test_an_action_is_done_from_here_and_opens_where_it_is_worked_on(world: World, plan: Plan) -> None:
    with world.inside(world.alice):
        action = Action.objects.create(plan=plan, title="Call the buyer", owner=world.alice, due_date=clock.today())
    url = f"{HOME}plans/{plan.pk}/actions/{action.pk}/"
    client = Client()
    client.force_login(world.alice.user)
    page = client.get(HOME).content.decode()
    assert (f'href="{url}"' in page, f'action="{url}status/"' in page) == (True, True)
    done = client.post(f"{url}status/", {"status": "done", "next": HOME}, follow=True)
    assert done.redirect_chain == [(HOME, 302)]
    assert "Nothing is due" in done.content.decode()


def test_an_account_that_the_reader_may_not_see_has_no_name_beside_her_plan_there(world: World, plan: Plan) -> None:
    with world.inside():
        Action.objects.create(plan=plan, title="Call the buyer", owner=world.alice, due_date=clock.today())
        Account.objects.filter(pk=plan.account_id).update(owner=world.olga)
    page = page_of(world.alice)
    assert (page.count("An account that you may not see"), "Aurelia Foods" in page) == (2, False)
    with world.inside(world.alice):
        move(plan=plan, verb="submit", viewer=world.alice, at=clock.now())
    page = page_of(world.mona)
    assert (page.count("An account that you may not see"), "Aurelia Foods" in page) == (2, False)
    assert "Aurelia Foods" in page_of(world.olga)
