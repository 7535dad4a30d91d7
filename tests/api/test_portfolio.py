"""The portfolio through the API: the same figures as on the page, each deal once, and wrong wishes named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Callers

Faults = Callable[[Any], list[tuple[str, str]]]


@pytest.fixture
def alices(callers: Callers) -> Callers:
    """Alice's two accounts with a deal each, one of them Bob's, and a plan."""
    for name, amount, owner in (("Aurelia Foods", "100", "Alice Alvarez"), ("Brasilux", "40", "Bob Brown")):
        callers.olga.made("/accounts", {"name": name, "owner": {"name": "Alice Alvarez"}, "industry": "Food"})
        body = {
            "name": "Pallets",
            "account": {"name": name},
            "owner": {"name": owner},
            "status": "won",
            "close_date": "2026-03-01",
        }
        callers.olga.made("/deals", body | {"amount": {"amount": amount, "currency": "EUR"}})
    plan = {"account": {"name": "Aurelia Foods"}, "start_date": "2026-01-01", "end_date": "2026-12-31"}
    callers.olga.made("/plans", plan | {"target": {"amount": "400", "currency": "EUR"}})
    return callers


def test_the_portfolio_groups_by_the_regions_of_the_deals_owners(alices: Callers) -> None:
    found = alices.olga.get("/portfolio?period=2026&group=deal_owner_region&order=-won").data
    assert [(group["name"], group["key"], group["won"]) for group in found["groups"]] == [
        ("South", "South", {"amount": "100.00", "currency": "EUR"}),
        ("North", "North", {"amount": "40.00", "currency": "EUR"}),
    ]
    assert found["totals"]["won"] == {"amount": "140.00", "currency": "EUR"}
    assert (found["totals"]["achievement"], found["groups"][0]["achievement"]) == ("0.350000", None)
    assert (found["period"], found["total"]) == ({"key": "2026", "start": "2026-01-01", "end": "2026-12-31"}, 2)


def test_lines_are_read_page_by_page(alices: Callers) -> None:
    first = alices.alice.get("/portfolio?period=2026&limit=1").data
    second = alices.alice.get(f"/portfolio?period=2026&limit=1&cursor={first['next']}").data
    assert [page["items"][0]["account"]["name"] for page in (first, second)] == ["Aurelia Foods", "Brasilux"]
    assert (first["items"][0]["plan_status"], first["items"][0]["target"]["amount"]) == ("draft", "400.00")
    assert (second["next"], second["items"][0]["plan"], second["items"][0]["target"]) == (None, None, None)


def test_each_member_sees_what_is_hers(alices: Callers) -> None:
    totals = {who: getattr(alices, who).get("/portfolio?period=2026").data["totals"] for who in ("alice", "bob", "charlie")}
    assert {who: (found["accounts"], found["won"]["amount"]) for who, found in totals.items()} == {
        "alice": (2, "140.00"), "bob": (0, "0.00"), "charlie": (0, "0.00"),
    }  # fmt: skip
    assert alices.nobody.get("/portfolio").status_code == 401


def test_wrong_wishes_are_named_and_not_silently_left_ungranted(alices: Callers, faults: Faults) -> None:
    response = alices.olga.get("/portfolio?period=2026-Q9&group=moon&order=moon")
    assert response.status_code == 422
    assert sorted(faults(response)) == [("?group", "unknown_value"), ("?order", "unknown_column"), ("?period", "period_number")]
    assert faults(alices.olga.get("/portfolio?moon=1&limit=2&limit=3")) == [
        ("?moon", "unknown_parameter"),
        ("?limit", "repeated"),
    ]
    for limit, cursor in (("0", "x"), ("0000000001" + "9" * 25, "0000000001" + "9" * 25), ("9" * 5_000, "²")):
        asked = f"/portfolio?limit={limit}&cursor={cursor}"
        assert faults(alices.olga.get(asked)) == [("?limit", "out_of_range"), ("?cursor", "bad_cursor")]
