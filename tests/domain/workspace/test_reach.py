"""What somebody may see does not depend on how it is looked up: as a query, by the keys of a few accounts, or by a name."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.expressions import RawSQL

from keystead.data import models, permissions
from keystead.data.models import Account, AccountTeamMember, Action, Contact, Deal, Member, Plan
from keystead.data.permissions import READ_ACTION, Reach, accounts_called, accounts_within, editable, only_reads, reach, visible
from tests.support.world import World, account


@pytest.fixture
def shared(world: World) -> World:
    """An account for each person and one of nobody, with what hangs on it; Alice works on Bob's, Bob owns a deal at nobody's."""
    with world.inside():
        for number, owner in enumerate((world.olga, world.mona, world.alice, world.bob, world.vera, None)):
            at = account(f"Account {number}", owner=owner)
            Contact.objects.create(account=at, first_name="Ana")
            Deal.objects.create(
                name="One", account=at, amount=Decimal(1), currency="EUR", owner=world.bob if owner is None else owner
            )
            period: dict[str, Any] = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR"}
            plan = Plan.objects.create(account=at, name="2026", **period)
            Action.objects.create(plan=plan, title="Call")
        AccountTeamMember.objects.create(account=Account.objects.get(name="Account 3"), member=world.alice)
    return world


def seen(viewer: Member, which: Any, names: tuple[str, ...]) -> dict[str, set[Any]]:
    found = {}
    for name in names:
        rows = getattr(models, name)._base_manager.all()
        found[name] = set(
            (visible(rows, viewer) if which is None else editable(rows, viewer, which)).values_list("pk", flat=True)
        )
    return found


@pytest.mark.parametrize("few", [permissions.FEW_ACCOUNTS, 1, 0])
@pytest.mark.parametrize("who", ["olga", "mona", "alice", "bob", "vera", "gus"])
def test_a_request_that_only_reads_sees_neither_more_nor_less(
    shared: World, who: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "FEW_ACCOUNTS", few)
    with shared.inside(getattr(shared, who)):
        plain, reading = (Member.objects.get(pk=getattr(shared, who).pk) for _ in range(2))
        only_reads(reading)
        models_ = tuple(READ_ACTION)
        assert seen(reading, None, models_) == seen(plain, None, models_)
        for action, names in (("account.edit", ("Account",)), ("deal.edit", ("Deal",)), ("plan.edit", ("Plan",))):
            assert seen(reading, action, names) == seen(plain, action, names)
        how_far = reach(reading, "account.read")
        if how_far in (Reach.MINE, Reach.REPORTS):
            keys = list(accounts_within(plain, how_far))
            with accounts_called(reading, how_far, RawSQL("SELECT unnest(%s::uuid[])", (keys,))):
                assert seen(reading, None, ("Account", "Deal")) == seen(plain, None, ("Account", "Deal"))
            assert seen(reading, None, ("Account",)) == seen(plain, None, ("Account",))
