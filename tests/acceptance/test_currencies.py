"""A plan in EUR over deals in USD and BRL: right by dated rates under each policy; a missing rate is an error with a name."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.conftest import Client


def won_deal(name: str, money: dict[str, str], day: str) -> dict[str, Any]:
    return {"name": name, "account": {"name": "Brasilux Energia"}, "amount": money, "close_date": day, "status": "won"}


@pytest.fixture(scope="module")
def client(new_workspace: Callable[..., Client]) -> Client:
    client = new_workspace("currencies", "EUR")
    for base, day, rate in (
        ("USD", "2025-01-01", "0.9600"),
        ("USD", "2025-03-01", "0.9200"),
        ("USD", "2025-09-01", "0.8500"),
        ("BRL", "2025-01-01", "0.1600"),
        ("BRL", "2025-06-01", "0.1500"),
    ):
        client.post("/rates", {"base": base, "quote": "EUR", "date": day, "rate": rate, "source": "test"})
    client.post("/accounts", {"name": "Brasilux Energia"})
    for name, amount, currency, day in (
        ("Turbines", "1000.00", "USD", "2025-03-15"),
        ("Cables", "2000.00", "BRL", "2025-07-01"),
        ("Service", "50.00", "EUR", "2025-02-01"),
    ):
        money = {"amount": amount, "currency": currency}
        client.post(
            "/deals", {"name": name, "account": {"name": "Brasilux Energia"}, "amount": money, "close_date": day, "status": "won"}
        )
    return client


def make_plan(client: Client, policy: str) -> Any:
    return client.post(
        "/plans",
        {
            "account": {"name": "Brasilux Energia"},
            "name": policy,
            "type": "sales",
            "start_date": "2025-01-01",
            "end_date": "2025-12-31",
            "currency": "EUR",
            "target": {"amount": "5000.00", "currency": "EUR"},
            "rate_policy": policy,
        },
    )


@pytest.mark.parametrize(
    ("policy", "won"),
    [
        ("transaction_date", Decimal("1270.00")),  # 920 + 300 + 50
        ("plan", Decimal("1330.00")),  # 960 + 320 + 50
        ("current", Decimal("1200.00")),  # 850 + 300 + 50
    ],
)
def test_each_policy_takes_its_own_dated_rates(client: Client, policy: str, won: Decimal) -> None:
    plan = make_plan(client, policy)
    kpis = client.kpis(plan)
    assert Decimal(kpis["kpis"]["won"]["amount"]) == won
    assert kpis["missing_rates"] == []
    client.call("DELETE", f"/plans/{plan['id']}", expect=204)


def test_a_missing_rate_names_its_pair_and_date_and_is_never_one(client: Client) -> None:
    money = {"amount": "700000", "currency": "JPY"}
    deal = client.post("/deals", won_deal("Osaka", money, "2025-05-05"))
    plan = make_plan(client, "transaction_date")
    kpis = client.kpis(plan)
    assert [(gap["base"], gap["quote"], gap["date"]) for gap in kpis["missing_rates"]] == [("JPY", "EUR", "2025-05-05")]
    assert Decimal(kpis["kpis"]["won"]["amount"]) == Decimal("1270.00")
    why = client.get(f"/plans/{plan['id']}/kpis/won/explanation")
    assert [item["row"]["id"] for item in why["excluded"] if item["reason"] == "missing_rate"] == [deal["id"]]
