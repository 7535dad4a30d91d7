"""Accounts, their teams and contacts through the API."""

from collections.abc import Callable
from typing import Any

from keystead.domain.accounts.merging import merge_accounts
from tests.api.conftest import Callers
from tests.support.world import World, account

Faults = Callable[[Any], list[tuple[str, str]]]


def test_an_account_is_made_read_changed_and_deleted(callers: Callers, world: World) -> None:
    made = callers.olga.post(
        "/accounts",
        {"name": "Aurelia Foods", "external_id": "A-1", "industry": "Food", "country": "Portugal", "employees": 1200,
         "owner": {"email": "Alice@northwind.example"}, "segment_current": "steady", "segment_target": "strategic"},
    )  # fmt: skip
    assert made.status_code == 201
    account = made.data
    assert made.headers["Location"] == f"/api/v1/accounts/{account['id']}"
    assert {name: account[name] for name in account if name not in ("id", "created_at", "updated_at")} == {
        "external_id": "A-1", "name": "Aurelia Foods", "parent": None, "industry": "Food", "country": "Portugal", "website": "",
        "employees": 1200, "status": "", "segment_current": "steady", "segment_target": "strategic",
        "owner": {"id": str(world.alice.pk), "name": "Alice Alvarez"}, "former": False, "is_key": False,
    }  # fmt: skip
    path = f"/accounts/{account['id']}"
    assert callers.olga.get(path).data == account
    changed = callers.olga.patch(path, {"employees": None, "former": True, "segment_target": None})
    assert (changed.data["employees"], changed.data["former"], changed.data["segment_target"]) == (None, True, None)
    assert callers.olga.delete(path).status_code == 204
    assert callers.olga.get(path).status_code == 404


def test_each_person_meets_accounts_by_her_rights(callers: Callers) -> None:
    account = callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    path = f"/accounts/{account['id']}"
    assert account["owner"]["name"] == "Alice Alvarez"
    assert [getattr(callers, who).get(path).status_code for who in ("olga", "mona", "alice", "vera")] == [200, 200, 200, 200]
    assert [getattr(callers, who).get(path).status_code for who in ("bob", "gus", "charlie", "nobody")] == [404, 404, 404, 401]
    assert [getattr(callers, who).get("/accounts").data["total"] for who in ("olga", "mona", "alice", "bob", "vera", "gus")] == [
        1, 1, 1, 0, 1, 0,
    ]  # fmt: skip
    refused = callers.vera.patch(path, {"name": "Stolen"})
    assert (refused.status_code, refused.data["code"], refused.data["action"]) == (403, "not_allowed", "account.edit")
    assert callers.bob.patch(path, {"name": "Stolen"}).status_code == 404
    assert callers.alice.delete(path).status_code == 403
    assert callers.vera.post("/accounts", {"name": "Brasilux"}).status_code == 403
    assert callers.charlie.get("/accounts").data == {"items": [], "next": None, "total": 0}
    assert callers.alice.get(path).data["name"] == "Aurelia Foods"


def test_a_parent_is_named_by_id_external_id_or_name(callers: Callers, faults: Faults) -> None:
    top = callers.olga.made("/accounts", {"name": "Aurelia Group", "external_id": "G"})
    for number, way in enumerate(
        (top["id"], {"id": top["id"]}, {"id": top["id"], "name": "x"}, {"external_id": "G"}, {"name": "Aurelia Group"})
    ):
        made = callers.olga.made("/accounts", {"name": f"Aurelia {number}", "parent": way})
        assert made["parent"] == {"id": top["id"], "name": "Aurelia Group"}
    callers.olga.made("/accounts", {"name": "Aurelia Group"})
    say = lambda parent: faults(callers.olga.post("/accounts", {"name": "Lost", "parent": parent}))  # noqa: E731
    assert say({"name": "Aurelia Group"}) == [("/parent", "ambiguous")]
    assert say({"name": "Nowhere"}) == [("/parent", "not_found")]
    assert say("Aurelia Group") == [("/parent", "not_an_id")]
    assert say({"nom": "Aurelia Group"}) == [("/parent", "reference_malformed")]
    assert say(["Aurelia Group"]) == [("/parent", "reference_malformed")]


def test_an_account_one_may_not_see_cannot_be_named(callers: Callers, faults: Faults) -> None:
    hidden = callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    stranger = callers.charlie.made("/accounts", {"name": "Contoso Client"})
    for key in (hidden["id"], stranger["id"]):
        assert faults(callers.bob.post("/accounts", {"name": "Below", "parent": key})) == [("/parent", "not_found")]


def test_a_circle_of_parents_is_refused_with_its_path(callers: Callers, faults: Faults) -> None:
    top = callers.olga.made("/accounts", {"name": "Aurelia Group"})
    below = callers.olga.made("/accounts", {"name": "Aurelia Foods", "parent": top["id"]})
    refused = callers.olga.patch(f"/accounts/{top['id']}", {"parent": below["id"]})
    assert faults(refused) == [("/parent", "account_cycle")]
    assert "Aurelia Group > Aurelia Foods > Aurelia Group" in refused.data["errors"][0]["message"]


def test_every_wrong_field_is_named_at_once(callers: Callers, faults: Faults) -> None:
    body = {
        "employees": "many",
        "former": "yes",
        "segment_target": "dormant",
        "nmae": "Aurelia",
        "id": "1",
        "industry": "x" * 101,
    }
    assert faults(callers.olga.post("/accounts", body)) == [
        ("/employees", "not_a_number"), ("/former", "not_a_truth"), ("/segment_target", "unknown_value"),
        ("/nmae", "unknown_field"),
        ("/id", "read_only"), ("/industry", "too_long"), ("/name", "required"),
    ]  # fmt: skip


def test_the_external_id_of_a_merged_account_means_the_kept_one_until_another_has_it(
    callers: Callers, world: World, faults: Faults
) -> None:
    with world.inside():
        kept = account("Aurelia Foods", external_id="A-1", owner=world.alice)
        merge_accounts(keep=kept, lose=account("Aurelia SA", external_id="A-2", owner=world.alice), viewer=world.olga)
    deal = callers.alice.made("/deals", {"name": "Pumps", "account": {"external_id": "A-2"}})
    assert deal["account"]["id"] == str(kept.pk)
    assert callers.olga.get("/deals?account.external_id=A-2").data["total"] == 1
    assert callers.olga.get(f"/accounts/{kept.pk}").data["external_id"] == "A-1"
    for stranger in (callers.bob, callers.charlie):
        refused = stranger.post("/deals", {"name": "Pumps", "account": {"external_id": "A-2"}})
        assert faults(refused) == [("/account", "not_found")]
    new = callers.olga.made("/accounts", {"name": "Nova", "external_id": "A-2"})
    assert callers.olga.made("/deals", {"name": "Seals", "account": {"external_id": "A-2"}})["account"]["id"] == new["id"]


def test_an_external_id_is_there_once(callers: Callers, faults: Faults) -> None:
    callers.olga.made("/accounts", {"name": "Aurelia Foods", "external_id": "A-1"})
    assert faults(callers.olga.post("/accounts", {"name": "Brasilux", "external_id": "A-1"})) == [("/external_id", "taken")]
    assert callers.charlie.made("/accounts", {"name": "Elsewhere", "external_id": "A-1"})["external_id"] == "A-1"


def test_the_team_of_an_account_sees_it(callers: Callers) -> None:
    account = callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    team = f"/accounts/{account['id']}/team"
    joined = callers.alice.made(team, {"member": {"name": "Bob Brown"}, "function": "Support"})
    assert callers.bob.get(f"/accounts/{account['id']}").status_code == 200
    assert [(one["member"]["name"], one["function"]) for one in callers.bob.get(team).data["items"]] == [("Bob Brown", "Support")]
    assert callers.charlie.get(team).status_code == 404
    assert callers.alice.delete(f"{team}/{joined['id']}").status_code == 204
    assert callers.bob.get(f"/accounts/{account['id']}").status_code == 404


def test_contacts_report_to_one_another_but_not_in_a_circle(callers: Callers, faults: Faults) -> None:
    account = callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    ines = callers.alice.made(
        "/contacts", {"first_name": "Inês", "last_name": "Prado", "account": account["id"], "email": "ines@aurelia.example"}
    )
    joao = callers.alice.made(
        "/contacts", {"first_name": "João", "account": {"name": "Aurelia Foods"}, "reports_to": {"name": "Inês Prado"}}
    )
    assert joao["reports_to"] == {"id": ines["id"], "name": "Inês Prado"}
    refused = callers.alice.patch(f"/contacts/{ines['id']}", {"reports_to": joao["id"]})
    assert faults(refused) == [("/reports_to", "contact_cycle")]
    assert faults(callers.alice.post("/contacts", {"account": account["id"]})) == [("/last_name", "required")]
    assert callers.bob.get(f"/contacts/{ines['id']}").status_code == 404
    assert callers.bob.post("/contacts", {"last_name": "Nobody"}).status_code == 403
    assert [one["first_name"] for one in callers.alice.get("/contacts?order=-first_name").data["items"]] == ["João", "Inês"]
    assert callers.alice.delete(f"/contacts/{joao['id']}").status_code == 204
