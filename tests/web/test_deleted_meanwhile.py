"""Pages whose object somebody else deletes between two of their questions: it is there or it is not, and nothing breaks."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Account, Deal, Plan
from keystead.domain.accounts.editing import delete_account
from keystead.domain.deals.editing import create_deal, delete_deal
from keystead.domain.plans.editing import create_plan, delete_plan
from tests.support.races import before_each_question
from tests.support.world import World, account, build_world
from tests.web.grid.lists import TODAY, as_

HOME = "/w/northwind/"
PERIOD = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "target": Decimal(1000)}


@dataclass
class Scene:
    world: World
    lonely: Account
    deal: Deal
    plan: Plan


def _lonely(scene: Scene) -> None:
    delete_account(account=scene.lonely, viewer=scene.world.olga)


def _deal(scene: Scene) -> None:
    delete_deal(deal=scene.deal, viewer=scene.world.olga)


def _deals(scene: Scene) -> None:
    for deal in Deal.objects.all():
        delete_deal(deal=deal, viewer=scene.world.olga)


def _plan(scene: Scene) -> None:
    delete_plan(plan=scene.plan, viewer=scene.world.olga)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "goes", "allowed"),
    [
        (lambda scene: f"accounts/{scene.lonely.pk}/", _lonely, {200, 404}),
        (lambda _scene: "deals/?group=owner", _deals, {200}),
        (lambda scene: f"plans/{scene.plan.pk}/revenue/", _deal, {200}),
        (lambda scene: f"plans/{scene.plan.pk}/figures/pipeline/", _deal, {200}),
        (lambda scene: f"deals/{scene.deal.pk}/edit/", _deal, {200, 404}),
        (lambda scene: f"plans/{scene.plan.pk}/deletion/", _plan, {200, 404}),
    ],
)
def test_what_goes_while_a_page_is_made(
    address: Callable[[Scene], str], goes: Callable[[Scene], None], allowed: set[int]
) -> None:
    world = build_world()
    client, numbers, found = as_(world.alice), itertools.count(), []

    def make() -> Scene:
        with world.inside():
            number = next(numbers)
            lonely, held = (account(f"{name} {number}", owner=world.alice) for name in ("Bolt", "Aurelia"))
            fields = {"name": "Cold rooms", "account": held, "amount": Decimal(500), "currency": "EUR", "owner": world.alice}
            deal = create_deal(viewer=world.olga, fields={**fields, "close_date": date(2026, 5, 1)})
            return Scene(world, lonely, deal, create_plan(viewer=world.alice, today=TODAY, fields={"account": held, **PERIOD}))

    def other(scene: Scene) -> None:
        with world.inside():
            goes(scene)

    for _scene in before_each_question(make, lambda scene: found.append(client.get(HOME + address(scene)).status_code), other):
        pass
    assert set(found) == allowed
