"""What the database says on the channel: once for each statement, keys only, and nothing of another kind than was changed."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection

from keystead.base.scope import open_scope
from keystead.data.models import Account, Deal, Rate, User
from keystead.domain.live.notices import CHANNEL
from tests.support.world import World, account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ear(transactional_db: None) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        yield ear


def told(ear: "psycopg.Connection[Any]") -> list[dict[str, Any]]:
    return [json.loads(notice.payload) for notice in ear.notifies(timeout=0.5)]


def test_each_statement_is_told_once_and_only_by_keys(world: World, ear: "psycopg.Connection[Any]") -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        told(ear)
        deal = Deal.objects.create(name="Cold rooms", account=aurelia, amount=Decimal(987_654), currency="EUR", owner=world.bob)
        [notice] = told(ear)
        assert notice == {
            "w": str(world.northwind.pk), "k": "deal", "i": [str(deal.pk)], "a": [str(aurelia.pk)], "o": [str(world.bob.pk)],
        }  # fmt: skip

        Deal.objects.filter(pk=deal.pk).update(owner=world.alice)  # both hear of it
        assert sorted(told(ear)[0]["o"]) == sorted([str(world.alice.pk), str(world.bob.pk)])

        Deal.objects.bulk_create(Deal(name=f"Deal {n}", account=aurelia, currency="EUR") for n in range(41))
        assert told(ear) == [{"w": str(world.northwind.pk), "k": "deal", "many": True, "o": [str(world.alice.pk)]}]

        Rate.objects.create(base="USD", quote="EUR", date="2026-01-01", rate=Decimal("0.9"))
        assert told(ear) == [{"w": str(world.northwind.pk), "k": "rate"}]

        with open_scope(workspace_id=world.northwind.pk, page="a1b2"):
            Account.objects.filter(pk=aurelia.pk).update(industry="Food")
        assert told(ear)[0]["g"] == "a1b2"

        Deal.objects.filter(name="there is none").update(name="?")
        assert told(ear) == []

    assert world.alice.user
    User.objects.filter(pk=world.alice.user.pk).update(theme="dark")
    assert told(ear) == []
    User.objects.filter(pk=world.alice.user.pk).update(is_active=False)
    assert told(ear) == [{"k": "login"}]
