"""Revenue and what decides where it counts, written at the same moment: whoever comes second has seen the first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from keystead.base import turns
from keystead.base.trouble import Trouble, trouble_of
from keystead.base.turns import ACCOUNT_TREE, LINKS, MEMBERS, be_alone, join_in
from keystead.data.models import Account, Deal, Member, Plan, RevenueLink
from keystead.domain.accounts.editing import change_account, create_account, delete_account
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.deals.editing import change_deal, create_deal
from keystead.domain.exchange.changing.links import hold_links
from keystead.domain.plans.editing import change_plan, create_plan
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.members import change_member
from tests.domain.plans.made import AT, TODAY
from tests.support.world import World, account, build_world

YEAR = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
MEANWHILE = 0.3  # seconds in which the second would have ended, were it not waiting

type Write = Callable[[Member], object]


def at_once(world: World, first: Write, second: Write) -> None:
    """The second begins when the first has written all and has not committed yet."""
    written, go_on = Event(), Event()

    def run(write: Write, *, pauses: bool) -> None:
        try:
            with world.inside(world.olga), transaction.atomic():
                write(world.olga)
                if pauses:
                    written.set()
                    go_on.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(run, first, pauses=True)
        assert written.wait(20), one.result()
        two = threads.submit(run, second, pauses=False)
        with suppress(TimeoutError):
            two.exception(MEANWHILE)
        go_on.set()
        one.result(20)
        two.result(20)


def a_deal(at: Account, **fields: Any) -> Write:
    values = {"name": "Cold rooms", "account": at, "close_date": date(2026, 6, 1), "amount": 100, **fields}
    return lambda viewer: create_deal(viewer=viewer, fields=values)


def a_plan(at: Account, **fields: Any) -> Write:
    values = {"account": at, "includes_descendants": True, **YEAR, **fields}
    return lambda viewer: create_plan(viewer=viewer, fields=values, today=TODAY)


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_has_seen_the_first() -> None:
    """One after the other in one world: tables are emptied after each such test, which takes longer than all of these."""
    world = build_world()
    for deal_first in (True, False):
        _a_deal_and_a_plan_above_it_find_each_other(world, deal_first=deal_first)
    _a_deal_that_moves_into_a_period_that_moves_away(world)
    _a_deal_of_somebody_who_changes_her_team(world)
    _an_account_made_below_one_that_is_being_moved(world)


def _links_are_right(world: World, plan_of: Account, count: int) -> None:
    with world.inside():
        assert (RevenueLink.objects.filter(plan__account=plan_of).count(), relink(everything=True)) == (count, 0)


def _a_deal_and_a_plan_above_it_find_each_other(world: World, *, deal_first: bool) -> None:
    with world.inside(world.olga):
        above = account(f"Aurelia Foods {deal_first}")
        below = account(f"Aurelia Chilled {deal_first}", parent=above)
    pair = (a_deal(below), a_plan(above))
    at_once(world, *(pair if deal_first else pair[::-1]))
    _links_are_right(world, above, 1)


def _planned(world: World, name: str, **fields: Any) -> tuple[Plan, Deal]:
    """A plan for the year, and a deal of the year before."""
    with world.inside(world.olga):
        at = account(name)
        plan = create_plan(viewer=world.olga, fields={"account": at, **YEAR, **fields}, today=TODAY)
        given = {"name": "Cold rooms", "account": at, "close_date": date(2025, 6, 1), "amount": 100}
        return plan, create_deal(viewer=world.olga, fields=given)


def _a_deal_that_moves_into_a_period_that_moves_away(world: World) -> None:
    plan, deal = _planned(world, "Bolt Energy")
    at_once(
        world,
        lambda viewer: change_deal(deal=deal, viewer=viewer, fields={"close_date": date(2026, 8, 1)}),
        lambda viewer: change_plan(plan=plan, viewer=viewer, fields={"end_date": date(2026, 7, 1)}),
    )
    _links_are_right(world, plan.account, 0)


def _a_deal_of_somebody_who_changes_her_team(world: World) -> None:
    plan, deal = _planned(world, "Cobalt Rail", team_key="South")
    with world.inside(world.olga):
        deal = change_deal(deal=deal, viewer=world.olga, fields={"close_date": date(2026, 5, 1)})
    at_once(
        world,
        lambda viewer: change_deal(deal=deal, viewer=viewer, fields={"owner": world.alice}),
        lambda viewer: change_member(member=world.alice, viewer=viewer, at=AT, fields={"team": "South"}),
    )
    _links_are_right(world, plan.account, 1)


def _an_account_made_below_one_that_is_being_moved(world: World) -> None:
    with world.inside(world.olga):
        top, moved = account("Delta Top"), account("Delta Moved")
    at_once(
        world,
        lambda viewer: change_account(account=moved, viewer=viewer, fields={"parent": top}),
        lambda viewer: create_account(viewer=viewer, fields={"name": "Delta New", "parent": moved}),
    )
    with world.inside():
        assert Account.objects.get(name="Delta New").lineage[:2] == [top.pk, moved.pk]


@pytest.mark.django_db(transaction=True)
def test_whoever_would_be_alone_lets_others_pass_and_gives_up_with_a_word() -> None:
    world = build_world()

    def beside(write: Callable[[], object]) -> object:
        def run() -> object:
            try:
                with world.inside(world.olga), transaction.atomic():
                    return write()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run).result(20)

    with world.inside(world.olga), transaction.atomic():
        join_in(LINKS)
        with pytest.raises(OperationalError) as refused:
            beside(lambda: be_alone(LINKS, patience=0))
        assert trouble_of(refused.value) is Trouble.BUSY
        beside(lambda: join_in(LINKS))


WAITING: dict[str, tuple[str, Callable[[Member, Account, Account], object]]] = {
    "a move": (ACCOUNT_TREE, lambda who, one, two: change_account(account=one, viewer=who, fields={"parent": two})),
    "a deletion": (ACCOUNT_TREE, lambda who, one, two: delete_account(account=one, viewer=who)),
    "a merge": (ACCOUNT_TREE, lambda who, one, two: merge_accounts(keep=two, lose=one, viewer=who)),
    "a team": (MEMBERS, lambda who, one, two: change_member(
        member=Member.objects.get(name="Alice Alvarez"), viewer=who, at=AT, fields={"team": "South"})),
    "an import": (ACCOUNT_TREE, lambda who, one, two: hold_links("accounts")),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", WAITING)
def test_who_waits_for_a_large_import_to_end_keeps_nobody_else_waiting(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world, waits, ended = build_world(), Event(), Event()
    turn, write = WAITING[what]

    def sleep(_seconds: float) -> None:
        waits.set()
        ended.wait(20)

    def run() -> None:
        try:
            with world.inside(world.olga), transaction.atomic():
                write(world.olga, one, two)
        finally:
            connection.close()

    monkeypatch.setattr(turns, "_sleep", sleep)
    with world.inside(world.olga):
        one, two = account("Delta"), account("Gamma")
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                join_in(LINKS)  # as an import of deals does
                waiting = thread.submit(run)
                assert waits.wait(20)
                name = f"{turn} {world.olga.workspace_id}"
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
                    is_free = cursor.fetchone()[0]
            ended.set()
            waiting.result(20)
        assert is_free
