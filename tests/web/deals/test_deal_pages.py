"""The pages of deals: lists with honest totals, links with their reasons, forms that lose nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keystead.data.models import Account, Deal, Member, Product, Stage
from keystead.domain.deals.editing import change_deal, create_deal
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account

HOME = "/w/northwind/deals/"
TODAY = date(2026, 6, 15)


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def deal(world: World, at: Account | None, **fields: Any) -> Deal:
    given = {
        "name": "Cold-chain renewal",
        "amount": Decimal(100),
        "currency": "EUR",
        "close_date": date(2026, 3, 1),
        "status": "won",
    }
    return create_deal(viewer=world.olga, fields={"account": at, **given, **fields})


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice)
        period = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        create_plan(viewer=world.alice, fields={"account": made, "name": "Key account plan 2026", **period}, today=TODAY)
    return made


@pytest.fixture
def renewal(world: World, aurelia: Account) -> Deal:
    with world.inside(world.alice):
        return deal(world, aurelia)


def text_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    return str(response.content.decode())


def again(world: World, record: Deal) -> Deal:
    """The deal as it is now."""
    with world.inside():
        found: Deal = Deal.objects.select_related("account").get(pk=record.pk)
    return found


def form_of(record: Deal, **changes: Any) -> dict[str, Any]:
    values = {
        "name": record.name, "account": record.account.name if record.account else "", "product": "",
        "owner": record.owner_id or "", "stage": record.stage_id or "", "status": record.status,
        "probability": record.probability or "", "amount": record.amount,
        "currency": record.currency, "created_date": "", "close_date": record.close_date or "", "team_key": "", "lost_reason": "",
        "external_id": "",
    }  # fmt: skip
    return values | {f"initial-{name}": value for name, value in values.items()} | {"version": record.version} | changes


def test_alice_opens_the_deal_and_bob_and_charlie_do_not(world: World, renewal: Deal) -> None:
    for part in ("", "edit/", "deletion/"):
        path = f"{HOME}{renewal.pk}/{part}"
        assert "Cold-chain renewal" in text_of(as_(world.alice), path)
        assert (as_(world.bob).get(path).status_code, as_(world.charlie).get(path).status_code) == (404, 404)
        assert Client().get(path).status_code == 302
    assert as_(world.vera).get(f"{HOME}{renewal.pk}/edit/").status_code == 403
    assert as_(world.vera).post(f"{HOME}{renewal.pk}/deletion/").status_code == 403


def test_a_deal_says_in_which_plan_it_counts_or_why_in_none(world: World, renewal: Deal) -> None:
    client = as_(world.alice)
    page = text_of(client, f"{HOME}{renewal.pk}/")
    assert "Key account plan 2026" in page
    assert "same account" in page
    moved = client.post(f"{HOME}{renewal.pk}/edit/", form_of(renewal, close_date="2027-02-01"), follow=True)
    assert "It counts in no plan: its date is outside the period of every plan on its account." in moved.content.decode()
    assert "In no plan: its date is outside" in text_of(client, f"{HOME}{renewal.pk}/")


def test_a_deal_below_names_the_account_of_the_plan_to_those_who_see_it(world: World, aurelia: Account) -> None:
    with world.inside():
        aurelia.plans.update(includes_descendants=True)
        plant = account("Aurelia Iberia", owner=world.bob, parent=aurelia)
        below = deal(world, plant)
    path = f"{HOME}{below.pk}/"
    assert "account below Aurelia Foods" in text_of(as_(world.olga), path)
    assert "Aurelia Foods" not in text_of(as_(world.bob), path)


def test_a_deal_closes_while_it_is_open_and_has_closed_once_it_is_won_or_lost(world: World, renewal: Deal) -> None:
    with world.inside():
        still = deal(world, renewal.account, name="Pumps", status="open")
    assert "closed 1 Mar 2026" in text_of(as_(world.alice), f"{HOME}{renewal.pk}/")
    assert "closes 1 Mar 2026" in text_of(as_(world.alice), f"{HOME}{still.pk}/")


def test_the_stage_won_is_not_named_beside_its_status_in_another_language(world: World, renewal: Deal) -> None:
    with world.inside():
        Deal.objects.filter(pk=renewal.pk).update(stage=Stage.objects.get(status="won"))
    client = as_(world.alice)
    client.cookies["keystead_language"] = "es"
    page = text_of(client, f"{HOME}{renewal.pk}/")
    assert "Ganado" in page
    assert "<span>Won</span>" not in page


def test_totals_stand_apart_by_currency_and_say_what_has_no_amount(world: World, aurelia: Account) -> None:
    with world.inside(world.alice):
        deal(world, aurelia)
        deal(world, aurelia, amount=Decimal(2_500_000), name="Fleet")
        deal(world, aurelia, currency="USD", amount=Decimal(70))
        deal(world, aurelia, currency="USD", amount=None)
    page = text_of(as_(world.alice), HOME)
    for words in ("4 deals", "€\u00a02,500,100.00", "US$\u00a070.00", "1 without amount"):
        assert words in page
    assert "€\u00a02,500,170" not in page


def test_filters_leave_what_they_say(world: World, aurelia: Account) -> None:
    with world.inside(world.alice):
        stage = Stage.objects.get(name="Proposal")
        gtx = Product.objects.create(name="GTX Pro")
        deal(world, aurelia, name="One", owner=world.alice, product=gtx)
        deal(world, aurelia, name="Two", status="open", stage=stage, close_date=date(2026, 9, 1))
        deal(world, None, name="Three", close_date=None, owner=world.alice, status="lost")
    client = as_(world.olga)

    def names(query: str) -> set[str]:
        return {name for name in ("One", "Two", "Three") if f">{name}</a>" in text_of(client, f"{HOME}?{query}")}

    expected = {
        "": {"One", "Two", "Three"}, "status=won": {"One"}, f"stage={stage.pk}": {"Two"},
        f"owner={world.alice.pk}": {"One", "Three"},
        "account=aurelia foods": {"One", "Two"}, f"account={aurelia.pk}": {"One", "Two"}, "account=none": {"Three"},
        "product=gtx pro": {"One"}, "from=2026-04-01": {"Two"}, "to=2026-04-01": {"One"}, "unlinked=any": {"Three"},
        "unlinked=no_account": {"Three"}, "q=tWo": {"Two"}, "owner=moon": set(), "from=soon": set(), "status=moon": set(),
        "order=-amount": {"One", "Two", "Three"},
    }  # fmt: skip
    assert {query: names(query) for query in expected} == expected
    assert "no account" in text_of(client, f"{HOME}?unlinked=no_account")


def test_one_deal_and_three_cost_the_list_the_same_queries(world: World, renewal: Deal) -> None:
    client = as_(world.olga)
    client.get(HOME)
    counts = []
    for more in ((), ("Fleet", "Labels")):
        with world.inside(world.alice):
            for name in more:
                deal(world, renewal.account, name=name, owner=world.bob)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, HOME)
        counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts == [13, 13]


def test_a_deal_of_mine_at_an_unseen_account_does_not_name_it(world: World) -> None:
    with world.inside():
        secret = account("Secret Holding", owner=world.bob)
        mine = deal(world, secret, owner=world.alice, name="Cross-selling")
    client = as_(world.alice)
    for path in ("", f"{mine.pk}/", f"{mine.pk}/edit/", "export.csv"):
        page = text_of(client, HOME + path)
        assert "Cross-selling" in page
        assert "Secret" not in page


def test_a_new_deal_takes_status_and_probability_from_its_stage(world: World, aurelia: Account) -> None:
    with world.inside():
        proposal = Stage.objects.get(name="Proposal")
    client = as_(world.alice)
    assert 'value="Aurelia Foods"' in text_of(client, f"{HOME}new/?account={aurelia.pk}")
    sent = {"name": "Fleet", "account": "Aurelia Foods", "amount": "1,200.50", "currency": "EUR", "stage": proposal.pk,
            "status": "won", "close_date": "2026-10-01"}  # fmt: skip
    assert client.post(f"{HOME}new/", sent).status_code == 302
    with world.inside():
        made = Deal.objects.get(name="Fleet")
    assert (made.status, made.probability, made.amount, made.unlinked_reason) == ("open", 50, Decimal("1200.5"), "")


def test_a_new_stage_changes_the_probability_that_nobody_typed(world: World, renewal: Deal) -> None:
    with world.inside(world.alice):
        proposal, talks = Stage.objects.get(name="Proposal"), Stage.objects.get(name="Negotiation")
        open_deal = deal(world, renewal.account, name="Fleet", status="open", stage=proposal)
    client = as_(world.alice)
    client.post(f"{HOME}{open_deal.pk}/edit/", form_of(open_deal, stage=talks.pk))
    open_deal = again(world, open_deal)
    assert (open_deal.probability, open_deal.status) == (75, "open")
    client.post(f"{HOME}{open_deal.pk}/edit/", form_of(open_deal, probability="60"))
    open_deal = again(world, open_deal)
    assert open_deal.probability == 60
    page = text_of(client, f"{HOME}{open_deal.pk}/")
    assert "Proposal" in page
    assert "Negotiation" in page


def test_a_lost_update_shows_both_sides_of_every_field(world: World, renewal: Deal) -> None:
    seen = form_of(renewal)
    with world.inside(world.mona):
        change_deal(deal=renewal, viewer=world.olga, fields={"amount": Decimal(250), "team_key": "South"})
    response = as_(world.alice).post(f"{HOME}{renewal.pk}/edit/", seen | {"amount": "300"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody has changed this to “250" in page
    assert 'value="300"' in page
    assert 'value="South"' in page
    assert again(world, renewal).amount == 250


def test_the_file_of_deals_keeps_formulas_asleep(world: World, renewal: Deal) -> None:
    with world.inside(world.alice):
        deal(world, renewal.account, name='=HYPERLINK("x")', close_date=date(2025, 1, 1))
    lines = text_of(as_(world.alice), f"{HOME}export.csv").splitlines()
    assert lines[1].startswith("Cold-chain renewal,Aurelia Foods,,Won,")
    assert "Key account plan 2026" in lines[1]
    assert lines[2].startswith("\"'=HYPERLINK")
    assert as_(world.alice).get(f"{HOME}export.xlsx").content[:2] == b"PK"


def test_a_deleted_deal_leaves_the_list(world: World, renewal: Deal) -> None:
    client = as_(world.alice)
    assert client.post(f"{HOME}{renewal.pk}/deletion/").status_code == 302
    assert "Cold-chain renewal" not in text_of(client, HOME).split("toasts")[0]
    assert client.get(f"{HOME}{renewal.pk}/").status_code == 404


def test_history_tells_an_amount_with_the_currency_it_had(world: World, renewal: Deal) -> None:
    with world.inside(world.alice):
        change_deal(deal=renewal, viewer=world.alice, fields={"amount": Decimal("12345.67"), "currency": "USD"})
    page = text_of(as_(world.alice), f"{HOME}{renewal.pk}/")
    assert "<del>€\u00a0100.00</del>" in page
    assert "<ins>US$\u00a012,345.67</ins>" in page


def test_the_form_marks_what_is_required_and_asks_for_the_status_only_without_a_stage(world: World) -> None:
    page = text_of(as_(world.alice), f"{HOME}new/")
    assert page.count('class="field-required"') == 1
    assert '<form class="form says-required"' in page
    assert '<div class="field without-stage">' in page
