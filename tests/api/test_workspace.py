"""Members, rates and the token's own address."""

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Callers
from tests.support.world import World

Faults = Callable[[Any], list[tuple[str, str]]]


def test_a_member_without_an_address_is_a_person_in_the_hierarchy(callers: Callers, world: World) -> None:
    made = callers.olga.made(
        "/members", {"name": "Nadia Novak", "role": "viewer", "manager": {"email": "mona@northwind.example"}, "region": "East"}
    )
    assert (made["name"], made["email"], made["role"], made["region"], made["team"], made["is_active"]) == (
        "Nadia Novak", None, "viewer", "East", "", True,
    )  # fmt: skip
    assert made["manager"] == {"id": str(world.mona.pk), "name": "Mona Manager"}
    assert callers.alice.get("/members?region=East").data["items"] == [made]
    assert callers.alice.patch(f"/members/{made['id']}", {"region": "West"}).status_code == 403
    assert [one["name"] for one in callers.gus.get("/members").data["items"]] == ["Gus Guest"]


def test_members_report_in_no_circle_and_the_last_owner_stays(callers: Callers, world: World, faults: Faults) -> None:
    refused = callers.olga.patch(f"/members/{world.mona.pk}", {"manager": str(world.alice.pk)})
    assert faults(refused) == [("/manager", "manager_cycle")]
    assert faults(callers.olga.patch(f"/members/{world.olga.pk}", {"role": "viewer"})) == [("/role", "last_owner")]
    assert faults(callers.olga.post("/members", {"name": "Twin", "email": "ALICE@northwind.example"})) == [
        ("/email", "email_taken")
    ]


def test_deleting_a_member_closes_her_door_and_keeps_her_name(callers: Callers, world: World) -> None:
    assert callers.olga.delete(f"/members/{world.bob.pk}").status_code == 204
    assert callers.olga.get(f"/members/{world.bob.pk}").data["is_active"] is False
    assert callers.bob.get("/me").status_code == 401
    assert callers.olga.patch(f"/members/{world.bob.pk}", {"is_active": True, "region": "West"}).data["is_active"] is True


def test_a_rate_is_dated_exact_and_between_two_currencies(callers: Callers, faults: Faults) -> None:
    made = callers.olga.made(
        "/rates", {"base": "USD", "quote": "EUR", "date": "2026-01-02", "rate": 0.912345678901, "source": "ECB"}
    )
    assert (made["base"], made["quote"], made["date"], made["rate"], made["source"]) == (
        "USD",
        "EUR",
        "2026-01-02",
        "0.912345678901",
        "ECB",
    )

    def say(**body: str) -> list[tuple[str, str]]:
        usual = {"base": "USD", "quote": "EUR", "date": "2026-01-03", "rate": "1"}
        return faults(callers.olga.post("/rates", usual | body))

    assert say(date="2026-01-02") == [("", "taken")]
    assert say(quote="USD") == [("/quote", "same_currency")]
    assert say(rate="0") == [("/rate", "out_of_range")]
    assert say(rate="0.1234567890123") == [("/rate", "too_many_decimals")]
    assert say(base="usd") == [("/base", "unknown_currency")]
    assert say(date="2026-02-30") == [("/date", "not_a_day")]
    assert callers.alice.get("/rates?base=USD&date__lte=2026-01-31").data["total"] == 1
    assert callers.alice.post("/rates", {"base": "USD", "quote": "EUR", "date": "2026-01-03", "rate": "1"}).status_code == 403
    assert callers.olga.patch(f"/rates/{made['id']}", {"rate": "0.95"}).data["rate"] == "0.95"
    assert callers.charlie.get(f"/rates/{made['id']}").status_code == 404
    assert callers.olga.delete(f"/rates/{made['id']}").status_code == 204


def test_a_token_knows_who_and_where_it_is(callers: Callers, world: World) -> None:
    assert callers.alice.get("/me").data == {
        "member": {"id": str(world.alice.pk), "name": "Alice Alvarez"}, "role": "account_manager",
        "email": "alice@northwind.example",
        "workspace": {"id": str(world.northwind.pk), "name": "Northwind", "slug": "northwind", "currency": "EUR"},
    }  # fmt: skip
