"""An account with two deals, of one who may change them."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Account
from keystead.domain.deals.editing import create_deal
from tests.support.world import World, account


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice, industry="Food", country="Spain", employees=1200)
        for name, amount in (("Cold-chain renewal", "100"), ("Fleet", "2500000")):
            fields = {"name": name, "account": made, "amount": Decimal(amount), "close_date": date(2026, 3, 1)}
            create_deal(viewer=world.alice, fields=fields)
    return made
