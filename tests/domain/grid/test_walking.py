"""A long list in the order of what its rows refer to is read from there, and is the same list."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.data.deals.models import Unlinked
from keystead.data.models import Deal, Member, Product, Stage
from tests.domain.grid.scene import deals, names
from tests.domain.plans.scenes import taken_away_after
from tests.support.examples import examples
from tests.support.world import World, account

CALLED = ("Aurelia", "aurelia", "AURELIA", "Brasilux", "Cordoba", "Élan", "Zephyr")
REASONS = ("", *Unlinked.values, "")[:7]
REFERRED = st.lists(st.tuples(st.none() | st.integers(0, 6), st.none() | st.integers(0, 6)), min_size=6, max_size=40)
ORDERS = [
    "owner", "-owner", "account", "-account", "-owner,name", "account,-name", "-account,owner", "stage", "-stage", "status",
    "-status", "unlinked", "-unlinked", "product", "-product",
]  # fmt: skip


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Of every list it is thought that it is long."""
    monkeypatch.setattr("keystead.domain.grid.rows.SORTED_AT_ONCE", 2)
    return monkeypatch


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    referred=REFERRED,
    size=st.integers(1, 7),
    order=st.sampled_from(ORDERS),
    most=st.sampled_from([1, 3, 512]),
    more=st.booleans(),
    few=st.sampled_from([0, 2, 8]),
)
def test_what_is_walked_is_the_list(
    world: World, long: pytest.MonkeyPatch, referred: Any, size: int, order: str, most: int, more: bool, few: int
) -> None:
    long.setattr("keystead.domain.grid.walking.MOST_WALKED", most)
    long.setattr("keystead.domain.grid.walking.FEW", few)
    with world.inside(), taken_away_after():
        people = Member.objects.bulk_create(Member(name=name, role="viewer") for name in CALLED)
        places, stages = [account(name) for name in CALLED], list(Stage.objects.all())
        goods = Product.objects.bulk_create(Product(name=name) for name in CALLED)
        Deal.objects.bulk_create(
            Deal(name=f"Deal {at}", owner=None if who is None else people[who], account=None if where is None else places[where],
                 stage=None if who is None else stages[who % len(stages)], product=None if where is None else goods[where],
                 unlinked_reason=REASONS[who or 0], currency="EUR", status=("won", "open", "lost")[at % 3])
            for at, (who, where) in enumerate(referred)
        )  # fmt: skip
        query = f"order={order}" + ("&status=won" if more else "")
        whole = [record.name for record in deals(query, world.olga).in_order()]
        assert names(deals(query, world.olga), size) == whole


@pytest.mark.parametrize("order", ["owner", "owner,-name"])
def test_the_first_of_many_owners_are_sorted_alone(world: World, long: pytest.MonkeyPatch, order: str) -> None:
    with world.inside():
        Deal.objects.bulk_create(
            Deal(name=f"Deal {at}", owner=(world.alice, world.bob, world.mona)[at % 3], currency="EUR") for at in range(30)
        )
        with CaptureQueriesContext(connection) as asked:
            page, _cursor = deals(f"order={order}", world.olga).page(limit=4)
    assert [record.owner for record in page] == [world.alice] * 4
    assert any(world.alice.pk.hex in one["sql"] for one in asked)
    assert not any(world.mona.pk.hex in one["sql"] for one in asked)


def test_pages_go_on_in_the_middle_of_what_an_owner_has_and_over_its_end(world: World, long: pytest.MonkeyPatch) -> None:
    with world.inside():
        namesake = Member.objects.create(name=world.alice.name, role="viewer")
        owners = (world.alice, world.bob, world.mona, namesake)
        Deal.objects.bulk_create(
            Deal(name=f"Deal {at}", owner=owners[at % 4], status=("won", "open", "lost")[at % 3], currency="EUR")
            for at in range(40)
        )
        for order in ("owner", "-owner", "status", "-status"):
            whole = [record.name for record in deals(f"order={order}", world.olga).in_order()]
            assert names(deals(f"order={order}", world.olga), 4) == whole


@pytest.mark.parametrize("after", ["[", "[null]", "[1, 2]", '["\\u0000", "x"]', '["\\ud800", "x"]', '[["a"], "b"]', "7"])
def test_a_cursor_that_is_none_starts_from_the_top(world: World, long: pytest.MonkeyPatch, after: str) -> None:
    with world.inside():
        Deal.objects.bulk_create(Deal(name=f"Deal {at}", owner=world.alice, currency="EUR") for at in range(5))
        page, _cursor = deals("order=owner", world.olga).page(after, limit=2)
    assert len(page) == 2


def test_an_account_manager_s_list_by_account_tells_no_order_of_what_she_does_not_see(
    world: World, long: pytest.MonkeyPatch
) -> None:
    with world.inside():
        hidden, own = account("Aardvark", owner=world.bob), account("Zephyr", owner=world.alice)
        Deal.objects.bulk_create(
            Deal(name=f"Deal {at}", account=(hidden, own)[at % 2], owner=world.alice, currency="EUR") for at in range(8)
        )
        whole = [record.name for record in deals("order=account", world.alice).in_order()]
        assert names(deals("order=account", world.alice), 3) == whole
