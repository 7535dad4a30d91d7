"""Undo and conflicts as a client meets them: a header names the change, a 412 tells each field's three values."""

from typing import Any

from keystead.data.models import Account
from tests.api.conftest import Callers
from tests.support.world import World


def undo(caller: Any, change: str) -> Any:
    return caller.call("POST", f"/changes/{change}/undo")


def test_each_write_names_its_change_and_can_be_taken_back_and_done_again(callers: Callers) -> None:
    made = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path = f"/accounts/{made.data['id']}"
    changed = callers.olga.patch(path, {"industry": "Food"})
    deleted = callers.olga.delete(path)
    back = undo(callers.olga, deleted.headers["Keystead-Change"])
    assert (back.status_code, back.data["records"], back.data["is_redo"]) == (200, 1, False)
    assert callers.olga.get(path).data["industry"] == "Food"
    again = undo(callers.olga, back.headers["Keystead-Change"])
    assert (again.status_code, again.data["is_redo"]) == (200, True)
    assert callers.olga.get(path).status_code == 404
    undo(callers.olga, again.headers["Keystead-Change"])
    assert undo(callers.olga, changed.headers["Keystead-Change"]).status_code == 200
    assert callers.olga.get(path).data["industry"] == ""


def test_reading_and_writing_what_stands_there_already_name_no_change(callers: Callers) -> None:
    made = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path = f"/accounts/{made.data['id']}"
    assert "Keystead-Change" not in callers.olga.get(path).headers
    assert "Keystead-Change" not in callers.olga.patch(path, {"name": "Aurelia Foods"}).headers
    assert "Keystead-Change" not in callers.olga.patch(path, {"employees": -1}).headers


def test_a_repeat_names_the_change_that_was_made_first(callers: Callers) -> None:
    key = {"Idempotency-Key": "one"}
    first = callers.olga.post("/accounts", {"name": "Aurelia Foods"}, **key)
    again = callers.olga.post("/accounts", {"name": "Aurelia Foods"}, **key)
    assert again.headers["Keystead-Change"] == first.headers["Keystead-Change"]


def test_what_is_in_the_way_is_told_and_rights_hold(callers: Callers) -> None:
    made = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path = f"/accounts/{made.data['id']}"
    change = callers.olga.patch(path, {"industry": "Food"}).headers["Keystead-Change"]
    assert undo(callers.charlie, change).status_code == 404
    assert undo(callers.bob, change).status_code == 404
    assert undo(callers.vera, change).status_code == 403
    assert undo(callers.nobody, change).status_code == 401
    assert undo(callers.olga, "no-uuid").status_code == 404
    callers.olga.patch(path, {"industry": "Steel"})
    refused = undo(callers.olga, change)
    assert (refused.status_code, refused.data["code"]) == (409, "changed_since")
    assert refused.data["errors"][0]["code"] == "changed"
    assert refused.data["detail"].startswith("Aurelia Foods: Olga Owner has changed “industry” since (")
    assert callers.olga.get(path).data["industry"] == "Steel"


def test_a_stale_change_tells_what_it_was_what_it_is_and_what_was_sent(callers: Callers, world: World) -> None:
    with world.inside():
        parent = Account.objects.create(name="Aurelia Group", owner=world.mona)
    made = callers.olga.post("/deals", {"name": "Pallets", "amount": {"amount": "100.00", "currency": "EUR"}})
    path, old = f"/deals/{made.data['id']}", made.headers["ETag"]
    other = {"amount": {"amount": "200.00", "currency": "EUR"}, "account": str(parent.pk), "lost_reason": "price"}
    assert callers.olga.patch(path, other).status_code == 200
    refused = callers.olga.patch(path, {"amount": {"amount": "300", "currency": "EUR"}, "name": "Boxes"}, **{"If-Match": old})
    assert (refused.status_code, refused.data["code"]) == (412, "stale")
    told = {each.pop("field"): each for each in refused.data["conflicts"]}
    assert set(told) == {"amount", "account", "lost_reason"}
    assert told["amount"]["base"] == {"amount": "100.00", "currency": "EUR"}
    assert told["amount"]["theirs"] == {"amount": "200.00", "currency": "EUR"}
    assert told["amount"]["mine"] == {"amount": "300", "currency": "EUR"}
    assert (told["account"]["base"], told["account"]["theirs"]["name"]) == (None, "Aurelia Group")
    assert "mine" not in told["account"]
    assert {each["by"] for each in told.values()} == {"Olga Owner"}
    assert all(each["at"].endswith("Z") for each in told.values())
    assert [(each["pointer"], each["code"]) for each in refused.data["errors"]] == [("/amount", "changed_meanwhile")]


def test_a_stale_deletion_tells_what_has_changed(callers: Callers) -> None:
    made = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path, old = f"/accounts/{made.data['id']}", {"If-Match": made.headers["ETag"]}
    callers.olga.patch(path, {"industry": "Food"})
    refused = callers.olga.delete(path, **old)
    assert [(each["field"], each["base"], each["theirs"]) for each in refused.data["conflicts"]] == [("industry", "", "Food")]
    assert callers.olga.patch(path, {"industry": "x"}, **{"If-Match": '"99999999999999999999-x"'}).data["conflicts"] == []


def test_a_plan_that_was_changed_and_archived_in_one_request_comes_back_at_once(callers: Callers) -> None:
    account = callers.olga.post("/accounts", {"name": "Aurelia Foods"}).data["id"]
    path = f"/plans/{callers.olga.post('/plans', {'account': account, 'name': 'Growth'}).data['id']}"
    earlier = callers.olga.patch(path, {"summary": "First words"}).headers["Keystead-Change"]
    change = callers.olga.patch(path, {"name": "Growth, done", "status": "archived"}).headers["Keystead-Change"]
    assert (undo(callers.olga, earlier).status_code, callers.olga.get(path).data["summary"]) == (409, "First words")
    back = undo(callers.olga, change)
    assert back.status_code == 200
    assert [callers.olga.get(path).data[name] for name in ("name", "status")] == ["Growth", "draft"]
    again = undo(callers.olga, back.headers["Keystead-Change"])
    assert again.status_code == 200
    assert [callers.olga.get(path).data[name] for name in ("name", "status")] == ["Growth, done", "archived"]
    undo(callers.olga, again.headers["Keystead-Change"])
    callers.olga.patch(path, {"status": "archived"})
    reopened = callers.olga.patch(path, {"name": "Again", "status": "draft"})
    callers.olga.patch(path, {"status": "archived"})
    assert undo(callers.olga, reopened.headers["Keystead-Change"]).data["code"] == "changed_since"
