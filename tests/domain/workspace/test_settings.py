"""Settings, stages and the rates that are missing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from keystead.data.models import Deal, Order, Plan, Product, Rate, Stage
from keystead.domain.plans.linking import relink
from keystead.domain.workspace import views
from keystead.domain.workspace.entry_rules import make_rule
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.profile import change_profile
from keystead.domain.workspace.rates import MissingPair, missing_pairs
from keystead.domain.workspace.settings import change_workspace
from keystead.domain.workspace.stages import delete_stage, move_stage, save_stage, stages_with_counts
from keystead.domain.writing import Invalid, Stale
from tests.support.world import World, account

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)


def refused(code: str) -> "pytest.RaisesExc[Invalid]":
    return pytest.RaisesExc(Invalid, check=lambda error: error.errors[0].code == code)


def test_the_currency_can_be_changed_until_money_is_recorded(world: World) -> None:
    with world.inside():
        workspace = change_workspace(workspace=world.northwind, viewer=world.olga, fields={"currency": "brl"})
        assert workspace.currency == "BRL"
        with refused("unknown_currency"):
            change_workspace(workspace=workspace, viewer=world.olga, fields={"currency": "XXZ"})
        Product.objects.create(name="Cold store")
        change_workspace(workspace=workspace, viewer=world.olga, fields={"currency": "EUR"})


@pytest.mark.parametrize("fact", ["deal", "order", "plan", "price"])
def test_the_currency_stays_once_money_is_recorded(world: World, fact: str) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        if fact == "deal":
            Deal.objects.create(name="Cold chain", currency="EUR")
        elif fact == "order":
            Order.objects.create(number="1", account=aurelia, amount=1, currency="EUR", order_date=TODAY)
        elif fact == "plan":
            Plan.objects.create(account=aurelia, name="Plan", start_date=TODAY, end_date=TODAY, currency="EUR")
        else:
            Product.objects.create(name="Cold store", list_price=1, list_price_currency="EUR")
        with refused("has_facts"):
            change_workspace(workspace=world.northwind, viewer=world.olga, fields={"currency": "USD"})
        same = change_workspace(workspace=world.northwind, viewer=world.olga, fields={"currency": "EUR", "name": "Northwind SA"})
        assert same.name == "Northwind SA"


def test_a_change_over_a_stale_version_is_refused(world: World) -> None:
    with world.inside():
        change_workspace(workspace=world.northwind, viewer=world.olga, fields={"name": "First"}, seen_version=1)
        with pytest.raises(Stale):
            change_workspace(workspace=world.northwind, viewer=world.olga, fields={"name": "Second"}, seen_version=1)


def test_managers_change_no_settings_stages_or_slugs(world: World) -> None:
    with world.inside():
        stage = Stage.objects.get(name="Proposal")
        with pytest.raises(NotAllowed):
            change_workspace(workspace=world.northwind, viewer=world.mona, fields={"name": "Mine"})
        with pytest.raises(NotAllowed):
            save_stage(viewer=world.mona, stage=stage, fields={"name": "Mine"})
        with pytest.raises(NotAllowed):
            move_stage(stage=stage, viewer=world.mona, to=0)
        with pytest.raises(NotAllowed):
            delete_stage(stage=stage, viewer=world.mona)
        assert change_workspace(workspace=world.northwind, viewer=world.olga, fields={"slug": "elsewhere"}).slug == "northwind"


def test_settings_that_make_no_sense_are_refused(world: World) -> None:
    with world.inside():
        for fields in (
            {"fiscal_start_month": 13},
            {"fiscal_pattern": "999"},
            {"language": "xx"},
            {"fiscal_week_start": 9},
            {"name": ""},
        ):
            with pytest.raises(Invalid):
                change_workspace(workspace=world.northwind, viewer=world.olga, fields=fields)


def test_won_is_always_sure_and_lost_always_nothing(world: World) -> None:
    with world.inside():
        signed = save_stage(viewer=world.olga, fields={"name": "Signed", "status": "won", "probability": 40})
        gone = save_stage(viewer=world.olga, fields={"name": "Gone", "status": "lost", "probability": 40})
        assert (signed.probability, gone.probability) == (100, 0)
        assert [stage.name for stage in stages_with_counts(world.olga)][-2:] == ["Signed", "Gone"]


def test_a_stage_with_deals_keeps_its_status_and_cannot_go(world: World) -> None:
    with world.inside():
        stage = Stage.objects.get(name="Proposal")
        Deal.objects.create(name="Cold chain", currency="EUR", stage=stage)
        with refused("in_use"):
            save_stage(viewer=world.olga, stage=stage, fields={"status": "won"})
        with refused("in_use"):
            delete_stage(stage=stage, viewer=world.olga)
        assert save_stage(viewer=world.olga, stage=stage, fields={"name": "Offer", "probability": 55}).name == "Offer"
        assert {each.name: each.deal_count for each in stages_with_counts(world.olga)}["Offer"] == 1
        delete_stage(stage=Stage.objects.get(name="Negotiation"), viewer=world.olga)
        assert not Stage.objects.filter(name="Negotiation").exists()


def test_two_stages_do_not_share_a_name(world: World) -> None:
    with world.inside(), pytest.raises(Invalid):
        save_stage(viewer=world.olga, fields={"name": "Proposal", "status": "open", "probability": 5})


def test_a_stage_moves_and_the_others_make_room(world: World) -> None:
    with world.inside():
        move_stage(stage=Stage.objects.get(name="Won"), viewer=world.olga, to=0)
        move_stage(stage=Stage.objects.get(name="Prospecting"), viewer=world.olga, to=99)
        names = [stage.name for stage in stages_with_counts(world.olga)]
        assert names == ["Won", "Qualification", "Proposal", "Negotiation", "Lost", "Prospecting"]


def test_money_without_a_rate_on_its_day_is_named(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        Plan.objects.create(account=aurelia, name="Plan", start_date="2026-01-01", end_date="2026-12-31", currency="BRL")
        for name, currency, day in (("A", "USD", "2026-03-01"), ("B", "USD", "2026-05-01"), ("C", "EUR", "2026-05-01")):
            Deal.objects.create(name=name, account=aurelia, amount=100, currency=currency, close_date=day)
        relink(everything=True)
        assert missing_pairs(today=TODAY) == [
            MissingPair("USD", "BRL", date(2026, 3, 1), 2),
            MissingPair("USD", "EUR", date(2026, 3, 1), 2),
            MissingPair("EUR", "BRL", date(2026, 5, 1), 1),
        ]
        for base, quote, rate, day in (("USD", "EUR", "0.92", "2026-03-01"), ("EUR", "BRL", "6.1", "2026-04-01")):
            Rate.objects.create(base=base, quote=quote, rate=Decimal(rate), date=day)
        assert missing_pairs(today=TODAY) == [MissingPair("USD", "BRL", date(2026, 3, 1), 2)]
        Rate.objects.create(base="BRL", quote="USD", rate=Decimal("0.18"), date="2026-01-01")
        assert missing_pairs(today=TODAY) == []


def test_a_deal_that_closes_tomorrow_needs_todays_rate(world: World) -> None:
    with world.inside():
        Deal.objects.create(name="Soon", amount=100, currency="USD", close_date="2027-05-01")
        assert missing_pairs(today=TODAY) == [MissingPair("USD", "EUR", TODAY, 1)]


def test_a_profile_takes_only_known_choices(world: World) -> None:
    user = world.alice.user
    assert (
        change_profile(user=user, fields={"language": "es", "theme": "dark", "time_zone": "America/Sao_Paulo"}).language == "es"
    )
    for fields in ({"language": "xx"}, {"theme": "pink"}, {"time_zone": "Mars/Base"}):
        with pytest.raises(Invalid):
            change_profile(user=user, fields=fields)


def test_nobody_becomes_an_owner_or_an_administrator_by_a_rule_of_entry(world: World) -> None:
    with world.inside(), pytest.raises(Invalid) as refusal:
        make_rule(viewer=world.olga, fields={"domain": "northwind.example", "voucher": "openid", "role": "admin"})
    assert [(error.field, error.code) for error in refusal.value.errors] == [("role", "too_powerful")]


def test_there_is_an_end_to_the_views_that_one_keeps_of_a_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    with world.inside(world.alice):
        views.save_view(viewer=world.alice, list_id="accounts", name="By name", query="order=name")
        with pytest.raises(Invalid) as refusal:
            views.save_view(viewer=world.alice, list_id="accounts", name="By size", query="order=employees")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("name", "too_many")]
