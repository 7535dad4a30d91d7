"""Products, stages, deals and orders through the API."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.domain.plans.editing import create_plan
from tests.api.conftest import Callers
from tests.support.world import World, account

Faults = Callable[[Any], list[tuple[str, str]]]
EUR = "EUR"


def money(amount: Any, currency: str = EUR) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def test_a_deal_says_which_plans_it_counts_in_or_why_in_none(callers: Callers, world: World) -> None:
    with world.inside(world.alice):
        group = account("Aurelia Group", owner=world.alice)
        foods = account("Aurelia Foods", owner=world.alice, parent=group)
        year = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        whole = create_plan(
            viewer=world.alice,
            fields={"account": group, "name": "Whole", "includes_descendants": True, **year},
            today=date(2026, 1, 1),
        )
        own = create_plan(viewer=world.alice, fields={"account": foods, "name": "Foods", **year}, today=date(2026, 1, 1))
    deal = callers.alice.made(
        "/deals",
        {
            "name": "Cold-chain renewal",
            "account": {"name": "Aurelia Foods"},
            "amount": money("1234.50"),
            "close_date": "2026-03-31",
        },
    )
    assert deal["plans"] == [
        {"id": str(whole.pk), "name": "Whole", "via": "descendant", "reason": "account below the plan's account"},
        {"id": str(own.pk), "name": "Foods", "via": "account", "reason": "same account"},
    ]
    assert deal["plans_reason"] is None
    path = f"/deals/{deal['id']}"
    moved = callers.alice.patch(path, {"close_date": "2027-01-01"}).data
    assert (moved["plans"], moved["plans_reason"]) == (
        [], {"code": "date_outside", "message": "Its date is outside the period of every plan on its account"},
    )  # fmt: skip
    assert callers.alice.patch(path, {"close_date": None}).data["plans_reason"]["code"] == "no_date"
    assert callers.alice.patch(path, {"account": None}).data["plans_reason"]["code"] == "no_account"
    assert callers.alice.get("/deals?unlinked_reason=no_account").data["total"] == 1
    assert callers.alice.get("/deals?unlinked_reason__isnull=true").data["total"] == 0
    callers.alice.patch(path, {"account": {"name": "Aurelia Foods"}, "close_date": "2026-04-01"})
    assert callers.alice.get(f"/deals?plans={own.pk}").data["total"] == 1
    assert callers.alice.get(f"/deals?plans__in={own.pk},{whole.pk}").data["total"] == 1


def test_a_deal_in_a_plan_that_one_may_not_open_says_only_that(callers: Callers, world: World) -> None:
    with world.inside(world.alice):
        foods = account("Aurelia Foods", owner=world.alice)
        create_plan(viewer=world.alice, fields={"account": foods}, today=date(2026, 1, 1))
    deal = callers.olga.made(
        "/deals",
        {"name": "Pallets", "account": {"name": "Aurelia Foods"}, "owner": {"name": "Bob Brown"}, "close_date": "2026-05-01"},
    )
    assert [plan["via"] for plan in deal["plans"]] == ["account"]
    seen = callers.bob.get(f"/deals/{deal['id']}").data
    assert (seen["plans"], seen["plans_reason"]["code"]) == ([], "no_access")


def test_a_stage_brings_its_status_and_probability(callers: Callers, faults: Faults) -> None:
    stages = callers.alice.get("/stages").data["items"]
    assert [(stage["name"], stage["status"], stage["probability"]) for stage in stages] == [
        ("Prospecting", "open", 10), ("Qualification", "open", 25), ("Proposal", "open", 50), ("Negotiation", "open", 75),
        ("Won", "won", 100), ("Lost", "lost", 0),
    ]  # fmt: skip
    deal = callers.alice.made("/deals", {"name": "Iberia roll-out", "stage": "Proposal"})
    assert (deal["stage"], deal["status"], deal["probability"]) == ({"id": stages[2]["id"], "name": "Proposal"}, "open", 50)
    assert (deal["amount"], deal["currency"], deal["owner"]["name"]) == (None, "EUR", "Alice Alvarez")
    won = callers.alice.patch(f"/deals/{deal['id']}", {"stage": {"name": "Won"}, "probability": "99.5"}).data
    assert (won["stage"]["name"], won["status"], won["probability"]) == ("Won", "won", 99.5)
    say = lambda **body: faults(callers.alice.patch(f"/deals/{deal['id']}", body))  # noqa: E731
    assert say(stage="Dreaming") == [("/stage", "unknown_stage")]
    assert say(stage="Lost", status="won") == [("/status", "stage_contradicts_status")]
    assert say(probability=101) == [("/probability", "out_of_range")]
    assert say(probability="12.345") == [("/probability", "too_many_decimals")]
    assert say(plans=[]) == [("/plans", "read_only")]
    assert callers.alice.get("/deals?stage=Won").data["total"] == 1
    assert callers.alice.get(f"/deals?stage={stages[0]['id']}").data["total"] == 0


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b'{"amount": 12.5, "currency": "EUR"}', ("/amount/amount", "float_money")),
        (b'{"amount": 1e3, "currency": "EUR"}', ("/amount/amount", "float_money")),
        (b'{"amount": "1e3", "currency": "EUR"}', ("/amount/amount", "not_a_number")),
        (b'{"amount": "1,5", "currency": "EUR"}', ("/amount/amount", "not_a_number")),
        (b'{"amount": true, "currency": "EUR"}', ("/amount/amount", "not_a_number")),
        (b'{"amount": "1.00001", "currency": "EUR"}', ("/amount/amount", "too_many_decimals")),
        (b'{"amount": 99999999999999999, "currency": "EUR"}', ("/amount/amount", "out_of_range")),
        (b'{"amount": "1", "currency": "Euro"}', ("/amount/currency", "unknown_currency")),
        (b'{"amount": "1"}', ("/amount", "money_malformed")),
        (b'"12.50"', ("/amount", "money_malformed")),
    ],
)
def test_money_that_cannot_be_exact_is_refused(callers: Callers, faults: Faults, written: bytes, code: tuple[str, str]) -> None:
    assert faults(callers.olga.post("/deals", b'{"name": "Pallets", "amount": ' + written + b"}")) == [code]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (money("1234.5"), money("1234.50")), (money(7), money("7.00")), (money("0.0001"), money("0.0001")),
        (money("-3"), money("-3.00")),
        (money("700000", "JPY"), money("700000", "JPY")), (money("1.5", "KWD"), money("1.500", "KWD")),
        (money("-0"), money("0.00")),
        (money("9999999999999999.9999"), money("9999999999999999.9999")),
    ],
)  # fmt: skip
def test_money_comes_back_exactly_with_its_minor_units(callers: Callers, written: Any, shown: Any) -> None:
    deal = callers.olga.made("/deals", {"name": "Pallets", "amount": written})
    assert deal["amount"] == shown
    emptied = callers.olga.patch(f"/deals/{deal['id']}", {"amount": None}).data
    assert (emptied["amount"], emptied["currency"]) == (None, written["currency"])


def test_products_stand_in_lines_and_their_price_is_money(callers: Callers, faults: Faults) -> None:
    line = callers.olga.made("/products", {"name": "GTX"})
    product = callers.olga.made("/products", {"name": "GTX Pro", "parent": {"name": "GTX"}, "list_price": money("4821", "USD")})
    assert (product["parent"]["name"], product["list_price"]) == ("GTX", money("4821.00", "USD"))
    assert faults(callers.olga.patch(f"/products/{line['id']}", {"parent": product["id"]})) == [("/parent", "product_cycle")]
    assert faults(callers.olga.patch(f"/products/{product['id']}", {"list_price": money("1", "XXY")})) == [
        ("/list_price/currency", "unknown_currency")
    ]
    assert callers.olga.patch(f"/products/{product['id']}", {"list_price": None}).data["list_price"] is None
    assert callers.alice.get("/products").data["total"] == 2
    assert callers.alice.post("/products", {"name": "Mine"}).status_code == 403
    assert callers.gus.get("/products").data["total"] == 0
    assert callers.olga.delete(f"/products/{line['id']}").status_code == 204
    assert callers.olga.get(f"/products/{product['id']}").data["parent"] is None


def test_an_order_has_a_kind_and_may_belong_to_a_deal(callers: Callers, faults: Faults) -> None:
    callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    deal = callers.alice.made("/deals", {"name": "Pallets", "account": {"name": "Aurelia Foods"}})
    order = callers.alice.made(
        "/orders",
        {"number": "2026-17", "account": {"name": "Aurelia Foods"}, "deal": {"name": "Pallets"}, "amount": money("10"),
         "order_date": "2026-02-01", "kind": "invoice"},
    )  # fmt: skip
    assert (order["number"], order["kind"], order["amount"], order["order_date"]) == (
        "2026-17",
        "invoice",
        money("10.00"),
        "2026-02-01",
    )
    assert (order["deal"], order["plans_reason"]["code"]) == ({"id": deal["id"], "name": "Pallets"}, "no_plan")
    assert faults(callers.alice.post("/orders", {"kind": "gift"})) == [
        ("/kind", "unknown_value"), ("/number", "required"), ("/amount", "required"), ("/order_date", "required"),
    ]  # fmt: skip
    path = f"/orders/{order['id']}"
    assert callers.alice.patch(path, {"order_date": "2026-03-01"}).data["order_date"] == "2026-03-01"
    assert [getattr(callers, who).get(path).status_code for who in ("bob", "vera", "charlie", "nobody")] == [404, 200, 404, 401]
    assert (callers.alice.delete(path).status_code, callers.olga.delete(path).status_code) == (403, 204)


def test_each_person_meets_deals_by_her_rights(callers: Callers) -> None:
    deal = callers.alice.made("/deals", {"name": "Pallets"})
    path = f"/deals/{deal['id']}"
    everyone = ("olga", "mona", "alice", "vera", "bob", "gus", "charlie", "nobody")
    assert [getattr(callers, who).get(path).status_code for who in everyone] == [
        200, 200, 200, 200, 404, 404, 404, 401,
    ]  # fmt: skip
    assert callers.vera.patch(path, {"name": "Stolen"}).data["code"] == "not_allowed"
    assert callers.bob.delete(path).status_code == 404
    assert callers.alice.delete(path).status_code == 204


def test_the_amount_reads_as_the_decimal_it_is(callers: Callers) -> None:
    for amount in ("0.1", "0.2", "1000000.0001"):
        callers.olga.made("/deals", {"name": "Pallets", "amount": money(amount)})
    items = callers.olga.get("/deals?order=amount").data["items"]
    assert sum(Decimal(item["amount"]["amount"]) for item in items) == Decimal("1000000.3001")


def test_making_and_changing_a_deal_ask_the_database_only_what_they_must(callers: Callers, world: World) -> None:
    """The token, what is named, the writing itself, links where they may differ, the deal as it is shown, its change."""
    with world.inside(world.olga):
        account("Aurelia Foods", owner=world.alice)
    new = {
        "name": "Renewal",
        "account": {"name": "Aurelia Foods"},
        "stage": "Won",
        "amount": money(10),
        "close_date": "2026-03-31",
    }
    callers.olga.made("/deals", new)  # the first use of a token is noted
    with CaptureQueriesContext(connection) as made:
        path = f"/deals/{callers.olga.made('/deals', new)['id']}"
    with CaptureQueriesContext(connection) as changed:
        assert callers.olga.patch(path, {"amount": money(12)}).status_code == 200
    with CaptureQueriesContext(connection) as moved:
        assert callers.olga.patch(path, {"close_date": "2027-03-31"}).status_code == 200
    assert [asked(queries) for queries in (made, changed, moved)] == [10, 7, 9]


def asked(queries: CaptureQueriesContext) -> int:
    told = ("set_config", "SAVEPOINT")
    return len([query for query in queries if not any(word in query["sql"][:40] for word in told)])
