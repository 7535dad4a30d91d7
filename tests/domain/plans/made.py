"""Plans, deals and orders for the tests of this room: Aurelia Foods, its year 2026, in euros."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from keystead.data.models import Deal, Order, Plan
from keystead.domain.deals.editing import create_deal, create_order
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = AT.date()


def plan_for(world: World, name: str = "Aurelia Foods", **fields: Any) -> Plan:
    owner = account(name, owner=world.alice)
    given = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR", "target": Decimal(1000)}
    return create_plan(viewer=world.alice, fields={"account": owner, **given, **fields}, today=TODAY)


def deal(world: World, at: Any, amount: str | None, currency: str = "EUR", day: date = date(2026, 3, 1), **fields: Any) -> Deal:
    values = {
        "name": "Cold-chain renewal",
        "account": at,
        "amount": Decimal(amount) if amount else None,
        "currency": currency,
        "close_date": day,
        "status": "won",
        **fields,
    }
    return create_deal(viewer=world.olga, fields=values)


def order(world: World, at: Any, amount: str, kind: str = "order", day: date = date(2026, 3, 1), **fields: Any) -> Order:
    values = {"number": f"{kind} 1", "account": at, "amount": Decimal(amount), "currency": "EUR", "order_date": day, "kind": kind}
    return create_order(viewer=world.olga, fields=values | fields)
