"""What is kept of the portfolio is what the deals say, whatever has happened to them in between."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.base.periods import FiscalCalendar
from keystead.data.models import (
    Account,
    Deal,
    KeptAnswer,
    KeptLine,
    KeptMark,
    KeptPeriod,
    KeptTree,
    Member,
    Plan,
    Rate,
    Stage,
)
from keystead.domain.accounts.finding import values_in_use
from keystead.domain.accounts.portfolio import answers, listing
from keystead.domain.accounts.portfolio.keeping import MOST_PERIODS
from keystead.domain.accounts.portfolio.listing import Portfolio, portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.verifying import repair, wrong_periods
from keystead.domain.grid.asking import Sort
from tests.domain.accounts.slow_portfolio import Books
from tests.domain.accounts.test_portfolio import TODAY, YEAR, deal, plan
from tests.domain.accounts.test_portfolio_twin import _Enough, _same, currencies, days, is_explained_alike, money
from tests.domain.exchange.importing import bring_in, undo
from tests.support.examples import examples
from tests.support.world import World, account


def seen(world: World, today: date = TODAY, **query: Any) -> Portfolio:
    return portfolio(query=PortfolioQuery(**({"period": YEAR} | query)), viewer=world.olga, today=today)


def won(world: World, today: date = TODAY) -> Decimal | None:
    return seen(world, today).total.figures.values["won"]


def matches_its_twin(world: World, today: date = TODAY) -> None:
    """The plain page, a sorted and a grouped one, and the deals' own: each is what plain loops say."""
    workspace = world.olga.workspace
    everything = list(Account.objects.all())
    deals = list(Deal.objects.select_related("stage"))
    for each in deals:
        if each.probability is None and each.stage is not None:
            each.probability = Decimal(each.stage.probability)
    books = Books(
        everything, list(Plan.objects.all()), deals, list(Rate.objects.all()), workspace.currency, today,
        {each.pk for each in deals}, False, workspace.rate_policy == "current",
    )  # fmt: skip
    by_id = {each.pk: each for each in everything}
    lines = {}
    for order in ("account", "won"):
        found = seen(world, today, order=(Sort(order, True),))
        _same(found.total.figures, books.total(everything, YEAR))
        lines[order] = {row.account_id: row.figures for row in found.rows}
        for row in found.rows:
            _same(row.figures, books.line(by_id[row.account_id], YEAR))
        counted = (found.total.accounts, found.total.with_plan, found.total.repeated, found.lines, found.missing)
        lines[f"{order} counted"] = counted  # type: ignore[assignment]
    assert lines["account"] == lines["won"]
    assert lines["account counted"] == lines["won counted"]
    grouped = seen(world, today, group="deal_owner")
    assert grouped == seen(world, today, group="deal_owner")  # as it is kept now
    _same(grouped.total.figures, books.total(everything, YEAR))
    by_owner = seen(world, today, group="owner,segment", order=(Sort("account"),))
    assert [row.name for row in by_owner.rows] == [each.name for each in _in_groups(everything)]
    for group in grouped.groups:
        if group.group != "-":
            line = books.total(everything, YEAR, lambda each, key=group.group: f"={each.owner_id or ''}" == key)
            line.target = None
            _same(group.figures, line)
    for found in (grouped, by_owner):
        for group in found.groups:
            if "-" not in group.keys:
                is_explained_alike(found.query, "weighted_forecast", world.olga, group.keys, today)
    is_explained_alike(by_owner.query, "variance", world.olga, by_owner.groups[0].keys, today)
    assert wrong_periods() == []


def _in_groups(accounts: list[Account]) -> list[Account]:
    """By the owner's name and the segment, what is without one last; then by name."""

    def turn(each: Account) -> tuple[Any, ...]:
        owner = each.owner
        return (owner is None, owner.name.lower() if owner else "", not each.segment_current, each.name.lower(), each.pk)

    return sorted(accounts, key=turn)


CHANGES = ["amount", "currency", "close_date", "status", "owner", "stage", "name"]
which = st.integers(0, 9)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("deal"), which, which, st.none() | money, currencies, days, st.sampled_from(["won", "open", "lost"])),
        st.tuples(st.just("change"), which, st.sampled_from(CHANGES)),
        st.tuples(st.just("move"), which, which),
        st.tuples(st.just("many"), which, money),
        st.tuples(st.just("remove"), which),
        st.tuples(st.just("rate"), st.sampled_from(["USD", "BRL"]), days, st.decimals(Decimal("0.01"), 9, places=6)),
        st.tuples(st.just("unrate"), which),
        st.tuples(st.just("stage"), st.integers(0, 100)),
        st.tuples(st.just("tree"), which, which),
        st.tuples(st.just("plan"), which, days, money, currencies, st.booleans()),
        st.tuples(st.just("unplan"), which),
        st.tuples(st.just("policy"), st.sampled_from(["transaction_date", "current"])),
        st.tuples(st.just("day"), st.integers(-40, 200)),
        st.tuples(st.just("account"), which, which),
        st.tuples(st.just("member"), st.sampled_from(["Zoe Zander", "Aaron Abel"])),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


class Story:
    """Things that happen to a small workspace, one after another."""

    def __init__(self, world: World) -> None:
        self.world, self.today = world, TODAY
        self.stage = Stage.objects.filter(status="open").earliest("position")
        self.accounts = [account("Aurelia Foods"), account("Brasilux"), account("Condax")]
        deal(self.accounts[0], "10", owner=world.alice)
        deal(self.accounts[1], "20", currency="USD", status="open", stage=self.stage)

    def at(self, number: int, rows: Any) -> Any:
        rows = list(rows.order_by("id"))
        return rows[number % len(rows)] if rows else None

    def deal(self, at: int, owner: int, amount: Decimal | None, currency: str, day: date, status: str) -> None:
        Deal.objects.create(
            name="Cold-chain renewal", account=self.accounts[at % 3], owner=(self.world.alice, self.world.bob, None)[owner % 3],
            amount=amount, currency=currency, close_date=day, status=status, stage=self.stage if owner % 2 else None,
        )  # fmt: skip

    def change(self, number: int, field: str) -> None:
        values = {"amount": None, "currency": "BRL", "close_date": date(2026, 12, 31), "status": "open",
                  "owner": self.world.bob, "stage": self.stage, "name": "Renamed"}  # fmt: skip
        if found := self.at(number, Deal.objects):
            Deal.objects.filter(pk=found.pk).update(**{field: values[field]})

    def move(self, number: int, to: int) -> None:
        if found := self.at(number, Deal.objects):
            Deal.objects.filter(pk=found.pk).update(account=([*self.accounts, None])[to % 4])

    def many(self, at: int, amount: Decimal) -> None:
        Deal.objects.bulk_create(
            [Deal(name="Cold chain", account=each, amount=amount, currency="EUR", status="won", close_date=date(2026, 3, at + 1))
             for each in self.accounts]
        )  # fmt: skip

    def remove(self, number: int) -> None:
        if found := self.at(number, Deal.objects):
            found.delete()

    def rate(self, base: str, day: date, rate: Decimal) -> None:
        Rate.objects.update_or_create(base=base, quote="EUR", date=day, defaults={"rate": rate})

    def unrate(self, number: int) -> None:
        if found := self.at(number, Rate.objects):
            found.delete()

    def stage_(self, probability: int) -> None:
        Stage.objects.filter(pk=self.stage.pk).update(probability=probability)

    def tree(self, child: int, parent: int) -> None:
        if child % 3 > parent % 3:
            Account.objects.filter(pk=self.accounts[child % 3].pk).update(parent=self.accounts[parent % 3])

    def plan(self, at: int, start: date, target: Decimal, currency: str, includes: bool) -> None:
        plan(self.accounts[at % 3], str(target), start_date=start, end_date=start + timedelta(300), currency=currency,
             includes_descendants=includes)  # fmt: skip

    def unplan(self, number: int) -> None:
        if found := self.at(number, Plan.objects):
            found.delete()

    def policy(self, policy: str) -> None:
        self.world.olga.workspace.rate_policy = policy

    def account(self, number: int, how: int) -> None:
        values = [{"name": "Zephyr"}, {"owner": self.world.alice}, {"owner": self.world.bob}, {"segment_current": "steady"}]
        Account.objects.filter(pk=self.accounts[number % 3].pk).update(**values[how % 4])

    def member(self, name: str) -> None:
        Member.objects.filter(pk=self.world.bob.pk).update(name=name)

    def day(self, days: int) -> None:
        self.today = TODAY + timedelta(days)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_after_whatever_happens_the_kept_figures_are_those_of_plain_loops(world: World, steps: list[tuple[Any, ...]]) -> None:
    with world.inside(), pytest.raises(_Enough):
        _tell(world, steps)


def _tell(world: World, steps: list[tuple[Any, ...]]) -> None:
    world.olga.workspace.rate_policy = "transaction_date"
    with transaction.atomic():
        story = Story(world)
        matches_its_twin(world)
        for name, *values in steps:
            getattr(story, "stage_" if name == "stage" else name)(*values)
            matches_its_twin(world, story.today)
        raise _Enough


def test_an_import_and_its_undo_leave_the_figures_right(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        deal(aurelia, "10")
        assert won(world) == 10
        content = "ID,Name,Account,Amount,Currency,Status,Close date\nD-1,Renewal,Aurelia Foods,90,EUR,won,2026-04-01\n"
        job = bring_in(world.olga, "deals", content)
        assert won(world) == 100
        matches_its_twin(world)
        undo(world.olga, job)
        assert won(world) == 10
        matches_its_twin(world)


def test_only_what_a_figure_depends_on_marks_and_only_the_accounts_concerned(world: World) -> None:
    with world.inside():
        aurelia, brasilux = account("Aurelia Foods"), account("Brasilux")
        renewal = deal(aurelia, "10")
        won(world)
        assert KeptMark.objects.count() == 0
        Deal.objects.update(name="Renamed", unlinked_reason="no_plan")
        assert KeptMark.objects.count() == 0
        Deal.objects.filter(pk=renewal.pk).update(account=brasilux)
        marked = set(KeptMark.objects.values_list("account_id", flat=True))
        assert marked == {aurelia.pk, brasilux.pk}
        assert [(row.name, row.figures.values["won"]) for row in seen(world).rows] == [("Aurelia Foods", 0), ("Brasilux", 10)]
        assert KeptMark.objects.count() == 0


def test_a_rate_for_a_day_to_come_counts_when_that_day_has_come(world: World) -> None:
    with world.inside():
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 6, 1), rate=Decimal("0.9"))
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 6, 20), rate=Decimal("0.5"))
        deal(account("Aurelia Foods"), "100", currency="USD", status="open", close_date=date(2026, 8, 1))
        by_day = [seen(world, date(2026, 6, day)).total.figures.values["pipeline"] for day in (15, 19, 20, 25, 15)]
    assert by_day == [90, 90, 50, 50, 90]


def test_a_line_that_is_wrong_is_found_and_made_anew(world: World) -> None:
    with world.inside():
        deal(account("Aurelia Foods"), "10")
        assert won(world) == 10
        assert repair() == 0
        KeptPeriod.objects.update(won=11)
        KeptLine.objects.update(won=11)
        assert won(world) == 11
        assert repair() == 1
        assert won(world) == 10


def test_no_more_periods_are_kept_than_have_room(world: World) -> None:
    calendar = FiscalCalendar()
    with world.inside():
        aurelia = account("Aurelia Foods")
        for month in range(1, 13):
            deal(aurelia, str(month), close_date=date(2026, month, 1))
        for year in (2024, 2025, 2026):
            for number in range(1, 13):
                seen(world, period=calendar.month(year, number))
        assert KeptPeriod.objects.count() == MOST_PERIODS
        may = seen(world, period=calendar.month(2026, 5))
        assert may.total.figures.values["won"] == 5
        first = KeptPeriod.objects.values_list("pk", flat=True)
        assert set(KeptLine.objects.values_list("period_id", flat=True)) <= set(first)


def test_an_answer_is_kept_until_something_of_it_changes_and_no_more_than_have_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keystead.domain.accounts.portfolio.answers.MOST_ANSWERS", 2)
    with world.inside():
        aurelia = account("Aurelia Foods", industry="Food")
        for order in ("won", "won", "target", "gap"):
            seen(world, order=(Sort(order, True),))
        assert KeptAnswer.objects.count() == 2
        for change in ({"website": "aurelia.example"}, {"industry": "Retail"}):
            Account.objects.filter(pk=aurelia.pk).update(**change)
            assert KeptMark.objects.exists() == ("industry" in change)
        assert [group.label for group in seen(world, group="industry").groups] == ["Retail"]
        assert KeptAnswer.objects.count() == 1


def test_what_a_subtree_comes_to_is_added_up_once_for_an_answer_and_again_after_a_change(world: World) -> None:
    with world.inside():
        parent, other = account("Aurelia Foods"), account("Brasilux")
        child = account("Aurelia Iberia", parent=parent)
        sold = deal(child, "10")
        plan(parent, "100", includes_descendants=True)

        def of_parent(group: str = "") -> tuple[Decimal | None, bool]:
            rows = seen(world, group=group, order=(Sort("won", True),)).rows
            row = next(row for row in rows if row.account_id == parent.pk)
            return row.figures.values["won"], row.covers_tree

        assert of_parent() == (10, True)
        assert list(KeptTree.objects.values_list("account_id", "won", "deals")) == [(parent.pk, 10, 1)]
        KeptTree.objects.update(won=11)  # read, not added up
        assert of_parent() == (11, True)
        Deal.objects.filter(pk=sold.pk).update(amount=25)
        assert of_parent() == (25, True)
        Account.objects.filter(pk=child.pk).update(parent=other)
        assert of_parent() == (0, False)
        assert not KeptTree.objects.exists()
        Account.objects.filter(pk=child.pk).update(parent=parent)
        for group in ("segment", "deal_owner", ""):
            assert of_parent(group) == of_parent(group) == (25, True)
        repair()
        assert not KeptTree.objects.exists()


def test_what_is_forgotten_or_kept_by_somebody_else_at_this_moment_is_found_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        deal(account("Aurelia Foods", owner=world.alice), "10")
        expected = seen(world, order=(Sort("won", True),))
        query = PortfolioQuery(period=YEAR, order=(Sort("won", True),))
        answers._keep(query, world.olga, TODAY)  # somebody else was first
        assert KeptAnswer.objects.count() == 1
        monkeypatch.setattr(answers, "_read", lambda *_asked: None)
        assert seen(world, order=(Sort("won", True),)) == expected
        made = listing.statement

        def forgotten(query: PortfolioQuery, *, is_from_deals: bool, **asked: Any) -> Any:
            steps = made(query, is_from_deals=is_from_deals, **asked)
            if not is_from_deals:
                KeptPeriod.objects.all().delete()
            return steps

        monkeypatch.setattr(listing, "statement", forgotten)
        assert seen(world, order=(Sort("won", True),)) == expected


def test_what_is_kept_for_one_workspace_is_nothing_to_another(world: World) -> None:
    with world.inside():
        deal(account("Aurelia Foods"), "10")
        won(world)
    with world.inside(world.charlie), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM keystead_keptline) + (SELECT count(*) FROM keystead_keptperiod)")
        assert cursor.fetchone() == (0,)


def test_who_does_not_see_every_deal_reads_no_kept_figure(world: World) -> None:
    with world.inside(world.alice):
        mine = account("Aurelia Foods", owner=world.alice)
        deal(mine, "10")
        deal(account("Brasilux", owner=world.bob), "90")
        found = portfolio(query=PortfolioQuery(period=YEAR), viewer=world.alice, today=TODAY)
        assert (found.total.figures.values["won"], found.total.accounts) == (10, 1)
        assert KeptPeriod.objects.count() == 0


def test_the_choices_of_industries_are_those_of_the_accounts_that_one_may_see(world: World) -> None:
    with world.inside():
        for name, industry, owner in (
            ("Aurelia", "Food", world.alice), ("Brasilux", "Energy", world.bob), ("Condax", "Food", world.bob),
            ("Dorado", "", world.bob), ("Elba", "Água", world.bob),
        ):  # fmt: skip
            account(name, industry=industry, owner=owner)
        assert sorted(values_in_use("industry", viewer=world.olga)) == ["Energy", "Food", "Água"]
        assert values_in_use("industry", viewer=world.olga, most=1) == values_in_use("industry", viewer=world.olga)[:1]
        assert values_in_use("industry", viewer=world.alice) == ["Food"]
        assert values_in_use("country", viewer=world.olga) == []
