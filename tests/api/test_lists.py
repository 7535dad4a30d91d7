"""Lists: filters, order, pages, and the number of queries they cost."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.api import accounts, plans, workspace
from keystead.api import deals as deal_routes
from keystead.api.wire import pages
from keystead.api.wire.resource import Resource
from keystead.data.models import Deal
from tests.api.conftest import Caller, Callers
from tests.support.world import World, account

NIL = UUID(int=0)
Faults = Callable[[Any], list[tuple[str, str]]]


def names(caller: Caller, address: str) -> list[str]:
    response = caller.get(address)
    assert response.status_code == 200, response.content.decode()
    return [item["name"] for item in response.data["items"]]


@pytest.fixture
def deals(callers: Callers, world: World) -> None:
    """Five deals, some without amount, date or account."""
    with world.inside(world.alice):
        foods = account("Aurelia Foods", external_id="A-1")
        luz = account("Brasilux, Energia", external_id="B-1")
        for name, at, amount, day, status, probability in (
            ("Cables", luz, "300", "2026-05-01", "open", "12.50"), ("Anchors", foods, "100", "2026-03-01", "won", None),
            ("Boxes", foods, "100", None, "open", None), ("Drills", None, None, "2026-03-01", "lost", None),
            ("Ex%s_", foods, "7.5", None, "open", None),
        ):  # fmt: skip
            Deal.objects.create(
                name=name,
                account=at,
                amount=amount,
                currency="EUR" if at != luz else "BRL",
                close_date=day,
                status=status,
                probability=probability,
            )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=won", ["Anchors"]),
        ("status__in=won,lost", ["Anchors", "Drills"]),
        ("status__in=won&status__in=lost", ["Anchors", "Drills"]),
        ("name__contains=X", ["Boxes", "Ex%s_"]),
        ("name__contains=%25s_", ["Ex%s_"]),
        ("amount=100", ["Anchors", "Boxes"]),
        ("amount__gte=100", ["Anchors", "Boxes", "Cables"]),
        ("amount__lt=100.00", ["Ex%s_"]),
        ("amount__isnull=true", ["Drills"]),
        ("amount.currency=BRL", ["Cables"]),
        ("amount.currency__in=BRL,EUR&status=open", ["Boxes", "Cables", "Ex%s_"]),
        ("probability__gt=12", ["Cables"]),
        ("close_date__gte=2026-03-01&close_date__lt=2026-05-01", ["Anchors", "Drills"]),
        ("close_date__isnull=true", ["Boxes", "Ex%s_"]),
        ("account__isnull=true", ["Drills"]),
        ("account.external_id=B-1", ["Cables"]),
        ("account.name=Aurelia%20Foods", ["Anchors", "Boxes", "Ex%s_"]),
        ('name__in="Ex%25s_",Boxes', ["Boxes", "Ex%s_"]),
        ("created_at__gte=2020-01-01T00:00:00%2B02:00&status=won", ["Anchors"]),
        ("created_at__gte=2999-01-01T00:00:00Z", []),
        ("external_id__isnull=true&status=won", ["Anchors"]),
        ("lost_reason__isnull=true&status=lost", ["Drills"]),
        ("id=00000000-0000-0000-0000-000000000000", []),
    ],
)  # fmt: skip
def test_every_field_filters(callers: Callers, deals: None, query: str, found: list[str]) -> None:
    assert names(callers.olga, f"/deals?order=name&{query}") == found
    assert callers.olga.get(f"/deals?limit=1&{query}").data["total"] == len(found)


def test_a_reference_filters_by_its_id(callers: Callers, deals: None) -> None:
    (foods,) = callers.olga.get("/accounts?external_id=A-1").data["items"]
    assert names(callers.olga, f"/deals?account={foods['id']}&order=name") == ["Anchors", "Boxes", "Ex%s_"]
    assert names(callers.olga, f"/deals?account__in={foods['id']}&amount=100&order=-name") == ["Boxes", "Anchors"]
    assert names(callers.olga, '/accounts?name__in="Brasilux, Energia"') == ["Brasilux, Energia"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("stauts=won", [("?stauts", "unknown_parameter")]),
        ("status=gone&amount=much", [("?status", "unknown_value"), ("?amount", "not_a_number")]),
        ("account=Aurelia", [("?account", "not_an_id")]),
        ("close_date__gte=March", [("?close_date__gte", "not_a_day")]),
        ("created_at__gte=yesterday", [("?created_at__gte", "not_a_moment")]),
        ("account__isnull=maybe", [("?account__isnull", "not_a_truth")]),
        ("amount.currency=EURO", [("?amount.currency", "unknown_currency")]),
        ("amount=1e400", [("?amount", "not_a_number")]),
        ("limit=0", [("?limit", "out_of_range")]),
        ("limit=501", [("?limit", "out_of_range")]),
        ("limit=ten", [("?limit", "out_of_range")]),
        (f"limit=0000000001{'9' * 25}", [("?limit", "out_of_range")]),
        ("limit=²", [("?limit", "out_of_range")]),
        ("status=won&status=lost", [("?status", "repeated")]),
        ("order=luck", [("?order", "unknown_order")]),
        ("order=name,-name", [("?order", "repeated")]),
        ("order=", [("?order", "unknown_order")]),
        ("cursor=abc", [("?cursor", "bad_cursor")]),
        ("cursor=" + quote("WyJ4IiwgMSwgIngiXQ=="), [("?cursor", "bad_cursor")]),
        ("name=%00", [("?name", "invalid_text")]),
        ("as_of=2026-01-01", [("?as_of", "unknown_parameter")]),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    callers: Callers, faults: Faults, query: str, codes: list[tuple[str, str]]
) -> None:
    assert faults(callers.olga.get(f"/deals?{query}")) == codes


@pytest.mark.parametrize(
    "order",
    [
        "name",
        "-name",
        "close_date",
        "-close_date",
        "amount,-name",
        "-account,name",
        "-probability,status",
        "id",
        "-created_at",
        "stage",
    ],
)
def test_pages_show_every_row_once_in_any_order(callers: Callers, deals: None, order: str) -> None:
    whole = names(callers.olga, f"/deals?order={order}")
    assert len(whole) == 5
    for limit in (1, 2, 3):
        found: list[str] = []
        cursor = ""
        while True:
            page = callers.olga.get(f"/deals?order={order}&limit={limit}{cursor}").data
            assert page["total"] == 5
            found += [item["name"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert found == whole


def test_a_missing_value_stands_at_the_end_and_downwards_at_the_beginning(callers: Callers, deals: None) -> None:
    assert names(callers.olga, "/deals?order=amount,name") == ["Ex%s_", "Anchors", "Boxes", "Cables", "Drills"]
    assert names(callers.olga, "/deals?order=-amount,name") == ["Drills", "Cables", "Anchors", "Boxes", "Ex%s_"]
    assert names(callers.olga, "/deals?order=account,name")[0] == "Anchors"


@pytest.mark.parametrize("order", ["amount", "-amount", "amount,-name", "-amount,close_date", "-amount,name"])
@pytest.mark.parametrize("narrow", ["", "&status=open", "&amount__gte=50"])
def test_many_deals_by_amount_are_put_together_from_their_currencies(
    callers: Callers, deals: None, order: str, narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/deals?order={order}{narrow}"
    whole = names(callers.olga, address)
    monkeypatch.setattr(pages, "SORTED_AT_ONCE", 0)
    for limit in (1, 2, 5):
        page = callers.olga.get(f"{address}&limit={limit}").data
        found = [item["name"] for item in page["items"]]
        while page["next"]:
            page = callers.olga.get(f"{address}&limit={limit}&cursor={page['next']}").data
            found += [item["name"] for item in page["items"]]
        assert found == whole
    with CaptureQueriesContext(connection) as made:
        callers.olga.get(f"{address}&limit=1")
    assert any("codes" in query["sql"] for query in made.captured_queries)


def test_a_cursor_belongs_to_its_filters_and_order(callers: Callers, deals: None, faults: Faults) -> None:
    cursor = callers.olga.get("/deals?limit=1&order=name").data["next"]
    assert names(callers.olga, f"/deals?limit=2&order=name&cursor={cursor}") == ["Boxes", "Cables"]
    for query in ("order=-name", "order=name&status=won", ""):
        assert faults(callers.olga.get(f"/deals?{query}&cursor={cursor}")) == [("?cursor", "bad_cursor")]
    assert faults(callers.olga.get(f"/accounts?order=name&cursor={cursor}")) == [("?cursor", "bad_cursor")]


def test_a_row_that_comes_in_between_does_not_shift_the_pages(callers: Callers, deals: None) -> None:
    first = callers.olga.get("/deals?limit=2&order=name").data
    callers.olga.made("/deals", {"name": "Aardvark"})
    assert names(callers.olga, f"/deals?limit=2&order=name&cursor={first['next']}") == ["Cables", "Drills"]


def counted(caller: Caller, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(address).status_code == 200
    return len([query for query in queries if "set_config" not in query["sql"]])


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/deals", 4), ("/orders", 4), ("/accounts", 3), ("/contacts", 3), ("/plans", 3), ("/members", 3), ("/stages", 3)],
)
def test_a_page_costs_the_same_queries_with_one_row_and_with_three(
    callers: Callers, world: World, path: str, queries: int
) -> None:
    """The token, the count, the rows, for deals and orders their links; who sees a part: her accounts, and what may be named."""

    def fill(number: int) -> None:
        callers.olga.made("/accounts", {"name": f"Aurelia {number}", "owner": {"name": "Alice Alvarez"}})
        at = {"account": {"name": f"Aurelia {number}"}}
        callers.olga.made("/plans", {**at, "start_date": "2026-01-01", "end_date": "2026-12-31"})
        callers.olga.made("/deals", {"name": f"Deal {number}", **at, "close_date": "2026-02-01", "stage": "Won"})
        callers.olga.made(
            "/orders", {"number": f"{number}", **at, "order_date": "2026-02-01", "amount": {"amount": 1, "currency": "EUR"}}
        )
        callers.olga.made("/contacts", {"last_name": f"Prado {number}", **at})

    fill(1)
    callers.olga.get(path)  # the first use of a token is noted
    assert counted(callers.olga, path) == queries
    fill(2)
    fill(3)
    assert counted(callers.olga, path) == queries
    callers.alice.get(path)
    names_accounts, is_of_accounts = path in ("/deals", "/orders", "/contacts", "/plans"), path not in ("/members", "/stages")
    assert counted(callers.alice, path) == queries + names_accounts + is_of_accounts


SAMPLES = {
    "boolean": "true",
    "number": "1.5",
    "integer": "1",
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "uuid": str(NIL),
}
LISTED = [
    accounts.ACCOUNTS, accounts.CONTACTS, deal_routes.DEALS, deal_routes.ORDERS, deal_routes.PRODUCTS, deal_routes.STAGES,
    plans.PLANS, workspace.MEMBERS, workspace.RATES,
]  # fmt: skip


@pytest.mark.parametrize("resource", LISTED, ids=lambda resource: resource.path)
def test_everything_can_be_ordered_and_filtered_by_everything(callers: Callers, deals: None, resource: Resource) -> None:
    """Each order and each filter runs in the database."""
    for name in resource.orders:
        assert callers.olga.get(f"/{resource.path}?order=-{name}").status_code == 200, name
    for name, found in resource.filters.items():
        base = resource.filters.get(name.partition("__")[0], found).schema if found.many else found.schema
        fitting = SAMPLES.get(base.get("format", base["type"])) or next(iter(base.get("enum", ["EUR"])))
        codes = [callers.olga.get(f"/{resource.path}?{name}={value}").status_code for value in (fitting, NIL)]
        assert 200 in codes, name
        assert set(codes) <= {200, 422}, name
