"""A real CRM pipeline through the documented API: import, plans, roll-ups, again, undo."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.conftest import DATA, Client

MAVEN = DATA / "maven_crm"
ACCOUNTS = {"account": "name", "sector": "industry", "office_location": "country", "subsidiary_of": "parent"}
DEALS = {
    "mapping": {
        "opportunity_id": "external_id",
        "sales_agent": "owner",
        "product": "product",
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "created_date",
        "close_date": "close_date",
        "close_value": "amount",
    },
    "values": {"product": {"GTXPro": "GTX Pro"}},
    "match": ["external_id"],
    "mode": "both",
}
YEAR = {"start_date": "2017-01-01", "end_date": "2017-12-31", "currency": "USD", "includes_descendants": True}

pytestmark = pytest.mark.skipif(not MAVEN.exists(), reason="the data lies beside the project, not in it")


@pytest.fixture(scope="module")
def maven(new_workspace: Callable[..., Client]) -> Client:
    """Everything of the export, imported once."""
    client = new_workspace("maven", "USD")
    for file, kind, mapping in (
        ("products.csv", "products", {"product": "name", "series": "parent", "sales_price": "list_price"}),
        ("sales_teams.csv", "members", {"sales_agent": "name", "manager": "manager", "regional_office": "region"}),
        ("accounts.csv", "accounts", ACCOUNTS),
    ):
        job = client.upload(MAVEN / file, kind, mapping=mapping)
        assert job["counts"]["error"] == 0, job["problems"][:5]
        client.commit(job)
    job = client.upload(MAVEN / "sales_pipeline.csv", "deals", **DEALS)
    assert job["counts"] == {"create": 8800, "update": 0, "unchanged": 0, "error": 0}
    client.commit(job)
    return client


def plan(client: Client, name: str, **fields: Any) -> Any:
    return client.post("/plans", {"account": {"name": name}, "type": "key_account", **YEAR, **fields})


def won(client: Client, which: Any) -> Decimal:
    return Decimal(client.kpis(which)["kpis"]["won"]["amount"])


def test_accounts_stand_in_their_tree(maven: Client) -> None:
    accounts = maven.everything("/accounts")
    assert len(accounts) == 85
    assert sum(1 for account in accounts if account["parent"]) == 15


def test_every_deal_is_there_and_won_adds_up(maven: Client) -> None:
    deals = maven.everything("/deals")
    won = [deal for deal in deals if deal["status"] == "won"]
    assert (len(deals), len(won)) == (8800, 4238)
    assert sum(Decimal(deal["amount"]["amount"]) for deal in won) == 10_005_534
    assert sum(1 for deal in deals if deal["amount"] is None) == 2089
    assert sum(1 for deal in deals if deal["product"]["name"] == "GTX Pro") == 1480


def test_deals_without_account_are_kept_and_say_so(maven: Client) -> None:
    assert maven.total("/deals", account__isnull="true") == 1425
    assert maven.total("/deals", unlinked_reason="no_account") == 1425


def test_a_preview_of_the_unmapped_value_offers_the_known_product(maven: Client) -> None:
    job = maven.upload(MAVEN / "sales_pipeline.csv", "deals", **(DEALS | {"values": {}}))
    problems = [problem for problem in job["problems"] if problem["code"] == "unknown_product"]
    assert job["counts"]["error"] == 1480
    assert "GTX Pro" in problems[0]["message"]


def test_plans_over_a_subtree_roll_up_its_won_deals(maven: Client) -> None:
    acme = plan(maven, "Acme Corporation", target={"amount": "600000", "currency": "USD"})
    sonron = plan(maven, "Sonron", target={"amount": "400000", "currency": "USD"})
    assert (won(maven, acme), won(maven, sonron)) == (519_349, 479_028)
    kpis = maven.kpis(acme)["kpis"]
    assert Decimal(kpis["variance"]["amount"]) == Decimal(kpis["forecast"]["amount"]) - 600_000
    why = maven.get(f"/plans/{acme['id']}/kpis/won/explanation")
    assert sum(Decimal(line["converted"]["amount"]) for line in why["included"]) == 519_349
    assert all(item["reason"] for item in why["excluded"])


def test_the_portfolio_by_the_owners_regions_counts_each_deal_once(maven: Client) -> None:
    report = maven.get("/portfolio", period="2017", group="deal_owner_region")
    groups = {group["name"]: Decimal(group["won"]["amount"]) for group in report["groups"]}
    assert {name: groups[name] for name in ("Central", "East", "West")} == {
        "Central": 3_346_293,
        "East": 3_090_594,
        "West": 3_568_647,
    }
    assert Decimal(report["totals"]["won"]["amount"]) == 10_005_534


def test_a_deal_that_leaves_the_period_unlinks_with_its_reason_and_comes_back(maven: Client) -> None:
    sonron = maven.one("/plans", **{"account.name": "Sonron"}) if maven.total("/plans") else plan(maven, "Sonron")
    before = won(maven, sonron)
    why = maven.get(f"/plans/{sonron['id']}/kpis/won/explanation")
    line = next(line for line in why["included"] if Decimal(line["converted"]["amount"]) > 0)
    deal = maven.get(f"/deals/{line['row']['id']}")
    moved = maven.patch(f"/deals/{deal['id']}", {"close_date": "2018-06-01"})
    assert (moved["plans"], moved["plans_reason"]["code"]) == ([], "date_outside")
    assert won(maven, sonron) == before - Decimal(deal["amount"]["amount"])
    maven.patch(f"/deals/{deal['id']}", {"close_date": deal["close_date"]})
    assert won(maven, sonron) == before


def test_the_same_file_again_changes_nothing(maven: Client) -> None:
    job = maven.upload(MAVEN / "sales_pipeline.csv", "deals", **DEALS)
    assert job["counts"] == {"create": 0, "update": 0, "unchanged": 8800, "error": 0}
    before = maven.total("/deals")
    maven.commit(job)
    assert maven.total("/deals") == before


def test_undo_leaves_the_workspace_as_it_was(new_workspace: Callable[..., Client]) -> None:
    client = new_workspace("undone", "USD")
    stages = client.everything("/stages")
    accounts = client.commit(
        client.upload(MAVEN / "accounts.csv", "accounts", mapping={"account": "name", "subsidiary_of": "parent"})
    )
    assert client.total("/accounts") == 85
    changed = client.upload(MAVEN / "accounts.csv", "accounts", mapping={"account": "name", "sector": "industry"}, match=["name"])
    assert changed["counts"]["update"] == 85
    changed = client.commit(changed)
    client.undo(changed)
    assert {account["industry"] for account in client.everything("/accounts")} == {""}
    client.undo(accounts)
    assert client.total("/accounts") == 0
    assert client.everything("/stages") == stages
