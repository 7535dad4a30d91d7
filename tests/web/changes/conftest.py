"""A plan with everything in it, and an exchange rate, for forms over each of them."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Rate
from tests.domain.undoing.scene import Scene
from tests.support.world import World


@pytest.fixture
def scene(world: World) -> Scene:
    with world.inside():
        scene = Scene(world)
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 1), rate=Decimal("0.9"), source="ECB")
        return scene
