"""The grid's pages: cells written in place, many rows at once, views that are kept, files of what is shown, and who may what."""

import io
import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from keystead.data.models import Account, Deal, Member, SavedView
from keystead.domain.deals.editing import create_deal
from keystead.domain.exchange.guessing import guess_mapping
from keystead.domain.grid.rows import FIRST_PAGE
from keystead.domain.plans.editing import create_plan
from keystead.domain.workspace.views import change_view, delete_view, open_with, save_view
from tests.support.world import World, account

ACCOUNTS, DEALS, VIEWS = "/w/northwind/accounts/", "/w/northwind/deals/", "/w/northwind/views/"
PLANS, TODAY = "/w/northwind/plans/", date(2026, 6, 15)
PART = {"HX-Request": "true"}


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text_of(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice, industry="Food", country="Spain", employees=1200)
        for name, amount in (("Cold-chain renewal", "100"), ("Fleet", "2500000")):
            fields = {"name": name, "account": made, "amount": Decimal(amount), "close_date": date(2026, 3, 1)}
            create_deal(viewer=world.alice, fields=fields)
    return made


def cell(record: Any, column: str, home: str = ACCOUNTS) -> str:
    return f"{home}{record.pk}/cells/{column}/"


def now(world: World, record: Any) -> Any:
    with world.inside():
        return type(record).objects.get(pk=record.pk)


# Cells


def test_a_cell_is_a_field_of_its_kind_and_its_answer_the_row(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    field = text_of(client.get(cell(aurelia, "employees"), headers=PART))
    assert 'value="1,200"' in field
    assert "<select" in text_of(client.get(cell(aurelia, "owner"), headers=PART))
    sent = {"employees": "1,300", "version": aurelia.version}
    row = text_of(client.post(cell(aurelia, "employees") + "?columns=name,employees", sent, headers=PART))
    assert row.startswith("<tr ")
    assert "1,300" in row
    assert "Spain" in row
    assert "Alice Alvarez" not in row
    assert now(world, aurelia).employees == 1300


def test_a_wrong_value_is_answered_with_the_field_and_a_sentence(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    refused = client.post(cell(aurelia, "employees"), {"employees": "many", "version": aurelia.version}, headers=PART)
    assert "Enter a whole number." in text_of(refused, 422)
    nothing = client.post(cell(aurelia, "parent"), {"parent": "Nobody Ltd", "version": aurelia.version}, headers=PART)
    assert "Nothing is called “Nobody Ltd”" in text_of(nothing, 422)
    circle = client.post(cell(aurelia, "parent"), {"parent": "Aurelia Foods", "version": aurelia.version}, headers=PART)
    assert "An account cannot stand below itself" in text_of(circle, 422)
    assert now(world, aurelia).version == aurelia.version


def test_a_cell_that_somebody_else_has_written_asks_before_it_is_overwritten(world: World, aurelia: Account) -> None:
    with world.inside(world.mona):
        Account.objects.filter(pk=aurelia.pk).update(industry="Beverages", country="Portugal")
    sent = {"industry": "Dairy", "initial-industry": "Food", "version": aurelia.version}
    asked = text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART), 409)
    assert "Beverages" in asked
    assert 'value="Dairy"' in asked
    assert now(world, aurelia).industry == "Beverages"
    left = text_of(as_(world.alice).get(cell(aurelia, "industry"), {"part": "row"}, headers=PART))
    assert left.startswith("<tr ")
    assert "Beverages" in left
    sent |= {"version": now(world, aurelia).version, "initial-industry": "Beverages", "keep-industry": "theirs"}
    text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART))
    assert now(world, aurelia).industry == "Beverages"


def test_what_only_another_column_has_changed_is_no_conflict(world: World, aurelia: Account) -> None:
    with world.inside(world.mona):
        Account.objects.filter(pk=aurelia.pk).update(country="Portugal")
    sent = {"industry": "Dairy", "initial-industry": "Food", "version": aurelia.version}
    text_of(as_(world.alice).post(cell(aurelia, "industry"), sent, headers=PART))
    kept = now(world, aurelia)
    assert (kept.industry, kept.country) == ("Dairy", "Portugal")


def test_cells_that_may_not_be_written_say_why(world: World, aurelia: Account) -> None:
    for response in (
        as_(world.vera).get(cell(aurelia, "industry"), headers=PART),
        as_(world.vera).post(cell(aurelia, "industry"), headers=PART),
    ):
        assert response.status_code == 403
        assert "Your role, Viewer, does not include this." in json.loads(response["HX-Trigger"])["toast"]["text"]
    computed = as_(world.alice).get(cell(aurelia, "deals"), headers=PART)
    assert "computed" in text_of(computed, 403)
    assert as_(world.bob).get(cell(aurelia, "industry")).status_code == 404
    assert as_(world.charlie).post(cell(aurelia, "industry"), {"industry": "Mine"}).status_code == 404
    page = text_of(as_(world.vera).get(ACCOUNTS))
    assert ("data-can" in page, 'name="pick"' in page) == (False, False)
    assert "data-can" in text_of(as_(world.alice).get(ACCOUNTS))


# Many rows


def bulk(client: Client, step: str, home: str = ACCOUNTS, query: str = "", **sent: Any) -> HttpResponse:
    return client.post(f"{home}bulk/{query}", {"step": step, **sent}, headers=PART)


def test_many_rows_are_counted_and_then_changed_with_one_undo(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Portugal")
    client = as_(world.alice)
    assert "Change 2 accounts" in text_of(bulk(client, "choose", all="1"))
    preview = text_of(bulk(client, "preview", all="1", column="country", country="Portugal"))
    assert "1 will change." in preview
    assert "1 is so already." in preview
    assert now(world, aurelia).country == "Spain"
    done = bulk(client, "commit", all="1", column="country", country="Portugal")
    toast = json.loads(done["HX-Trigger"])["toast"]
    assert toast["text"] == "1 account is changed."
    assert now(world, aurelia).country == "Portugal"
    client.post(toast["undo_url"], {"next": ACCOUNTS})
    assert now(world, aurelia).country == "Spain"


def test_all_means_all_that_the_filters_leave(world: World, aurelia: Account) -> None:
    with world.inside():
        other = account("Brasilux", owner=world.alice, country="Brazil")
    bulk(as_(world.alice), "commit", query="?country=spain", all="1", column="status", status="active")
    assert (now(world, aurelia).status, now(world, other).status) == ("active", "")


@pytest.mark.parametrize("becomes", ["deleted", "rewritten", "what it was"])
@pytest.mark.parametrize("is_default", [False, True])
def test_all_goes_on_meaning_the_rows_of_the_view_whatever_somebody_makes_of_it_meanwhile(
    world: World, aurelia: Account, becomes: str, is_default: bool
) -> None:
    with world.inside():
        other = account("Brasilux", owner=world.alice, country="Brazil")
        view = save_view(viewer=world.mona, list_id="accounts", name="Spain", query="country=spain", is_shared=True)
        if is_default:
            open_with(viewer=world.alice, list_id="accounts", view=view)
    client = as_(world.alice)
    page = text_of(client.get(ACCOUNTS if is_default else f"{ACCOUNTS}?view={view.pk}"))
    query = unescape(re.search(r'action="[^"]*/bulk/(\?[^"]*)"', page)[1])  # type: ignore[index]
    with world.inside():
        if becomes == "deleted":
            delete_view(view=view, viewer=world.mona)
        elif becomes == "rewritten":
            change_view(view=view, viewer=world.mona, fields={"query": "country=brazil"})
    assert "Change 1 account<" in text_of(bulk(client, "choose", query=query, all="1"))
    file = text_of(client.get(unescape(re.search(r'href="([^"]*/export\.csv[^"]*)"', page)[1])))  # type: ignore[index]
    assert ("Aurelia Foods" in file, "Brasilux" in file) == (True, False)
    bulk(client, "commit", query=query, all="1", column="status", status="active")
    assert (now(world, aurelia).status, now(world, other).status) == ("active", "")


def test_what_is_picked_but_not_seen_is_not_touched_and_what_is_refused_is_counted(world: World, aurelia: Account) -> None:
    with world.inside():
        hidden = account("Secret Holding", owner=world.olga)
        bobs = account("Brasilux", owner=world.bob)
        bobs.team_members.create(member=world.alice)
    client = as_(world.bob)
    preview = text_of(bulk(client, "preview", pick=[hidden.pk, bobs.pk, "moon"], column="status", status="mine"))
    assert "1 will change." in preview
    bulk(client, "commit", pick=[hidden.pk, bobs.pk], column="status", status="mine")
    assert (now(world, hidden).status, now(world, bobs).status) == ("", "mine")
    assert bulk(as_(world.vera), "commit", pick=[bobs.pk], column="status", status="x").status_code == 403
    assert "No row is selected." in text_of(bulk(client, "choose"))


def test_a_wrong_value_for_many_is_a_sentence_and_changes_nothing(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    refused = bulk(client, "commit", DEALS, all="1", column="probability", probability="120")
    assert "less than or equal to 100" in text_of(refused, 422)
    with world.inside():
        assert set(Deal.objects.values_list("version", flat=True)) == {1}


def test_without_script_the_change_of_many_is_a_page_and_a_redirect(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    page = text_of(client.post(f"{ACCOUNTS}bulk/", {"pick": aurelia.pk, "step": "choose"}))
    assert "<html" in page
    sent = {"pick": aurelia.pk, "step": "commit", "column": "country", "country": "Portugal"}
    assert client.post(f"{ACCOUNTS}bulk/", sent).status_code == 302
    assert now(world, aurelia).country == "Portugal"


# Views


def save(client: Client, name: str, query: str = "order=-employees&country=spain", **more: Any) -> HttpResponse:
    return client.post(f"{VIEWS}", {"list": "accounts", "name": name, "query": query, **more}, follow=True)


def test_a_view_shows_the_list_as_it_was_kept_and_says_when_it_is_changed(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Brazil")
    client = as_(world.alice)
    shown = text_of(save(client, "Spain first"))
    with world.inside():
        view = SavedView.objects.get()
    assert ("Brasilux" in shown, "Spain first" in shown) == (False, True)
    changed = text_of(client.get(f"{ACCOUNTS}?of={view.pk}&order=name"))
    assert "Brasilux" in changed
    assert "Save the changes to this view" in changed
    client.post(f"{VIEWS}{view.pk}/", {"query": "order=name"})
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?view={view.pk}"))
    client.post(f"{VIEWS}{view.pk}/", {"name": "By name"})
    assert "By name" in text_of(client.get(ACCOUNTS))
    client.post(f"{VIEWS}{view.pk}/deletion/")
    assert "This view no longer exists" in text_of(client.get(f"{ACCOUNTS}?view={view.pk}"))


def test_a_private_view_is_nobody_elses_and_a_shared_one_everybodys_to_use(world: World, aurelia: Account) -> None:
    save(as_(world.alice), "Mine alone")
    save(as_(world.mona), "For all", is_shared="on")
    with world.inside():
        mine, shared = SavedView.objects.get(name="Mine alone"), SavedView.objects.get(name="For all")
    page = text_of(as_(world.bob).get(ACCOUNTS))
    assert ("Mine alone" in page, "For all" in page) == (False, True)
    bob = as_(world.bob)
    assert [bob.post(f"{VIEWS}{view.pk}/", {"name": "Bob's"}).status_code for view in (mine, shared)] == [404, 403]
    assert bob.post(f"{VIEWS}{shared.pk}/deletion/").status_code == 403
    assert bob.post(f"{VIEWS}default/", {"view": mine.pk}).status_code == 404
    assert as_(world.charlie).post(f"{VIEWS}{shared.pk}/", {"name": "x"}).status_code == 404
    assert bob.post(VIEWS, {"list": "accounts", "name": "Bob's", "query": "", "is_shared": "on"}).status_code == 403
    assert as_(world.gus).post(VIEWS, {"list": "accounts", "name": "Guest", "query": ""}).status_code == 403


def test_every_field_of_filters_and_views_can_be_seen_to_be_one(world: World, aurelia: Account) -> None:
    for address in (ACCOUNTS, "/w/northwind/portfolio/"):
        page = text_of(as_(world.mona).get(address))
        fields = re.findall(r'<(?:input|select)[^>]* id="(?:f|view)-[^>]*>', page)
        assert any('id="view-name"' in tag for tag in fields)
        assert all('class="control"' in tag for tag in fields), fields


def test_a_list_opens_with_its_default_view_until_it_is_asked_for_otherwise(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Brasilux", owner=world.alice, country="Brazil")
    client = as_(world.alice)
    save(client, "Spain", is_default="1")
    assert "Brasilux" not in text_of(client.get(ACCOUNTS))
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?view=all"))
    assert "Brasilux" in text_of(client.get(f"{ACCOUNTS}?q=brasi"))
    client.post(f"{VIEWS}default/", {"list": "accounts"})
    assert "Brasilux" in text_of(client.get(ACCOUNTS))


def test_a_name_that_is_taken_or_missing_is_refused_with_what_was_typed(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    save(client, "Spain")
    again = client.post(VIEWS, {"list": "accounts", "name": "SPAIN", "query": "order=name"})
    page = text_of(again, 422)
    assert "You have a view of this name already." in page
    assert 'value="SPAIN"' in page
    assert client.post(VIEWS, {"list": "accounts", "name": " ", "query": ""}).status_code == 422
    assert client.post(VIEWS, {"list": "moon", "name": "x", "query": ""}).status_code == 404
    with world.inside():
        assert SavedView.objects.count() == 1


# What is shown, and its files


def test_the_file_has_the_columns_order_groups_and_filters_of_the_page_and_sleeping_formulas(
    world: World, aurelia: Account
) -> None:
    with world.inside():
        account("=1+1", owner=world.bob, country="Spain", employees=5)
        account("Condax", owner=world.bob, country="Brazil")
    asked = "?country=spain&group=owner&order=-employees&columns=name,employees&foot_employees=avg"
    client = as_(world.olga)
    lines = text_of(client.get(f"{ACCOUNTS}export.csv{asked}")).splitlines()
    assert lines == ["\ufeffOwner,Account,Employees", "Alice Alvarez,Aurelia Foods,1200", "Bob Brown,'=1+1,5"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{ACCOUNTS}export.xlsx{asked}").content))
    rows, groups = (book.get_sheet_by_name(name).to_python() for name in ("Accounts", "Groups"))
    assert rows[1:] == [["Alice Alvarez", "Aurelia Foods", 1200], ["Bob Brown", "=1+1", 5], ["", "2 accounts", 602.5]]
    assert groups == [["Owner", "Rows", "Employees, average"], ["Alice Alvarez", 1, 1200], ["Bob Brown", 1, 5]]


def test_money_goes_into_the_file_as_a_number_beside_its_currency(world: World, aurelia: Account) -> None:
    lines = text_of(as_(world.alice).get(f"{DEALS}export.csv?columns=name,amount&order=amount")).splitlines()
    assert lines[0] == '\ufeffDeal,Amount,"Amount, currency"'
    assert lines[1:] == ["Cold-chain renewal,100.00,EUR", "Fleet,2500000.00,EUR"]
    assert guess_mapping("deals", ["Deal", "Amount", "Amount, currency"])["Amount, currency"].field == "currency"


def test_a_plans_period_is_two_days_in_a_file_and_its_ratios_have_four_decimals(world: World, aurelia: Account) -> None:
    with world.inside(world.alice):
        fields = {"account": aurelia, "name": "Growth", "currency": "JPY", "target": Decimal(3_000_000)}
        create_plan(
            viewer=world.alice, fields=fields | {"start_date": date(2025, 1, 1), "end_date": date(2025, 12, 31)}, today=TODAY
        )
        vans = {"name": "Vans", "account": aurelia, "amount": Decimal(2_500_000), "currency": "JPY", "status": "won"}
        create_deal(viewer=world.alice, fields=vans | {"close_date": date(2025, 3, 1)})
    lines = text_of(as_(world.alice).get(f"{PLANS}export.csv?columns=account,period,target,won,achievement")).splitlines()
    assert lines[0].split(",", 1)[1] == 'From,"To, included",Target,"Target, currency",Won,"Won, currency",Achievement'
    assert lines[1].endswith(",2025-01-01,2025-12-31,3000000,JPY,2500000,JPY,0.8333")


def test_rows_come_in_pages_by_link_and_as_parts(world: World) -> None:
    with world.inside():
        Account.objects.bulk_create(Account(name=f"Aurelia {number:02}", industry="Food") for number in range(FIRST_PAGE + 1))
    last_but_one, last = (f"Aurelia {number:02}" for number in (FIRST_PAGE - 1, FIRST_PAGE))
    client = as_(world.olga)
    page = text_of(client.get(f"{ACCOUNTS}?industry=food"))
    assert (last_but_one in page, last in page) == (True, False)
    link = page.split('data-more="')[1].split('"')[0].replace("&amp;", "&")
    part = text_of(client.get(ACCOUNTS + link))
    assert (last in part, last_but_one in part, "<html" in part) == (True, False, False)
    whole = text_of(client.get(ACCOUNTS + link.replace("part=rows", "")))
    assert (last in whole, "Back to the top" in whole) == (True, True)


def test_a_group_has_its_line_its_figures_and_its_rows(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.alice).get(f"{DEALS}?group=account,close_date"))
    assert page.count('class="is-group"') == 2
    assert "March 2026" in page
    assert page.count("€\u00a02.50\u00a0M") == 3  # each group's line, and the footer
    key = json.dumps([str(aurelia.pk), "2026-03-01"], separators=(",", ":"))
    part = text_of(as_(world.alice).get(DEALS, {"group": "account,close_date", "part": "rows", "in": key}))
    assert part.count("<tr data-id") == 2
    for wrong in ("[", "[[1]]", '["moon","x"]', "{}", "[null,null,null]", '["\\u0000"]'):
        assert as_(world.alice).get(DEALS, {"group": "account,close_date", "part": "rows", "in": wrong}).status_code == 200


def test_a_large_lists_footer_comes_after_the_page(world: World, aurelia: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.web.grid.page.COUNTED_AT_ONCE", 1)
    client = as_(world.alice)
    page = text_of(client.get(DEALS))
    assert ('data-url="?part=foot"' in page, "more than 1" in page, "€\u00a02.50\u00a0M" in page) == (True, True, False)
    foot = client.get(f"{DEALS}?part=foot")
    assert ("€\u00a02.50\u00a0M" in text_of(foot), foot["X-Grid-Count"]) == (True, "2")


def test_where_figures_are_dear_the_footer_comes_after_the_page_and_the_number_of_rows_with_it(
    world: World, aurelia: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(world.alice)
    assert "data-url" not in text_of(client.get(DEALS)).partition("<tfoot")[2].partition(">")[0]
    monkeypatch.setattr("keystead.web.grid.listing.Listing.is_foot_at_once", lambda _listing, counted: counted < 2)
    page = text_of(client.get(DEALS))
    assert ('data-url="?part=foot"' in page, "2 deals" in page, "€\u00a02.50\u00a0M" in page) == (True, True, False)


def test_a_columns_menu_offers_what_can_be_done_with_it(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    menu = text_of(client.get(f"{DEALS}?part=menu&column=stage&order=-amount&group=owner"))
    for link in (
        "?order=stage&amp;group=owner",
        "?order=-amount,stage&amp;group=owner",
        "group=stage",
        "group=owner,stage",
        "foot_stage=empty",
    ):
        assert link in menu
    assert client.get(f"{DEALS}?part=menu&column=moon").status_code == 404


def test_sorted_by_several_columns_the_heads_say_in_which_turn(world: World, aurelia: Account) -> None:
    page = text_of(as_(world.alice).get(f"{DEALS}?order=-amount,name"))
    assert page.index("Fleet</a>") < page.index("Cold-chain renewal</a>")
    assert page.count('class="sort-turn num"') == 2
    assert 'data-column="amount" data-edits aria-sort="descending"' in page


def test_groups_and_views_cost_the_same_queries_for_one_deal_and_three(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    client.get(DEALS)
    counts = []
    for more in ((), ("Labels", "Sensors")):
        with world.inside(world.alice):
            for name in more:
                create_deal(viewer=world.alice, fields={"name": name, "account": aurelia, "amount": Decimal(5)})
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{DEALS}?group=owner,stage&order=-amount,name")
        counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts[0] == counts[1]
    assert counts[0] < 25


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", "\u202egnp.exe", "🧊" * 200, "a" * 5000, "\x00", "%27%22--"])
def test_hostile_words_in_every_filter_harm_nothing(world: World, aurelia: Account, word: str) -> None:
    client = as_(world.alice)
    for home, names in (
        (ACCOUNTS, ("q", "parent", "employees.from", "owner", "segment")),
        (DEALS, ("amount.to", "close_date.from", "unlinked")),
    ):
        for name in (*names, "order", "group", "columns", "widths", "view", "of", "after", "in", "foot_name"):
            page = text_of(client.get(home, {name: word}))
            assert "<script>alert" not in page


def test_views_stand_below_their_list_in_the_navigation_the_ones_used_most_first(world: World) -> None:
    with world.inside():
        views = {
            name: save_view(viewer=world.alice, list_id="accounts", name=name, query="order=-name")
            for name in ("Calm", "Deep", "Wide")
        }
        save_view(viewer=world.bob, list_id="accounts", name="Bob's own", query="")
    client = as_(world.alice)
    for _ in range(2):
        client.get("/w/northwind/accounts/", {"view": str(views["Wide"].pk)})
    client.get("/w/northwind/accounts/", {"view": str(views["Deep"].pk)}, headers={"Keystead-Live": "1"})
    client.get("/w/northwind/accounts/", {"view": "nothing"})
    page = text_of(client.get("/w/northwind/deals/"))
    assert re.findall(r'class="side-link side-view"[^>]*><span>([^<]*)<', page) == ["Wide", "Calm", "Deep"]
    assert "Deep" in text_of(client.get("/w/northwind/find/", {"q": "deep"}, headers=PART))
