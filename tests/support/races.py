"""What somebody else does in the middle of a change."""

from typing import Any

import pytest
from django.db import models

from keystead.data.models import Deal
from keystead.domain.deals import editing
from tests.support.product import committed
from tests.support.world import World


def deleted_while_a_deal_is_saved(record: models.Model, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on another connection once the deal is written and before that is committed; for tests with real transactions."""
    linked = editing._link

    def goes() -> None:
        with world.inside():
            type(record)._base_manager.filter(pk=record.pk).delete()

    def link(deal: Deal) -> Any:
        committed(goes)
        return linked(deal)

    monkeypatch.setattr(editing, "_link", link)
