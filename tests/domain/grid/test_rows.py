"""Lists asked in every way: filters by kind, several sorts in pages, groups, footers over all rows, and nothing unseen in any."""

from datetime import date
from decimal import Decimal
from itertools import product as each_pair

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.base.money import Money
from keystead.data.models import Deal, Plan, Rate, Stage
from keystead.domain.accounts import columns
from keystead.domain.grid.asking import read_asked
from keystead.domain.grid.columns import Reader
from keystead.domain.plans.columns import PLANS, plan_rows
from tests.domain.grid.scene import TODAY, accounts, deal, deals, names
from tests.support.examples import examples
from tests.support.world import World, account


@pytest.fixture
def three(world: World) -> World:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice, industry="Food", country="Spain", employees=900)
        account("Brasilux Energia", owner=world.bob, industry="Energy", country="Brazil", employees=60)
        account("condax", parent=aurelia)
    return world


def test_each_kind_of_filter_leaves_what_it_says(three: World, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {
        "q=foods": ["Aurelia Foods"], "industry=foo": ["Aurelia Foods"], "industry=none": ["condax"],
        "industry=any": ["Aurelia Foods", "Brasilux Energia"], "country.empty=1": ["condax"],
        "country.empty=0": ["Aurelia Foods", "Brasilux Energia"], "country.empty=moon": [],
        "employees.from=100": ["Aurelia Foods"], "employees.to=100": ["Brasilux Energia"], "employees.to=1e9": [
            "Aurelia Foods", "Brasilux Energia"], "employees.from=many": [], "employees.to=nan": [],
        f"owner={three.alice.pk}": ["Aurelia Foods"], "owner=nobody": ["condax"], "owner=moon": [],
        f"owner={three.alice.pk}&owner=nobody": ["Aurelia Foods", "condax"], "parent=aurelia": ["condax"],
        "parent=none": ["Aurelia Foods", "Brasilux Energia"], "is_key=1": [], "is_key=maybe": [],
        "deals.from=1": [], "segment=none": ["Aurelia Foods", "Brasilux Energia", "condax"], "name.from=3": [],
    }  # fmt: skip
    with three.inside():
        assert {query: names(accounts(query, three.olga)) for query in expected} == expected
        monkeypatch.setattr(columns, "MOST_USED", 0)  # more words in use than are looked through
        assert names(accounts("industry=foo", three.olga)) == ["Aurelia Foods"]


def test_several_sorts_hold_across_pages_and_nothing_comes_last(three: World) -> None:
    with three.inside():
        for name, size in (("Dorado", 60), ("Estrella", None)):
            account(name, employees=size)
        assert names(accounts("order=employees,-name", three.olga), 2) == [
            "Dorado", "Brasilux Energia", "Aurelia Foods", "Estrella", "condax",
        ]  # fmt: skip
        assert names(accounts("order=-employees,name", three.olga), 1) == [
            "Aurelia Foods", "Brasilux Energia", "Dorado", "condax", "Estrella",
        ]  # fmt: skip


@pytest.mark.parametrize(
    "order", ["", "-close_date,name", "amount", "-amount,-close_date", "owner,-probability,stage", "stage,amount"]
)
def test_pages_of_any_size_together_are_the_whole_list_once(world: World, order: str) -> None:
    with world.inside():
        days, amounts = (None, date(2026, 1, 1), date(2026, 5, 1)), (None, "5", "7.25")
        for at, (day, amount) in enumerate(each_pair(days, amounts)):
            deal(f"Deal {at}", amount, close_date=day, owner=world.alice if at % 2 else None, probability=at % 3 or None)
        whole = [record.name for record in deals(f"order={order}", world.olga).in_order()]
        assert sorted(whole) == sorted(Deal.objects.values_list("name", flat=True))
        for size in (1, 2, 4, 9):
            assert names(deals(f"order={order}", world.olga), size) == whole


@given(
    cursor=st.text(max_size=40)
    | st.sampled_from(['["x"]', "[1,2,3]", "null", '[null,"x"]', '["9999999-1-1","x"]', "[{},[]]", '["a\\u0000","b"]'])
)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cursor_that_is_none_starts_from_the_top(three: World, cursor: str) -> None:
    with three.inside():
        found, _next = accounts("", three.olga).page(cursor)
        assert [record.name for record in found][:1] in (["Aurelia Foods"], [])


def test_the_footer_speaks_of_all_rows_in_the_workspaces_currency(world: World) -> None:
    with world.inside():
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 1), rate=Decimal("0.5"))
        for name, amount, currency in (("One", "10", "EUR"), ("Two", "40", "USD"), ("Three", "60", "EUR"), ("Four", None, "EUR")):
            deal(name, amount, currency)
        said = {}
        for how in ("sum", "avg", "median", "min", "max", "count", "empty"):
            foot, count = deals(f"foot_amount={how}", world.olga).foot()
            said[how] = foot["amount"].values
            assert (count, foot["amount"].unknown) == (4, 1)
    eur = {"sum": 90, "avg": 30, "median": 20, "min": 10, "max": 60}
    assert {how: [value.amount for value in said[how]] for how in eur} == {how: [Decimal(value)] for how, value in eur.items()}
    assert {value.currency for how in eur for value in said[how]} == {"EUR"}
    assert (said["count"], said["empty"]) == ((3,), (1,))


def test_unlike_currencies_are_never_added_when_a_rate_is_missing(world: World) -> None:
    with world.inside():
        for name, amount, currency in (("One", "10", "EUR"), ("Two", "40", "USD"), ("Three", "60", "EUR"), ("Four", None, "CHF")):
            deal(name, amount, currency)
        rows = deals("group=status", world.olga)
        foot = rows.foot()[0]["amount"]
        (group,) = rows.groups()
    assert foot.values == (Money(Decimal(70), "EUR"), Money(Decimal(40), "USD"))
    assert (foot.unrated, foot.unknown) == (1, 1)
    assert group.foot["amount"].values == foot.values


def test_a_transaction_is_converted_with_the_rate_of_its_own_day(world: World) -> None:
    with world.inside():
        for day, rate in ((date(2026, 1, 1), "0.5"), (date(2026, 4, 1), "2")):
            Rate.objects.create(base="USD", quote="EUR", date=day, rate=Decimal(rate))
        deal("Early", "10", "USD", close_date=date(2026, 2, 1))
        deal("Late", "10", "USD", close_date=date(2026, 5, 1))
        assert deals("", world.olga).foot()[0]["amount"].values == (Money(Decimal(25), "EUR"),)
        assert names(deals("order=-amount", world.olga), 1) == ["Late", "Early"]
        assert names(deals("amount.from=15", world.olga)) == ["Late"]
        world.olga.workspace.rate_policy = "current"  # with that of today, whatever their days
        assert deals("", world.olga).foot()[0]["amount"].values == (Money(Decimal(40), "EUR"),)


def test_no_plan_is_one_of_no_account(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        Plan.objects.create(account=aurelia, name="2026", start_date=TODAY, end_date=TODAY, currency="EUR")
        reader = Reader(world.olga, TODAY)
        asked = {text: read_asked(QueryDict(f"account={text}"), PLANS) for text in ("none", "aurelia", str(aurelia.pk))}
        assert {text: names(plan_rows(each, reader)) for text, each in asked.items()} == {
            "none": [], "aurelia": ["2026"], str(aurelia.pk): ["2026"]
        }  # fmt: skip


def test_deals_are_found_by_a_name_a_day_an_amount_and_as_ones_own(world: World) -> None:
    with world.inside():
        deal("Cold chain", "5", owner=world.olga)
        deal("Freezer doors", "7.5", owner=world.bob, close_date=date(2026, 5, 1))
        expected = {
            "name=cold": ["Cold chain"], "owner=me": ["Cold chain"], "close_date=2026-05-01": ["Freezer doors"],
            "close_date=moon": [], "amount=7,5": ["Freezer doors"], "probability=none": ["Cold chain", "Freezer doors"],
        }  # fmt: skip
        assert {query: sorted(names(deals(query, world.olga))) for query in expected} == expected


def test_two_groups_have_their_counts_and_their_own_footers(three: World) -> None:
    with three.inside():
        proposal, won = Stage.objects.get(name="Proposal"), Stage.objects.get(status="won")
        deal("One", "10", owner=three.alice, stage=proposal, status="open")
        deal("Two", "20", owner=three.alice, stage=won)
        deal("Three", "40", owner=three.bob, stage=won)
        deal("Four", "80", stage=None)
        rows = deals("group=stage,owner&order=-amount", three.olga)
        found = [(group.words, group.count, [value.amount for value in group.foot["amount"].values]) for group in rows.groups()]
        whole = [record.name for record in rows.in_order()]
        first = [record.name for record in rows.page(within=rows.groups()[0].keys)[0]]
        assert rows.groups()[0].address == f'["{proposal.pk}"]'
        assert deals("", three.olga).groups() == []
    assert found == [
        ("Proposal", 1, [10]), ("Alice Alvarez", 1, [10]),
        (won.name, 2, [60]), ("Alice Alvarez", 1, [20]), ("Bob Brown", 1, [40]),
        (None, 1, [80]), (None, 1, [80]),
    ]  # fmt: skip
    assert whole == ["One", "Two", "Three", "Four"]
    assert first == ["One"]


def test_days_are_grouped_by_month(world: World) -> None:
    with world.inside():
        for name, day in (("One", date(2026, 3, 2)), ("Two", date(2026, 3, 30)), ("Three", date(2026, 4, 1)), ("Four", None)):
            deal(name, "1", close_date=day)
        found = [(group.keys, group.count) for group in deals("group=close_date", world.olga).groups()]
    assert found == [((date(2026, 3, 1),), 2), ((date(2026, 4, 1),), 1), ((None,), 1)]


def test_what_is_not_understood_is_said_and_left_out(world: World) -> None:
    with world.inside():
        asked = deals(
            "order=moon,-amount&group=moon,amount,stage,stage&foot_amount=moon&columns=moon&widths=name:9999,owner:x", world.olga
        ).asked
    assert [problem.code for problem in asked.problems] == ["unknown_column", "unknown_column", "unknown_column", "unknown_value"]
    assert (asked.query, dict(asked.widths)) == ("order=-amount&group=stage&widths=name:800", {"name": 800})


def test_an_unseen_parents_name_decides_no_order_no_filter_and_no_group(world: World) -> None:
    with world.inside():
        first, last = account("AAA Secret", owner=world.bob), account("ZZZ Secret", owner=world.bob)
        mine = account("MMM Holding", owner=world.alice)
        for name, above in (("One", last), ("Two", first), ("Three", mine)):
            account(name, parent=above, owner=world.alice)
        for order in ("parent", "-parent"):
            assert names(accounts(f"order={order},name&parent.empty=1", world.alice), 1) == ["MMM Holding", "One", "Two"]
        assert names(accounts("order=parent", world.alice), 1)[0] == "Three"
        for query in ("parent=secret", f"parent={first.pk}"):
            assert names(accounts(query, world.alice)) == []
        assert [group.words for group in accounts("group=parent", world.alice).groups()] == ["MMM Holding", None]
        deal("Cross-selling", "5", at=first, owner=world.alice)
        assert names(deals("account=secret", world.alice)) == []
        assert [group.keys for group in deals("group=account", world.alice).groups()] == [(None,)]
