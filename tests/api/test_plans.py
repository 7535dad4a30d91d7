"""Plans, their way to approval, what stands in them, their figures and explanations through the API."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from keystead.base.clock import frozen
from tests.api.conftest import Callers
from tests.support.world import World

Faults = Callable[[Any], list[tuple[str, str]]]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


def money(amount: Any, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


@pytest.fixture
def plan(callers: Callers) -> Any:
    """Alice's plan for Aurelia Foods over 2026, 1000 EUR."""
    callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    body = {"account": {"name": "Aurelia Foods"}, "name": "Growth", "type": "sales", **YEAR, "target": money("1000")}
    return callers.alice.made("/plans", body)


def deal(
    callers: Callers,
    name: str,
    amount: str | None,
    status: str = "won",
    currency: str = "EUR",
    day: str = "2026-03-01",
    **more: Any,
) -> Any:
    body = {"name": name, "account": {"name": "Aurelia Foods"}, "status": status, "close_date": day, **more}
    return callers.alice.made("/deals", body | ({"amount": money(amount, currency)} if amount else {}))


def test_a_plan_has_defaults_and_reads_back_as_written(callers: Callers, world: World, plan: Any) -> None:
    assert {name: plan[name] for name in plan if name not in ("id", "created_at", "updated_at", "prepared_date")} == {
        "external_id": None, "account": {"id": plan["account"]["id"], "name": "Aurelia Foods"}, "name": "Growth", "type": "sales",
        "start_date": "2026-01-01", "end_date": "2026-12-31", "target": money("1000.00"), "currency": "EUR",
        "owner": {"id": str(world.alice.pk), "name": "Alice Alvarez"}, "revenue_source": "won_deals", "team_key": "",
        "includes_descendants": False, "counts_list_price": False, "status": "draft", "rate_policy": "transaction_date",
        "review_frequency": "quarterly", "summary": "", "prepared_by": {"id": str(world.alice.pk), "name": "Alice Alvarez"},
    }  # fmt: skip
    with frozen(NOW):
        made = callers.alice.made("/plans", {"account": {"name": "Aurelia Foods"}, "team_key": "B"})
    assert (made["name"], made["start_date"], made["end_date"], made["target"]) == (
        "Key account plan 2026",
        "2026-01-01",
        "2026-12-31",
        None,
    )


def test_a_target_is_in_the_plans_currency(callers: Callers, faults: Faults, plan: Any) -> None:
    body = {"account": {"name": "Aurelia Foods"}, "team_key": "B", "target": money("5", "USD")}
    assert faults(callers.alice.post("/plans", body | {"currency": "EUR"})) == [("/target/currency", "unlike_currency")]
    assert callers.alice.made("/plans", body)["currency"] == "USD"
    path = f"/plans/{plan['id']}"
    assert faults(callers.alice.patch(path, {"target": money("5", "USD")})) == [("/target/currency", "unlike_currency")]
    assert faults(callers.alice.patch(path, {"currency": "USD"})) == [("/currency", "unlike_currency")]
    assert callers.alice.patch(path, {"currency": "USD", "target": money("5", "USD")}).data["target"] == money("5.00", "USD")
    assert callers.alice.patch(path, {"target": None}).data["target"] is None


def test_a_plan_that_overlaps_or_ends_early_is_refused(callers: Callers, faults: Faults, plan: Any) -> None:
    body = {"account": {"name": "Aurelia Foods"}, **YEAR}
    assert faults(callers.alice.post("/plans", body)) == [("/start_date", "overlaps")]
    assert faults(callers.alice.post("/plans", body | {"end_date": "2025-01-01"})) == [("/end_date", "ends_before_start")]
    assert faults(callers.alice.post("/plans", {"name": "Nothing"})) == [("/account", "required")]


def test_status_takes_the_steps_of_approval_each_by_its_own_right(callers: Callers, plan: Any, faults: Faults) -> None:
    path = f"/plans/{plan['id']}"
    assert callers.alice.patch(path, {"status": "submitted"}).data["status"] == "submitted"
    assert callers.alice.patch(path, {"status": "approved"}).status_code == 403
    assert faults(callers.mona.patch(path, {"status": "rejected"})) == [("/comment", "required")]
    assert callers.mona.patch(path, {"status": "rejected", "comment": "Too low"}).data["status"] == "rejected"
    assert callers.alice.patch(path, {"status": "submitted", "target": money("2000")}).data["target"] == money("2000.00")
    assert callers.mona.patch(path, {"status": "approved"}).data["status"] == "approved"
    refused = callers.mona.patch(path, {"status": "rejected", "comment": "No"})
    assert (refused.status_code, refused.data["code"], refused.data["state"]) == (409, "cannot_move_plan", "approved")
    steps = callers.alice.get(f"{path}/approvals?order=at").data["items"]
    assert [(step["verb"], step["by"]["name"], step["comment"]) for step in steps] == [
        ("submitted", "Alice Alvarez", ""), ("rejected", "Mona Manager", "Too low"), ("submitted", "Alice Alvarez", ""),
        ("approved", "Mona Manager", ""),
    ]  # fmt: skip


def test_an_archived_plan_refuses_changes_until_its_status_leads_back(callers: Callers, plan: Any, faults: Faults) -> None:
    path = f"/plans/{plan['id']}"
    assert callers.alice.patch(path, {"status": "archived"}).data["status"] == "archived"
    assert callers.alice.patch(path, {"status": "archived"}).status_code == 200
    for refused in (
        callers.alice.patch(path, {"name": "Other"}),
        callers.alice.patch(path, {"name": "Other", "status": "archived"}),
        callers.alice.post(f"{path}/objectives", {"title": "More"}),
    ):
        assert faults(refused) == [("", "plan_archived")]
    again = callers.alice.patch(path, {"status": "draft", "name": "Other"}).data
    assert (again["status"], again["name"]) == ("draft", "Other")


def test_a_plan_may_be_made_approved_by_who_may_approve(callers: Callers, plan: Any) -> None:
    body = {"account": {"name": "Aurelia Foods"}, "team_key": "B", "status": "approved"}
    assert callers.alice.post("/plans", body).status_code == 403
    assert callers.alice.get("/plans").data["total"] == 1
    assert callers.olga.made("/plans", body)["status"] == "approved"


def test_each_person_meets_plans_by_her_rights(callers: Callers, plan: Any) -> None:
    path = f"/plans/{plan['id']}"
    for below in (
        "",
        "/kpis",
        "/kpis/won/explanation",
        "/objectives",
        "/approvals",
        "/actions",
        "/swot",
        "/measures",
        "/readings",
    ):
        codes = [
            getattr(callers, who).get(path + below).status_code
            for who in ("olga", "mona", "alice", "vera", "bob", "gus", "charlie", "nobody")
        ]
        assert codes == [200, 200, 200, 200, 404, 404, 404, 401], below
    assert callers.vera.patch(path, {"name": "Stolen"}).status_code == 403
    assert callers.vera.post(f"{path}/actions", {"title": "Call"}).status_code == 403
    assert callers.bob.post(f"{path}/actions", {"title": "Call"}).status_code == 404
    assert callers.alice.delete(path).status_code == 204


def test_the_figures_are_money_ratios_or_undefined(callers: Callers, plan: Any) -> None:
    deal(callers, "Renewal", "400.10")
    deal(callers, "Roll-out", "300", "open", probability=50)
    deal(callers, "Labels", "99", "lost")
    with frozen(NOW):
        shown = callers.alice.get(f"/plans/{plan['id']}/kpis").data
    assert shown == {
        "as_of": "2026-06-15T12:00:00Z", "period": {"start": "2026-01-01", "end": "2026-12-31"}, "currency": "EUR",
        "kpis": {
            "target": money("1000.00"), "won": money("400.10"), "pipeline": money("300.00"), "weighted_pipeline": money("150.00"),
            "forecast": money("700.10"), "weighted_forecast": money("550.10"), "variance": money("-299.90"),
            "achievement": "0.700100", "attainment": "0.400100", "coverage": "0.500083", "gap": money("599.90"),
        },
        "hidden": 0, "counted": 2, "missing_rates": [],
    }  # fmt: skip


def test_without_deals_or_target_zero_is_zero_and_undefined_is_null(callers: Callers, plan: Any) -> None:
    callers.alice.patch(f"/plans/{plan['id']}", {"target": None})
    kpis = callers.alice.get(f"/plans/{plan['id']}/kpis").data["kpis"]
    assert (kpis["won"], kpis["variance"]) == (money("0.00"), money("0.00"))
    assert [kpis[kpi] for kpi in ("target", "achievement", "attainment", "coverage", "gap")] == [None, None, None, None, None]
    why = callers.alice.get(f"/plans/{plan['id']}/kpis/gap/explanation").data
    assert (why["value"], why["total"]) == (None, None)


def test_a_missing_rate_is_named_with_the_figures_that_lack_it(callers: Callers, plan: Any) -> None:
    osaka = deal(callers, "Osaka", "700000", currency="JPY")
    with frozen(NOW):
        shown = callers.alice.get(f"/plans/{plan['id']}/kpis").data
        why = callers.alice.get(f"/plans/{plan['id']}/kpis/won/explanation").data
    assert shown["missing_rates"] == [
        {"base": "JPY", "quote": "EUR", "date": "2026-03-01",
         "kpis": ["won", "forecast", "weighted_forecast", "variance", "achievement", "attainment", "coverage", "gap"]},
    ]  # fmt: skip
    assert why["included"] == []
    assert why["excluded"] == [
        {"row": {"kind": "deal", "id": osaka["id"], "name": "Osaka", "date": "2026-03-01", "amount": money("700000", "JPY")},
         "reason": "missing_rate", "message": "no exchange rate", "detail": "JPY 2026-03-01", "count": 1},
    ]  # fmt: skip
    assert why["missing_rates"] == [{"base": "JPY", "quote": "EUR", "date": "2026-03-01"}]


def test_the_included_rows_sum_to_the_figure_exactly(callers: Callers, plan: Any) -> None:
    callers.olga.made("/rates", {"base": "USD", "quote": "EUR", "date": "2026-01-02", "rate": "0.912345678901"})
    won = deal(callers, "Renewal", "400.10", currency="USD")
    deal(callers, "Labels", "99.99", "lost")
    deal(callers, "Late", "5", day="2027-01-01")
    with frozen(NOW):
        why = callers.alice.get(f"/plans/{plan['id']}/kpis/won/explanation").data
    assert why["definition"] == {
        "id": "won", "version": 1, "name": "Won", "formula": "Σ amount of won revenue dated in the period", "unit": "money",
        "help": "Revenue won in the period, from the plan's revenue source.",
    }  # fmt: skip
    (line,) = why["included"]
    assert line == {
        "row": {"kind": "deal", "id": won["id"], "name": "Renewal", "status": "won", "date": "2026-03-01"},
        "amount": money("400.10", "USD"), "rate": "0.912345678901", "rate_date": "2026-01-02", "rate_via": line["rate_via"],
        "probability": None, "by_list_price": False, "converted": money("365.0295061282901"), "count": 1,
    }  # fmt: skip
    assert why["total"] == money("365.0295061282901")
    assert why["value"] == money("365.03")
    assert [(item["row"]["name"], item["reason"]) for item in why["excluded"]] == [("Labels", "lost"), ("Late", "date_outside")]


@pytest.mark.parametrize(
    "kpi", ["target", "won", "pipeline", "weighted_pipeline", "forecast", "weighted_forecast", "variance", "gap"]
)
def test_every_money_figure_is_the_sum_of_its_lines(callers: Callers, plan: Any, kpi: str) -> None:
    deal(callers, "Renewal", "1400.10")
    deal(callers, "Roll-out", "300.33", "open", probability="33.33")
    why = callers.alice.get(f"/plans/{plan['id']}/kpis/{kpi}/explanation").data
    total = sum((Decimal(line["converted"]["amount"]) for line in why["included"]), Decimal(0))
    assert total == Decimal(why["total"]["amount"])
    assert round(total, 2) == Decimal(why["value"]["amount"])


def test_a_ratio_explains_its_numerator_and_an_unknown_figure_is_nowhere(callers: Callers, plan: Any) -> None:
    deal(callers, "Renewal", "250")
    why = callers.alice.get(f"/plans/{plan['id']}/kpis/attainment/explanation").data
    assert (why["value"], why["total"]) == ("0.250000", money("250.00"))
    assert callers.alice.get(f"/plans/{plan['id']}/kpis/luck/explanation").status_code == 404


def test_a_hidden_row_is_only_counted(callers: Callers, plan: Any, world: World) -> None:
    callers.olga.patch(f"/accounts/{plan['account']['id']}", {"owner": {"name": "Bob Brown"}})
    callers.olga.made(
        "/deals",
        {
            "name": "Secret",
            "account": {"name": "Aurelia Foods"},
            "amount": money("50"),
            "status": "won",
            "close_date": "2026-02-02",
        },
    )
    shown = callers.alice.get(f"/plans/{plan['id']}/kpis").data
    assert (shown["kpis"]["won"], shown["hidden"]) == (money("0.00"), 1)
    why = callers.alice.get(f"/plans/{plan['id']}/kpis/won/explanation").data
    assert (why["included"], [(item["row"], item["reason"], item["count"]) for item in why["excluded"]]) == (
        [],
        [(None, "no_access", 1)],
    )


def test_objectives_are_ranked_measured_and_read(callers: Callers, plan: Any, faults: Faults) -> None:
    path = f"/plans/{plan['id']}"
    first = callers.alice.made(f"{path}/objectives", {"title": "Win the fleet", "target_date": "2026-09-30"})
    second = callers.alice.made(f"{path}/objectives", {"title": "Meet the board", "category": "relationship", "rank": 1})
    listed = callers.alice.get(f"{path}/objectives").data["items"]
    assert [(item["rank"], item["title"]) for item in listed] == [(1, "Meet the board"), (2, "Win the fleet")]
    measure = callers.alice.made(f"{path}/measures", {"objective": {"name": "Win the fleet"}, "name": "Trucks", "target": 40})
    assert (measure["objective"], measure["target"], measure["unit"]) == (
        {"id": first["id"], "name": "Win the fleet"},
        "40",
        "number",
    )
    for value in ("10", "12.5"):
        reading = callers.alice.made(f"{path}/readings", {"measure": measure["id"], "date": "2026-05-01", "value": value})
    assert [one["value"] for one in callers.alice.get(f"{path}/readings").data["items"]] == ["12.5"]
    assert reading["by"]["name"] == "Alice Alvarez"
    assert faults(callers.alice.post(f"{path}/objectives", {"title": "X", "rank": 0})) == [("/rank", "out_of_range")]
    assert callers.alice.patch(f"{path}/objectives/{first['id']}", {"manager_comment": "Good"}).status_code == 403
    assert callers.alice.delete(f"{path}/objectives/{second['id']}").status_code == 204
    assert callers.alice.get(f"{path}/objectives/{first['id']}").data["rank"] == 1


def test_actions_cost_in_the_plans_currency_and_stand_below_one_another(callers: Callers, plan: Any, faults: Faults) -> None:
    path = f"/plans/{plan['id']}/actions"
    visit = callers.alice.made(path, {"title": "Visit", "due_date": "2026-05-01", "cost": money("120"), "effort_hours": 7.5})
    assert (visit["cost"], visit["effort_hours"], visit["owner"]["name"]) == (money("120.00"), "7.5", "Alice Alvarez")
    call = callers.alice.made(path, {"title": "Call", "parent": visit["id"]})
    assert faults(callers.alice.patch(f"{path}/{visit['id']}", {"parent": call["id"]})) == [("/parent", "action_cycle")]
    assert faults(callers.alice.post(path, {"title": "Fly", "cost": money("1", "USD")})) == [
        ("/cost/currency", "unlike_currency")
    ]
    assert callers.alice.patch(f"{path}/{call['id']}", {"status": "done"}).data["percent_done"] == 100
    assert faults(callers.alice.post(path, {"title": "Fly", "start_date": "2026-05-02", "due_date": "2026-05-01"})) == [
        ("/due_date", "due_before_start")
    ]


def test_swot_items_have_a_quadrant(callers: Callers, plan: Any, faults: Faults) -> None:
    path = f"/plans/{plan['id']}/swot"
    item = callers.alice.made(
        path,
        {"quadrant": "threat", "text": "A rival opens in Porto", "lens": "competitor", "competitor": "Frigo", "importance": 5},
    )
    assert (item["quadrant"], item["importance"], item["became_action"]) == ("threat", 5, None)
    assert faults(callers.alice.post(path, {"quadrant": "luck", "text": "x"})) == [("/quadrant", "unknown_value")]
    assert faults(callers.alice.post(path, {"quadrant": "threat", "text": "x", "lens": "competitor"})) == [
        ("/competitor", "required")
    ]


def test_an_item_is_found_only_below_its_own_plan(callers: Callers, plan: Any, faults: Faults) -> None:
    other = callers.alice.made("/plans", {"account": {"name": "Aurelia Foods"}, "team_key": "B"})
    action = callers.alice.made(f"/plans/{plan['id']}/actions", {"title": "Call"})
    goal = callers.alice.made(f"/plans/{plan['id']}/objectives", {"title": "Win"})
    assert callers.alice.get(f"/plans/{other['id']}/actions/{action['id']}").status_code == 404
    assert callers.alice.delete(f"/plans/{other['id']}/actions/{action['id']}").status_code == 404
    assert faults(callers.alice.post(f"/plans/{other['id']}/actions", {"title": "x", "objective": goal["id"]})) == [
        ("/objective", "other_plan")
    ]
