"""The portfolio's pages: who sees what, how many queries, explanations, files, and a state that lives in the address."""

import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from keystead.data.models import Account, Deal, Member, Plan, Rate, Workspace
from tests.support.world import World, account

HOME = "/w/northwind/portfolio/"


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def deal(at: Account, amount: str, **fields: Any) -> Deal:
    given = {"name": "Cold-chain renewal", "status": "won", "currency": "EUR", "close_date": date(2026, 3, 1)}
    return Deal.objects.create(account=at, amount=Decimal(amount), **(given | fields))


def plan(at: Account, target: str, **fields: Any) -> Plan:
    given = {"name": "Key account plan 2026", "start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR"}
    return Plan.objects.create(account=at, target=Decimal(target), **(given | fields))


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice, industry="Food", country="ES")
        deal(made, "1234567.89", owner=world.alice)
        deal(made, "1000", owner=world.bob, status="open", name="Iberia roll-out")
        plan(made, "2000000")
    return made


def text_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def test_alice_sees_her_account_with_its_figures(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.alice), f"{HOME}?period=2026")
    for words in ("Aurelia Foods", "Food · ES", "€\u00a02.00\u00a0M", "€\u00a01.23\u00a0M", "62\u00a0%", "Draft"):
        assert words in page


def test_bob_sees_an_empty_portfolio_that_says_what_to_do(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.bob), f"{HOME}?period=2026")
    assert "Aurelia" not in page
    assert "No account yet" in page


def test_a_plan_is_offered_to_those_who_may_make_it(world: World, aurelia: Account) -> None:
    with world.inside(world.alice):
        unplanned = account("Brasilux", owner=world.alice)
    offer = f"/plans/new/?account={unplanned.pk}"
    assert offer in text_of(as_(world.alice), HOME)
    for reader in (world.vera, world.olga):
        page = text_of(as_(reader), HOME)
        assert "Brasilux" in page
        assert (offer in page) == (reader == world.olga)


def test_charlie_and_a_visitor_find_nothing(world: World, aurelia: Account) -> None:
    paths = ["", "explanation?kpi=won", "export.csv", "export.xlsx"]
    assert {as_(world.charlie).get(HOME + path).status_code for path in paths} == {404}
    assert {Client().get(HOME + path).status_code for path in paths} == {302}


def test_one_account_and_three_cost_the_same_queries(world: World, aurelia: Account) -> None:
    client = as_(world.olga)
    client.get(HOME)
    counts = []
    for more in ((), ("Brasilux", "Condax")):
        with world.inside():
            for name in more:
                plan(account(name, owner=world.bob), "5")
        for address in (f"{HOME}?period=2026&group=owner&order=-won", f"{HOME}?period=2026"):
            text_of(client, address)  # whoever comes first mends the kept figures
            with CaptureQueriesContext(connection) as queries:
                text_of(client, address)
            counts.append(len([q for q in queries if "set_config" not in q["sql"]]))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14


def test_more_lines_come_as_rows_and_continue_their_group(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.web.portfolio.rows.PAGE", 2)
    with world.inside():
        for name in ("Aurelia", "Brasilux", "Condax"):
            account(name, industry="Food")
    client = as_(world.olga)
    page = text_of(client, f"{HOME}?group=industry")
    assert page.count('class="is-group"') == 1
    assert "Condax" not in page
    assert "?group=industry&amp;after=2&amp;in=%3DFood" in page
    more = text_of(client, f"{HOME}?group=industry&part=rows&after=2&in=%3DFood", HX_Request="true")
    assert ("Condax" in more, 'class="is-group"' in more, "<html" in more) == (True, False, False)


def test_groups_stand_within_groups_with_their_own_sums_and_explanations(world: World, aurelia: Account) -> None:
    with world.inside():
        deal(account("Brasilux", industry="Food", owner=world.bob), "500")
    client = as_(world.olga)
    page = text_of(client, f"{HOME}?period=2026&group=industry,deal_owner")
    assert page.count('class="is-group" data-depth="1"') == 1
    assert page.count('class="is-group" data-depth="2"') == 3  # Alice's deals, Bob's, and the one of nobody
    path = urlencode({"period": "2026", "group": "industry,deal_owner", "in": json.dumps(["=Food", f"={world.alice.pk}"])})
    part = text_of(client, f"{HOME}explanation?{path}&kpi=won", HX_Request="true")
    assert "Food · Alice Alvarez" in part
    assert "€\u00a01,234,567.89" in part
    whole = urlencode({"period": "2026", "group": "industry,deal_owner", "in": "=Food"})
    assert "€\u00a01,235,067.89" in text_of(client, f"{HOME}explanation?{whole}&kpi=won", HX_Request="true")
    assert client.get(f"{HOME}explanation?{whole}0&kpi=won").status_code == 404
    assert client.get(f"{HOME}explanation?{path}[&kpi=won").status_code == 404


def test_a_long_explanation_is_read_on_row_by_row_and_adds_up_on_every_page(
    world: World, aurelia: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keystead.web.portfolio.explaining._LONG", 1)
    with world.inside():
        deal(aurelia, "7", name="Small one")
    for member in (world.olga, world.alice):
        first = text_of(as_(member), f"{HOME}explanation?period=2026&kpi=won")
        assert ("1 more deal" in first, "Small one" in first, "from=1" in first) == (True, False, True)
        second = text_of(as_(member), f"{HOME}explanation?period=2026&kpi=won&from=1")
        assert ("Small one" in second, "1 more deal" in second, "from=2" in second) == (True, True, False)
        assert "€\u00a01,234,574.89" in second


def test_a_filter_sent_by_script_answers_the_grid_and_its_short_address(world: World, aurelia: Account) -> None:
    response = as_(world.olga).get(f"{HOME}?period=2026&q=aure&owner=&group=&order=-won&order=", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"].startswith(HOME + "?")
    assert "q=aure" in response["HX-Push-Url"]
    assert "owner" not in response["HX-Push-Url"]


def test_several_values_of_a_filter_are_ticked_named_and_kept_on_the_way_to_an_explanation(
    world: World, aurelia: Account
) -> None:
    with world.inside():
        account("Brasilux", country="BR")
        account("Condax", country="PT")
    page = text_of(as_(world.olga), f"{HOME}?period=2026&country=ES&country=BR")
    assert ("Aurelia Foods" in page, "Brasilux" in page, "Condax" in page) == (True, True, False)
    assert "<b>Country</b> BR, ES" in page or "<b>Country</b> ES, BR" in page
    menu = text_of(as_(world.olga), f"{HOME}?period=2026&country=ES&country=BR&part=panel&panel=filter")
    for value, is_ticked in (("ES", True), ("BR", True), ("PT", False)):
        assert (f'name="country" value="{value}" checked' in menu) is is_ticked
    assert "country=BR&amp;country=ES&amp;" in page
    explained = text_of(as_(world.olga), f"{HOME}explanation?period=2026&country=BR&country=ES&kpi=won")
    assert "1,234,567.89" in explained
    assert "Nothing fits" in text_of(as_(world.olga), f"{HOME}?period=2026&country=BR&is_key=1")


def test_a_wrong_address_says_so_and_shows_the_default(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.olga), f"{HOME}?period=2026-Q9&group=moon")
    assert "“2026-Q9” is not a period" in page
    assert "Aurelia Foods" in page


def test_every_figure_has_its_explanation_as_part_and_as_page(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    address = f"{HOME}explanation?period=2026&kpi=forecast&account={aurelia.pk}"
    part = text_of(client, address, HX_Request="true")
    page = text_of(client, address)
    for words in ("Forecast, €\u00a01,235,567.89", "Cold-chain renewal", "€\u00a01,234,567.89", "Iberia roll-out"):
        assert words in part
        assert words in page
    assert ("<html" in part, "<html" in page) == (False, True)
    total = text_of(client, f"{HOME}explanation?period=2026&kpi=achievement")
    assert "61.8\u00a0%" in total
    assert "still open: counts in pipeline, not in won" in text_of(client, f"{HOME}explanation?period=2026&kpi=won")
    assert client.get(f"{HOME}explanation?period=2026&kpi=moon").status_code == 404
    assert as_(world.bob).get(address).status_code == 404


def test_a_group_of_deals_explains_its_own_share(world: World, aurelia: Account) -> None:
    part = text_of(
        as_(world.olga), f"{HOME}explanation?period=2026&group=deal_owner_region&in=%3DSouth&kpi=won", HX_Request="true"
    )
    assert "South" in part
    assert "€\u00a01,234,567.89" in part
    assert "Iberia" not in part


@pytest.mark.parametrize("written", [r'["=\u0000", "=x"]', r'["=\ud800", "=x"]', r'["=Food", 1]', r'[["=Food"]]', "[" * 5_000])
def test_a_group_that_is_none_is_not_found(world: World, aurelia: Account, written: str) -> None:
    asked = {"kpi": "won", "group": "industry,deal_owner_region", "in": written}
    for member in (world.olga, world.alice):
        assert as_(member).get(f"{HOME}explanation", asked).status_code == 404, written[:20]


def test_the_files_hold_what_is_filtered_and_grouped_and_no_formula(world: World, aurelia: Account) -> None:
    with world.inside():
        evil = account("=1+1", industry="Food", owner=world.alice)
        deal(evil, "10", owner=world.alice)
    client = as_(world.olga)
    lines = text_of(client, f"{HOME}export.csv?period=2026&order=-won").splitlines()
    assert lines[0] == '\ufeffAccount,"Segment, now → target",Owner,"Target, EUR","Won, EUR","Forecast, EUR",Achievement,Plan'
    assert lines[1].startswith("Aurelia Foods,,Alice Alvarez,2000000.00,1234567.89,")
    assert lines[2].startswith("'=1+1,")
    content = client.get(f"{HOME}export.xlsx?period=2026&group=deal_owner_region").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows, groups = (book.get_sheet_by_name(name).to_python() for name in ("Portfolio", "Groups"))
    assert [row[:2] for row in rows] == [
        ["Deal owner's region", "Account"], ["North", "Aurelia Foods"], ["South", "=1+1"], ["South", "Aurelia Foods"],
        ["", "Total"],
    ]  # fmt: skip
    won = groups[0].index("Won, EUR")
    assert [(row[0], row[won]) for row in groups[1:]] == [
        ("North", 0),
        ("South", 1234577.89),
    ]


def test_hidden_deals_are_said_to_be_hidden(world: World, aurelia: Account) -> None:
    with world.inside():
        below = account("Aurelia Iberia", parent=aurelia, owner=world.bob)
        deal(below, "5")
        Plan.objects.filter(account=aurelia).update(includes_descendants=True)
    page = text_of(as_(world.alice), f"{HOME}?period=2026")
    assert "1 hidden deal left out" in page
    assert "Aurelia Iberia" not in page


def test_the_portfolio_speaks_portuguese_numbers(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.alice), f"{HOME}?period=2026", Accept_Language="pt-br")
    assert "€\u00a01,23\u00a0mi" in page


def test_the_address_of_the_page_is_known_by_name(world: World) -> None:
    assert reverse("portfolio:list", args=["northwind"]) == HOME


@pytest.mark.parametrize("path", [HOME, f"{HOME}export.csv", f"{HOME}export.xlsx", f"{HOME}explanation"])
def test_a_target_in_another_currency_is_shared_out_over_a_part_of_its_year(world: World, aurelia: Account, path: str) -> None:
    with world.inside(world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=date(2025, 1, 1), rate=Decimal("0.912345678901"))
        plan(account("Bolt Energy", owner=world.alice), "719977.3831", currency="USD")
    response = as_(world.alice).get(path, {"period": "2026-Q1", "kpi": "target"})
    assert response.status_code == 200
    body = b"".join(response) if response.streaming else response.content
    if path.endswith(("csv", "explanation/", "explanation")):
        share = Decimal("719977.3831") * Decimal("0.912345678901") * 90 / 365
        assert f"{share:.2f}" in body.decode().replace(",", "")


@pytest.mark.parametrize("calendar", [{}, {"fiscal_start_month": 4, "fiscal_named_by": "end"}, {"fiscal_pattern": "445"}])
@pytest.mark.parametrize("day", [date(1, 1, 1), date(9998, 12, 31), date(9999, 12, 31)])
def test_a_deal_at_the_end_of_time_is_listed_like_any_other(
    world: World, aurelia: Account, calendar: dict[str, Any], day: date
) -> None:
    """Exports of CRMs say so when a contract never ends."""
    with world.inside(world.alice):
        Workspace.objects.update(**calendar)
        far = deal(aurelia, "70", close_date=day, status="open", owner=world.alice)
    for who in (world.olga, world.alice):
        client = as_(who)
        for path in ("portfolio/", f"accounts/{aurelia.pk}/", f"deals/{far.pk}/", "deals/", "", "portfolio/export.xlsx"):
            assert client.get(f"/w/northwind/{path}").status_code == 200, path
        for period in ("9999-01-01..9999-12-31", "9999", "9998-Q4"):
            assert client.get(HOME, {"period": period}).status_code == 200, period


def test_the_years_to_choose_from_tell_nothing_of_deals_that_one_does_not_see(world: World, aurelia: Account) -> None:
    def years(member: Member) -> set[str]:
        return set(re.findall(r"period=(\d{4})\b", text_of(as_(member), HOME)))

    before = years(world.alice)
    with world.inside():
        deal(account("Of Bob", owner=world.bob), "70", close_date=date(2024, 1, 1))
        deal(account("Of Bob too", owner=world.bob), "70", close_date=date(2037, 1, 1))
    assert years(world.alice) == before
    assert "2024" in years(world.olga)
    assert "2037" not in years(world.olga)


def test_a_plan_that_counts_invoices_is_marked_where_deals_are_counted(world: World, aurelia: Account) -> None:
    assert "by deals" not in text_of(as_(world.alice), HOME + "?period=2026")
    with world.inside():
        Plan.objects.update(revenue_source="invoices")
    assert "by deals" in text_of(as_(world.alice), HOME + "?period=2026")


def test_a_share_of_all_targets_says_how_many_accounts_have_one(world: World, aurelia: Account) -> None:
    assert "1 account, 1 with a plan" in text_of(as_(world.alice), HOME + "?period=2026")  # in the head, and nowhere else
    with world.inside():
        deal(account("Bolt Energy", owner=world.alice, industry="Food"), "500000", owner=world.alice)
    shown = text_of(as_(world.alice), HOME + "?period=2026&group=industry")
    assert shown.count("2 accounts, 1 with a plan") == 3  # in the head, of the group, and of all


def test_what_a_view_says_goes_along_when_achievement_is_asked_for(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    made = client.post("/w/northwind/views/", {"name": "Food", "list": "portfolio", "query": "industry=Food"})
    view = re.search(r"view=([0-9a-f-]{36})", made.headers["Location"])
    assert view
    page = text_of(client, f"{HOME}?view={view[1]}")
    form = page[page.index('id="f-below"') : page.index('name="below"')]
    assert 'name="industry" value="Food"' in form
    assert f'name="of" value="{view[1]}"' in form
