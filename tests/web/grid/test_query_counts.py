"""How many statements each main page asks, however many rows it shows. Whoever raises a number says why."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keystead.data.models import Account, Deal, Plan
from tests.support.world import World, account

MOST = {
    "": 17, "accounts/": 15, "deals/": 19, "plans/": 18, "portfolio/": 16, "accounts/{account}/": 19, "plans/{plan}/": 17,
}  # fmt: skip
PERIOD: dict[str, Any] = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR"}


def put(name: str, world: World) -> tuple[Account, Plan]:
    at = account(name, owner=world.alice)
    Deal.objects.create(name=f"{name} renewal", account=at, amount=Decimal(10), currency="EUR", owner=world.alice)
    return at, Plan.objects.create(account=at, name="2026", target=Decimal(9), owner=world.alice, **PERIOD)


def test_the_main_pages_ask_no_more_statements(world: World) -> None:
    with world.inside():
        at, plan = put("Aurelia Foods", world)
        for name in ("Brasilux Energia", "Condax"):
            put(name, world)
    client, found = Client(), {}
    client.force_login(world.olga.user)
    for path in MOST:
        address = f"/w/northwind/{path.format(account=at.pk, plan=plan.pk)}"
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        found[path] = len(asked)
    assert {path: count for path, count in found.items() if count > MOST[path]} == {}, found
