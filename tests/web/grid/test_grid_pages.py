"""The grid's pages: rows in pages, groups, footers, the heads' menus, and hostile words."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.data.models import Account
from keystead.domain.deals.editing import create_deal
from keystead.domain.grid.rows import FIRST_PAGE
from tests.support.world import World
from tests.web.grid.lists import ACCOUNTS, DEALS, as_, text_of


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
            for part in ({}, {"part": "panel", "panel": "filter" if name in names else "columns"}):
                assert "<script>alert" not in text_of(client.get(home, part | {name: word}))
