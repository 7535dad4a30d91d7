"""What somebody else does in the middle of a change."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection, models

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


def before_each_question[T](make: Callable[[], T], act: Callable[[T], Any], other: Callable[[T], Any]) -> Iterator[T]:
    """What `make` made, after `other` was done to it whole, on another connection, before the nth question that `act` asks: for
    each n until it asks no more. Where the other would wait for it, nothing is done. For tests with real transactions."""
    for number in itertools.count():
        made = make()
        asked = 0

        def goes(made: T = made) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            with suppress(OperationalError):
                other(made)

        def between(execute: Any, sql: str, *given: Any, at: int = number, goes: Callable[[], None] = goes) -> Any:
            nonlocal asked
            asked += 1
            if asked == at + 1:
                committed(goes)
            return execute(sql, *given)

        with connection.execute_wrapper(between):
            act(made)
        yield made
        if asked <= number:
            return
