"""Who hears of a change is who may see what was changed: the permission table read backwards says the same as read forwards."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from keystead.data.models import Account, AccountTeamMember, Deal, Import, Member, Plan
from keystead.domain.deals.editing import create_deal
from keystead.domain.live.notices import Notice, read_notice
from keystead.domain.live.telling import heard, look_around
from keystead.domain.live.topics import Listener, listener
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account

PEOPLE = ("olga", "mona", "alice", "bob", "vera", "gus")
DAY = date(2026, 6, 15)


def rows(world: World) -> list[tuple[Any, Notice]]:
    """Records with different owners and teams, each with what a change of it tells."""
    alices, bobs = account("Aurelia Foods", owner=world.alice), account("Borealis Power", owner=world.bob)
    nobodys = account("Caldera Glass")
    AccountTeamMember.objects.create(account=nobodys, member=world.alice)
    made: list[tuple[Any, Notice]] = []

    def add(row: Any, kind: str, **named: Any) -> None:
        keys = {name: frozenset(key for key in values if key) for name, values in named.items()}
        made.append((row, Notice(world.northwind.pk, kind, frozenset({row.pk}), **keys)))

    for at in (alices, bobs, nobodys):
        add(at, "account", accounts=at.lineage, people=[at.owner_id])
        for owner in (None, world.bob):
            fields = {"name": "Cold rooms", "account": at, "owner": owner, "close_date": DAY}
            deal = create_deal(viewer=world.olga, fields=fields)
            add(deal, "deal", accounts=[at.pk], people=[deal.owner_id])
        plan = create_plan(viewer=world.olga, fields={"account": at, "target": Decimal(1), "owner": world.mona}, today=DAY)
        add(plan, "plan", accounts=[at.pk], plans=[plan.pk], people=[plan.owner_id])
    for who in (world.alice, world.mona, world.olga):
        add(Import.objects.create(kind="deals", filename="deals.csv", by=who), "import", people=[who.pk])
    return made


LIST = {Account: "accounts", Deal: "deals", Plan: "plans", Import: "imports"}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_list_hears_of_a_change_exactly_when_its_reader_may_see_the_record(world: World, name: str) -> None:
    viewer: Member = getattr(world, name)
    with world.inside():
        made = rows(world)
    with world.inside(viewer):
        for row, notice in made:
            told = heard(listener(viewer=viewer, names=[LIST[type(row)]]), look_around([notice]))
            may_see = type(row).objects.visible_to(viewer).filter(pk=row.pk).exists()
            assert bool(told) == may_see, f"{name} and {row!r} of {getattr(row, 'owner', None)}"


@pytest.mark.parametrize("name", PEOPLE)
def test_a_record_is_listened_to_only_by_who_may_see_it(world: World, name: str) -> None:
    viewer: Member = getattr(world, name)
    with world.inside():
        made = rows(world)
    kinds = {Account: "account", Deal: "deal", Plan: "plan", Import: "import"}
    with world.inside(viewer):
        for row, notice in made:
            topic = f"{kinds[type(row)]}:{row.pk}"
            told = heard(listener(viewer=viewer, names=[topic]), look_around([notice]))
            may_see = type(row).objects.visible_to(viewer).filter(pk=row.pk).exists()
            assert told == ({topic: {""}} if may_see else {})


@pytest.fixture
def tree(world: World) -> tuple[Account, Account, Plan]:
    with world.inside():
        group = account("Aurelia Group", owner=world.alice)
        below = account("Aurelia Foods", parent=group, owner=world.alice)
        fields = {"account": group, "target": Decimal(1), "includes_descendants": True}
        return group, below, create_plan(viewer=world.olga, fields=fields, today=DAY)


def hears(world: World, topic: str, notice: Notice) -> bool:
    with world.inside():
        ear: Listener = listener(viewer=world.olga, names=[topic])
        assert ear.topics, topic
        return bool(heard(ear, look_around([notice])))


def test_a_deal_below_is_heard_in_the_account_and_the_plan_above(world: World, tree: tuple[Account, Account, Plan]) -> None:
    group, below, plan = tree
    notice = Notice(world.northwind.pk, "deal", frozenset({uuid4()}), accounts=frozenset({below.pk}))
    assert hears(world, f"plan:{plan.pk}", notice)
    assert hears(world, f"account:{group.pk}", notice)


def test_two_changes_at_one_place_are_looked_up_once(
    world: World, tree: tuple[Account, Account, Plan], django_assert_num_queries: Any
) -> None:
    _group, below, _plan = tree
    notices = [Notice(world.northwind.pk, "deal", frozenset({uuid4()}), accounts=frozenset({below.pk})) for _ in range(2)]
    with world.inside(), django_assert_num_queries(1):
        first, second = look_around(notices)
    assert (first.accounts, first.people) == (second.accounts, second.people) != (frozenset(), frozenset())


def test_a_deal_elsewhere_is_not_heard(world: World, tree: tuple[Account, Account, Plan]) -> None:
    _group, below, plan = tree
    with world.inside():
        other = account("Borealis Power", owner=world.bob)
    notice = Notice(world.northwind.pk, "deal", frozenset({uuid4()}), accounts=frozenset({other.pk}))
    assert not hears(world, f"plan:{plan.pk}", notice)
    assert not hears(world, f"account:{below.pk}", notice)


@pytest.mark.parametrize("notice", [{"kind": "rate"}, {"kind": "deal", "many": True}, {"kind": "stage"}, {"kind": "member"}])
def test_what_concerns_all_is_heard_everywhere_but_among_the_imports(
    world: World, tree: tuple[Account, Account, Plan], notice: dict[str, Any]
) -> None:
    told = Notice(world.northwind.pk, **notice)
    assert all(hears(world, topic, told) for topic in ("portfolio", "deals", "home", f"plan:{tree[2].pk}"))
    assert not hears(world, "imports", told)


def test_progress_of_an_import_is_no_news_to_the_portfolio(world: World) -> None:
    told = Notice(world.northwind.pk, "import", frozenset({uuid4()}))
    assert hears(world, "imports", told)
    assert not hears(world, "portfolio", told)


@pytest.mark.parametrize("name", ["plan:", "plan:1", "plan:x", "secret", "", "account", "portfolio:1", "plan:" + "0" * 500])
def test_a_topic_that_is_none_is_left_out(world: World, name: str) -> None:
    with world.inside():
        assert listener(viewer=world.olga, names=[name]).topics == ()


def test_a_notice_is_read_with_its_page() -> None:
    workspace, row = uuid4(), uuid4()
    read: Callable[[str], Notice | None] = read_notice
    notice = read(f'{{"w":"{workspace}","k":"deal","i":["{row}"],"g":"a1"}}')
    assert notice == Notice(workspace, "deal", frozenset({row}), page="a1")
    assert read('{"k":"login"}') is None
