"""Scenes for the twin: drawn by Hypothesis, and put into the open workspace as rows."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from keystead.data.models import Account, Deal, Order, Plan, Product, Rate
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.plans.linking import relink
from tests.domain.plans.twin import AAccount, ADeal, AnOrder, APlan, AProduct, Scene
from tests.support.world import World

CURRENCIES = ("EUR", "USD", "BRL")
OWNERS = ("alice", "bob", None)
TEAMS = ("", "South", "North")
DAYS = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 10), date(2026, 6, 15), date(2026, 12, 31), date(2027, 1, 1)]

amounts = st.decimals(min_value=Decimal(-500), max_value=Decimal(2000000), places=4, allow_nan=False, allow_infinity=False)
rates = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(9), places=3, allow_nan=False, allow_infinity=False)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    accounts = [AAccount(None, draw(st.sampled_from(OWNERS)))]
    accounts.extend(
        AAccount(draw(st.one_of(st.none(), st.integers(0, number - 1))), draw(st.sampled_from(OWNERS)))
        for number in range(1, draw(st.integers(1, 5)))
    )
    at = st.one_of(st.none(), st.integers(0, len(accounts) - 1))
    products = [AProduct(None, draw(st.one_of(st.none(), amounts.map(abs))), draw(st.sampled_from(CURRENCIES)))]
    for number in range(1, draw(st.integers(1, 4))):
        parent = draw(st.one_of(st.none(), st.integers(0, number - 1)))
        products.append(AProduct(parent, draw(st.one_of(st.none(), amounts.map(abs))), draw(st.sampled_from(CURRENCIES))))
    sold = st.one_of(st.none(), st.integers(0, len(products) - 1))
    deals = draw(st.lists(_deals(at, sold), max_size=8))
    of_deal = st.one_of(st.none(), st.integers(0, len(deals) - 1)) if deals else st.none()
    orders = draw(st.lists(_orders(at, sold, of_deal), max_size=6))
    pairs = st.tuples(st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES), st.sampled_from(DAYS))
    given = draw(st.dictionaries(pairs.filter(lambda pair: pair[0] != pair[1]), rates, max_size=8))
    plan = draw(_plans(len(accounts)))
    teams = {name: draw(st.sampled_from(TEAMS)) for name in ("alice", "bob")}
    return Scene(accounts, products, deals, orders, plan, given, teams)


def _deals(at: Any, sold: Any) -> Any:
    return st.builds(
        ADeal,
        account=at,
        owner=st.sampled_from(OWNERS),
        team=st.sampled_from(TEAMS),
        status=st.sampled_from(["won", "open", "lost"]),
        amount=st.one_of(st.none(), amounts),
        currency=st.sampled_from(CURRENCIES),
        day=st.one_of(st.none(), st.sampled_from(DAYS)),
        probability=st.one_of(st.none(), st.decimals(0, 100, places=2)),
        product=sold,
    )


def _orders(at: Any, sold: Any, of_deal: Any) -> Any:
    return st.builds(
        AnOrder,
        kind=st.sampled_from(["order", "invoice", "scheduled"]),
        account=at,
        team=st.sampled_from(TEAMS),
        amount=amounts,
        currency=st.sampled_from(CURRENCIES),
        day=st.sampled_from(DAYS),
        deal=of_deal,
        product=sold,
    )


def _plans(accounts: int) -> Any:
    periods = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
    return periods.flatmap(
        lambda period: st.builds(
            APlan,
            account=st.integers(0, accounts - 1),
            start=st.just(period[0]),
            end=st.just(period[1]),
            team=st.sampled_from(TEAMS),
            below=st.booleans(),
            currency=st.sampled_from(CURRENCIES),
            policy=st.sampled_from(["plan", "transaction_date", "current"]),
            source=st.sampled_from(["won_deals", "scheduled", "invoices", "orders"]),
            list_price=st.booleans(),
            target=st.one_of(st.none(), amounts.map(abs)),
        )
    )


class _Undone(Exception):
    """Takes an example's rows away again."""


@contextmanager
def taken_away_after() -> Any:
    """Everything written inside is rolled back, so that each example starts from an empty workspace."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


def put(scene: Scene, world: World) -> tuple[Plan, list[Deal], list[Order]]:
    """The scene as rows, linked."""
    people = {"alice": world.alice, "bob": world.bob, None: None}
    for name, team in scene.teams.items():
        type(world.alice).objects.filter(pk=people[name].pk).update(team=team)
    accounts, products = _put_accounts(scene, people), _put_products(scene)
    Rate.objects.bulk_create(
        Rate(base=base, quote=quote, date=day, rate=rate) for (base, quote, day), rate in scene.rates.items()
    )
    deals = _put_deals(scene, people, accounts, products)
    orders = _put_orders(scene, accounts, deals, products)
    plan = _put_plan(scene.plan, accounts, world)
    relink(everything=True)
    return plan, deals, orders


def _at(rows: list[Any], place: int | None) -> Any:
    return None if place is None else rows[place]


def _put_accounts(scene: Scene, people: dict[Any, Any]) -> list[Account]:
    made: list[Account] = []
    for number, drawn in enumerate(scene.accounts):
        made.append(Account.objects.create(name=f"Aurelia {number}", parent=_at(made, drawn.parent), owner=people[drawn.owner]))
    refresh_lineage()
    return made


def _put_products(scene: Scene) -> list[Product]:
    made: list[Product] = []
    for number, drawn in enumerate(scene.products):
        price = {"list_price": drawn.price, "list_price_currency": drawn.currency}
        made.append(Product.objects.create(name=f"Line {number}", parent=_at(made, drawn.parent), **price))
    return made


def _put_deals(scene: Scene, people: dict[Any, Any], accounts: list[Account], products: list[Product]) -> list[Deal]:
    return [
        Deal.objects.create(
            name=f"Deal {number}",
            account=_at(accounts, each.account),
            owner=people[each.owner],
            team_key=each.team,
            status=each.status,
            amount=each.amount,
            currency=each.currency,
            close_date=each.day,
            probability=each.probability,
            product=_at(products, each.product),
        )
        for number, each in enumerate(scene.deals)
    ]


def _put_orders(scene: Scene, accounts: list[Account], deals: list[Deal], products: list[Product]) -> list[Order]:
    return [
        Order.objects.create(
            number=f"Order {number}",
            kind=each.kind,
            account=_at(accounts, each.account),
            team_key=each.team,
            amount=each.amount,
            currency=each.currency,
            order_date=each.day,
            deal=_at(deals, each.deal),
            product=_at(products, each.product),
        )
        for number, each in enumerate(scene.orders)
    ]


def _put_plan(drawn: Any, accounts: list[Account], world: World) -> Plan:
    return Plan.objects.create(
        account=accounts[drawn.account],
        name="Key account plan",
        start_date=drawn.start,
        end_date=drawn.end,
        team_key=drawn.team,
        includes_descendants=drawn.below,
        currency=drawn.currency,
        rate_policy=drawn.policy,
        revenue_source=drawn.source,
        counts_list_price=drawn.list_price,
        target=drawn.target,
        owner=world.alice,
    )
