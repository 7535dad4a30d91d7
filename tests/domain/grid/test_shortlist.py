"""A long list in the order of converted amounts is found without converting all of it, and is the same list."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keystead.data.models import Deal, Rate
from keystead.domain.grid.rates import Rates, bounds
from keystead.domain.grid.shortlist import TIMES, Shortlist
from tests.domain.grid.scene import TODAY, accounts, deals, names
from tests.domain.plans.scenes import taken_away_after
from tests.support.examples import examples
from tests.support.world import World, account

CODES = ("EUR", "USD", "BRL", "CHF", "ARS")  # ARS has no rate, CHF only through USD
DAYS = st.none() | st.integers(-40, 40).map(lambda days: TODAY + timedelta(days))
RATES = st.lists(
    st.tuples(
        st.sampled_from([("USD", "EUR")] * 6 + [("EUR", "USD"), ("BRL", "EUR"), ("EUR", "BRL"), ("CHF", "USD")]),
        st.integers(-30, 20),
        st.decimals("0.0001", "30", places=6),
    ),
    max_size=12, unique_by=lambda each: each[:2],
)  # fmt: skip
AMOUNTS = st.none() | st.decimals("-900", "900", places=2) | st.sampled_from([Decimal(10), Decimal(0)])
DEALS = st.lists(st.tuples(AMOUNTS, st.sampled_from(CODES + ("USD",) * 6), DAYS), min_size=12, max_size=40)
slowly = settings(
    max_examples=examples(4), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def put(rates: list[Any], found: list[Any]) -> None:
    Rate.objects.bulk_create(
        Rate(base=base, quote=quote, date=TODAY + timedelta(days), rate=rate) for (base, quote), days, rate in rates
    )
    Deal.objects.bulk_create(
        Deal(name=f"Deal {at}", amount=amount, currency=currency, close_date=day)
        for at, (amount, currency, day) in enumerate(found)
    )


@slowly
@given(rates=RATES, found=DEALS, size=st.integers(2, 6), order=st.sampled_from(["amount", "-amount", "-amount,-close_date"]))
def test_the_shortlist_is_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch, rates: Any, found: Any, size: int, order: str
) -> None:
    for name, value in (("shortlist.FIRST", 1), ("shortlist.TIMES", 2), ("rates.FEW", 0), ("rows.SORTED_AT_ONCE", 2)):
        monkeypatch.setattr(f"keystead.domain.grid.{name}", value)
    with world.inside(), taken_away_after():
        put(rates, found)
        whole = [record.name for record in deals(f"order={order}", world.olga).in_order()]
        assert names(deals(f"order={order}", world.olga), size) == whole


def test_the_largest_of_many_amounts_are_found_among_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("shortlist.FIRST", 1), ("shortlist.TIMES", 2), ("rates.FEW", 0), ("rows.SORTED_AT_ONCE", 2)):
        monkeypatch.setattr(f"keystead.domain.grid.{name}", value)
    with world.inside():
        put([(("USD", "EUR"), 0, Decimal("0.5"))], [(Decimal(at), ("EUR", "USD")[at % 2], TODAY) for at in range(1, 31)])
        whole = [record.name for record in deals("order=-amount", world.olga).in_order()]
        assert names(deals("order=-amount", world.olga), 3) == whole


@pytest.mark.parametrize("order", ["amount", "-amount"])
def test_far_down_the_list_no_more_is_read_than_at_its_top(world: World, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """Also beside a currency of which one is worth next to nothing, whose amounts no rate keeps in their place."""
    for name, value in (("shortlist.FIRST", 4), ("rows.SORTED_AT_ONCE", 2)):
        monkeypatch.setattr(f"keystead.domain.grid.{name}", value)
    read: list[int] = []
    whole = Shortlist._read

    def counted(self: Shortlist, depths: dict[str, int]) -> None:
        read.append(sum(depths.values()))
        whole(self, depths)

    monkeypatch.setattr(Shortlist, "_read", counted)
    with world.inside():
        rates = [(("USD", "EUR"), -1, Decimal(2)), (("BRL", "EUR"), -1, Decimal("0.000000000001"))]
        put(rates, [(Decimal(at), ("EUR", "USD")[at % 2], TODAY) for at in range(-60, 60)] + [(Decimal(7), "BRL", TODAY)])
        asked = deals(f"order={order}", world.olga)
        assert names(asked, 5) == [record.name for record in deals(f"order={order}", world.olga).in_order()]
    assert max(read) <= 6 * TIMES  # widened once; from the top it would be all


@pytest.mark.parametrize("order", ["amount", "-amount"])
def test_amounts_that_are_worth_nothing_are_not_passed_by(world: World, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """A rate through a third currency may be too small for its twelve digits."""
    for name, value in (("shortlist.FIRST", 1), ("shortlist.TIMES", 2), ("rows.SORTED_AT_ONCE", 2)):
        monkeypatch.setattr(f"keystead.domain.grid.{name}", value)
    with world.inside():
        tiny = Decimal("0.0000001")
        worthless = [(Decimal(amount), "CHF", TODAY) for amount in (5, 7, 3, -2)]
        put([(("CHF", "USD"), -1, tiny), (("USD", "EUR"), -1, tiny)], [
            *worthless, *((Decimal(amount), "EUR", TODAY) for amount in (0, 0, 4, -1)), *worthless,
        ])  # fmt: skip
        whole = [record.name for record in deals(f"order={order}", world.olga).in_order()]
        assert [names(deals(f"order={order}", world.olga), size) for size in (1, 3)] == [whole] * 2


@slowly
@given(rates=RATES)
def test_rates_read_at_once_are_those_asked_for_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch, rates: Any) -> None:
    monkeypatch.setattr("keystead.domain.grid.rates.FEW", 0)
    days = [TODAY + timedelta(days) for days in range(-31, 22, 2)]
    with world.inside(), taken_away_after():
        put(rates, [])
        found = Rates("EUR").of((base, day) for base in CODES for day in days)
        assert found == {(base, day): text for base in CODES for day in days if (text := _asked(base, day)) is not None}


def test_a_currency_from_which_no_rate_leads_here_has_no_bounds(world: World) -> None:
    with world.inside():
        put([(pair, 0, Decimal("0.5")) for pair in (("USD", "EUR"), ("CHF", "USD"), ("BRL", "ARS"))], [])
        found = bounds("EUR")
        assert set(found) == {"EUR", "USD", "CHF"}
        assert found["CHF"][0] <= Decimal("0.25") <= found["CHF"][1]


def _asked(base: str, day: date) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rate::text FROM keystead_rate_on(%s, 'EUR', %s)", [base, day])
        row = cursor.fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("alike", [1, 500])
def test_the_accounts_with_the_most_deals_are_the_lists_first(world: World, monkeypatch: pytest.MonkeyPatch, alike: int) -> None:
    monkeypatch.setattr("keystead.domain.grid.rows.SORTED_AT_ONCE", 0)
    monkeypatch.setattr("keystead.domain.accounts.columns.MOST_ALIKE", alike)
    with world.inside():
        for name, count in (("Aurelia", 3), ("Brasilux", 1), ("Condax", 3), ("Dorado", 0), ("Estrella", 2), ("Fjord", 1)):
            at = account(name, owner=world.alice if count != 2 else world.bob, country="Spain" if count else "")
            Deal.objects.bulk_create(Deal(name=f"{name} {turn}", account=at, currency="EUR") for turn in range(count))
        for viewer in (world.olga, world.alice):
            for query in ("order=-deals", "order=-deals,name&country=spain"):
                whole = [record.name for record in accounts(query, viewer).in_order()]
                assert [names(accounts(query, viewer), size) for size in (1, 4)] == [whole] * 2
