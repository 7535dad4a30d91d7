"""What refers to a record that the caller may not see names it in no way: not in the row, a filter, an order or a cursor."""

import base64
from typing import Any

import pytest

from keystead.data.models import Contact, Deal, Order, Plan
from keystead.domain.plans.linking import relink
from tests.api.conftest import Caller, Callers
from tests.support.world import World, account

SECRET = "Secret Oil"


@pytest.fixture
def rows(world: World) -> dict[str, Any]:
    """Secret Oil is Bob's; below it stands an account of Alice's, and a deal of hers is at it."""
    with world.inside():
        secret = account(SECRET, owner=world.bob, external_id="S-1")
        mine = account("Aurelia", owner=world.alice, parent=secret)
        boss = Contact.objects.create(last_name="Mallory", email="mallory@secret.example", account=secret)
        Contact.objects.create(last_name="Minor", account=mine, reports_to=boss)
        deal = Deal.objects.create(name="Pumps", account=secret, owner=world.alice, currency="EUR", close_date="2026-05-05")
        Deal.objects.create(name="Drills", account=mine, owner=world.alice, currency="EUR", close_date="2026-05-05")
        hidden = Deal.objects.create(name="Hidden drills", account=secret, owner=world.bob, currency="EUR")
        Order.objects.create(number="1", account=mine, deal=hidden, amount=1, currency="EUR", order_date="2026-05-05")
        plan = Plan.objects.create(
            account=secret, name="Bob's own plan", owner=world.bob, start_date="2026-01-01", end_date="2026-12-31", currency="EUR"
        )
        relink(everything=True)
        return {"secret": secret, "mine": mine, "deal": deal, "plan": plan}


def everything(caller: Caller, path: str) -> str:
    """A list in pages of one, its cursors read."""
    told = ""
    cursor: str | None = ""
    while cursor is not None:
        response = caller.get(f"{path}{'&' if '?' in path else '?'}limit=1{f'&cursor={cursor}' if cursor else ''}")
        assert response.status_code == 200, response.content
        told += response.content.decode()
        cursor = response.data["next"]
        told += base64.urlsafe_b64decode(cursor + "==").decode() if cursor else ""
    return told


@pytest.mark.parametrize("path", [
    "/accounts", "/accounts?order=parent", "/accounts?order=-parent", "/contacts", "/contacts?order=reports_to", "/deals",
    "/deals?order=account", "/deals?order=-account", "/orders", "/orders?order=deal", "/members", "/plans",
])  # fmt: skip
def test_no_list_and_no_cursor_names_an_unseen_record(rows: dict[str, Any], callers: Callers, path: str) -> None:
    told = everything(callers.alice, path)
    for secret in (SECRET, "Mallory", "Hidden drills", "Bob's own plan"):
        assert secret not in told
    assert path == "/plans" or '"items": []' not in told


def test_one_record_does_not_name_an_unseen_one_either(rows: dict[str, Any], callers: Callers) -> None:
    told = callers.alice.get(f"/deals/{rows['deal'].pk}").data
    assert (told["account"], told["plans"]) == ({"id": str(rows["secret"].pk), "name": ""}, [])
    assert callers.alice.get(f"/accounts/{rows['mine'].pk}").data["parent"]["name"] == ""
    answered = callers.alice.patch(f"/deals/{rows['deal'].pk}", {"name": "Pumps 2"}).data
    assert SECRET not in str(answered)


@pytest.mark.parametrize("query", [
    "/accounts?parent.name=Secret%20Oil", "/accounts?parent.external_id=S-1", "/deals?account.name=Secret%20Oil",
    "/deals?account.external_id=S-1", "/orders?deal.name=Hidden%20drills", "/contacts?reports_to.name=Mallory",
    "/contacts?reports_to.email=mallory@secret.example",
])  # fmt: skip
def test_no_filter_confirms_a_guessed_name(rows: dict[str, Any], callers: Callers, query: str) -> None:
    assert callers.alice.get(query).data["total"] == 0
    assert callers.olga.get(query).data["total"] > 0


def test_what_counts_in_an_unseen_plan_or_stands_below_an_unseen_account_is_not_told(
    rows: dict[str, Any], callers: Callers
) -> None:
    for query in (
        f"/deals?plans={rows['plan'].pk}",
        f"/deals?plans__in={rows['plan'].pk}",
        f"/accounts?under={rows['secret'].pk}",
    ):
        assert callers.alice.get(query).data["total"] == 0
        assert callers.olga.get(query).data["total"] > 0


@pytest.mark.parametrize("way", ["id", "external_id", "name"])
def test_an_unseen_record_is_refused_like_one_that_does_not_exist(rows: dict[str, Any], callers: Callers, way: str) -> None:
    real = {"id": str(rows["secret"].pk), "external_id": "S-1", "name": SECRET}[way]
    invented = {"id": "00000000-0000-7000-8000-000000000000", "external_id": "S-2", "name": "No Oil"}[way]
    answers = []
    for value in (real, invented):
        body = {"name": "New", "account": {way: value}}
        answered = callers.alice.post("/deals", body)
        answers.append((answered.status_code, answered.content.decode().replace(value, "…")))
        assert callers.alice.patch(f"/accounts/{rows['mine'].pk}", {"parent": {way: value}}).status_code == 422
        assert callers.alice.post("/plans", {"account": {way: value}}).status_code == 422
    assert answers[0] == answers[1]


def test_whoever_sees_everything_still_reads_the_names(rows: dict[str, Any], callers: Callers) -> None:
    assert callers.olga.get(f"/deals/{rows['deal'].pk}").data["account"]["name"] == SECRET
    told = [row["account"]["name"] for row in callers.olga.get("/deals?order=account").data["items"]]
    assert told == sorted(told)
