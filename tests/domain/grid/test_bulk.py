"""One change of many rows: counted before, written in one go, refused where it is not one's own, and never half."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Account, Deal, Stage
from keystead.domain.accounts.columns import ACCOUNTS
from keystead.domain.deals.bulk import change_deals
from keystead.domain.grid.bulk import change_many, tried
from keystead.domain.plans.editing import create_plan
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import Invalid
from tests.domain.grid.scene import TODAY, deal
from tests.support.world import World, account


def test_the_preview_counts_what_the_change_then_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.domain.grid.bulk.MANY", 1)  # two are many
    with world.inside():
        account("Aurelia", owner=world.alice, country="Spain")
        account("Brasilux", owner=world.alice, country="Portugal")
        shared = account("Condax", owner=world.bob)
        shared.team_members.create(member=world.alice)
        every = Account.objects.visible_to(world.vera)
        expected = tried(grid=ACCOUNTS, rows=every, viewer=world.alice, fields={"country": "Portugal"})
        assert (expected.asked, len(expected.changes), expected.same, expected.refused) == (3, 2, 1, {})
        done = change_many(grid=ACCOUNTS, rows=every, viewer=world.alice, fields={"country": "Portugal"})
        assert (len(done.changes), done.same) == (2, 1)
        assert set(Account.objects.values_list("country", "version")) == {("Portugal", 1), ("Portugal", 2)}


def test_what_is_not_ones_own_is_refused_with_its_reason_and_the_rest_is_done(world: World) -> None:
    with world.inside():
        at_bobs = account("Brasilux", owner=world.bob)
        mine = account("Aurelia", owner=world.alice)
        both = Account.objects.filter(pk__in=[at_bobs.pk, mine.pk])
        done = change_many(grid=ACCOUNTS, rows=both, viewer=world.alice, fields={"status": "active"})
        assert (list(done.changes), list(done.refused.values())) == ([mine.pk], [1])
        assert "neither you nor anybody who reports to you" in next(iter(done.refused))
        assert Account.objects.get(pk=at_bobs.pk).status == ""
        with pytest.raises(NotAllowed):
            change_many(grid=ACCOUNTS, rows=both, viewer=world.vera, fields={"status": "mine"})


def test_a_value_that_the_model_refuses_changes_nothing(world: World) -> None:
    with world.inside():
        account("Aurelia", owner=world.alice)
        with pytest.raises(Invalid) as refusal:
            change_many(grid=ACCOUNTS, rows=Account.objects.all(), viewer=world.alice, fields={"segment_target": "dormant"})
        assert [error.field for error in refusal.value.errors] == ["segment_target"]
        assert Account.objects.get().segment_target == ""


def test_a_rule_of_the_database_that_is_broken_is_told_and_nothing_changes(world: World) -> None:
    with world.inside():
        account("Aurelia", external_id="A-1")
        account("Brasilux", external_id="B-1")
        with pytest.raises(Invalid) as refusal:
            change_many(grid=ACCOUNTS, rows=Account.objects.all(), viewer=world.olga, fields={"external_id": "C-1"})
        assert [error.code for error in refusal.value.errors] == ["refused"]
        assert set(Account.objects.values_list("external_id", flat=True)) == {"A-1", "B-1"}
        assert not change_many(grid=ACCOUNTS, rows=Account.objects.none(), viewer=world.olga, fields={"country": "Spain"}).changes


def test_a_stage_brings_its_status_and_links_follow_in_one_go(world: World) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia", owner=world.alice)
        period = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "target": Decimal(100)}
        create_plan(viewer=world.alice, fields={"account": aurelia, "name": "Plan 2026", **period}, today=TODAY)
        won = Stage.objects.get(status="won")
        for name in ("One", "Two"):
            deal(name, "5", at=aurelia, status="open", close_date=date(2027, 5, 1), unlinked_reason="date_outside")
        change_deals(deals=Deal.objects.all(), viewer=world.alice, fields={"stage": won})
        assert set(Deal.objects.values_list("status", "stage", "probability")) == {("won", won.pk, Decimal(100))}
        change_deals(deals=Deal.objects.all(), viewer=world.alice, fields={"close_date": date(2026, 5, 1)})
        assert set(Deal.objects.values_list("unlinked_reason", flat=True)) == {""}
