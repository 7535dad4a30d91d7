"""The portfolio by literal examples: coverage, shares, rights, rates, and the words of an address."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from keystead.base.periods import FiscalCalendar
from keystead.data.models import Account, Deal, Member, Plan, Rate
from keystead.domain.accounts.portfolio.explanation import explain_portfolio
from keystead.domain.accounts.portfolio.listing import Portfolio, portfolio
from keystead.domain.accounts.portfolio.query import PortfolioQuery, read_query
from keystead.domain.grid.asking import Sort
from tests.support.world import World, account

TODAY = date(2026, 6, 15)
YEAR = FiscalCalendar().year(2026)


def deal(at: Account | None, amount: str | None, **fields: Any) -> Deal:
    given = {"name": "Cold-chain renewal", "status": "won", "currency": "EUR", "close_date": date(2026, 3, 1)}
    return Deal.objects.create(account=at, amount=None if amount is None else Decimal(amount), **(given | fields))


def plan(at: Account, target: str | None, **fields: Any) -> Plan:
    given = {"name": "Key account plan 2026", "start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR"}
    return Plan.objects.create(account=at, target=None if target is None else Decimal(target), **(given | fields))


def seen_by(viewer: Member, **query: Any) -> Portfolio:
    return portfolio(query=PortfolioQuery(**({"period": YEAR} | query)), viewer=viewer, today=TODAY)


def test_a_plan_over_the_subtree_widens_its_row_and_the_total_counts_each_deal_once(world: World) -> None:
    with world.inside():
        group = account("Aurelia Foods Group")
        iberia = account("Aurelia Iberia", parent=group)
        plan(group, "1000", includes_descendants=True)
        deal(group, "100")
        deal(iberia, "40")
        found = seen_by(world.olga)
        won = {row.name: row.figures.values["won"] for row in found.rows}
    assert won == {"Aurelia Foods Group": 140, "Aurelia Iberia": 40}
    assert (found.total.figures.values["won"], found.total.repeated) == (140, 1)
    assert [row.covers_tree for row in found.rows] == [True, False]


def test_a_plan_that_reaches_beyond_the_period_counts_by_its_days(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        plan(aurelia, "730", start_date=date(2026, 1, 1), end_date=date(2027, 12, 31))
        (row,) = seen_by(world.olga).rows
        why = explain_portfolio(
            query=PortfolioQuery(period=YEAR), column="target", viewer=world.olga, today=TODAY, account=aurelia.pk
        )
    assert row.is_prorated
    assert row.figures.values["target"] == 365
    assert why is not None
    assert [(line.days, line.converted) for line in why.included] == [((365, 730), 365)]


def test_without_a_target_the_ratio_is_undefined_and_not_zero(world: World) -> None:
    with world.inside():
        plan(account("Aurelia Foods"), None)
        (row,) = seen_by(world.olga).rows
    assert (row.figures.values["target"], row.figures.values["achievement"], row.plans) == (None, None, 1)


def test_a_missing_rate_leaves_deal_and_target_out_and_is_named(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 2, 1), rate=Decimal("0.9"))
        deal(aurelia, "100", currency="USD")
        deal(aurelia, "100", currency="USD", close_date=date(2026, 1, 15))
        plan(aurelia, "5000", currency="BRL")
        found = seen_by(world.olga)
        why = explain_portfolio(query=found.query, column="won", viewer=world.olga, today=TODAY)
    assert found.total.figures.values["won"] == 90
    assert [(m.base, m.quote, m.first, m.deals, m.targets) for m in found.missing] == [
        ("BRL", "EUR", date(2026, 1, 1), 0, 1),
        ("USD", "EUR", date(2026, 1, 15), 1, 0),
    ]
    assert why is not None
    assert [(item.reason, item.amount) for item in why.excluded] == [("missing_rate", 100)]


@pytest.mark.parametrize(("policy", "won"), [("transaction_date", 90), ("current", 80), ("plan", 90)])
def test_the_workspace_says_which_days_rate_counts(world: World, policy: str, won: int) -> None:
    with world.inside():
        world.olga.workspace.rate_policy = policy
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 2, 1), rate=Decimal("0.9"))
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 6, 1), rate=Decimal("0.8"))
        deal(account("Aurelia Foods"), "100", currency="USD")
        assert seen_by(world.olga).total.figures.values["won"] == won


def test_an_account_stands_in_each_region_of_its_deals_owners_with_its_share(world: World) -> None:
    with world.inside():
        aurelia, brasilux = account("Aurelia Foods"), account("Brasilux")
        plan(aurelia, "1000")
        deal(aurelia, "60", owner=world.alice)
        deal(aurelia, "30", owner=world.bob)
        deal(aurelia, "5", owner=world.vera)
        found = seen_by(world.olga, group="deal_owner_region", order=(Sort("won", True),))
    shown = [(group.label, group.accounts, group.figures.values["won"]) for group in found.groups]
    assert shown == [("South", 1, 60), ("North", 1, 30), ("No region", 1, 5), ("No deal in this period", 1, 0)]
    first = found.rows[0]
    assert (first.name, first.group, first.figures.values["target"]) == ("Aurelia Foods", "=South", None)
    assert found.rows[-1].name == brasilux.name
    assert (found.total.accounts, found.total.figures.values["won"], found.total.figures.values["target"]) == (2, 95, 1000)


def test_a_page_brings_the_groups_of_its_lines_alone_and_they_say_the_same(world: World) -> None:
    with world.inside():
        for number, name in enumerate(("Aurelia Foods", "Brasilux", "Calyx Paper", "Nordfrost")):
            deal(account(name, industry=name), str(10 * (number + 1)))
        query = PortfolioQuery(period=YEAR, group="industry", order=(Sort("won", True),))
        every = portfolio(query=query, viewer=world.olga, today=TODAY)
        pages = [
            portfolio(query=query, viewer=world.olga, today=TODAY, limit=2, offset=offset, groups_of_page=True)
            for offset in (0, 2)
        ]
    assert [[group.label for group in page.groups] for page in pages] == [
        ["Nordfrost", "Calyx Paper"],
        ["Brasilux", "Aurelia Foods"],
    ]
    assert pages[0].groups + pages[1].groups == every.groups
    assert [page.total for page in pages] == [every.total, every.total]


def test_a_manager_sees_her_reports_accounts_and_other_deals_only_as_a_number(world: World) -> None:
    with world.inside(world.alice):
        group = account("Aurelia Foods Group", owner=world.alice)
        iberia = account("Aurelia Iberia", parent=group, owner=world.olga)
        account("Brasilux", owner=world.olga)
        plan(group, "1000", includes_descendants=True)
        deal(group, "100")
        deal(iberia, "40")
        for viewer, accounts, hidden in ((world.alice, 1, 1), (world.bob, 0, 0), (world.mona, 1, 1), (world.olga, 3, 0)):
            found = seen_by(viewer)
            assert (found.total.accounts, found.total.figures.hidden) == (accounts, hidden)
        assert seen_by(world.alice).total.figures.values["won"] == 100
        world.alice.workspace.totals_include_hidden = True
        included = seen_by(world.alice)
        why = explain_portfolio(query=included.query, column="won", viewer=world.alice, today=TODAY)
    assert (included.total.figures.values["won"], included.total.figures.hidden) == (140, 1)
    assert why is not None
    assert [(line.kind, line.name, line.converted) for line in why.included] == [
        ("deal", "Cold-chain renewal", 100),
        ("hidden", "", 40),
    ]
    with world.inside(world.charlie):
        assert seen_by(world.charlie).total.accounts == 0


@pytest.mark.parametrize("by", ["deal_owner", "deal_owner_region"])
def test_whose_a_deal_is_that_one_may_not_open_no_group_tells(world: World, by: str) -> None:
    with world.inside(world.alice):
        group = account("Aurelia Foods Group", owner=world.alice)
        iberia = account("Aurelia Iberia", parent=group, owner=world.olga)
        plan(group, "1000", includes_descendants=True)
        Member.objects.filter(pk=world.bob.pk).update(region="Islands")
        deal(group, "100", owner=world.alice)
        deal(iberia, "40", owner=world.bob)
        for is_included, won in ((False, 0), (True, 40)):
            world.alice.workspace.totals_include_hidden = is_included
            found = seen_by(world.alice, group=by)
            hers, unopened = found.groups
            assert (hers.figures.values["won"], hers.figures.hidden) == (100, 0)
            assert (unopened.label, unopened.figures.values["won"]) == ("Deals that you may not open", won)
            assert unopened.figures.hidden == 1
        why = explain_portfolio(query=found.query, column="won", viewer=world.alice, today=TODAY, group=unopened.group)
        assert why is not None
        assert [(line.kind, line.converted) for line in why.included] == [("hidden", 40)]
        assert not why.excluded
        for key in (f"={world.bob.pk}", "=Islands"):  # as an address may ask
            asked = explain_portfolio(query=found.query, column="won", viewer=world.alice, today=TODAY, group=key)
            assert asked is None or not (asked.included or asked.excluded)


def test_a_tree_is_named_by_the_highest_account_that_the_viewer_may_see(world: World) -> None:
    with world.inside():
        group = account("Aurelia Foods Group", owner=world.bob)
        iberia = account("Aurelia Iberia", parent=group, owner=world.alice)
        account("Aurelia Lisbon", parent=iberia, owner=world.alice)
        by_alice = seen_by(world.alice, group="top_account")
        by_olga = seen_by(world.olga, group="top_account")
    assert [(group.label, group.accounts) for group in by_alice.groups] == [("Aurelia Iberia", 2)]
    assert [(group.label, group.accounts) for group in by_olga.groups] == [("Aurelia Foods Group", 3)]


def test_filters_leave_what_fits_and_totals_follow_them(world: World) -> None:
    with world.inside():
        sao_paulo = account("Frigorífico São Paulo", industry="Food", is_key=True, owner=world.alice, segment_current="steady")
        account("Brasilux", industry="Energy", country="BR")
        plan(sao_paulo, "1000", status="approved")
        deal(sao_paulo, "700")

        def names(**words: str) -> list[str]:
            query, problems = read_query({"period": "2026", **words}, viewer=world.olga, today=TODAY)
            assert problems == []
            return [row.name for row in portfolio(query=query, viewer=world.olga, today=TODAY).rows]

        only_sao_paulo = [{"q": "sao frigo"}, {"industry": "Food"}, {"is_key": "1"}, {"plan": "with"}, {"below": "80"},
                          {"segment": "steady"},
                          {"owner": str(world.alice.pk)}]  # fmt: skip
        for words in only_sao_paulo:
            assert names(**words) == ["Frigorífico São Paulo"], words
        for words in (
            {"q": "brasil"},
            {"country": "BR"},
            {"plan": "without"},
            {"plan": "unapproved"},
            {"owner": "nobody"},
            {"segment": "none"},
        ):
            assert names(**words) == ["Brasilux"], words
        assert names(below="70") == names(owner="me") == names(q="São Brasilux") == []
        assert names(order="-won,account") == ["Frigorífico São Paulo", "Brasilux"]


def test_a_filter_of_several_values_keeps_what_any_of_them_keeps(world: World) -> None:
    with world.inside():
        steady = account("Aurelia", industry="Food", country="ES", owner=world.alice, segment_current="steady", is_key=True)
        account("Brasilux", industry="Energy", country="BR", owner=world.bob, segment_current="dormant")
        account("Condax", industry="", segment_target="strategic")
        plan(steady, "1000", status="approved")

        def asked(**words: Sequence[str]) -> str:
            query, problems = read_query({"period": "2026", **words}, viewer=world.olga, today=TODAY)
            assert problems == []
            return "".join(row.name[0] for row in portfolio(query=query, viewer=world.olga, today=TODAY).rows)

        assert asked(industry=["Food", "Energy"]) == asked(country=["BR", "ES"]) == asked(segment=["dormant", "steady"]) == "AB"
        assert asked(industry=["Food", "none"]) == asked(segment=["none", "steady"]) == "AC"
        assert asked(owner=["nobody", str(world.bob.pk).upper()]) == "BC"
        assert asked(plan=["with", "without"]) == asked(is_key=["0", "1"]) == "ABC"
        assert (asked(is_key=["0"]), asked(is_key=["1"])) == ("BC", "A")
        assert asked(industry=["Food", "Energy"], owner=[str(world.alice.pk)]) == "A", "each filter narrows the others"
        for twice in (["Food", "Energy"], ["Energy", "Food", "Food", " "]):
            query, _problems = read_query({"industry": twice}, viewer=world.olga, today=TODAY)
            assert query.industry == ("Energy", "Food"), "one question, however it was put together"
        _query, problems = read_query({"segment": ["steady", "moon"]}, viewer=world.olga, today=TODAY)
        assert [(each.field, each.code) for each in problems] == [("segment", "unknown_value")]


def test_it_is_sorted_by_as_many_columns_as_any_list(world: World) -> None:
    with world.inside():
        query, problems = read_query({"order": "country,-industry,segment,won,deals"}, viewer=world.olga, today=TODAY)
    assert ([sort.key for sort in query.order], problems) == (["country", "-industry", "segment", "won"], [])


def test_what_an_address_asks_for_in_vain_is_said_and_left_at_its_default(world: World) -> None:
    with world.inside():
        words = {"period": "2026-Q9", "group": "moon", "order": "won,moon,-won", "below": "much", "owner": "x", "plan": "maybe"}
        query, problems = read_query(words, viewer=world.olga, today=TODAY)
    assert sorted(problem.field for problem in problems) == ["below", "group", "order", "owner", "period", "plan"]
    assert (query.period, query.group, query.order, query.below) == (YEAR, "", (Sort("won"),), None)


def test_the_footer_can_show_an_average_a_median_and_the_extremes(world: World) -> None:
    with world.inside():
        for name, won in (("Aurelia", "10"), ("Brasilux", "20"), ("Cordoba", "33"), ("Dorado", "37")):
            deal(account(name), won)
        foot = {"won": "median", "forecast": "avg", "deals": "max", "target": "count", "pipeline": "min"}
        found = seen_by(world.olga, foot=foot)
    assert found.foot == {"won": Decimal("26.5"), "forecast": 25, "deals": 1, "target": 0, "pipeline": 0}


def test_an_explanation_lists_every_reason_and_cuts_long_lists_without_losing_their_sum(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        below = account("Aurelia Iberia", parent=aurelia)
        for amount in ("10", "20", "30"):
            deal(aurelia, amount)
        deal(aurelia, "7", status="lost")
        deal(aurelia, "7", status="open")
        deal(aurelia, None)
        deal(aurelia, "7", close_date=date(2025, 12, 31))
        deal(aurelia, "7", close_date=None)
        deal(below, "7")
        why = explain_portfolio(
            query=PortfolioQuery(period=YEAR), column="won", viewer=world.olga, today=TODAY, account=aurelia.pk, most=2
        )
        nothing = explain_portfolio(
            query=PortfolioQuery(period=YEAR), column="won", viewer=world.alice, today=TODAY, account=aurelia.pk
        )
    assert nothing is None
    assert why is not None
    assert [(line.kind, line.converted, line.count) for line in why.included] == [
        ("deal", 30, 1),
        ("deal", 20, 1),
        ("more", 10, 1),
    ]
    assert why.total == 60
    assert sorted(item.reason for item in why.excluded) == [
        "below_account",
        "date_outside",
        "lost",
        "no_amount",
        "no_date",
        "open",
    ]


def test_an_explanation_of_many_targets_keeps_their_sum(world: World) -> None:
    with world.inside():
        for name, target in (("Aurelia Foods", "100"), ("Brasilux", "300"), ("Cordoba", "0.5")):
            plan(account(name), target)
        why = explain_portfolio(query=PortfolioQuery(period=YEAR), column="target", viewer=world.olga, today=TODAY, most=1)
    assert why is not None
    assert [(line.kind, line.converted, line.count) for line in why.included] == [
        ("target", 300, 1), ("more_targets", Decimal("100.5"), 2),
    ]  # fmt: skip
    assert why.total == Decimal("400.5")


def test_an_explanation_keeps_every_digit_of_a_long_sum(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        plan(aurelia, "1000.5")
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 1), rate="0.123456789012")
        for amount in ("1234567890123456.7891", "9876543210987654.3211"):
            deal(aurelia, amount, currency="USD")
        why = explain_portfolio(query=PortfolioQuery(period=YEAR), column="gap", viewer=world.olga, today=TODAY, most=1)
        more = explain_portfolio(query=PortfolioQuery(period=YEAR), column="variance", viewer=world.olga, today=TODAY, most=1)
    assert why is not None
    assert more is not None
    assert (why.total, more.total) == (why.figures.values["gap"], more.figures.values["variance"])
    assert more.total == Decimal("1371742098897764.9431008504811224")
