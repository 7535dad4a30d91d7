"""What is kept of an explanation is found once, until something of it changes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Deal, KeptEvidence
from keystead.domain.accounts.portfolio import kept_evidence
from keystead.domain.accounts.portfolio.explanation import PortfolioExplanation, explain_portfolio
from keystead.domain.accounts.portfolio.listing import portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from tests.domain.accounts.test_portfolio import TODAY, YEAR, deal, plan
from tests.support.world import World, account


def explained(world: World, today: date = TODAY, **asked: Any) -> PortfolioExplanation:
    asked = {"query": PortfolioQuery(period=YEAR, group="industry"), "column": "won", "group": "=Food"} | asked
    found = explain_portfolio(viewer=world.olga, today=today, **asked)
    assert found is not None
    return found


def test_what_a_group_is_made_of_is_found_once_until_something_of_it_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_evidence, "MOST_EVIDENCE", 3)
    with world.inside():
        aurelia = account("Aurelia Foods", industry="Food")
        small, large = deal(aurelia, "10", name="Small"), deal(aurelia, "90", name="Large")
        plan(aurelia, "500")
        deal(aurelia, "7", status="lost", name="Lost")
        for most in (1, 2):
            assert [line.name for line in explained(world, most=most).included if line.kind == "deal"] == ["Large", "Small"][
                :most
            ]
        kept = list(KeptEvidence.objects.order_by("pk").values_list("pk", flat=True))
        assert len(kept) == 2  # those that count, and those near them
        explained(world, column="variance")
        assert KeptEvidence.objects.count() == 3  # the oldest made room
        assert set(KeptEvidence.objects.values_list("pk", flat=True)) & set(kept)
        for change, names in (({"name": "Renamed"}, ["Renamed", "Small"]), ({"amount": Decimal(5)}, ["Small", "Renamed"])):
            Deal.objects.filter(pk=large.pk).update(**change)
            assert [line.name for line in explained(world).included] == names
        small.delete()
        assert [line.name for line in explained(world).included] == ["Renamed"]
        assert [(item.name, item.reason) for item in explained(world).excluded] == [("Lost", "lost")]


def test_what_somebody_else_has_found_meanwhile_is_not_found_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside():
        deal(account("Aurelia Foods", industry="Food"), "10")
        expected, read, times = explained(world), kept_evidence._read, iter((False, True, False, True))
        monkeypatch.setattr(kept_evidence, "_read", lambda asked: read(asked) if next(times) else None)
        monkeypatch.setattr(kept_evidence, "_keep", None)
        assert explained(world) == expected


def test_what_leaves_few_accounts_is_explained_without_being_kept(world: World) -> None:
    with world.inside():
        deal(account("Aurelia Foods", owner=world.alice), "10")
        plan(account("Brasilux", owner=world.bob), "500")
        for asked in ({"text": "aurelia"}, {"owner": (str(world.alice.pk),)}):
            found = explained(world, query=PortfolioQuery(period=YEAR, **asked), column="gap", group="")  # type: ignore[arg-type]
            assert [line.converted for line in found.included] == []
            assert explained(world, query=found.found.query, group="").total == 10
        assert KeptEvidence.objects.count() == 0


def test_deals_without_an_account_are_told_as_they_are(world: World) -> None:
    query = PortfolioQuery(period=YEAR, group="deal_owner")
    with world.inside():
        deal(account("Aurelia Foods"), "10", owner=world.alice)
        homeless = deal(None, "70", owner=world.alice, name="Nobody's")
        asked: dict[str, Any] = {"query": query, "group": f"={world.alice.pk}"}
        assert [(item.name, item.reason) for item in explained(world, **asked).excluded] == [("Nobody's", "no_account")]
        Deal.objects.filter(pk=homeless.pk).update(status="lost")
        assert explained(world, **asked).excluded == ()


def test_a_manager_asks_for_the_accounts_of_her_team(world: World) -> None:
    with world.inside(world.mona):
        for name, owner in (("Aurelia Foods", world.alice), ("Brasilux", world.bob), ("Condax", world.olga)):
            account(name, owner=owner)
        found = portfolio(query=PortfolioQuery(period=YEAR, owner=("team",)), viewer=world.mona, today=TODAY)
        assert [row.name for row in found.rows] == ["Aurelia Foods", "Brasilux"]
