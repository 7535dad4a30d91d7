"""ETags, stale writes, and repeats."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from keystead.data.models import Account, IdempotentAnswer
from tests.api.conftest import Caller, Callers, token_of
from tests.support.world import World, build_world

Faults = Callable[[Any], list[tuple[str, str]]]


def test_what_one_has_already_is_not_sent_again(callers: Callers) -> None:
    account = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path, tag = f"/accounts/{account.data['id']}", account.headers["ETag"]
    assert callers.olga.get(path).headers["ETag"] == tag
    again = callers.olga.get(path, **{"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    callers.olga.patch(path, {"industry": "Food"})
    assert callers.olga.get(path, **{"If-None-Match": tag}).status_code == 200


def test_a_new_name_beside_a_record_changes_what_is_shown_but_not_its_version(callers: Callers) -> None:
    account = callers.olga.made("/accounts", {"name": "Aurelia Foods"})
    deal = callers.olga.post("/deals", {"name": "Pallets", "account": account["id"]})
    path, tag = f"/deals/{deal.data['id']}", deal.headers["ETag"]
    callers.olga.patch(f"/accounts/{account['id']}", {"name": "Aurelia"})
    assert callers.olga.get(path, **{"If-None-Match": tag}).data["account"]["name"] == "Aurelia"
    assert callers.olga.patch(path, {"name": "Boxes"}, **{"If-Match": tag}).status_code == 200


def test_a_stale_write_is_refused_and_changes_nothing(callers: Callers) -> None:
    made = callers.olga.post("/accounts", {"name": "Aurelia Foods"})
    path, old = f"/accounts/{made.data['id']}", made.headers["ETag"]
    changed = callers.olga.patch(path, {"industry": "Food"}, **{"If-Match": old})
    assert changed.status_code == 200
    for refused in (
        callers.olga.patch(path, {"industry": "Steel"}, **{"If-Match": old}),
        callers.olga.delete(path, **{"If-Match": old}),
    ):
        assert (refused.status_code, refused.data["code"], refused.data["current_version"]) == (412, "stale", 2)
        assert refused.headers["Content-Type"] == "application/problem+json"
    assert callers.olga.patch(path, {"industry": "Steel"}, **{"If-Match": "nonsense"}).status_code == 412
    assert callers.olga.get(path).data["industry"] == "Food"
    assert callers.olga.patch(path, {"country": "PT"}, **{"If-Match": f"{old}, W/{changed.headers['ETag']}"}).status_code == 200
    assert callers.olga.patch(path, {"country": "ES"}, **{"If-Match": "*"}).status_code == 200
    assert callers.olga.patch(path, {"country": "FR"}).status_code == 200
    assert callers.olga.delete(path, **{"If-Match": callers.olga.get(path).headers["ETag"]}).status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        ("/contacts", {"last_name": "Prado"}, {"title": "CFO"}),
        ("/products", {"name": "GTX"}, {"name": "GTX Pro"}),
        ("/deals", {"name": "Pallets"}, {"name": "Boxes"}),
        ("/orders", {"number": "1", "order_date": "2026-01-01", "amount": {"amount": 1, "currency": "EUR"}}, {"number": "2"}),
        ("/members", {"name": "Nadia Novak"}, {"region": "East"}),
        ("/rates", {"base": "USD", "quote": "EUR", "date": "2026-01-01", "rate": 1}, {"rate": 2}),
        ("/plans", {"account": {"name": "Aurelia Foods"}}, {"status": "submitted"}),
    ],
)
def test_every_resource_refuses_stale_writes(callers: Callers, path: str, body: Any, change: Any) -> None:
    callers.olga.made("/accounts", {"name": "Aurelia Foods"})
    made = callers.olga.post(path, body)
    address, old = f"{path}/{made.data['id']}", {"If-Match": made.headers["ETag"]}
    assert callers.olga.patch(address, change, **old).status_code == 200
    assert callers.olga.patch(address, change, **old).status_code == 412
    assert callers.olga.delete(address, **old).status_code == 412
    assert callers.olga.get(address).status_code == 200
    assert callers.olga.delete(address).status_code == 204


def test_a_repeat_gets_the_same_answer_and_makes_nothing(callers: Callers, faults: Faults) -> None:
    key = {"Idempotency-Key": "order 17"}
    first = callers.olga.post("/accounts", {"name": "Aurelia Foods"}, **key)
    again = callers.olga.post("/accounts", {"name": "Aurelia Foods"}, **key)
    assert (again.status_code, again.content) == (201, first.content)
    assert [again.headers[name] for name in ("Location", "ETag")] == [first.headers[name] for name in ("Location", "ETag")]
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert callers.olga.get("/accounts").data["total"] == 1
    assert faults(callers.olga.post("/accounts", {"name": "Brasilux"}, **key)) == [("Idempotency-Key", "idempotency_key_reused")]
    assert faults(callers.olga.post("/contacts", {"name": "Aurelia Foods"}, **key)) == [
        ("Idempotency-Key", "idempotency_key_reused")
    ]
    assert callers.mona.post("/accounts", {"name": "Brasilux"}, **key).status_code == 201


def test_a_refused_request_may_be_mended_under_the_same_key(callers: Callers, faults: Faults) -> None:
    key = {"Idempotency-Key": "k"}
    assert faults(callers.olga.post("/accounts", {}, **key)) == [("/name", "required")]
    assert callers.olga.post("/accounts", {"name": "Aurelia Foods"}, **key).status_code == 201
    assert faults(callers.olga.post("/accounts", {"name": "x"}, **{"Idempotency-Key": "k" * 256})) == [
        ("Idempotency-Key", "bad_idempotency_key")
    ]


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_repeats_make_one() -> None:
    world: World = build_world()
    token, answers, start = token_of(world.olga), [], threading.Barrier(4)

    def send() -> None:
        caller = Caller(token)
        start.wait()
        response = caller.post("/accounts", {"name": "Aurelia Foods"}, **{"Idempotency-Key": "once"})
        answers.append((response.status_code, json.loads(response.content)["id"]))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    with world.inside():
        assert (Account.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)
