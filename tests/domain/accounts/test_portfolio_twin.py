"""The set-based portfolio agrees with its slow twin on any small world: trees, currencies, plans, rights."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.base.periods import FiscalCalendar
from keystead.data.models import Account, Deal, Plan, Rate
from keystead.domain.accounts.portfolio.chain_sql import sees_all
from keystead.domain.accounts.portfolio.columns import group_path
from keystead.domain.accounts.portfolio.explanation import EXPLAINED, explain_portfolio
from keystead.domain.accounts.portfolio.first_rows import can_be_quick
from keystead.domain.accounts.portfolio.listing import Figures, Portfolio, Summary, portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.grid.asking import Sort
from tests.domain.accounts.slow_portfolio import Books, Line
from tests.support.examples import examples
from tests.support.world import World

TODAY = date(2026, 6, 15)
YEAR = FiscalCalendar().year(2026)
days = st.integers(-200, 560).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
currencies = st.sampled_from(["EUR", "EUR", "USD", "BRL"])
money = st.decimals(Decimal("0.01"), Decimal(100_000), places=2)

accounts = st.lists(
    st.fixed_dictionaries({
        "parent": st.integers(-3, 5), "industry": st.sampled_from(["Food", "Energy", ""]), "owner": st.integers(0, 2),
    }),
    min_size=1, max_size=6,
)  # fmt: skip
deals = st.lists(
    st.fixed_dictionaries({
        "account": st.integers(0, 5), "owner": st.integers(0, 2), "status": st.sampled_from(["won", "open", "lost"]),
        "amount": st.none() | money | st.sampled_from([Decimal("-70.5"), Decimal(100)]), "currency": currencies,
        "close_date": st.none() | days,
        "probability": st.none() | st.decimals(0, 100, places=2),
    }),
    max_size=12,
)  # fmt: skip
plans = st.lists(
    st.fixed_dictionaries({
        "account": st.integers(0, 5), "start_date": days, "length": st.integers(0, 500), "currency": currencies,
        "target": st.none() | money, "includes_descendants": st.booleans(),
        "status": st.sampled_from(["draft", "approved", "archived"]),
    }),
    max_size=4,
)  # fmt: skip
rates = st.lists(st.tuples(st.sampled_from(["USD", "BRL"]), days, st.decimals(Decimal("0.01"), 9, places=6)), max_size=5)


class _Enough(Exception):
    """Ends an example: its rows go with the transaction."""


def _books(world: World, viewer: Any, given: dict[str, Any]) -> Books:
    people = [world.alice, world.bob, None]
    made: list[Account] = []
    for number, fields in enumerate(given["accounts"]):
        parent = made[fields["parent"]] if 0 <= fields["parent"] < len(made) else None
        made.append(Account(name=f"Account {number}", parent=parent, industry=fields["industry"], owner=people[fields["owner"]]))
    Account.objects.bulk_create(made)
    refresh_lineage()
    Rate.objects.bulk_create(
        Rate(base=base, quote="EUR", date=day, rate=rate)
        for (base, day), rate in {(b, d): r for b, d, r in given["rates"]}.items()
    )
    for fields in given["deals"]:
        at = made[fields["account"]] if fields["account"] < len(made) else None
        Deal.objects.create(**{**fields, "account": at, "owner": people[fields["owner"]], "name": "Cold-chain renewal"})
    for fields in given["plans"]:
        values = dict(fields)
        at = made[values.pop("account") % len(made)]
        end = values["start_date"] + timedelta(days=values.pop("length"))
        Plan.objects.create(account=at, end_date=end, name="Key account plan", owner=at.owner, **values)
    workspace = viewer.workspace
    return Books(
        list(Account.objects.visible_to(viewer)) if viewer is not world.alice else list(Account.objects.all()),
        list(Plan.objects.visible_to(viewer)), list(Deal.objects.all()), list(Rate.objects.all()), workspace.currency, TODAY,
        set(Deal.objects.visible_to(viewer).values_list("pk", flat=True)), workspace.totals_include_hidden,
        workspace.rate_policy == "current",
    )  # fmt: skip


def _same(figures: Figures, line: Line) -> None:
    assert (figures.deals, figures.hidden, figures.unrated) == (line.deals, line.hidden, line.unrated)
    assert figures.values["won"] == line.won
    assert figures.values["pipeline"] == line.pipeline
    assert figures.values["weighted_pipeline"] == line.weighted
    target = figures.values["target"]
    assert (target is None) == (line.target is None)
    assert target is None or abs(Fraction(target) - (line.target or 0)) < Fraction(1, 10**9)


GROUPINGS = ["", "industry", "deal_owner_region", "industry,deal_owner_region", "deal_owner_region,industry"]


def _agrees(world: World, viewer: Any, books: Books, group: str, column: str) -> None:
    query = PortfolioQuery(period=YEAR, group=group, order=(Sort("won", True), Sort("account")))
    found = portfolio(query=query, viewer=viewer, today=TODAY, limit=None)
    mine = list(Account.objects.visible_to(viewer))
    by_id = {account.pk: account for account in mine}
    listed = found.rows
    assert found.total.accounts == len(mine) == len({row.account_id for row in listed})
    assert found.lines == len(listed)
    _same(found.total.figures, books.total(mine, YEAR))
    for summary in found.groups:
        _group_agrees(world, books, mine, summary, group)
    if not query.is_of_deals:
        for row in listed:
            _same(row.figures, books.line(by_id[row.account_id], YEAR))
        assert sum(row.figures.deals for row in listed) - found.total.figures.deals == found.total.repeated
    if sees_all(viewer):
        _is_cut_in_pages(query, found, viewer)
    _explains(query, found, viewer, column)


def _group_agrees(world: World, books: Books, mine: list[Account], summary: Summary, group: str) -> None:
    """The group is what its accounts cover, of that the deals of its region; a target is of accounts alone."""
    regions = {member.pk: f"={member.region}" for member in (world.alice, world.bob)}
    asked = dict(zip(group.split(","), summary.keys, strict=False))
    region = asked.get("deal_owner_region")
    if region == "-":
        return
    those = [account for account in mine if asked.get("industry") in (None, f"={account.industry}")]
    line = books.total(those, YEAR, None if region is None else lambda deal: _region(books, deal, regions) == region)
    if region is not None:
        line.target = None
    _same(summary.figures, line)
    if region is None:
        assert summary.accounts == len(those)


def _region(books: Books, deal: Any, regions: dict[Any, str]) -> str:
    """In which region a deal stands; one that the reader may not open does not tell."""
    return regions.get(deal.owner_id, "=") if deal.pk in books.seen else "~"


def _is_cut_in_pages(query: PortfolioQuery, whole: Portfolio, viewer: Any) -> None:
    """Page after page says what the whole says; the second time it is all kept."""
    for size in (3, 5):
        pages = [
            portfolio(query=query, viewer=viewer, today=TODAY, limit=size, offset=offset, groups_of_page=True)
            for offset in range(0, max(whole.lines, 1), size)
        ]
        assert tuple(row for page in pages for row in page.rows) == whole.rows
        assert {group.keys: group for page in pages for group in page.groups} == {group.keys: group for group in whole.groups}
        first = portfolio(query=query, viewer=viewer, today=TODAY, limit=0)
        assert first.groups == whole.groups
        for page in (*pages, first):
            assert (page.total, page.lines, page.missing) == (whole.total, whole.lines, whole.missing)


def _explains(query: PortfolioQuery, found: Portfolio, viewer: Any, column: str) -> None:
    """Of all and of each group, in any figure: what the rows come to is the figure, and who sees everything is told quickly what
    the slow way says."""
    for name in ("gap", "variance", "deals"):
        why = explain_portfolio(query=query, column=name, viewer=viewer, today=TODAY, most=2)
        assert why is not None
        expected = found.total.figures.deals if name == "deals" else found.total.figures.values[name]
        assert (why.total is None) == (expected is None)
        assert why.total is None or abs(why.total - Decimal(expected or 0)) < Decimal("1e-9")
    for keys in ((), *(group.keys for group in found.groups if "-" not in group.keys)):
        for name in {column, "weighted_forecast" if keys else "won"}:
            is_explained_alike(query, name, viewer, keys)
    if can_be_quick(query, viewer):
        for keys in ((), *(group.keys for group in found.groups[:1])):
            whole, pages = (
                _lines(query, viewer, keys, most=100),
                [_lines(query, viewer, keys, most=2, start=start) for start in range(0, 12, 2)],
            )
            assert Counter(chain(*pages)) == Counter(whole)


def _lines(query: PortfolioQuery, viewer: Any, keys: tuple[str, ...], **page: int) -> list[Any]:
    why = explain_portfolio(query=query, column="won", viewer=viewer, today=TODAY, group=group_path(keys), **page)
    assert why is not None
    return [(line.id, line.converted) for line in why.included if line.kind == "deal"]


def is_explained_alike(query: PortfolioQuery, column: str, viewer: Any, keys: tuple[str, ...], today: date = TODAY) -> None:
    quick = _explained(query, column, viewer, keys, today)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("keystead.domain.accounts.portfolio.explanation.can_be_quick", lambda *_: False)
        assert quick == _explained(query, column, viewer, keys, today)


def _explained(query: PortfolioQuery, column: str, viewer: Any, keys: tuple[str, ...], today: date) -> Any:
    """All rows that count, how many are left out for which reason and which of them are named, and what the first page says."""
    asked: dict[str, Any] = {"query": query, "column": column, "viewer": viewer, "today": today, "group": group_path(keys)}
    why, short = explain_portfolio(**asked), explain_portfolio(**asked, most=1, start=1)
    assert why is not None
    assert short is not None
    figure = why.figures.values.get(column, Decimal(why.figures.deals))
    assert short.total == why.total
    assert column in ("achievement", "attainment") or why.total == figure
    left_out = Counter[str]()
    for item in why.excluded:
        left_out[item.reason] += item.count
    counting = {(line.kind, line.id, line.name, line.days, line.converted) for line in why.included}
    rests = {(line.kind, line.count) for line in short.included if line.kind.startswith("more")}
    return why.total, counting, left_out, {(item.id, item.reason) for item in why.excluded}, rests, short.scope


@pytest.mark.parametrize("who", ["olga", "mona", "alice"])
@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    given_=st.fixed_dictionaries({"accounts": accounts, "deals": deals, "plans": plans, "rates": rates}),
    group=st.sampled_from(GROUPINGS),
    column=st.sampled_from(EXPLAINED),
    policy=st.booleans(),
    hidden=st.booleans(),
)
def test_the_portfolio_agrees_with_its_slow_twin(
    world: World, who: str, group: str, column: str, given_: dict[str, Any], policy: bool, hidden: bool
) -> None:
    viewer = getattr(world, who)
    with world.inside(viewer), pytest.raises(_Enough):
        _try(world, viewer, given_, (group, column), "current" if policy else "transaction_date", hidden)


def _try(world: World, viewer: Any, given: dict[str, Any], asked: tuple[str, str], policy: str, hidden: bool) -> None:
    viewer.workspace.rate_policy = policy
    viewer.workspace.totals_include_hidden = hidden
    with transaction.atomic():
        _agrees(world, viewer, _books(world, viewer, given), *asked)
        raise _Enough
