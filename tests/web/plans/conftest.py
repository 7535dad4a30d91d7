"""A plan of Alice's at Aurelia Foods with a little of everything, and the four people who ask for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keystead.base import clock
from keystead.data.models import Action, Measure, Objective, Plan, SwotItem
from keystead.domain.deals.editing import create_deal
from keystead.domain.plans.editing import create_plan
from keystead.domain.plans.items import read_measure, save_action, save_measure, save_objective, save_swot_item
from tests.support.world import World, account

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = AT.date()


@dataclass
class Desk:
    """`url("detail")` is the address of a page of the plan; `clients` are signed in, but for nobody's."""

    world: World
    plan: Plan
    objective: Objective
    measure: Measure
    action: Action
    item: SwotItem
    clients: dict[str, Client] = field(default_factory=dict)

    def url(self, name: str, *more: Any) -> str:
        return reverse(f"plans:{name}", args=["northwind", self.plan.pk, *more])

    def as_(self, name: str) -> Client:
        if name not in self.clients:
            client = Client()
            if name != "nobody":
                client.force_login(getattr(self.world, name).user)
            self.clients[name] = client
        return self.clients[name]

    @property
    def alice(self) -> Client:
        return self.as_("alice")

    def fragment(self, method: str, url: str, data: Any = None) -> Any:
        """As htmx asks, for Alice."""
        return getattr(self.alice, method)(url, data or {}, headers={"HX-Request": "true"})

    def deal(self, name: str, amount: str, **fields: Any) -> Any:
        values = {"name": name, "account": self.plan.account, "amount": Decimal(amount), "currency": "EUR", "status": "won"}
        with self.world.inside():
            return create_deal(viewer=self.world.olga, fields={**values, "close_date": date(2026, 3, 1), **fields})


@pytest.fixture
def today() -> Iterator[date]:
    with clock.frozen(AT):
        yield TODAY


@pytest.fixture
def desk(world: World, today: date) -> Desk:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        fields = {"account": aurelia, "name": "Key account plan 2026", "target": Decimal(1000)}
        plan = create_plan(viewer=world.alice, fields=fields, today=today)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Win all of Iberia"})
        nps = save_measure(
            objective=objective, viewer=world.alice, fields={"name": "NPS", "baseline": Decimal(31), "target": Decimal(45)}
        )
        read_measure(measure=nps, viewer=world.alice, on=today, value=Decimal(38))
        action = save_action(plan=plan, viewer=world.alice, fields={"title": "Site audit", "due_date": today, "percent_done": 40})
        item = save_swot_item(plan=plan, viewer=world.alice, fields={"quadrant": "threat", "text": "Nordfrost locks prices"})
    return Desk(world, plan, objective, nps, action, item)
